"""Cases as they are opened, moved and, once a solution is proposed, put to the customer.

Theory: a step is one write that names the version it started from, so of two departments that act at once one wins and the
other is told what has happened. A command that comes twice is found by its id. Whatever the system does by itself (promise a
call-back, note that nobody was reached) has an id made from the case, and an instant in the row at which it is looked at
again: nothing is lost by a crash, and nothing is scanned.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from callcenter.call_backs.promises import CallBackRefused, Promise
from callcenter.call_backs.service import CallBackService
from callcenter.cases import limits
from callcenter.cases.asking import (
    ask_at_ms,
    barred_agents,
    call_back_id_of,
    case_id_of,
    is_to_be_asked_again,
    is_unreached,
)
from callcenter.cases.plans import CasePlan
from callcenter.ports.call_backs import CallBack, CallBacks, MadeBy
from callcenter.ports.cases import Cases, CaseWords, StoredCase
from callcenter.ports.errors import CallBackTaken, ChangedMeanwhile, StorageError
from callcenter.ports.steps import StepEvent
from callcenter.tasks import woken
from crm_link.cases.deciding import decide, received
from crm_link.cases.model import (
    Actor,
    Case,
    CaseKind,
    CaseState,
    Hours,
    Moment,
    Refused,
    Step,
    Taken,
)
from routing.ids import AgentId, ContactId
from routing.limits import BARRED_AGENTS_MAX
from routing.state import State

_log = structlog.get_logger("callcenter.cases")

RECEIVED = "received"
"""What the first event of a case is called; every other is called like its step."""

_SYSTEM = Actor("", is_system=True)


class CaseRefused(Exception):
    """The step was not taken; `code` is stable, the message a plain sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class CaseChanged(Exception):
    """Somebody else was first: `last` is what they did."""

    def __init__(self, last: StepEvent) -> None:
        super().__init__(last.row_id)
        self.last = last


class NewCase(msgspec.Struct, frozen=True, kw_only=True):
    """A case to be opened from a contact; `command_id` makes it one. `at_ms`: when it was, if not now."""

    case_id: str
    command_id: str
    kind: CaseKind
    is_major: bool
    words: CaseWords
    contact_id: ContactId
    customer_key: str
    language: str
    at_ms: int | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A step somebody wants to take, from the version they have seen (None: from any). `at_ms`: when it was, if not now."""

    command_id: str
    taken: Taken
    version: int | None = None
    text: str = ""
    contact_id: str = ""
    at_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the service stands in. `plan` is None where the configuration names no departments."""

    rows: Cases
    call_backs: CallBackService
    call_back_rows: CallBacks
    plan: Callable[[], CasePlan | None]
    hours: Callable[[], Hours]
    mirror: Callable[[], State]
    now_ms: Callable[[], int]


class CaseService:
    """One for a domain. `run` does what the system has to do."""

    def __init__(self, around: Around) -> None:
        """Nothing is done before `run`."""
        self._around = around
        self._told: deque[CallBack] = deque()
        self._wake = asyncio.Event()
        around.call_backs.follow(self.on_call_back)

    # --- what people do -------------------------------------------------------------------------

    async def open(self, wanted: NewCase, by: str) -> StoredCase:
        """Open it; the same command again is the same case. Raises CaseRefused, StorageError."""
        moment = self._moment(wanted.at_ms)
        case = Case(
            case_id=wanted.case_id,
            kind=wanted.kind,
            state=CaseState.RECEIVED,
            version=1,
            received_at_ms=moment.at_ms,
            department_id="",
            is_major=wanted.is_major and wanted.kind is CaseKind.COMPLAINT,
        )
        stored = StoredCase(
            case=received(case, moment),
            words=wanted.words,
            opened_by=by,
            contact_id=wanted.contact_id,
            customer_key=wanted.customer_key,
            language=wanted.language,
        )
        event = self._event(stored, RECEIVED, wanted.command_id, by)
        event = msgspec.structs.replace(
            event,
            at_ms=moment.at_ms,
            text=wanted.words.description,
            contact_id=wanted.contact_id,
        )
        return await self._around.rows.put(stored, event)

    async def take(self, case_id: str, request: Request, actor: Actor) -> StoredCase:
        """Take a step; the same command again changes nothing. Raises CaseRefused, CaseChanged, StorageError.

        The case must be there.
        """
        for _ in range(limits.NOTE_ATTEMPTS_MAX):
            stored = await self._stored(case_id)
            known = await self._around.rows.of_command(request.command_id)
            if known is not None and known.row_id == case_id:
                if known.version == stored.case.version:
                    await self._call_off(stored, actor)
                return stored
            if request.version not in (None, stored.case.version):
                break
            moved = self._decided(stored, request, actor)
            try:
                written = await self._around.rows.put(
                    moved, self._requested(moved, request, actor.user_id)
                )
            except ChangedMeanwhile:
                continue
            if stored.case.state is CaseState.VERIFYING:
                await self._call_off(written, actor)
            self._wake.set()
            return written
        raise CaseChanged((await self._around.rows.events(case_id))[-1])

    async def _call_off(self, stored: StoredCase, actor: Actor) -> None:
        """Nobody is called about what is no question any more. Raises StorageError, HostError: the same command again does it."""
        if stored.call_back_id and stored.case.state is not CaseState.VERIFYING:
            await self._around.call_backs.cancel(stored.call_back_id, actor.user_id)

    def _decided(self, stored: StoredCase, request: Request, actor: Actor) -> StoredCase:
        moment = self._moment(request.at_ms)
        found = decide(stored.case, request.taken, actor, moment)
        if isinstance(found, Refused):
            raise CaseRefused(found.because.value, found.message)
        words = stored.words
        if request.taken.step in (Step.PROPOSE, Step.ANSWER):
            words = msgspec.structs.replace(words, solution=request.text)
        return msgspec.structs.replace(
            stored,
            case=found,
            words=words,
            look_at_ms=self._look_after(stored, found, moment.at_ms),
            closed_at_ms=stored.closed_at_ms if found.is_open else moment.at_ms,
        )

    def _look_after(self, stored: StoredCase, case: Case, at_ms: int) -> int | None:
        """A case that comes to be proposed wants a call-back; one that leaves the question wants nothing."""
        if case.state is CaseState.PROPOSED:
            return at_ms if stored.words.number else None
        return stored.look_at_ms if case.state is CaseState.VERIFYING else None

    # --- what call-backs tell -------------------------------------------------------------------

    def on_call_back(self, call_back: CallBack) -> None:
        """See what concerns cases. Called with each row of a call-back that is durable."""
        if case_id_of(call_back.call_back_id):
            self._told.append(call_back)
            self._wake.set()

    async def barred(self, call_back: CallBack) -> tuple[AgentId, ...]:
        """Who must not make this call-back. Raises CallBackRefused where that cannot be kept, StorageError."""
        plan, case_id = self._around.plan(), case_id_of(call_back.call_back_id)
        stored = await self._around.rows.get(case_id) if case_id else None
        if plan is None or stored is None:
            return ()
        barred = barred_agents(stored, plan, self._around.mirror())
        if len(barred) > BARRED_AGENTS_MAX:
            message = "More members of the department serve this queue than can be kept from it."
            raise CallBackRefused("call_back_refused", message)
        return barred

    # --- life -----------------------------------------------------------------------------------

    def look_again(self) -> None:
        """Time was skipped: something may be due."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.work()
            except StorageError as error:
                _log.warning("cases_wait", kind=type(error).__name__)
            await woken(self._wake, limits.LOOK_EVERY_MS)

    async def work(self) -> None:
        """Everything that is to be done now. Raises StorageError: what was not done is done next time."""
        while self._told:
            await self._hear(self._told[0])
            self._told.popleft()
        due, limit = self._around.rows.to_look_at, limits.LOOKED_AT_ONCE_MAX
        found = await due(self._around.now_ms(), limit=limit)
        for stored in found:
            await self._look_at(stored)
        late = await self._around.rows.note_late(self._around.now_ms(), limit=limit)
        if limit in (len(found), late):
            self._wake.set()

    async def _hear(self, call_back: CallBack) -> None:
        rows, case_id = self._around.rows, case_id_of(call_back.call_back_id)
        if call_back.contact_id is not None:
            await rows.link(case_id, call_back.contact_id, self._around.now_ms())
        stored = await rows.get(case_id)
        if stored is not None and not call_back.is_open:
            await self._over(stored, call_back)

    async def _look_at(self, stored: StoredCase) -> None:
        if stored.case.state is CaseState.PROPOSED:
            await self._plan_call(stored)
            return
        row = await self._around.call_back_rows.get(stored.call_back_id)
        if row is None or row.is_open:
            await self._look_later(stored, limits.CHECK_AFTER_MS)
        else:
            await self._over(stored, row)

    async def _over(self, stored: StoredCase, row: CallBack) -> None:
        """Its call-back is over: nobody was reached today, or it never came to it. Else its agent says what was said."""
        is_newest = row.call_back_id == stored.call_back_id
        if not is_newest or stored.case.state is not CaseState.VERIFYING:
            return
        if is_unreached(row):
            request = Request(
                command_id=f"{row.call_back_id}:not_reached",
                taken=Taken(step=Step.NOT_REACHED),
                contact_id=row.contact_id or "",
            )
            await self._take_itself(stored, request)
        elif is_to_be_asked_again(row):
            await self._plan_call(stored)
        else:
            await self._around.rows.keep(
                msgspec.structs.replace(stored, look_at_ms=None), stored.case.version
            )

    async def _plan_call(self, stored: StoredCase) -> None:
        """Promise a call-back, then say so in the case. A crash in between promises the same again."""
        around, plan = self._around, self._around.plan()
        if plan is None:
            await self._look_later(stored, limits.RETRY_AFTER_MS)
            return
        if not plan.queue_id or not stored.words.number:
            await around.rows.keep(
                msgspec.structs.replace(stored, look_at_ms=None), stored.case.version
            )
            return
        call_back_id = call_back_id_of(stored)
        promise = Promise(
            call_back_id=call_back_id,
            queue_id=plan.queue_id,
            number=stored.words.number,
            made_by=MadeBy.CASE,
            language=stored.language,
            note=stored.words.subject,
            promised_at_ms=ask_at_ms(stored, around.hours()),
        )
        try:
            await around.call_backs.make(promise)
        except (CallBackRefused, CallBackTaken) as refused:
            _log.info("case_call_refused", reason=type(refused).__name__)
            await self._look_later(stored, limits.RETRY_AFTER_MS)
            return
        request = Request(command_id=f"{call_back_id}:planned", taken=Taken(step=Step.PLAN_CALL))
        await self._take_itself(stored, request, call_back_id)

    async def _take_itself(
        self, stored: StoredCase, request: Request, call_back_id: str = ""
    ) -> None:
        """A step of the system's own, unless it cannot be taken, or somebody has moved the case meanwhile: then it is looked at again."""
        try:
            moved = self._decided(stored, request, _SYSTEM)
        except CaseRefused as refused:
            _log.info("case_step_refused", code=refused.code)
            await self._look_later(stored, limits.RETRY_AFTER_MS)
            return
        if call_back_id:
            moved = msgspec.structs.replace(
                moved,
                call_back_id=call_back_id,
                calls=stored.calls + 1,
                look_at_ms=self._around.now_ms() + limits.CHECK_AFTER_MS,
            )
        try:
            await self._around.rows.put(moved, self._requested(moved, request, ""))
        except ChangedMeanwhile:
            _log.info("case_moved_meanwhile", case_id=stored.case.case_id)

    async def _look_later(self, stored: StoredCase, after_ms: int) -> None:
        later_ms = self._around.now_ms() + after_ms
        await self._around.rows.keep(
            msgspec.structs.replace(stored, look_at_ms=later_ms), stored.case.version
        )

    # --- rows -----------------------------------------------------------------------------------

    async def _stored(self, case_id: str) -> StoredCase:
        stored = await self._around.rows.get(case_id)
        if stored is None:
            raise LookupError(f"there is no case {case_id}")
        return stored

    def _moment(self, at_ms: int | None) -> Moment:
        plan = self._around.plan()
        if plan is None:
            message = "The configuration names no departments: add departments and cases."
            raise CaseRefused("cases_not_set_up", message)
        now_ms = self._around.now_ms()
        return Moment(now_ms if at_ms is None else at_ms, plan.rules, self._around.hours())

    def _requested(self, moved: StoredCase, request: Request, by: str) -> StepEvent:
        event = self._event(moved, request.taken.step.value, request.command_id, by)
        at_ms = event.at_ms if request.at_ms is None else request.at_ms
        return msgspec.structs.replace(
            event, at_ms=at_ms, text=request.text, contact_id=request.contact_id
        )

    def _event(self, stored: StoredCase, step: str, command_id: str, by: str) -> StepEvent:
        case = stored.case
        return StepEvent(
            row_id=case.case_id,
            version=case.version,
            at_ms=self._around.now_ms(),
            command_id=command_id,
            step=step,
            state=case.state.value,
            department_id=case.department_id,
            owner_id=case.owner_id,
            by=by,
        )
