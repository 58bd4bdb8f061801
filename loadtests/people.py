"""Many agents for a drill: made through the admin API, logged in once, their cookies kept for later runs."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import aiohttp

from loadtests.clients import AgentClient
from loadtests.http_link import HTTPLink, Json, Refused
from loadtests.server_process import DEMO_PASSWORD

AGENT_PASSWORD = "agent-password-of-a-drill"  # noqa: S105 - of throw-away servers on loopback
AT_ONCE = 4
SKILL_LEVEL_MAX = 10


async def make_agents(
    url: str,
    count: int,
    *,
    chat_capacity: int,
    prefix: str = "drill",
    facts: Callable[[int], Json] = lambda _number: {},
) -> list[str]:
    """Create `count` agents who serve every queue and know everything; returns their user names.

    `facts` adds what is particular of the agent of that number: a phone, room for calls.
    """
    names = [f"{prefix}-{number:04}" for number in range(count)]
    async with HTTPLink(url) as link:
        admin = AgentClient(link)
        await admin.log_in("ada", DEMO_PASSWORD)
        configuration = await link.read("/api/v1/configuration")
        bodies = {
            name: _body(name, configuration, chat_capacity) | facts(number)
            for number, name in enumerate(names)
        }
        await _in_turns(names, lambda name: _make(link, bodies[name]))
    return names


def _body(name: str, configuration: Json, chat_capacity: int) -> Json:
    return {
        "username": name,
        "display_name": name.title(),
        "role": "agent",
        "team_id": configuration["teams"][0]["team_id"],
        "queue_ids": [queue["queue_id"] for queue in configuration["queues"]],
        "chat_capacity": chat_capacity,
        "language": "en",
        "password": AGENT_PASSWORD,
        "skills": {skill["skill_id"]: SKILL_LEVEL_MAX for skill in configuration["skills"]},
    }


async def _make(link: HTTPLink, body: Json) -> None:
    answer = await link.command("POST", "/api/v1/users", body)
    if not answer.is_done:
        raise Refused(f"creating {body['username']}: {answer.status} {answer.body}")


async def log_in_all(url: str, names: Sequence[str]) -> dict[str, str]:
    """Log everybody in; user name -> cookie."""
    cookies: dict[str, str] = {}
    connector = aiohttp.TCPConnector(limit=0)

    async def one(name: str) -> None:
        async with HTTPLink(url, connector=connector) as link:
            await AgentClient(link).log_in(name, AGENT_PASSWORD)
            cookies[name] = link.cookie or ""

    try:
        await _in_turns(names, one)
    finally:
        await connector.close()
    return cookies


async def _in_turns(names: Sequence[str], work: Callable[[str], Awaitable[None]]) -> None:
    """A few at a time: hashing passwords is meant to be slow."""
    waiting = iter(names)

    async def worker() -> None:
        for name in waiting:
            await work(name)

    async with asyncio.TaskGroup() as group:
        for _ in range(AT_ONCE):
            group.create_task(worker())
