"""Every bound of leads, named, with what happens when it is met."""

from typing import Final

REMIND_AHEAD_MS_MAX: Final = 366 * 24 * 3_600_000
"""How far ahead a reminder may lie; a later one is refused."""
