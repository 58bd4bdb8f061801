"""What other programs are told of steps that stand in rows: of cases, leads, articles sent and entries of campaigns.

Ids, states and times alone: no name, no number, no text, not the customer's key. A kind's name and fields are public
(docs/webhooks.md); fields are only ever added. Pure: whoever stores a step makes its notice here, and stores both at once.
"""

from typing import Any, Final

import msgspec

from callcenter.ports.articles import Sending
from callcenter.ports.campaigns import Entry
from callcenter.ports.cases import StoredCase
from callcenter.ports.integrators import NOTICES_TABLE, Notice
from callcenter.ports.journal import RowChange
from callcenter.ports.leads import StoredLead
from callcenter.ports.steps import StepEvent
from crm_link.cases.model import Step

_OPENED: Final = 1
"""The version of what has just been made."""

CASE_STEPS: Final[dict[str, str]] = {
    Step.ACKNOWLEDGE: "case.acknowledged",
    Step.CLASSIFY: "case.classified",
    Step.ASSIGN: "case.assigned",
    Step.TAKE: "case.taken",
    Step.HAND_OVER: "case.handed_over",
    Step.RETURN: "case.returned",
    Step.PROPOSE: "case.proposed",
    Step.PLAN_CALL: "case.call_planned",
    Step.ACCEPTED: "case.accepted",
    Step.NOT_ACCEPTED: "case.reopened",
    Step.NOT_REACHED: "case.not_reached",
    Step.ANSWER: "case.answered",
    Step.WITHDRAW: "case.withdrawn",
    Step.MAKE_MAJOR: "case.made_major",
    Step.CONFIRM_REPORT: "case.report_confirmed",
    Step.NOTE: "case.noted",
}
"""By the step that was taken."""

CASE_FIELDS: Final = (
    "case_id",
    "case_no",
    "version",
    "case_kind",
    "state",
    "is_open",
    "is_major",
    "department_id",
    "owner_id",
    "category",
    "root_cause",
    "times_reopened",
    "due",
    "due_at_ms",
    "contact_id",
)
LEAD_FIELDS: Final = (
    "lead_id",
    "lead_no",
    "version",
    "stage",
    "is_open",
    "queue_id",
    "owner_id",
    "remind_at_ms",
    "campaign_id",
    "contact_id",
)
SENDING_FIELDS: Final = (
    "sending_id",
    "article_id",
    "version",
    "language",
    "contact_id",
    "channel",
    "agent_id",
)
ENTRY_FIELDS: Final = (
    "campaign_id",
    "entry_id",
    "version",
    "state",
    "result",
    "attempts",
    "due_at_ms",
    "queue_id",
    "contact_id",
    "agent_id",
)

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("case.opened", *CASE_STEPS.values(), "case.late"), CASE_FIELDS),
    **dict.fromkeys(("lead.opened", "lead.stage_changed", "lead.closed"), LEAD_FIELDS),
    "article.sent": SENDING_FIELDS,
    **dict.fromkeys(("campaign.entry_tried", "campaign.entry_closed"), ENTRY_FIELDS),
}
"""Every kind, and what its `data` holds beside `domain_id`, `notice_no` and `at_ms`."""


def case_notice(stored: StoredCase, event: StepEvent, _before: StoredCase | None = None) -> Notice:
    """Of a step of a case; `stored` has its number."""
    kind = "case.opened" if event.version == _OPENED else CASE_STEPS[event.step]
    notice = _of_case(kind, stored, event.contact_id)
    return msgspec.structs.replace(notice, at_ms=event.at_ms)


def late_notice(stored: StoredCase) -> Notice:
    """What the case is due for has not been done in time."""
    notice = _of_case("case.late", stored)
    return msgspec.structs.replace(
        notice, notice_id=f"{notice.notice_id}.late", at_ms=stored.case.due_at_ms
    )


def lead_notice(stored: StoredLead, event: StepEvent, before: StoredLead | None) -> Notice | None:
    """Of a lead that was made or has another stage; None of any other step. `before` is None for a new one."""
    lead = stored.lead
    if before is not None and before.lead.stage is lead.stage:
        return None
    kind = "lead.stage_changed" if lead.is_open else "lead.closed"
    data = {
        "lead_id": lead.lead_id,
        "lead_no": stored.lead_no,
        "version": lead.version,
        "stage": lead.stage,
        "is_open": lead.is_open,
        "queue_id": lead.queue_id,
        "owner_id": lead.owner_id,
        "remind_at_ms": lead.remind_at_ms,
        "campaign_id": stored.campaign_id,
        "contact_id": event.contact_id or stored.contact_id,
    }
    return Notice(
        notice_id=f"lead.{lead.lead_id}.{lead.version}",
        at_ms=event.at_ms,
        kind="lead.opened" if before is None else kind,
        object_id=f"lead.{lead.lead_id}",
        version=lead.version,
        queue_id=lead.queue_id,
        contact_id="",
        data=_text(data),
    )


def sending_notice(sending: Sending) -> Notice:
    """Of an article that went to a customer."""
    data = {
        "sending_id": sending.sending_id,
        "article_id": sending.article_id,
        "version": sending.version,
        "language": sending.language,
        "contact_id": sending.contact_id,
        "channel": sending.channel,
        "agent_id": sending.by_user_id,
    }
    return Notice(
        notice_id=f"article.{sending.sending_id}",
        at_ms=sending.at_ms,
        kind="article.sent",
        object_id=f"article.{sending.sending_id}",
        version=_OPENED,
        queue_id="",
        contact_id=sending.contact_id,
        data=_text(data),
    )


def notice_change(notice: Notice) -> RowChange:
    """The notice as it becomes durable with an append of the journal; its place is given later."""
    put = msgspec.structs.asdict(notice)
    del put["notice_no"]
    return RowChange(NOTICES_TABLE, {"notice_id": put.pop("notice_id")}, put)


def entry_kind(entry: Entry, attempts_before: int) -> str | None:
    """What is told of an entry that has moved: that it was called in vain, or that it is over; else None."""
    if entry.due_at_ms is None:
        return "campaign.entry_closed"
    return "campaign.entry_tried" if entry.attempts > attempts_before else None


def entry_notice(kind: str, entry: Entry, queue_id: str) -> Notice:
    """Of an entry of a campaign; `queue_id` is its campaign's."""
    data = {
        "campaign_id": entry.campaign_id,
        "entry_id": entry.entry_id,
        "version": entry.version,
        "state": entry.state,
        "result": entry.last_result,
        "attempts": entry.attempts,
        "due_at_ms": entry.due_at_ms,
        "queue_id": queue_id,
        "contact_id": entry.contact_id or "",
        "agent_id": entry.agent_id,
    }
    object_id = f"entry.{entry.campaign_id}.{entry.entry_id}"
    return Notice(
        notice_id=f"{object_id}.{entry.version}",
        at_ms=None,
        kind=kind,
        object_id=object_id,
        version=entry.version,
        queue_id=queue_id,
        contact_id="",
        data=_text(data),
    )


def _of_case(kind: str, stored: StoredCase, contact_id: str = "") -> Notice:
    case = stored.case
    data = {
        "case_id": case.case_id,
        "case_no": stored.case_no,
        "version": case.version,
        "case_kind": case.kind,
        "state": case.state,
        "is_open": case.is_open,
        "is_major": case.is_major,
        "department_id": case.department_id,
        "owner_id": case.owner_id,
        "category": case.category or "",
        "root_cause": case.root_cause or "",
        "times_reopened": case.times_reopened,
        "due": case.due or "",
        "due_at_ms": case.due_at_ms,
        "contact_id": contact_id or stored.contact_id,
    }
    return Notice(
        notice_id=f"case.{case.case_id}.{case.version}",
        at_ms=None,
        kind=kind,
        object_id=f"case.{case.case_id}",
        version=case.version,
        queue_id="",
        contact_id=stored.contact_id,
        data=_text(data),
    )


def _text(data: dict[str, Any]) -> str:
    return msgspec.json.encode(data).decode()
