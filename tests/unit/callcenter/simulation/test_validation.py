"""The judge of `make validate` can say no: it misses what lies outside, and asks for narrow intervals."""

from array import array
from pathlib import Path

import pytest

from callcenter.simulation.queueing.durations import Exponential
from callcenter.simulation.queueing.measures import FIGURES
from callcenter.simulation.queueing.tally import Cell
from tests.validation.compare import Compared, allowed_half_width, compare, rounding
from tests.validation.kept import Kept, is_done, load, page, sources, store
from tests.validation.rows import Check, Row, table


def cells_of(*waits_s: float) -> list[Cell]:
    return [
        Cell(offered=1, for_ms=1000, answered_ms=array("q", [round(wait_s * 1000)]))
        for wait_s in waits_s
    ]


def judged(published: str, *waits_s: float) -> tuple[bool, bool]:
    row = Row(
        name="row",
        agents=1,
        load=1,
        contacts=1,
        checks=(Check("ASA", published, FIGURES["asa_s"]),),
    )
    [one] = compare(row, cells_of(*waits_s), comparisons=1)
    assert one.value == pytest.approx(sum(waits_s) / len(waits_s))
    return one.is_inside, one.is_narrow


def test_inside_and_outside() -> None:
    assert judged("10.0", 9.9, 10.1, 10.0, 9.95, 10.05) == (True, True)
    assert judged("9.0", 9.9, 10.1, 10.0, 9.95, 10.05) == (False, True)
    assert judged("9.0", 5, 15, 10, 9, 11) == (True, False)


def test_nothing_to_measure_is_a_miss() -> None:
    assert judged_empty() == (False, False)


def judged_empty() -> tuple[bool, bool]:
    check = Check("left", "1", FIGURES["mean_wait_abandoned_s"])
    row = Row(name="row", agents=1, load=1, contacts=1, checks=(check,))
    [one] = compare(row, cells_of(1, 2), comparisons=1)
    return one.is_inside, one.is_narrow


def test_half_of_the_last_digit_is_granted() -> None:
    assert rounding("0.226") == pytest.approx(0.0005)
    assert rounding("102.0") == pytest.approx(0.05)
    assert rounding("0") == 0


@pytest.mark.parametrize(
    ("kind", "published", "allowed"),
    [
        ("level", 10, 0.5),
        ("variance", 40, 4),
        ("probability", 0.01, 0.001),
        ("probability", 0.1, 0.005),
        ("probability", 0.5, 0.01),
        ("identity", 0, 0.01),
    ],
)
def test_how_narrow(kind: str, published: float, allowed: float) -> None:
    check = Check("any", str(published), FIGURES["asa_s"], kind)
    assert allowed_half_width(check, published) == pytest.approx(allowed)


def test_the_table_is_what_was_published() -> None:
    """The rows as scenarios: loads, patience in services, and the seeds fixed beforehand."""
    rows = {row.name: row for row in table()}
    assert len(rows) == 22
    assert rows["2.2 Erlang C, 30 agents"].load == 24
    assert rows["2.2 Erlang B, 520 agents"].places == 0
    erlang_a = rows["2.3 Erlang A, 48 agents"]
    assert (erlang_a.load, erlang_a.patience) == (48, 2)
    one = erlang_a.scenario(1).classes[0]
    assert one.patience == Exponential(2000)
    assert one.arrivals.poisson_per_h == pytest.approx(48 * 3.6)


ROW = Row(name="2.9 Some row", agents=1, load=1, contacts=1000, checks=())


def kept(length: int, value: float = 1.0, *, code: str = "abc") -> Kept:
    figure = Compared(ROW.name, "ASA", "1.0", value, 0.1, True, False)
    return Kept(
        row=ROW.name,
        length=length,
        full_length=1000,
        seeds="1 to 20",
        played=length,
        seconds=2.0,
        commit="1234567",
        sources=code,
        figures=(figure,),
    )


def test_a_row_is_kept_and_not_played_again_by_the_same_code(tmp_path: Path) -> None:
    assert load(tmp_path, ROW) is None
    store(tmp_path, kept(100), None)
    found = load(tmp_path, ROW)
    assert found == kept(100)
    assert is_done(found, ROW, 0.1, "abc")
    assert not is_done(found, ROW, 1.0, "abc")
    assert not is_done(found, ROW, 0.1, "other code")
    assert not is_done(None, ROW, 0.1, "abc")


def test_a_shorter_run_does_not_replace_a_longer_one(tmp_path: Path) -> None:
    store(tmp_path, kept(100, 1.0), None)
    store(tmp_path, kept(50, 2.0), load(tmp_path, ROW))
    assert load(tmp_path, ROW) == kept(100, 1.0)
    store(tmp_path, kept(100, 3.0, code="new"), load(tmp_path, ROW))
    assert load(tmp_path, ROW) == kept(100, 3.0, code="new")


def test_the_page_says_how_long_each_row_was(tmp_path: Path) -> None:
    other = Row(name="2.9 Other row", agents=1, load=1, contacts=9, checks=())
    store(tmp_path, kept(100), None)
    said = page([ROW, other], tmp_path, 98)
    assert "| 2.9 Some row | 100 | 10% | 2 | 1234567 | 1 | 0 | 1 |" in said
    assert "| 2.9 Other row | - | not played" in said
    assert "1 of 2 rows played, 0 of them at full length; 1 figures: **0 missed**" in said


def test_the_code_that_decides_has_a_name(tmp_path: Path) -> None:
    for folder in ("routing", "callcenter/simulation"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "routing" / "a.py").write_text("1")
    before = sources(tmp_path)
    (tmp_path / "callcenter" / "shell.py").write_text("1")
    assert sources(tmp_path) == before
    (tmp_path / "routing" / "a.py").write_text("2")
    assert sources(tmp_path) != before
