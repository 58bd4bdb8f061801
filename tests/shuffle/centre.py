"""The server's side of recorded calls in virtual time: the real book of calls, its memory store and the real engine.

Sockets, signatures and the journal's disk are left out; what is stored once, put in order, decided and asked of the
phone system is the product's own code.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from callcenter.host.envelope import CommandRefused, Published
from callcenter.ports.calls import CallEvent
from callcenter.storage.memory.calls import MemoryCallLog
from callcenter.storage.memory.disk import Disk
from callcenter.telephony.book import CallBook, Surroundings, contact_id_of
from callcenter.telephony.calls import Call
from callcenter.telephony.entry import Choice, EntryPoint, Speech
from callcenter.telephony.ports import Errand
from callcenter.telephony.protocol import EventType, PbxEvent, encoded, order_body
from callcenter.telephony.wanted import Chosen
from loadtests.softpbx.calls import Json
from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import AgentId, ContactId, DispositionId, OfferId, QueueId, ReasonId, TeamId
from routing.model import (
    BUILT_IN_REASONS,
    AgentState,
    CapacityRule,
    Channel,
    NotReadyReason,
    Party,
    QueuePolicy,
    RoutingConfiguration,
)

HOUR_MS = 3_600_000
CONNECTION = "recorded"
DOMAIN = "recorded"
ROOM = CapacityRule(1, {Channel.VOICE: 1})
TICK_S = 0.05


@dataclass(frozen=True, slots=True)
class End:
    """How a call ended: what the company says of it, who had it, why the line was closed, and how often that came."""

    outcomes: tuple[str, ...]
    parties: tuple[str, ...]
    cause: str


def configuration(calls: int) -> RoutingConfiguration:
    """A queue for each call; whoever refused is not asked again before the caller has given up."""
    queues = tuple(
        QueuePolicy(
            queue_id=QueueId(f"q-{number}"),
            offer_timeout_ms=20_000,
            reoffer_gap_ms=HOUR_MS,
            wrap_up_limit_ms=HOUR_MS,
            wrap_up_extension_ms=HOUR_MS,
            wrap_up_extensions_max=0,
            waiting_alarm_ms=HOUR_MS,
            waiting_max=10,
            disposition_ids=(DispositionId("done"),),
        )
        for number in range(1, calls + 1)
    )
    return RoutingConfiguration(
        version="recorded",
        queues=queues,
        not_ready_reasons=tuple(
            NotReadyReason(ReasonId(reason_id), HOUR_MS) for reason_id in BUILT_IN_REASONS
        ),
        presence_grace_ms=HOUR_MS,
        customer_gone_ms=HOUR_MS,
        connected_probe_ms=HOUR_MS,
    )


def entry_point(dialled: str) -> EntryPoint:
    """`+49N` leads to queue N; every third number asks for a digit."""
    number = int(dialled.removeprefix("+49"))
    return EntryPoint(
        number=dialled,
        queue_id=QueueId(f"q-{number}"),
        greeting=Speech("Welcome", "欢迎"),
        choices={"1": Choice(language="zh")} if number % 3 == 0 else {},
        attempts=1,
        digit_wait_ms=1_000,
    )


class _Line:
    """`CallControl` that hands every order over at once."""

    def __init__(self, take: Callable[[Json], None]) -> None:
        self.last_sign_ms = 0
        self.is_up = True
        self._take = take

    def send(self, errand: Errand) -> None:
        self._take(msgspec.json.decode(order_body(errand.order)))


class Centre:
    """One server; `on_order` gets every command for the phone system."""

    def __init__(self, staffed: Sequence[bool], on_order: Callable[[Json], None]) -> None:
        """`staffed`: for each call, whether the first of its two agents is ready."""
        self.engine = Engine()
        self.log = MemoryCallLog(Disk())
        self.history: list[ev.Event] = []
        self._parties: dict[str, list[str]] = defaultdict(list)
        self._outcomes: dict[str, list[str]] = defaultdict(list)
        self._wishes = 0
        self._begun: set[str] = set()
        line = _Line(on_order)
        self.book = CallBook(
            Surroundings(
                mirror=lambda: self.engine.state,
                log=self.log,
                entrance=self,  # type: ignore[arg-type]
                controls={CONNECTION: line},
                entry_point=entry_point,
                phone_of=str,
                now_ms=self.now_ms,
            )
        )
        self._staff(staffed)

    @staticmethod
    def now_ms() -> int:
        """The loop's own time: it jumps."""
        return 1_000_000 + round(asyncio.get_running_loop().time() * 1000)

    def _staff(self, staffed: Sequence[bool]) -> None:
        self.handle(cmd.ApplyConfiguration(configuration(len(staffed))))
        for number, is_staffed in enumerate(staffed, 1):
            queue_ids = (QueueId(f"q-{number}"),)
            for which in "ab":
                agent_id = AgentId(f"{which}-{number}")
                self.handle(cmd.PutAgent(agent_id, TeamId("t"), queue_ids, ROOM))
                self.handle(cmd.ConnectAgent(agent_id))
            if is_staffed:
                self.handle(cmd.SetAgentState(AgentId(f"a-{number}"), AgentState.READY))

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.book.run())
            group.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            if (self.engine.next_deadline_ms() or HOUR_MS**2) <= self.now_ms():
                self.handle(cmd.Tick())

    # --- what comes in ------------------------------------------------------------------------------

    async def deliver(self, event: Json) -> None:
        """One delivery, stored before it is acted on; a copy is stored and acted on once."""
        await self._store(event["event_id"], event["call_id"], msgspec.json.encode(event))

    async def _store(self, event_id: str, call_id: str, body: bytes) -> None:
        contact_id = contact_id_of(DOMAIN, CONNECTION, call_id)
        stored = CallEvent(CONNECTION, event_id, call_id, contact_id, self.now_ms(), body)
        if (await self.log.append([stored]))[0]:
            self._begun.add(call_id)
            self.book.take(stored, 0.0)

    async def desk(self, call_id: str, verb: str) -> bool:
        """An agent does something at the desk; False when it cannot be done."""
        contact_id = contact_id_of(DOMAIN, CONNECTION, call_id)
        number = call_id.rpartition("-")[2]
        first, second = AgentId(f"a-{number}"), AgentId(f"b-{number}")
        if verb in {"hold", "unhold"}:
            return await self._wish(call_id, contact_id, verb)
        if verb == "transfer":
            self.handle(cmd.SetAgentState(second, AgentState.READY))
            return self.handle(cmd.TransferContact(contact_id, None, second, agent_id=first))
        if verb == "hang_up":
            return self.handle(cmd.EndContact(contact_id, Party.AGENT, first))
        contact = self.engine.state.contacts.get(contact_id)
        offer_id = None if contact is None else contact.asked.get(first)
        return offer_id is not None and self.handle(cmd.AcceptOffer(offer_id, first))

    async def _wish(self, call_id: str, contact_id: ContactId, verb: str) -> bool:
        leg_id = OfferId(f"{contact_id}.1")
        kind = EventType.HOLD_WISHED if verb == "hold" else EventType.UNHOLD_WISHED
        self._wishes += 1
        event = PbxEvent(kind, f"wish-{self._wishes}", call_id, leg_id=leg_id)
        await self._store(event.event_id, call_id, encoded(event))
        return True

    # --- what others ask ----------------------------------------------------------------------------

    def acted_on(self, call_id: str) -> int:
        """The number up to which the events of a call have been acted on; all of them once it is over."""
        call = self.book.call_of(contact_id_of(DOMAIN, CONNECTION, call_id))
        if call is not None:
            return call.next_n - 1
        return HOUR_MS if call_id in self._begun else 0

    def shown(self, call_id: str) -> str:
        """What the desk shows of the call: ringing, talking, held; empty when it shows nothing."""
        contact_id = contact_id_of(DOMAIN, CONNECTION, call_id)
        contact = self.engine.state.contacts.get(contact_id)
        if contact is not None and contact.asked:
            return "ringing"
        card = self.book.card(contact_id)
        return "" if card is None else card.state

    async def end_of(self, call_id: str) -> End:
        """How a call has ended."""
        contact_id = contact_id_of(DOMAIN, CONNECTION, call_id)
        row = await self.log.get(contact_id)
        cause = "" if row is None or row.ended_at_ms is None else row.end_cause
        return End(tuple(self._outcomes[contact_id]), tuple(self._parties[contact_id]), cause)

    def finish_wrap_ups(self) -> None:
        """An hour passes."""
        self._note(self.engine.handle(cmd.Tick(), self.now_ms() + HOUR_MS + 1).events)

    # --- the way into the engine: what `Entrance` does ------------------------------------------------

    async def submit(self, _call: Call, _key: str, command: cmd.Command) -> None:
        """A command about a call. Raises CommandRefused."""
        handled = self.engine.handle(command, self.now_ms())
        self._note(handled.events)
        if handled.refusal is not None:
            raise CommandRefused(handled.refusal)

    async def enqueue(self, call: Call, wanted: Chosen) -> None:
        """The engine learns of the contact. Raises CommandRefused."""
        command = cmd.EnqueueContact(call.contact_id, Channel.VOICE, wanted.queue_id)
        await self.submit(call, "enqueue", command)

    def handle(self, command: cmd.Command) -> bool:
        """Any command; False when it is refused."""
        handled = self.engine.handle(command, self.now_ms())
        self._note(handled.events)
        return handled.refusal is None

    def _note(self, events: Sequence[ev.Event]) -> None:
        self.history.extend(events)
        for event in events:
            if isinstance(event, ev.OfferAccepted):
                self._parties[event.contact_id].append(event.agent_id)
            elif isinstance(event, ev.ContactClosed):
                self._outcomes[event.contact_id].append(event.outcome.value)
        self.book.on_published(Published(0, events, ()))
