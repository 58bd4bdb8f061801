"""What a command means in requests to Asterisk. Each may be carried out again: after a lost connection, after a restart."""

from collections.abc import Awaitable, Callable
from math import ceil
from typing import Final

from callcenter.telephony.asterisk.ari import Ari, Reply
from callcenter.telephony.asterisk.lines import (
    BRIDGE,
    LEG,
    Gather,
    Heard,
    Leg,
    Line,
    Lines,
    bridged,
    done,
    failed,
)
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent

UNKNOWN_CALL: Final = "unknown_call"
UNKNOWN_LEG: Final = "unknown_leg"
_EXISTS: Final = 409


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
        media_of: Callable[[Order], str],
        await_digit: Callable[[Gather], None],
        await_sign: Callable[[str], None],
    ) -> None:
        """`endpoint_of` a phone, `media_of` what a command says ("": nothing is heard). The last two start a wait."""
        self._ari = ari
        self._app = app
        self._lines = lines
        self._tell = tell
        self._follow = follow
        self._endpoint_of = endpoint_of
        self._media_of = media_of
        self._await_digit = await_digit
        self._await_sign = await_sign
        self._verbs: dict[OrderKind, Callable[[Order, Line], Awaitable[str]]] = {
            OrderKind.ANSWER: self._answer,
            OrderKind.PLAY: self._play,
            OrderKind.GATHER: self._gather,
            OrderKind.PARK: self._park,
            OrderKind.RING_AGENT: self._ring,
            OrderKind.BRIDGE: self._bridge,
            OrderKind.HOLD: self._hold,
            OrderKind.UNHOLD: self._unhold,
            OrderKind.HANGUP: self._hang_up,
        }

    async def carry_out(self, order: Order) -> None:
        """Do it, and report a failure; success is reported by each verb in its own way. Raises AriLost."""
        if order.kind is OrderKind.PING:
            await self._ari.ask("GET", "asterisk", "ping")
            return
        line = self._lines.by_call.get(order.call_id)
        code = UNKNOWN_CALL if line is None else await self._verbs[order.kind](order, line)
        if code:
            self._tell(failed(order.call_id, order.command_id, code))

    # --- the customer's call ---

    async def _answer(self, order: Order, line: Line) -> str:
        if order.leg_id:
            # Asterisk cannot make a phone pick up that rings already: it goes on ringing.
            leg = line.legs.get(order.leg_id)
            return "" if leg is not None and leg.is_up else "unsupported"
        reply = await self._ari.ask("POST", "channels", line.call_id, "answer")
        return self._done(order, line, reply)

    async def _play(self, order: Order, line: Line) -> str:
        media = self._media_of(order)
        if not media:
            self._tell(done(line, order.command_id))
            return ""
        return await self._start_text(order, line, media)

    async def _gather(self, order: Order, line: Line) -> str:
        line.gather = Gather(order.command_id, order.timeout_ms, order.digits_max or 1)
        media = self._media_of(order)
        if not media:
            self._await_digit(line.gather)
            return ""
        return await self._start_text(order, line, media)

    async def _start_text(self, order: Order, line: Line, media: str) -> str:
        """The playback has the command's id: its end is the command's."""
        line.plays.add(order.command_id)
        reply = await self._ari.ask(
            "POST", "channels", line.call_id, "play", order.command_id, media=media
        )
        if reply.is_done or reply.status == _EXISTS:
            return ""
        line.plays.discard(order.command_id)
        return UNKNOWN_CALL if reply.status == 404 else "failed"

    async def _park(self, order: Order, line: Line) -> str:
        leg_id = line.talking_to
        if leg_id:
            line.talking_to, line.is_held = "", False
            await self._ari.ask("DELETE", "bridges", f"{leg_id}{BRIDGE}")
            self._tell(
                PbxEvent(EventType.BRIDGE_ENDED, f"{leg_id}.parted", line.call_id, leg_id=leg_id)
            )
        reply = await self.play_music(line)
        return self._done(order, line, reply)

    async def play_music(self, line: Line) -> Reply:
        """From now on, and again after each text."""
        line.has_music = True
        return await self._ari.ask("POST", "channels", line.call_id, "moh")

    async def _end_music(self, line: Line) -> None:
        if line.has_music:
            line.has_music = False
            await self._ari.ask("DELETE", "channels", line.call_id, "moh")

    # --- an agent's leg ---

    async def _ring(self, order: Order, line: Line) -> str:
        leg = line.legs.setdefault(order.leg_id, Leg())
        reply = await self._ari.ask(
            "POST",
            "channels",
            endpoint=self._endpoint_of(order.to),
            app=self._app,
            appArgs=LEG,
            channelId=order.leg_id,
            # With it Asterisk refuses when the customer is gone; without, the phone would ring for nobody.
            originator=line.call_id,
            timeout=max(1, ceil(order.timeout_ms / 1000)),
        )
        if reply.is_done or reply.status == _EXISTS:
            self._tell(done(line, order.command_id))
            self._await_sign(order.leg_id)
            return ""
        leg.is_over = True
        return UNKNOWN_CALL if "originator" in reply.body else "unreachable"

    async def _bridge(self, order: Order, line: Line) -> str:
        leg = line.legs.get(order.leg_id)
        if leg is None or leg.is_over or not leg.is_up:
            return UNKNOWN_LEG
        if line.talking_to != order.leg_id:
            await self._end_music(line)
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

    async def _hold(self, order: Order, line: Line) -> str:
        """The customer leaves the bridge and hears music; the agent's leg stays in it, alone."""
        if line.talking_to != order.leg_id:
            return UNKNOWN_LEG
        if not line.is_held:
            name = f"{order.leg_id}{BRIDGE}"
            reply = await self._ari.ask(
                "POST", "bridges", name, "removeChannel", channel=line.call_id
            )
            if not reply.is_done:
                return "failed"
            line.is_held = True
        reply = await self.play_music(line)
        if not reply.is_done:
            return UNKNOWN_CALL
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
        self._tell_hold(order, line, EventType.HOLD_ENDED)
        return ""

    def _tell_hold(self, order: Order, line: Line, kind: EventType) -> None:
        self._tell(PbxEvent(kind, f"{order.command_id}.done", line.call_id, leg_id=order.leg_id))

    # --- ends ---

    async def _hang_up(self, order: Order, line: Line) -> str:
        """What Asterisk knows no more is over, whatever we had heard."""
        heard = Heard()
        if order.leg_id:
            leg = line.legs.setdefault(order.leg_id, Leg())
            leg.is_released = True
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
