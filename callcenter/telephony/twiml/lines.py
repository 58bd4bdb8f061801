"""The calls the provider has for us, as far as it has told: a fold of its webhooks, which says what to report.

Law of this file: pure; the same webhook again gives the same events under the same ids. A call's id is its sid. A leg's
sid is learned from the answer to our request or from the first webhook that carries the offer's id, whichever is first,
and is stored with the leg's events.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from callcenter.telephony.calls import RINGS
from callcenter.telephony.line_book import LineBook
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent
from callcenter.telephony.twiml import limits
from callcenter.telephony.twiml.documents import MUSIC, SILENCE, Document, Kind

FINAL: Final = frozenset({"completed", "busy", "no-answer", "failed", "canceled"})
"""States of a call that is over."""

CALL_SID: Final = re.compile(r"CA[0-9a-fA-F]{32}")
ROOM_SID: Final = re.compile(r"CF[0-9a-fA-F]{32}")
_DIGITS: Final = re.compile(r"[0-9A-D*#]{0,64}")
_NUMBER: Final = re.compile(r"\+?[0-9]{2,20}|(sip|client):[ -~]{1,56}")
_WITHHELD: Final = frozenset(
    {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253", "client:Anonymous"}
)
"""What stands in place of a number that the caller does not show: "anonymous", "restricted", ... on a keypad."""

_CAUSES: Final = {
    "busy": "busy",
    "no-answer": "no_answer",
    "failed": "unreachable",
    "canceled": "released",
    "completed": "hangup",
}
"""Why a leg ended, by the state of its call."""

_DECLINED: Final = "603"
BRIDGES: Final = f".{OrderKind.BRIDGE}"
"""How the ids of commands end that put a leg through; what stands before it is the leg's."""

_DIALS: Final = f".{OrderKind.DIAL}"

_PROGRESS: Final = {"ringing": EventType.CALL_RINGS, "in-progress": EventType.CALL_ANSWERED}
"""What the states of a call of ours tell, as long as it is not over."""

_STARTED, _JOINED = "conference-start", "participant-join"


@dataclass(slots=True)
class Leg:
    """An agent's leg. `has_room`: it is to be put through as soon as it asks; `room_sid`: the conference it talks in."""

    sid: str = ""
    is_up: bool = False
    is_over: bool = False
    is_released: bool = False
    has_room: bool = False
    room_sid: str = ""


@dataclass(slots=True)
class Line:
    """A customer's call.

    One that `is_placed` is ours: its id is its permit's, and `placed_sid` the provider's, once that is known. Once it
    `is_dialled` it may have been asked for, and never is again.
    `document` is what it is to hear now, `background` what after it; `edition` counts how often that changed, and `reports` are
    told once the provider has fetched it (`is_served`). `asking` webhooks are being answered. `heard_at_ms`: when it last showed a sign.
    """

    call_id: str
    contact_id: str
    legs: dict[str, Leg] = field(default_factory=dict)
    document: Document = SILENCE
    background: Document = SILENCE
    edition: int = 0
    reports: list[PbxEvent] = field(default_factory=list)
    is_served: bool = False
    asking: int = 0
    talking_to: str = ""
    is_released: bool = False
    was_open: bool = False
    heard_at_ms: int = 0
    joined: set[tuple[str, str]] = field(default_factory=set)
    is_placed: bool = False
    placed_sid: str = ""
    is_dialled: bool = False
    is_up: bool = False

    @property
    def sid(self) -> str:
        """How the provider calls it; "" while that is not known."""
        return self.placed_sid if self.is_placed else self.call_id

    def show(self, document: Document, *reports: PbxEvent) -> None:
        """From now on it is to hear this."""
        self.document, self.reports, self.is_served = document, list(reports), False
        self.edition += 1

    def is_done_with(self, command_id: str) -> None:
        """A text is over: what comes after it."""
        order = self.document.order
        if order is not None and order.command_id == command_id:
            self.show(self.background)

    def report(
        self, kind: EventType, leg_id: str, word: str, *, cause: str = "", value: str = ""
    ) -> PbxEvent:
        """An event of a leg; `word` makes it one of a kind."""
        return PbxEvent(
            kind, f"{leg_id}.{word}", self.call_id, leg_id=leg_id, cause=cause, value=value
        )

    def done(self, command_id: str, value: str = "") -> PbxEvent:
        """A command has been carried out."""
        event_id = f"{command_id}.done"
        kind = EventType.COMMAND_DONE
        return PbxEvent(kind, event_id, self.call_id, command_id=command_id, value=value)


@dataclass(slots=True)
class Heard:
    """What follows from something told: `events` to report, calls to `clear` away, by their sids."""

    events: list[PbxEvent] = field(default_factory=list)
    clear: list[str] = field(default_factory=list)


class Lines(LineBook[Line]):
    """All calls of one connection."""

    def __init__(self, contact_of: Callable[[str], str]) -> None:
        """`contact_of` a call's id."""
        super().__init__(contact_of, Line)
        self._by_sid: dict[str, str] = {}
        self._over: dict[str, None] = {}
        """Calls of ours that are over: a command that comes late begins none of them again."""

    def place(self, call_id: str) -> Line | None:
        """The line of a call of ours; None when it is over."""
        if call_id in self._over:
            return None
        line = self.add(call_id)
        line.is_placed = True
        return line

    def named(self, sid: str) -> Line | None:
        """The call of that name at the provider's."""
        return self.by_call.get(self._by_sid.get(sid, sid))

    def name(self, line: Line, sid: str) -> None:
        """How the provider calls a call of ours."""
        if sid and not line.placed_sid:
            line.placed_sid = sid
            self._by_sid[sid] = line.call_id

    def drop(self, call_id: str) -> Line | None:
        """It is over, whoever said so."""
        line = super().drop(call_id)
        if line is not None and line.is_placed:
            self._by_sid.pop(line.placed_sid, None)
            self._over[call_id] = None
            if len(self._over) > limits.PLACED_REMEMBERED:
                del self._over[next(iter(self._over))]
        return line

    def is_wanted(self, sid: str) -> bool:
        """Whether it is a call or a leg that somebody is on, or is about to be."""
        if self.named(sid) is not None:
            return True
        legs = (leg for line in self.by_call.values() for leg in line.legs.values())
        return any(leg.sid == sid and not leg.is_over for leg in legs)

    def remember(self, event: PbxEvent) -> Heard:
        """An event that was stored before the start; what was to be cleared away then may not have been."""
        if event.type in (EventType.CALL_ENDED, EventType.CALL_LOST):
            return Heard(clear=self.end(event.call_id, "completed").clear)
        self._remember(event)
        return Heard()

    def _remember(self, event: PbxEvent) -> None:
        line, leg_id = self.add(event.call_id), event.leg_id
        self._remember_placed(line, event)
        if leg_id:
            leg = line.legs.setdefault(leg_id, Leg())
            if event.type in (EventType.LEG_RINGS, EventType.LEG_ANSWERED):
                leg.sid = event.value or leg.sid
            leg.is_up = leg.is_up or event.type == EventType.LEG_ANSWERED
            leg.is_over = leg.is_over or event.type == EventType.LEG_ENDED
            if leg.is_over and line.talking_to == leg_id:
                line.talking_to = ""
        match event.type:
            case EventType.COMMAND_DONE if event.command_id.endswith(RINGS):
                leg = line.legs.setdefault(event.command_id.removesuffix(RINGS), Leg())
                leg.sid = event.value or leg.sid
            case EventType.COMMAND_DONE if f".{OrderKind.PARK}." in event.command_id:
                line.background, line.talking_to = MUSIC, ""
                line.show(MUSIC)
                line.is_served = True
            case EventType.COMMAND_DONE if event.command_id.endswith(BRIDGES):
                self._remember_room(line, event.command_id.removesuffix(BRIDGES))
            case EventType.BRIDGE_STARTED:
                line.legs[leg_id].room_sid = event.value
            case _:
                return

    def _remember_placed(self, line: Line, event: PbxEvent) -> None:
        """How far a call of ours had come."""
        match event.type:
            case EventType.DIAL_ASKED:
                line.is_placed = True
            case EventType.DIAL_BEGUN:
                line.is_dialled = True
            case EventType.CALL_RINGS | EventType.CALL_ANSWERED:
                self.name(line, event.value)
                line.is_up |= event.type == EventType.CALL_ANSWERED
            case EventType.COMMAND_DONE if event.command_id.endswith(_DIALS):
                self.name(line, event.value)
            case _:
                return

    @staticmethod
    def _remember_room(line: Line, leg_id: str) -> None:
        """What was done is known to be served: it was stored before."""
        leg = line.legs.setdefault(leg_id, Leg())
        line.talking_to, leg.has_room = "" if leg.is_over else leg_id, True
        line.show(Document(Kind.ROOM, leg_id=leg_id))
        line.is_served = True

    # --- the customer's call ------------------------------------------------------------------------

    def arrived(self, call_id: str, caller: str, dialled: str) -> PbxEvent:
        """A customer calls."""
        line = self.add(call_id)
        is_shown = _NUMBER.fullmatch(caller) and caller not in _WITHHELD
        return PbxEvent(
            EventType.CALL_ARRIVED,
            f"{line.contact_id}.arrived",
            call_id,
            from_=caller if is_shown else "",
            to=dialled[:64],
        )

    def placed_told(self, call_id: str, sid: str, status: str, sip_code: str = "") -> Heard:
        """The state of a call of ours. One that nobody waits for any more is hung up, as a second one would be."""
        heard, line = Heard(), self.by_call.get(call_id)
        if line is None or line.sid not in ("", sid):
            heard.clear += [] if status in FINAL else [sid]
            return heard
        self.name(line, sid)
        if status in FINAL:
            return self.end(call_id, status, sip_code)
        kind = _PROGRESS.get(status)
        if kind is not None:
            line.is_up |= kind is EventType.CALL_ANSWERED
            event_id = f"{line.contact_id}.{kind.rpartition('.')[2]}"
            heard.events.append(PbxEvent(kind, event_id, call_id, value=sid))
        return heard

    def end(self, call_id: str, status: str, sip_code: str = "") -> Heard:
        """The customer's hang-up ends everything: a leg would go on ringing for nobody."""
        heard, line = Heard(), self.drop(call_id)
        if line is None:
            return heard
        if line.is_placed and not line.is_up and not line.is_released:
            cause = "declined" if sip_code == _DECLINED else _CAUSES[status]
        else:
            cause = "failed" if status == "failed" else "hangup"
            cause = "released" if line.is_released else cause
        event_id = f"{line.contact_id}.ended"
        heard.events.append(PbxEvent(EventType.CALL_ENDED, event_id, call_id, cause=cause))
        heard.clear += [leg.sid for leg in line.legs.values() if leg.sid and not leg.is_over]
        return heard

    @staticmethod
    def text_over(line: Line, command_id: str) -> PbxEvent:
        """A text has been heard out."""
        line.is_done_with(command_id)
        return line.done(command_id)

    @staticmethod
    def gathered(line: Line, command_id: str, digits: str) -> PbxEvent:
        """What was pressed, all at once; or that nothing was."""
        line.is_done_with(command_id)
        pressed = digits if _DIGITS.fullmatch(digits) else ""
        return PbxEvent(
            EventType.GATHER_RESULT,
            f"{command_id}.result",
            line.call_id,
            command_id=command_id,
            digits=pressed,
            timeout=not pressed,
        )

    @staticmethod
    def left(line: Line, leg_id: str) -> None:
        """The conference with a leg is over for the customer: silence, until it is said what comes now."""
        if line.document.kind is Kind.ROOM and line.document.leg_id == leg_id:
            line.show(SILENCE)

    # --- an agent's leg -----------------------------------------------------------------------------

    def leg_told(self, leg_id: str, sid: str, status: str, sip_code: str = "") -> Heard:
        """A leg's state. A second call for the same leg is hung up, unless it is the one that was answered."""
        heard, line = Heard(), self.of_leg(leg_id)
        if line is None:
            heard.clear += [] if status in FINAL else [sid]
            return heard
        leg = line.legs.setdefault(leg_id, Leg())
        if leg.sid not in ("", sid):
            if status in FINAL:
                return heard
            if leg.is_up or leg.is_over or status != "in-progress":
                heard.clear.append(sid)
                return heard
            heard.clear.append(leg.sid)
        leg.sid = sid
        if status in FINAL:
            self.leg_over(line, leg_id, _cause(leg, status, sip_code), heard)
        elif leg.is_over:
            heard.clear.append(sid)
        elif status == "in-progress":
            leg.is_up = True
            heard.events.append(line.report(EventType.LEG_ANSWERED, leg_id, "answered", value=sid))
        elif status == "ringing":
            heard.events.append(line.report(EventType.LEG_RINGS, leg_id, "ringing", value=sid))
        return heard

    @staticmethod
    def leg_over(line: Line, leg_id: str, cause: str, heard: Heard) -> None:
        """The leg is gone; the customer stays."""
        leg = line.legs.setdefault(leg_id, Leg())
        if leg.is_over:
            return
        leg.is_over = True
        if line.talking_to == leg_id:
            line.talking_to = ""
        heard.events.append(line.report(EventType.LEG_ENDED, leg_id, "ended", cause=cause))

    def room_told(self, leg_id: str, what: str, sid: str, room_sid: str) -> Heard:
        """Customer and agent hear each other once the conference has begun, or both have come."""
        heard, line = Heard(), self.of_leg(leg_id)
        leg = None if line is None else line.legs.get(leg_id)
        if line is None or leg is None or what not in (_STARTED, _JOINED):
            return heard
        leg.room_sid = room_sid
        if what == _JOINED:
            line.joined.add((leg_id, sid))
        both = {(leg_id, line.sid), (leg_id, leg.sid)}
        if line.talking_to == leg_id and (what == _STARTED or both <= line.joined):
            heard.events.append(
                line.report(EventType.BRIDGE_STARTED, leg_id, "bridged", value=room_sid)
            )
        return heard


def _cause(leg: Leg, status: str, sip_code: str) -> str:
    """Why a leg ended."""
    if leg.is_released:
        return "released"
    if leg.is_up:
        return "hangup" if status == "completed" else "failed"
    return "declined" if sip_code == _DECLINED else _CAUSES[status]
