"""Every bound of campaigns' rules, named, with what happens when it is met."""

from typing import Final

DAY_MS: Final = 24 * 3_600_000
"""Over which caps of a day are counted, back from the instant: no midnight lets anybody call twice as often."""

WINDOW_GRID_MINUTES: Final = 15
"""Windows begin and end on such minutes: all zones' clocks stand on them too, so looking at each finds every edge."""

LOOK_AHEAD_MS: Final = 8 * DAY_MS
"""How far ahead the next open minute is looked for; a window that opens in no week is none."""

ZONES_KEPT: Final = 1_024
"""Names of zones whose rules are remembered; the least used is forgotten, and read again."""

ATTEMPTS_MAX: Final = 20
"""Attempts a campaign may make at a number."""

LIST_LINES_MAX: Final = 10_000
"""Lines of one list; those beyond are refused, each by its own line of the report."""

NAME_CHARACTERS_MAX: Final = 200
NOTE_CHARACTERS_MAX: Final = 1_000
REASON_CHARACTERS_MAX: Final = 500
"""Characters of a cell; a longer one refuses its row."""
