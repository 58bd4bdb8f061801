"""Every bound of cases, named, with what happens when it is met."""

from typing import Final

PAGE_CASES_MAX: Final = 200
"""Cases told in one page of a list; who asks for more is refused with 422 `request_invalid`, the rest stands on the next page."""

OF_CUSTOMER_MAX: Final = 50
"""Cases told of a customer: the newest; older ones stand in the lists alone."""

SUBJECT_CHARACTERS_MAX: Final = 200
"""A longer subject is refused with 422 `request_invalid`."""

TEXT_CHARACTERS_MAX: Final = 8_000
"""Of a case or a step; a longer text is refused with 422 `request_invalid`."""

LOOKED_AT_ONCE_MAX: Final = 100
"""Cases the system does something for in one go; the rest follows at once."""

LOOK_EVERY_MS: Final = 5_000
"""After how long the store is asked what is to be done, though nothing was heard: so late at most a call-back is promised."""

CHECK_AFTER_MS: Final = 600_000
"""After how long a planned call-back is compared with its row, though nothing was heard of it: so late at most its end is seen."""

RETRY_AFTER_MS: Final = 300_000
"""Pause after a call-back could not be promised, or a step of the system was refused; then it is tried again."""

NOTE_ATTEMPTS_MAX: Final = 5
"""How often a note is tried again because somebody else has moved the case meanwhile; then that is told."""
