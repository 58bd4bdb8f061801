"""Callers who hang up at any instant: at once, while they wait, while it rings, as the agent answers, in conversation.

Agents' phones ring for different times, and some hang up themselves; there are too few of them, so that people wait.
Nothing may be left: no channel and no bridge in Asterisk, nobody stuck, and each contact ended once.
"""

import asyncio
import random
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from loadtests.rig.sipp import Sipp
from loadtests.voice.floor import NUMBER, DrillFailed, VoiceFloor, until
from tests.voice.judging import judged

PHONES: Final = ((100, 2_500), (250, 1_200), (600, 4_000))
"""How long each kind of phone rings and talks, ms."""

WAITS_MS: Final = ((0, 60), (60, 400), (250, 300), (400, 900), (900, 2_500), (2_500, 6_000))
"""Ranges from which the times until callers hang up are drawn, in equal parts."""

GROUP: Final = 8
"""Callers of one process: they hang up after the same time, and meet whatever is going on then."""

CALLS_PER_AGENT_S: Final = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is played."""

    calls: int
    agents: int = 10
    seed: int = 1


def groups(plan: Plan) -> Iterator[tuple[int, int]]:
    """How long callers stay, ms, and how many of them."""
    drawn, left = random.Random(plan.seed), plan.calls
    number = 0
    while left > 0:
        low, high = WAITS_MS[number % len(WAITS_MS)]
        count = min(GROUP, left)
        yield drawn.randint(low, high), count
        left -= count
        number += 1


async def play(plan: Plan, where: Path) -> dict[str, Any]:
    """All of it on one throw-away server; the figures, with `problems` in words. Raises DrillFailed."""
    problems: list[str] = []
    with ExitStack() as hall:
        phones = [
            hall.enter_context(Sipp("agent-answer", ring=ring_ms, talk=talk_ms))
            for ring_ms, talk_ms in PHONES
        ]
        floor = VoiceFloor(
            where,
            agents=plan.agents,
            endpoint="PJSIP/agents/sip:phone@127.0.0.1:{phone}",
            phone_of=lambda number: str(phones[number % len(phones)].port),
        )
        async with floor:
            began_s = time.monotonic()
            await call(plan, floor)
            took_s = time.monotonic() - began_s
            problems += await aftermath(floor)
            channels, bridges = await floor.left_over_at_last()
            stuck = await floor.busy_agents()
            await floor.stop()
    if channels or bridges:
        problems.append(f"left in Asterisk: {channels} channels, {bridges} bridges")
    verdict = await judged(floor.server.data_dir)
    problems += verdict.problems
    if sum(verdict.calls.values()) != plan.calls:
        problems.append(f"{plan.calls} calls were made, known are {verdict.calls}")
    return {
        "calls": plan.calls,
        "agents": plan.agents,
        "seed": plan.seed,
        "seconds": round(took_s, 1),
        "ended_by": verdict.calls,
        "offers_ended": verdict.offers,
        "outcomes": verdict.outcomes,
        "channels_left": channels,
        "bridges_left": bridges,
        "agents_stuck": len(stuck),
        "problems": problems,
    }


async def call(plan: Plan, floor: VoiceFloor) -> None:
    """Everybody calls, a group after the other, as fast as agents can be kept busy and a few wait."""
    gap_s = GROUP / (plan.agents * CALLS_PER_AGENT_S)
    callers: list[Sipp] = []
    try:
        for wait_ms, count in groups(plan):
            to = [f"127.0.0.1:{floor.asterisk.ports.sip}", "-s", NUMBER, "-m", str(count)]
            to += ["-l", str(count), "-r", "4", "-timeout", "60"]
            making = partial(Sipp, "caller-wait", *to, wait=max(1, wait_ms))
            callers.append(await asyncio.to_thread(making))
            await asyncio.sleep(gap_s)
            for one in [one for one in callers if one.is_over]:
                one.stop()
                callers.remove(one)

        async def all_over() -> bool:
            return all(one.is_over for one in callers)

        await until(all_over, "callers are still on the line", within_s=90)
    finally:
        for one in callers:
            one.stop()


async def aftermath(floor: VoiceFloor) -> list[str]:
    """What has not come to its end in good time."""

    async def is_quiet() -> bool:
        return not await floor.contacts() and not await floor.busy_agents()

    try:
        await until(is_quiet, "somebody is stuck", within_s=30)
    except DrillFailed as error:
        states = [str(one["state"]) for one in await floor.contacts()]
        return [f"{error}: contacts {states}, agents {await floor.busy_agents()}"]
    return []
