"""Fifty random times of a day: the live board, the API, SQL and the journal say the same."""

from pathlib import Path

import pytest

from tests.recount.recount import recount


@pytest.mark.slow
async def test_live_api_sql_and_journal_agree_on_fifty_random_intervals(tmp_path: Path) -> None:
    report = await recount(tmp_path, seed=7, hours=3, intervals=50)
    assert report.differences == []
    assert report.intervals == 50
    assert report.counted > 1_000
