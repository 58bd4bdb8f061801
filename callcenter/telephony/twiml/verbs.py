"""What a command means: another document for the customer, or a request to the provider. Each may be carried out again."""

import asyncio
from collections.abc import Awaitable, Callable
from math import ceil
from typing import Final

from callcenter.host.envelope import HostError
from callcenter.telephony.protocol import UNKNOWN_CALL, EventType, Order, OrderKind, PbxEvent
from callcenter.telephony.twiml import limits
from callcenter.telephony.twiml.documents import (
    Addresses,
    Document,
    Kind,
    Sounds,
    Webhook,
)
from callcenter.telephony.twiml.lines import Heard, Leg, Line, Lines
from callcenter.telephony.twiml.rest import Rest, RestLost, RestRefused, RestUnsure

UNKNOWN_LEG: Final = "unknown_leg"
UNSUPPORTED: Final = "unsupported"


class Verbs:
    """The commands of one account."""

    def __init__(
        self,
        rest: Rest,
        lines: Lines,
        *,
        addresses: Addresses,
        sounds: Sounds,
        address_of: Callable[[str], str],
        shown_number: str,
        tell: Callable[[PbxEvent], None],
        follow: Callable[[Heard], None],
        notify: Callable[[], Awaitable[None]],
        stored: Callable[[], Awaitable[None]],
    ) -> None:
        """`notify` wakes the webhooks that wait for something to say; `stored` returns once what was told is durable. Raises HostError."""
        self._rest = rest
        self._lines = lines
        self._addresses = addresses
        self._sounds = sounds
        self._address_of = address_of
        self._shown_number = shown_number
        self._tell = tell
        self._follow = follow
        self._notify = notify
        self._stored = stored
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
            OrderKind.MUTE: self._mute,
            OrderKind.UNMUTE: self._unmute,
            OrderKind.HANGUP: self._hang_up,
        }

    async def carry_out(self, order: Order) -> str:
        """Do it; why it failed. Raises RestLost, RestUnsure, RestRefused."""
        verb, line = self._verbs.get(order.kind), self._lines.by_call.get(order.call_id)
        if line is None and order.is_placed:
            line = self._lines.place(order.call_id)
        if verb is None:
            return UNSUPPORTED
        return UNKNOWN_CALL if line is None else await verb(order, line)

    # --- what the customer hears ---

    async def _show(self, line: Line, document: Document, *reports: PbxEvent) -> str:
        """`reports` are told once the provider has fetched the document. A silent call asks by itself."""
        if line.document == document and line.is_served:
            for report in reports:
                self._tell(report)
            return ""
        asks_soon = bool(line.asking) or line.document.kind is Kind.SILENCE
        line.show(document, *reports)
        if asks_soon:
            await self._notify()
            return ""
        if await self._rest.redirect(line.sid, self._addresses.of(Webhook.NEXT)):
            return ""
        self._follow(self._lines.end(line.call_id, "completed"))
        return UNKNOWN_CALL

    async def _answer(self, order: Order, line: Line) -> str:
        """The first document that is heard picks the call up."""
        if order.leg_id:
            # A phone that rings cannot be made to pick up.
            leg = line.legs.get(order.leg_id)
            return "" if leg is not None and leg.is_up else UNSUPPORTED
        self._tell(line.done(order.command_id))
        return ""

    async def _play(self, order: Order, line: Line) -> str:
        if not self._sounds.has_words(order):
            self._tell(line.done(order.command_id))
            return ""
        return await self._show(line, Document(Kind.TEXT, order))

    async def _gather(self, order: Order, line: Line) -> str:
        return await self._show(line, Document(Kind.GATHER, order))

    async def _park(self, order: Order, line: Line) -> str:
        reports = [line.done(order.command_id)]
        leg_id = line.talking_to
        if leg_id:
            line.talking_to = ""
            reports.insert(0, line.report(EventType.BRIDGE_ENDED, leg_id, "parted"))
        line.background = Document(Kind.MUSIC, music=order.music)
        return await self._show(line, line.background, *reports)

    async def _bridge(self, order: Order, line: Line) -> str:
        leg = line.legs.get(order.leg_id)
        if leg is None or leg.is_over or not leg.is_up:
            return UNKNOWN_LEG
        line.talking_to, leg.has_room = order.leg_id, True
        await self._notify()
        room = Document(Kind.ROOM, leg_id=order.leg_id)
        return await self._show(line, room, line.done(order.command_id))

    async def _hold(self, order: Order, line: Line) -> str:
        """The customer hears music in the conference; the agent's leg stays in it, alone."""
        url = self._sounds.music_url(line.background.music)
        music = {"HoldUrl": url} if url else {}
        return await self._turn(order, line, EventType.HOLD_STARTED, Hold="true", **music)

    async def _unhold(self, order: Order, line: Line) -> str:
        return await self._turn(order, line, EventType.HOLD_ENDED, Hold="false")

    async def _mute(self, order: Order, line: Line) -> str:
        return await self._turn(order, line, EventType.MUTE_STARTED, Muted="true")

    async def _unmute(self, order: Order, line: Line) -> str:
        return await self._turn(order, line, EventType.MUTE_ENDED, Muted="false")

    async def _turn(self, order: Order, line: Line, kind: EventType, **fields: str) -> str:
        """The customer is held, or the agent's leg is mute, in the conference of the two."""
        leg = line.legs.get(order.leg_id)
        if leg is None or line.talking_to != order.leg_id or not leg.room_sid:
            return UNKNOWN_LEG
        sid = line.sid if "Hold" in fields else leg.sid
        if not await self._rest.turn(leg.room_sid, sid, **fields):
            return "failed"
        event_id = f"{order.command_id}.done"
        self._tell(PbxEvent(kind, event_id, line.call_id, leg_id=order.leg_id))
        return ""

    # --- a customer whom we call ---

    async def _dial(self, order: Order, line: Line) -> str:
        """Once: that it is about to be asked for is durable before it is, so a process that dies in between asks nothing again."""
        if line.sid:
            self._tell(line.done(order.command_id, line.sid))
            return ""
        if line.is_dialled:
            raise RestUnsure
        await self._note_dial(line)
        line.is_dialled = True
        try:
            sid = await self._rest.ring(self._dial_fields(order))
        except RestRefused as refused:
            if not refused.blames_phone:
                raise
            return "unreachable"
        except RestUnsure:
            raise
        except RestLost:
            line.is_dialled = False
            raise
        if self._lines.by_call.get(line.call_id) is not line:
            self._follow(Heard(clear=[sid]))  # it is over by now
            return ""
        self._lines.name(line, sid)
        self._tell(line.done(order.command_id, sid))
        return ""

    async def _note_dial(self, line: Line) -> None:
        event_id = f"own/{line.contact_id}.begun"
        self._tell(PbxEvent(EventType.DIAL_BEGUN, event_id, line.call_id))
        try:
            async with asyncio.timeout(limits.STORE_WAIT_MS / 1000):
                await self._stored()
        except (HostError, TimeoutError) as error:
            raise RestLost from error

    def _dial_fields(self, order: Order) -> dict[str, str | list[str]]:
        return {
            "To": order.to,
            "From": order.from_ or self._shown_number,
            **_how_long(order),
            "Url": self._addresses.of(Webhook.CUSTOMER, call=order.call_id),
            "StatusCallback": self._addresses.of(Webhook.DIALLED, call=order.call_id),
        }

    # --- an agent's leg ---

    async def _ring(self, order: Order, line: Line) -> str:
        leg = line.legs.setdefault(order.leg_id, Leg())
        if not leg.sid:
            try:
                sid = await self._rest.ring(self._leg_fields(order))
            except RestRefused as refused:
                if not refused.blames_phone:
                    raise
                leg.is_over = True
                return "unreachable"
            if self._lines.by_call.get(line.call_id) is not line:
                self._follow(Heard(clear=[sid]))  # the customer left meanwhile
                return ""
            leg = line.legs[order.leg_id]  # a webhook may have told it meanwhile
            leg.sid = leg.sid or sid
        self._tell(line.done(order.command_id, leg.sid))
        return ""

    def _leg_fields(self, order: Order) -> dict[str, str | list[str]]:
        return {
            "To": self._address_of(order.to),
            "From": self._shown_number,
            **_how_long(order),
            "Url": self._addresses.of(Webhook.AGENT, leg=order.leg_id),
            "StatusCallback": self._addresses.of(Webhook.LEG, leg=order.leg_id),
        }

    # --- ends ---

    async def _hang_up(self, order: Order, line: Line) -> str:
        """What the provider knows no more is over, whatever we had heard."""
        if not order.leg_id:
            line.is_released = True
            if not line.sid or not await self._rest.hang_up(line.sid):
                self._follow(self._lines.end(line.call_id, "completed"))
            return ""
        leg, heard = line.legs.setdefault(order.leg_id, Leg()), Heard()
        leg.is_released = True
        if not leg.sid or not await self._rest.hang_up(leg.sid):
            self._lines.leg_over(line, order.leg_id, "released", heard)
        self._follow(heard)
        return ""


def _how_long(order: Order) -> dict[str, str | list[str]]:
    """How long a phone rings, and that everything about it is told."""
    seconds = min(limits.RING_S_MAX, max(1, ceil(order.timeout_ms / 1000)))
    return {
        "Timeout": str(seconds),
        "Method": "POST",
        "StatusCallbackMethod": "POST",
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
    }
