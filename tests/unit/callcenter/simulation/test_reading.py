"""A scenario file that does not check is refused with file and line, and every fault is named."""

from pathlib import Path

import pytest

from callcenter.simulation.queueing.reading import ScenarioError, read_scenario
from callcenter.simulation.queueing.scenario import Call

GOOD = """\
duration_s: 1000
classes:
  - name: sales
    requires: {sales: 1}
    arrivals: {poisson_per_h: 360}
    service: {dist: exponential, mean_s: 240}
    patience: {dist: never}
    steps: []
agents:
  - {count: 3, skills: {sales: 2}}
"""
TRACED = """\
duration_s: 1000
classes:
  - {name: sales, arrivals: {trace: calls.csv}, patience: {dist: never}}
  - {name: other, arrivals: {trace: calls.csv}, service: {dist: deterministic, mean_s: 7}}
agents: [{count: 3}]
"""


STEPS = [f"{{after_s: {number}}}" for number in range(21)]


def put(folder: Path, text: str) -> Path:
    path = folder / "s.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def fault(folder: Path, text: str) -> str:
    with pytest.raises(ScenarioError) as caught:
        read_scenario(put(folder, text))
    return str(caught.value).replace(f"{folder}/", "")


def test_a_good_file(tmp_path: Path) -> None:
    scenario, traces = read_scenario(put(tmp_path, GOOD))
    assert scenario.classes[0].requires == {"sales": 1}
    assert traces == {}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("steps: []", "steps: [{after_s: 20}]", "s.yaml:8: the first step begins at after_s 0"),
        (
            "steps: []",
            "steps: [{}, {after_s: 2}, {after_s: 2}]",
            "s.yaml:8: the first step begins at after_s 0, each other after the one before",
        ),
        ("steps: []", f"steps: [{', '.join(STEPS)}]", "s.yaml:8: at most 20 steps"),
        ("count: 3,", "count: 3, primary: other,", "s.yaml:10: other is not a class that these"),
        (
            "count: 3,",
            "count: 3, shifts: [{from_s: 0, until_s: 9}, {from_s: 8, until_s: 20}],",
            "s.yaml:10: shifts must follow each other",
        ),
        ("sales: 2", "sales: 0", "s.yaml:10: Expected `int` >= 1"),
        ("{sales: 2}", "{}", "s.yaml:3: no agent holds what class sales requires"),
        ("mean_s: 240", "mean_s: 0", "s.yaml:6: Expected `float` > 0.0"),
        ("dist: never", "dist: neverr", "s.yaml:7: Invalid value 'neverr'"),
        ("poisson_per_h: 360", "", "s.yaml:5: arrivals are either poisson_per_h or trace"),
        ("    patience: {dist: never}\n", "", "s.yaml:3: class sales has no patience"),
        ("dist: exponential", "dist: never", "s.yaml:6: a service must end"),
        (
            "dist: exponential, mean_s: 240",
            "dist: hyperexponential, mean_s: 240, sd_s: 1",
            "s.yaml:6: a hyperexponential needs sd_s above mean_s",
        ),
        ("steps", "stepps", "s.yaml:3: Object contains unknown field `stepps`"),
        ("duration_s: 1000", "duration_s: [", "s.yaml:3: "),
        ("duration_s: 1000", "duration_s: long", "s.yaml:1: Expected `float`"),
        ("agents:", "strategy: {agent: loudest}\nagents:", "s.yaml:9: Invalid enum value"),
    ],
)
def test_refused_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert fault(tmp_path, GOOD.replace(old, new, 1)).startswith(expected)


def test_every_fault_beyond_the_types_is_named(tmp_path: Path) -> None:
    text = GOOD.replace("steps: []", "steps: [{after_s: 1}]")
    text = text.replace("count: 3,", "count: 3, primary: other,")
    assert len(fault(tmp_path, text).splitlines()) == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        read_scenario(tmp_path / "none.yaml")


def test_a_trace(tmp_path: Path) -> None:
    rows = "at_s,class,service_s,patience_s\n2,sales,60,\n1.5,sales,30,9\n3,other,,5\n"
    (tmp_path / "calls.csv").write_text(rows, encoding="utf-8")
    _, traces = read_scenario(put(tmp_path, TRACED))
    assert traces == {
        "sales": (Call(1500, 30_000, 9_000), Call(2000, 60_000, None)),
        "other": (Call(3000, None, 5_000),),
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("when,class\n", "calls.csv:1: the columns are"),
        ("at_s,class\n1,nobody\n", "calls.csv:2: there is no class nobody"),
        ("at_s,class\n1,sales\n", "calls.csv:2: neither the row nor class sales gives a service"),
        ("at_s,class,service_s\nx,sales,1\n", "calls.csv:2: at_s is not a number: x"),
        ("at_s,class,service_s\n1,sales,-1\n", "calls.csv:2: service_s is negative: -1"),
        ("at_s,class,service_s\n,sales,1\n", "calls.csv:2: at_s is empty"),
        (
            "at_s,class,service_s\n1,sales,1\n1,other,1\n",
            "calls.csv:3: neither the row nor class other gives a patience",
        ),
    ],
)
def test_a_trace_that_does_not_check(tmp_path: Path, rows: str, expected: str) -> None:
    (tmp_path / "calls.csv").write_text(rows, encoding="utf-8")
    assert fault(tmp_path, TRACED).startswith(expected)


def test_a_trace_that_is_not_there(tmp_path: Path) -> None:
    assert fault(tmp_path, TRACED).startswith("s.yaml:3: calls.csv cannot be read")
