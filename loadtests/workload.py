"""Whole contacts through real sockets: start, offer, accept, two messages, end, wrap-up, every step acknowledged durably.

Agents answer at once. Customers follow each other, each with the next as soon as it is done (closed-loop: what can be carried),
or come at a rate whether or not anybody answers (open model: how long things take).
"""

import asyncio
import itertools
import random
import statistics
import time
from collections import defaultdict
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any

import aiohttp

from loadtests.clients import AgentClient, CustomerClient
from loadtests.http_link import Answer, HTTPLink, Json, Unanswered
from loadtests.observing import Kind, Seen
from loadtests.server_process import cpu_seconds

WARM_UP_S = 1.0
RETRY_S = 0.05


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
    """Processor time used by us and by others over a stretch of wall-clock time."""

    def __init__(self, pids: Mapping[str, int]) -> None:
        """`pids` of the others by name."""
        self._pids = pids
        self._start = (time.monotonic(), self._used())

    def _used(self) -> dict[str, float]:
        others = {name: cpu_seconds(pid) for name, pid in self._pids.items()}
        return {"client": time.process_time(), **others}

    def read(self) -> Json:
        """Shares of one core since the start."""
        wall_s, before = self._start
        took_s = time.monotonic() - wall_s
        shares = {
            f"{name}_share_of_a_core": round((used_s - before[name]) / took_s, 2)
            for name, used_s in self._used().items()
        }
        return {"seconds": round(took_s, 2), **shares}


class Workload:
    """Agents who answer at once, and customers who follow each other or come at a rate."""

    def __init__(self, urls: Sequence[str], cookies: Sequence[str]) -> None:
        """Agents and customers go to the servers in turn."""
        self._urls = urls
        self._cookies = cookies
        self._took_s: dict[Kind, list[float]] = defaultdict(list)
        self._finished: list[float] = []
        self._offers_seen_after_s: list[float] = []
        self._late_s: list[float] = []
        self._refused = 0
        self._busy: set[tuple[str, str]] = set()
        self._disposition: dict[str, str] = {}
        self._connector = aiohttp.TCPConnector(limit=0)

    def _take(self, seen: Seen) -> None:
        if seen.took_s:
            self._took_s[seen.kind].append(seen.took_s)
        if seen.kind is Kind.WRAP_UP:
            self._finished.append(seen.at_s)

    async def run(
        self, pids: Mapping[str, int], *, at_once: int = 0, per_s: float = 0.0, seconds: float
    ) -> Json:
        """Keep `at_once` contacts going for a while, or let `per_s` come; the figures leave out the warm-up.

        `pids` are those whose processor time is told.
        """
        async with asyncio.TaskGroup() as group:
            agents = [
                await self._agent(group, number, cookie)
                for number, cookie in enumerate(self._cookies)
            ]
            coming = [group.create_task(self._customers(number)) for number in range(at_once)]
            if per_s:
                coming.append(group.create_task(self._arrivals(per_s)))
            await asyncio.sleep(WARM_UP_S)
            for noted in (self._took_s, self._offers_seen_after_s, self._late_s):
                noted.clear()
            self._refused = 0
            started_s, shares = time.monotonic(), Shares(pids)
            await asyncio.sleep(seconds)
            ended_s, used = time.monotonic(), shares.read()
            latencies = {kind.value: spread_ms(took_s) for kind, took_s in self._took_s.items()}
            offers, late = spread_ms(self._offers_seen_after_s), spread_ms(self._late_s)
            for task in coming:
                task.cancel()
            for agent in agents:
                await agent.stop()
        whole = sum(1 for at_s in self._finished if started_s <= at_s <= ended_s)
        await self._connector.close()
        for agent in agents:
            await agent.link.http.close()
        done_per_s = whole / (ended_s - started_s)
        costs = {
            f"{name}_processor_ms_per_contact": _per_contact_ms(
                used[f"{name}_share_of_a_core"], done_per_s
            )
            for name in (*pids, "client")
        }
        return {
            "agents": len(agents),
            **(
                {"asked_per_s": per_s, "came_late_by": late}
                if per_s
                else {"contacts_at_once": at_once}
            ),
            "refused": self._refused,
            "whole_contacts": whole,
            "whole_contacts_per_s": round(done_per_s, 1),
            **costs,
            "offer_seen_after": offers,
            "acknowledged_after": latencies,
            **used,
        }

    async def _arrivals(self, per_s: float) -> None:
        """Customers who come whether or not anybody answers; those under way are broken off with it."""
        drawn, due_s = random.Random(1), time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number in itertools.count():
                due_s += drawn.expovariate(per_s)
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))
                self._late_s.append(time.monotonic() - due_s)
                group.create_task(self._customer(number, 0))

    async def _agent(self, group: asyncio.TaskGroup, number: int, cookie: str) -> AgentClient:
        url = self._urls[number % len(self._urls)]
        agent = AgentClient(HTTPLink(url, cookie=cookie), self._take)
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
            if ("offer", offer["offer_id"]) not in self._busy:
                self._offers_seen_after_s.append(time.time() - offer["made_at_ms"] / 1000)
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
            await self._customer(number, count)

    async def _customer(self, number: int, count: int) -> None:
        url = self._urls[number % len(self._urls)]
        seed = number * 1_000_000 + count
        async with HTTPLink(url, seed=seed, connector=self._connector) as link:
            await self._chat(CustomerClient(link, self._take))

    async def _chat(self, client: CustomerClient) -> None:
        try:
            answer = await client.start("demo", name="B", email="", language="en", text="Hello")
            is_taken = answer.is_done
        except Unanswered:
            # Told all along to ask again: so it is with newcomers while very many come.
            is_taken = False
        if not is_taken:
            self._refused += 1
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
