"""Recording and muting over one connection to Asterisk.

A talk is recorded by its bridge, so that only what customer and agent say to each other can be on it: whenever the customer
leaves the bridge, it stands still first, and a recording that cannot be stopped from running on is ended. A message is
recorded from the customer's channel. Asterisk's name of a recording is ours.
"""

from collections.abc import Callable
from typing import Final

from callcenter.telephony.asterisk.ari import Ari
from callcenter.telephony.asterisk.lines import BRIDGE, Line, done, ended, failed
from callcenter.telephony.limits import RECORDING_MS_MAX, VOICEMAIL_SILENCE_MS
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent, Taping
from callcenter.telephony.recording import ASKED

HOLD: Final = "hold"
FORMAT: Final = "wav"
BEEP: Final = "sound:beep"
"""Asterisk's own tone before a message; one that has no such sound gives none."""
_GONE: Final = 404
_EXISTS: Final = 409


class Recorder:
    """The commands `record`, `mute` and `unmute`, and what other commands do to a recording. Each raises AriLost."""

    def __init__(self, ari: Ari, tell: Callable[[PbxEvent], None]) -> None:
        self._ari = ari
        self._tell = tell

    # --- a talk ---

    async def tape(self, order: Order, line: Line) -> str:
        """Begin, pause, go on or end the recording of a talk."""
        match order.action:
            case Taping.START:
                code = await self._begin(order, line)
            case Taping.PAUSE:
                code = await self._pause(line, order)
            case Taping.RESUME:
                code = await self._resume(line, order)
            case _:
                code = await self._end(line, order.recording_id)
        if not code:
            self._tell(done(line, order.command_id))
        return code

    async def _begin(self, order: Order, line: Line) -> str:
        if line.talking_to != order.leg_id:
            return "unknown_leg"
        reply = await self._ari.ask(
            "POST",
            "bridges",
            f"{order.leg_id}{BRIDGE}",
            "record",
            name=order.recording_id,
            format=FORMAT,
            maxDurationSeconds=RECORDING_MS_MAX // 1000,
            ifExists="fail",
        )
        if not reply.is_done and reply.status != _EXISTS:
            return "failed"
        line.recording, line.still = order.recording_id, []
        self._tell(_about(line, EventType.RECORDING_STARTED, order.recording_id))
        if line.is_held:
            await self.stand_still(line, HOLD, order.command_id)
        return ""

    async def _pause(self, line: Line, order: Order) -> str:
        if line.recording != order.recording_id:
            return "unknown_recording"
        reply = await self._ari.ask("POST", "recordings", "live", order.recording_id, "pause")
        if not reply.is_done:
            return "failed"
        self._stands(line, ASKED, order.command_id)
        return ""

    async def _resume(self, line: Line, order: Order) -> str:
        if line.recording != order.recording_id:
            return "unknown_recording"
        return await self._without(line, ASKED, order.command_id)

    async def stand_still(self, line: Line, why: str, about: str) -> None:
        """The customer leaves: nothing more may be recorded, whatever it takes. `about` is the command that has it so."""
        if not line.recording:
            return
        reply = await self._ari.ask("POST", "recordings", "live", line.recording, "pause")
        if reply.is_done:
            self._stands(line, why, about)
        else:
            await self._end(line, line.recording)

    async def go_on(self, line: Line, why: str, about: str) -> None:
        """The customer is back."""
        if line.recording and await self._without(line, why, about):
            await self._end(line, line.recording)

    async def _without(self, line: Line, why: str, about: str) -> str:
        """One reason less to stand still; with none left it goes on."""
        left = [one for one in line.still if one != why]
        if line.still and not left:
            reply = await self._ari.ask("DELETE", "recordings", "live", line.recording, "pause")
            if not reply.is_done:
                return "failed"
        line.still = left
        told = _about(line, EventType.RECORDING_RESUMED, f"{about}.goes_on", cause=why)
        self._tell(told)
        return ""

    def _stands(self, line: Line, why: str, about: str) -> None:
        if why not in line.still:
            line.still.append(why)
        self._tell(_about(line, EventType.RECORDING_PAUSED, f"{about}.stands", cause=why))

    async def _end(self, line: Line, recording_id: str) -> str:
        reply = await self._ari.ask("POST", "recordings", "live", recording_id, "stop")
        if reply.is_done or reply.status == _GONE:
            self._tell(ended(line, recording_id, "stopped"))
            return ""
        return "failed"

    # --- a message ---

    async def take_message(self, line: Line) -> None:
        """After the words before it: a tone, then whatever the customer says."""
        message = line.message
        if message is None:
            return
        if line.has_music:
            line.has_music = False
            await self._ari.ask("DELETE", "channels", line.call_id, "moh")
        reply = await self._ari.ask(
            "POST",
            "channels",
            line.call_id,
            "record",
            name=message.command_id,
            format=FORMAT,
            maxDurationSeconds=max(1, message.length_ms // 1000),
            maxSilenceSeconds=VOICEMAIL_SILENCE_MS // 1000,
            terminateOn="#",
            ifExists="fail",
        )
        if reply.status == _EXISTS:
            live = await self._ari.ask("GET", "recordings", "live", message.command_id)
            if live.status == _GONE:  # it was over before we asked again
                self._tell(ended(line, message.command_id, "over"))
                self._tell(done(line, message.command_id))
        elif reply.is_done:
            self._tell(_about(line, EventType.RECORDING_STARTED, message.command_id))
        else:
            self._tell(failed(line.call_id, message.command_id, "failed"))

    # --- mute ---

    async def mute(self, order: Order, line: Line) -> str:
        """Nobody hears the agent; the agent hears everybody."""
        leg = line.legs.get(order.leg_id)
        if leg is None or leg.is_over or not leg.is_up:
            return "unknown_leg"
        is_mute = order.kind is OrderKind.MUTE
        method = "POST" if is_mute else "DELETE"
        reply = await self._ari.ask(method, "channels", order.leg_id, "mute", direction="in")
        if not reply.is_done:
            return "unknown_leg" if reply.status == _GONE else "failed"
        kind = EventType.MUTE_STARTED if is_mute else EventType.MUTE_ENDED
        told = PbxEvent(kind, f"{order.command_id}.done", line.call_id, leg_id=order.leg_id)
        self._tell(told)
        return ""


def _about(line: Line, kind: EventType, about: str, *, cause: str = "") -> PbxEvent:
    """`about` makes the event one of a kind: the recording itself where it begins, else the command."""
    is_start = kind == EventType.RECORDING_STARTED
    recording_id = about if is_start else line.recording
    event_id = f"{about}.begun" if is_start else about
    return PbxEvent(kind, event_id, line.call_id, recording_id=recording_id, cause=cause)
