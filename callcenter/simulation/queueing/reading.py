"""From a YAML file (and the CSV traces it names) to a checked scenario; a fault is named with file and line.

What the format knows but the engine cannot do yet is refused here, never passed over: a simulation that quietly
left something out would be worse than none.
"""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import yaml

from callcenter.simulation.queueing.durations import Never, fault_of
from callcenter.simulation.queueing.scenario import Call, CustomerClass, Scenario, Traces, serves
from routing.limits import AGENT_QUEUES_MAX, QUEUE_STEPS_MAX, QUEUES_MAX

_AT = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)
_PART = re.compile(r"\.([^.\[\]]+)|\[(\d+)\]|\[\.\.\.\]")
_COLUMNS = ("at_s", "class", "service_s", "patience_s")
_Path = tuple[str | int, ...]


class ScenarioError(Exception):
    """The scenario does not check: one line, `file:line: what`, for each fault."""


def read_scenario(path: Path) -> tuple[Scenario, Traces]:
    """Read and check a scenario with its traces. Raises ScenarioError."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ScenarioError(f"{path}: cannot be read: {error}") from error
    node: yaml.Node | None = None
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        scenario = msgspec.convert(yaml.safe_load(text), Scenario)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(f"{path}:{line}: {error.problem}") from error
    except msgspec.ValidationError as error:
        what, where = _split(str(error))
        raise ScenarioError(f"{path}:{_line(node, where)}: {what}") from error
    faults = [f"{path}:{_line(node, where)}: {what}" for where, what in _faults(scenario)]
    if faults:
        raise ScenarioError("\n".join(faults))
    return scenario, _traces(path, scenario, node)


def _split(message: str) -> tuple[str, _Path]:
    """What msgspec found wrong, and the path it names."""
    found = _AT.match(message)
    if found is None:
        return message, ()
    parts = _PART.finditer(found["path"] or "")
    return found["what"], tuple(int(one[2]) if one[2] else one[1] for one in parts if one[0])


def _line(node: yaml.Node | None, where: _Path) -> int:
    """The line on which the value at a path starts, or the nearest thing around it."""
    for part in where:
        inner: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            inner = node.value[part] if part < len(node.value) else None
        if inner is None:
            break
        node = inner
    return node.start_mark.line + 1 if node is not None else 1


def _faults(scenario: Scenario) -> Iterator[tuple[_Path, str]]:
    """What the types could not say."""
    names = [one.name for one in scenario.classes]
    if len(names) > QUEUES_MAX:
        yield ("classes",), f"at most {QUEUES_MAX} classes"
    for number, one in enumerate(scenario.classes):
        where = ("classes", number)
        if one.name in names[:number]:
            yield (*where, "name"), f"class {one.name} stands here twice"
        yield from ((where + inner, what) for inner, what in _class_faults(one))
        if not any(serves(group, one) for group in scenario.agents):
            yield where, f"no agent holds what class {one.name} requires"
    for number, group in enumerate(scenario.agents):
        ends_s = [0.0, *(shift.until_s for shift in group.shifts)]
        for place, shift in enumerate(group.shifts):
            if not ends_s[place] <= shift.from_s < shift.until_s:
                what = "shifts must follow each other, each with from_s before until_s"
                yield ("agents", number, "shifts", place), what
        served = {one.name for one in scenario.classes if serves(group, one)}
        if group.primary is not None and group.primary not in served:
            what = f"{group.primary} is not a class that these agents can take"
            yield ("agents", number, "primary"), what
        if len(served) > AGENT_QUEUES_MAX:
            yield ("agents", number), f"an agent takes at most {AGENT_QUEUES_MAX} classes"


def _class_faults(one: CustomerClass) -> Iterator[tuple[_Path, str]]:
    times_s = [step.after_s for step in one.steps]
    if len(times_s) > QUEUE_STEPS_MAX:
        yield ("steps",), f"at most {QUEUE_STEPS_MAX} steps"
    if times_s and (times_s[0] != 0 or times_s != sorted(set(times_s))):
        yield ("steps",), "the first step begins at after_s 0, each other after the one before"
    if (one.arrivals.poisson_per_h is None) == (one.arrivals.trace is None):
        yield ("arrivals",), "arrivals are either poisson_per_h or trace"
    for key, duration in (("service", one.service), ("patience", one.patience)):
        if duration is None:
            if one.arrivals.trace is None:
                yield (), f"class {one.name} has no {key}"
            continue
        fault = fault_of(duration)
        if fault is not None:
            yield (key,), fault
    if isinstance(one.service, Never):
        yield ("service",), "a service must end: never is for patience"


# --- traces ---


def _traces(path: Path, scenario: Scenario, node: yaml.Node | None) -> Traces:
    traces: Traces = {}
    names = {one.name for one in scenario.classes}
    for number, one in enumerate(scenario.classes):
        if one.arrivals.trace is None:
            continue
        file = path.parent / one.arrivals.trace
        try:
            with file.open(encoding="utf-8", newline="") as lines:
                traces[one.name] = _calls(file, csv.DictReader(lines), one, names)
        except OSError as error:
            line = _line(node, ("classes", number, "arrivals", "trace"))
            raise ScenarioError(
                f"{path}:{line}: {file} cannot be read: {error.strerror}"
            ) from error
    return traces


def _calls(
    file: Path, rows: "csv.DictReader[str]", one: CustomerClass, names: set[str]
) -> tuple[Call, ...]:
    columns = rows.fieldnames or ()
    if not {"at_s", "class"} <= {*columns} or not {*columns} <= {*_COLUMNS}:
        raise ScenarioError(f"{file}:1: the columns are at_s, class [, service_s, patience_s]")
    calls: list[Call] = []
    for row in rows:
        where = f"{file}:{rows.line_num}"
        if row["class"] not in names:
            raise ScenarioError(f"{where}: there is no class {row['class']}")
        if row["class"] != one.name:
            continue
        at_ms = _ms(where, "at_s", row["at_s"])
        service_ms = _ms(where, "service_s", row.get("service_s"))
        patience_ms = _ms(where, "patience_s", row.get("patience_s"))
        if at_ms is None:
            raise ScenarioError(f"{where}: at_s is empty")
        if service_ms is None and one.service is None:
            raise ScenarioError(f"{where}: neither the row nor class {one.name} gives a service")
        if patience_ms is None and one.patience is None:
            raise ScenarioError(f"{where}: neither the row nor class {one.name} gives a patience")
        calls.append(Call(at_ms, service_ms, patience_ms))
    return tuple(sorted(calls, key=lambda call: call.at_ms))


def _ms(where: str, column: str, text: str | None) -> int | None:
    if text is None or not text.strip():
        return None
    try:
        value_ms = round(float(text) * 1000)
    except (ValueError, OverflowError) as error:
        raise ScenarioError(f"{where}: {column} is not a number: {text}") from error
    if value_ms < 0:
        raise ScenarioError(f"{where}: {column} is negative: {text}")
    return value_ms
