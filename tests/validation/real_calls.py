"""Real calls beside their simulation, and beside what every strategy would have done with the same people.

`python -m tests.validation.real_calls CALLS.csv MAP.yaml --name NAME` imports the calls as `callcenter import-trace` does,
plays the scenario, and writes NAME.json and NAME.md into docs/results. The calls themselves stay where they are.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec

from callcenter.simulation.queueing.reading import read_scenario
from callcenter.simulation.queueing.scenario import Scenario, Strategy, Traces
from callcenter.simulation.queueing.simulate import simulate
from callcenter.simulation.trace_import.making import Made, Wishes, make
from callcenter.simulation.trace_import.mapped_csv import Mapping, read_csv
from routing.model import AgentStrategy, ContactStrategy
from tests.sim.__main__ import commit
from tests.validation.kept import ROOT

SEEDS = 5
"""The same customers each time; the seeds draw the patience of those who were answered, and missing services."""

FIGURES = ("p_abandon", "p_wait_zero", "asa_s", "mean_wait_s", "service_level")
BASE = (AgentStrategy.LONGEST_IDLE, ContactStrategy.AGE_CREDIT)


def imported(calls: Path, mapping: Mapping, seed: int) -> tuple[Made, Scenario, Traces]:
    """The scenario of the calls, with one drawing of what they do not say."""
    with calls.open(encoding="utf-8", newline="") as lines:
        read = read_csv(lines, mapping)
    wishes = Wishes(seed=seed, credit_s=mapping.credit_s, priority=mapping.priority)
    made = make(read, wishes, "trace.csv")
    with TemporaryDirectory() as folder:
        scenario_file = Path(folder) / "scenario.yaml"
        scenario_file.write_text(made.scenario_yaml, encoding="utf-8")
        (Path(folder) / "trace.csv").write_text(made.trace_csv, encoding="utf-8")
        scenario, traces = read_scenario(scenario_file)
    return made, scenario, traces


def figures(told: dict[str, Any]) -> dict[str, float | None]:
    """The values that are compared."""
    return {name: told[name]["value"] for name in FIGURES}


def mean(rows: list[dict[str, float | None]]) -> dict[str, float | None]:
    """Over the seeds."""
    said: dict[str, float | None] = {}
    for name in rows[0]:
        values = [value for row in rows if (value := row[name]) is not None]
        said[name] = round(sum(values) / len(values), 4) if values else None
    return said


def play(
    worlds: list[tuple[Scenario, Traces]], agent: AgentStrategy, contact: ContactStrategy
) -> dict[str, dict[str, float | None]]:
    """One pair of strategies: the figures of each class and of all, in the mean of the drawings."""
    rows: dict[str, list[dict[str, float | None]]] = {}
    for scenario, traces in worlds:
        chosen = msgspec.structs.replace(scenario, strategy=Strategy(agent, contact))
        said, _ = simulate(chosen, traces, seed=scenario.seed, replications=1)
        for name, told in (*said["classes"].items(), ("total", said["total"])):
            rows.setdefault(name, []).append(figures(told))
    return {name: mean(some) for name, some in rows.items()}


def compared(calls: Path, mapping: Mapping, seeds: int) -> dict[str, Any]:
    """Everything that is told."""
    drawn = [imported(calls, mapping, seed) for seed in range(1, seeds + 1)]
    worlds = [(scenario, traces) for _, scenario, traces in drawn]
    pairs = [(agent, BASE[1]) for agent in AgentStrategy]
    pairs += [(BASE[0], contact) for contact in ContactStrategy if contact is not BASE[1]]
    strategies = {}
    for agent, contact in pairs:
        print(f"{agent}, {contact} ...", file=sys.stderr, flush=True)
        strategies[f"{agent}, {contact}"] = play(worlds, agent, contact)
    told = drawn[0][0].told
    observed = told.pop("observed")
    real = {name: {key: one[key] for key in FIGURES} for name, one in observed["classes"].items()}
    return {
        "commit": commit(),
        "drawings": seeds,
        "imported": told,
        "offered": {name: one["offered"] for name, one in observed["classes"].items()},
        "with_credit": sorted(name for name in mapping.credit_s if name in observed["classes"]),
        "real": real | {"total": {key: observed["total"][key] for key in FIGURES}},
        "strategies": strategies,
    }


def row(*cells: object) -> str:
    """Of a table."""
    return "| " + " | ".join("-" if cell is None else str(cell) for cell in cells) + " |"


def page(said: dict[str, Any], title: str) -> str:
    """The comparison to be read."""
    base = said["strategies"][f"{BASE[0]}, {BASE[1]}"]
    found = said["imported"]
    introduction = (
        f"{found['calls']:,} calls of {found['rows']:,} rows, {found['agents']} agents with {found['shifts']:,} shifts,"
        f" wrap-up {found['wrap_up_s']} s, mean patience {found['mean_patience_s']:.0f} s; how staffing and patience are"
        " estimated: [simulation.md](../simulation.md), Real calls. The rule for staffing was chosen among several while looking at the fit. Mean of"
        f" {said['drawings']} drawings of what the calls do not say (the patience of those who were answered). Commit"
        f" {said['commit']}."
    )
    lines = [
        f"# {title}",
        "",
        introduction,
        "",
        "Not used: "
        + "; ".join(f"{count:,} {reason}" for reason, count in found["unused"].items())
        + ".",
        "",
        "## What happened, and its simulation",
        f"Simulated with {BASE[0]} and {BASE[1]}.",
        "",
        row("class", "calls", *(f"{name}: real / simulated" for name in FIGURES)),
        row(*["---"] * (2 + len(FIGURES))),
    ]
    for name, real in said["real"].items():
        pairs = [f"{_short(real[key])} / {_short(base[name][key])}" for key in FIGURES]
        lines.append(row(name, said["offered"].get(name, found["calls"]), *pairs))
    lines += [
        "",
        "## What each strategy would have done with the same people",
        _ALIKE,
        "",
        row("agents by, contacts by", *FIGURES, "mean_wait_s with credit", "mean_wait_s without"),
        row(*["---"] * (3 + len(FIGURES))),
        *(
            row(name, *(_short(one["total"][key]) for key in FIGURES), *_by_credit(said, one))
            for name, one in said["strategies"].items()
        ),
    ]
    return "\n".join(lines) + "\n"


_ALIKE = (
    "Calls do not tell proficiencies, and everybody takes one call at a time: `least_occupied` and `best_proficiency` must"
    " decide as `longest_idle` does. All classes have the same promised wait and the same pace: `sla_urgency` and"
    " `accelerated` must decide as `age_credit` does."
)


def _by_credit(said: dict[str, Any], one: dict[str, Any]) -> list[str]:
    """Mean waits of the classes that are given age, and of the others."""
    waits = []
    for has_credit in (True, False):
        names = [name for name in said["offered"] if (name in said["with_credit"]) is has_credit]
        offered = sum(said["offered"][name] for name in names)
        waited_s = sum((one[name]["mean_wait_s"] or 0) * said["offered"][name] for name in names)
        waits.append(_short(waited_s / offered if offered else None))
    return waits


def _short(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def main() -> int:
    """Import, play, write."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.validation.real_calls", description=__doc__
    )
    parser.add_argument("calls", type=Path)
    parser.add_argument("mapping", type=Path)
    parser.add_argument("--name", default="real-calls")
    parser.add_argument("--title", default="Real calls")
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--page", action="store_true", help="only write the page again")
    options = parser.parse_args()
    mapping = msgspec.yaml.decode(options.mapping.read_bytes(), type=Mapping)
    folder = ROOT / "docs" / "results"
    if options.page:
        said = json.loads((folder / f"{options.name}.json").read_text(encoding="utf-8"))
    else:
        said = compared(options.calls, mapping, options.seeds)
    text = json.dumps(said, indent=1) + "\n"
    (folder / f"{options.name}.json").write_text(text, encoding="utf-8")
    (folder / f"{options.name}.md").write_text(page(said, options.title), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
