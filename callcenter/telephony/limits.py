"""Every bound of telephony, named, with what happens when it is met; docs/telephony-protocol.md tells the same."""

from typing import Final

TRANSFERS_MAX: Final = 8
"""Numbers a flow may lead one call to; one more is as if the number were not there."""

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
"""Events stored in one transaction; the others wait for the next."""

GATHER_MS: Final = 4
"""The least time between two such transactions: events that come meanwhile share the second. An event that comes alone never waits."""

EVENTS_KEPT_MS: Final = 48 * 3_600_000
"""How long events of ended calls are kept: their ids are known so long."""

EVENTS_FORGET_EVERY_MS: Final = 10 * 60_000
"""How often old events are deleted."""

GAP_WAIT_MS: Final = 2_000
"""How long a call waits for a number that is missing; then it goes on without it. A call that its phone system says it
does not know waits as long for its end to be told; then it is lost."""

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

CONSULT_RING_MS: Final = 30_000
"""How long the phone of a colleague who is asked may ring; then the customer is still on hold, and the agent sees why."""

CONSULT_GRACE_MS: Final = 5_000
"""How much later we end that leg ourselves, should the phone system have said nothing."""

ASKED_SHOWN_MS: Final = 60_000
"""How long the desk of a colleague who was asked shows what became of it; then the card is gone."""

LISTEN_RING_MS: Final = 30_000
"""How long the phone of a supervisor who wants to listen may ring."""

LISTENERS_MAX: Final = 3
"""Supervisors in one call; a further one is refused with 409 `listening_refused`."""

RESTART_GRACE_MS: Final = 35_000
"""How much later after a start of ours: by then phone systems have delivered what they kept meanwhile."""

AGENT_PICKS_UP_MS: Final = 20_000
"""How long an agent's own phone rings before the customer of a call of ours is dialled; then the call is over."""

HANGUP_MS: Final = 30_000
"""Until when the phone system must have ended a call; then it is over for us."""

ORDER_MS: Final = 30_000
"""How long any other command is tried."""

ORDER_WAIT_MS: Final = 2_000
"""How long a phone system may take to take one command."""

ORDERS_WAITING_MAX: Final = 5_000
"""Commands waiting for one phone system; a further one counts as undelivered at once."""

ORDERS_AT_ONCE: Final = 16
"""Calls whose commands are under way to one phone system at the same time; the others wait."""

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

EVENTS_PER_STORE: Final = 100
"""Events handed to the store at a time; the others wait."""

STORE_RETRY_MS: Final = 200
"""How long what could not be stored waits."""

NOTICE_WAIT_MS: Final = 3_000
"""How long after the notice that a call is recorded its customer may refuse."""

TAPING_MS: Final = 5_000
"""Until when a recording must stand still once that was asked for; then it is ended."""

RECORDING_MS_MAX: Final = 4 * 3_600_000
"""How long a recording may go on; then the phone system ends it."""

VOICEMAIL_MS: Final = 120_000
"""How long a message may be that a caller leaves whom a queue has turned away."""

VOICEMAIL_KEPT_MS: Final = 90 * 24 * 3_600_000
"""How long a message a caller has left is kept."""

VOICEMAIL_SILENCE_MS: Final = 8_000
"""Silence after which a caller has said everything: the message ends."""

VOICE_MS_MIN: Final = 1_000
"""How much of a message must be audible; what has less is nobody's message, and is dropped."""

RECORDING_PART_BYTES: Final = 256 * 1024
"""A recording is stored in parts of this size, so that no transaction is long."""

RECORDING_BYTES_MAX: Final = 256 * 1024 * 1024
"""The largest recording that is fetched; a larger one counts as lost."""

RECORDINGS_AT_ONCE: Final = 4
"""Recordings that are fetched at the same time; the others wait."""

FETCH_WAIT_MS: Final = 60_000
"""How long a phone system may take to hand over one recording."""

FETCH_RETRY_FIRST_MS: Final = 500
"""How long the first further try to fetch a recording waits; each one after it twice as long."""

FETCH_RETRY_MAX_MS: Final = 300_000
"""The longest wait between two tries."""

FETCHES_TOLD_AFTER: Final = 6
"""Tries after which the log says that a recording cannot be fetched yet."""

FETCH_GIVEN_UP_MS: Final = 7 * 24 * 3_600_000
"""How long a recording is tried to be fetched; then it is lost."""

RECORDINGS_LOOK_MS: Final = 30_000
"""How long, at most, until the deadlines of recordings are looked at again."""

RANGE_BYTES_MAX: Final = 1024 * 1024
"""How much of a recording one answer holds when a part is asked for; the player asks for the next."""

HEARD_AGAIN_MS: Final = 600_000
"""So long a recording that is listened to in parts counts as one listening on record."""

HEARD_REMEMBERED_MAX: Final = 1_000
"""Listenings remembered for that; at the limit the oldest is forgotten."""

PROMISE_MS: Final = 2_000
"""How long a caller who is turned away is kept until a call-back is promised; then the usual words follow."""
