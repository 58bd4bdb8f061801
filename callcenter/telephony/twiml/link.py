"""`CallControl` over TwiML and REST: the calls of one account.

Theory: a command changes what a call is to hear. If the call is asking just then, that is the answer; else the provider is
told to ask. A leg is rung by REST once: whether a request without an answer was carried out is seen by the leg's webhooks.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from aiohttp import ClientSession, DummyCookieJar

from callcenter.clock import Clock
from callcenter.ports.calls import CallLog, CallRow
from callcenter.telephony.lanes import Lanes
from callcenter.telephony.limits import RETRY_FIRST_MS, RETRY_MAX_MS
from callcenter.telephony.ports import Errand, Undelivered
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent, stored_event
from callcenter.telephony.telling import Teller
from callcenter.telephony.twiml import limits
from callcenter.telephony.twiml.documents import Addresses, Sounds, Writer
from callcenter.telephony.twiml.lines import FINAL, Heard, Leg, Line, Lines
from callcenter.telephony.twiml.rest import Account, Rest, RestLost, RestRefused, RestUnsure
from callcenter.telephony.twiml.verbs import Verbs
from callcenter.telephony.wanted import UNDELIVERED
from routing.ids import ContactId

_log = structlog.get_logger("callcenter.telephony")


@dataclass(frozen=True, slots=True, kw_only=True)
class TwilioSurroundings:
    """What the link stands in.

    `address_of` is what rings an agent's phone, `shown_number` the number it sees; `open_calls`: the book's, by id.
    """

    connection_id: str
    url: Callable[[], str]
    public_url: str
    account: Account
    clock: Clock
    sounds: Sounds
    contact_of: Callable[[str], ContactId]
    address_of: Callable[[str], str]
    shown_number: str
    store: Callable[[Sequence[PbxEvent]], Awaitable[None]]
    open_calls: Callable[[], dict[str, int]]


class TwilioLink:
    """One account. `run` delivers; before it runs, commands wait."""

    def __init__(
        self,
        around: TwilioSurroundings,
        *,
        on_undelivered: Undelivered,
        on_sent: Callable[[Errand], None],
    ) -> None:
        """Nothing happens before `run`."""
        self.last_sign_ms = around.clock.now_ms()
        self.account = around.account
        self.addresses = Addresses(around.public_url, around.connection_id)
        self.lines = Lines(around.contact_of)
        self.writer = Writer(self.addresses, around.sounds)
        self.changed = asyncio.Condition()
        """Something has been said that a webhook may be waiting for."""
        self._around = around
        self._teller = Teller(around.store)
        self._lanes = Lanes(self._deliver, on_undelivered, on_sent)
        self._rest = Rest(around.url, around.account, around.clock, self.sign)
        self._verbs = Verbs(
            self._rest,
            self.lines,
            addresses=self.addresses,
            sounds=around.sounds,
            address_of=around.address_of,
            shown_number=around.shown_number,
            tell=self._teller.tell,
            follow=self.follow,
            notify=self.notify,
            stored=self._teller.stored,
        )
        self._to_clear: deque[str] = deque()
        self._chores = asyncio.Event()

    @property
    def waiting(self) -> int:
        """Commands not delivered yet."""
        return self._lanes.waiting

    @property
    def is_up(self) -> bool:
        """Until several requests in a row have found nobody."""
        return self._rest.is_up

    def send(self, errand: Errand) -> None:
        """Put it at the end of its call's lane."""
        self._lanes.send(errand)

    def sign(self) -> None:
        """The provider lives."""
        self.last_sign_ms = self._around.clock.now_ms()

    async def load(self, log: CallLog, rows: Sequence[CallRow]) -> None:
        """Go on where the stored events of open calls end. Raises StorageError."""
        for row in rows:
            if row.connection_id == self._around.connection_id:
                self.lines.add(row.call_id).was_open = True
                for event in await log.of_call(row):
                    told = stored_event(event.body)
                    self._teller.remember(told)
                    self.follow(self.lines.remember(told))

    async def run(self) -> None:
        """Until cancelled."""
        async with (
            ClientSession(cookie_jar=DummyCookieJar()) as session,
            asyncio.TaskGroup() as tasks,
        ):
            self._rest.session = session
            tasks.create_task(self._lanes.run())
            tasks.create_task(self._teller.run())
            tasks.create_task(self._look_around())

    # --- what webhooks tell -------------------------------------------------------------------------

    def hear_sign(self, line: Line) -> None:
        """A call shows that it is there."""
        line.heard_at_ms = self._around.clock.now_ms()

    def tell(self, *events: PbxEvent) -> None:
        """Store them soon."""
        for event in events:
            self._teller.tell(event)

    def follow(self, heard: Heard) -> None:
        """Report what follows, and clear away what is left over."""
        self.tell(*heard.events)
        for event in heard.events:
            if event.type == EventType.CALL_ENDED:
                self._teller.forget(event.call_id)
        for sid in heard.clear:
            if len(self._to_clear) >= limits.CLEARINGS_MAX:
                _log.error("twilio_call_left", call_id=sid)
            else:
                self._to_clear.append(sid)
                self._chores.set()

    async def stored(self) -> None:
        """Returns once everything told is stored."""
        await self._teller.stored()

    async def notify(self) -> None:
        """Wake the webhooks that wait."""
        async with self.changed:
            self.changed.notify_all()

    # --- commands -----------------------------------------------------------------------------------

    async def _deliver(self, errand: Errand) -> str:
        """Nothing when it has been done or it was said why not."""
        order, clock = errand.order, self._around.clock
        wait_ms = RETRY_FIRST_MS
        while True:
            try:
                await self._carry_out(errand)
            except RestUnsure:
                if order.kind in (OrderKind.RING_AGENT, OrderKind.DIAL):
                    return await self._await_sign(errand)
            except RestLost:
                pass
            except RestRefused as refused:
                _log.error("twilio_refuses_command", kind=order.kind, code=refused.code)
                return UNDELIVERED
            else:
                return ""
            if clock.now_ms() + wait_ms > errand.until_ms:
                return UNDELIVERED
            await asyncio.sleep(wait_ms / 1000)
            wait_ms = min(wait_ms * 2, RETRY_MAX_MS)

    async def _carry_out(self, errand: Errand) -> None:
        order = errand.order
        if order.kind is OrderKind.PING:
            await self._rest.ping()
            return
        code = await self._verbs.carry_out(order)
        if code:
            event_id, kind = f"{order.command_id}.done", EventType.COMMAND_FAILED
            self.tell(
                PbxEvent(kind, event_id, order.call_id, command_id=order.command_id, code=code)
            )

    async def _await_sign(self, errand: Errand) -> str:
        """Nobody heard whether a phone was rung. It rings if it says so within the command's time."""
        order, left_ms = errand.order, errand.until_ms - self._around.clock.now_ms()
        line = self.lines.by_call.get(order.call_id)
        if line is None:
            return ""
        is_dial = order.kind is OrderKind.DIAL
        leg = Leg() if is_dial else line.legs.setdefault(order.leg_id, Leg())

        def sid() -> str:
            return line.sid if is_dial else leg.sid

        with suppress(TimeoutError):
            async with asyncio.timeout(max(0, left_ms) / 1000), self.changed:
                await self.changed.wait_for(sid)
        if not sid():
            return UNDELIVERED
        self.tell(line.done(order.command_id, sid()))
        return ""

    # --- what was missed ----------------------------------------------------------------------------

    async def _look_around(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(limits.LOOK_EVERY_MS / 1000):
                    await self._chores.wait()
            self._chores.clear()
            with suppress(RestLost):
                while self._to_clear:
                    # What seemed to be left over may have been answered since.
                    if not self.lines.is_wanted(self._to_clear[0]):
                        await self._rest.hang_up(self._to_clear[0])
                    self._to_clear.popleft()
                self._leave_lost()
                await self._look()

    def _leave_lost(self) -> None:
        """Calls that our book has given up go on at the provider: nobody would ever end them."""
        open_calls = self._around.open_calls()
        for line in list(self.lines.by_call.values()):
            if line.call_id in open_calls:
                line.was_open = True
            elif line.was_open:
                self.lines.drop(line.call_id)
                self._teller.forget(line.call_id)
                sids = [leg.sid for leg in line.legs.values() if leg.sid and not leg.is_over]
                self.follow(Heard(clear=[*filter(None, [line.sid]), *sids]))

    async def _look(self) -> None:
        """Ask after calls that have shown no sign for long. Raises RestLost."""
        before_ms = self._around.clock.now_ms() - limits.LOOK_AFTER_MS
        silent = [line for line in self.lines.by_call.values() if line.heard_at_ms <= before_ms]
        silent.sort(key=lambda line: line.heard_at_ms)
        for line in silent[: limits.LOOKS_AT_ONCE]:
            for leg_id, leg in list(line.legs.items()):
                if leg.sid and not leg.is_over:
                    self.follow(
                        self.lines.leg_told(leg_id, leg.sid, await self._rest.status_of(leg.sid))
                    )
            self.hear_sign(line)
            if not line.sid:
                continue
            status = await self._rest.status_of(line.sid)
            if line.is_placed:
                self.follow(self.lines.placed_told(line.call_id, line.sid, status))
            elif status in FINAL:
                self.follow(self.lines.end(line.call_id, status))
