"""The stories of ARI, told of the real Asterisk; and how it treats a program that reads too slowly."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, contextmanager
from socket import SOCK_DGRAM
from typing import Any

import pytest
from aiohttp import ClientSession

from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from loadtests.server_process import free_port
from tests.ari_stories import ENDS, STORIES, Stage, Story, end_of_leg

STAYS_MS = 60_000
SCENARIOS: dict[str, tuple[str, dict[str, Any]]] = {
    "answers": ("agent-answer", {"ring": 100, "talk": STAYS_MS}),
    "late": ("agent-answer", {"ring": 4_000, "talk": STAYS_MS}),
    "rings": ("agent-noanswer", {"ring": STAYS_MS}),
    "busy": ("agent-busy", {}),
    "declines": ("agent-decline", {}),
}


class Real:
    """Asterisk, with callers and phones played by sipp."""

    def __init__(self, asterisk: Asterisk) -> None:
        self._asterisk = asterisk
        self.url = asterisk.ari_url

    def customer(self, *, leaves: bool = False) -> AbstractContextManager[object]:
        """Played by sipp."""
        stays_ms = 1_500 if leaves else STAYS_MS
        return Sipp.caller("caller-wait", self._asterisk.ports.sip, "+4930100", wait=stays_ms)

    @contextmanager
    def phone(self, manner: str) -> Iterator[str]:
        """By a scenario of its own; behind a dead one is nobody."""
        if manner == "dead":
            yield f"PJSIP/agents/sip:phone@127.0.0.1:{free_port(SOCK_DGRAM)}"
            return
        scenario, times = SCENARIOS[manner]
        with Sipp(scenario, **times) as phone:
            yield f"PJSIP/agents/sip:phone@127.0.0.1:{phone.port}"


@pytest.fixture
async def stage(shared: Asterisk) -> AsyncIterator[Stage]:
    """As long as the test lasts."""
    async with ClientSession() as http:
        yield Stage(Real(shared), http)


@pytest.mark.parametrize("story", STORIES)
async def test_a_story(stage: Stage, story: Story) -> None:
    await story(stage)
    assert stage.heard, "nothing was told"


@pytest.mark.parametrize("why", ENDS)
async def test_why_a_leg_was_not_answered(stage: Stage, why: str) -> None:
    manner, cause, timeout_s = ENDS[why]
    assert await end_of_leg(stage, manner, timeout_s) == (cause, manner == "rings")
