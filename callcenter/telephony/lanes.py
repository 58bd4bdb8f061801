"""Commands on their way to one phone system: in order for each call, many calls at once, none waited for.

Theory: each call with commands under way has a lane that delivers one after another, so a slow call holds up no other.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from callcenter.telephony.limits import ORDERS_WAITING_MAX
from callcenter.telephony.ports import Errand, Undelivered
from callcenter.telephony.wanted import UNDELIVERED


class Lanes:
    """The lanes of one phone system. `run` delivers; before it runs, commands wait."""

    def __init__(
        self,
        deliver: Callable[[Errand], Awaitable[str]],
        on_undelivered: Undelivered,
        on_sent: Callable[[Errand], None],
    ) -> None:
        """`deliver` says nothing when the command was taken, else why not. `on_sent` is told before the first try."""
        self._deliver = deliver
        self._on_undelivered = on_undelivered
        self._on_sent = on_sent
        self._lanes: dict[str, deque[Errand]] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self.waiting = 0

    def send(self, errand: Errand) -> None:
        """Put it at the end of its call's lane."""
        if self.waiting >= ORDERS_WAITING_MAX and not errand.order.is_emergency:
            self._on_undelivered(errand.order, UNDELIVERED)
            return
        self.waiting += 1
        lane = self._lanes.get(errand.order.call_id)
        if lane is not None:
            lane.append(errand)
            return
        self._lanes[errand.order.call_id] = deque([errand])
        self._start(errand.order.call_id)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                for call_id in list(self._lanes):
                    self._start(call_id)
                await asyncio.Event().wait()
            finally:
                self._tasks = None

    def _start(self, call_id: str) -> None:
        if self._tasks is not None:
            self._tasks.create_task(self._drain(call_id))

    async def _drain(self, call_id: str) -> None:
        lane = self._lanes[call_id]
        while lane:
            errand = lane[0]
            self._on_sent(errand)
            code = await self._deliver(errand)
            lane.popleft()
            self.waiting -= 1
            if code:
                self._on_undelivered(errand.order, code)
        del self._lanes[call_id]
