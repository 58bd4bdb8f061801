"""Flows in configuration files: each fault with its file, node and line."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from callcenter.config_loader.calendars import BusinessCalendar
from callcenter.config_loader.day_kinds import DayKinds
from callcenter.config_loader.flows import flows_of
from callcenter.config_loader.loader import ConfigError, load_folder, of_stored
from tests.unit.callcenter.config_loader.test_loader import NOW_MS, QUEUES, REST, folder

FLOW = """id: welcome
name: {en: Welcome, zh: 欢迎}
start: hello
nodes:
  hello: {kind: say, text: {en: Hello, zh: 您好}, next: wait}
  wait: {kind: queue, queue: sales}
"""


def with_flow(path: Path, text: str) -> Path:
    """A folder with one flow."""
    folder(path, queues=QUEUES, rest=REST)
    (path / "flows").mkdir()
    (path / "flows" / "welcome.yaml").write_text(text, encoding="utf-8")
    return path


def test_a_flow_is_read_stored_and_read_again(tmp_path: Path) -> None:
    configuration = load_folder(with_flow(tmp_path, FLOW), NOW_MS)
    flows = flows_of(configuration.document.flows)
    assert list(flows["welcome"].nodes) == ["hello", "wait"]
    again = of_stored(configuration.stored)
    assert again.version == configuration.version
    assert flows_of(again.document.flows) == flows


def test_a_survey_leads_to_no_queue(tmp_path: Path) -> None:
    path = with_flow(tmp_path, FLOW)
    file = next(one for one in path.glob("*.yaml") if "queues:" in one.read_text(encoding="utf-8"))
    text = file.read_text(encoding="utf-8")
    named = text.replace("    dispositions:", "    survey: welcome\n    dispositions:", 1)
    file.write_text(named, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_folder(path, NOW_MS)
    assert "queues.0.survey: a survey cannot lead to queue: see the node wait of welcome" in str(
        caught.value
    )


@pytest.mark.parametrize(
    ("wrong", "right", "told"),
    [
        ("next: wait", "next: nowhere", "5: flows.0.nodes.hello.next: there is no node nowhere"),
        ("queue: sales", "queue: q", "6: flows.0.nodes.wait.queue: there is no queue q"),
        ("kind: say", "kind: shout", "5: flows.0.nodes.hello.kind: invalid value 'shout'"),
        ("zh: 您好", "fr: x", "5: flows.0.nodes.hello.text: invalid enum value 'fr'"),
        ("next: wait", "next: hello", "5: flows.0.nodes.hello: nothing ends after it"),
        (", zh: 您好", "", "5: flows.0.nodes.hello.text: nothing is said in the language zh"),
        ("start: hello", "start: x", "3: flows.0.start: there is no node x"),
        ("start: hello", "begin: x", "2: flows.0.start: Field required"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, wrong: str, right: str, told: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_folder(with_flow(tmp_path, FLOW.replace(wrong, right)), NOW_MS)
    assert told in str(caught.value).replace("welcome.yaml:1: flows.0.start", "2: flows.0.start")


def test_flows_stand_in_one_place(tmp_path: Path) -> None:
    path = with_flow(tmp_path, FLOW)
    folder(path, more="flows: []\n")
    with pytest.raises(ConfigError, match="the key flows stands in another file too"):
        load_folder(path, NOW_MS)


def test_an_entry_point_names_a_flow_that_is_there(tmp_path: Path) -> None:
    path = with_flow(tmp_path, FLOW)
    entry = "telephony: {entry_points: [{number: '1', queue: sales, flow: other}]}\n"
    folder(path, telephony=entry)
    with pytest.raises(ConfigError, match="there is no flow other"):
        load_folder(path, NOW_MS)


@pytest.mark.parametrize(
    ("day", "hour", "kind"),
    [
        ((2026, 9, 30), 10, "open"),
        ((2026, 9, 30), 22, "closed"),
        ((2026, 10, 1), 10, "holiday"),
        ((2026, 10, 10), 10, "open"),  # a Saturday that is worked for the holidays
        ((2026, 10, 11), 10, "closed"),
    ],
)
def test_what_day_it_is(day: tuple[int, int, int], hour: int, kind: str) -> None:
    calendar = BusinessCalendar.model_validate(
        {
            "id": "office",
            "name": {"en": "Office", "zh": "办公"},
            "zone": "Asia/Shanghai",
            "weekly": {
                name: ["09:00-18:00"]
                for name in ("monday", "tuesday", "wednesday", "thursday", "friday")
            },
            "holidays": {"country": "CN", "makeup_like": "monday"},
        }
    )
    at_ms = int(datetime(*day, hour - 8, tzinfo=UTC).timestamp() * 1000)
    days = DayKinds([calendar])
    assert days.kind("office", at_ms) == kind
    assert days.kind("nowhere", at_ms) is None
