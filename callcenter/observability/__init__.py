"""Logs and metrics as subscribers: the core and the host know nothing of them."""
