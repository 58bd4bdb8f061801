"""The comparison, as JSON and as a table for a terminal."""

from collections.abc import Callable, Iterator
from typing import Any

from callcenter.simulation.what_if.fates import Fates, differences
from callcenter.simulation.what_if.observed import Observed
from callcenter.simulation.what_if.patience import ESTIMATED, IMPATIENT, MODELS, PATIENT
from callcenter.simulation.what_if.play import WhatIf
from routing.model import RoutingConfiguration

SHOWN = 20
"""Changed contacts in the table; the JSON has them all."""

_COLUMNS = ("offered", "answered", "abandoned", "asa_s", "p90_wait_s", "service_level")


def compared(
    observed: Observed,
    before: Fates,
    configuration: RoutingConfiguration,
    *,
    seed: int,
    service_level_s: float,
    progress: Callable[[str], None] = lambda _line: None,
) -> dict[str, Any]:
    """Play the control and the three models of patience, and say what is different. O(events), four times."""

    def played(name: str, new: RoutingConfiguration | None, patience: str | None) -> WhatIf:
        for_ms = max(1, observed.last_ms - observed.first_ms)

        def say(at_ms: int) -> None:
            progress(f"  {name}: {(at_ms - observed.first_ms) / for_ms:.0%}")

        what_if = WhatIf(observed, new, patience=patience, seed=seed, progress=say)
        what_if.play()
        return what_if

    control = played("control", None, None)
    plays = {name: played(name, configuration, name) for name in MODELS}
    figures = {name: one.fates.figures(service_level_s) for name, one in plays.items()}
    changed = differences(before, plays[ESTIMATED].fates)
    return {
        "configuration": configuration.version,
        "events": observed.events,
        "contacts": len(before.of),
        "seed": seed,
        "service_level_s": service_level_s,
        "patience_models": MODELS,
        "control_contacts_changed": len(differences(before, control.fates)),
        "queues": {
            name: {"journal": was} | {model: figures[model].get(name) for model in MODELS}
            for name, was in before.figures(service_level_s).items()
        },
        "refused": dict(plays[ESTIMATED].refused),
        "contacts_changed": len(changed),
        "changes": changed,
    }


def table(said: dict[str, Any]) -> Iterator[str]:
    """The comparison in lines."""
    yield f"{said['contacts']} contacts, {said['events']} events; configuration {said['configuration'][:12]}"
    yield (
        "control (the same customers and agents under the journal's own configuration): "
        f"{said['control_contacts_changed']} contacts differ from the journal"
    )
    yield ""
    yield f"{'queue':24} {'':10} " + " ".join(f"{name:>13}" for name in _COLUMNS)
    for queue_id, rows in said["queues"].items():
        for place, name in enumerate(("journal", ESTIMATED, PATIENT, IMPATIENT)):
            figures = rows[name] or {}
            label = queue_id if place == 0 else ""
            cells = " ".join(f"{_cell(figures.get(column)):>13}" for column in _COLUMNS)
            yield f"{label:24} {name:10} {cells}"
    yield ""
    for name, what in said["patience_models"].items():
        yield f"{name}: {what}"
    for what, count in said["refused"].items():
        yield f"not possible under this configuration: {count} x {what}"
    yield ""
    yield f"{said['contacts_changed']} contacts changed ({ESTIMATED}); the largest changes of wait:"
    for one in said["changes"][:SHOWN]:
        yield f"  {one['contact_id']} ({one['queue_id']}): {_fate(one['before'])} -> {_fate(one['after'])}"


def _cell(value: object) -> str:
    return "-" if value is None else str(value)


def _fate(fate: dict[str, Any] | None) -> str:
    if fate is None:
        return "no such queue"
    who = f" by {fate['agent_id']}" if fate["agent_id"] else ""
    wait = "" if fate["wait_s"] is None else f" after {fate['wait_s']:.1f} s"
    return f"{fate['outcome']}{who}{wait}"
