"""Every bound of the way to Twilio, named, with what happens when it is met."""

from typing import Final

ASK_MS: Final = 4_000
"""How long the provider may take to answer one request; then nobody knows what became of it."""

DOCUMENT_WAIT_MS: Final = 2_000
"""How long a webhook waits for what the call is to hear next; then the call is silent for a moment and asks again."""

MUSIC_WAIT_MS: Final = 300
"""The same for a call that has music to go on with."""

PAUSE_S: Final = 1
"""How long that moment is."""

STORE_WAIT_MS: Final = 5_000
"""How long a webhook waits for its events to be stored; then it is answered 503, and comes again."""

BODY_BYTES_MAX: Final = 64 * 1024
"""Size of one webhook; a larger one is refused with 413."""

FIELDS_MAX: Final = 200
"""Fields of one webhook; more are refused with 422."""

RING_S_MAX: Final = 600
"""The longest time a phone may ring, as the provider allows it; whoever asks for longer gets that."""

PLACED_REMEMBERED: Final = 10_000
"""Calls of ours that are over, which a late command does not begin again; of more than these the oldest is forgotten."""

LOOK_EVERY_MS: Final = 1_000
"""How often it is seen whether there is something to look at, or to clear away."""

LOOK_AFTER_MS: Final = 30_000
"""How long a call may show no sign before the provider is asked whether it is still there."""

LOOKS_AT_ONCE: Final = 5
"""Calls looked at in one go; the others wait for the next."""

CLEARINGS_MAX: Final = 5_000
"""Calls to be hung up for which the provider could not be reached; a further one is left to itself, and logged."""
