"""Every bound of leads, named, with what happens when it is met."""

from typing import Final

PAGE_LEADS_MAX: Final = 200
"""Leads told in one page of a list; who asks for more is refused with 422 `request_invalid`, the rest stands on the next page."""

OF_CUSTOMER_MAX: Final = 50
"""Leads told of a customer: the newest; older ones stand in the lists alone."""

OWNERS_TOLD_MAX: Final = 500
"""Agents of a queue who are told as possible owners of a lead; others are named by id."""

INTEREST_CHARACTERS_MAX: Final = 2_000
"""A longer one is refused with 422 `request_invalid`; of the notes of a wrap-up so much becomes the interest."""

TEXT_CHARACTERS_MAX: Final = 4_000
"""Of a step; a longer text is refused with 422 `request_invalid`."""

LOOKED_AT_ONCE_MAX: Final = 100
"""Leads that are brought to agents in one go; the rest follows at once."""

LOOK_EVERY_MS: Final = 5_000
"""After how long the store is asked what is to be done, though nothing was heard: so late at most a lead comes."""

STILL_THERE_MS: Final = 60_000
"""Pause before a lead is looked at again whose last contact waits or is worked on still."""

RETRY_AFTER_MS: Final = 300_000
"""Pause after the engine would not take a lead, or there is nobody who works on leads."""

NOTE_ATTEMPTS_MAX: Final = 5
"""How often a note, or that a lead has come, is tried again because somebody else has moved it meanwhile; then that is told."""
