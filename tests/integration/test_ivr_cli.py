"""`callcenter ivr`: a flow played in the terminal by who types."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import io
import sys
from pathlib import Path

import pytest

from callcenter.cli import main
from callcenter.telephony.asterisk.sounds import sound_name
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
        (["nowhere"], "there is no flow nowhere in config/demo; there are: satisfaction, welcome"),
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


def tool(folder: Path, name: str, script: str) -> None:
    """A program of this name, first on the path."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    file.chmod(0o755)


ESPEAK = 'while [ "$1" != "-w" ]; do shift; done; cat > "$2"'
SOX = 'eval last=\\${$(($# - 2))}; { cat "$1"; echo " $*"; } > "$last"'


def test_sound_files_are_made_once_and_named_after_their_content(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, out = tmp_path / "tools", tmp_path / "out"
    tools.mkdir()
    tool(tools, "espeak-ng", ESPEAK)
    tool(tools, "sox", SOX)
    monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
    command = ["ivr", "prompts", "--out", str(out)]
    assert main(command) == 0
    files = sorted(out.iterdir())
    said = f"{len(files)} of {len(files)} sound files were made"
    assert said in capsys.readouterr().out
    name = sound_name("谢谢，您的订单号是{order_number}。", "zh")
    assert not (out / f"{name}.wav").exists()
    closed = sound_name("今天是法定节假日，您的投诉将由技术支持记录。", "zh")
    made = (out / f"{closed}.wav").read_text(encoding="utf-8")
    assert made.startswith("今天是法定节假日")
    assert "-r 8000 -c 1 -b 16" in made
    files[0].unlink()
    assert main(command) == 0
    assert f"1 of {len(files)} sound files" in capsys.readouterr().out
    assert main([*command, "--format", "ulaw"]) == 0
    assert "u-law" in (out / f"{closed}-ulaw.wav").read_text(encoding="utf-8")
    assert len(list(out.iterdir())) == 2 * len(files)


def test_a_tool_that_fails_or_is_not_there_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tools, out = tmp_path / "tools", tmp_path / "out"
    tools.mkdir()
    monkeypatch.setenv("PATH", str(tools))
    command = ["ivr", "prompts", "--out", str(out)]
    assert main(command) == 1
    assert "apt-get install espeak-ng sox" in capsys.readouterr().err
    tool(tools, "espeak-ng", "echo no voice >&2; exit 3")
    tool(tools, "sox", "exit 1")
    assert main(command) == 1
    assert "espeak-ng failed: no voice" in capsys.readouterr().err
    assert list(out.iterdir()) == []
    file = tmp_path / "file"
    file.write_text("")
    assert main([*command[:-1], str(file / "out")]) == 1
    assert "cannot be written" in capsys.readouterr().err
