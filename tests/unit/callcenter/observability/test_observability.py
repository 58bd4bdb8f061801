"""Figures and logs: true, bounded, and without people in them."""

import json
import subprocess
import sys

import pytest
from prometheus_client.parser import text_string_to_metric_families

from callcenter.host.envelope import Published
from callcenter.observability.figures import FIGURES, families
from callcenter.observability.metrics import Metrics
from routing.ids import ContactId
from tests.unit.routing.scene import Scene

PROGRAM = """
import structlog
from callcenter.observability.logs import configure_logs
configure_logs(is_json={is_json})
structlog.contextvars.bind_contextvars(request_id="r1")
structlog.get_logger("callcenter.x").info("something_happened", seq=7)
structlog.get_logger("callcenter.x").debug("not_told")
"""


def figures(metrics: Metrics) -> dict[str, float]:
    """Sample -> value, as a scraper reads them."""
    return {
        sample.name
        + "".join(f"[{value}]" for _, value in sorted(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.render().decode())
        for sample in family.samples
    }


def test_figures_are_those_of_the_events_and_of_the_state() -> None:
    scene = Scene()
    metrics = Metrics(lambda: scene.engine.state, lambda: {"desk_sockets": 4})
    scene.ready("ann")
    scene.put("bob")
    for contact in ("c1", "c2", "c3"):
        scene.chat(contact)
    scene.handled("c1")
    scene.end("c3")
    metrics.on_published(Published(1, scene.journal[:3], []))
    metrics.on_published(Published(4, scene.journal[3:], []))
    found = figures(metrics)
    for kind in {type(event) for event in scene.journal}:
        count = len(scene.seen(kind))
        assert found[f"callcenter_events_total[{kind.__name__}]"] == count
    assert found["callcenter_contacts_closed_total[handled][sales]"] == 1
    assert found["callcenter_contacts_closed_total[abandoned][sales]"] == 1
    assert found["callcenter_commits_total"] == 2
    assert found["callcenter_waiting_contacts[sales]"] == 0
    assert found["callcenter_agents[ready]"] == 1
    assert found["callcenter_agents[logged_out]"] == 1
    assert found["callcenter_oldest_waiting_seconds[sales]"] == 0
    assert found["callcenter_desk_sockets"] == 4


def test_group_commits_are_measured_also_when_they_fail() -> None:
    scene = Scene()
    metrics = Metrics(lambda: scene.engine.state, dict)
    metrics.on_append(0.004, is_done=True)
    metrics.on_append(7.0, is_done=False)
    found = figures(metrics)
    assert found["callcenter_journal_append_seconds_count"] == 2
    assert found["callcenter_journal_append_seconds_bucket[0.005]"] == 1
    assert found["callcenter_journal_append_failures_total"] == 1


def test_how_long_the_first_in_line_waits() -> None:
    scene = Scene()
    scene.chat("c1")
    since_ms = scene.engine.state.contacts[ContactId("c1")].queued_at_ms
    metrics = Metrics(lambda: scene.engine.state, dict, now_ms=lambda: since_ms + 90_000)
    assert figures(metrics)["callcenter_oldest_waiting_seconds[sales]"] == 90


def test_a_figure_that_stands_in_no_table_is_not_told() -> None:
    with pytest.raises(KeyError, match="surprise"):
        list(families({"surprise": 1}))
    assert len({one.name for one in FIGURES}) == len(FIGURES)


def test_figures_before_anything_happened() -> None:
    scene = Scene()
    metrics = Metrics(lambda: scene.engine.state, dict)
    assert figures(metrics)["callcenter_commits_total"] == 0


@pytest.mark.parametrize("is_json", [True, False])
def test_logs_go_to_standard_error(is_json: bool) -> None:
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM.format(is_json=is_json)],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    assert done.stdout == ""
    assert "something_happened" in done.stderr
    assert "not_told" not in done.stderr
    if is_json:
        told = json.loads(done.stderr)
        assert (told["event"], told["seq"], told["level"]) == ("something_happened", 7, "info")
        assert told["request_id"] == "r1"
        assert told["timestamp"].endswith("Z")


def test_a_log_that_cannot_be_written_costs_its_lines_and_nothing_else() -> None:
    program = PROGRAM.format(is_json=True) + "print('still here')"
    with open("/dev/full", "w", encoding="utf-8") as full:  # noqa: PTH123 - a device
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-c", program],
            stderr=full,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    # 120 is Python's own word, at its exit, that standard error could not be flushed.
    assert done.returncode in {0, 120}
    assert done.stdout == "still here\n"
