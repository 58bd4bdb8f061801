"""The single writer of one domain: decide, journal, publish, answer."""
