"""Leads as they are made, moved and, when their time has come, brought to an agent.

Theory: a step is one write that names the version it started from, so of two people at once one wins and the other is told.
A command that comes twice is found by its id. When a lead comes back stands in its row, in an index: nothing is scanned, and
a crash between contact and row makes the same contact again, which the engine knows.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from callcenter.call_backs.plans import hours_of
from callcenter.host.envelope import CommandRefused, HostError
from callcenter.leads import limits
from callcenter.leads.entrance import LeadEntrance
from callcenter.leads.plans import LeadPlan
from callcenter.ports.errors import ChangedMeanwhile, StorageError
from callcenter.ports.leads import Leads, LeadWords, StoredLead
from callcenter.ports.steps import StepEvent
from callcenter.tasks import woken
from crm_link.leads.deciding import created, decide
from crm_link.leads.model import Lead, LeadStage, LeadStep, LeadTaken, Moment, Refused
from routing.ids import ContactId, QueueId
from routing.state import State

_log = structlog.get_logger("callcenter.leads")

CREATED = "created"
"""What the first event of a lead is called; every other is called like its step."""


class LeadRefused(Exception):
    """The step was not taken; `code` is stable, the message a plain sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class LeadChanged(Exception):
    """Somebody else was first: `last` is what they did."""

    def __init__(self, last: StepEvent) -> None:
        super().__init__(last.row_id)
        self.last = last


class NewLead(msgspec.Struct, frozen=True, kw_only=True):
    """Interest heard in a contact; `command_id` makes it one lead."""

    lead_id: str
    command_id: str
    words: LeadWords
    contact_id: ContactId
    customer_key: str
    language: str
    campaign_id: str = ""


class LeadRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A step somebody wants to take, from the version they have seen (None: from any)."""

    command_id: str
    taken: LeadTaken
    version: int | None = None
    text: str = ""
    contact_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the service stands in. `plan` is None where the configuration says nothing of leads."""

    rows: Leads
    entrance: LeadEntrance
    plan: Callable[[], LeadPlan | None]
    mirror: Callable[[], State]
    now_ms: Callable[[], int]


class LeadService:
    """One for a domain. `run` brings leads to agents."""

    def __init__(self, around: Around) -> None:
        """Nothing is done before `run`."""
        self._around = around
        self._wake = asyncio.Event()

    # --- what people do -------------------------------------------------------------------------

    async def make(self, wanted: NewLead, by: str) -> StoredLead:
        """Make it; the same command again is the same lead. Raises LeadRefused, StorageError."""
        plan, now_ms = self._plan(), self._around.now_ms()
        fresh = Lead(
            lead_id=wanted.lead_id,
            stage=LeadStage.NEW,
            version=1,
            queue_id=plan.queue_id,
            created_at_ms=now_ms,
        )
        lead = created(fresh, self._moment(plan, plan.queue_id))
        stored = StoredLead(
            lead=lead,
            words=wanted.words,
            created_by=by,
            contact_id=wanted.contact_id,
            customer_key=wanted.customer_key,
            language=wanted.language,
            campaign_id=wanted.campaign_id,
            look_at_ms=lead.remind_at_ms,
        )
        request = LeadRequest(
            command_id=wanted.command_id,
            taken=LeadTaken(step=LeadStep.NOTE, by=by),
            text=stored.words.interest,
            contact_id=wanted.contact_id,
        )
        event = msgspec.structs.replace(self._event(stored, request), step=CREATED)
        made = await self._around.rows.put(stored, event)
        self._wake.set()
        return made

    async def take(self, lead_id: str, request: LeadRequest) -> StoredLead:
        """Take a step; the same command again changes nothing. Raises LeadRefused, LeadChanged, StorageError.

        The lead must be there.
        """
        rows = self._around.rows
        for _ in range(limits.NOTE_ATTEMPTS_MAX):
            stored = await self._stored(lead_id)
            known = await rows.of_command(request.command_id)
            if known is not None and known.row_id == lead_id:
                return stored
            if request.version not in (None, stored.lead.version):
                break
            try:
                stored = await self._with_its_task(self._plan(), stored)
                moved = self._decided(self._plan(), stored, request)
                written = await rows.put(moved, self._event(moved, request))
            except ChangedMeanwhile:
                continue
            self._wake.set()
            return written
        raise LeadChanged((await rows.events(lead_id))[-1])

    def _decided(self, plan: LeadPlan, stored: StoredLead, request: LeadRequest) -> StoredLead:
        moment = self._moment(plan, request.taken.queue_id or stored.lead.queue_id)
        found = decide(stored.lead, request.taken, moment)
        if isinstance(found, Refused):
            raise LeadRefused(found.because.value, found.message)
        is_same = found.remind_at_ms == stored.lead.remind_at_ms
        return msgspec.structs.replace(
            stored,
            lead=found,
            look_at_ms=stored.look_at_ms if is_same else found.remind_at_ms,
            closed_at_ms=stored.closed_at_ms if found.is_open else moment.at_ms,
        )

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
            except (StorageError, HostError) as error:
                _log.warning("leads_wait", kind=type(error).__name__)
            await woken(self._wake, limits.LOOK_EVERY_MS)

    async def work(self) -> None:
        """Everything that is to be done now. Raises StorageError, HostError: what was not done is done next time."""
        due, limit = self._around.rows.to_look_at, limits.LOOKED_AT_ONCE_MAX
        found = await due(self._around.now_ms(), limit=limit)
        for stored in found:
            await self._look_at(stored)
        if len(found) == limit:
            self._wake.set()

    async def _look_at(self, stored: StoredLead) -> None:
        around, now_ms = self._around, self._around.now_ms()
        plan = around.plan()
        if plan is None:
            await self._look_later(stored, now_ms + limits.RETRY_AFTER_MS)
            return
        if around.entrance.is_there(stored):
            await self._look_later(stored, now_ms + limits.STILL_THERE_MS)
            return
        queue_id = around.entrance.queue_of(stored, plan.queue_id)
        opens_at_ms = around.entrance.opens_at_ms(queue_id, now_ms)
        if opens_at_ms is None or opens_at_ms > now_ms:
            await self._look_later(stored, opens_at_ms or now_ms + limits.RETRY_AFTER_MS)
            return
        await self._bring(plan, stored, queue_id)

    async def _bring(self, plan: LeadPlan, stored: StoredLead, queue_id: QueueId) -> None:
        """The contact first, then the row: a crash in between makes the same contact again.

        Somebody may move the lead in between: it has come all the same, unless it is closed by now.
        """
        now_ms = self._around.now_ms()
        try:
            contact_id = await self._around.entrance.enter(stored, queue_id, now_ms)
        except CommandRefused as refused:
            _log.info("lead_not_taken", reason=refused.refusal.code.value)
            await self._look_later(stored, now_ms + limits.RETRY_AFTER_MS)
            return
        request = _coming(stored, queue_id, contact_id)
        for _ in range(limits.NOTE_ATTEMPTS_MAX):
            moved = self._decided(plan, stored, request)
            try:
                await self._around.rows.put(moved, self._event(moved, request))
            except ChangedMeanwhile:
                stored = await self._stored(stored.lead.lead_id)
                if stored.lead.is_open:
                    continue
            return

    async def _with_its_task(self, plan: LeadPlan, stored: StoredLead) -> StoredLead:
        """A task may be worked on before its lead's row tells that it came, after a crash in between: that is told first."""
        entrance = self._around.entrance
        contact_id = entrance.next_contact(stored)
        if contact_id is None or not stored.lead.is_open:
            return stored
        request = _coming(stored, entrance.queue_of(stored, plan.queue_id), contact_id)
        moved = self._decided(plan, stored, request)
        return await self._around.rows.put(moved, self._event(moved, request))

    async def _look_later(self, stored: StoredLead, at_ms: int) -> None:
        await self._around.rows.look_later(stored.lead.lead_id, stored.lead.version, at_ms)

    # --- rows -----------------------------------------------------------------------------------

    async def _stored(self, lead_id: str) -> StoredLead:
        stored = await self._around.rows.get(lead_id)
        if stored is None:
            raise LookupError(f"there is no lead {lead_id}")
        return stored

    def _plan(self) -> LeadPlan:
        plan = self._around.plan()
        if plan is None:
            message = "The configuration names no queue for leads: add leads."
            raise LeadRefused("leads_not_set_up", message)
        return plan

    def _moment(self, plan: LeadPlan, queue_id: str) -> Moment:
        hours = hours_of(self._around.mirror(), QueueId(queue_id))
        return Moment(self._around.now_ms(), plan.follow_up_ms, hours)

    def _event(self, stored: StoredLead, request: LeadRequest) -> StepEvent:
        lead = stored.lead
        return StepEvent(
            row_id=lead.lead_id,
            version=lead.version,
            at_ms=self._around.now_ms(),
            command_id=request.command_id,
            step=request.taken.step.value,
            state=lead.stage.value,
            owner_id=lead.owner_id,
            by=request.taken.by,
            contact_id=request.contact_id,
            text=request.text,
        )


def _coming(stored: StoredLead, queue_id: QueueId, contact_id: ContactId) -> LeadRequest:
    """The step that tells that a lead has come as this contact, for one time more; the same of whoever tells it."""
    return LeadRequest(
        command_id=f"lead:{stored.lead.lead_id}.{stored.lead.rounds + 1}",
        taken=LeadTaken(step=LeadStep.ROUTE, by="", queue_id=queue_id),
        contact_id=contact_id,
    )
