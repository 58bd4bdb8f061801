"""A log of calls, recorded once and delivered again and again in another order: every call must end the same."""
