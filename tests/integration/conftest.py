"""What tests over real sockets start from."""

from asyncio import AbstractEventLoop
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from callcenter.cli import loops
from routing import campaign_booking, dialling
from tests.integration.api_stage import ApiStage, api_stage
from tests.integration.live_server import PATIENT_PERMIT_MS


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], AbstractEventLoop]]:
    """The loop the product lives on."""
    return {"product": loops.new_loop}


@pytest.fixture(autouse=True)
def patient_permits(monkeypatch: pytest.MonkeyPatch) -> None:
    """No permit to dial runs out, and nobody who has answered counts as left alone, because a machine is slow."""
    monkeypatch.setattr(dialling, "PERMIT_MS", PATIENT_PERMIT_MS)
    monkeypatch.setattr(campaign_booking, "TAKEN_IN_TIME_MS", PATIENT_PERMIT_MS)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[ApiStage]:
    """A whole API over a memory store."""
    async with api_stage(tmp_path) as started:
        yield started
