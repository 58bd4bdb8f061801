"""A scenario played once or several times, and told as one report.

With one replication the window is cut into batches and half widths come from batch means; with several, from the
replications, which use the seeds seed, seed + 1, ...
"""

from typing import Any

import msgspec

from callcenter.simulation.queueing.estimates import CONFIDENCE
from callcenter.simulation.queueing.measures import Report
from callcenter.simulation.queueing.run import Run
from callcenter.simulation.queueing.scenario import Scenario, Traces, serves, there_s
from callcenter.simulation.queueing.tally import Cell, merged

BATCHES = 20

Cells = dict[str, list[Cell]]
TOTAL = ""
"""The key of all classes together."""


def play(scenario: Scenario, traces: Traces, seed: int, *, batches: int) -> tuple[Cells, int]:
    """One replication: the cells of each class and of the total, and how many contacts were played."""
    run = Run(scenario, traces, seed, batches=batches)
    cells = run.play()
    total: list[Cell] = []
    for number in range(batches):
        together = [one[number] for one in cells.values()]
        whole = merged(together)
        whole.for_ms = together[0].for_ms
        whole.waiting_square = run.total_squares[number]
        total.append(whole)
    cells[TOTAL] = total
    return cells, run.contacts


def simulate(
    scenario: Scenario, traces: Traces, *, seed: int, replications: int
) -> tuple[dict[str, Any], int]:
    """The report, ready for JSON, and the number of contacts played."""
    batches = BATCHES if replications == 1 else 1
    cells: Cells = {}
    contacts = 0
    for number in range(replications):
        played, count = play(scenario, traces, seed + number, batches=batches)
        contacts += count
        for name, some in played.items():
            cells.setdefault(name, []).extend(some)
    return told(scenario, cells, seed=seed, replications=replications), contacts


def told(scenario: Scenario, cells: Cells, *, seed: int, replications: int) -> dict[str, Any]:
    """The report of the cells of all replications."""
    how = "batch means" if replications == 1 else "independent replications"
    number = BATCHES if replications == 1 else replications
    said: dict[str, Any] = {
        "seed": seed,
        "replications": replications,
        "duration_s": scenario.duration_s,
        "warmup_s": scenario.warmup_s,
        "confidence": CONFIDENCE,
        "method": f"{how} ({number}), Student's t with {number - 1} degrees of freedom",
        "classes": {
            one.name: figures(scenario, one.name, cells[one.name], replications)
            for one in scenario.classes
        },
        "total": figures(scenario, TOTAL, cells[TOTAL], replications),
    }
    built: dict[str, Any] = msgspec.to_builtins(said)
    return built


def figures(scenario: Scenario, name: str, cells: list[Cell], replications: int) -> dict[str, Any]:
    """The figures of one class, or of the total."""
    agents = agents_of(scenario, name)
    return Report(cells, merged(cells), replications=replications).figures(
        agents=agents,
        service_level_s=scenario.service_level_s,
        wait_points_s=scenario.wait_points_s,
    )


def agents_of(scenario: Scenario, name: str) -> float:
    """How many agents who can take the class are there in the mean of the window; all of them for the total."""
    wanted = [one for one in scenario.classes if one.name == name]
    from_s, until_s = scenario.warmup_s, scenario.warmup_s + scenario.duration_s
    return sum(
        group.count * there_s(group, from_s, until_s) / scenario.duration_s
        for group in scenario.agents
        if all(serves(group, one) for one in wanted)
    )
