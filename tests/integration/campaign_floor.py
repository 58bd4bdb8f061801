"""A campaign as its supervisor and one agent work with it, over whatever phone system the server has."""

import asyncio
from typing import Any

from callcenter.ports.campaigns import Entry
from crm_link.outbound.model import EntryState
from tests.integration.live_server import PATIENCE_S, LiveServer
from tests.looking import pause

PLAN = {
    "name": "Teapots",
    "queue_id": "sales",
    "mode": "preview",
    "pack_id": "ftc",
    "from_minute": 480,
    "until_minute": 1260,
    "attempts_max": 2,
    "gap_minutes": 60,
    "per_number_day": 3,
    "ring_s": 25,
    "script_en": "Good day, this is the teapot shop.",
    "script_zh": "您好! 这里是茶壶商店。",
    "results": {"solved": "done"},
}


class CampaignFloor:
    """Sam runs a campaign, Ann calls."""

    def __init__(self, server: LiveServer) -> None:
        self.server = server

    async def ask(self, call: str, by: str, body: object = None, status: int = 200) -> Any:  # noqa: ANN401 - JSON
        """`call` is a method and a path; the answer's body."""
        method, path = call.split()
        answer = await self.server.ask(method, f"/api/v1/{path}", by=by, body=body)
        assert answer.status == status, answer.body
        return answer.body

    async def begin(self, *numbers: str, **plan: object) -> None:
        """A campaign that runs, in a window that is open all over its zone."""
        text = "number,name,zone,consent\n" + "".join(
            f"{one},Kim Roe,{zone_of_day(self.server)},2020-01-02\n" for one in numbers
        )
        made = await self.ask(
            "POST campaigns", "sam", {"campaign_id": "tea", "plan": PLAN | plan}, 201
        )
        assert made["state"] == "draft"
        taken = await self.ask(
            "POST campaigns/tea/lists", "sam", {"name": "tea.csv", "text": text}, 201
        )
        assert (taken["taken"], taken["faults"]) == (len(numbers), [])
        turn = {"based_on": 1, "state": "running"}
        await self.ask("POST campaigns/tea/state", "sam", turn)

    async def next(self) -> Any:  # noqa: ANN401 - JSON
        return (await self.ask("POST campaigns/tea/next", "ann", {}))["entry"]

    async def dial(self, entry_id: str) -> Any:  # noqa: ANN401 - JSON
        return await self.ask("POST campaigns/tea/dial", "ann", {"entry_id": entry_id})

    async def skip(self, entry_id: str, reason: str) -> Any:  # noqa: ANN401 - JSON
        body = {"entry_id": entry_id, "reason": reason}
        return await self.ask("POST campaigns/tea/skip", "ann", body)

    async def wrapped_up(self, contact_id: str, disposition_id: str = "solved") -> None:
        body = {"disposition_id": disposition_id, "notes": "Two teapots"}
        await self.ask(f"POST contacts/{contact_id}/wrap-up", "ann", body)

    async def held(self) -> Any:  # noqa: ANN401 - JSON
        """What Ann is called for, once it is known."""
        async with asyncio.timeout(PATIENCE_S):
            while not (entries := (await self.ask("GET me/campaigns", "ann"))["entries"]):
                await pause()
        return entries[0]

    async def entry(self, entry_id: str, *states: EntryState) -> Entry:
        """The entry once it is in one of these states."""
        rows = self.server.parts.store.campaigns
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = await rows.entry("tea", entry_id)
                assert found is not None
                if found.state in states:
                    return found
                await pause()

    async def evidence(self) -> list[Any]:
        """Every permit, once the rows stand where the journal does."""
        parts = self.server.parts
        async with asyncio.timeout(PATIENCE_S):
            await parts.reading.interaction_log.wait_for(self.server.state.seq)
        return (await self.ask("GET campaigns/tea/evidence", "sam"))["attempts"]  # type: ignore[no-any-return]


def zone_of_day(server: LiveServer) -> str:
    """A zone in which it is about noon now."""
    hour = server.parts.clock.now_ms() // 3_600_000 % 24
    return f"Etc/GMT{hour - 12:+d}"
