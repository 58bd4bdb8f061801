"""The phone system as it runs: switch, people and postman on a real clock, with what happened by hand."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from loadtests.softpbx.agenda import Agenda
from loadtests.softpbx.calls import Json
from loadtests.softpbx.delivery import Postman
from loadtests.softpbx.people import Crowd, Temper
from loadtests.softpbx.stopwatch import Stopwatch
from loadtests.softpbx.switch import PLAY_MS, Switch
from loadtests.softpbx.trouble import Trouble, Way


@dataclass(frozen=True, slots=True)
class Plan:
    """What a phone system is set up for."""

    events_url: str
    secret: str
    numbers: tuple[str, ...]
    phones: dict[str, str]
    seed: int
    name: str = "pbx"
    calls_per_s: float = 0.0
    play_ms: int = PLAY_MS
    temper: Temper = field(default_factory=Temper)
    trouble: Trouble = field(default_factory=Trouble)
    other_events_urls: tuple[str, ...] = ()
    """Doors of the same service, asked when the first does not answer."""


class Exchange:
    """One running phone system."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.agenda = Agenda()
        self.stopwatch = Stopwatch()
        self.postman = Postman(
            plan.events_url,
            plan.secret,
            keeps_order=plan.trouble.is_none,
            seed=plan.seed,
            others=plan.other_events_urls,
        )
        self.postman.on_handed_over = self.stopwatch.events_leave
        self.switch = Switch(self.agenda, self._send, name=plan.name, play_ms=plan.play_ms)
        self.crowd = Crowd(self.switch, plan.temper, plan.seed, plan.phones)
        self._way = Way(plan.trouble, plan.seed + 1)
        self._draw = random.Random(plan.seed + 2)
        self._wake = asyncio.Event()
        self._held_up = 0
        self._newest_ms = 0
        self.on_event: Callable[[Json], None] = lambda _event: None

    def now_ms(self) -> int:
        """The wall clock, never backwards."""
        self._newest_ms = max(self._newest_ms, time.time_ns() // 1_000_000)
        return self._newest_ms

    def touched(self) -> None:
        """Something was done from outside: what is due next may have changed."""
        self._wake.set()

    def command(self, body: Json) -> bool:
        """A command of the server; False when nobody knows the call."""
        self.stopwatch.command_comes(body, time.perf_counter())
        is_known = self.switch.command(body, self.now_ms())
        self.touched()
        return is_known

    async def run(self) -> None:
        """Until cancelled."""
        if self.plan.calls_per_s > 0:
            self.agenda.at(self.now_ms(), self._somebody_calls)
        async with asyncio.TaskGroup() as group:
            group.create_task(self.postman.run())
            group.create_task(self._keep_time())

    async def drain(self, deadline_s: float) -> int:
        """Take no more calls, wait until all are over and told; returns how many are not."""
        self.crowd.may_call = False  # who would call back is not waited for
        end_s = time.monotonic() + deadline_s
        while self.open_calls() or self.owed:
            if time.monotonic() > end_s:
                break
            await asyncio.sleep(0.05)
        return self.open_calls()

    @property
    def owed(self) -> int:
        """Events the server has not taken yet, those that are held up on their way among them."""
        return self.postman.owed + self._held_up

    def open_calls(self) -> int:
        """Calls whose caller is still there."""
        return sum(1 for call in self.switch.calls.values() if not call.is_over)

    def log(self) -> Sequence[Json]:
        """Every call, as the system has it."""
        return [call.line() for call in self.switch.calls.values()]

    def _send(self, event: Json) -> None:
        self.on_event(event)
        now_ms = event["at_ms"]
        for due_ms in self._way.sendings_ms(event, now_ms):
            if due_ms <= now_ms:
                self.postman.put(event)
            else:
                self._held_up += 1
                self.agenda.at(due_ms, lambda _at_ms: self._send_late(event))

    def _send_late(self, event: Json) -> None:
        self._held_up -= 1
        self.postman.put(event)

    def _somebody_calls(self, now_ms: int) -> None:
        if not self.crowd.may_call:
            return
        number = self._draw.choice(self.plan.numbers)
        caller = f"+4930{self._draw.randrange(10**6, 10**7)}"
        self.crowd.somebody_calls(caller, number, now_ms)
        wait_ms = self._draw.expovariate(self.plan.calls_per_s) * 1000
        self.agenda.at(now_ms + max(1, round(wait_ms)), self._somebody_calls)

    async def _keep_time(self) -> None:
        while True:
            self._wake.clear()
            self.agenda.run(self.now_ms())
            due_ms = self.agenda.next_ms()
            wait_s = 60.0 if due_ms is None else max(0.0, (due_ms - self.now_ms()) / 1000)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await self._wake.wait()
