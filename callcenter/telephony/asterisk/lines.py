"""The calls Asterisk has for us, as far as it has told: a fold of its events, which says what to report and what to clear away.

Law of this file: pure; asked twice it answers the same under the same ids, so what is seen again when we look (after a
lost connection, after a restart) changes nothing. A call's id is its channel's, a leg's channel has the offer's id.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from callcenter.telephony.asterisk.ari import Bridge, Channel, Told
from callcenter.telephony.calls import RINGS
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent

LEG: Final = "leg"
"""What a leg brings along when it is answered, so that it is told from a customer."""

LEG_ID: Final = re.compile(r"[0-9a-f]{32}\.[0-9]+")
BRIDGE: Final = ".talk"
"""What stands behind a leg's id in the id of its bridge."""

_CAUSES: Final = {
    17: "busy",
    18: "no_answer",
    19: "no_answer",
    21: "declined",
    1: "unreachable",
    3: "unreachable",
    20: "unreachable",
    27: "unreachable",
}
"""Why a leg was not answered, by the cause of Q.850."""

_NORMAL: Final = 16


@dataclass(slots=True)
class Leg:
    """An agent's leg."""

    has_rung: bool = False
    is_up: bool = False
    is_over: bool = False
    is_released: bool = False


@dataclass(slots=True)
class Gather:
    """Up to `digits_max` digits are waited for, `wait_ms` from the end of the text; `pressed` are those so far."""

    command_id: str
    wait_ms: int
    digits_max: int = 1
    pressed: str = ""


@dataclass(slots=True)
class Line:
    """A customer's call. `plays` are the texts being heard, by their command's id."""

    call_id: str
    contact_id: str
    legs: dict[str, Leg] = field(default_factory=dict)
    plays: set[str] = field(default_factory=set)
    gather: Gather | None = None
    talking_to: str = ""
    is_held: bool = False
    has_music: bool = False
    is_released: bool = False


@dataclass(slots=True)
class Heard:
    """What follows from something told.

    `events` to report; legs, bridges and playbacks to `clear`; a digit that is waited for from now on; a line whose music
    goes on.
    """

    events: list[PbxEvent] = field(default_factory=list)
    clear: list[tuple[str, str]] = field(default_factory=list)
    gathering: Gather | None = None
    resumes: Line | None = None


class Lines:
    """All calls of one connection."""

    def __init__(self, contact_of: Callable[[str], str]) -> None:
        """`contact_of` a call's id."""
        self.by_call: dict[str, Line] = {}
        self._by_contact: dict[str, Line] = {}
        self._contact_of = contact_of

    def add(self, call_id: str) -> Line:
        """The line of a call, made when it is not known."""
        line = self.by_call.get(call_id)
        if line is None:
            line = self.by_call[call_id] = Line(call_id, self._contact_of(call_id))
            self._by_contact[line.contact_id] = line
        return line

    def of_leg(self, leg_id: str) -> Line | None:
        """The call a leg belongs to, unless it is over."""
        return self._by_contact.get(leg_id.partition(".")[0])

    def remember(self, event: PbxEvent) -> None:
        """An event that was stored before the start."""
        line, leg_id = self.add(event.call_id), event.leg_id
        match event.type:
            case EventType.COMMAND_DONE if event.command_id.endswith(RINGS):
                line.legs.setdefault(event.command_id.removesuffix(RINGS), Leg())
            case EventType.COMMAND_DONE if f".{OrderKind.PARK}." in event.command_id:
                line.has_music = True
            case EventType.LEG_RINGS:
                line.legs.setdefault(leg_id, Leg()).has_rung = True
            case EventType.LEG_ANSWERED:
                line.legs.setdefault(leg_id, Leg()).is_up = True
            case EventType.LEG_ENDED:
                line.legs.setdefault(leg_id, Leg()).is_over = True
            case EventType.BRIDGE_STARTED | EventType.HOLD_ENDED:
                line.has_music = False
            case EventType.HOLD_STARTED:
                line.has_music = True
            case _:
                return

    # --- what Asterisk tells ------------------------------------------------------------------------

    def hear(self, told: Told) -> Heard:
        """What follows from one event; a kind that is not known means nothing."""
        channel, heard = told.channel, Heard()
        if told.playback is not None and told.type == "PlaybackFinished":
            self._text_over(told.playback.id, heard)
        elif channel is None:
            return heard
        elif LEG_ID.fullmatch(channel.id):
            self._hear_leg(channel, told, heard)
        elif told.type == "StasisStart":
            heard.events.append(self.arrived(channel))
        elif told.type in ("StasisEnd", "ChannelDestroyed"):
            self.end(channel.id, heard)
        elif told.type == "ChannelDtmfReceived":
            self._digit(channel.id, told.digit, heard)
        return heard

    def arrived(self, channel: Channel) -> PbxEvent:
        """A customer calls, or was there already."""
        line = self.add(channel.id)
        return PbxEvent(
            EventType.CALL_ARRIVED,
            f"{line.contact_id}.arrived",
            channel.id,
            from_=channel.caller.number,
            to=channel.dialplan.exten,
        )

    def end(self, call_id: str, heard: Heard, cause: str = "hangup") -> None:
        """The customer's hang-up ends everything: a leg would go on ringing for nobody."""
        line = self.by_call.pop(call_id, None)
        if line is None:
            return
        del self._by_contact[line.contact_id]
        cause = "released" if line.is_released else cause
        event_id = f"{line.contact_id}.ended"
        heard.events.append(PbxEvent(EventType.CALL_ENDED, event_id, call_id, cause=cause))
        for leg_id, leg in line.legs.items():
            if not leg.is_over:
                heard.clear.append(("channels", leg_id))
            if leg.is_up:
                heard.clear.append(("bridges", f"{leg_id}{BRIDGE}"))

    def _hear_leg(self, channel: Channel, told: Told, heard: Heard) -> None:
        line = self.of_leg(channel.id)
        if line is None:
            if told.type == "StasisStart":
                heard.clear.append(("channels", channel.id))  # answered as the customer left
            return
        leg = line.legs.setdefault(channel.id, Leg())
        if told.type == "StasisStart":
            self.answered(line, channel.id, heard)
        elif told.type == "ChannelStateChange" and channel.state == "Ringing":
            self.rings(line, channel.id, heard)
        elif told.type == "ChannelDestroyed":
            self.leg_over(line, channel.id, _cause(leg, told.cause), heard)

    def rings(self, line: Line, leg_id: str, heard: Heard) -> None:
        """The agent's phone rings."""
        line.legs[leg_id].has_rung = True
        heard.events.append(_of_leg(line, EventType.LEG_RINGS, leg_id, "ringing"))

    def answered(self, line: Line, leg_id: str, heard: Heard) -> None:
        """The agent has picked up."""
        line.legs[leg_id].is_up = True
        heard.events.append(_of_leg(line, EventType.LEG_ANSWERED, leg_id, "answered"))

    def leg_over(self, line: Line, leg_id: str, cause: str, heard: Heard) -> None:
        """The leg is gone; the customer stays, in silence or music."""
        leg = line.legs.setdefault(leg_id, Leg())
        if leg.is_over:
            return
        leg.is_over = True
        if line.talking_to == leg_id:
            line.talking_to, line.is_held = "", False
        if leg.is_up:
            heard.clear.append(("bridges", f"{leg_id}{BRIDGE}"))
        heard.events.append(_of_leg(line, EventType.LEG_ENDED, leg_id, "ended", cause=cause))

    # --- texts and digits ---------------------------------------------------------------------------

    def _text_over(self, command_id: str, heard: Heard) -> None:
        line = self._by_contact.get(command_id.partition(".")[0])
        if line is None or command_id not in line.plays:
            return
        line.plays.discard(command_id)
        if line.gather is not None and line.gather.command_id == command_id:
            heard.gathering = line.gather
            return
        heard.events.append(done(line, command_id))
        if line.has_music:
            heard.resumes = line

    def _digit(self, call_id: str, digit: str, heard: Heard) -> None:
        line = self.by_call.get(call_id)
        if line is None or line.gather is None:
            return
        gather = line.gather
        gather.pressed += digit
        if gather.command_id in line.plays:
            line.plays.discard(gather.command_id)
            heard.clear.append(("playbacks", gather.command_id))
            heard.gathering = gather
        if digit == "#" or len(gather.pressed) >= gather.digits_max:
            heard.gathering = line.gather = None
            heard.events.append(_gathered(line, gather))

    def silence(self, command_id: str) -> list[PbxEvent]:
        """The time is over."""
        line = self._by_contact.get(command_id.partition(".")[0])
        if line is None or line.gather is None or line.gather.command_id != command_id:
            return []
        gather, line.gather = line.gather, None
        return [_gathered(line, gather)]

    def look(self, channels: list[Channel], ours: set[str], bridges: list[Bridge]) -> Heard:
        """Adopt what is there, and take leave of what is not: after each connect.

        `ours` are the channels of our application; the others are calls that went elsewhere.
        """
        heard, there = Heard(), {channel.id: channel for channel in channels}
        for channel in channels:
            if channel.id in ours and not LEG_ID.fullmatch(channel.id):
                heard.events.append(self.arrived(channel))
        for call_id in [one for one in self.by_call if one not in there]:
            self.end(call_id, heard)
        for line in self.by_call.values():
            self._look_at_legs(line, there, heard)
        for channel in channels:
            if LEG_ID.fullmatch(channel.id) and self.of_leg(channel.id) is None:
                heard.clear.append(("channels", channel.id))
        for bridge in bridges:
            self._look_at_bridge(bridge, heard)
        return heard

    def _look_at_legs(self, line: Line, there: dict[str, Channel], heard: Heard) -> None:
        known = [one for one in there if one.partition(".")[0] == line.contact_id]
        for leg_id in dict.fromkeys([*line.legs, *known]):
            leg, channel = line.legs.setdefault(leg_id, Leg()), there.get(leg_id)
            if leg.is_over:
                continue
            if channel is None:
                self.leg_over(line, leg_id, _cause(leg, _NORMAL), heard)
            elif channel.state == "Up":
                self.answered(line, leg_id, heard)
            elif channel.state == "Ringing":
                self.rings(line, leg_id, heard)

    def _look_at_bridge(self, bridge: Bridge, heard: Heard) -> None:
        leg_id = bridge.id.removesuffix(BRIDGE)
        if leg_id == bridge.id or not LEG_ID.fullmatch(leg_id):
            return
        line = self.of_leg(leg_id)
        if line is None or leg_id not in bridge.channels:
            heard.clear.append(("bridges", bridge.id))
            return
        line.talking_to, line.is_held = leg_id, line.call_id not in bridge.channels
        if not line.is_held:
            heard.events.append(bridged(line, leg_id))


def _cause(leg: Leg, cause: int) -> str:
    """Why a leg ended."""
    if leg.is_released:
        return "released"
    if leg.is_up:
        return "hangup" if cause == _NORMAL else "failed"
    return _CAUSES.get(cause, "no_answer" if leg.has_rung else "unreachable")


def _of_leg(line: Line, kind: EventType, leg_id: str, word: str, *, cause: str = "") -> PbxEvent:
    return PbxEvent(kind, f"{leg_id}.{word}", line.call_id, leg_id=leg_id, cause=cause)


def bridged(line: Line, leg_id: str) -> PbxEvent:
    """Customer and agent hear each other."""
    return _of_leg(line, EventType.BRIDGE_STARTED, leg_id, "bridged")


def _gathered(line: Line, gather: Gather) -> PbxEvent:
    """What was pressed, all at once; or that nothing was."""
    return PbxEvent(
        EventType.GATHER_RESULT,
        f"{gather.command_id}.result",
        line.call_id,
        command_id=gather.command_id,
        digits=gather.pressed,
        timeout=not gather.pressed,
    )


def done(line: Line, command_id: str) -> PbxEvent:
    """A command has been carried out."""
    return PbxEvent(
        EventType.COMMAND_DONE, f"{command_id}.done", line.call_id, command_id=command_id
    )


def failed(call_id: str, command_id: str, code: str) -> PbxEvent:
    """A command cannot be carried out."""
    return PbxEvent(
        EventType.COMMAND_FAILED, f"{command_id}.done", call_id, command_id=command_id, code=code
    )
