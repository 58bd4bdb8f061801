"""A server that dies between a dial permit and the dial dials nobody twice, keeps every promise, and frees its agent."""

from pathlib import Path

import pytest

from tests.chaos.killed_dials import POINTS, kill_dials


@pytest.mark.slow
@pytest.mark.timeout(600)
async def test_nobody_is_dialled_twice_and_nobody_forgotten(tmp_path: Path) -> None:
    outcome = await kill_dials(tmp_path)
    assert outcome.problems == []
    assert outcome.deaths == len(POINTS) + 1
