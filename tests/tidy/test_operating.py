"""What operators go by is complete and true: settings, figures, alerts, the dashboard, codes of their commands."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import yaml

from callcenter import VERSION
from callcenter.bootstrap.backups import BackupCode
from callcenter.bootstrap.doctor import DoctorCode
from callcenter.cli import settings_command
from callcenter.observability.figures import FIGURES, PREFIX
from callcenter.settings import Settings
from tests.tidy.tree import ROOT, table_rows

MADE_BY_A_HISTOGRAM = ("_bucket", "_count", "_sum")


def samples() -> set[str]:
    """Every name a rule may use."""
    names = {one.sample for one in FIGURES}
    histograms = [PREFIX + one.name for one in FIGURES if one.kind == "histogram"]
    return names | {name + end for name in histograms for end in MADE_BY_A_HISTOGRAM}


def named_in(expression: str) -> set[str]:
    """The samples of ours an expression asks for."""
    return set(re.findall(rf"\b{PREFIX}\w+", expression))


def rules() -> Iterator[dict[str, Any]]:
    """Every alert."""
    text = (ROOT / "deploy" / "alerts.yml").read_text(encoding="utf-8")
    for group in yaml.safe_load(text)["groups"]:
        yield from group["rules"]


def test_every_setting_has_its_row() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert settings_command.markdown() in text
    assert {one.name for one in settings_command.described()} == set(Settings.model_fields)
    assert all(one.meaning for one in settings_command.described())


def test_every_figure_has_its_row() -> None:
    wanted = [
        [
            f"`{one.sample}`",
            one.kind,
            ", ".join(f"`{label}`" for label in one.labels),
            one.meaning,
        ]
        for one in FIGURES
    ]
    rows = [row for row in table_rows("docs/monitoring.md") if row[0].startswith(f"`{PREFIX}")]
    assert rows == wanted


def test_codes_of_the_commands_are_explained() -> None:
    rows = table_rows("docs/operating.md")
    explained = {code for row in rows for code in re.findall(r"`(\w+)`", row[0])}
    assert {str(code) for code in (*BackupCode, *DoctorCode)} <= explained


def test_alerts_ask_for_what_is_told() -> None:
    found = list(rules())
    assert len(found) >= 15
    assert len({one["alert"] for one in found}) == len(found)
    for rule in found:
        assert named_in(rule["expr"]) <= samples(), rule["alert"]
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert {"summary", "do"} == set(rule["annotations"])
        for path in re.findall(r"docs/[\w-]+\.md", rule["annotations"]["do"]):
            assert (ROOT / path).exists()


def test_the_dashboard_asks_for_what_is_told() -> None:
    board = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text(encoding="utf-8"))
    panels = board["panels"]
    assert len({one["id"] for one in panels}) == len(panels) >= 20
    asked = [target["expr"] for panel in panels for target in panel["targets"]]
    assert all(named_in(one) <= samples() for one in asked)
    assert all(named_in(one) or "process_" in one for one in asked)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len(set(places)) == len(places)


def test_the_version_is_one() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == VERSION
