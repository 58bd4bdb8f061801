"""The shell around the routing core: everything asynchronous, and the composition root."""

from typing import Final

VERSION: Final = "0.1.0"
"""As `pyproject.toml` has it."""
