"""The demo's customers: when nobody new may come, and who they are."""

import random

import pytest

from loadtests.demo_texts import draw_customer
from loadtests.demo_traffic import why_not
from tests.chaos.run import Plan


def line(waiting: int, ready: int = 0, busy: int = 0, not_ready: int = 0) -> dict[str, int]:
    return {
        "waiting": waiting,
        "agents_ready": ready,
        "agents_busy": busy,
        "agents_not_ready": not_ready,
    }


@pytest.mark.parametrize(
    ("board", "may_come"),
    [
        (line(0), True),
        (line(2), True),
        (line(3), False),
        (line(3, ready=1), True),
        (line(19, busy=1), True),
        (line(19, not_ready=1), True),
        (line(20, ready=3, busy=3), False),
    ],
)
def test_when_customers_may_come(board: dict[str, int], may_come: bool) -> None:
    assert (why_not(board) == "") is may_come


def test_the_same_seed_gives_the_same_customers_in_both_languages() -> None:
    first = [draw_customer(random.Random(seed)) for seed in range(40)]
    assert first == [draw_customer(random.Random(seed)) for seed in range(40)]
    assert {customer.language for customer in first} == {"zh", "en"}
    for customer in first:
        for text in (customer.story.opening, *customer.story.follow_ups, customer.story.thanks):
            assert "{" not in text
            assert 0 < len(text) <= 4_000


def test_plans_follow_from_the_seed_and_cover_every_kind() -> None:
    plans = [Plan.draw(seed) for seed in range(50)]
    assert plans == [Plan.draw(seed) for seed in range(50)]
    assert all(0.5 <= plan.first_kill_s <= 4 for plan in plans)
    assert any(plan.second_kill_s for plan in plans)
    assert any(plan.dies_while_starting_s for plan in plans)
    assert any(plan.is_polite for plan in plans)
    points = {plan.crash_at.partition(":")[0] for plan in (Plan.draw(seed) for seed in range(200))}
    assert points == {"", "before-append", "inside-append", "after-append"}
