"""The host: the single writer of one domain. Decide, journal, publish, and only then answer.

Theory: one task takes commands from one inbox. It decides as many as are waiting (at most one group commit's
worth), appends their events, detail rows and outcomes in one transaction, folds the events into `mirror`, tells
the listeners, and answers the senders. While the commit is under way new commands gather for the next group, so
the batch grows with the load and the cost of a sync is shared.

The engine runs ahead of the disk by at most the batch being committed; `mirror` never does, and everything a
person is shown comes from it. When a commit fails, the engine is put back to the mirror, the senders hear "not
known to be done", and the store is probed until it writes again: what turned out to be durable after all is
read back from the journal first.

It must never know what a channel, a socket or a web page is: they are listeners.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Protocol

import msgspec
import structlog

from callcenter.clock import Clock
from callcenter.host.chain import next_chain
from callcenter.host.envelope import (
    CommandIdReused,
    CommandRefused,
    Envelope,
    HostOverloaded,
    HostUnavailable,
    Published,
    Submitted,
)
from callcenter.host.housekeeping import Housekeeper
from callcenter.host.idempotency import SeenCommands
from callcenter.host.recovery import ENCODER, events_after, recover
from callcenter.limits import (
    COMMAND_IDS_REMEMBERED,
    GROUP_COMMIT_COMMANDS_MAX,
    INBOX_COMMANDS_MAX,
    READ_BACK_EVENTS,
    STALLED_AFTER_MS,
    STORAGE_PROBE_EVERY_MS,
    VIOLATIONS_TOLERATED,
)
from callcenter.ports.errors import StaleWriter, StorageError, StorageUnavailable
from callcenter.ports.journal import CommandOutcome, Detail, JournalBatch, JournalRecord, RowChange
from callcenter.ports.store import Store
from callcenter.tasks import fault_of, owned
from routing.commands import Tick
from routing.engine import Engine, restore
from routing.errors import InvariantViolation
from routing.events import Event, PermitRefused
from routing.inputs import is_input
from routing.reducer import apply
from routing.state import State

_log = structlog.get_logger("callcenter.host")

Listener = Callable[[Published], None]


class Appended(Protocol):
    """Told how long a group commit took, and whether it is done."""

    def __call__(self, took_s: float, *, is_done: bool) -> None:
        """After a group commit."""


_Waiter = asyncio.Future[Submitted]


class _Pending(msgspec.Struct):
    """A command in the inbox or in the batch being committed."""

    envelope: Envelope
    waiter: _Waiter


class _Batch(msgspec.Struct):
    """What one group commit will make durable, and whom it will answer."""

    records: list[JournalRecord] = []
    events: list[Event] = []
    details: list[Detail] = []
    outcomes: list[CommandOutcome] = []
    rows: list[RowChange] = []
    answers: list[tuple[_Waiter, Submitted]] = []
    refusals: list[tuple[_Waiter, Exception]] = []
    pending: list[_Pending] = []


class Host:
    """One domain's decision loop. All methods are called on the loop it was started on."""

    def __init__(
        self,
        domain_id: str,
        store: Store,
        clock: Clock,
        may_append: Callable[[], Awaitable[bool]] | None = None,
    ) -> None:
        """Prepare; `start` recovers the state and begins to decide. Before each append `may_append` is asked, if there is one."""
        self.domain_id = domain_id
        self.mirror = State()
        self._store = store
        self._clock = clock
        self._may_append = may_append
        self._chain = b""
        self._engine = Engine()
        self._seen = SeenCommands((), is_complete=False)
        self._inbox: deque[_Pending] = deque()
        self._inflight: dict[str, _Pending] = {}
        self._listeners: list[Listener] = []
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_writable = False
        self._is_stopping = False
        self._progress_ms = 0
        self._housekeeper = Housekeeper(store.journal, clock)
        self._violations: deque[int] = deque(maxlen=VIOLATIONS_TOLERATED)
        self.on_append: Appended = _not_measured
        """Called after each group commit."""

    # --- life ------------------------------------------------------------------------------------

    async def start(self) -> int:
        """Recover from the journal and start deciding; returns how many events were folded.

        Raises JournalDamaged, StorageUnavailable.
        """
        folded = await self._recover()
        self._clock.on_led(self._wake.set)
        self._housekeeper.starts_at(self.mirror.seq - folded)
        self._reset_engine()
        known = await self._store.journal.command_ids(COMMAND_IDS_REMEMBERED // 4)
        is_complete = len(known) < COMMAND_IDS_REMEMBERED // 4
        self._seen = SeenCommands(known, is_complete=is_complete)
        self._is_writable = True
        self._note_progress()
        self._start_task(self._run())
        return folded

    async def _recover(self) -> int:
        recovered = await recover(self._store.journal, self.domain_id)
        self.mirror, self._chain = recovered.state, recovered.chain
        self._clock.advance_to(self.mirror.now_ms)
        return recovered.folded

    def _start_task(self, work: Coroutine[Any, Any, None]) -> None:
        self._task = asyncio.get_running_loop().create_task(work, name="host")
        self._task.add_done_callback(_consume)

    async def stop(self) -> None:
        """Finish what is in the inbox, keep a snapshot, stop. Why a host gave up, `finished` tells."""
        self._is_stopping = True
        self._wake.set()
        if self._task is not None:
            await asyncio.wait([self._task])
        if self._is_writable:
            await self._housekeeper.finish(self.mirror, self._chain)

    @property
    def finished(self) -> asyncio.Task[None] | None:
        """The decision loop's task: it ends by itself only when the host has to give up."""
        return self._task

    def listen(self, listener: Listener) -> None:
        """Call `listener` with every group of events that has become durable, in order. It must not block."""
        self._listeners.append(listener)

    def act_on(self, listener: Listener) -> None:
        """As `listen`, for one that acts on what it hears: called in one process of the domain alone."""
        self.listen(listener)

    def not_ready_reason(self) -> str | None:
        """Why this host must not be sent traffic, or None. Contacts waiting for busy agents are healthy."""
        if not self._is_writable:
            return "journal_not_writable"
        now_ms = self._clock.now_ms()
        due_ms = self._engine.next_deadline_ms()
        is_overdue = due_ms is not None and due_ms < now_ms - STALLED_AFTER_MS
        is_stalled = now_ms - self._progress_ms > STALLED_AFTER_MS
        if is_stalled and (self._inflight or is_overdue):
            return "decision_loop_stalled"
        return None

    @property
    def inbox_depth(self) -> int:
        """Commands not decided yet."""
        return len(self._inbox)

    # --- submitting ------------------------------------------------------------------------------

    async def submit(self, envelope: Envelope) -> Submitted:
        """Decide the command; returns once it is durable.

        Raises CommandRefused, CommandIdReused, HostOverloaded, HostUnavailable.
        """
        command_id = envelope.command_id
        if envelope.digest and command_id not in self._inflight and self._seen.may_have(command_id):
            repeat = await self._repeat_of(envelope)
            if repeat is not None:
                return repeat
        running = self._inflight.get(command_id)
        if running is not None:
            if running.envelope.digest != envelope.digest:
                raise CommandIdReused(command_id)
            first = await asyncio.shield(running.waiter)
            return Submitted(first.seq, first.reply, is_repeat=True)
        return await asyncio.shield(self._put(envelope))

    def _put(self, envelope: Envelope) -> _Waiter:
        if not self._is_writable or self._is_stopping:
            raise HostUnavailable
        if len(self._inbox) >= INBOX_COMMANDS_MAX:
            raise HostOverloaded
        if not self._inflight:
            self._note_progress()  # nothing was pending: the time without work is no stall
        waiter: _Waiter = asyncio.get_running_loop().create_future()
        waiter.add_done_callback(_consume)
        pending = _Pending(envelope, waiter)
        self._inbox.append(pending)
        self._inflight[envelope.command_id] = pending
        self._wake.set()
        return waiter

    async def _repeat_of(self, envelope: Envelope) -> Submitted | None:
        try:
            outcome = await self._store.journal.outcome(envelope.command_id)
        except StorageUnavailable as error:
            raise HostUnavailable from error
        if outcome is None:
            return None
        if outcome.digest != envelope.digest:
            raise CommandIdReused(envelope.command_id)
        return Submitted(outcome.seq, msgspec.msgpack.decode(outcome.reply), is_repeat=True)

    # --- the loop --------------------------------------------------------------------------------

    async def _run(self) -> None:
        """Decide until stopped, or until the host has to give up: then it takes nothing and nobody waits for it."""
        has_given_up = True
        try:
            async with owned(self._housekeeper.run(), "housekeeping"):
                has_given_up = await self._decide_until_stopped()
        except Exception as error:
            _log.critical("host_failed", seq=self.mirror.seq, **fault_of(error))
            raise
        finally:
            self._is_writable = self._is_writable and not has_given_up
            self._is_stopping = True
            self._fail_all(HostUnavailable())

    async def _decide_until_stopped(self) -> bool:
        """True when another writer owns the journal."""
        while True:
            await self._wait_for_work()
            self._note_progress()
            try:
                batch = self._decide()
                await self._commit(batch)
            except StorageUnavailable as error:
                await self._wait_for_storage(error)
            except StaleWriter:
                _log.error("stepping_down", reason="another writer owns this domain's journal")
                return True
            except (InvariantViolation, StorageError) as fault:
                self._survive(fault)
            if self._is_stopping and not self._inbox:
                return False

    async def _wait_for_work(self) -> None:
        """Until a command is in the inbox, a deadline is due, or the host is to stop."""
        self._wake.clear()
        if self._inbox or self._is_stopping:
            return
        due_ms = self._engine.next_deadline_ms()
        alarm = None
        if due_ms is not None:
            wait_s = max(0, due_ms - self._clock.now_ms()) / 1000
            alarm = asyncio.get_running_loop().call_later(wait_s, self._wake.set)
        await self._wake.wait()
        if alarm is not None:
            alarm.cancel()

    def _decide(self) -> _Batch:
        """Decide what is waiting, at most one group commit's worth. Pure computing, no await."""
        batch = _Batch()
        now_ms = self._clock.now_ms()
        for _ in range(min(len(self._inbox), GROUP_COMMIT_COMMANDS_MAX)):
            pending = self._inbox.popleft()
            batch.pending.append(pending)
            try:
                self._decide_one(batch, pending, now_ms)
            except InvariantViolation:
                _resolve_error(batch.pending, HostUnavailable())
                self._forget_inflight(batch)
                raise
        if not batch.pending:
            self._record(batch, self._engine.handle(Tick(), now_ms).events)
        return batch

    def _decide_one(self, batch: _Batch, pending: _Pending, now_ms: int) -> None:
        envelope = pending.envelope
        handled = self._engine.handle(envelope.command, now_ms)
        first_input = self._record(batch, handled.events)
        if handled.refusal is not None:
            batch.refusals.append((pending.waiter, CommandRefused(handled.refusal)))
            return
        seq = self._engine.state.seq
        for detail in envelope.details:
            batch.details.append(msgspec.structs.replace(detail, seq=first_input or seq))
        batch.rows.extend(envelope.rows)
        if not any(isinstance(event, PermitRefused) for event in handled.events):
            batch.rows.extend(envelope.granted_rows)
        if envelope.digest:
            reply = msgspec.msgpack.encode(envelope.reply)
            outcome = CommandOutcome(envelope.command_id, envelope.digest, reply, seq, now_ms)
            batch.outcomes.append(outcome)
        batch.answers.append((pending.waiter, Submitted(seq, envelope.reply, is_repeat=False)))

    def _record(self, batch: _Batch, events: tuple[Event, ...]) -> int | None:
        """Chain events into the batch; returns the number of the last input among them: the command's own."""
        seq = self._engine.state.seq - len(events)
        input_seq = None
        chain = batch.records[-1].chain if batch.records else self._chain
        for event in events:
            seq += 1
            payload = ENCODER.encode(event)
            event_type, from_outside = type(event).__name__, is_input(event)
            chain = next_chain(
                chain, self.domain_id, seq, event.at_ms, from_outside, event_type, payload
            )
            batch.records.append(
                JournalRecord(seq, event.at_ms, from_outside, event_type, payload, chain)
            )
            if from_outside:
                input_seq = seq
        batch.events.extend(events)
        return input_seq

    async def _commit(self, batch: _Batch) -> None:
        """Make the batch durable, then publish and answer. Raises what the journal raises, having answered.

        The ids are remembered even when it fails: whether it happened, only a look-up can tell.
        """
        try:
            if batch.records or batch.outcomes:
                await self._check_may_append()
                whole = JournalBatch(batch.records, batch.details, batch.outcomes, batch.rows)
                await self._append(whole)
        except StorageError:
            _resolve_error(batch.pending, HostUnavailable())
            raise
        finally:
            self._forget_inflight(batch)
            now_ms = self._clock.now_ms()
            for outcome in batch.outcomes:
                self._seen.add(outcome.command_id, now_ms)
        if batch.records:
            self._chain = batch.records[-1].chain
            self._publish(self.mirror.seq + 1, batch.events, batch.details)
        for waiter, submitted in batch.answers:
            if not waiter.done():
                waiter.set_result(submitted)
        for waiter, error in batch.refusals:
            if not waiter.done():
                waiter.set_exception(error)
        self._housekeeper.note(self.mirror, self._chain)

    async def _append(self, batch: JournalBatch) -> None:
        began_s, is_done = self._clock.monotonic_s(), False
        try:
            await self._store.journal.append(batch)
            is_done = True
        finally:
            self.on_append(self._clock.monotonic_s() - began_s, is_done=is_done)

    async def _check_may_append(self) -> None:
        if self._may_append is not None and not await self._may_append():
            raise StorageUnavailable("another process may have this domain by now")

    def _publish(self, first_seq: int, events: list[Event], details: list[Detail]) -> None:
        for event in events:
            apply(self.mirror, event)
        published = Published(first_seq, events, details)
        for listener in self._listeners:
            try:
                listener(published)
            except Exception as error:  # noqa: BLE001 - the boundary: routing goes on, what is shown falls behind
                name = type(getattr(listener, "__self__", listener)).__name__
                _log.error("listener_failed", listener=name, first_seq=first_seq, **fault_of(error))

    # --- failing and recovering ------------------------------------------------------------------

    async def _wait_for_storage(self, error: StorageUnavailable) -> None:
        """Refuse commands until the store writes again, then go on from what is really durable."""
        self._is_writable = False
        self._fail_all(HostUnavailable())
        _log.error("journal_not_writable", seq=self.mirror.seq, why=str(error))
        while not self._is_stopping:
            await asyncio.sleep(STORAGE_PROBE_EVERY_MS / 1000)
            try:
                await self._store.probe()
                await self._read_back()
            except StorageUnavailable:
                continue
            self._reset_engine()
            self._is_writable = True
            _log.info("journal_writable_again", seq=self.mirror.seq)
            return

    async def _read_back(self) -> None:
        """Publish what became durable although no commit of ours said so."""
        journal, seq = self._store.journal, self.mirror.seq
        group: list[Event] = []
        chain = self._chain
        async for record, event in events_after(journal, self.domain_id, seq, chain):
            group.append(event)
            chain = record.chain
            if len(group) == READ_BACK_EVENTS:
                await self._publish_read(group, chain)
                group = []
        if group:
            await self._publish_read(group, chain)

    async def _publish_read(self, events: list[Event], chain: bytes) -> None:
        first_seq = self.mirror.seq + 1
        named = (getattr(event, "contact_id", None) for event in events)
        contact_ids = list(dict.fromkeys(each for each in named if each is not None))
        details = self._store.details
        last_seq = self.mirror.seq + len(events)
        found = await details.of_events(contact_ids, first_seq, last_seq) if contact_ids else []
        self._chain = chain
        self._publish(first_seq, events, found)

    def _survive(self, fault: InvariantViolation | StorageError) -> None:
        """A fault of ours: put the engine back to the last durable state; give up when that does not help."""
        now_ms = self._clock.now_ms()
        _log.critical("invariant_violated", law=str(fault).split(" ", maxsplit=1)[0])
        self._violations.append(now_ms)
        is_often = len(self._violations) == VIOLATIONS_TOLERATED
        if is_often and now_ms - self._violations[0] < 60_000:
            raise fault
        self._reset_engine()

    def _reset_engine(self) -> None:
        mirrored = Engine(self.mirror).snapshot()
        self._engine = Engine(restore(mirrored))

    def _fail_all(self, error: Exception) -> None:
        waiting = list(self._inflight.values())
        self._inbox.clear()
        self._inflight.clear()
        _resolve_error(waiting, error)

    def _forget_inflight(self, batch: _Batch) -> None:
        for pending in batch.pending:
            self._inflight.pop(pending.envelope.command_id, None)

    def _note_progress(self) -> None:
        self._progress_ms = self._clock.now_ms()


def _not_measured(took_s: float, *, is_done: bool) -> None:
    """Nobody asks."""


def _resolve_error(waiting: list[_Pending], error: Exception) -> None:
    for pending in waiting:
        if not pending.waiter.done():
            pending.waiter.set_exception(error)


def _consume(waiter: "asyncio.Future[Any]") -> None:
    """Mark the error as seen: a sender may have gone away, and why the host gave up is logged where it happened."""
    if not waiter.cancelled():
        waiter.exception()
