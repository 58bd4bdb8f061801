"""One step of somebody at an instant: the next lead, or why not. Nothing else changes a lead."""

from typing import Final

import msgspec

from crm_link.leads.limits import REMIND_AHEAD_MS_MAX
from crm_link.leads.model import (
    Lead,
    LeadStage,
    LeadStep,
    LeadTaken,
    Moment,
    Refused,
    RefusedBecause,
)
from crm_link.leads.table import MOVES, legal_steps
from crm_link.spans import after_open_ms, opening_ms

_WITH_TEXT: Final = (LeadStep.LOSE, LeadStep.NOTE)
"""Steps that nobody takes without saying why, or what."""

_SPOKEN: Final = (LeadStep.CONTACTED, LeadStep.QUALIFY)
"""Steps after which a lead comes back when it was said, or after the usual span."""


def created(lead: Lead, moment: Moment) -> Lead:
    """A new lead, which comes to an agent as soon as its queue is open."""
    return msgspec.structs.replace(
        lead,
        stage=LeadStage.NEW,
        version=1,
        since_ms=lead.created_at_ms,
        remind_at_ms=opening_ms(moment.hours, moment.at_ms),
    )


def decide(lead: Lead, taken: LeadTaken, moment: Moment) -> Lead | Refused:
    """The lead after a step. A refusal names the steps that are legal now."""
    target = MOVES.get((lead.stage, taken.step))
    if target is None or (taken.step is LeadStep.ROUTE and taken.by):
        legal = legal_steps(lead.stage)
        message = (
            f"A lead that is {lead.stage} does not take {taken.step}. It takes: {', '.join(legal)}."
        )
        return Refused(RefusedBecause.ILLEGAL, message, legal)
    refused = _unfit(taken, moment)
    if refused is not None:
        because, message = refused
        return Refused(because, message, legal_steps(lead.stage))
    is_routed = taken.step is LeadStep.ROUTE
    changed = msgspec.structs.replace(
        lead,
        stage=target,
        version=lead.version + 1,
        since_ms=lead.since_ms if target is lead.stage else moment.at_ms,
        owner_id=_owner(lead, taken),
        queue_id=taken.queue_id if is_routed else lead.queue_id,
        rounds=lead.rounds + is_routed,
    )
    return msgspec.structs.replace(changed, remind_at_ms=_remind_at_ms(changed, taken, moment))


def _unfit(taken: LeadTaken, moment: Moment) -> tuple[RefusedBecause, str] | None:
    if taken.step in _WITH_TEXT and not taken.has_text:
        return RefusedBecause.INCOMPLETE, f"{taken.step} needs a text: write why, or what."
    if taken.step is LeadStep.REMIND and taken.remind_at_ms is None:
        return RefusedBecause.INCOMPLETE, "remind needs an instant: say when it comes back."
    if taken.step is LeadStep.TAKE and not (taken.owner_id or taken.may_own):
        return RefusedBecause.INCOMPLETE, "take needs an owner: name an agent of the queue."
    if taken.remind_at_ms is None:
        return None
    if not 0 < taken.remind_at_ms - moment.at_ms <= REMIND_AHEAD_MS_MAX:
        message = "The reminder must lie ahead, within a year: name another time."
        return RefusedBecause.UNFIT, message
    return None


def _owner(lead: Lead, taken: LeadTaken) -> str:
    """Whoever is named, or takes it, or is the first who sells to work on it."""
    if taken.step is LeadStep.TAKE:
        return taken.owner_id or taken.by
    is_work = taken.step not in (LeadStep.NOTE, LeadStep.ROUTE)
    return lead.owner_id or (taken.by if is_work and taken.may_own else "")


def _remind_at_ms(lead: Lead, taken: LeadTaken, moment: Moment) -> int | None:
    if not lead.is_open:
        return None
    if taken.remind_at_ms is not None:
        return opening_ms(moment.hours, taken.remind_at_ms)
    is_ahead = lead.remind_at_ms is not None and lead.remind_at_ms > moment.at_ms
    if taken.step in _SPOKEN or (taken.step is LeadStep.ROUTE and not is_ahead):
        return after_open_ms(moment.hours, moment.at_ms, moment.follow_up_ms)
    return lead.remind_at_ms
