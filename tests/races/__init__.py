"""Two who want the same call at the same moment, thousands of times: exactly one gets it, and nothing is left behind."""
