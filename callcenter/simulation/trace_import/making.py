"""From real calls to a scenario with its trace: the same customers, and agents who were there when they were."""

import csv
import io
import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import msgspec
import yaml

from callcenter.simulation.queueing.durations import Exponential
from callcenter.simulation.queueing.scenario import Arrivals, CustomerClass, Scenario
from callcenter.simulation.randomness import Streams
from callcenter.simulation.trace_import.calls import Imported, RealCall, TraceError
from callcenter.simulation.trace_import.estimate import (
    agents_of,
    patience_of,
    service_of,
    wrap_up_s,
)

HOUR_S = 3_600
QUANTILES = (0.5, 0.9, 0.95)


class Wishes(msgspec.Struct, frozen=True):
    """What a list of calls cannot say."""

    seed: int = 1
    service_level_s: float = 20.0
    credit_s: dict[str, float] = {}
    priority: dict[str, int] = {}


class Made(msgspec.Struct, frozen=True):
    """Three files, and what is told of them."""

    scenario: Scenario
    scenario_yaml: str
    trace_csv: str
    unused_csv: str
    told: dict[str, Any]


def make(imported: Imported, wishes: Wishes, trace_name: str) -> Made:
    """Everything from the calls. Raises TraceError if there are none, or nobody took any."""
    calls = sorted(imported.calls, key=lambda call: (call.at_s, call.class_name))
    if not any(call.agent is not None for call in calls):
        raise TraceError("there is no answered call: nothing can be said of the agents")
    base_s = math.floor(calls[0].at_s / HOUR_S) * HOUR_S
    classes = _by_class(calls)
    wrap_s = wrap_up_s(calls)
    whole, arrivals = patience_of(calls), Arrivals(trace=trace_name)
    scenario = Scenario(
        classes=tuple(
            msgspec.structs.replace(_class(name, some, wishes), arrivals=arrivals, wrap_up_s=wrap_s)
            for name, some in classes.items()
        ),
        agents=tuple(agents_of(calls, wrap_s, base_s)),
        duration_s=float(math.ceil((calls[-1].at_s - base_s) / HOUR_S + 1) * HOUR_S),
        seed=wishes.seed,
        service_level_s=wishes.service_level_s,
    )
    observed = {name: observed_of(some, wishes.service_level_s) for name, some in classes.items()}
    told = {
        "rows": imported.rows,
        "calls": len(calls),
        "unused": dict(Counter(one.reason for one in imported.unused).most_common()),
        "agents": len(scenario.agents),
        "shifts": sum(len(group.shifts) for group in scenario.agents),
        "wrap_up_s": wrap_s,
        "mean_patience_s": whole.mean_s if isinstance(whole, Exponential) else None,
        "observed": {
            "classes": observed,
            "total": observed_of(calls, wishes.service_level_s),
        },
    }
    return Made(
        scenario,
        _yaml(scenario),
        _trace(calls, classes, base_s, wishes.seed),
        _table(("line", "reason"), [(one.line, one.reason) for one in imported.unused]),
        told,
    )


def _by_class(calls: Sequence[RealCall]) -> dict[str, list[RealCall]]:
    classes: dict[str, list[RealCall]] = {
        name: [] for name in sorted({c.class_name for c in calls})
    }
    for call in calls:
        classes[call.class_name].append(call)
    return classes


def _class(name: str, calls: Sequence[RealCall], wishes: Wishes) -> CustomerClass:
    return CustomerClass(
        name=name,
        arrivals=Arrivals(),
        requires={calls[0].skill: 1},
        priority=wishes.priority.get(name, 0),
        service=service_of(calls),
        patience=patience_of(calls),
        credit_s=wishes.credit_s.get(name, 0.0),
    )


def _yaml(scenario: Scenario) -> str:
    plain = msgspec.to_builtins(scenario)
    plain["agents"] = [_lean(group) for group in plain["agents"]]
    plain["classes"] = [_lean(one) for one in plain["classes"]]
    text: str = yaml.safe_dump(_lean(plain), sort_keys=False, default_flow_style=None, width=160)
    return text


def _lean(mapping: dict[str, Any]) -> dict[str, Any]:
    """Without what is empty anyway."""
    return {key: value for key, value in mapping.items() if value not in (None, [], {}, ())}


def _trace(
    calls: Sequence[RealCall], classes: dict[str, list[RealCall]], base_s: float, seed: int
) -> str:
    """Who gave up keeps his patience; of the others it is known to be longer than their wait, and drawn beyond it."""
    patience = {name: patience_of(some) for name, some in classes.items()}
    luck = Streams(seed).of("patience")
    rows = []
    for call in calls:
        model = patience[call.class_name]
        has_left = call.agent is None and not call.was_sent_away
        patience_s: float | None = call.wait_s if has_left else None
        if not has_left and isinstance(model, Exponential):
            patience_s = call.wait_s + luck.expovariate(1 / model.mean_s)
        service_s = None if call.agent is None else call.service_s
        rows.append((_s(call.at_s - base_s), call.class_name, _s(service_s), _s(patience_s)))
    return _table(("at_s", "class", "service_s", "patience_s"), rows)


def _s(value_s: float | None) -> str:
    return "" if value_s is None else f"{value_s:.3f}".rstrip("0").rstrip(".")


def _table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def observed_of(calls: Sequence[RealCall], service_level_s: float) -> dict[str, Any]:
    """The real figures, by the names a simulation tells them."""
    answered = [call.wait_s for call in calls if call.agent is not None]
    waits = sorted(call.wait_s for call in calls)
    left = sum(call.agent is None and not call.was_sent_away for call in calls)
    within = sum(wait_s <= service_level_s for wait_s in answered)
    return {
        "offered": len(calls),
        "answered": len(answered),
        "abandoned": left,
        "p_abandon": round(left / len(calls), 4),
        "p_wait_zero": round(sum(wait_s == 0 for wait_s in waits) / len(calls), 4),
        "asa_s": round(sum(answered) / len(answered), 2) if answered else None,
        "mean_wait_s": round(sum(waits) / len(calls), 2),
        "service_level": round(within / len(calls), 4),
        "wait_quantiles_s": {str(q): waits[math.ceil(len(waits) * q) - 1] for q in QUANTILES},
    }
