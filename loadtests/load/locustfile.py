"""What `locust -f` loads: who is played, and the verdict in the end. Started by `python -m loadtests.load`."""

import json
from collections.abc import Callable
from pathlib import Path

from locust import events
from locust.env import Environment
from locust.stats import StatsEntry

from loadtests.load import plan
from loadtests.load.judging import misses
from loadtests.load.people import Desk, Newcomers, Person, Supervisor

__all__ = ["Desk", "Newcomers", "Supervisor"]

PLAN = plan.load()
Person.plan = PLAN
Person.host = PLAN.urls[0]
Desk.fixed_count = len(PLAN.cookies)


def figures_of(entry: StatsEntry) -> dict[str, float]:
    """One name's figures, as `judging` reads them."""
    shares = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return {
        "count": entry.num_requests,
        "failed": entry.num_failures,
        **{name: entry.get_response_time_percentile(share) for name, share in shares.items()},
        "max_ms": round(entry.max_response_time or 0.0, 1),
    }


def judge(environment: Environment, **_: object) -> None:
    """Write what was measured, and fail the run for what was missed."""
    entries = environment.stats.entries.values()
    figures = {str(entry.name): figures_of(entry) for entry in entries}
    missed = misses(figures, PLAN.profile)
    report = {"figures": figures, "missed": missed}
    Path(PLAN.report).write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    environment.process_exit_code = 1 if missed else 0


_listen: Callable[[Callable[..., None]], object] = events.quitting.add_listener
_listen(judge)
