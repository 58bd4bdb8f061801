"""What the engine itself knows of campaigns: how far the suppressions have come, and what became of live answers.

Law of this file: the same as of `queue_rules`: it reads, and decides nothing alone. The facts of a number are the shell's;
here stands whether they are still the newest, and whether a campaign's window of answers carries one more customer
who would find nobody there. Days are of UTC, so the window is 30 days and what is gone of the 30th.
"""

from routing.limits import ABANDONMENT_DAYS, CAMPAIGNS_COUNTED_MAX, DAY_MS
from routing.model import CampaignFacts, PermitFault
from routing.state import AnswersOfDay, CampaignAnswers, State

PERMILLE = 1000


def why_not(state: State, facts: CampaignFacts, now_ms: int) -> str | None:
    """Why a campaign gets no permit, whoever is free; None where it may have one."""
    if facts.fault:
        return facts.fault
    if facts.suppression_version < state.suppression_version:
        return PermitFault.FACTS_CHANGED
    is_counted = facts.abandoned_permille_max is not None
    if is_counted and facts.campaign_id not in state.campaigns and _is_full(state, now_ms):
        return PermitFault.CAMPAIGNS_FULL
    return None


def _is_full(state: State, now_ms: int) -> bool:
    """Whether as many campaigns are counted as may be, and the one that rests longest still counts."""
    if len(state.campaigns) < CAMPAIGNS_COUNTED_MAX:
        return False
    return still_counts(state.campaigns[next(iter(state.campaigns))], now_ms)


def still_counts(answers: CampaignAnswers, now_ms: int) -> bool:
    """Whether anything of it can still change a permit."""
    return bool(answers.under_way or in_window(answers, now_ms))


def carries_worst_case(state: State, facts: CampaignFacts, now_ms: int) -> bool:
    """Whether the campaign stays within its limit if this call and all under way are answered, and nobody is there."""
    limit = facts.abandoned_permille_max
    if limit is None:
        return True
    answers = state.campaigns.get(facts.campaign_id, CampaignAnswers())
    days = in_window(answers, now_ms)
    open_count = len(answers.under_way) + 1
    answered = sum(day.answered for day in days) + open_count
    left_alone = sum(day.left_alone for day in days) + open_count
    return left_alone * PERMILLE <= limit * answered


def in_window(answers: CampaignAnswers, now_ms: int) -> list[AnswersOfDay]:
    """The days that count now."""
    first = now_ms // DAY_MS - ABANDONMENT_DAYS
    return [day for day in answers.days if day.day >= first]
