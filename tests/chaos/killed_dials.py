"""`python -m tests.chaos.killed_dials`: the server dies between a dial permit and the dial, at each of its four points.

A supervisor has customers called back, one after the other, and an agent dials one; for each of them the server dies once
(`tests/chaos/dying_dialler.py`) and is started again. No number may be dialled twice, each call-back must be kept, and the
agent must be free in the end. The phone system is the soft PBX, in this process: it outlives the server.
"""

import asyncio
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from loadtests.call_bench import CONNECTION, KEY, telephony, with_short_wrap_up
from loadtests.clients import AgentClient
from loadtests.http_link import HTTPLink, Json, Unanswered
from loadtests.server_process import DEMO_PASSWORD, ServerProcess, free_port, run_drill
from loadtests.softpbx.exchange import Exchange, Plan
from loadtests.softpbx.people import Temper
from loadtests.softpbx.serving import at_work
from routing import events as ev
from tests.chaos.history import Notes
from tests.chaos.killed_twilio import is_quiet
from tests.chaos.reading import read_all

POINTS = ("permit", "wish", "unsent", "sent")
BY_AGENT = "+493055509"
"""The agent dials this one, and the server dies with nothing but the permit."""

AGENT, DISPOSITION = "anna", "solved"
PATIENCE_S = 150.0
"""For everything that is waited for: the machine may be busy, and nothing here is measured."""

LOOK_S = 0.02


@dataclass(frozen=True, slots=True)
class Outcome:
    """How often each number was dialled, how often the server died, and what is wrong."""

    dialled: Counter[str]
    deaths: int
    problems: list[str]


async def kill_dials(where: Path) -> Outcome:
    """Everything, in a folder of its own."""
    numbers = {f"+49305550{index}": point for index, point in enumerate(POINTS)}
    marks = where / "marks"
    marks.mkdir(parents=True)
    port, door_port = free_port(), free_port()
    dies = {**numbers, BY_AGENT: "permit"}
    server = ServerProcess(
        where / "data",
        port=port,
        launcher=("-m", "tests.chaos.dying_dialler"),
        environment={
            "CC_TELEPHONY": telephony(door_port),
            "CC_DEMO_CONFIG_DIR": str(with_short_wrap_up(where / "config")),
            "CC_DRILL_DIES": ",".join(f"{number}={point}" for number, point in dies.items()),
            "CC_DRILL_MARKS": str(marks),
        },
    )
    async with _soft_pbx(port, door_port) as exchange:
        await server.start(PATIENCE_S)
        restarting = asyncio.create_task(_restart(server))
        try:
            problems = await _play(server, exchange, list(numbers))
        finally:
            restarting.cancel()
            ends = await asyncio.gather(restarting, return_exceptions=True)
            await server.stop()
    problems += [str(one) for one in ends if isinstance(one, Exception)]
    dialled = Counter(exchange.switch.dialled)
    problems += [f"{one} was dialled {dialled[one]} times" for one in numbers if dialled[one] != 1]
    problems += [f"{BY_AGENT} was dialled twice"] if dialled[BY_AGENT] > 1 else []
    problems += await _judged(where / "data")
    return Outcome(dialled, len(list(marks.iterdir())), problems)


async def _judged(data_dir: Path) -> list[str]:
    """What the server has left behind: whoever was to be called ended once, and no call is open."""
    stored = await read_all(data_dir, Notes())
    problems = [str(one) for one in stored.state_problems]
    problems += [f"{one.call_id} is open" for one in stored.calls]
    events = [entry.event for entry in stored.evidence.entries]
    closed = Counter(one.contact_id for one in events if isinstance(one, ev.ContactClosed))
    arrived = [one.contact_id for one in events if isinstance(one, ev.ContactArrived)]
    return problems + [f"{one} ended {closed[one]} times" for one in arrived if closed[one] != 1]


@asynccontextmanager
async def _soft_pbx(port: int, door_port: int) -> AsyncIterator[Exchange]:
    plan = Plan(
        events_url=f"http://127.0.0.1:{port}/telephony/v1/{CONNECTION}/events",
        secret=KEY,
        numbers=(),
        phones={"*": "answers"},
        seed=1,
        temper=Temper(answer_ms=(10, 100)),
    )
    exchange = Exchange(plan)
    async with at_work(exchange, door_port):
        yield exchange


async def _restart(server: ServerProcess) -> None:
    """Whenever it has died."""
    while True:
        await server.until_ended(PATIENCE_S)
        if not server.is_running:
            await server.start(PATIENCE_S)


async def _play(server: ServerProcess, exchange: Exchange, numbers: list[str]) -> list[str]:
    """What did not come to its end."""
    async with HTTPLink(server.url) as link, HTTPLink(server.url) as desk:
        sam, anna = AgentClient(link), AgentClient(desk)
        await sam.log_in("sam", DEMO_PASSWORD)
        await anna.log_in(AGENT, DEMO_PASSWORD)
        sitting, working = asyncio.create_task(anna.run()), asyncio.create_task(_works(anna))
        try:
            for number in numbers:
                path = "/api/v1/queues/support/call-backs"
                made = await link.command("POST", path, {"number": number}, deadline_s=PATIENCE_S)
                call_back_id = made.body["call_back"]["call_back_id"]
                if not await _is_kept(link, call_back_id):
                    return [f"the call-back of {number} was not kept"]
            await _until(lambda: _is_free(anna.desk))
            path = "/api/v1/me/calls"
            dialled = await desk.command("POST", path, {"number": BY_AGENT}, deadline_s=PATIENCE_S)
            if not dialled.is_done:
                return [f"{AGENT} could not dial: {dialled.code}"]
            if not await _is_over(link, dialled.body["contact_id"], exchange):
                return [f"the call to {BY_AGENT} is not over"]
            if not await _until(lambda: _is_free(anna.desk)):
                return [f"{AGENT} is not free: {anna.desk}"]
        finally:
            working.cancel()
            await anna.stop()
            await asyncio.gather(sitting, working, return_exceptions=True)
    return []


async def _works(anna: AgentClient) -> None:
    """Ready, talks for a moment, hangs up and is done."""
    while True:
        await asyncio.sleep(LOOK_S)
        with suppress(Unanswered):
            for card in anna.desk.get("assignments", []):
                if card["state"] == "wrap_up":
                    await anna.wrap_up(card["contact_id"], DISPOSITION)
                elif (card["call"] or {}).get("state") == "talking":
                    await anna.hang_up(card["contact_id"])
            if anna.desk and anna.desk["agent"]["state"] != "ready":
                await anna.set_state("ready")


def _is_free(desk: Json) -> bool:
    """Ready, with nothing in hand."""
    return bool(desk) and desk["agent"]["state"] == "ready" and not desk["assignments"]


async def _is_over(link: HTTPLink, contact_id: str, exchange: Exchange) -> bool:
    """Whether a call comes to its end: in the log, at the server and on the line."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await link.command("GET", f"/api/v1/contacts/{contact_id}")
                is_closed = found.is_done and found.body["interaction"]["closed_at_ms"] is not None
                if is_closed and exchange.open_calls() == 0 and await is_quiet(link.url):
                    return True
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        return False


async def _is_kept(link: HTTPLink, call_back_id: str) -> bool:
    """The customer was talked with. One that waits for its next try is dialled now, as a supervisor would."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                listed = await link.command("GET", "/api/v1/call-backs", deadline_s=PATIENCE_S)
                [row] = [
                    one for one in listed.body["call_backs"] if one["call_back_id"] == call_back_id
                ] or [None]
                if row is None:
                    break
                if row["state"] == "scheduled":
                    path = f"/api/v1/call-backs/{call_back_id}/dial-now"
                    await link.command("POST", path, {}, deadline_s=PATIENCE_S)
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        return False
    ended = await link.command("GET", "/api/v1/call-backs?ended=true")
    return [
        one["state"] for one in ended.body["call_backs"] if one["call_back_id"] == call_back_id
    ] == ["done"]


async def _until(is_so: Callable[[], bool]) -> bool:
    """Whether it came to be so in time."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(LOOK_S)
    except TimeoutError:
        return False
    return True


def main() -> int:
    """The command line."""
    with tempfile.TemporaryDirectory() as folder:
        outcome = run_drill(kill_dials(Path(folder)))
    print(f"{outcome.deaths} deaths; dialled: {dict(outcome.dialled)}")
    for problem in outcome.problems:
        print(problem)
    return 1 if outcome.problems else 0


if __name__ == "__main__":
    sys.exit(main())
