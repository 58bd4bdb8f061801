"""What tests over real sockets start from."""

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from callcenter.cli import loops
from tests.integration.api_stage import ApiStage, api_stage
from tests.integration.live_server import dial_patiently


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], AbstractEventLoop]]:
    """The loop the product lives on."""
    return {"product": loops.new_loop}


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is about dialling runs out because a machine is slow."""
    dial_patiently(monkeypatch)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[ApiStage]:
    """A whole API over a memory store."""
    async with api_stage(tmp_path) as started:
        yield started
