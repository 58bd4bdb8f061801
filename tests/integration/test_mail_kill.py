"""A server that is killed between a mail's last line and its 250 loses none and makes none twice."""

from pathlib import Path

import pytest

from tests.chaos.killed_mails import kill_rounds


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_what_was_taken_is_there_once_however_the_server_died(tmp_path: Path) -> None:
    outcome = await kill_rounds(tmp_path, rounds=3, seed=3)
    assert outcome.problems == []
    assert outcome.kills >= 3
    assert outcome.unheard > 0
