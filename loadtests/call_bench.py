"""How soon a webhook event becomes a command: `python -m loadtests.call_bench [--rates 40 100] [--json FILE]`.

A real server, a real soft PBX in a process of its own, agents whose phones answer by themselves. Measured by the
PBX's one clock: from the event handed to the wire to its command at the door (`call.arrived` to `answer`, `leg.answered`
to `bridge`), signatures, commit and two sockets included. Nothing may be lost: every call the PBX has seen must be over, every
event taken, and the queues empty in the end.
"""

import argparse
import asyncio
import base64
import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import yaml

from loadtests.clients import AgentClient
from loadtests.http_link import HTTPLink, Json
from loadtests.people import log_in_all, make_agents
from loadtests.quick_socket import QuickSocket
from loadtests.server_process import (
    REPOSITORY,
    ServerFailed,
    ServerProcess,
    cpu_seconds,
    free_port,
    run_bench,
)

CONNECTION = "demo"
KEY = "whsec_" + base64.b64encode(b"a key of throw-away servers").decode()
NUMBERS = "+4930900200"
FIRST_PHONE = 20_000
STAGES = ("waiting", "offered", "connected", "wrap_up")
DRAINED_WITHIN_S = 30.0
AT_ONCE = 20
READY_WITHIN_S = 10.0
READY_AGAIN_S = 0.05


def telephony(control_port: int) -> str:
    """The value of CC_TELEPHONY both processes get."""
    control_url = f"http://127.0.0.1:{control_port}"
    return json.dumps({CONNECTION: {"keys": [KEY], "control_url": control_url}})


def with_short_wrap_up(target: Path) -> Path:
    """The demo's configuration, in which wrap-up takes a second; returns the folder."""
    shutil.copytree(REPOSITORY / "config" / "demo", target)
    file = target / "queues.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    for queue in content["queues"]:
        queue["wrap_up_limit_s"] = 1
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return target


def a_phone(number: int) -> Json:
    """An agent for calls, one at a time."""
    return {
        "phone": str(FIRST_PHONE + number),
        "capacity": {"total": 1, "per_channel": {"voice": 1}},
    }


class Floor:
    """Agents at their desks, ready; their phones do the rest."""

    def __init__(self, server: ServerProcess, cookies: list[str]) -> None:
        self._server = server
        self._cookies = cookies
        self._sockets: list[QuickSocket] = []

    async def sit_down(self) -> None:
        """Everybody, a few at a time."""
        for first in range(0, len(self._cookies), AT_ONCE):
            await asyncio.gather(*map(self._one, self._cookies[first : first + AT_ONCE]))

    async def _one(self, cookie: str) -> None:
        port = self._server.port
        _, socket = await asyncio.get_running_loop().create_connection(
            lambda: QuickSocket(port, cookie), "127.0.0.1", port
        )
        await socket.ready
        self._sockets.append(socket)
        async with HTTPLink(self._server.url, cookie=cookie) as link:
            agent, end_s = AgentClient(link), time.monotonic() + READY_WITHIN_S
            while not (await agent.set_state("ready")).is_done:
                # The desk may show itself before everybody knows that its agent is there.
                if time.monotonic() > end_s:
                    raise ServerFailed("an agent at the desk cannot be made ready")
                await asyncio.sleep(READY_AGAIN_S)

    async def open_contacts(self) -> int:
        """As the queue board has it."""
        async with HTTPLink(self._server.url, cookie=self._cookies[0]) as link:
            board = await link.read("/api/v1/queues")
        return sum(int(line[stage]) for line in board["queues"] for stage in STAGES)

    def leave(self) -> None:
        """Everybody goes home."""
        for socket in self._sockets:
            socket.abort()


async def call_for(
    server: ServerProcess, control_port: int, *, rate: float, seconds: float
) -> Json:
    """One soft PBX, calling at this rate for so long; its own report, and who used how much of a core."""
    arguments = ["--server", server.url, "--connection", CONNECTION, "--json", "--quick"]
    arguments += [
        "--control-port",
        str(control_port),
        "--numbers",
        NUMBERS,
        "--phones",
        "*=answers",
    ]
    arguments += ["--rate", str(rate), "--seconds", str(seconds), "--seed", "1"]
    began_s, used_s = time.monotonic(), cpu_seconds(server.pid)
    pbx = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "loadtests.softpbx", *arguments),
        cwd=REPOSITORY,
        env={**os.environ, "CC_TELEPHONY": telephony(control_port)},
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        said, _ = await pbx.communicate()
    finally:
        if pbx.returncode is None:
            pbx.kill()
    took_s = time.monotonic() - began_s
    used_s = cpu_seconds(server.pid) - used_s
    report: dict[str, Any] = json.loads(said)
    return {
        "calls_per_s": rate,
        **report,
        "server_share_of_a_core": round(used_s / took_s, 2),
        "server_ms_per_call": round(1000 * used_s / max(1, report["calls"]), 2),
        "load_average": round(os.getloadavg()[0], 1),
    }


async def measure(arguments: argparse.Namespace) -> Json:
    """Every rate on one throw-away server."""
    where = REPOSITORY / ".build" / "call-bench" / str(os.getpid())
    where.mkdir(parents=True)
    control_port = free_port()
    environment = {
        "CC_TELEPHONY": telephony(control_port),
        "CC_DEMO_CONFIG_DIR": str(with_short_wrap_up(where / "configuration")),
    }
    server = ServerProcess(where / "data", environment=environment)
    runs = []
    try:
        await server.start()
        names = await make_agents(server.url, arguments.agents, chat_capacity=0, facts=a_phone)
        floor = Floor(server, list((await log_in_all(server.url, names)).values()))
        await floor.sit_down()
        for rate in arguments.rates:
            run = await call_for(server, control_port, rate=rate, seconds=arguments.seconds)
            end_s = time.monotonic() + DRAINED_WITHIN_S
            still_open = await floor.open_contacts()
            while still_open and time.monotonic() < end_s:
                await asyncio.sleep(0.2)
                still_open = await floor.open_contacts()
            runs.append(run | {"contacts_left_open": still_open})
        floor.leave()
    finally:
        await server.kill()
        if not arguments.keep:
            shutil.rmtree(where, ignore_errors=True)
    return {"agents": arguments.agents, "seconds": arguments.seconds, "runs": runs}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.call_bench", description=__doc__)
    parser.add_argument("--agents", type=int, default=200)
    parser.add_argument("--rates", type=float, nargs="+", default=[40.0, 100.0])
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--keep", action="store_true", help="leave the data directory behind")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = run_bench(measure(arguments), arguments.json)
    lost = sum(
        run["not_over"] + run["events_owed"] + run["contacts_left_open"] for run in figures["runs"]
    )
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
