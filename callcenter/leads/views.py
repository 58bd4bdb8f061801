"""What is shown of leads: structs of the API, mapped by hand."""

import msgspec

from callcenter.ports.leads import StoredLead
from callcenter.ports.steps import StepEvent


class LeadRow(msgspec.Struct, frozen=True):
    """A lead as a list shows it. Instants in UTC ms; `late_ms` past its reminder, 0 for not yet."""

    lead_id: str
    lead_no: int
    stage: str
    version: int
    interest: str
    customer_name: str
    queue_id: str
    owner_id: str
    owner_name: str
    campaign_id: str
    is_open: bool
    created_at_ms: int
    since_ms: int
    remind_at_ms: int | None
    late_ms: int
    closed_at_ms: int | None


class LeadsView(msgspec.Struct, frozen=True):
    """A page of leads; `next_mark` is "" on the last. `is_set_up`: whether there can be leads at all.

    `unserved_queue_id` is the queue that new leads come to if none of its agents has room for tasks, else "".
    """

    is_set_up: bool
    leads: list[LeadRow]
    next_mark: str
    unserved_queue_id: str = ""


class LeadStepRow(msgspec.Struct, frozen=True):
    """One step that was taken; `by_name` is "" for the system."""

    version: int
    at_ms: int
    step: str
    stage: str
    owner_name: str
    by_name: str
    contact_id: str
    text: str


class LeadOwner(msgspec.Struct, frozen=True):
    """An agent who may own a lead."""

    user_id: str
    name: str


class LeadView(msgspec.Struct, frozen=True):
    """A lead, whole: every step so far, and those that may be taken now. `number` is masked but for its end.

    `owners` are agents of its queue, who may own it.
    """

    lead: LeadRow
    number: str
    created_by_name: str
    contact_id: str
    steps: list[LeadStepRow]
    next_steps: list[str]
    owners: list[LeadOwner]


class ContactLead(msgspec.Struct, frozen=True):
    """A lead beside a contact. `is_about`: this contact is about it; `next_steps`: what this caller may do now.

    `number` is masked but for its end.
    """

    lead: LeadRow
    number: str
    is_about: bool
    next_steps: list[str]


class ContactLeadsView(msgspec.Struct, frozen=True):
    """Leads of a contact's customer, the newest first. `is_set_up`: whether there can be leads at all."""

    is_set_up: bool
    leads: list[ContactLead]


class CampaignLeadsView(msgspec.Struct, frozen=True):
    """How many leads of a campaign are in which stage."""

    stages: dict[str, int]


class OneLeadView(msgspec.Struct, frozen=True):
    """A lead as a list shows it."""

    lead: LeadRow


def row_of(stored: StoredLead, owner_name: str, now_ms: int) -> LeadRow:
    """As a list shows it."""
    lead, words = stored.lead, stored.words
    return LeadRow(
        lead_id=lead.lead_id,
        lead_no=stored.lead_no,
        stage=lead.stage.value,
        version=lead.version,
        interest=words.interest,
        customer_name=words.customer_name,
        queue_id=lead.queue_id,
        owner_id=lead.owner_id,
        owner_name=owner_name,
        campaign_id=stored.campaign_id,
        is_open=lead.is_open,
        created_at_ms=lead.created_at_ms,
        since_ms=lead.since_ms,
        remind_at_ms=lead.remind_at_ms,
        late_ms=0 if lead.remind_at_ms is None else max(0, now_ms - lead.remind_at_ms),
        closed_at_ms=stored.closed_at_ms,
    )


def step_of(event: StepEvent, owner_name: str, by_name: str) -> LeadStepRow:
    """As a page shows it."""
    return LeadStepRow(
        version=event.version,
        at_ms=event.at_ms,
        step=event.step,
        stage=event.state,
        owner_name=owner_name,
        by_name=by_name,
        contact_id=event.contact_id,
        text=event.text,
    )
