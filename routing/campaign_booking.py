"""What is booked of campaigns: their unused permits, calls under way, and which live answers found nobody there.

A part of `reducer`, and called by it and `dial_booking` alone; its law holds here too: nothing is decided, only booked. A call
is under way from the permit until it has failed, or until somebody of ours has taken the customer who answered. Whoever
was on the line first cannot leave a customer alone: such a call counts as answered and never as under way.
"""

from routing import events as ev
from routing.campaigns import in_window, still_counts
from routing.ids import CampaignId
from routing.limits import CAMPAIGNS_COUNTED_MAX, DAY_MS, TAKEN_IN_TIME_MS
from routing.model import CampaignFacts
from routing.state import AnswersOfDay, CampaignAnswers, Contact, State


def suppressions_changed(state: State, event: ev.SuppressionsChanged) -> None:
    """The newest version that was told of; an older one changes nothing."""
    state.suppression_version = max(state.suppression_version, event.version)


def permit_granted(state: State, contact: Contact) -> None:
    """The permit may still be taken back, and a customer who is rung first may find nobody there."""
    facts = _facts(contact)
    if facts is None:
        return
    state.unused_permits[contact.contact_id] = facts.suppression_version
    if facts.abandoned_permille_max is not None and not contact.is_agent_first:
        _counted(state, facts.campaign_id, contact.arrived_at_ms).under_way[contact.contact_id] = (
            None
        )


def permit_used(state: State, contact: Contact) -> None:
    """Dialled, it is not taken back any more."""
    state.unused_permits.pop(contact.contact_id, None)


def answered(state: State, contact: Contact, at_ms: int) -> None:
    """A live answer: with the agent on the line it is over, otherwise somebody must come in time."""
    facts = _facts(contact)
    if facts is None or facts.abandoned_permille_max is None:
        return
    if contact.is_agent_first:
        _count(state, facts.campaign_id, at_ms, is_left_alone=False)
    else:
        _counted(state, facts.campaign_id, at_ms).under_way[contact.contact_id] = at_ms


def taken(state: State, contact: Contact, at_ms: int) -> None:
    """Somebody talks with the customer, in time or too late."""
    _settle(state, contact, at_ms, waits_max_ms=TAKEN_IN_TIME_MS)


def closed(state: State, contact: Contact, at_ms: int) -> None:
    """Whoever had answered, and was taken by nobody, was left alone."""
    state.unused_permits.pop(contact.contact_id, None)
    _settle(state, contact, at_ms, waits_max_ms=-1)


def _settle(state: State, contact: Contact, at_ms: int, waits_max_ms: int) -> None:
    facts = _facts(contact)
    answers = None if facts is None else state.campaigns.get(facts.campaign_id)
    if facts is None or answers is None or contact.contact_id not in answers.under_way:
        return
    answered_at_ms = answers.under_way.pop(contact.contact_id)
    if answered_at_ms is not None:
        is_late = at_ms - answered_at_ms > waits_max_ms
        _count(state, facts.campaign_id, at_ms, is_left_alone=is_late)


def _count(state: State, campaign_id: CampaignId, at_ms: int, *, is_left_alone: bool) -> None:
    answers, today = _counted(state, campaign_id, at_ms), at_ms // DAY_MS
    days = in_window(answers, at_ms)
    day = days.pop() if days and days[-1].day == today else AnswersOfDay(today)
    days.append(AnswersOfDay(today, day.answered + 1, day.left_alone + is_left_alone))
    answers.days = tuple(days)


def _counted(state: State, campaign_id: CampaignId, at_ms: int) -> CampaignAnswers:
    """The campaign's answers, last in the order of rest; what has rested longest makes room if it counts no more."""
    answers = state.campaigns.pop(campaign_id, None) or CampaignAnswers()
    state.campaigns[campaign_id] = answers
    oldest = next(iter(state.campaigns))
    is_over = len(state.campaigns) > CAMPAIGNS_COUNTED_MAX
    if is_over and not still_counts(state.campaigns[oldest], at_ms):
        del state.campaigns[oldest]
    return answers


def _facts(contact: Contact) -> CampaignFacts | None:
    return None if contact.dial is None else contact.dial.campaign
