"""Record a log of calls once, then deliver it in another order, as often as wanted.

A recording is one working day in which everything comes in order. A delivery of it knows no order: of all calls, and
inside a call, events overtake each other, come late and come again. One thing holds, because it holds in the world: what the
phone system did because it was asked to cannot be told before it was asked.
"""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import looptime

from loadtests.softpbx.agenda import Agenda
from loadtests.softpbx.calls import Json
from loadtests.softpbx.switch import Switch
from tests.shuffle.centre import HOUR_MS, Centre, End
from tests.shuffle.stories import STORIES, Players, Story
from tests.shuffle.tape import DeskAct, Tape, Taped

STEP_S = 0.05
CALL_EVERY_S = 0.3
AT_DESK_S = 2.0
"""How long a desk shows something before the agent does the next thing."""
DELAY_S_MAX = 1.9
"""Less than the server waits for a missing number: what comes later is lost to it, not late."""
START_WINDOW_S = 5.0
COPIES = 0.3
COPY_LATER_S_MAX = 10.0
OVER_WITHIN_S = 300.0
SOON_S = 0.01

T = TypeVar("T")


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Run on a loop that jumps to its next timer."""
    loop = looptime.new_event_loop(noop_cycles=0)
    try:
        return loop.run_until_complete(work)
    finally:
        loop.close()


@asynccontextmanager
async def running(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Have this run meanwhile."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def cast_of(calls: int) -> list[Story]:
    """One story after the other, from the start again."""
    return [STORIES[number % len(STORIES)] for number in range(calls)]


class Recorder:
    """The day as it was: the phone system of the drills against the server, everything in order."""

    def __init__(self, cast: Sequence[Story]) -> None:
        self.tape = Tape()
        self.cast = cast
        self._agenda = Agenda()
        self._arrivals: asyncio.Queue[Json] = asyncio.Queue()
        self._switch = Switch(self._agenda, self._told)
        self._players = Players(self._switch)
        self.centre = Centre([story.is_staffed for story in cast], self._asked)

    def _told(self, event: Json) -> None:
        self.tape.event(event)
        self._arrivals.put_nowait(event)

    def _asked(self, body: Json) -> None:
        self.tape.command(body)
        self._switch.command(body, self.centre.now_ms())

    async def record(self) -> tuple[Tape, list[Json]]:
        """Play the whole day; returns the tape and the phone system's own log."""
        async with running(self.centre.run()), running(self._deliver()), running(self._desks()):
            for number, story in enumerate(self.cast, 1):
                self._players.call(f"+1{number}", f"+49{number}", story, self.centre.now_ms())
                await self._pass_time(CALL_EVERY_S)
            left_s = OVER_WITHIN_S
            while left_s > 0 and any(not call.is_over for call in self._switch.calls.values()):
                await self._pass_time(STEP_S)
                left_s -= STEP_S
            await self._pass_time(5.0)
        self.centre.finish_wrap_ups()
        return self.tape, [call.line() for call in self._switch.calls.values()]

    async def _pass_time(self, seconds: float) -> None:
        for _ in range(round(seconds / STEP_S)):
            await asyncio.sleep(STEP_S)
            self._agenda.run(self.centre.now_ms())

    async def _deliver(self) -> None:
        while True:
            await self.centre.deliver(await self._arrivals.get())

    async def _desks(self) -> None:
        """Every agent does what the story says, some time after the desk has come to show it."""
        left = {f"pbx-{n}": list(story.desk) for n, story in enumerate(self.cast, 1) if story.desk}
        since_s: dict[str, float] = {}
        wanted = {"accept": "ringing", "unhold": "held"}
        while left:
            await asyncio.sleep(STEP_S)
            for call_id, verbs in list(left.items()):
                if self.centre.shown(call_id) != wanted.get(verbs[0], "talking"):
                    since_s.pop(call_id, None)
                    continue
                since_s[call_id] = since_s.get(call_id, 0.0) + STEP_S
                if since_s[call_id] >= AT_DESK_S:
                    verb, after_n = verbs.pop(0), self.centre.acted_on(call_id)
                    self.tape.acts[call_id].append(DeskAct(call_id, verb, after_n))
                    if not await self.centre.desk(call_id, verb):
                        raise AssertionError(f"{call_id}: {verb} cannot be done")
                    since_s.pop(call_id)
                    if not verbs:
                        del left[call_id]


class Delivery:
    """The same day once more, out of order; everything drawn from one seed."""

    def __init__(self, tape: Tape, cast: Sequence[Story], seed: int) -> None:
        self.tape = tape
        self.delivered = 0
        self.undone: list[str] = []
        self._draw = random.Random(seed)
        self._asked: set[str] = set()
        self._moved = {call_id: asyncio.Event() for call_id in tape.events}
        self.centre = Centre([story.is_staffed for story in cast], self._order)

    def _order(self, body: Json) -> None:
        self._asked.add(body["command_id"])
        self._moved[body["call_id"]].set()

    async def _until(self, call_id: str, is_so: Callable[[], bool]) -> None:
        """Wait for something the server does, for a bounded time."""
        moved = self._moved[call_id]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(OVER_WITHIN_S):
                while not is_so():
                    moved.clear()
                    await moved.wait()

    async def _until_acted_on(self, call_id: str, n: int) -> None:
        await self._until(call_id, lambda: self.centre.acted_on(call_id) >= n)

    async def _until_asked(self, call_id: str, commands: Sequence[str]) -> None:
        """A call that is over asks for nothing more: what is left is of no matter, and comes all the same."""
        needed = set(commands)
        await self._until(
            call_id, lambda: needed <= self._asked or self.centre.acted_on(call_id) >= HOUR_MS
        )

    async def play(self) -> dict[str, End]:
        """Deliver everything; returns how each call ended."""
        async with running(self.centre.run()):
            async with asyncio.TaskGroup() as group:
                for call_id, events in self.tape.events.items():
                    group.create_task(self._call(group, call_id, events))
                    group.create_task(self._desk(call_id))
            await asyncio.sleep(5.0)
        self.centre.finish_wrap_ups()
        return {call_id: await self.centre.end_of(call_id) for call_id in self.tape.events}

    async def _call(self, group: asyncio.TaskGroup, call_id: str, events: Sequence[Taped]) -> None:
        """Hand over each event as soon as it could have happened, plus whatever the way takes."""
        await asyncio.sleep(self._draw.uniform(0, START_WINDOW_S))
        commands = self.tape.commands[call_id]
        for taped in events:
            await self._until_asked(call_id, commands[: taped.needs])
            delays_s = [self._draw.uniform(0, DELAY_S_MAX)]
            while self._draw.random() < COPIES:
                delays_s.append(self._draw.uniform(0, COPY_LATER_S_MAX))
            for delay_s in delays_s:
                group.create_task(self._hand_over(taped.event, delay_s))

    async def _hand_over(self, event: Json, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        self.delivered += 1
        await self.centre.deliver(event)
        # The server acts on it in a task of its own.
        asyncio.get_running_loop().call_later(SOON_S, self._moved[event["call_id"]].set)

    async def _desk(self, call_id: str) -> None:
        """What was done at the desk is done again once the server has come as far as it had then."""
        for act in self.tape.acts[call_id]:
            await self._until_acted_on(call_id, act.after_n)
            if not await self.centre.desk(call_id, act.verb):
                self.undone.append(f"{call_id}: {act.verb}")


def record(calls: int) -> tuple[Tape, dict[str, End], list[Json]]:
    """The tape of so many calls, how each ended at the server, and the phone system's log."""

    async def work() -> tuple[Tape, dict[str, End], list[Json]]:
        recorder = Recorder(cast_of(calls))
        tape, log = await recorder.record()
        return tape, {one: await recorder.centre.end_of(one) for one in tape.events}, log

    return in_virtual_time(work())


def deliver(tape: Tape, calls: int, seed: int) -> tuple[dict[str, End], Delivery]:
    """One delivery of the tape out of order."""

    async def work() -> tuple[dict[str, End], Delivery]:
        delivery = Delivery(tape, cast_of(calls), seed)
        return await delivery.play(), delivery

    return in_virtual_time(work())
