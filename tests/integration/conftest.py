"""What tests over real sockets start from."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.api_stage import ApiStage, api_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[ApiStage]:
    """A whole API over a memory store."""
    async with api_stage(tmp_path) as started:
        yield started
