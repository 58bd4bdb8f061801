"""One call as its phone system tells of it: a fold of events, in the order of their numbers.

Law of this file: pure; the same events give the same call, in whatever order and however often they come. What a
missing number holds back is acted on after a bounded wait; what comes after that counts only as far as it ends
something, since legs and calls never come back to life.
"""

from enum import IntEnum
from typing import Final

import msgspec

from callcenter.flows.inputs import Served
from callcenter.flows.plans import FlowPlan
from callcenter.telephony import recording
from callcenter.telephony.entry import EntryPoint, Speech
from callcenter.telephony.flow_run import FlowRun
from callcenter.telephony.limits import EVENTS_HELD_MAX, GAP_WAIT_MS
from callcenter.telephony.protocol import OWN, UNKNOWN_CALL, EventType, OrderKind, PbxEvent
from callcenter.telephony.recording import Recording
from routing.ids import AgentId, ContactId, OfferId, QueueId
from routing.model import Party

PBX_LOST = "pbx_lost"
"""End cause of calls whose phone system is gone."""

HANDLED_OUTSIDE = "handled_outside"
"""End cause of calls that somebody else has taken while we were away."""

ENDED_BY: Final = {PBX_LOST: Party.SYSTEM, HANDLED_OUTSIDE: Party.OUTSIDE}
"""Whose doing the end of a call was, if not the customer's."""

RINGS = f".{OrderKind.RING_AGENT}"
"""How the ids of commands end that let a leg ring; what stands before it is the leg's."""


def own_leg(contact_id: ContactId) -> OfferId:
    """The leg of an agent who is on the line before the customer of a call of ours is rung."""
    return OfferId(f"{contact_id}.0")


class LegStage(IntEnum):
    """How far a leg has come; it never goes back."""

    ASKED = 0
    RINGS = 1
    ANSWERED = 2
    ENDED = 3


class Leg(msgspec.Struct):
    """The leg of one agent. `holds` counts changes of hold, `..._wishes` what its agent has asked for; instants in ms.

    `pause_wish` is about the recording of the talk.
    """

    stage: LegStage = LegStage.ASKED
    cause: str = ""
    since_ms: int = 0
    was_bridged: bool = False
    is_held: bool = False
    holds: int = 0
    hold_wish: bool = False
    hold_wishes: int = 0
    is_muted: bool = False
    mute_wish: bool = False
    mute_wishes: int = 0
    pause_wish: bool = False
    pause_wishes: int = 0


class Consult(msgspec.Struct):
    """A colleague is asked while the customer waits: by the leg `leg_id`, beside the agent's `for_leg_id`.

    `turns` are the modes the agent has wished for, in order; the end of the consult is one of them. `asker_id` is that agent.
    """

    leg_id: str
    agent_id: AgentId
    for_leg_id: OfferId
    turns: list[str] = []
    asker_id: AgentId | None = None


class Aside(msgspec.Struct):
    """Something beside the contact, as its history tells it: `kind` and `ended_as` are words of `asides`; instants in ms."""

    kind: str
    leg_id: str
    agent_id: AgentId | None
    colleague_id: AgentId
    began_at_ms: int
    ended_at_ms: int | None = None
    ended_as: str = ""


class Listener(msgspec.Struct):
    """A supervisor in the call, by the leg `leg_id`; `turns` are the modes wished for, in order."""

    leg_id: str
    user_id: str
    turns: list[str] = []


class Call(msgspec.Struct, kw_only=True):
    """A customer's call.

    `done` holds the results of commands to the phone system ("" for success), `digits` what was gathered by them, `sent` when they
    were first sent. `settled` holds what became of commands to the engine. `next_n` is the number waited for, `held` what
    came before its turn, and `gap_since_ms` since when it waits. `said` is what those are told who
    are `turned_away`; nothing before `promise_due_ms`, if a call-back is being promised.
    `flow` is where it is in its flow, begun `flow_runs` times; a transfer has led it to the number `led_to`, as often as
    `transfers`. `served` says who had it last; `survey` is what the customer is asked afterwards, once it `is_surveyed`.
    `consults` are by their legs, `asides` what became of them; `taken_over` holds the offers that were answered by the leg of a consult.
    `message_for` is a queue that has the caller leave a message.
    One that `is_outbound` is ours: `caller` is still the customer, and `dialled` the number we show; it `has_arrived` when
    it is answered; `customer_dialled_at_ms` is when its customer was dialled, as far as is known. `listeners` are by their legs, too. Since `unknown_since_ms` the phone system says it does not know it.
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
    unknown_since_ms: int | None = None
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
    promise_due_ms: int | None = None
    accepted_leg_id: OfferId | None = None
    flow: FlowRun | None = None
    flow_runs: int = 0
    consults: dict[str, Consult] = {}
    asides: list[Aside] = []
    taken_over: dict[str, str] = {}
    message_for: QueueId | None = None
    recordings: dict[str, Recording] = {}
    is_outbound: bool = False
    has_rung: bool = False
    customer_dialled_at_ms: int | None = None
    listeners: dict[str, Listener] = {}
    led_to: str = ""
    transfers: int = 0
    served: Served | None = None
    survey: FlowPlan | None = None
    is_surveyed: bool = False

    @property
    def talks(self) -> int:
        """How many agents it was connected with."""
        legs = self.legs.items()
        return sum(leg.was_bridged for leg_id, leg in legs if leg_id not in self.taken_over)

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
        case (
            EventType.CALL_ARRIVED
            | EventType.DIAL_ASKED
            | EventType.CALL_RINGS
            | EventType.CALL_ANSWERED
        ):
            _note_line(call, event)
        case EventType.CALL_ENDED:
            call.end_cause = call.end_cause or event.cause
        case EventType.CALL_LOST:
            call.end_cause = call.end_cause or PBX_LOST
        case EventType.COMMAND_DONE:
            call.done.setdefault(event.command_id, "")
            if event.command_id.endswith(RINGS):
                call.leg(event.command_id.removesuffix(RINGS))
        case EventType.COMMAND_FAILED:
            _note_failed(call, event, now_ms)
        case EventType.GATHER_RESULT:
            call.done.setdefault(event.command_id, "timeout" if event.timeout else "")
            call.digits.setdefault(event.command_id, event.digits)
        case _:
            if event.recording_id:
                recording.note(call.recordings, event, now_ms)
            elif event.leg_id:
                _note_leg(call.leg(event.leg_id), event, now_ms)


def _note_failed(call: Call, event: PbxEvent, now_ms: int) -> None:
    call.done.setdefault(event.command_id, event.code or "failed")
    if event.code == UNKNOWN_CALL and call.has_arrived and call.unknown_since_ms is None:
        call.unknown_since_ms = now_ms


def _note_line(call: Call, event: PbxEvent) -> None:
    """How the line began: a customer calls, or is called."""
    match event.type:
        case EventType.CALL_ARRIVED:
            call.has_arrived = True
            call.caller, call.dialled = event.from_, event.to
        case EventType.DIAL_ASKED:
            call.is_outbound = call.is_enqueued = True
            call.caller, call.dialled, call.language = event.to, event.from_, event.value
        case EventType.CALL_RINGS:
            call.has_rung = True
        case _:
            call.has_arrived = True


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
        case EventType.MUTE_STARTED | EventType.MUTE_ENDED:
            leg.is_muted = event.type == EventType.MUTE_STARTED
        case _:
            _note_wish(leg, event.type)


_WISHES: Final = {
    EventType.HOLD_WISHED: ("hold", True),
    EventType.UNHOLD_WISHED: ("hold", False),
    EventType.MUTE_WISHED: ("mute", True),
    EventType.UNMUTE_WISHED: ("mute", False),
    EventType.PAUSE_WISHED: ("pause", True),
    EventType.RESUME_WISHED: ("pause", False),
}


def _note_wish(leg: Leg, kind: str) -> None:
    """What the agent has asked for, and how often anything of this was asked for."""
    for wished, (name, is_on) in _WISHES.items():
        if kind == wished:
            setattr(leg, f"{name}_wish", is_on)
            setattr(leg, f"{name}_wishes", getattr(leg, f"{name}_wishes") + 1)


def _note_hold(leg: Leg, now_ms: int, *, is_held: bool) -> None:
    if leg.is_held != is_held:
        leg.is_held, leg.since_ms = is_held, now_ms
        leg.holds += 1
