"""What a configuration folder may say. Closed: an unknown key is an error.

Types and bounds of single values stand here and in `queues`, `calendars`, `customer_rules` and `templates`; what refers to what is checked in
`references`, what makes sense together in `lints`.
"""

from typing import Annotated

from pydantic import Field, field_validator

from callcenter.config_loader.base import Closed, Id, Name, Named, Seconds
from callcenter.config_loader.calendars import BusinessCalendar, Zone
from callcenter.config_loader.cases import CaseEntry, DepartmentEntry
from callcenter.config_loader.customer_rules import CustomerRuleEntry
from callcenter.config_loader.flows import FlowEntry
from callcenter.config_loader.leads import DispositionEntry, LeadEntry
from callcenter.config_loader.mailboxes import Mailbox
from callcenter.config_loader.queues import Queue
from callcenter.config_loader.telephony import DialledNumber, Telephony
from callcenter.config_loader.templates import Template
from ivr.limits import FLOWS_MAX
from routing.limits import QUEUES_MAX
from routing.model import (
    CALLS,
    INTERRUPTS,
    MISSED_LIMITS,
    PARKED_REMINDER_MS,
    REASON_MISSED,
    REASON_PHONE_FAULT,
    Channel,
)


class Reason(Closed):
    """A not-ready reason, and when a supervisor is told that it lasts long."""

    id: Id
    name: Name
    alert_after_s: Seconds


class Site(Named):
    """Where agents work, and which clock hangs there; none: that of the agent's own machine."""

    zone: Zone | None = None


class Widget(Closed):
    """A chat widget: which queue it feeds and which pages may embed it (empty: the server's own only).

    With a `flow` that comes before; where it cannot go on, the queue takes the customer.
    With a `call_number`, one of the entry points, its page may also call.
    """

    id: Id
    name: Name
    greeting: Name
    queue: Id
    flow: Id | None = None
    allowed_origins: list[str] = []
    call_number: DialledNumber | None = None


class Timing(Closed):
    """Deadlines that hold for all queues."""

    presence_grace_s: Seconds = 15
    customer_gone_s: Seconds = 60
    connected_probe_s: Seconds = 1800
    parked_reminder_s: Seconds = PARKED_REMINDER_MS // 1000
    missed_limits: dict[Channel, Annotated[int, Field(ge=1, le=100)]] = MISSED_LIMITS


class Document(Closed):
    """A whole configuration, as it is stored."""

    timing: Timing = Timing()
    queues: Annotated[list[Queue], Field(min_length=1, max_length=QUEUES_MAX)]
    not_ready_reasons: list[Reason]
    dispositions: Annotated[list[DispositionEntry], Field(min_length=1)]
    teams: Annotated[list[Named], Field(max_length=1_000, exclude=True)] = []
    """Teams are rows; those named here that are not there yet are made when the document is stored. Not stored with it."""
    widgets: list[Widget] = []
    mailboxes: Annotated[list[Mailbox], Field(max_length=500)] = []
    interrupts: dict[Channel, list[Channel]] = {
        channel: list(others) for channel, others in INTERRUPTS.items()
    }
    over_wrap_up: list[Channel] = []
    skills: Annotated[list[Named], Field(max_length=2_000)] = []
    sites: Annotated[list[Site], Field(max_length=1_000)] = []
    calendars: Annotated[list[BusinessCalendar], Field(max_length=200)] = []
    customer_rules: Annotated[list[CustomerRuleEntry], Field(max_length=200)] = []
    templates: Annotated[list[Template], Field(max_length=500)] = []
    telephony: Telephony = Telephony()
    flows: Annotated[list[FlowEntry], Field(max_length=FLOWS_MAX)] = []
    agents_see_numbers: bool = False
    departments: Annotated[list[DepartmentEntry], Field(max_length=100)] = []
    cases: CaseEntry | None = None
    leads: LeadEntry | None = None

    @field_validator("interrupts")
    @classmethod
    def _never_a_call(
        cls, interrupts: dict[Channel, list[Channel]]
    ) -> dict[Channel, list[Channel]]:
        for channel, others in interrupts.items():
            if channel in others or any(other in CALLS for other in others):
                raise ValueError(f"{channel} may interrupt neither calls nor its like")
        return interrupts

    @field_validator("not_ready_reasons")
    @classmethod
    def _with_phone_fault(cls, reasons: list[Reason]) -> list[Reason]:
        """Reasons written before phones could fail get this one; it alarms as a missed offer does."""
        missed = next((reason for reason in reasons if reason.id == REASON_MISSED), None)
        if missed is None or any(reason.id == REASON_PHONE_FAULT for reason in reasons):
            return reasons
        name = Name(en="Phone fault", zh="话机故障")
        return [
            *reasons,
            Reason(id=REASON_PHONE_FAULT, name=name, alert_after_s=missed.alert_after_s),
        ]
