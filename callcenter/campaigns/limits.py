"""Every bound of campaigns, named, with what happens when it is met."""

from typing import Final

CAMPAIGNS_MAX: Final = 500
"""Campaigns of a domain; one more is refused with 409 `campaign_refused`."""

SCRIPT_CHARACTERS_MAX: Final = 8_000
"""Characters of a script in one language."""

PLAN_BYTES_MAX: Final = 512 * 1024
"""Size of a plan as JSON: both scripts, however their characters are escaped."""

LIST_BYTES_MAX: Final = 4 * 1024 * 1024
"""Size of a list; a larger one is refused with 413 `body_too_large`."""

SUPPRESSED_AT_ONCE: Final = 200
"""Numbers of a file that are put on the list in one transaction; the others follow at once."""

PAGE_MAX: Final = 200
"""Rows of one part of a list or of the evidence."""

GAP_MINUTES_MAX: Final = 31 * 24 * 60

PREVIEW_MS: Final = 600_000
"""How long an agent may look at an entry; then it goes back to the list."""

ASKED_LOOK_MS: Final = 5_000
"""After how long it is looked whether a permit that was asked for is granted, if the process did not hear."""

CALL_LOOK_MS: Final = 60_000
"""After how long a call is compared with the journal though nothing was heard of it."""

NEXT_LOOKS_MAX: Final = 50
"""Entries that are judged for one agent who asks for the next; then the agent asks again."""

OVERDUE_AT_ONCE: Final = 100
"""Entries that are looked at in one go; the others follow at once."""

LOOK_EVERY_MS: Final = 5_000
"""How long whoever follows calls, or calls by itself, rests at most."""

PACE_MS: Final = 500
"""Pause between two rounds of calls that go out by themselves; agents who become free meanwhile share the next."""

EVERYBODY_EVERY_MS: Final = 30_000
"""How often all agents are looked at for who is free, should nothing have been heard."""

RETRY_MS: Final = 1_000
"""Pause before something is tried again that the store did not take."""

FOLDED_WAIT_MS: Final = 5_000
"""How long the rows of a call that is over may take to say so; then it is looked at again later."""

HISTORY_MAX: Final = 5
"""Earlier contacts that a preview shows."""
