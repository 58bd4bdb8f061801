"""Callers who hang up at any instant, a small part of `make hangups`: nothing leaks, nobody is stuck, each ends once."""

from pathlib import Path

import pytest

from tests.voice.hangups import Plan, play


@pytest.mark.usefixtures("rootfs")
async def test_callers_who_leave_at_any_instant(tmp_path: Path) -> None:
    figures = await play(Plan(calls=64), tmp_path)
    assert figures["problems"] == []
    assert figures["channels_left"] == figures["bridges_left"] == figures["agents_stuck"] == 0
    assert set(figures["outcomes"]) == {"abandoned", "handled"}
