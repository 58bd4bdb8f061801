"""The calls Asterisk has for us, as far as it has told: a fold of its events, which says what to report and what to clear away.

Law of this file: pure; asked twice it answers the same under the same ids, so what is seen again when we look (after a
lost connection, after a restart) changes nothing. A call's id is its channel's, a leg's channel has the offer's id.
"""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from callcenter.telephony.asterisk import limits
from callcenter.telephony.asterisk.ari import Bridge, Channel, Told
from callcenter.telephony.calls import HANDLED_OUTSIDE, RINGS
from callcenter.telephony.line_book import LineBook
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent

LEG: Final = "leg"
"""What a leg brings along when it is answered, so that it is told from a customer."""

PLACED: Final = "placed"
"""What the line of a customer whom we call brings along."""

_OUTGOING_APP: Final = "AppDial2"
"""Where Asterisk says a channel is that it has begun itself, until it is answered."""

LEG_ID: Final = re.compile(r"[0-9a-f]{32}\.[cs]?[0-9]+")
"""A leg is called like its offer, or `c` and a number for a colleague who is asked, `s` for a supervisor who listens."""

COLLEAGUE_LEG: Final = re.compile(r"[0-9a-f]{32}\.c[0-9]+")
SPY: Final = re.compile(r"([0-9a-f]{32}\.s[0-9]+)\.snoop\.[0-9]+")
"""A channel through which a supervisor hears an agent's leg; its command's id."""

_SUPERVISOR_LEG: Final = re.compile(r"[0-9a-f]{32}\.s[0-9]+")
EAR: Final = ".ear"
"""What stands behind a supervisor's leg in the id of its bridge."""

TONE: Final = ".tone"
"""What stands behind a leg's id in the id of the ringing tone its agent hears."""

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
    **dict.fromkeys((34, 38, 41, 42, 44, 47, 58), "failed"),
}
"""Why a leg was not answered, by the cause of Q.850. What lies with the way there says nothing of whoever is called."""

_NORMAL: Final = 16

UNHEARD: Final = "unheard"
"""What must be heard was not: there is no such sound."""


@dataclass(slots=True)
class Leg:
    """An agent's leg, or a supervisor's: that hears by the newest of its `spies`."""

    has_rung: bool = False
    is_up: bool = False
    is_over: bool = False
    is_released: bool = False
    spies: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Gather:
    """Up to `digits_max` digits are waited for, `wait_ms` from the end of the text; `pressed` are those so far."""

    command_id: str
    wait_ms: int
    digits_max: int = 1
    pressed: str = ""


@dataclass(slots=True)
class Message:
    """What the customer may say is recorded after the words before it, for so long at most; named as its command."""

    command_id: str
    length_ms: int


@dataclass(slots=True)
class Line:
    """A customer's call. `plays` are the texts being heard, by their command's id; those in `needed` must be heard.

    `recording` is the one that runs, `still` are the reasons for which it stands still. One that `is_placed` is ours: it
    begins when its agent is rung or when the customer `is_dialled`, which happens once, and `is_up` when that is answered.

    `is_guarded`: Asterisk takes the customer back when we are away for long.
    """

    call_id: str
    contact_id: str
    legs: dict[str, Leg] = field(default_factory=dict)
    plays: set[str] = field(default_factory=set)
    gather: Gather | None = None
    talking_to: str = ""
    is_held: bool = False
    has_music: bool = False
    music: str = ""
    is_released: bool = False
    needed: set[str] = field(default_factory=set)
    recording: str = ""
    still: list[str] = field(default_factory=list)
    message: Message | None = None
    is_placed: bool = False
    is_dialled: bool = False
    has_rung: bool = False
    is_up: bool = False
    is_guarded: bool = False


@dataclass(slots=True)
class Heard:
    """What follows from something told.

    `events` to report; legs, bridges and playbacks to `clear`; a digit that is waited for from now on; a line whose music
    goes on; a line whose customer may leave a message now.
    """

    events: list[PbxEvent] = field(default_factory=list)
    clear: list[tuple[str, str]] = field(default_factory=list)
    gathering: Gather | None = None
    resumes: Line | None = None
    records: Line | None = None


class Lines(LineBook[Line]):
    """All calls of one connection."""

    def __init__(self, contact_of: Callable[[str], str]) -> None:
        """`contact_of` a call's id."""
        super().__init__(contact_of, Line)
        self._over: dict[str, None] = {}
        """Calls of ours that are over: a command that comes late begins none of them again."""

    def place(self, call_id: str) -> Line | None:
        """The line of a call of ours; None when it is over."""
        if call_id in self._over:
            return None
        line = self.add(call_id)
        line.is_placed = True
        return line

    def settle(self, call_id: str) -> None:
        """Everything stored of a call is remembered. Unless its agent's phone still rings it may have been dialled: not again."""
        line = self.by_call.get(call_id)
        if line is not None and line.is_placed and not line.is_dialled:
            line.is_dialled = all(leg.is_up or leg.is_over for leg in line.legs.values())

    def remember(self, event: PbxEvent) -> None:
        """An event that was stored before the start."""
        line, leg_id = self.add(event.call_id), event.leg_id
        _remember_placed(line, event)
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
            case _ if event.recording_id:
                _remember_recording(line, event)
            case _:
                return

    # --- what Asterisk tells ------------------------------------------------------------------------

    def hear(self, told: Told) -> Heard:
        """What follows from one event; a kind that is not known means nothing."""
        channel, heard = told.channel, Heard()
        if told.playback is not None and told.type == "PlaybackFinished":
            is_heard = told.playback.state != "failed"
            self._text_over(told.playback.id, heard, is_heard=is_heard)
        elif told.recording is not None:
            self._recording_over(told.recording.name, told.type, heard)
        elif channel is None or SPY.fullmatch(channel.id):
            return heard
        elif LEG_ID.fullmatch(channel.id):
            self._hear_leg(channel, told, heard)
        elif told.type == "StasisStart":
            self._enters(channel, heard, is_placed=told.args == [PLACED])
        elif told.type in ("StasisEnd", "ChannelDestroyed"):
            self.end(channel.id, heard, self._end_cause(channel.id, told.cause))
        elif told.type == "ChannelStateChange" and channel.state == "Ringing":
            self._customer_rings(channel.id, heard)
        elif told.type == "ChannelDtmfReceived":
            self._digit(channel.id, told.digit, heard)
        return heard

    def _enters(self, channel: Channel, heard: Heard, *, is_placed: bool) -> None:
        """A customer calls, or answers our call; one who answers as we have given up is not kept."""
        line = self.by_call.get(channel.id)
        if line is not None and line.is_placed:
            self._customer_answers(line, heard)
        elif is_placed:
            heard.clear.append(("channels", channel.id))
        else:
            heard.events.append(self.arrived(channel))

    def _customer_rings(self, call_id: str, heard: Heard) -> None:
        line = self.by_call.get(call_id)
        if line is not None and line.is_placed:
            line.has_rung = True
            event_id = f"{line.contact_id}.ringing"
            heard.events.append(PbxEvent(EventType.CALL_RINGS, event_id, call_id))

    @staticmethod
    def _customer_answers(line: Line, heard: Heard) -> None:
        line.is_up = True
        own = (leg_id for leg_id, leg in line.legs.items() if leg.is_up and not leg.is_over)
        heard.clear += [("playbacks", f"{leg_id}{TONE}") for leg_id in own]
        event_id = f"{line.contact_id}.answered"
        heard.events.append(PbxEvent(EventType.CALL_ANSWERED, event_id, line.call_id))

    def _end_cause(self, call_id: str, cause: int) -> str:
        """Why a customer's line ended: one that we called and who has not answered may have been busy."""
        line = self.by_call.get(call_id)
        if line is None or not line.is_placed or line.is_up:
            return "hangup"
        return _CAUSES.get(cause, "no_answer" if line.has_rung else "unreachable")

    def arrived(self, channel: Channel) -> PbxEvent:
        """A customer calls, or was there already."""
        line = self.add(channel.id)
        return PbxEvent(
            EventType.CALL_ARRIVED,
            f"{line.contact_id}.arrived",
            channel.id,
            from_=channel.caller.number,
            to=_dialled(channel),
        )

    def end(self, call_id: str, heard: Heard, cause: str = "hangup") -> None:
        """The customer's hang-up ends everything: a leg would go on ringing for nobody."""
        line = self.drop(call_id)
        if line is None:
            return
        if line.is_placed:
            self._over[call_id] = None
            if len(self._over) > limits.PLACED_REMEMBERED:
                del self._over[next(iter(self._over))]
        cause = "released" if line.is_released else cause
        event_id = f"{line.contact_id}.ended"
        heard.events.append(PbxEvent(EventType.CALL_ENDED, event_id, call_id, cause=cause))
        for leg_id, leg in line.legs.items():
            if not leg.is_over:
                heard.clear.append(("channels", leg_id))
            if leg.is_up:
                heard.clear.append(("bridges", f"{leg_id}{BRIDGE}"))
            if _SUPERVISOR_LEG.fullmatch(leg_id):
                heard.clear.append(("bridges", f"{leg_id}{EAR}"))

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
        self._end_tone(leg_id, heard)
        heard.events.append(_of_leg(line, EventType.LEG_ANSWERED, leg_id, "answered"))

    def leg_over(self, line: Line, leg_id: str, cause: str, heard: Heard) -> None:
        """The leg is gone; the customer stays, in silence or music."""
        leg = line.legs.setdefault(leg_id, Leg())
        if leg.is_over:
            return
        leg.is_over = True
        self._end_tone(leg_id, heard)
        heard.clear += [("channels", spy_id) for spy_id in leg.spies]
        if _SUPERVISOR_LEG.fullmatch(leg_id):
            heard.clear.append(("bridges", f"{leg_id}{EAR}"))
        if line.talking_to == leg_id:
            line.talking_to, line.is_held = "", False
        if leg.is_up:
            heard.clear.append(("bridges", f"{leg_id}{BRIDGE}"))
        heard.events.append(_of_leg(line, EventType.LEG_ENDED, leg_id, "ended", cause=cause))

    @staticmethod
    def _end_tone(leg_id: str, heard: Heard) -> None:
        """Whoever waited for a colleague to answer need not any longer."""
        if COLLEAGUE_LEG.fullmatch(leg_id):
            heard.clear.append(("playbacks", f"{leg_id}{TONE}"))

    # --- texts and digits ---------------------------------------------------------------------------

    def _text_over(self, command_id: str, heard: Heard, *, is_heard: bool) -> None:
        line = self.of_leg(command_id)
        if line is None or command_id not in line.plays:
            return
        line.plays.discard(command_id)
        if command_id in line.needed and not is_heard:
            line.gather = None
            heard.events.append(failed(line.call_id, command_id, UNHEARD))
            return
        if line.gather is not None and line.gather.command_id == command_id:
            heard.gathering = line.gather
            return
        if line.message is not None and line.message.command_id == command_id:
            heard.records = line
            return
        heard.events.append(done(line, command_id))
        if line.has_music:
            heard.resumes = line

    def _recording_over(self, recording_id: str, kind: str, heard: Heard) -> None:
        line = self.of_leg(recording_id)
        if line is None or kind not in ("RecordingFinished", "RecordingFailed"):
            return
        cause = "over" if kind == "RecordingFinished" else "failed"
        heard.events.append(ended(line, recording_id, cause))
        if line.message is not None and line.message.command_id == recording_id:
            line.message = None
            heard.events.append(done(line, recording_id))

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
        line = self.of_leg(command_id)
        if line is None or line.gather is None or line.gather.command_id != command_id:
            return []
        gather, line.gather = line.gather, None
        return [_gathered(line, gather)]

    def look(
        self,
        channels: list[Channel],
        ours: set[str],
        bridges: list[Bridge],
        taken: Collection[str] = (),
    ) -> Heard:
        """Adopt what is there, and take leave of what is not: after each connect.

        `ours` are the channels of our application; the others are calls that went elsewhere, as those have that were `taken`.
        """
        heard, there = Heard(), {channel.id: channel for channel in channels}
        for channel in channels:
            if channel.id in ours and not _is_leg(channel.id):
                self._look_at_customer(channel, heard)
        for line in list(self.by_call.values()):
            if not line.is_placed and line.call_id not in ours:
                is_outside = line.call_id in there or line.call_id in taken
                self.end(line.call_id, heard, HANDLED_OUTSIDE if is_outside else "hangup")
            elif line.is_dialled and line.call_id not in there:
                self.end(line.call_id, heard, "hangup" if line.is_up else "failed")
        for line in self.by_call.values():
            self._look_at_legs(line, there, heard)
        for channel in channels:
            if LEG_ID.fullmatch(channel.id) and self.of_leg(channel.id) is None:
                heard.clear.append(("channels", channel.id))
        self._look_at_spies(channels, heard)
        for bridge in bridges:
            self._look_at_bridge(bridge, heard)
        return heard

    def _look_at_customer(self, channel: Channel, heard: Heard) -> None:
        """Who called us, or whom we call: that line is ours only as long as we know of it."""
        line, place = self.by_call.get(channel.id), channel.dialplan
        is_placed = place.app_name == _OUTGOING_APP or place.app_data.endswith(f",{PLACED}")
        if channel.state != "Up" and line is not None and line.is_placed:
            if channel.state == "Ringing":
                self._customer_rings(channel.id, heard)
        else:
            self._enters(channel, heard, is_placed=is_placed)

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

    def _look_at_spies(self, channels: list[Channel], heard: Heard) -> None:
        """Those of a supervisor who is still there are remembered, so that they end with the leg."""
        for channel in channels:
            spy = SPY.fullmatch(channel.id)
            line = None if spy is None else self.of_leg(channel.id)
            leg = None if spy is None or line is None else line.legs.get(spy.group(1))
            if leg is not None and not leg.is_over:
                leg.spies = [*dict.fromkeys([*leg.spies, channel.id])]
            elif spy is not None:
                heard.clear += [("channels", channel.id), ("bridges", f"{spy.group(1)}{EAR}")]

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


def _dialled(channel: Channel) -> str:
    """What the dial plan names as the number, third of what it hands over: else what was dialled."""
    named = channel.dialplan.app_data.split(",")[2:3]
    return named[0] if named and named[0] else channel.dialplan.exten


def _is_leg(channel_id: str) -> bool:
    return bool(LEG_ID.fullmatch(channel_id) or SPY.fullmatch(channel_id))


def _cause(leg: Leg, cause: int) -> str:
    """Why a leg ended."""
    if leg.is_released:
        return "released"
    if leg.is_up:
        return "hangup" if cause == _NORMAL else "failed"
    return _CAUSES.get(cause, "no_answer" if leg.has_rung else "unreachable")


def _remember_placed(line: Line, event: PbxEvent) -> None:
    """How far a call of ours had come."""
    is_dialled = event.command_id.endswith(f".{OrderKind.DIAL}")
    line.is_placed |= event.type == EventType.DIAL_ASKED
    line.has_rung |= event.type == EventType.CALL_RINGS
    line.is_up |= event.type == EventType.CALL_ANSWERED
    line.is_dialled |= line.has_rung or line.is_up or is_dialled


def _remember_recording(line: Line, event: PbxEvent) -> None:
    match event.type:
        case EventType.RECORDING_STARTED:
            line.recording, line.still = event.recording_id, []
        case EventType.RECORDING_PAUSED:
            line.still.append(event.cause)
        case EventType.RECORDING_RESUMED:
            line.still = [one for one in line.still if one != event.cause]
        case EventType.RECORDING_ENDED if event.recording_id == line.recording:
            line.recording = ""
        case _:
            return


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


def ended(line: Line, recording_id: str, cause: str) -> PbxEvent:
    """A recording is over: nothing more comes onto it."""
    if line.recording == recording_id:
        line.recording, line.still = "", []
    event_id = f"{recording_id}.ended"
    return PbxEvent(
        EventType.RECORDING_ENDED, event_id, line.call_id, recording_id=recording_id, cause=cause
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
