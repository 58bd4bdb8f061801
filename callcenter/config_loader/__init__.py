"""Reads configuration folders: YAML in, one checked document and the core's configuration out."""
