"""Drills over a real Asterisk: callers who hang up at any instant, and either side killed; afterwards the journal is judged."""
