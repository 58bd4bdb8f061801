"""Events on their way into the store: what comes close together shares a transaction, and nobody is told before it is stored."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

import pytest

from callcenter.ports.calls import CallEvent, CallLog
from callcenter.tasks import owned
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.limits import GATHER_MS
from callcenter.telephony.protocol import EventType, PbxEvent
from tests.unit.callcenter.host.host_stage import LoopClock

if TYPE_CHECKING:
    from callcenter.telephony.book import CallBook

pytestmark = pytest.mark.looptime

COMMIT_MS = 1


class SlowLog:
    """Takes COMMIT_MS for each transaction and remembers which events shared one."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    async def append(self, events: Sequence[CallEvent]) -> list[bool]:
        await asyncio.sleep(COMMIT_MS / 1000)
        self.batches.append([event.event_id for event in events])
        return [True for _ in events]


class SilentBook:
    """Takes everything."""

    def take(self, event: CallEvent, came_s: float | None) -> None: ...


def told(number: int) -> list[PbxEvent]:
    return [PbxEvent(EventType.CALL_RINGS, f"e{number}", "c1", n=number)]


async def test_what_comes_close_together_shares_a_transaction_and_one_alone_never_waits() -> None:
    log, loop = SlowLog(), asyncio.get_running_loop()
    book = cast("CallBook", SilentBook())
    intake = EventIntake("test", cast("CallLog", log), book, LoopClock())

    async def took_ms(number: int) -> float:
        began_s = loop.time()
        await intake.store("pbx", told(number))
        return (loop.time() - began_s) * 1000

    async with owned(intake.run(), "intake"):
        assert await took_ms(1) == pytest.approx(COMMIT_MS)
        assert await took_ms(2) == pytest.approx(GATHER_MS)
        waited = await asyncio.gather(*map(took_ms, (3, 4, 5)))
        assert max(waited) <= GATHER_MS + COMMIT_MS
        assert log.batches == [["e1"], ["e2"], ["e3", "e4", "e5"]]
        await asyncio.sleep(1)
        assert await took_ms(6) == pytest.approx(COMMIT_MS)
