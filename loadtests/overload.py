"""Far more newcomers than the server can carry: `python -m loadtests.overload [--rate 2500] [--json FILE]`.

Open model: newcomers come at their rate whether or not anybody answers, so a server that gets slow gets no relief
from us. Beside them agents serve customers who were there first, and a soft PBX calls: voice is kept. Told at the end:
what newcomers were answered (taken, told to come back, nothing), how long that took, what the conversations beside them
felt, how many calls were answered and how soon a phone rang, how much memory the server took, and how soon after the
flood newcomers are taken again.
"""

import argparse
import asyncio
import json
import os
import shutil
import sys
import time
from collections import Counter
from pathlib import Path

import yaml

from loadtests.call_bench import Floor, a_phone, call_for, telephony, with_short_wrap_up
from loadtests.http_link import Json
from loadtests.people import log_in_all, make_agents
from loadtests.server_process import (
    REPOSITORY,
    ServerProcess,
    cpu_seconds,
    free_port,
    run_bench,
    run_drill,
)
from loadtests.workload import Workload, spread_ms

ANSWER_WITHIN_S = 10.0
CONNECTIONS_MAX = 4_000
CALM_WITHIN_S = 30.0
CALLS_QUEUE = "complaints"
BODY = json.dumps({"name": "N", "email": "", "language": "en", "text": "Hello"}).encode()


class Newcomer(asyncio.Protocol):
    """One connection that asks for one chat at a time; `answer` is the status, 0 when there was none."""

    def __init__(self, request: bytes) -> None:
        self._request = request
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[int] | None = None
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ready to ask."""
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - TCP connections are
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """The head says all; bodies are short and come with it."""
        self._read += data
        head, separator, body = self._read.partition(b"\r\n\r\n")
        if not separator:
            return
        length = next(
            (
                int(line[15:])
                for line in head.split(b"\r\n")
                if line.lower()[:15] == b"content-length:"
            ),
            0,
        )
        if len(body) >= length:
            self._read = b""
            self._done(int(head[9:12]))

    def connection_lost(self, error: Exception | None) -> None:
        """No answer will come."""
        self._transport = None
        self._done(0)

    def _done(self, status: int) -> None:
        answer, self._answer = self._answer, None
        if answer is not None and not answer.done():
            answer.set_result(status)

    async def ask(self) -> int:
        """Ask for a chat; the status of the answer, 0 without one in time."""
        if self._transport is None:
            return 0
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(self._request)
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                return await self._answer
        except TimeoutError:
            self._transport.abort()
            return 0

    @property
    def is_open(self) -> bool:
        """The connection can be used again."""
        return self._transport is not None


class Flood:
    """Newcomers at a rate, over as many connections as it takes."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._free: list[Newcomer] = []
        self._open = 0
        self.statuses: Counter[str] = Counter()
        self.took_s: list[float] = []
        self._request = (
            f"POST /api/v1/chat/widgets/demo/contacts HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
        ).encode() + BODY

    async def run(self, rate_per_s: float, seconds: float) -> None:
        """Let them come; returns when the last has its answer."""
        began_s, count = time.monotonic(), 0
        async with asyncio.TaskGroup() as group:
            while (gone_s := time.monotonic() - began_s) < seconds:
                for _ in range(int(gone_s * rate_per_s) - count):
                    count += 1
                    group.create_task(self._come())
                await asyncio.sleep(0.002)

    async def _come(self) -> None:
        began_s = time.monotonic()
        newcomer = await self._connection()
        status = 0 if newcomer is None else await newcomer.ask()
        if newcomer is not None and newcomer.is_open:
            self._free.append(newcomer)
        elif newcomer is not None:
            self._open -= 1
        self.statuses[str(status) if status else "no answer"] += 1
        if status:
            self.took_s.append(time.monotonic() - began_s)

    async def _connection(self) -> Newcomer | None:
        while self._free:
            newcomer = self._free.pop()
            if newcomer.is_open:
                return newcomer
            self._open -= 1
        if self._open >= CONNECTIONS_MAX:
            return None
        self._open += 1
        try:
            async with asyncio.timeout(ANSWER_WITHIN_S):
                _, newcomer = await asyncio.get_running_loop().create_connection(
                    lambda: Newcomer(self._request), "127.0.0.1", self._port
                )
        except (OSError, TimeoutError):
            self._open -= 1
            return None
        return newcomer

    async def until_taken(self) -> float:
        """Seconds until a newcomer is taken again."""
        began_s = time.monotonic()
        while (gone_s := time.monotonic() - began_s) < CALM_WITHIN_S:
            newcomer = await self._connection()
            if newcomer is not None and await newcomer.ask() == 201:
                return gone_s
            await asyncio.sleep(0.05)
        return CALM_WITHIN_S


def with_calls_apart(target: Path) -> Path:
    """The drill's configuration, with calls in a queue that no newcomer's chat fills; returns the folder."""
    file = with_short_wrap_up(target) / "telephony.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for entry in content["telephony"]["entry_points"]:
        entry["queue"] = CALLS_QUEUE
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return target


def memory_mb(pid: int) -> float:
    """Resident memory (Linux; 0 elsewhere)."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError, ValueError):
        return 0.0
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


async def flood_beside(port: int, rate_per_s: float, seconds: float) -> Json:
    """The flood from a process of its own, so that those who are served are not held up by who makes it."""
    arguments = ["--only-flood", str(port), "--rate", str(rate_per_s), "--seconds", str(seconds)]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "loadtests.overload", *arguments),
        cwd=REPOSITORY,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    told: Json = json.loads(said)
    return told


async def only_flood(port: int, rate_per_s: float, seconds: float) -> Json:
    """What newcomers were told, and how soon after the flood one is taken."""
    flood = Flood(port)
    await flood.run(rate_per_s, seconds)
    return {
        "answers": dict(flood.statuses),
        "answered_after": spread_ms(flood.took_s),
        "taken_again_after_s": round(await flood.until_taken(), 2),
    }


async def measure(arguments: argparse.Namespace) -> Json:
    """Conversations first, then the flood over them."""
    where = REPOSITORY / ".build" / "overload" / str(os.getpid())
    control_port = free_port()
    environment = {
        "CC_CHATS_PER_MINUTE": "100000000",
        "CC_TELEPHONY": telephony(control_port),
        "CC_DEMO_CONFIG_DIR": str(with_calls_apart(where / "configuration")),
    }
    server = ServerProcess(where / "data", environment=environment)
    try:
        await server.start()
        phones = await make_agents(
            server.url, arguments.phones, chat_capacity=0, facts=a_phone, prefix="phone"
        )
        floor = Floor(server, list((await log_in_all(server.url, phones)).values()))
        await floor.sit_down()
        names = await make_agents(server.url, arguments.agents, chat_capacity=3)
        cookies = list((await log_in_all(server.url, names)).values())
        before_mb = memory_mb(server.pid)
        served_s = arguments.seconds + 4.0
        served = asyncio.ensure_future(
            Workload([server.url], cookies).run(
                {"server": server.pid}, at_once=arguments.at_once, seconds=served_s
            )
        )
        calls = asyncio.ensure_future(
            call_for(server, control_port, rate=arguments.calls, seconds=served_s)
        )
        await asyncio.sleep(2.0)
        used_s = cpu_seconds(server.pid)
        newcomers = await flood_beside(server.port, arguments.rate, arguments.seconds)
        share = (cpu_seconds(server.pid) - used_s) / arguments.seconds
        after_mb = memory_mb(server.pid)
        return {
            "newcomers_per_s": arguments.rate,
            "seconds": arguments.seconds,
            **newcomers,
            "memory_mb": {"before": before_mb, "after": after_mb},
            "server_share_of_a_core": round(share, 2),
            "conversations": await served,
            "calls": await calls,
            "load_average": round(os.getloadavg()[0], 1),
        }
    finally:
        await server.kill()
        shutil.rmtree(where, ignore_errors=True)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.overload", description=__doc__)
    parser.add_argument("--rate", type=float, default=2_500.0, help="newcomers per second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument("--at-once", type=int, default=20, help="conversations beside the flood")
    parser.add_argument("--calls", type=float, default=5.0, help="calls per second beside it")
    parser.add_argument("--phones", type=int, default=20, help="agents who take them")
    parser.add_argument("--only-flood", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.only_flood is not None:
        flood = only_flood(arguments.only_flood, arguments.rate, arguments.seconds)
        print(json.dumps(run_drill(flood)))
        return 0
    run_bench(measure(arguments), arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
