"""One call as its phone system tells of it: a fold of events, in the order of their numbers.

Law of this file: pure; the same events give the same call, in whatever order and however often they come. What a
missing number holds back is acted on after a bounded wait; what comes after that counts only as far as it ends
something, since legs and calls never come back to life.
"""

from enum import IntEnum

import msgspec

from callcenter.telephony.entry import EntryPoint, Speech
from callcenter.telephony.flow_run import FlowRun
from callcenter.telephony.limits import EVENTS_HELD_MAX, GAP_WAIT_MS
from callcenter.telephony.protocol import OWN, EventType, OrderKind, PbxEvent
from routing.ids import ContactId, OfferId, QueueId

PBX_LOST = "pbx_lost"
"""End cause of calls whose phone system is gone."""


RINGS = f".{OrderKind.RING_AGENT}"
"""How the ids of commands end that let a leg ring; what stands before it is the leg's."""


class LegStage(IntEnum):
    """How far a leg has come; it never goes back."""

    ASKED = 0
    RINGS = 1
    ANSWERED = 2
    ENDED = 3


class Leg(msgspec.Struct):
    """The leg of one agent. `holds` counts changes of hold; instants in ms."""

    stage: LegStage = LegStage.ASKED
    cause: str = ""
    since_ms: int = 0
    was_bridged: bool = False
    is_held: bool = False
    holds: int = 0
    hold_wish: bool = False
    hold_wishes: int = 0


class Call(msgspec.Struct, kw_only=True):
    """A customer's call.

    `done` holds the results of commands to the phone system ("" for success), `digits` what was gathered by them, `sent` when they
    were first sent. `settled` holds what became of commands to the engine. `next_n` is the number waited for, `held` what
    came before its turn, and `gap_since_ms` since when it waits. `said` is what a supervisor has those told who are `turned_away`.
    `flow` is where it is in its flow, begun `flow_runs` times.
    """

    contact_id: ContactId
    connection_id: str
    call_id: str
    begun_at_ms: int
    plan: EntryPoint | None = None
    caller: str = ""
    dialled: str = ""
    has_arrived: bool = False
    end_cause: str = ""
    next_n: int = 1
    held: dict[int, PbxEvent] = {}
    gap_since_ms: int | None = None
    legs: dict[str, Leg] = {}
    done: dict[str, str] = {}
    digits: dict[str, str] = {}
    sent: dict[str, int] = {}
    settled: dict[str, str] = {}
    language: str = ""
    queue_id: QueueId | None = None
    is_enqueued: bool = False
    turned_away: str = ""
    said: Speech | None = None
    accepted_leg_id: OfferId | None = None
    flow: FlowRun | None = None
    flow_runs: int = 0

    @property
    def talks(self) -> int:
        """How many agents it was connected with."""
        return sum(leg.was_bridged for leg in self.legs.values())

    def leg(self, leg_id: str) -> Leg:
        """A leg, made when it is first heard of."""
        return self.legs.setdefault(leg_id, Leg())


def in_turn(call: Call, event: PbxEvent, now_ms: int) -> list[PbxEvent]:
    """The events that can be acted on now that this one has come, in order. A number that has passed is late, not lost."""
    if event.type in OWN or event.n < call.next_n:
        return [event]
    call.held.setdefault(event.n, event)
    if len(call.held) > EVENTS_HELD_MAX:
        call.next_n = min(call.held)
    return _released(call, now_ms)


def overdue(call: Call, now_ms: int) -> list[PbxEvent]:
    """What need not wait for a missing number any longer, in order."""
    if call.gap_since_ms is None or now_ms < call.gap_since_ms + GAP_WAIT_MS:
        return []
    call.next_n = min(call.held)
    return _released(call, now_ms)


def _released(call: Call, now_ms: int) -> list[PbxEvent]:
    ready = []
    while call.next_n in call.held:
        ready.append(call.held.pop(call.next_n))
        call.next_n += 1
    if not call.held:
        call.gap_since_ms = None
    elif ready or call.gap_since_ms is None:
        call.gap_since_ms = now_ms
    return ready


def note(call: Call, event: PbxEvent, now_ms: int) -> None:
    """Fold one event. A type that is not known changes nothing."""
    match event.type:
        case EventType.CALL_ARRIVED:
            call.has_arrived = True
            call.caller, call.dialled = event.from_, event.to
        case EventType.CALL_ENDED:
            call.end_cause = call.end_cause or event.cause
        case EventType.CALL_LOST:
            call.end_cause = call.end_cause or PBX_LOST
        case EventType.COMMAND_DONE:
            call.done.setdefault(event.command_id, "")
            if event.command_id.endswith(RINGS):
                call.leg(event.command_id.removesuffix(RINGS))
        case EventType.COMMAND_FAILED:
            call.done.setdefault(event.command_id, event.code or "failed")
        case EventType.GATHER_RESULT:
            call.done.setdefault(event.command_id, "timeout" if event.timeout else "")
            call.digits.setdefault(event.command_id, event.digits)
        case _:
            if event.leg_id:
                _note_leg(call.leg(event.leg_id), event, now_ms)


def _note_leg(leg: Leg, event: PbxEvent, now_ms: int) -> None:
    match event.type:
        case EventType.LEG_RINGS:
            leg.stage = max(leg.stage, LegStage.RINGS)
        case EventType.LEG_ANSWERED:
            leg.stage = max(leg.stage, LegStage.ANSWERED)
        case EventType.LEG_ENDED:
            leg.cause = leg.cause or event.cause
            leg.stage = LegStage.ENDED
        case EventType.BRIDGE_STARTED:
            leg.stage = max(leg.stage, LegStage.ANSWERED)
            leg.was_bridged, leg.since_ms = True, now_ms
            _note_hold(leg, now_ms, is_held=False)
        case EventType.HOLD_STARTED:
            _note_hold(leg, now_ms, is_held=True)
        case EventType.HOLD_ENDED:
            _note_hold(leg, now_ms, is_held=False)
        case EventType.HOLD_WISHED | EventType.UNHOLD_WISHED:
            leg.hold_wish = event.type == EventType.HOLD_WISHED
            leg.hold_wishes += 1
        case _:
            return


def _note_hold(leg: Leg, now_ms: int, *, is_held: bool) -> None:
    if leg.is_held != is_held:
        leg.is_held, leg.since_ms = is_held, now_ms
        leg.holds += 1
