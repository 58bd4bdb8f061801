"""A campaign's rules as they are judged by, and what is wrong with a plan. Pure."""

from callcenter.ports.campaigns import Campaign, Plan
from crm_link.outbound.limits import ATTEMPTS_MAX, WINDOW_GRID_MINUTES
from crm_link.outbound.model import Rules
from crm_link.outbound.packs import PACKS
from routing.limits import DIAL_MS_MAX
from routing.state import State


def rules_of(campaign: Campaign) -> Rules:
    """As `crm_link.outbound.judging` takes them."""
    plan = campaign.plan
    return Rules(
        pack=PACKS[plan.pack_id],
        state=campaign.state,
        from_minute=plan.from_minute,
        until_minute=plan.until_minute,
        weekdays=plan.weekdays,
        attempts_max=plan.attempts_max,
        gap_ms=plan.gap_ms,
        per_number_day=plan.per_number_day,
        calls_per_day=plan.calls_per_day,
    )


def fault_of(plan: Plan, state: State) -> tuple[str, str] | None:
    """The field that is wrong and a sentence; None for a plan that can be carried out."""
    pack = PACKS[plan.pack_id]
    edges = (plan.from_minute, plan.until_minute)
    is_on_grid = all(minute % WINDOW_GRID_MINUTES == 0 for minute in edges)
    unknown = sorted(set(plan.results) - _dispositions(plan, state))
    checks = (
        ("queue_id", plan.queue_id not in state.queues, "There is no such queue."),
        (
            "from_minute",
            not is_on_grid or plan.from_minute >= plan.until_minute,
            f"The window begins before it ends, each on a multiple of {WINDOW_GRID_MINUTES} minutes.",
        ),
        (
            "from_minute",
            plan.from_minute < pack.from_minute or plan.until_minute > pack.until_minute,
            f"The rules {plan.pack_id} allow calls from {_clock(pack.from_minute)} to {_clock(pack.until_minute)} alone.",
        ),
        (
            "weekdays",
            not plan.weekdays or not set(plan.weekdays) <= set(pack.weekdays),
            "Name at least one weekday, from 1 (Monday) to 7.",
        ),
        (
            "per_number_day",
            plan.per_number_day > pack.per_number_day_max,
            f"The rules {plan.pack_id} allow {pack.per_number_day_max} calls to a number a day.",
        ),
        (
            "attempts_max",
            not 1 <= plan.attempts_max <= ATTEMPTS_MAX,
            f"A number is attempted from 1 to {ATTEMPTS_MAX} times.",
        ),
        (
            "ring_s",
            not max(1, pack.ring_ms_min) <= plan.ring_ms <= DIAL_MS_MAX,
            f"A phone rings from {max(1, pack.ring_ms_min // 1000)} to {DIAL_MS_MAX // 1000} s.",
        ),
        ("results", bool(unknown), f"The queue has no disposition {', '.join(unknown)}."),
    )
    return next(((field, words) for field, is_wrong, words in checks if is_wrong), None)


def _dispositions(plan: Plan, state: State) -> set[str]:
    policy = state.queues.get(plan.queue_id)
    return set() if policy is None else set(policy.disposition_ids)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
