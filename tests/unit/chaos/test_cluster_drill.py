"""The cluster's drill: what the machine gave is added up rightly, and a drill that is broken off goes on where it was."""

import dataclasses
import json
from pathlib import Path

from tests.chaos.cluster import newest, outcomes_in, summary
from tests.chaos.cluster_run import Outcome
from tests.chaos.history import Problem
from tests.chaos.machine import Look, Meter, ready_in


def test_waiting_for_a_processor_is_added_up_over_processes_that_come_and_go() -> None:
    meter = Meter()
    for at_s, worked_ms, kept_ms in ((0.0, 500, 100), (1.0, 1_100, 400), (2.5, 1_500, 500)):
        meter.note(1, Look(at_s, worked_ms, kept_ms))
    meter.note(2, Look(3.0, 0, 0))
    meter.note(2, Look(4.0, 0, 600))
    given = meter.given
    assert (given.worked_ms, given.kept_ms, given.kept_share) == (1_000, 1_000, 0.5)
    assert given.kept_ms_in_window_max == 600, "of two seconds of one process"


def test_nothing_is_called_late_where_nothing_is_known() -> None:
    assert Meter().given.kept_share == 0


def test_how_many_are_ready_to_work_is_read_where_it_is_told() -> None:
    assert ready_in("200.06 117.43 55.76 37/612 2303\n") == 37
    assert ready_in("") == 0


def test_a_run_that_only_waited_on_a_machine_without_room_is_repeated() -> None:
    late, lost = Problem("client", 0, "unanswered"), Problem("I1", 0, "gone")
    assert Outcome(1, kept_share=0.9, problems=[late]).is_to_repeat
    assert not Outcome(1, kept_share=0.9, problems=[late, lost]).is_to_repeat
    assert not Outcome(1, kept_share=0.1, problems=[late]).is_to_repeat
    assert not Outcome(1, kept_share=0.9).is_to_repeat


def test_the_last_run_of_a_seed_counts_and_whatever_was_lost_in_any(tmp_path: Path) -> None:
    file = tmp_path / "outcomes.jsonl"
    runs = [
        Outcome(2, "a", contacts=5, take_over_ms=[2_000]),
        Outcome(1, "a", contacts=7, problems=[Problem("I1", 3, "gone")]),
        Outcome(1, "b", contacts=9, take_over_ms=[6_000], phases_s={"start": 3.0}),
    ]
    file.write_text("".join(json.dumps(dataclasses.asdict(one)) + "\n" for one in runs))
    known = outcomes_in(file)
    assert known == runs
    assert newest(known) == [runs[2], runs[0]]
    figures = summary(known, 10.0, proven=None)
    assert (figures["runs"], figures["contacts"], figures["failed_seeds"]) == (2, 14, [])
    assert (figures["lost"], figures["seeds_run_again"]) == (1, [1])
    assert figures["seeds_of_version"] == {"a": [2], "b": [1]}
    assert (figures["take_over_ms_all"], figures["take_overs_over_5_s"]) == ([2_000, 6_000], 1)
