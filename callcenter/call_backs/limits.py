"""Every bound of call-backs, named, with what happens when it is met."""

from typing import Final

OPEN_MAX: Final = 50_000
"""Open call-backs of a domain; a further one is refused, and a flow goes on as if it had been declined."""

ENDED_TOLD_MAX: Final = 200
"""Of those that are over, how many a list tells: the newest."""

NUMBER_CHARACTERS_MAX: Final = 32
NOTE_CHARACTERS_MAX: Final = 500
"""A longer number or note is refused with 422 `request_invalid`."""

PROMISED_AHEAD_MS_MAX: Final = 90 * 24 * 3_600_000
"""How far ahead a time can be promised; a later one is refused with 409 `call_back_refused`."""

ASK_EVERY_MS: Final = 250
"""How often at most the engine is asked for agents after something has changed."""

LOOK_EVERY_MS: Final = 5_000
"""After how long it is asked though nothing was seen to change: staff may have come by a new configuration."""

DIALLING_LOOK_MS: Final = 90_000
"""After so long without a word of a call it is compared with the journal; the engine's own deadlines are far shorter."""

ANSWERED_WAIT_MS: Final = 10_000
"""How long a customer who has answered waits for an agent; then it was us who abandoned the call."""

RETRY_MS: Final = 1_000
"""Pause before something is tried again that the store did not take."""

UNPLACED_PAUSE_MS: Final = 30_000
"""Pause after a phone system could not call; the attempt does not count."""

NOT_ALLOWED_PAUSE_MS: Final = 900_000
"""Pause after the rules of dialling have refused a number that was promised: a cap may be free again."""

KEPT_MAX: Final = 10_000
"""Call-backs that are done and still shown to who talks with the customer; the oldest is shown no more."""

KEPT_LOOK: Final = 500
"""The newest ended call-backs that are looked through at the start for customers who are still talked with; of older ones nothing is shown beside the talk."""
