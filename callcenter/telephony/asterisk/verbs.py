"""What a command means in requests to Asterisk. Each may be carried out again: after a lost connection, after a restart."""

import asyncio
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Final

from callcenter.telephony.asterisk import limits
from callcenter.telephony.asterisk.ari import Ari, Reply
from callcenter.telephony.asterisk.browsers import variables_of
from callcenter.telephony.asterisk.guarding import Guard
from callcenter.telephony.asterisk.lines import (
    BRIDGE,
    COLLEAGUE_LEG,
    EAR,
    LEG,
    PLACED,
    TONE,
    UNHEARD,
    Gather,
    Heard,
    Leg,
    Line,
    Lines,
    Message,
    bridged,
    done,
    failed,
)
from callcenter.telephony.asterisk.recording import BEEP, HOLD, Recorder
from callcenter.telephony.consulting import COLLEAGUE, CUSTOMER
from callcenter.telephony.listening import BARGE, LISTEN, WHISPER
from callcenter.telephony.protocol import UNKNOWN_CALL, EventType, Order, OrderKind, PbxEvent

UNKNOWN_LEG: Final = "unknown_leg"
UNSUPPORTED: Final = "unsupported"
RING_TONE: Final = "tone:ring"
_EXISTS: Final = 409
_WHISPERS: Final = {LISTEN: "none", WHISPER: "out"}
"""Where a supervisor's voice goes on an agent's leg: `out` is to the agent, `in` would be as if the agent spoke."""


class Verbs:
    """The commands over one connection."""

    def __init__(
        self,
        ari: Ari,
        app: str,
        lines: Lines,
        *,
        tell: Callable[[PbxEvent], None],
        follow: Callable[[Heard], None],
        endpoint_of: Callable[[str], str],
        trunk_of: Callable[[str], str],
        media_of: Callable[[Order], str],
        await_digit: Callable[[Gather], None],
        await_sign: Callable[[str], None],
        guard: Guard,
    ) -> None:
        """`endpoint_of` a phone, `trunk_of` a customer's number ("": nobody is called), `media_of` what a command says ("": nothing is heard). The last two start a wait."""
        self._ari = ari
        self._app = app
        self._lines = lines
        self._tell = tell
        self._follow = follow
        self._endpoint_of = endpoint_of
        self._trunk_of = trunk_of
        self._media_of = media_of
        self._await_digit = await_digit
        self._await_sign = await_sign
        self._guard = guard
        self.recorder = Recorder(ari, tell)
        self._verbs: dict[OrderKind, Callable[[Order, Line], Awaitable[str]]] = {
            OrderKind.ANSWER: self._answer,
            OrderKind.PLAY: self._play,
            OrderKind.GATHER: self._gather,
            OrderKind.PARK: self._park,
            OrderKind.RING_AGENT: self._ring,
            OrderKind.DIAL: self._dial,
            OrderKind.BRIDGE: self._bridge,
            OrderKind.HOLD: self._hold,
            OrderKind.UNHOLD: self._unhold,
            OrderKind.CONSULT: self._consult,
            OrderKind.RECORD: self._record,
            OrderKind.MUTE: self.recorder.mute,
            OrderKind.UNMUTE: self.recorder.mute,
            OrderKind.SNOOP: self._snoop,
            OrderKind.HANGUP: self._hang_up,
        }

    async def carry_out(self, order: Order) -> None:
        """Do it, and report a failure; success is reported by each verb in its own way. Raises AriLost."""
        if order.kind is OrderKind.PING:
            await self._ari.ask("GET", "asterisk", "ping")
            return
        line, verb = self._lines.by_call.get(order.call_id), self._verbs.get(order.kind)
        if line is None and order.is_placed:
            line = self._lines.place(order.call_id)
        if verb is None:
            code = UNSUPPORTED
        else:
            code = UNKNOWN_CALL if line is None else await verb(order, line)
        if code:
            self._tell(failed(order.call_id, order.command_id, code))

    # --- the customer's call ---

    async def _answer(self, order: Order, line: Line) -> str:
        if order.leg_id:
            # Asterisk cannot make a phone pick up that rings already: it goes on ringing.
            leg = line.legs.get(order.leg_id)
            return "" if leg is not None and leg.is_up else UNSUPPORTED
        await self._guard.prolong(line)
        reply = await self._ari.ask("POST", "channels", line.call_id, "answer")
        return self._done(order, line, reply)

    async def _play(self, order: Order, line: Line) -> str:
        media = self._media_of(order)
        if not media and order.must_be_heard:
            return UNHEARD
        if not media:
            self._tell(done(line, order.command_id))
            return ""
        return await self._start_text(order, line, media)

    async def _gather(self, order: Order, line: Line) -> str:
        media = self._media_of(order)
        if not media and order.must_be_heard:
            return UNHEARD
        line.gather = Gather(order.command_id, order.timeout_ms, order.digits_max or 1)
        if not media:
            self._await_digit(line.gather)
            return ""
        return await self._start_text(order, line, media)

    async def _start_text(self, order: Order, line: Line, media: str) -> str:
        """The playback has the command's id: its end is the command's."""
        line.plays.add(order.command_id)
        if order.must_be_heard:
            line.needed.add(order.command_id)
        reply = await self._ari.ask(
            "POST", "channels", line.call_id, "play", order.command_id, media=media
        )
        if reply.is_done or reply.status == _EXISTS:
            return ""
        line.plays.discard(order.command_id)
        return UNKNOWN_CALL if reply.status == 404 else "failed"

    async def _record(self, order: Order, line: Line) -> str:
        if order.leg_id:
            return await self.recorder.tape(order, line)
        line.message = Message(order.command_id, order.timeout_ms)
        words = self._media_of(order)
        return await self._start_text(order, line, f"{words},{BEEP}" if words else BEEP)

    async def _park(self, order: Order, line: Line) -> str:
        leg_id = line.talking_to
        if leg_id:
            line.talking_to, line.is_held = "", False
            await self._ari.ask("DELETE", "bridges", f"{leg_id}{BRIDGE}")
            self._tell(
                PbxEvent(EventType.BRIDGE_ENDED, f"{leg_id}.parted", line.call_id, leg_id=leg_id)
            )
        await self._guard.prolong(line)
        line.music = order.music
        reply = await self.play_music(line)
        return self._done(order, line, reply)

    async def play_music(self, line: Line) -> Reply:
        """From now on, and again after each text."""
        line.has_music = True
        wanted = {"mohClass": line.music} if line.music else {}
        return await self._ari.ask("POST", "channels", line.call_id, "moh", **wanted)

    async def _end_music(self, line: Line) -> None:
        if line.has_music:
            line.has_music = False
            await self._ari.ask("DELETE", "channels", line.call_id, "moh")

    # --- a customer whom we call ---

    async def _dial(self, order: Order, line: Line) -> str:
        """Once: asked again, after a connection was lost, it looks what became of it."""
        endpoint = self._trunk_of(order.to)
        if not endpoint:
            return UNSUPPORTED
        if line.is_dialled:
            reply = await self._ari.ask("GET", "channels", line.call_id)
        else:
            line.is_dialled = True
            shown = {"callerId": order.from_} if order.from_ else {}
            # With the agent's leg Asterisk refuses when that is gone.
            agent = {"originator": order.leg_id} if order.leg_id else {}
            reply = await self._ari.ask(
                "POST",
                "channels",
                endpoint=endpoint,
                app=self._app,
                appArgs=PLACED,
                channelId=line.call_id,
                timeout=max(1, ceil(order.timeout_ms / 1000)),
                **shown,
                **agent,
            )
        if not reply.is_done and reply.status != _EXISTS:
            # Asterisk has dialled nothing: that says nothing of the customer.
            return "released" if "originator" in reply.body else "failed"
        self._tell(done(line, order.command_id))
        leg = line.legs.get(order.leg_id)
        if leg is not None and not line.is_up:
            name = f"{order.leg_id}{TONE}"
            await self._ari.ask("POST", "channels", order.leg_id, "play", name, media=RING_TONE)
        return ""

    # --- an agent's leg ---

    async def _ring(self, order: Order, line: Line) -> str:
        leg = line.legs.setdefault(order.leg_id, Leg())
        # With the customer's line Asterisk refuses when that is gone; without, the phone would ring for nobody.
        is_first = line.is_placed and not line.is_dialled
        customer = {} if is_first else {"originator": line.call_id}
        reply = await self._ari.ask(
            "POST",
            "channels",
            endpoint=self._endpoint_of(order.to),
            app=self._app,
            appArgs=LEG,
            channelId=order.leg_id,
            timeout=max(1, ceil(order.timeout_ms / 1000)),
            **customer,
            body=self._with_leg(order),
        )
        if reply.is_done or reply.status == _EXISTS:
            self._tell(done(line, order.command_id))
            self._await_sign(order.leg_id)
            if COLLEAGUE_LEG.fullmatch(order.leg_id) and line.talking_to and not leg.is_up:
                await self._play_tone(line, order.leg_id)
            return ""
        leg.is_over = True
        return UNKNOWN_CALL if "originator" in reply.body else "unreachable"

    @staticmethod
    def _with_leg(order: Order) -> dict[str, dict[str, str]] | None:
        """A browser is told which leg it is that rings."""
        variables = variables_of(order.to, order.leg_id)
        return None if variables is None else {"variables": variables}

    async def _bridge(self, order: Order, line: Line) -> str:
        leg = line.legs.get(order.leg_id)
        if leg is None or leg.is_over or not leg.is_up:
            return UNKNOWN_LEG
        if line.talking_to != order.leg_id:
            await self._end_music(line)
            await self._guard.lift(line)
            if not await self._join(line, order.leg_id, f"{line.call_id},{order.leg_id}"):
                await self.play_music(line)
                return "failed"
            line.talking_to, line.is_held = order.leg_id, False
        self._tell(bridged(line, order.leg_id))
        self._tell(done(line, order.command_id))
        return ""

    async def _join(self, line: Line, leg_id: str, who: str) -> bool:
        """All of them or nobody: one that is gone keeps the others out."""
        name = f"{leg_id}{BRIDGE}"
        await self._ari.ask("POST", "bridges", name, type="mixing")
        reply = await self._ari.ask("POST", "bridges", name, "addChannel", channel=who)
        if not reply.is_done and line.talking_to != leg_id:
            await self._ari.ask("DELETE", "bridges", name)
        return reply.is_done

    async def _remove(self, bridge: str, channel: str) -> Reply:
        """It hears and says nothing there once this is answered. One that is not in it is no fault."""
        return await self._ari.ask("POST", "bridges", bridge, "removeChannel", channel=channel)

    async def _hold(self, order: Order, line: Line) -> str:
        """The customer leaves the bridge and hears music; the agent's leg stays in it, alone."""
        if line.talking_to != order.leg_id:
            return UNKNOWN_LEG
        if not line.is_held:
            await self.recorder.stand_still(line, HOLD, order.command_id)
            reply = await self._remove(f"{order.leg_id}{BRIDGE}", line.call_id)
            if not reply.is_done:
                return "failed"
            line.is_held = True
        reply = await self.play_music(line)
        if not reply.is_done:
            return UNKNOWN_CALL if reply.status == 404 else "failed"
        self._tell_hold(order, line, EventType.HOLD_STARTED)
        return ""

    async def _unhold(self, order: Order, line: Line) -> str:
        if line.talking_to != order.leg_id:
            return UNKNOWN_LEG
        if line.is_held:
            await self._end_music(line)
            if not await self._join(line, order.leg_id, line.call_id):
                return "failed"
            line.is_held = False
            await self.recorder.go_on(line, HOLD, order.command_id)
        self._tell_hold(order, line, EventType.HOLD_ENDED)
        return ""

    async def _play_tone(self, line: Line, leg_id: str) -> None:
        """The agent hears that the colleague's phone rings."""
        bridge, name = f"{line.talking_to}{BRIDGE}", f"{leg_id}{TONE}"
        await self._ari.ask("POST", "bridges", bridge, "play", name, media=RING_TONE)

    # --- agent, colleague and customer ---

    async def _consult(self, order: Order, line: Line) -> str:
        """Who of colleague and customer is with the agent; whoever is not hears music."""
        leg = line.legs.get(order.other_leg_id)
        if line.talking_to != order.leg_id or leg is None or leg.is_over or not leg.is_up:
            return UNKNOWN_LEG
        with_customer, with_colleague = order.mode != COLLEAGUE, order.mode != CUSTOMER
        if not with_colleague:
            # First, or customer and recording would hear the colleague's last words.
            await self._remove(f"{order.leg_id}{BRIDGE}", order.other_leg_id)
            await self._ari.ask("POST", "channels", order.other_leg_id, "moh")
        if with_customer == line.is_held:
            turn = self._unhold if with_customer else self._hold
            if code := await turn(order, line):
                return code
        if with_colleague:
            await self._ari.ask("DELETE", "channels", order.other_leg_id, "moh")
            if not await self._join(line, order.leg_id, order.other_leg_id):
                return "failed"
        self._tell(done(line, order.command_id))
        return ""

    # --- a supervisor ---

    async def _snoop(self, order: Order, line: Line) -> str:
        """The supervisor's leg meets a channel that hears the agent's.

        Who only listens is muted twice: that channel whispers nothing, and nothing is taken from the supervisor's leg.
        """
        leg_id, spy_id = order.other_leg_id, order.command_id
        leg, ear = line.legs.get(leg_id), f"{leg_id}{EAR}"
        if leg is None or leg.is_over or not leg.is_up:
            return UNKNOWN_LEG
        if order.mode == BARGE:
            await self._leave_ear(leg, leg_id, kept=0)
            if not await self._enter(f"{order.leg_id}{BRIDGE}", leg_id, "false"):
                return "failed"
            self._tell(done(line, order.command_id))
            return ""
        leg.spies.append(spy_id)
        reply = await self._ari.ask(
            "POST",
            *("channels", order.leg_id, "snoop", spy_id),
            app=self._app,
            appArgs=LEG,
            spy="both",
            whisper=_WHISPERS[order.mode],
        )
        if not reply.is_done and reply.status != _EXISTS:
            return UNKNOWN_LEG if reply.status == 404 else "failed"
        await self._leave_ear(leg, leg_id, kept=1)
        await self._ari.ask("POST", "bridges", ear, type="mixing")
        mute = "true" if order.mode == LISTEN else "false"
        for channel, muted in ((leg_id, mute), (spy_id, "false")):
            if not await self._enter(ear, channel, muted):
                return "failed"
        self._tell(done(line, order.command_id))
        return ""

    async def _leave_ear(self, leg: Leg, leg_id: str, *, kept: int) -> None:
        """What the supervisor has heard by ends, but for the newest."""
        while len(leg.spies) > kept:
            await self._ari.ask("DELETE", "channels", leg.spies.pop(0))
        await self._remove(f"{leg_id}{EAR}", leg_id)

    async def _enter(self, bridge: str, channel: str, mute: str) -> bool:
        """A channel just made is ours a moment after Asterisk has answered."""
        for _ in range(limits.SPY_TRIES):
            path = ("bridges", bridge, "addChannel")
            reply = await self._ari.ask("POST", *path, channel=channel, mute=mute)
            if reply.is_done:
                return True
            await asyncio.sleep(limits.SPY_RETRY_MS / 1000)
        return False

    def _tell_hold(self, order: Order, line: Line, kind: EventType) -> None:
        event_id = f"{order.command_id}.{kind}"
        self._tell(PbxEvent(kind, event_id, line.call_id, leg_id=order.leg_id))

    # --- ends ---

    async def _hang_up(self, order: Order, line: Line) -> str:
        """What Asterisk knows no more is over, whatever we had heard."""
        heard = Heard()
        if order.leg_id:
            leg = line.legs.setdefault(order.leg_id, Leg())
            leg.is_released = True
            if line.talking_to and COLLEAGUE_LEG.fullmatch(order.leg_id):
                # A channel that is ended leaves its bridge a moment later: the customer may be back by then.
                await self._remove(f"{line.talking_to}{BRIDGE}", order.leg_id)
            reply = await self._ari.ask("DELETE", "channels", order.leg_id)
            if reply.status == 404:
                self._lines.leg_over(line, order.leg_id, "released", heard)
        else:
            line.is_released = True
            reply = await self._ari.ask("DELETE", "channels", line.call_id)
            if reply.status == 404:
                self._lines.end(line.call_id, heard)
        self._follow(heard)
        return ""

    def _done(self, order: Order, line: Line, reply: Reply) -> str:
        if reply.is_done:
            self._tell(done(line, order.command_id))
            return ""
        return UNKNOWN_CALL if reply.status == 404 else "failed"
