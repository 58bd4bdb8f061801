"""Asterisk, the server and agents at their desks, started together: what every drill over calls stands on."""

import asyncio
import contextlib
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final, Self

from loadtests.call_bench import Floor
from loadtests.clients import AgentClient
from loadtests.http_link import HTTPLink, Json
from loadtests.people import log_in_all, make_agents
from loadtests.rig.asking import bridges_of, channels_of
from loadtests.rig.instance import PASSWORD, USER, Asterisk, Ports
from loadtests.rig.rootfs import ensure_rootfs
from loadtests.server_process import DEMO_PASSWORD, ServerProcess

CONNECTION: Final = "rig"
NUMBER: Final = "+4930100"
QUEUE: Final = "sales"
LOOK_EVERY_S: Final = 0.05
LOG_WRITTEN_S: Final = 2.0
CLEARED_S: Final = 20.0

_CONFIGURATION: Final = """
timing: {{presence_grace_s: 60, customer_gone_s: 60}}
queues:
  - id: {queue}
    name: {{en: Sales, zh: 销售}}
    dispositions: [solved]
    waiting_max: 5000
    offer_timeout_s: {offer_s}
    wrap_up_limit_s: 0
    return_within_s: 600
not_ready_reasons:
  - {{id: signed_in, name: {{en: Signed in, zh: 登录}}, alert_after_s: 600}}
  - {{id: missed, name: {{en: Missed, zh: 未接}}, alert_after_s: 600}}
dispositions: [{{id: solved, name: {{en: Solved, zh: 已解决}}}}]
teams: [{{id: north, name: {{en: North, zh: 北}}}}]
telephony:
  connections: [{{id: {connection}, control_url: "http://127.0.0.1:9"}}]
  entry_points: [{{number: "{number}", queue: {queue}}}]
"""
_PEOPLE: Final = f"""
people:
  - {{username: sam, display_name: Sam, role: supervisor, team: north, queues: [{QUEUE}], watched_teams: [north], language: en}}
  - {{username: ada, display_name: Ada, role: admin, team: north, queues: [{QUEUE}], watched_teams: [north], language: en}}
"""


class DrillFailed(Exception):
    """Something did not come about in time; the text says what."""


async def until(
    is_so: Callable[[], Awaitable[bool]], what: str, *, within_s: float = 60.0
) -> float:
    """Look again and again until it is like this; how long it took, in s. Raises DrillFailed."""
    began_s = time.monotonic()
    while not await is_so():
        if time.monotonic() - began_s > within_s:
            raise DrillFailed(f"{what}: not within {within_s:.0f} s")
        await asyncio.sleep(LOOK_EVERY_S)
    return time.monotonic() - began_s


class VoiceFloor:
    """`phone_of` is what rings an agent of a number, `endpoint` how Asterisk dials it. Ends with its block.

    `at_desks` of the agents are ready at first; all, if not given.
    """

    def __init__(
        self,
        where: Path,
        *,
        agents: int,
        endpoint: str,
        phone_of: Callable[[int], str],
        offer_s: int = 20,
        audio_ports: int = 1_000,
        at_desks: int | None = None,
    ) -> None:
        self.asterisk = Asterisk(ensure_rootfs(), Ports.free(audio_ports))
        folder = where / "configuration"
        folder.mkdir(parents=True)
        text = _CONFIGURATION.format(
            queue=QUEUE, offer_s=offer_s, connection=CONNECTION, number=NUMBER
        )
        (folder / "all.yaml").write_text(text, encoding="utf-8")
        (folder / "people.yaml").write_text(_PEOPLE, encoding="utf-8")
        system = {
            "kind": "asterisk",
            "control_url": self.asterisk.ari_url,
            "user": USER,
            "password": PASSWORD,
            "endpoint": endpoint,
        }
        self.server = ServerProcess(
            where / "data",
            environment={
                "CC_DEMO_CONFIG_DIR": str(folder),
                "CC_TELEPHONY": json.dumps({CONNECTION: system}),
            },
        )
        self.agents = agents
        self._at_desks = agents if at_desks is None else at_desks
        self.cookies: dict[str, str] = {}
        self._phone_of = phone_of
        self._watcher: HTTPLink | None = None

    async def __aenter__(self) -> Self:
        """Everything runs, everybody is ready."""
        try:
            await asyncio.to_thread(self.asterisk.start)
            await self.server.start()
            names = await make_agents(
                self.server.url, self.agents, chat_capacity=0, facts=self._facts
            )
            self.cookies = await log_in_all(self.server.url, names)
            await self.sit_down(last=self._at_desks)
            self._watcher = HTTPLink(self.server.url)
            await AgentClient(self._watcher).log_in("sam", DEMO_PASSWORD)
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._watcher is not None:
            await self._watcher.http.close()
        await self.server.kill()
        await asyncio.to_thread(self.asterisk.stop)

    def _facts(self, number: int) -> Json:
        return {
            "phone": self._phone_of(number),
            "capacity": {"total": 1, "per_channel": {"voice": 1}},
        }

    async def sit_down(self, *, first: int = 0, last: int | None = None) -> None:
        """The consoles of agents, from one number to another, open and say ready."""
        await Floor(self.server, list(self.cookies.values())[first:last]).sit_down()

    async def stop(self) -> None:
        """The server ends politely, once its log of contacts is written."""
        await asyncio.sleep(LOG_WRITTEN_S)
        await self.server.stop()

    async def hang_up_everywhere(self, *, first: int = 0, last: int | None = None) -> None:
        """Agents, from one number to another, end what they have in hand at their desks."""
        for cookie in list(self.cookies.values())[first:last]:
            async with HTTPLink(self.server.url, cookie=cookie) as link:
                desk = (await link.read("/api/v1/me/desk"))["desk"]
                for card in desk["assignments"]:
                    path = f"/api/v1/contacts/{card['contact_id']}/call/hang-up"
                    await link.command("POST", path, {})

    # --- what is seen from outside ---

    async def read(self, path: str) -> Json:
        """What the supervisor's page reads."""
        if self._watcher is None:
            raise DrillFailed("the floor has not begun")
        return await self._watcher.read(path)

    async def contacts(self) -> list[Json]:
        """The open contacts, the oldest first."""
        found: list[Json] = (await self.read(f"/api/v1/queues/{QUEUE}"))["contacts"]
        return found

    async def in_state(self, state: str) -> list[Json]:
        """Those of them in one state, the oldest first."""
        return [one for one in await self.contacts() if one["state"] == state]

    async def busy_agents(self) -> list[str]:
        """Agents who have something in hand, or who are not ready: the name, and in which state."""
        lines = (await self.read("/api/v1/agents"))["agents"]
        return [
            f"{line['display_name']} ({line['state']}: {line['reason_id']};"
            f" {line['capacity_used']} in hand; wrap-up {line['is_in_wrap_up']})"
            for line in lines
            if line["capacity_used"] or line["is_in_wrap_up"] or line["state"] != "ready"
        ]

    async def left_over_at_last(self) -> tuple[int, int]:
        """The same, once it is nothing, or has had its time to become nothing."""

        async def is_nothing() -> bool:
            return await self.left_over() == (0, 0)

        with contextlib.suppress(DrillFailed):
            await until(is_nothing, "nothing is left", within_s=CLEARED_S)
        return await self.left_over()

    async def left_over(self) -> tuple[int, int]:
        """Channels and bridges that Asterisk has."""
        return len(await channels_of(self.asterisk)), len(await bridges_of(self.asterisk))
