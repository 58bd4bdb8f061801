"""Customers in flows of the chat widget: which visits are open, and one worker for each that has something to do.

Theory: a visit's worker does what `wanted` says, one thing at a time, each input stored before it counts, until nothing
is wanted before the customer answers or an instant comes. Nothing is kept but by the store: at a start the inputs of
open visits are folded again.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import msgspec
import structlog

from callcenter.channels.chat_protocol import ChatFlow
from callcenter.channels.limits import (
    ANSWERS_HELD_MAX,
    VISIT_FORGET_EVERY_MS,
    VISIT_GONE_MS,
    VISIT_KEPT_MS,
    VISIT_RETRY_MS,
    VISIT_SWEEP_MS,
)
from callcenter.channels.visiting import (
    Admit,
    Finish,
    LookUp,
    Tell,
    Visit,
    VisitStart,
    Wait,
    Wanted,
    answer_of,
    asked_of,
    fold,
    is_before_queue,
    wanted,
    went,
)
from callcenter.flows.inputs import NOTED, Noted, Served, Stored
from callcenter.flows.lookups import FlowLookups
from callcenter.flows.marks import NOBODY, marks_of
from callcenter.flows.plans import FlowPlan
from callcenter.host.envelope import CommandIdReused, CommandRefused, HostError, Published
from callcenter.ports.errors import StorageError
from callcenter.ports.visits import SurveyMark, SurveyMarks, VisitInput, VisitRow, Visits
from callcenter.tasks import fault_of
from ivr.calling_back import ACCEPTED
from ivr.session import Answered, Ask, BookCallBack, Outcome, Passed, Record
from ivr.waiting import Outlook
from routing.events import ContactEnded, ContactTurnedAway
from routing.ids import ContactId, OfferId
from routing.model import Channel, Party
from routing.state import Contact, State

_log = structlog.get_logger("callcenter.visits")

_START: msgspec.json.Decoder[VisitStart] = msgspec.json.Decoder(VisitStart)


class Leading(msgspec.Struct, frozen=True):
    """Where a customer goes: through a flow, or straight to a queue."""

    queue_id: str
    plan: FlowPlan | None


class FlowView(msgspec.Struct, frozen=True):
    """What a customer's page shows of a visit."""

    frame: ChatFlow
    is_before_queue: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the book stands in.

    `of_widget`, `of_number` say where a widget's or a number's customers go, `survey_of` what a queue's are asked afterwards.
    `admit` lets the engine learn of the contact, `leave_message` of a message (which ask's, its text); both raise
    CommandRefused, HostError. `promise` promises a call-back, and says whether there is one; it raises StorageError.
    """

    mirror: Callable[[], State]
    visits: Visits
    marks: SurveyMarks
    lookups: FlowLookups
    admit: Callable[[Visit, str], Awaitable[None]]
    leave_message: Callable[[Visit, Record, str], Awaitable[None]]
    promise: Callable[[Visit, BookCallBack], Awaitable[bool]]
    of_widget: Callable[[str], Leading | None]
    of_number: Callable[[str], Leading | None]
    survey_of: Callable[[str], FlowPlan | None]
    is_present: Callable[[ContactId], bool]
    outlook: Callable[[ContactId], Outlook]
    language_of: Callable[[ContactId], str]
    now_ms: Callable[[], int]


@dataclass(slots=True)
class _Open:
    """An open visit, and what waits for its worker. `seen_ms`: when the customer's page was last there."""

    visit: Visit
    seen_ms: int
    answers: deque[tuple[int, str]] = field(default_factory=deque)
    is_leaving: bool = False
    is_dirty: bool = True
    is_working: bool = False
    due_ms: int | None = None
    marks: tuple[SurveyMark, ...] = ()


class VisitBook:
    """One for a domain; a listener of the host. `run` owns the workers."""

    def __init__(self, around: Surroundings) -> None:
        """Nothing happens before `run`."""
        self._around = around
        self._open: dict[ContactId, _Open] = {}
        self._on_changed: Callable[[ContactId], None] = lambda _contact_id: None
        self._tasks: asyncio.TaskGroup | None = None
        self._forgotten_at_ms = around.now_ms()

    def listen(self, on_changed: Callable[[ContactId], None]) -> None:
        """Call this whenever a customer's page is to show more."""
        self._on_changed = on_changed

    # --- what others ask ------------------------------------------------------------------------

    @property
    def open_count(self) -> int:
        """Visits that are open."""
        return len(self._open)

    def view(self, contact_id: ContactId) -> FlowView | None:
        """What the customer's page shows; None where no flow is open."""
        opened = self._open.get(contact_id)
        if opened is None:
            return None
        visit = opened.visit
        frame = ChatFlow(list(visit.said), asked_of(visit))
        return FlowView(frame, is_before_queue(visit))

    # --- what comes in --------------------------------------------------------------------------

    async def begin(self, contact_id: ContactId, start: VisitStart) -> None:
        """A customer begins; returns when it is durable. Raises CommandIdReused, StorageError."""
        now_ms = self._around.now_ms()
        row = VisitRow(contact_id, contact_id, now_ms, msgspec.json.encode(start))
        stored = await self._around.visits.begin(row)
        if _START.decode(stored.body).digest != start.digest:
            raise CommandIdReused
        if stored.ended_at_ms is None and contact_id not in self._open:
            self._wake(self._opened(stored))

    def answer(self, contact_id: ContactId, number: int, text: str) -> None:
        """The customer chose or typed; one too many before the first is stored is left out."""
        opened = self._open.get(contact_id)
        if opened is not None and len(opened.answers) < ANSWERS_HELD_MAX:
            opened.answers.append((number, text))
            self._wake(opened)

    def leave(self, contact_id: ContactId) -> bool:
        """The customer goes; whether there was no contact yet."""
        opened = self._open.get(contact_id)
        if opened is None or not is_before_queue(opened.visit):
            return False
        opened.is_leaving = True
        self._wake(opened)
        return True

    def on_published(self, published: Published) -> None:
        """The journal has moved on. A listener of the host."""
        for event in published.events:
            contact_id = getattr(event, "contact_id", None)
            opened = self._open.get(contact_id) if contact_id is not None else None
            if isinstance(event, ContactEnded):
                self._ask_afterwards(event)
            if opened is None:
                continue
            if isinstance(event, ContactTurnedAway) and event.destination.queue_id is None:
                opened.visit.is_turned_away = True
            self._wake(opened)

    # --- after the chat -------------------------------------------------------------------------

    def _ask_afterwards(self, ended: ContactEnded) -> None:
        contact = self._around.mirror().contacts.get(ended.contact_id)
        if contact is None or contact.channel is not Channel.CHAT or ended.agent_id is None:
            return
        plan = self._around.survey_of(contact.queue_id)
        if plan is None or ended.ended_by is Party.SYSTEM or self._tasks is None:
            return
        served = Served(
            _assignment_of(self._around.mirror(), contact), ended.agent_id, contact.queue_id
        )
        self._tasks.create_task(self._begin_survey(ended.contact_id, served, plan))

    async def _begin_survey(self, contact_id: ContactId, served: Served, plan: FlowPlan) -> None:
        before = self._open.get(contact_id)
        start = VisitStart(
            widget_id="" if before is None else before.visit.start.widget_id,
            queue_id=served.queue_id,
            flow_id=plan.flow_id,
            name="",
            email="",
            language=self._around.language_of(contact_id),
            text="",
            served=served,
        )
        row = VisitRow(
            f"{contact_id}.survey", contact_id, self._around.now_ms(), msgspec.json.encode(start)
        )
        try:
            if before is not None:
                await self._around.visits.finish(before.visit.row.visit_id, row.begun_at_ms)
            stored = await self._around.visits.begin(row)
        except StorageError:
            return  # nobody is asked for a mark when the store is away
        if stored.ended_at_ms is None:
            self._wake(self._opened(stored))

    # --- life -----------------------------------------------------------------------------------

    async def load(self) -> None:
        """Take up the visits that were open before the start. Raises StorageError."""
        for row in await self._around.visits.open():
            before = self._open.get(row.contact_id)
            if before is not None:
                await self._around.visits.finish(before.visit.row.visit_id, row.begun_at_ms)
            opened = self._opened(row)
            visit = opened.visit
            visit.is_enqueued = row.contact_id in self._around.mirror().contacts
            for one in await self._around.visits.inputs(row.visit_id):
                self._fold(visit, NOTED.decode(one.body), one.at_ms)

    async def run(self) -> None:
        """Until cancelled: work, and look at the deadlines."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                for opened in list(self._open.values()):
                    self._wake(opened)
                while True:
                    await asyncio.sleep(VISIT_SWEEP_MS / 1000)
                    self._sweep()
                    await self._forget()
            finally:
                self._tasks = None

    def _sweep(self) -> None:
        now_ms = self._around.now_ms()
        for contact_id, opened in list(self._open.items()):
            if self._around.is_present(contact_id):
                opened.seen_ms = now_ms
            asks = is_before_queue(opened.visit) or opened.visit.start.served is not None
            if asks and now_ms - opened.seen_ms >= VISIT_GONE_MS:
                opened.is_leaving = True
            is_due = opened.due_ms is not None and opened.due_ms <= now_ms
            if is_due or opened.is_leaving:
                self._wake(opened)

    async def _forget(self) -> None:
        now_ms = self._around.now_ms()
        if now_ms - self._forgotten_at_ms < VISIT_FORGET_EVERY_MS:
            return
        self._forgotten_at_ms = now_ms
        try:
            await self._around.visits.forget(now_ms - VISIT_KEPT_MS)
        except StorageError:
            _log.warning("visits_not_forgotten")

    def _opened(self, row: VisitRow) -> _Open:
        start = _START.decode(row.body)
        if start.served is not None:
            plan = self._around.survey_of(start.served.queue_id)
        else:
            leading = self._around.of_widget(start.widget_id)
            plan = None if leading is None else leading.plan
        visit = Visit(row=row, start=start, plan=plan)
        before = self._open.get(row.contact_id)
        if before is not None:
            visit.said = list(before.visit.said)
        opened = self._open[row.contact_id] = _Open(visit, self._around.now_ms())
        return opened

    def _wake(self, opened: _Open) -> None:
        opened.is_dirty = True
        if self._tasks is not None and not opened.is_working:
            opened.is_working = True
            self._tasks.create_task(self._work(opened))

    # --- the worker -----------------------------------------------------------------------------

    async def _work(self, opened: _Open) -> None:
        """Until there is nothing to do. A fault costs this visit's step, never another visit."""
        try:
            while opened.is_dirty:
                opened.is_dirty = False
                while not await self._step(opened):
                    pass
        except Exception as error:  # noqa: BLE001 - the boundary: the other visits go on
            _log.error("visit_failed", **fault_of(error))
            opened.due_ms = self._around.now_ms() + VISIT_RETRY_MS
        finally:
            opened.is_working = False

    async def _step(self, opened: _Open) -> bool:
        """Do one thing; whether nothing is left to do now."""
        visit = opened.visit
        doing = self._next(opened)
        opened.due_ms = doing.until_ms if isinstance(doing, Wait) else None
        try:
            match doing:
                case Wait():
                    return True
                case Tell(given):
                    await self._tell(opened, Noted(await self._taken(visit, given)))
                case LookUp(ask):
                    await self._tell(opened, Noted(await self._found(visit, ask)))
                case Admit(queue_id):
                    await self._admit(visit, queue_id)
                case Finish():
                    await self._finish(opened)
                    return True
        except (StorageError, HostError):
            await asyncio.sleep(VISIT_RETRY_MS / 1000)
        return False

    def _next(self, opened: _Open) -> Wanted:
        """Leaving goes before answers, and those before what is due."""
        visit = opened.visit
        if opened.is_leaving and (leaving := went(visit)) is not None:
            return leaving
        while opened.answers:
            answer = answer_of(visit, *opened.answers.popleft())
            if answer is not None:
                return Tell(answer)
        contact = self._around.mirror().contacts.get(visit.row.contact_id)
        return wanted(visit, None if contact is None else contact.state, self._around.now_ms())

    async def _taken(self, visit: Visit, given: Stored) -> Stored:
        """A message is the engine's before the flow goes on; one that no queue takes was not left."""
        asked = None if visit.session is None else visit.session.asked
        if not (isinstance(asked, Record) and isinstance(given, Answered) and given.is_done):
            return given
        try:
            await self._around.leave_message(visit, asked, given.value)
        except CommandRefused as refused:
            _log.info("message_refused", code=refused.refusal.code)
            return Answered(given.number, is_done=False)
        return given

    async def _found(self, visit: Visit, ask: Ask) -> Answered:
        if isinstance(ask, BookCallBack):
            return Answered(ask.number, await self._around.promise(visit, ask), ACCEPTED)
        return await self._around.lookups.answer(ask, visit.start.email, visit.session_id)

    async def _tell(self, opened: _Open, noted: Noted) -> None:
        visit = opened.visit
        if isinstance(noted.given, Passed) and visit.is_enqueued:
            noted = Noted(noted.given, self._around.outlook(visit.row.contact_id))
        row, at_ms = visit.row, self._around.now_ms()
        body = msgspec.json.encode(noted)
        one = VisitInput(row.visit_id, visit.inputs + 1, row.contact_id, at_ms, body)
        await self._around.visits.append(one)
        self._fold(visit, noted, at_ms)
        await self._keep_marks(opened)
        self._on_changed(row.contact_id)

    def _fold(self, visit: Visit, noted: Noted, at_ms: int) -> None:
        """A transfer goes on where its number leads to by now."""
        transfers = visit.transfers
        fold(visit, noted, at_ms)
        if visit.transfers == transfers:
            return
        leading = self._around.of_number(visit.led_to)
        if leading is not None:
            visit.start = msgspec.structs.replace(visit.start, queue_id=leading.queue_id)
            visit.plan = leading.plan
        else:
            visit.plan = None
        visit.session = None

    async def _keep_marks(self, opened: _Open) -> None:
        visit = opened.visit
        if visit.session is None:
            return
        marks = marks_of(visit.row.contact_id, visit.session, visit.start.served or NOBODY)
        if marks != opened.marks:
            await self._around.marks.put(marks)
            opened.marks = marks

    async def _admit(self, visit: Visit, queue_id: str) -> None:
        try:
            await self._around.admit(visit, queue_id)
        except CommandRefused as refused:
            _log.info("visit_refused", code=refused.refusal.code)
            visit.is_refused = True
        else:
            visit.is_enqueued = True
        self._on_changed(visit.row.contact_id)

    async def _finish(self, opened: _Open) -> None:
        """The row says so first; what was said stays on the page."""
        visit = opened.visit
        await self._keep_marks(opened)
        await self._around.visits.finish(visit.row.visit_id, self._around.now_ms())
        if self._open.get(visit.row.contact_id) is opened:
            del self._open[visit.row.contact_id]
        outcome = None if visit.session is None else visit.session.outcome
        _log.info("visit_over", outcome=str(outcome or Outcome.QUEUED))
        self._on_changed(visit.row.contact_id)


def _assignment_of(state: State, contact: Contact) -> str:
    """The id of the offer by which the agent has the contact: the last one that was accepted."""
    for number in range(contact.offers_made, 0, -1):
        offer_id = OfferId(f"{contact.contact_id}.{number}")
        if state.ended_offers.get(offer_id) == "accepted":
            return offer_id
    return f"{contact.contact_id}.{contact.offers_made}"
