"""A phone system in a process of its own, as black box as a real one: callers, agents' phones, signed events."""
