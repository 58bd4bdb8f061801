"""Figures through real sockets: `python -m loadtests.socket_bench [--json FILE]`.

Two parts. *Contacts*: whole contacts a second (start, offer, accept, two messages, end, wrap-up, every step
acknowledged durably) with real agents and customers, closed-loop: each agent keeps as many customers busy as it can hold.
*Reconnect*: desk sockets that all come back at once after the server was killed and restarted.
On a noisy machine read the shares of processor time beside the figures: where ours is near one core, we are
the limit and not the server.
"""

import argparse
import asyncio
import json
import os
import shutil
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import aiohttp

from loadtests.clients import AgentClient, CustomerClient
from loadtests.http_link import Answer, HTTPLink, Json
from loadtests.observing import Kind, Seen
from loadtests.people import log_in_all, make_agents
from loadtests.quick_socket import QuickSocket
from loadtests.server_process import REPOSITORY, ServerProcess, cpu_seconds, run_drill

WARM_UP_S = 1.0
RETRY_S = 0.05
SOCKETS_PER_AGENT_MAX = 20


def spread_ms(seconds: Sequence[float]) -> Json:
    """Median, 99th percentile and maximum in ms."""
    if not seconds:
        return {"count": 0}
    ordered = sorted(seconds)
    p99 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]
    return {
        "count": len(ordered),
        "p50_ms": round(statistics.median(ordered) * 1000, 1),
        "p99_ms": round(p99 * 1000, 1),
        "max_ms": round(ordered[-1] * 1000, 1),
    }


class Shares:
    """Processor time used by us and by the server over a stretch of wall-clock time."""

    def __init__(self, server_pid: int) -> None:
        self._pid = server_pid
        self._start = (time.monotonic(), time.process_time(), cpu_seconds(server_pid))

    def read(self) -> Json:
        """Shares of one core since the start."""
        wall, ours, theirs = self._start
        took_s = time.monotonic() - wall
        return {
            "seconds": round(took_s, 2),
            "client_share_of_a_core": round((time.process_time() - ours) / took_s, 2),
            "server_share_of_a_core": round((cpu_seconds(self._pid) - theirs) / took_s, 2),
        }


class Workload:
    """Agents who answer at once and customers who follow each other."""

    def __init__(self, url: str, cookies: Sequence[str]) -> None:
        self._url = url
        self._cookies = cookies
        self._took_s: dict[Kind, list[float]] = defaultdict(list)
        self._finished: list[float] = []
        self._busy: set[tuple[str, str]] = set()
        self._disposition: dict[str, str] = {}
        self._connector = aiohttp.TCPConnector(limit=0)

    def _take(self, seen: Seen) -> None:
        if seen.took_s:
            self._took_s[seen.kind].append(seen.took_s)
        if seen.kind is Kind.WRAP_UP:
            self._finished.append(seen.at_s)

    async def run(self, server_pid: int, *, at_once: int, seconds: float) -> Json:
        """Keep `at_once` contacts going for a while; the figures leave out the warm-up."""
        async with asyncio.TaskGroup() as group:
            agents = [await self._agent(group, cookie) for cookie in self._cookies]
            customers = [group.create_task(self._customers(number)) for number in range(at_once)]
            await asyncio.sleep(WARM_UP_S)
            self._took_s.clear()
            started_s, shares = time.monotonic(), Shares(server_pid)
            await asyncio.sleep(seconds)
            ended_s, used = time.monotonic(), shares.read()
            latencies = {kind.value: spread_ms(took_s) for kind, took_s in self._took_s.items()}
            for task in customers:
                task.cancel()
            for agent in agents:
                await agent.stop()
        whole = sum(1 for at_s in self._finished if started_s <= at_s <= ended_s)
        await self._connector.close()
        for agent in agents:
            await agent.link.http.close()
        per_s = whole / (ended_s - started_s)
        return {
            "agents": len(agents),
            "contacts_at_once": at_once,
            "whole_contacts": whole,
            "whole_contacts_per_s": round(per_s, 1),
            "server_processor_ms_per_contact": _per_contact_ms(
                used["server_share_of_a_core"], per_s
            ),
            "client_processor_ms_per_contact": _per_contact_ms(
                used["client_share_of_a_core"], per_s
            ),
            "acknowledged_after": latencies,
            **used,
        }

    async def _agent(self, group: asyncio.TaskGroup, cookie: str) -> AgentClient:
        agent = AgentClient(HTTPLink(self._url, cookie=cookie), self._take)
        await agent.recall()
        if not self._disposition:
            configuration = await agent.link.read("/api/v1/configuration")
            for queue in configuration["queues"]:
                self._disposition[queue["queue_id"]] = queue["disposition_ids"][0]
        agent.on_desk = lambda: self._work(group, agent)
        group.create_task(agent.run())
        await agent.until(lambda: agent.desk_seq >= 0, 30)
        await agent.set_state("ready")
        return agent

    def _work(self, group: asyncio.TaskGroup, agent: AgentClient) -> None:
        for offer in agent.desk["offers"]:
            self._once(group, ("offer", offer["offer_id"]), agent.accept(offer["offer_id"]))
        for card in agent.desk["assignments"]:
            key = (card["state"], card["contact_id"])
            if card["state"] == "connected":
                self._once(group, key, agent.reply(card["contact_id"], "How can I help?"))
            else:
                disposition = self._disposition[card["queue_id"]]
                self._once(group, key, agent.wrap_up(card["contact_id"], disposition))

    def _once(
        self, group: asyncio.TaskGroup, key: tuple[str, str], work: Coroutine[Any, Any, Answer]
    ) -> None:
        if key in self._busy:
            work.close()
            return
        self._busy.add(key)
        group.create_task(work)

    async def _customers(self, number: int) -> None:
        """One customer after the other."""
        count = 0
        while True:
            count += 1
            seed = number * 1_000_000 + count
            async with HTTPLink(self._url, seed=seed, connector=self._connector) as link:
                await self._chat(CustomerClient(link, self._take))

    async def _chat(self, client: CustomerClient) -> None:
        answer = await client.start("demo", name="B", email="", language="en", text="Hello")
        if not answer.is_done:
            await asyncio.sleep(RETRY_S)
            return
        async with asyncio.TaskGroup() as group:
            group.create_task(client.run())
            try:
                await client.until(lambda: len(client.transcript) >= 2 or client.is_closed, 30)
                await client.say("Thanks, that is all")
                await client.until(lambda: client.owed == 0 or client.is_closed, 30)
                await client.end()
                await client.until(lambda: client.is_closed, 30)
            finally:
                await client.stop()


def _per_contact_ms(share: float, per_s: float) -> float | None:
    return round(share * 1000 / per_s, 2) if per_s else None


async def reconnect(server: ServerProcess, cookies: Sequence[str], sockets: int) -> Json:
    """Open all sockets, kill the server, start it again, and see when everybody has the desk back."""
    cookie_of = [cookies[number % len(cookies)] for number in range(sockets)]
    first = await asyncio.gather(*(_open(server.port, cookie) for cookie in cookie_of))
    await server.kill()
    await asyncio.gather(*(socket.closed for socket, _ in first))
    restart_s = await server.start()
    shares = Shares(server.pid)
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
        workload = Workload(server.url, cookies[: arguments.agents])
        contacts = await workload.run(
            server.pid, at_once=arguments.at_once, seconds=arguments.seconds
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
    figures = run_drill(measure(arguments))
    print(json.dumps(figures, indent=2))
    if arguments.json is not None:
        arguments.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
