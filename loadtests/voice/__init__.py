"""A whole floor of callers, agents and phones around a real Asterisk, for drills and measurements: black box, loopback only."""
