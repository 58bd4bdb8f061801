"""`python -m tests.chaos.killed_twilio --rounds N`: calls over a stand-in of Twilio while the server is killed again and again.

Callers wait, are talked with, hang up at any instant; customers are called back; agents' phones and theirs are answered,
refused or put down. In each round the server gets SIGKILL at a moment drawn from the seed. In the end nobody is left on a
line, on either side, every call that was acknowledged is stored and over, no permit was dialled twice, and every contact
has ended once.
"""

import argparse
import asyncio
import itertools
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from loadtests.call_bench import CONNECTION, STAGES
from loadtests.clients import AgentClient
from loadtests.http_link import HTTPLink
from loadtests.server_process import DEMO_PASSWORD, ServerProcess, run_drill
from loadtests.twilio_provider import FINAL, Call, Provider
from routing import events as ev
from tests.chaos.history import Notes
from tests.chaos.reading import read_all

NUMBER, DISPOSITION = "+4930900200", "solved"
AGENTS = ("anna", "bo", "chen")
CALL_EVERY_S = 0.5
NOBODY = ("", "music", "silence")
"""What is heard as long as nobody speaks."""

CALL_BACK_EVERY_S = 0.5
CALLED_BACK = "+49305551"
"""How the numbers of customers begin who are called back."""

PATIENCE_S = (0.3, 9.0)
ANSWERS_S = (0.02, 0.3)
TALKS_S = (0.1, 1.0)
ROUND_S = (0.2, 1.5)
TALK_WITHIN_S = 30.0
LOOK_S = 0.1
DRAIN_S = 75.0
"""Who hung up while nobody was there to be told is found gone after half a minute."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the rounds have shown. `talks`: calls whose caller heard an agent; `placed`: customers who were called back."""

    calls: int
    placed: int
    talks: int
    problems: list[str]


class _People:
    """Callers and agents of one drill."""

    def __init__(self, provider: Provider, draw: random.Random) -> None:
        self.talked: set[str] = set()
        self._provider = provider
        self._draw = draw
        self._rung: set[str] = set()

    async def until_one_talks(self) -> None:
        """Somebody more hears an agent; on a machine that is too busy for it, nobody is waited for longer than that."""
        count = len(self.talked)
        with suppress(TimeoutError):
            async with asyncio.timeout(TALK_WITHIN_S):
                while len(self.talked) == count:  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(LOOK_S)

    async def call(self) -> None:
        """One after another, until cancelled."""
        async with asyncio.TaskGroup() as lives:
            while True:
                lives.create_task(self._live(self._provider.call(NUMBER, "+4930123456")))
                await asyncio.sleep(CALL_EVERY_S)

    async def _live(self, call: Call) -> None:
        await asyncio.sleep(self._draw.uniform(*PATIENCE_S))
        self._provider.end(call)

    async def answer(self) -> None:
        """Whatever rings is answered, or not; and what talks is put down, or not."""
        async with asyncio.TaskGroup() as hands:
            while True:
                for call in self._provider.live():
                    is_heard = call.hears in ("1001", "1002", "1003")
                    self.talked |= {call.sid} if is_heard else set()
                    rings = call.status == "ringing" and call.direction != "inbound"
                    if rings and call.sid not in self._rung:
                        self._rung.add(call.sid)
                        hands.create_task(self._lift(call))
                await asyncio.sleep(LOOK_S / 5)

    async def _lift(self, call: Call) -> None:
        await asyncio.sleep(self._draw.uniform(*ANSWERS_S))
        if call.status != "ringing":
            return
        if self._draw.random() < 0.15:
            self._provider.end(call, "busy", "603")
            return
        self._provider.pick_up(call)
        while call.status == "in-progress" and call.hears in NOBODY:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(LOOK_S / 5)
        await asyncio.sleep(self._draw.uniform(*TALKS_S))
        if _is_placed(call) or self._draw.random() < 0.5:
            self._provider.end(call)


@asynccontextmanager
async def _agent(url: str, name: str) -> AsyncIterator[None]:
    """Always there: ready, and done with each wrap-up at once."""
    async with HTTPLink(url) as link:
        agent = AgentClient(link)
        await agent.log_in(name, DEMO_PASSWORD)

        async def works() -> None:
            while True:
                await asyncio.sleep(LOOK_S)
                for card in agent.desk.get("assignments", []):
                    if card["state"] == "wrap_up":
                        await agent.wrap_up(card["contact_id"], DISPOSITION)
                if agent.desk and agent.desk["agent"]["state"] != "ready":
                    await agent.set_state("ready")

        tasks = [asyncio.create_task(agent.run()), asyncio.create_task(works())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def kill_rounds(where: Path, rounds: int, seed: int) -> Outcome:
    """Everything, in a folder of its own."""
    draw = random.Random(seed)
    async with Provider(CONNECTION) as provider:
        setting = json.dumps({CONNECTION: provider.system()})
        server = ServerProcess(where / "data", environment={"CC_TELEPHONY": setting})
        provider.server_url = lambda: server.url
        await server.start()
        try:
            talked = await _play(provider, server, draw, rounds)
        finally:
            await server.stop()
        problems = await _judged(where / "data", provider)
        inbound = sum(1 for one in provider.calls.values() if one.direction == "inbound")
        return Outcome(inbound, len(_placed(provider)), len(talked), problems)


async def _play(
    provider: Provider, server: ServerProcess, draw: random.Random, rounds: int
) -> set[str]:
    """Calls whose caller heard an agent."""
    people = _People(provider, draw)
    answering = asyncio.create_task(people.answer())
    calling = asyncio.create_task(people.call())
    promising = asyncio.create_task(_promise(server.url))
    try:
        async with _agent(server.url, AGENTS[0]), _agent(server.url, AGENTS[1]):
            for _ in range(rounds):
                await people.until_one_talks()
                await asyncio.sleep(draw.uniform(*ROUND_S))
                await server.kill()
                await server.start()
            await asyncio.sleep(ROUND_S[1])
            calling.cancel()
            promising.cancel()
            for call in provider.live():
                if call.direction == "inbound":
                    provider.end(call)
            async with asyncio.timeout(DRAIN_S):
                while provider.live() or not await is_quiet(server.url):  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(LOOK_S)
    except TimeoutError:
        return people.talked  # what is left is judged
    finally:
        for task in (answering, calling, promising):
            task.cancel()
        await asyncio.gather(answering, calling, promising, return_exceptions=True)
    return people.talked


async def _promise(url: str) -> None:
    """One customer after another is to be called back, until cancelled."""
    async with HTTPLink(url) as link:
        await AgentClient(link).log_in("sam", DEMO_PASSWORD)
        for number in itertools.count(10):
            body = {"number": f"{CALLED_BACK}{number}"}
            await link.command("POST", "/api/v1/queues/support/call-backs", body)
            await asyncio.sleep(CALL_BACK_EVERY_S)


def _is_placed(call: Call) -> bool:
    """Whether it is a customer who is called back."""
    return call.to.startswith(CALLED_BACK)


def _placed(provider: Provider) -> list[Call]:
    return [one for one in provider.calls.values() if _is_placed(one)]


async def is_quiet(url: str) -> bool:
    """No call is open, nobody is about to be called, and nobody wraps up."""
    async with HTTPLink(url) as link:
        await AgentClient(link).log_in("sam", DEMO_PASSWORD)
        board = await link.read("/api/v1/queues")
        promised = (await link.read("/api/v1/call-backs"))["call_backs"]
        metrics = await link.http.get(f"{url}/metrics")
        lines = (await metrics.text()).splitlines()
    is_busy = any(line[stage] for line in board["queues"] for stage in STAGES)
    is_busy |= any(one["state"] != "scheduled" for one in promised)
    return not is_busy and "callcenter_open_calls 0.0" in lines


async def _judged(data_dir: Path, provider: Provider) -> list[str]:
    """What is wrong; nothing, if all is well."""
    problems = [
        f"{one.sid} to {one.to} is still {one.status}, {one.hears}" for one in provider.live()
    ]
    taken = {
        one.sid for one in provider.calls.values() if one.direction == "inbound" and one.documents
    }
    stored = await read_all(data_dir, Notes(), call_ids=sorted(taken))
    problems += [str(one) for one in stored.state_problems]
    rows = {row.call_id: row for row in stored.calls}
    problems += [f"{sid} was taken and is not stored" for sid in taken - rows.keys()]
    problems += [f"{row.call_id} is open" for row in rows.values() if row.ended_at_ms is None]
    events = [entry.event for entry in stored.evidence.entries]
    arrived = {one.contact_id for one in events if isinstance(one, ev.ContactArrived)}
    closed = Counter(one.contact_id for one in events if isinstance(one, ev.ContactClosed))
    problems += [f"{one} ended {closed[one]} times" for one in arrived if closed[one] != 1]
    rung = Counter(one.url for one in provider.calls.values() if one.direction != "inbound")
    asked = Counter(one.url for one in _placed(provider))
    problems += [f"{url} was dialled {count} times" for url, count in asked.items() if count > 1]
    legs = [one for one in provider.calls.values() if one.direction != "inbound"]
    talked = [one for one in legs if one.said and not _is_placed(one)]
    problems += [f"{one.sid} was spoken to" for one in talked]
    problems += [
        f"{url} was answered {count} times"
        for url, count in _answers(provider).items()
        if count > 1
    ]
    problems += [f"no leg was rung for {len(taken)} calls"] if taken and not rung else []
    return problems


def _answers(provider: Provider) -> Counter[str]:
    """How many calls of each leg were put through to a conference."""
    through = [
        one
        for one in provider.calls.values()
        if one.direction != "inbound" and any("<Conference" in text for text in one.documents)
    ]
    return Counter(one.url for one in through if one.status in FINAL)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos.killed_twilio", description=__doc__
    )
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_drill(kill_rounds(Path(folder), arguments.rounds, arguments.seed))
    print(
        f"{outcome.calls} calls, {outcome.placed} call-backs, {outcome.talks} talked, {arguments.rounds} kills"
    )
    for problem in outcome.problems:
        print(problem)
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
