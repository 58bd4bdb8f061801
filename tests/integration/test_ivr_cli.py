"""`callcenter ivr`: a flow played in the terminal by who types."""

import io
import sys
from pathlib import Path

import pytest

from callcenter.cli import main
from tests.tidy.tree import ROOT

DAY_MS = 1_795_399_200_000
"""A Tuesday noon in Shanghai."""


def play(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, *more: str
) -> list[str]:
    """What is shown of the demo's flow, with the help left out."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
    assert main(["ivr", "try", "welcome", "--at-ms", str(DAY_MS), *more]) == 0
    return capsys.readouterr().out.splitlines()[2:]


def test_a_caller_chooses_a_language_and_a_queue(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = play(monkeypatch, capsys, "1\n3\n+20\nagent\n")
    assert shown[0].startswith("(en) Welcome")
    assert shown[3].startswith("(zh) 销售咨询请按1")
    assert "[office: open]" in shown
    assert "[0 s waits in the queue complaints]" in shown
    assert shown[-2].startswith("(zh) 您排在第3位")
    assert shown[-1] == "[20 s the end: queued]"


def test_who_types_nothing_comes_to_a_queue_and_may_hang_up(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = play(monkeypatch, capsys, "\nfail\n\n", "--language", "zh", "--set", "tier=gold")
    assert "waits in the queue sales" in shown[-2]
    assert "the end: gone" in shown[-1]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["nowhere"], "there is no flow nowhere in config/demo; there are: welcome"),
        (["x.yaml"], "lies in the folder flows"),
        (["welcome", "--set", "x"], "--set wants NAME=VALUE, not x"),
        (["welcome", "--config", "nowhere"], "there is no such folder"),
    ],
)
def test_what_cannot_be_played_is_said(
    capsys: pytest.CaptureFixture[str], arguments: list[str], told: str
) -> None:
    assert main(["ivr", "try", *arguments]) == 1
    assert told in capsys.readouterr().err


def test_the_picture_in_the_documents_is_that_of_the_demo(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["ivr", "draw", "welcome"]) == 0
    drawn = capsys.readouterr().out
    assert drawn == (ROOT / "docs" / "screens" / "flow-welcome.svg").read_text(encoding="utf-8")
    file = tmp_path / "welcome.svg"
    assert main(["ivr", "draw", "welcome", "--language", "zh", "--out", str(file)]) == 0
    assert "排队" in file.read_text(encoding="utf-8")
    assert main(["ivr", "draw", "welcome", "--out", str(tmp_path / "no" / "x.svg")]) == 1
    assert "cannot be written" in capsys.readouterr().err
