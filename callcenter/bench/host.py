"""`callcenter bench host`: durable whole contacts through the host, on a real disk.

A whole contact is six commands (arrive, accept, message with its text, end, wrap up, and the offer in between,
which the engine decides), each acknowledged only after its events are synced. Many contacts are under way at
once, as they are in a contact centre, so that group commit can do its work. The same rows written to the bare
journal, without engine or host, are measured in the same run: their ratio says what deciding costs.
"""

import asyncio
import os
import resource
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from callcenter.clock import Clock, new_id
from callcenter.host.envelope import Envelope, Published, Submitted
from callcenter.host.host import Host
from callcenter.ports.journal import Detail, JournalBatch
from callcenter.storage.schema import upgrade
from callcenter.storage.store import open_store
from routing.commands import (
    AcceptOffer,
    AddMessage,
    ApplyConfiguration,
    Command,
    CompleteWrapUp,
    ConnectAgent,
    EndContact,
    EnqueueContact,
    PutAgent,
    SetAgentState,
)
from routing.events import OfferMade
from routing.ids import AgentId, ContactId, DetailId, DispositionId, QueueId, ReasonId, TeamId
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

_QUEUE = QueueId("bench")
_DONE = DispositionId("done")
_TEXT = b'{"author":"customer","author_name":"Li","text":"Good morning, where is my order 4711?"}'


def configuration() -> RoutingConfiguration:
    """One queue, long deadlines: nothing expires during the run."""
    hour_ms = 3_600_000
    queue = QueuePolicy(
        queue_id=_QUEUE,
        offer_timeout_ms=hour_ms,
        reoffer_gap_ms=hour_ms,
        wrap_up_limit_ms=hour_ms,
        wrap_up_extension_ms=hour_ms,
        wrap_up_extensions_max=0,
        waiting_alarm_ms=hour_ms,
        waiting_max=100_000,
        disposition_ids=(_DONE,),
    )
    return RoutingConfiguration(
        version="bench",
        queues=(queue,),
        not_ready_reasons=tuple(NotReadyReason(ReasonId(one), hour_ms) for one in BUILT_IN_REASONS),
        presence_grace_ms=hour_ms,
        customer_gone_ms=hour_ms,
        connected_probe_ms=hour_ms,
        missed_limits={},
    )


class World:
    """The agents and customers of the run, and what they measure."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._offers: dict[ContactId, asyncio.Future[OfferMade]] = {}
        self.latencies_s: list[float] = []
        host.listen(self._on_published)

    async def submit(self, command: Command, details: tuple[Detail, ...] = ()) -> Submitted:
        """One command with an id of the sender's, as a client that may retry sends it."""
        started_s = time.perf_counter()
        submitted = await self._host.submit(
            Envelope(command, new_id(), b"digest", {}, details=details)
        )
        self.latencies_s.append(time.perf_counter() - started_s)
        return submitted

    async def whole_contact(self) -> None:
        """One contact from arrival to wrap-up."""
        contact_id = ContactId(new_id())
        offered = asyncio.get_running_loop().create_future()
        self._offers[contact_id] = offered
        await self.submit(EnqueueContact(contact_id, Channel.CHAT, _QUEUE, "customer"))
        offer: OfferMade = await offered
        await self.submit(AcceptOffer(offer.offer_id, offer.agent_id))
        detail_id = DetailId(new_id())
        detail = Detail(contact_id, detail_id, "message", _TEXT, 0)
        await self.submit(AddMessage(contact_id, detail_id, Party.CUSTOMER), (detail,))
        await self.submit(EndContact(contact_id, Party.AGENT, offer.agent_id))
        await self.submit(CompleteWrapUp(contact_id, offer.agent_id, _DONE))

    def _on_published(self, published: Published) -> None:
        for event in published.events:
            if isinstance(event, OfferMade):
                waiter = self._offers.pop(event.contact_id, None)
                if waiter is not None:
                    waiter.set_result(event)


async def run(
    *, contacts: int, concurrency: int, agents: int, folder: Path | None, database_url: str = ""
) -> dict[str, Any]:
    """Run the benchmark; returns its figures. `folder` should lie on the disk that matters.

    A database that is named instead must hold no bench before: the journal starts at 1.
    """
    with TemporaryDirectory(prefix="bench-", dir=folder) as directory:
        url = database_url or f"sqlite:///{directory}/callcenter.db"
        await upgrade(url)
        store = await open_store(url, "bench")
        host = Host("bench", store, Clock())
        await host.start()
        try:
            world = World(host)
            await staff(world, agents, concurrency)
            figures = await measure(host, world, contacts, concurrency)
            figures["bare_journal"] = await _bare_journal(url, host, figures)
        finally:
            await host.stop()
            await store.close()
    return {
        "benchmark": "host",
        "contacts": contacts,
        "concurrency": concurrency,
        "agents": agents,
        "journal": "the database given" if database_url else "sqlite, WAL, synchronous=FULL",
        "cpu_count": len(os.sched_getaffinity(0)),
        **figures,
    }


async def staff(world: World, agents: int, concurrency: int) -> None:
    """Put the configuration in force and have everybody ready."""
    await world.submit(ApplyConfiguration(configuration()))
    capacity = -(-concurrency // agents) + 1
    for number in range(agents):
        agent_id = AgentId(f"agent-{number}")
        rule = CapacityRule(capacity, {Channel.CHAT: capacity})
        await world.submit(PutAgent(agent_id, TeamId("team"), (_QUEUE,), rule))
        await world.submit(ConnectAgent(agent_id))
        await world.submit(SetAgentState(agent_id, AgentState.READY))
    world.latencies_s.clear()


async def measure(host: Host, world: World, contacts: int, concurrency: int) -> dict[str, Any]:
    """Play the contacts; returns the figures."""
    remaining = iter(range(contacts))

    async def walker() -> None:
        for _ in remaining:
            await world.whole_contact()

    first_seq = host.mirror.seq
    cpu_before_s, started_s = cpu_s(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(concurrency):
            group.create_task(walker())
    elapsed_s = time.perf_counter() - started_s
    events = host.mirror.seq - first_seq
    latencies_s = sorted(world.latencies_s)
    return {
        "contacts_per_s": round(contacts / elapsed_s, 1),
        "commands_per_s": round(len(latencies_s) / elapsed_s, 1),
        "events_per_s": round(events / elapsed_s, 1),
        "events": events,
        "elapsed_s": round(elapsed_s, 3),
        "cpu_share": round((cpu_s() - cpu_before_s) / elapsed_s, 3),
        "ack_ms": {
            "p50": round(latencies_s[len(latencies_s) // 2] * 1000, 2),
            "p99": round(latencies_s[len(latencies_s) * 99 // 100] * 1000, 2),
            "max": round(latencies_s[-1] * 1000, 2),
        },
    }


async def _bare_journal(url: str, host: Host, figures: dict[str, Any]) -> dict[str, Any]:
    """Append the run's own records again, under new numbers, in batches of the mean group size."""
    bench, bare = await open_store(url, "bench"), await open_store(url, "bare")
    first_seq = host.mirror.seq - figures["events"]
    records = [record async for record in bench.journal.read(first_seq)]
    size = 100
    started_s = time.perf_counter()
    for start in range(0, len(records), size):
        await bare.journal.append(JournalBatch(records[start : start + size], (), ()))
    elapsed_s = time.perf_counter() - started_s
    await bench.close()
    await bare.close()
    rate = figures["contacts_per_s"] * figures["elapsed_s"] / elapsed_s
    return {
        "contacts_per_s": round(rate, 1),
        "host_share": round(figures["contacts_per_s"] / rate, 3),
        "batch": size,
    }


def cpu_s() -> float:
    """Processor time of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
