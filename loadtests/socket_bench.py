"""Figures through real sockets: `python -m loadtests.socket_bench [--json FILE]`.

Two parts. *Contacts*: whole contacts a second (start, offer, accept, two messages, end, wrap-up, every step
acknowledged durably) with real agents and customers, closed-loop: each agent keeps as many customers busy as it can hold.
*Reconnect*: desk sockets that all come back at once after the server was killed and restarted.
On a noisy machine read the shares of processor time beside the figures: where ours is near one core, we are
the limit and not the server.
"""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from loadtests.http_link import Json
from loadtests.people import log_in_all, make_agents
from loadtests.quick_socket import QuickSocket
from loadtests.server_process import REPOSITORY, ServerProcess, run_bench
from loadtests.workload import Shares, Workload, spread_ms

RETRY_S = 0.05
SOCKETS_PER_AGENT_MAX = 20


async def reconnect(server: ServerProcess, cookies: Sequence[str], sockets: int) -> Json:
    """Open all sockets, kill the server, start it again, and see when everybody has the desk back."""
    cookie_of = [cookies[number % len(cookies)] for number in range(sockets)]
    first = await asyncio.gather(*(_open(server.port, cookie) for cookie in cookie_of))
    await server.kill()
    await asyncio.gather(*(socket.closed for socket, _ in first))
    restart_s = await server.start()
    shares = Shares({"server": server.pid})
    ready_s = time.monotonic()
    back = await asyncio.gather(*(_open(server.port, cookie) for cookie in cookie_of))
    took = [at_s - ready_s for _, at_s in back]
    figures = {
        "sockets": sockets,
        "agents": len(set(cookie_of)),
        "restart_ms": round(restart_s * 1000),
        "all_back_ms": round(max(took) * 1000),
        **spread_ms(took),
        **shares.read(),
    }
    for socket, _ in back:
        socket.abort()
    return figures


async def _open(port: int, cookie: str) -> tuple[QuickSocket, float]:
    """A socket with a desk on it; tries until it has one."""
    loop = asyncio.get_running_loop()
    while True:
        try:
            _, socket = await loop.create_connection(
                lambda: QuickSocket(port, cookie), "127.0.0.1", port
            )
            async with asyncio.timeout(30):
                return socket, await asyncio.shield(socket.ready)
        except (OSError, TimeoutError):
            await asyncio.sleep(RETRY_S)


async def measure(arguments: argparse.Namespace) -> Json:
    """Both parts on one throw-away server."""
    where = REPOSITORY / ".build" / "socket-bench" / str(os.getpid())
    server = ServerProcess(where / "data", environment={"CC_CHATS_PER_MINUTE": "1000000"})
    try:
        await server.start()
        names = await make_agents(
            server.url, max(arguments.agents, arguments.socket_agents), chat_capacity=3
        )
        cookies = list((await log_in_all(server.url, names)).values())
        workload = Workload([server.url], cookies[: arguments.agents])
        contacts = await workload.run(
            {"server": server.pid}, at_once=arguments.at_once, seconds=arguments.seconds
        )
        back = [
            await reconnect(server, cookies[: arguments.socket_agents], arguments.sockets)
            for _ in range(arguments.repeats)
        ]
    finally:
        await server.kill()
        shutil.rmtree(where, ignore_errors=True)
    return {"contacts": contacts, "reconnect": back}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.socket_bench", description=__doc__)
    parser.add_argument("--agents", type=int, default=20)
    parser.add_argument(
        "--at-once", type=int, default=40, help="contacts going on at the same time"
    )
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--sockets", type=int, default=1_000)
    parser.add_argument(
        "--socket-agents", type=int, default=100, help="agents the sockets belong to"
    )
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    if arguments.sockets > arguments.socket_agents * SOCKETS_PER_AGENT_MAX:
        parser.error(f"an agent may have {SOCKETS_PER_AGENT_MAX} sockets")
    run_bench(measure(arguments), arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
