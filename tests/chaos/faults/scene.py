"""A small cast for one fault: a server of its own, an agent or two, a customer or two, and what was found wrong."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from typing import Any, Self

import aiohttp

from loadtests.clients import AgentClient, CustomerClient
from loadtests.http_link import HTTPLink, Json
from loadtests.server_process import ServerProcess
from tests.chaos.history import Notes, Problem
from tests.chaos.judging import judge
from tests.chaos.reading import Stored, read_all
from tests.chaos.run import PROJECTION_S, Template

Scenario = Callable[["Scene"], Awaitable[None]]


class Scene:
    """Use as `async with`; leaving it stops the server and judges the journal."""

    def __init__(self, template: Template, name: str) -> None:
        self.name = name
        self.notes = Notes()
        self.problems: list[Problem] = []
        self.server = ServerProcess(
            template.copy(f"fault-{name}"), environment={"CC_CHATS_PER_MINUTE": "1000000"}
        )
        self.cookies = list(template.cookies.values())
        self._stack = contextlib.AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._checks: list[Callable[[Stored], None]] = []

    async def __aenter__(self) -> Self:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.sleep(PROJECTION_S)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stack.aclose()
        await self.server.stop()
        self.check("Traceback" not in self.server.output(), "the server printed a trace")
        stored = await read_all(self.server.data_dir, self.notes)
        self.problems += judge(stored)
        for check in self._checks:
            check(stored)

    def check(self, is_so: bool, otherwise: str) -> bool:
        """Note a problem unless `is_so`."""
        if not is_so:
            self.problems.append(Problem(self.name, 0, otherwise))
        return is_so

    def afterwards(self, check: Callable[[Stored], None]) -> None:
        """Look at what the stopped server has left behind."""
        self._checks.append(check)

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run something beside the scene until its end."""
        self._tasks.append(asyncio.create_task(work))

    async def link(self, cookie: str | None = None, url: str = "") -> HTTPLink:
        """A caller's way to the server; closed with the scene."""
        link = HTTPLink(
            url or self.server.url, cookie=cookie, connector=aiohttp.TCPConnector(limit=0)
        )
        self._stack.push_async_callback(link.http.close)
        if link.http.connector is not None:
            self._stack.push_async_callback(link.http.connector.close)
        return link

    async def agent(self, number: int = 0, url: str = "", *, is_ready: bool = True) -> AgentClient:
        """An agent at the desk."""
        client = AgentClient(await self.link(self.cookies[number], url), self.notes.take)
        await client.recall()
        self.begin(client.run())
        await client.until(lambda: client.desk_seq >= 0, 10)
        if is_ready:
            answer = await client.set_state("ready")
            self.check(answer.is_done, f"ready was answered {answer.status} {answer.code}")
        return client

    async def customer(self, text: str) -> CustomerClient:
        """A customer who has written the opening line and keeps the socket open."""
        client = CustomerClient(await self.link(), self.notes.take)
        answer = await client.start("demo", name="Wei", email="", language="en", text=text)
        self.check(answer.is_done, f"a chat was answered {answer.status} {answer.code}")
        self.begin(client.run())
        return client

    async def offer_of(self, agent: AgentClient, deadline_s: float = 10) -> Json:
        """The first offer on the agent's desk."""
        self.check(
            await agent.until(lambda: bool(agent.desk.get("offers")), deadline_s), "no offer came"
        )
        offers = agent.desk.get("offers") or [{}]
        return dict(offers[0])

    async def connected(self, agent: AgentClient, text: str) -> CustomerClient:
        """A customer in conversation with the agent."""
        customer = await self.customer(text)
        offer = await self.offer_of(agent)
        answer = await agent.accept(offer["offer_id"])
        self.check(answer.is_done, f"accept was answered {answer.status} {answer.code}")
        await customer.until(lambda: customer.state == "connected", 10)
        return customer

    async def finish(self, agent: AgentClient, contact_id: str) -> None:
        """End and wrap up."""
        ended = await agent.end(contact_id)
        self.check(ended.is_done, f"end was answered {ended.status} {ended.code}")
        wrapped = await agent.wrap_up(contact_id, "information", f"notes of {contact_id}")
        self.check(wrapped.is_done, f"wrap-up was answered {wrapped.status} {wrapped.code}")


async def play(template: Template, name: str, scenario: Scenario) -> list[Problem]:
    """One scenario on a server of its own; returns what was wrong."""
    scene = Scene(template, name)
    try:
        async with scene:
            await scenario(scene)
    except Exception as error:  # noqa: BLE001 - whatever a scenario dies of is its finding
        scene.check(is_so=False, otherwise=f"{type(error).__name__}: {error}")
    return [replace(problem, scene=name) for problem in scene.problems]
