"""Every bound of telephony, named, with what happens when it is met; docs/telephony-protocol.md tells the same."""

from typing import Final

EVENTS_BYTES_MAX: Final = 256 * 1024
"""Size of one delivery of events; a larger one is refused with 413 `body_too_large`."""

EVENTS_PER_DELIVERY_MAX: Final = 100
"""Events in one delivery; more are refused with 422 `event_invalid`."""

VALUE_CHARACTERS_MAX: Final = 200_000
"""Characters of an input to a flow as it is stored: as many as its values may have."""

SIGNATURE_AGE_S: Final = 300
"""How far a delivery's timestamp may be off; further is 401 `signature_invalid`."""

EVENTS_WAITING_MAX: Final = 5_000
"""Events waiting to be stored; more are refused with 503 `overloaded`."""

EVENTS_PER_COMMIT: Final = 500
"""Events stored in one transaction."""

EVENTS_KEPT_MS: Final = 48 * 3_600_000
"""How long events of ended calls are kept: their ids are known so long."""

EVENTS_FORGET_EVERY_MS: Final = 10 * 60_000
"""How often old events are deleted."""

GAP_WAIT_MS: Final = 2_000
"""How long a call waits for a number that is missing; then it goes on without it."""

EVENTS_HELD_MAX: Final = 200
"""Events of one call that wait for a missing number; at the limit it goes on without."""

ARRIVAL_WAIT_MS: Final = 600_000
"""How long a call whose `call.arrived` is missing is remembered; then it ends as `unknown`."""

ANSWER_MS: Final = 10_000
"""Until when the phone system must have picked up; then the call is hung up."""

PLAY_MS: Final = 60_000
"""Until when a text must be over; then the call goes on as if it were."""

RING_DELIVERY_MS: Final = 4_000
"""Until when the phone system must have taken a command to ring; then another agent is asked."""

CONNECT_MS: Final = 10_000
"""Until when customer and agent must hear each other once the offer is accepted; then the leg has failed."""

RESTART_GRACE_MS: Final = 35_000
"""How much later after a start of ours: by then phone systems have delivered what they kept meanwhile."""

HANGUP_MS: Final = 30_000
"""Until when the phone system must have ended a call; then it is over for us."""

ORDER_MS: Final = 30_000
"""How long any other command is tried."""

ORDER_WAIT_MS: Final = 2_000
"""How long a phone system may take to take one command."""

ORDERS_WAITING_MAX: Final = 5_000
"""Commands waiting for one phone system; a further one counts as undelivered at once."""

ORDERS_AT_ONCE: Final = 16
"""Calls whose commands are under way to one phone system at the same time."""

RETRY_FIRST_MS: Final = 100
"""How long the first further try of a command waits; each one after it twice as long."""

RETRY_MAX_MS: Final = 2_000
"""The longest wait between two tries."""

BREAKER_FAULTS: Final = 5
"""Tries in a row without an answer after which a phone system is left alone for a moment."""

BREAKER_MS: Final = 1_000
"""How long that moment is."""

PING_EVERY_MS: Final = 5_000
"""How often a phone system with open calls is asked whether it lives."""

LOST_AFTER_MS: Final = 30_000
"""How long a phone system may show no sign of life; then its calls are over (`pbx_lost`)."""

SWEEP_MS: Final = 100
"""How often deadlines of calls are looked at."""

ENDS_EVERY_MS: Final = 500
"""How often the rows of calls that are over are written: one transaction for all of them."""

ENDS_PER_COMMIT: Final = 1_000
"""Calls whose end is written in one transaction; the others wait for the next."""

SUBMIT_RETRY_MS: Final = 500
"""How long a command that the host could not take waits before it is sent again."""

ENGINE_STEPS_MAX: Final = 100
"""Commands one event of a call may lead to; more would be a circle, which is broken off and logged."""

FLOW_RETRY_MS: Final = 1_000
"""How long an input to a flow that could not be stored waits before it is tried again."""
