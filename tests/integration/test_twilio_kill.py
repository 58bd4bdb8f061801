"""A server that is killed while calls come over Twilio leaves nobody on a line and loses no call."""

from pathlib import Path

import pytest

from tests.chaos.killed_twilio import kill_rounds


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_calls_outlive_a_server_that_is_killed(tmp_path: Path) -> None:
    outcome = await kill_rounds(tmp_path, rounds=2, seed=3)
    assert outcome.problems == []
    assert outcome.talks
