"""A host on virtual time over a store that can be held, made to fail, and looked into."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum

import msgspec

from callcenter.clock import Clock
from callcenter.host.envelope import Envelope, Published, Submitted
from callcenter.host.host import Host
from callcenter.host.recovery import recover
from callcenter.ports.errors import StaleWriter, StorageUnavailable
from callcenter.ports.journal import CommandOutcome, Detail, JournalBatch, JournalRecord, Snapshot
from callcenter.ports.store import Store
from callcenter.storage.memory.mails import MemoryMails
from callcenter.storage.memory.store import MemoryDetails, MemoryJournal, MemoryStore
from routing import commands as cmd
from routing.engine import Engine
from routing.events import Event
from routing.ids import AgentId, ContactId, DetailId, TeamId
from routing.model import AgentState, Channel, Party
from routing.reducer import apply
from routing.state import State
from tests.unit.routing.scene import SALES, capacity, configuration

DOMAIN = "test"
START_MS = 1_750_000_000_000
DIGEST = b"the request"


class Mishap(StrEnum):
    """What becomes of an append."""

    LOST = "nothing stored, failure reported"
    STORED = "stored, failure reported all the same"
    STALE = "somebody else writes this domain"


class LoopClock(Clock):
    """The loop's own time, which jumps."""

    def __init__(self) -> None:
        super().__init__()
        self._started_at_ms = START_MS

    def world_ms(self) -> int:
        """Counted from a fixed instant."""
        return self._started_at_ms + round(self.monotonic_s() * 1000)

    def monotonic_s(self) -> float:
        """The loop's."""
        return asyncio.get_running_loop().time()


class WatchedJournal(MemoryJournal):
    """Appends can be held up, made to fail, and are noted."""

    batches: list[JournalBatch]
    mishaps: list[Mishap]

    def prepare(self) -> None:
        """Nothing happened yet and nothing is held up."""
        self.batches, self.mishaps = [], []
        self.let_go = asyncio.Event()
        self.let_go.set()
        self.entered = asyncio.Event()
        self.lookups = 0
        self.is_unreadable = False

    def hold(self) -> None:
        """Let the next append wait for `let_go`; `entered` tells that it does."""
        self.let_go.clear()
        self.entered.clear()

    async def append(self, batch: JournalBatch) -> None:
        """As told."""
        self.entered.set()
        await self.let_go.wait()
        mishap = self.mishaps.pop(0) if self.mishaps else None
        if mishap is Mishap.LOST:
            raise StorageUnavailable("lost")
        if mishap is Mishap.STALE:
            raise StaleWriter("stale")
        await super().append(batch)
        self.batches.append(batch)
        if mishap is Mishap.STORED:
            raise StorageUnavailable("stored, and nobody heard")

    async def outcome(self, command_id: str) -> CommandOutcome | None:
        """Counted."""
        self.lookups += 1
        if self.is_unreadable:
            raise StorageUnavailable("unreadable")
        return await super().outcome(command_id)

    async def read(self, after_seq: int) -> AsyncIterator[JournalRecord]:
        """As the disk allows."""
        async for record in super().read(after_seq):
            if self.is_unreadable:
                raise StorageUnavailable("unreadable")
            yield record

    def change(self, seq: int, **columns: object) -> None:
        """Somebody writes into the stored record."""
        self._records[seq] = msgspec.structs.replace(self._records[seq], **columns)

    def cut_after(self, seq: int) -> None:
        """The newest records are gone."""
        self._records = {number: one for number, one in self._records.items() if number <= seq}

    @property
    def snapshots(self) -> dict[int, Snapshot]:
        """What is stored."""
        return self._snapshots


class WatchedStore(MemoryStore):
    """A memory store with a watched journal."""

    def __init__(self) -> None:
        super().__init__()
        assert isinstance(self.details, MemoryDetails)
        assert isinstance(self.mails, MemoryMails)
        self.watched = WatchedJournal(self._disk, self.details, self.mails)
        self.watched.prepare()
        self.journal = self.watched
        self.probes = 0

    async def probe(self) -> None:
        """Counted."""
        self.probes += 1
        await super().probe()


class HostStage:
    """One host, what it published, and commands in few words."""

    def __init__(self, store: Store | None = None, clock: Clock | None = None) -> None:
        self.store = store if isinstance(store, WatchedStore) else WatchedStore()
        self.journal = self.store.watched
        self.clock = clock or LoopClock()
        self.host = Host(DOMAIN, self.store, self.clock)
        self.published: list[Published] = []
        self.host.listen(self.published.append)
        self._ids = 0

    @property
    def events(self) -> list[Event]:
        """Everything published, in order."""
        return [event for published in self.published for event in published.events]

    @property
    def state(self) -> State:
        """What is committed."""
        return self.host.mirror

    async def configure(self) -> None:
        """Two queues; see `tests.unit.routing.scene` for the durations."""
        await self.send(cmd.ApplyConfiguration(configuration()))

    async def ready(self, agent: str, units: int = 1) -> None:
        """An agent at the desk and ready."""
        agent_id = AgentId(agent)
        await self.send(cmd.PutAgent(agent_id, TeamId("team"), (SALES,), capacity(units)))
        await self.send(cmd.ConnectAgent(agent_id))
        await self.send(cmd.SetAgentState(agent_id, AgentState.READY))

    def envelope(self, command: cmd.Command, *details: Detail) -> Envelope:
        """With an id of the server's own."""
        self._ids += 1
        return Envelope(command, f"own-{self._ids}", details=details)

    async def send(self, command: cmd.Command, *details: Detail) -> Submitted:
        """Submit without protection against repeats."""
        return await self.host.submit(self.envelope(command, *details))

    def start(self, envelope: Envelope) -> "asyncio.Task[Submitted]":
        """Submit beside the test."""
        return asyncio.get_running_loop().create_task(self.host.submit(envelope))

    def events_in_journal(self) -> int:
        """How many are durable."""
        return sum(len(batch.records) for batch in self.journal.batches)

    async def recovered(self) -> State:
        """What a new process would start from."""
        return (await recover(self.journal, DOMAIN)).state


def chat(contact: str) -> cmd.EnqueueContact:
    """A chat arrives."""
    return cmd.EnqueueContact(ContactId(contact), Channel.CHAT, SALES, "key")


def keyed(command: cmd.Command, command_id: str, digest: bytes = DIGEST) -> Envelope:
    """A command its sender may repeat."""
    return Envelope(command, command_id, digest, {"is": command_id})


def message(contact: str, detail: str) -> tuple[cmd.AddMessage, Detail]:
    """A customer's message and its text."""
    contact_id, detail_id = ContactId(contact), DetailId(detail)
    row = Detail(contact_id, detail_id, "message", b"text", START_MS)
    return cmd.AddMessage(contact_id, detail_id, Party.CUSTOMER), row


def as_bytes(state: State) -> bytes:
    """Equal states have equal bytes."""
    return Engine(state).snapshot()


def folded(events: list[Event]) -> State:
    """The fold from nothing."""
    state = State()
    for event in events:
        apply(state, event)
    return state


async def settle() -> None:
    """Let everything that can run now run."""
    for _ in range(20):
        await asyncio.sleep(0)


@asynccontextmanager
async def running(stage: HostStage) -> AsyncIterator[HostStage]:
    """A configured host, stopped at the end whatever happened to it."""
    await stage.host.start()
    if stage.state.configuration is None:
        await stage.configure()
    try:
        yield stage
    finally:
        stage.store.fail_writes(fail=False)
        stage.journal.let_go.set()
        stage.journal.is_unreadable = False
        await stage.host.stop()
