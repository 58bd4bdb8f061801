"""Real calls become a scenario: what is read, what is refused with its line, and what is estimated."""

import json
from pathlib import Path

import msgspec
import pytest

from callcenter.cli import main
from callcenter.simulation.queueing.durations import Deterministic, Exponential, Lognormal, Never
from callcenter.simulation.queueing.reading import read_scenario
from callcenter.simulation.queueing.scenario import Shift
from callcenter.simulation.queueing.simulate import simulate
from callcenter.simulation.trace_import.calls import Imported, RealCall, TraceError, Unused
from callcenter.simulation.trace_import.estimate import (
    agents_of,
    patience_of,
    service_of,
    wrap_up_s,
)
from callcenter.simulation.trace_import.making import Wishes, make
from callcenter.simulation.trace_import.mapped_csv import Mapping, read_csv
from callcenter.simulation.trace_import.queue_log import QueueLogReader

LOG = """\
1700000000|NONE|NONE|NONE|QUEUESTART|
1700000000|c1|sales|NONE|ENTERQUEUE||5551|1
1700000004|c1|sales|SIP/ann|RINGNOANSWER|3000
1700000010|c1|sales|SIP/ann|CONNECT|10|b1|4
1700000070|c1|sales|SIP/ann|COMPLETECALLER|10|60|1
1700000020|c2|sales|NONE|ENTERQUEUE||5552|1
1700000050|c2|sales|NONE|ABANDON|1|1|30
1700000060|c3|help|NONE|ENTERQUEUE||5553|1
1700000080|c3|help|SIP/bo|CONNECT|20|b3|2
1700000200|c3|help|SIP/bo|BLINDTRANSFER|100|internal|20|120|1
1700000300|c4|help|NONE|ENTERQUEUE||5554|1
1700000360|c4|help|NONE|EXITWITHTIMEOUT|1|1|60
"""

BROKEN = """\
half a line
soon|c1|sales|NONE|ENTERQUEUE|
10|c1|sales|NONE|DANCES|
10|c1|sales|SIP/ann|CONNECT|1
20|c2|sales|NONE|ENTERQUEUE|
25|c2|sales|NONE|ENTERQUEUE|
26|c2|sales|SIP/ann|COMPLETEAGENT|
30|c3|sales|NONE|ENTERQUEUE|
29|c3|sales|NONE|ABANDON|
40|c4|sales|NONE|ENTERQUEUE|
41|c4|sales|SIP/ann|CONNECT|
"""

MAPPING = Mapping(
    at=("joined", "answered"),
    class_columns=("kind", "tier"),
    outcome=msgspec.convert(
        {"column": "how", "answered": ["OK"], "abandoned": ["LEFT"]},
        Mapping.__annotations__["outcome"],
    ),
    service="talk",
    agent="who",
    wait="waited",
    missing=("", "0"),
    class_names={"a-1": "gold"},
    skill=("kind",),
)
HEADER = "day,joined,answered,kind,tier,how,talk,who,waited\n"


def reasons(imported: Imported) -> list[tuple[int, str]]:
    return [(one.line, one.reason) for one in imported.unused]


def test_a_queue_log() -> None:
    imported = QueueLogReader().read(LOG.splitlines())
    assert imported.rows == 12
    assert imported.unused == []
    base = 1_700_000_000.0
    assert imported.calls == [
        RealCall(base, "sales", "sales", 10, "SIP/ann", 60),
        RealCall(base + 20, "sales", "sales", 30),
        RealCall(base + 60, "help", "help", 20, "SIP/bo", 120),
        RealCall(base + 300, "help", "help", 60, was_sent_away=True),
    ]


def test_every_line_of_a_queue_log_that_cannot_be_used_is_named() -> None:
    imported = QueueLogReader().read(BROKEN.splitlines())
    assert imported.calls == []
    assert reasons(imported) == [
        (1, "fewer than five fields"),
        (2, "the time is not a number"),
        (3, "unknown event DANCES"),
        (4, "the call never entered the queue in this log"),
        (5, "the call enters the queue again before it has left"),
        (6, "the call never ends"),
        (7, "the call ends without having been answered"),
        (9, "the time runs backwards"),
        (10, "the call is answered and never ends"),
    ]


def test_a_mapped_csv() -> None:
    rows = ["1,10,12,a,0,OK,60,ann,2\n", "1,0,50,a,1,OK,5,bo,0\n", "1,70,0,b,0,LEFT,0,,30\n"]
    imported = read_csv([HEADER, *rows], MAPPING)
    assert imported.calls == [
        RealCall(10, "a-0", "a", 2, "ann", 60),
        RealCall(50, "gold", "a", 0, "bo", 5),
        RealCall(70, "b-0", "b", 30),
    ]
    days = msgspec.structs.replace(
        MAPPING, day=msgspec.convert({"column": "day"}, Mapping.__annotations__["day"])
    )
    shifted = read_csv([HEADER, "3,10,12,a,0,OK,60,ann,2\n"], days)
    assert shifted.calls[0].at_s == 2 * 86_400 + 10
    written = msgspec.structs.replace(MAPPING, time_format="%H:%M:%S")
    early, late = read_csv(
        [HEADER, "1,08:00:00,,a,0,OK,60,ann,2\n", "1,09:30:00,,a,0,OK,60,ann,2\n"], written
    ).calls
    assert late.at_s - early.at_s == 5_400


def test_every_row_of_a_csv_that_cannot_be_used_is_named() -> None:
    rows = [
        "1,10,12,a,0,PHANTOM,60,ann,2\n",
        "1,0,0,a,0,OK,60,ann,2\n",
        "1,10,12,a,0,OK,60,,2\n",
        "1,10,12,a,0,OK,-3,ann,2\n",
        "1,10,12,a,0,OK,long,ann,2\n",
        "1,noon,12,a,0,LEFT,0,,2\n",
        "1,10,12,a,0,,60,ann,2\n",
    ]
    assert reasons(read_csv([HEADER, *rows], MAPPING)) == [
        (2, "outcome PHANTOM"),
        (3, "no time at which it joined the queue"),
        (4, "answered, but the agent is empty"),
        (5, "talk is negative"),
        (6, "talk is not a number"),
        (7, "the time at which it joined the queue cannot be read"),
        (8, "outcome empty"),
    ]
    wrong = msgspec.structs.replace(MAPPING, at=("day2", "joined"))
    with pytest.raises(TraceError, match="no column day2"):
        read_csv([HEADER], wrong)


def call(at_s: float, wait_s: float, agent: str | None = "ann", service_s: float = 10) -> RealCall:
    return RealCall(at_s, "all", "all", wait_s, agent, service_s if agent else 0)


def test_patience_and_service() -> None:
    calls = [call(0, 30), call(1, 50, None), call(2, 40, None), call(3, 0, service_s=30)]
    assert patience_of(calls) == Exponential(60)
    assert patience_of(calls[:1]) == Never()
    assert service_of(calls) == Lognormal(20, 10)
    assert service_of(calls[:1]) == Deterministic(10)
    assert service_of(calls[1:2]) == Deterministic(0)


def test_wrap_up_is_the_pause_before_a_call_that_was_waiting() -> None:
    waiting = [call(0, 0), call(5, 9), call(8, 22), call(500, 0)]  # ends 10, begins 14; ends 24, 30
    assert wrap_up_s(waiting) == 5
    assert wrap_up_s(waiting[:1]) == 0


def test_who_ignores_customers_was_away() -> None:
    """Ann talks 0-10, 100-110 while nobody waits between, then lets two wait from 200 until she is back at 300."""
    calls = [
        call(0, 0),
        call(100, 0),
        call(200, 60, None),
        call(220, 80),
        call(9_000, 0),
    ]
    [group] = agents_of(calls, 0, 0)
    assert group.shifts == (Shift(0, 156), Shift(300, 301), Shift(9_000, 9_001))
    assert group.skills == {"all": 1}


def test_shifts_never_overlap() -> None:
    calls = [call(0, 0, service_s=30.4), call(30.2, 31, None), call(31, 30.6, service_s=1)]
    [group] = agents_of(calls, 0, 0)
    ends = [shift.until_s for shift in group.shifts]
    begins = [shift.from_s for shift in group.shifts]
    assert len(begins) == 2
    assert begins[1] >= ends[0]


def test_nobody_to_staff_is_refused() -> None:
    with pytest.raises(TraceError, match="no answered call"):
        make(Imported([call(0, 5, None)], [Unused(1, "x")], 2), Wishes(), "t.csv")


def test_the_command_makes_a_scenario_that_simulates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "queue_log"
    log.write_text(LOG + "half a line\n", encoding="utf-8")
    out = tmp_path / "out"
    assert main(["import-trace", str(log), "--out", str(out)]) == 0
    said = capsys.readouterr().out
    assert "4 calls of 13 rows, 2 agents" in said
    assert "not used: 1 x fewer than five fields" in said
    assert (out / "unused.csv").read_text() == "line,reason\n13,fewer than five fields\n"
    scenario, traces = read_scenario(out / "scenario.yaml")
    assert sum(map(len, traces.values())) == 4
    told, _ = simulate(scenario, traces, seed=1, replications=1)
    assert told["total"]["offered"]["value"] == 4
    assert main(["import-trace", str(log), "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["observed"]["total"]["abandoned"] == 1


def test_a_mapping_file_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, mapping = tmp_path / "calls.csv", tmp_path / "map.yaml"
    source.write_text(HEADER + "1,10,12,a,0,OK,60,ann,2\n", encoding="utf-8")
    good = {
        "at": ["joined"],
        "class": ["kind"],
        "outcome": {"column": "how", "answered": ["OK"], "abandoned": []},
        "service": "talk",
        "agent": "who",
        "wait": "waited",
        "credit_s": {"a": 90},
    }
    mapping.write_text(json.dumps(good), encoding="utf-8")
    command = ["import-trace", str(source), "--map", str(mapping), "--out", str(tmp_path / "out")]
    assert main(command) == 0
    assert "credit_s: 90" in (tmp_path / "out" / "scenario.yaml").read_text()
    capsys.readouterr()
    for wrong, message in (
        ({**good, "wait": "nowhere"}, "there is no column nowhere"),
        ({**good, "colour": "red"}, "colour"),
    ):
        mapping.write_text(json.dumps(wrong), encoding="utf-8")
        assert main(command) == 1
        assert message in capsys.readouterr().err
    mapping.write_text(json.dumps(good), encoding="utf-8")
    source.write_bytes(b"\xff\xfe")
    assert main(command) == 1
    assert main([*command[:1], str(tmp_path / "none"), *command[2:]]) == 1
    err = capsys.readouterr().err
    assert "not text in UTF-8" in err
    assert "none" in err
