"""The book of calls: which calls are open, and one worker for each that has something to do.

Theory: a call's worker takes its events one at a time, in their order, and after each does what `decide` wants until
nothing more is wanted: commands to the engine are awaited, so that the next event meets what the one before has led to.
Journal events that concern a call only wake its worker. Nothing here is kept but by the store: at a start the stored
events of open calls are folded again, with commands to the phone system held back until the past is through.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec
import structlog

from agents.protocol import CallCard
from callcenter.flows.inputs import Served
from callcenter.flows.plans import FlowPlan
from callcenter.host.envelope import CommandRefused, HostError, Published
from callcenter.log_rows import Phase
from callcenter.ports.calls import CallEvent, CallLog, CallRow
from callcenter.ports.errors import StorageError
from callcenter.ports.recordings import RecordingRow
from callcenter.tasks import fault_of
from callcenter.telephony import asides, consulting, dialling, flowing, limits, listening
from callcenter.telephony.asking import Questions
from callcenter.telephony.calls import RINGS, Call, in_turn, note, overdue
from callcenter.telephony.cards import card_of
from callcenter.telephony.deciding import decide
from callcenter.telephony.entering import Entrance
from callcenter.telephony.entry import EntryPoint, Speech
from callcenter.telephony.flow_support import FlowSupport, NoFlows
from callcenter.telephony.keeping import row_of
from callcenter.telephony.ports import CallControl, Errand
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent, stored_event
from callcenter.telephony.recording import NO_PLANS, NOT_BEGUN, Plans, Recording
from callcenter.telephony.standing import standing_of
from callcenter.telephony.wanted import Chosen, Wanted
from ivr.waiting import Outlook
from routing.events import (
    ContactClosed,
    ContactTurnedAway,
    OfferAccepted,
    WrapUpCompleted,
    WrapUpExpired,
)
from routing.ids import AgentId, ContactId, QueueId
from routing.model import DestinationKind
from routing.state import State

_log = structlog.get_logger("callcenter.telephony")

OF_THE_PAST = ("enqueue", "accept", "reject", "end", "answered")
"""Keys, up to their first dot, of what may be told to the engine while a call's past is folded again: the rest
compares with the present."""

FINISHED_REMEMBERED = 10_000
"""Calls that are over whose late events are still told from those of a new call without asking the store."""


def contact_id_of(domain_id: str, connection_id: str, call_id: str) -> ContactId:
    """The contact of a call: the same call always has the same."""
    name = f"call\x00{domain_id}\x00{connection_id}\x00{call_id}"
    return ContactId(hashlib.sha256(name.encode()).hexdigest()[:32])


@dataclass(slots=True)
class _Open:
    """An open call and what waits for its worker: events, with the instant they came (None: from the past).

    `recordings` are those in the books.
    """

    call: Call
    inbox: deque[tuple[PbxEvent, float | None]] = field(default_factory=deque)
    is_dirty: bool = False
    is_working: bool = False
    due_ms: int | None = None
    cause_s: float | None = None
    shown: CallCard | None = None
    told: set[str] = field(default_factory=set)
    recordings: list[str] = field(default_factory=list)


def _nothing_said(_message_id: str) -> Speech | None:
    return None


def _nobody(_agent_id: AgentId) -> str:
    return ""


def _as_received(one: tuple[CallEvent, PbxEvent]) -> tuple[int, int]:
    """Inputs of a flow count only in their order, and several may come within one millisecond."""
    event, told = one
    return event.received_at_ms, told.received_n


def _no_survey(_queue_id: str) -> FlowPlan | None:
    return None


def _without_flow(plan: EntryPoint | None) -> EntryPoint | None:
    """Where a number leads nowhere any more, the queue of the one before takes the caller."""
    return None if plan is None else msgspec.structs.replace(plan, flow=None, choices={})


def _nothing_known(_contact_id: ContactId) -> Outlook:
    return Outlook()


class KeepsRecordings(Protocol):
    """Whoever has the recordings in its books."""

    async def begin(self, row: RecordingRow) -> None:
        """Durable when it returns. Raises StorageError."""

    def end(self, recording_id: str, told: Recording) -> None:
        """It is over."""


def _no_plans() -> Plans:
    return NO_PLANS


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the book stands in. `phone_of` is what rings an agent, `entry_point` what a number leads to.

    `said` is the text of a message by its id, if it is one of ours; `outlook` what is known of a contact's wait; `name_of`
    an agent's name, `survey_of` what a queue's customers are asked afterwards, `plans` what is to be recorded.
    """

    mirror: Callable[[], State]
    log: CallLog
    entrance: Entrance
    controls: dict[str, CallControl]
    entry_point: Callable[[str], EntryPoint | None]
    phone_of: Callable[[AgentId], str]
    now_ms: Callable[[], int]
    said: Callable[[str], Speech | None] = _nothing_said
    outlook: Callable[[ContactId], Outlook] = _nothing_known
    survey_of: Callable[[str], FlowPlan | None] = _no_survey
    flow: FlowSupport = field(default_factory=NoFlows)
    name_of: Callable[[AgentId], str] = _nobody
    plans: Callable[[], Plans] = _no_plans
    keeper: KeepsRecordings | None = None


class CallBook:
    """One for a domain; a listener of the host. `run` owns the workers."""

    def __init__(self, around: Surroundings) -> None:
        """Nothing happens before `run`."""
        self._around = around
        self._open: dict[ContactId, _Open] = {}
        self._finished: dict[ContactId, None] = {}
        self._to_finish: list[CallRow] = []
        self._ended_cards: dict[ContactId, CallCard] = {}
        self._consulted: dict[ContactId, AgentId] = {}
        """Agents whose phones are in use by a consult, by its call."""
        self._on_changed: Callable[[ContactId], None] = lambda _contact_id: None
        self.questions = Questions(around.name_of, around.now_ms)
        self._tasks: asyncio.TaskGroup | None = None
        self._settled_from_ms = 0

    def listen(self, on_changed: Callable[[ContactId], None]) -> None:
        """Call this whenever the card of a contact looks different."""
        self._on_changed = on_changed

    # --- what others ask ------------------------------------------------------------------------

    @property
    def open_count(self) -> int:
        """Calls that are open, or whose end is not stored yet."""
        return len(self._open) + len(self._to_finish)

    def calls_of(self, connection_id: str) -> list[Call]:
        """The open calls of a phone system."""
        calls = (one.call for one in self._open.values())
        return [call for call in calls if call.connection_id == connection_id]

    def call_of(self, contact_id: ContactId) -> Call | None:
        """The open call of a contact."""
        opened = self._open.get(contact_id)
        return None if opened is None else opened.call

    def unwritten(self, since_ms: int) -> list[str]:
        """Numbers of the calls begun since then that the store still counts without one: open, or just over."""
        opened = [one.call for one in self._open.values()]
        dialled = [call.dialled for call in opened if call.begun_at_ms >= since_ms]
        return dialled + [row.number for row in self._to_finish if row.begun_at_ms >= since_ms]

    async def phases_beside(self, contact_id: ContactId) -> list[Phase]:
        """Whom agents asked during the call of a contact, and talks of three, in order. Raises StorageError."""
        opened = self._open.get(contact_id)
        if opened is not None:
            known = opened.call.asides
        else:
            row = next((one for one in self._to_finish if one.contact_id == contact_id), None)
            row = row or await self._around.log.get(contact_id)
            known = [] if row is None else asides.decoded(row.asides)
        return [asides.phase_of(contact_id, one) for one in known]

    def is_consulted(self, agent_id: AgentId) -> bool:
        """Whether the agent is on the phone for a colleague's call."""
        return agent_id in self._consulted.values()

    def card(self, contact_id: ContactId) -> CallCard | None:
        """What a desk shows of the call."""
        opened = self._open.get(contact_id)
        if opened is None:
            return self._ended_cards.get(contact_id)
        return card_of(opened.call, self._around.mirror(), self._around.name_of)

    # --- what comes in --------------------------------------------------------------------------

    def take(self, event: CallEvent, came_s: float | None) -> None:
        """An event that has been stored and must be acted on. `came_s`: when, by the monotonic clock."""
        if event.contact_id in self._finished or not event.call_id:
            return
        opened = self._open.get(event.contact_id)
        if opened is None:
            row = CallRow(
                event.connection_id, event.call_id, event.contact_id, event.received_at_ms
            )
            opened = self._begin(row)
        opened.inbox.append((stored_event(event.body), came_s))
        self._wake(opened)

    def on_published(self, published: Published) -> None:
        """The journal has moved on: look at the calls it is about. A listener of the host."""
        for event in published.events:
            contact_id = getattr(event, "contact_id", None)
            if isinstance(event, ContactClosed | WrapUpCompleted | WrapUpExpired):
                self._ended_cards.pop(event.contact_id, None)
            opened = self._open.get(contact_id) if contact_id is not None else None
            if opened is None:
                continue
            if isinstance(event, OfferAccepted):
                opened.call.accepted_leg_id = event.offer_id
            if isinstance(event, ContactTurnedAway) and event.destination.queue_id is None:
                opened.call.turned_away = event.reason.value
                opened.call.said = self._around.said(event.destination.message_id)
                is_message = event.destination.kind is DestinationKind.VOICEMAIL
                opened.call.message_for = event.queue_id if is_message else None
                if event.destination.kind is DestinationKind.CALLBACK:
                    self._await_promise(opened.call, event.queue_id)
            opened.is_dirty = True
            self._wake(opened)

    def _await_promise(self, call: Call, queue_id: QueueId) -> None:
        """Say nothing yet to a caller who is to be called back: whether that is promised is known in a moment."""
        if call.caller and self._around.entrance.promises.keeps(queue_id):
            call.promise_due_ms = self._around.now_ms() + limits.PROMISE_MS

    def say_at_end(self, contact_id: ContactId, said: Speech | None) -> None:
        """What the customer hears before the line is closed; None: the usual words."""
        opened = self._open.get(contact_id)
        if opened is not None:
            call = opened.call
            call.promise_due_ms = None
            call.turned_away, call.said = call.turned_away or "unstaffed", said
            opened.is_dirty = True
            self._wake(opened)

    def undelivered(self, order: Order, code: str) -> None:
        """A command the phone system has not taken."""
        opened = self._open.get(ContactId(order.command_id.partition(".")[0]))
        if opened is not None:
            opened.call.done.setdefault(order.command_id, code)
            opened.is_dirty = True
            self._wake(opened)

    # --- life -----------------------------------------------------------------------------------

    async def load(self) -> None:
        """Take up the calls that were open before the start. Raises StorageError."""
        self._settled_from_ms = self._around.now_ms() + limits.RESTART_GRACE_MS
        for row in await self._around.log.open_calls():
            opened = self._begin(row)
            opened.call.is_enqueued = row.contact_id in self._around.mirror().contacts
            stored = await self._around.log.of_call(row)
            events = [(one, stored_event(one.body)) for one in stored]
            for event, told in sorted(events, key=_as_received):
                if told.command_id:
                    # Done long ago: what it was for is not asked for again while the past is folded.
                    opened.call.sent[told.command_id] = event.received_at_ms
                opened.inbox.append((told, None))
            if row.connection_id not in self._around.controls:
                # Its phone system is configured no longer: nobody will ever say more.
                lost = PbxEvent(EventType.CALL_LOST, f"lost/{row.contact_id}", row.call_id)
                opened.inbox.append((lost, None))

    async def run(self) -> None:
        """Until cancelled: work, and look at the deadlines."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._write_ends())
            try:
                for opened in list(self._open.values()):
                    self._wake(opened)
                while True:
                    await asyncio.sleep(limits.SWEEP_MS / 1000)
                    now_ms = self._around.now_ms()
                    for opened in list(self._open.values()):
                        if opened.due_ms is not None and opened.due_ms <= now_ms:
                            opened.is_dirty = True
                            self._wake(opened)
            finally:
                self._tasks = None

    def _begin(self, row: CallRow) -> _Open:
        call = Call(
            contact_id=row.contact_id,
            connection_id=row.connection_id,
            call_id=row.call_id,
            begun_at_ms=row.begun_at_ms,
        )
        opened = self._open[row.contact_id] = _Open(call)
        return opened

    def _wake(self, opened: _Open) -> None:
        if self._tasks is not None and not opened.is_working:
            opened.is_working = True
            self._tasks.create_task(self._work(opened))

    # --- the worker -----------------------------------------------------------------------------

    async def _work(self, opened: _Open) -> None:
        """Until there is nothing to do. A fault costs this call's step, never another call."""
        try:
            while opened.inbox or opened.is_dirty:
                await self._step(opened)
        except Exception as error:  # noqa: BLE001 - the boundary: the other calls go on
            _log.error("call_failed", **fault_of(error))
            opened.due_ms = self._around.now_ms() + limits.ORDER_MS
        finally:
            opened.is_working = False
            opened.cause_s = None

    async def _step(self, opened: _Open) -> None:
        """One event with everything it releases, or one look without an event."""
        call, now_ms = opened.call, self._around.now_ms()
        if opened.inbox:
            event, came_s = opened.inbox.popleft()
            is_past, ready = came_s is None, in_turn(call, event, now_ms)
            opened.cause_s = came_s
        else:
            opened.is_dirty, is_past, ready = False, False, overdue(call, now_ms)
        for each in ready:
            self._fold(call, each, now_ms)
            self._end_recordings(opened)
            await self._bring_about(opened, is_past=is_past and bool(opened.inbox))
        if not ready:
            await self._bring_about(opened, is_past=is_past and bool(opened.inbox))

    def _fold(self, call: Call, event: PbxEvent, now_ms: int) -> None:
        note(call, event, now_ms)
        if (served := flowing.survey_begun(event)) is not None:
            call.served, call.survey = served, self._around.survey_of(served.queue_id)
        flowing.fold(call, event, now_ms)
        consulting.fold(call, event)
        listening.fold(call, event)
        at_ms = event.received_at_ms or now_ms
        asides.follow(call, at_ms)
        dialling.fold(call, event, at_ms)
        self.questions.note(call, at_ms)
        colleague_id = consulting.colleague_of(call)
        if colleague_id is None:
            self._consulted.pop(call.contact_id, None)
        else:
            self._consulted[call.contact_id] = colleague_id
        if call.led_to:
            led_to, call.led_to = self._around.entry_point(call.led_to), ""
            call.plan = led_to or _without_flow(call.plan)
        if call.plan is None and call.dialled and not call.is_outbound:
            call.plan = self._around.entry_point(call.dialled)
            call.language = call.plan.language if call.plan is not None else "en"

    async def _bring_about(self, opened: _Open, *, is_past: bool) -> None:
        """Do what is wanted until nothing more is."""
        call = opened.call
        for _ in range(limits.ENGINE_STEPS_MAX):
            if call.contact_id not in self._open:
                return
            # What woke the worker up to here is looked at now: also what its own command has led to.
            opened.is_dirty = False
            wanted = self._decide(call, is_past=is_past)
            opened.due_ms = wanted.due_ms
            if not is_past:
                await self._open_recordings(opened, wanted)
                self._send_orders(opened, wanted)
                self._lead_flow_on(opened, wanted)
                if wanted.end_cause:
                    self._finish(opened, wanted.end_cause)
                    return
            key = self._next_key(call, wanted, is_past=is_past)
            if key is None:
                break
            await self._submit(call, key, wanted)
        else:
            _log.error("call_goes_in_circles", keys=len(call.settled))
        shown, opened.shown = opened.shown, self.card(call.contact_id)
        if opened.shown != shown:
            self._on_changed(call.contact_id)

    def _decide(self, call: Call, *, is_past: bool = False) -> Wanted:
        """In the past no deadline runs out: what was told in time is still to be folded."""
        around = self._around
        opened_before = call.begun_at_ms < self._settled_from_ms - limits.RESTART_GRACE_MS
        grace_ms = self._settled_from_ms if opened_before else 0
        standing = standing_of(
            around.mirror(),
            call,
            around.phone_of,
            grace_ms,
            consulted=self._elsewhere(call),
            plans=around.plans(),
        )
        if standing.agent_id is not None and standing.leg_id is not None:
            queue_id = around.mirror().contacts[call.contact_id].queue_id
            call.served = Served(standing.leg_id, standing.agent_id, queue_id)
        if call.served is not None and standing.is_over:
            survey = around.survey_of(call.served.queue_id)
            standing = msgspec.structs.replace(standing, survey=survey)
        if call.flow is not None and call.flow.comfort is not None:
            standing = msgspec.structs.replace(standing, outlook=around.outlook(call.contact_id))
        return decide(call, standing, 0 if is_past else self._around.now_ms())

    def _elsewhere(self, call: Call) -> set[AgentId]:
        """Whose phones other calls use for a consult."""
        consulted = self._consulted.items()
        return {agent_id for one, agent_id in consulted if one != call.contact_id}

    @staticmethod
    def _next_key(call: Call, wanted: Wanted, *, is_past: bool) -> str | None:
        for key in wanted.commands:
            is_of_now = is_past and key.partition(".")[0] not in OF_THE_PAST
            if key not in call.settled and not is_of_now:
                return key
        return None

    async def _open_recordings(self, opened: _Open, wanted: Wanted) -> None:
        """Put what is to be recorded in the books first; what cannot be put there is not begun, and tried again."""
        keeper = self._around.keeper
        for opening in wanted.openings:
            if keeper is None or opening.recording_id in opened.recordings:
                continue
            try:
                await keeper.begin(row_of(opened.call, opening, self._around.now_ms()))
                opened.recordings.append(opening.recording_id)
            except StorageError:
                begins = (one for one in wanted.orders if one.recording_id == opening.recording_id)
                for order in tuple(begins):
                    wanted.orders.remove(order)
                wanted.look_again(self._around.now_ms() + limits.FLOW_RETRY_MS)

    def _end_recordings(self, opened: _Open, *, is_over: bool = False) -> None:
        """Recordings that have ended, or whose call has: also one of which nothing was told."""
        keeper, call = self._around.keeper, opened.call
        for recording_id in dict.fromkeys([*opened.recordings, *call.recordings]):
            one = call.recordings.get(recording_id, Recording(0, end_cause=NOT_BEGUN))
            key = f"end of {recording_id}"
            if (
                keeper is not None
                and key not in opened.told
                and (is_over or (recording_id in call.recordings and one.end_cause))
            ):
                opened.told.add(key)
                keeper.end(recording_id, one)

    def _send_orders(self, opened: _Open, wanted: Wanted) -> None:
        call, now_ms = opened.call, self._around.now_ms()
        control = self._around.controls.get(call.connection_id)
        is_any_new = False
        for order in wanted.orders:
            if order.command_id in call.sent or control is None:
                continue
            is_any_new = True
            call.sent[order.command_id] = now_ms
            is_ring = order.kind is OrderKind.RING_AGENT
            if is_ring:
                call.leg(order.command_id.removesuffix(RINGS))
            within_ms = limits.RING_DELIVERY_MS if is_ring else limits.ORDER_MS
            control.send(Errand(order, now_ms + within_ms, opened.cause_s))
        # What was just sent has a deadline of its own, which `decide` can only now tell.
        opened.due_ms = self._decide(call).due_ms if is_any_new else wanted.due_ms

    def _lead_flow_on(self, opened: _Open, wanted: Wanted) -> None:
        """Store what moves the call's flow on, each once; it comes back as an event."""
        call, run = opened.call, opened.call.flow
        for event in wanted.inputs:
            if event.event_id not in opened.told:
                self._begin_storing(opened, event.event_id, self._around.flow.store(call, event))
        if run is not None and run.session.marks and call.served is not None:
            key = f"marks.{run.run}.{run.session.number}"
            if key not in opened.told:
                self._begin_storing(opened, key, self._around.flow.keep_marks(call, run.session))
        for ask in wanted.lookups:
            key = "" if run is None else f"{run.run}.{ask.number}"
            if key and key not in opened.told:
                self._begin_storing(opened, key, self._around.flow.look_up(call, ask))

    def _begin_storing(self, opened: _Open, key: str, doing: Coroutine[Any, Any, None]) -> None:
        if self._tasks is None:
            doing.close()
            return
        opened.told.add(key)
        self._tasks.create_task(self._store_or_retry(opened, key, doing))

    async def _store_or_retry(
        self, opened: _Open, key: str, doing: Coroutine[Any, Any, None]
    ) -> None:
        try:
            await doing
        except (HostError, StorageError):
            await asyncio.sleep(limits.FLOW_RETRY_MS / 1000)
            opened.told.discard(key)
            opened.is_dirty = True
            self._wake(opened)

    async def _submit(self, call: Call, key: str, wanted: Wanted) -> None:
        """One command to the engine; a host that cannot take it is asked until it can."""
        command, entrance = wanted.commands[key], self._around.entrance
        while key not in call.settled:
            try:
                if isinstance(command, Chosen):
                    await entrance.enqueue(call, command)
                else:
                    await entrance.submit(call, key, command)
                call.settled[key] = ""
            except CommandRefused as refused:
                call.settled[key] = refused.refusal.code
                _log.info("call_command_refused", key=key, code=refused.refusal.code)
            except HostError:
                await asyncio.sleep(limits.SUBMIT_RETRY_MS / 1000)
        if isinstance(command, Chosen):
            call.is_enqueued = True
            call.queue_id, call.language = command.queue_id, command.language

    def _finish(self, opened: _Open, end_cause: str) -> None:
        """The call is over on both sides: its row will say so, and its events will be forgotten.

        Nobody waits for the row: after a crash before it is written, the call's events are folded again and end it again.
        """
        call = opened.call
        self._end_recordings(opened, is_over=True)
        call.end_cause = call.end_cause or end_cause
        asides.close(call, self._around.now_ms())
        self.questions.note(call, self._around.now_ms())
        row = CallRow(
            call.connection_id,
            call.call_id,
            call.contact_id,
            call.begun_at_ms,
            self._around.now_ms(),
            end_cause,
            call.dialled,
            is_blocked=bool(call.turned_away) or (call.has_arrived and call.plan is None),
            asides=asides.encoded(call.asides),
            dialled_at_ms=call.customer_dialled_at_ms,
        )
        self._to_finish.append(row)
        if call.contact_id in self._around.mirror().contacts:
            ended = card_of(call, self._around.mirror(), self._around.name_of)
            if ended is not None:
                self._ended_cards[call.contact_id] = ended
        opened.inbox.clear()
        opened.is_dirty = False
        self._consulted.pop(call.contact_id, None)
        self._open.pop(call.contact_id, None)
        self._finished[call.contact_id] = None
        if len(self._finished) > FINISHED_REMEMBERED:
            del self._finished[next(iter(self._finished))]
        self._on_changed(call.contact_id)

    async def write_ends(self) -> None:
        """Write the rows of calls that are over, many in one transaction; what the store cannot take now stays."""
        rows = self._to_finish[: limits.ENDS_PER_COMMIT]
        if not rows:
            return
        try:
            await self._around.log.finish(rows)
        except StorageError:
            return
        del self._to_finish[: len(rows)]

    async def _write_ends(self) -> None:
        while True:
            await asyncio.sleep(limits.ENDS_EVERY_MS / 1000)
            await self.write_ends()
