"""The judge finds every planted bug within a few seeds, and by the law it breaks."""

import pytest

from routing.engine import Engine, restore
from tests.sim import planted
from tests.sim.judge import EngineMaker, Restore
from tests.sim.planted import PLANTED, Planted
from tests.sim.run import run_seed

SEEDS = range(1, 45)


def broken_until(
    law: str, make_engine: EngineMaker = Engine, restore_state: Restore = restore
) -> list[str]:
    """The laws that are broken, seed by seed, until the one that is looked for: a bug may break several."""
    found: list[str] = []
    for seed in SEEDS:
        broken = run_seed(seed, make_engine=make_engine, restore_state=restore_state).broken
        found += [broken.split(" ")[0]] if broken else []
        if law in found:
            break
    return found


@pytest.mark.parametrize(
    ("plant", "law"), PLANTED.items(), ids=lambda value: getattr(value, "__name__", value)
)
def test_a_planted_bug_is_found(monkeypatch: pytest.MonkeyPatch, plant: Planted, law: str) -> None:
    assert law in broken_until(law, plant(monkeypatch) or Engine)


@pytest.mark.parametrize("lose", [planted.heap_lost_on_restart, planted.timer_lost_on_restart])
def test_a_timer_lost_on_restart_is_found(lose: Restore) -> None:
    assert "I6" in broken_until("I6", restore_state=lose)


def test_an_honest_engine_breaks_no_law() -> None:
    assert [run_seed(seed).broken for seed in range(1, 4)] == ["", "", ""]
