"""Our engine and Asterisk's app_queue beside each other: `python -m loadtests.voice.bench [--json FILE]`.

One Asterisk, one set of phones, the same callers by SIP on both sides, one after the other; whoever looks on is the same
for both, and goes by Asterisk's clock. Three questions: how soon does the phone of an agent who has hung up ring again while callers
wait; does the line stay short at 22 calls a second of 2 s on 50 agents; what does a bridged call cost, and is anything left.
"""

import argparse
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from loadtests.http_link import Json
from loadtests.rig.instance import Asterisk
from loadtests.rig.rootfs import RigError
from loadtests.rig.sipp import Sipp
from loadtests.server_process import cpu_seconds, free_port, run_drill, tell_figures
from loadtests.voice.events import Sightings, watching
from loadtests.voice.floor import NUMBER, DrillFailed, VoiceFloor, until

OURS: Final = "callcenter"
THEIRS: Final = "app_queue"
THEIR_NUMBER: Final = "+4930777"
RING_MS: Final = 20
TALK_MS: Final = 2_000
PATIENCE_MS: Final = 120_000
MORE_THAN_SERVED: Final = 1.4
THIRDS: Final = 3

_PHONE: Final = """
[{name}](leg)
context = from-agent
aors = {name}
[{name}]
type = aor
contact = sip:{name}@127.0.0.1:{port}
"""
_QUEUE: Final = """
[bench]
strategy = rrmemory
ringinuse = no
retry = 1
timeout = 20
wrapuptime = 0
autofill = yes
joinempty = yes
"""
_NUMBER: Final = f"""
[from-caller](+)
exten => {THEIR_NUMBER},1,Answer()
 same => n,Queue(bench,c,,,300)
 same => n,Hangup()
"""


def phone_name(number: int) -> str:
    """The endpoint of an agent's phone."""
    return f"bench-{number:04}"


def furnish(asterisk: Asterisk, agents: int, more: int, *, port: int) -> None:
    """An endpoint for each phone, which our engine and app_queue ring alike, and the latter's queue; `more` are ours alone."""
    phones = "".join(_PHONE.format(name=phone_name(one), port=port) for one in range(agents + more))
    members = "".join(f"member => PJSIP/{phone_name(one)}\n" for one in range(agents))
    for name, text in (
        ("pjsip", phones),
        ("queues", _QUEUE + members),
        ("extensions", _NUMBER),
    ):
        with (asterisk.folder / "etc" / f"{name}.conf").open("a", encoding="utf-8") as file:
            file.write(text)


class Bench:
    """The parts of one run."""

    def __init__(self, floor: VoiceFloor, phones: Sipp, agents: int) -> None:
        """`agents`: how many of them serve both sides."""
        self.agents = agents
        self.floor = floor
        self.phones = phones

    def callers(self, number: str, count: int, rate: float) -> Sipp:
        """So many calls, so many a second."""
        to = [f"127.0.0.1:{self.floor.asterisk.ports.sip}", "-s", number, "-m", str(count)]
        to += ["-l", str(count), "-r", str(round(rate * 10)), "-rp", "10000"]
        return Sipp("caller-wait", *to, wait=PATIENCE_MS)

    async def run(self, number: str, count: int, rate: float) -> tuple[Sightings, float]:
        """Until all calls are through; what was seen, and how long it took, in s."""
        async with watching(self.floor.asterisk) as seen:
            began_s = time.monotonic()
            with self.callers(number, count, rate) as sipp:

                async def is_over() -> bool:
                    return sipp.is_over

                await until(is_over, f"{count} calls", within_s=count / rate + PATIENCE_MS / 1000)
            took_s = time.monotonic() - began_s
            await self.until_idle()
        return seen, took_s

    async def until_idle(self) -> None:
        """Nobody is on the line."""
        channels, bridges = await self.floor.left_over_at_last()
        if channels or bridges:
            raise DrillFailed(f"left in Asterisk: {channels} channels, {bridges} bridges")

    async def burst(self, number: str, calls: int) -> Json:
        """More callers than the agents can serve: how soon a phone that is free rings again while they wait."""
        agents_per_s = self.agents * 1000 / (TALK_MS + RING_MS)
        seen, took_s = await self.run(number, calls, agents_per_s * MORE_THAN_SERVED)
        waits = seen.next_rings()
        return {
            "calls": calls,
            "answered": seen.answered,
            "seconds": round(took_s, 1),
            "free_to_next_ring": figures(waits),
        }

    async def steady(self, number: str, rate: float, seconds: float) -> Json:
        """A rate that the agents can just carry: does the line grow?"""
        seen, took_s = await self.run(number, round(rate * seconds), rate)
        begins, ends = seen.arrivals[0], max(seen.arrivals)
        third = (ends - begins) / THIRDS
        means = [
            mean_waiting(seen, begins + at * third, begins + (at + 1) * third)
            for at in range(THIRDS)
        ]
        within = [count for at_ms, count in seen.waiting() if at_ms <= ends]
        return {
            "calls": len(seen.arrivals),
            "calls_per_s": rate,
            "answered": seen.answered,
            "seconds": round(took_s, 1),
            "waiting_mean_by_thirds": means,
            "waiting_max": max(within),
        }

    async def cost(self, rate: float, seconds: float) -> Json:
        """Our engine alone, nobody looks on: processor time for each call, and what is left."""
        floor, count = self.floor, round(rate * seconds)
        pids = {OURS: floor.server.pid, "asterisk": floor.asterisk.pid, "sipp": self.phones.pid}
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        answered_before = await self._today("answered_today")
        began_s = time.monotonic()
        with self.callers(NUMBER, count, rate) as sipp:

            async def is_over() -> bool:
                return sipp.is_over

            await until(is_over, f"{count} calls", within_s=seconds + PATIENCE_MS / 1000)
        took_s = time.monotonic() - began_s
        used = {name: cpu_seconds(pid) - before[name] for name, pid in pids.items()}
        channels, bridges = await floor.left_over_at_last()
        answered = await self._today("answered_today") - answered_before
        return {
            "calls": count,
            "calls_per_s": rate,
            "bridged": answered,
            "bridged_per_s": round(answered / took_s, 1),
            "seconds": round(took_s, 1),
            "cpu_ms_per_call": {name: round(1000 * one / count, 2) for name, one in used.items()},
            "channels_left": channels,
            "bridges_left": bridges,
            "contacts_left": len(await floor.contacts()),
        }

    async def _today(self, figure: str) -> int:
        board = await self.floor.read("/api/v1/queues")
        return sum(int(line[figure]) for line in board["queues"])


def figures(waits: list[float]) -> Json:
    """How they are spread, in ms."""
    if len(waits) < 2:
        return {"count": len(waits)}
    cuts = statistics.quantiles(waits, n=100, method="inclusive")
    return {
        "count": len(waits),
        "p50_ms": round(cuts[49], 1),
        "p95_ms": round(cuts[94], 1),
        "max_ms": round(max(waits), 1),
    }


def mean_waiting(seen: Sightings, from_ms: float, to_ms: float) -> float:
    """How many waited on the average, by time."""
    area, count, since = 0.0, 0, from_ms
    for at_ms, following in [*seen.waiting(), (to_ms, 0)]:
        until_ms = min(max(at_ms, from_ms), to_ms)
        area += count * (until_ms - since)
        since, count = until_ms, following
    return round(area / (to_ms - from_ms), 1)


async def measure(asked: argparse.Namespace, where: Path) -> Json:
    """All three questions. Raises DrillFailed, RigError."""
    port = free_port(socket.SOCK_DGRAM)
    floor = VoiceFloor(
        where,
        agents=max(asked.agents, asked.rate_agents),
        at_desks=asked.agents,
        endpoint="PJSIP/{phone}",
        phone_of=phone_name,
        audio_ports=5_000,
    )
    furnish(floor.asterisk, asked.agents, floor.agents - asked.agents, port=port)
    told: Json = {
        "agents": asked.agents,
        "agents_for_bridged": floor.agents,
        "ring_ms": RING_MS,
        "talk_ms": TALK_MS,
        "load_average": round(os.getloadavg()[0], 1),
        "callers_wait": {},
        "steady": {},
    }
    with ExitStack() as stack:
        phones = stack.enter_context(Sipp("agent-answer", port=port, ring=RING_MS, talk=TALK_MS))
        async with floor:
            bench = Bench(floor, phones, asked.agents)
            for name, number in ((OURS, NUMBER), (THEIRS, THEIR_NUMBER)):
                told["callers_wait"][name] = await bench.burst(number, asked.burst)
                say(name, told["callers_wait"][name])
                told["steady"][name] = await bench.steady(number, asked.steady_rate, asked.steady_s)
                say(name, told["steady"][name])
            await floor.sit_down(first=asked.agents)
            told["bridged"] = await bench.cost(asked.rate, asked.seconds)
    return told


def say(name: str, found: Json) -> None:
    """A word between the parts: the whole takes a quarter of an hour."""
    print(f"{name}: {json.dumps(found)}", file=sys.stderr, flush=True)


def misses(told: Json) -> list[str]:
    """Goals that were not met, in words."""
    ours, steady = told["callers_wait"][OURS]["free_to_next_ring"], told["steady"][OURS]
    bridged = told["bridged"]
    first, *_, last = steady["waiting_mean_by_thirds"]
    goals = {
        f"free to next ring p50 {ours['p50_ms']} ms, goal 20": ours["p50_ms"] <= 20,
        f"free to next ring p95 {ours['p95_ms']} ms, goal 60": ours["p95_ms"] <= 60,
        f"the line grew from {first} to {last}": last <= first + 2,
        f"{bridged['bridged']} of {bridged['calls']} calls bridged": bridged["bridged"]
        == bridged["calls"],
        f"{bridged['cpu_ms_per_call'][OURS]} ms of our processor time a call, goal 10": (
            bridged["cpu_ms_per_call"][OURS] <= 10
        ),
        "something is left": not (
            bridged["channels_left"] + bridged["bridges_left"] + bridged["contacts_left"]
        ),
    }
    return [text for text, is_met in goals.items() if not is_met]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.voice.bench", description=__doc__)
    parser.add_argument("--agents", type=int, default=50)
    parser.add_argument(
        "--burst", type=int, default=300, help="callers who come faster than they can be served"
    )
    parser.add_argument("--steady-rate", type=float, default=22.0, help="calls a second")
    parser.add_argument("--steady-s", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=26.0, help="bridged calls a second")
    parser.add_argument("--rate-agents", type=int, default=100, help="agents for these")
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    where = Path(tempfile.mkdtemp(prefix="voice-"))
    try:
        told = run_drill(measure(asked, where))
    except (RigError, DrillFailed) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(where, ignore_errors=True)
    told["missed"] = misses(told)
    tell_figures(told, asked.json)
    return 1 if told["missed"] else 0


if __name__ == "__main__":
    sys.exit(main())
