"""The server beside a real Asterisk, with callers and agents' phones that are played by sipp."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from agents.protocol import CallCard
from callcenter.telephony.asterisk.lines import LEG_ID
from callcenter.telephony.asterisk.link import AriLink
from loadtests.rig.asking import ask, channels_of
from loadtests.rig.instance import PASSWORD, USER, Asterisk
from loadtests.rig.sipp import Sipp
from routing.ids import ContactId
from routing.state import Contact
from tests.asterisk.listening import Ear
from tests.integration.live_server import LiveServer, has_offer

CONNECTION = "rig"
SALES, CHOICE = "+4930100", "+4930200"
PATIENCE_S = 40
ANN, BOB, SAM = random.SystemRandom().sample(range(20_000, 30_000), 3)
"""Ports of the agents' phones, the same in all tests: people are prepared once. Below those the system gives away."""

TELEPHONY = """
telephony:
  connections: [{id: rig, control_url: "http://127.0.0.1:9"}]
  entry_points:
    - {number: "+4930100", queue: sales}
    - {number: "+4930200", queue: help, greeting: {en: Hello, zh: 您好}, digit_wait_s: 30, choices: {"1": {language: zh}, "2": {queue: sales}}}
"""
PEOPLE = """
people:
  - {username: ann, display_name: Ann Berg, role: agent, team: north, queues: [sales], capacity: {total: 1, per_channel: {voice: 1, task: 1}}, phone: "%s", language: en}
  - {username: sam, display_name: Sam Okafor, role: supervisor, team: north, queues: [sales], watched_teams: [north], phone: "%s", language: en}
  - {username: bob, display_name: Bob Lund, role: agent, team: north, queues: [sales], capacity: {total: 1, per_channel: {voice: 1}}, phone: "%s", language: en}
"""


class Rig:
    """Server and Asterisk; `phones` are the ports where agents' phones answer."""

    def __init__(self, server: LiveServer, asterisk: Asterisk) -> None:
        self.server = server
        self.asterisk = asterisk

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return once it is like this."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not is_so():  # noqa: ASYNC110 - nobody tells
                    await asyncio.sleep(0.02)
        except TimeoutError as error:
            raise AssertionError(self._as_it_is()) from error

    def _as_it_is(self) -> str:
        """What the book has of every open call."""
        book = self.server.parts.telephony.book
        calls = [book.call_of(one.contact_id) for one in self.contacts()]
        return "\n".join(
            f"{call.done} {call.legs} {call.settled}" for call in calls if call is not None
        )

    @property
    def link(self) -> AriLink:
        """The server's way to Asterisk."""
        link = self.server.parts.telephony.links[CONNECTION]
        assert isinstance(link, AriLink)
        return link

    def transport(self) -> asyncio.Transport:
        """The server's cable to Asterisk."""
        assert self.link._verbs is not None
        connection = self.link._verbs._ari._socket._response.connection
        assert connection is not None
        assert isinstance(connection.transport, asyncio.Transport)
        return connection.transport

    def cut(self) -> None:
        """The cable is cut, and mended."""
        self.transport().abort()

    async def until_connected(self) -> None:
        """The server has its connection, and has looked."""
        await self.until(lambda: self.link.is_connected)

    def contacts(self) -> list[Contact]:
        """Those that are open, in order."""
        return list(self.server.state.contacts.values())

    def card(self, contact_id: str) -> CallCard | None:
        """What its agent's desk shows of a call."""
        return self.server.parts.telephony.book.card(ContactId(contact_id))

    def call_id(self, contact_id: str) -> str:
        """The customer's channel."""
        call = self.server.parts.telephony.book.call_of(ContactId(contact_id))
        assert call is not None
        return call.call_id

    def state_of(self, contact_id: str) -> str:
        """How far a call has come, as its agent's desk shows it."""
        card = self.card(contact_id)
        return "" if card is None else card.state

    def ended(self, contact_id: str) -> str | None:
        """The end cause of a call, as its book has it; None while it is open."""
        call = self.server.parts.telephony.book.call_of(ContactId(contact_id))
        return None if call is None else call.end_cause

    async def over(self, contact_id: str) -> str:
        """The end cause of a call, once it is over and its row says so."""
        calls = self.server.parts.store.calls
        async with asyncio.timeout(PATIENCE_S):
            while True:
                row = await calls.get(ContactId(contact_id))
                if row is not None and row.ended_at_ms is not None:
                    return row.end_cause
                await asyncio.sleep(0.05)

    async def ari(self, path: str) -> Any:  # noqa: ANN401 - JSON
        """What Asterisk itself says."""
        return await ask(self.asterisk, path)

    async def until_nothing_is_left(self) -> None:
        """No channel and no bridge stays behind."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.ari("channels") or await self.ari("bridges"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def offered_leg(self, desk: Any) -> str:  # noqa: ANN401 - a page
        """The channel of the offer a desk shows, once it is there: its id is the offer's."""
        offer_id: str = (await self.offer(desk))["offer_id"]
        async with asyncio.timeout(PATIENCE_S):
            while offer_id not in await self.channels():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        return offer_id

    async def channels(self) -> dict[str, str]:
        """Channels of Asterisk by id, with their states."""
        return await channels_of(self.asterisk)

    async def until_in(self, program: str, channels: set[str]) -> None:
        """Of all channels these are in that application of the dial plan."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.in_program(program) != channels:  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def in_program(self, name: str) -> set[str]:
        """The channels that application has."""
        channels = await self.ari("channels")
        return {one["id"] for one in channels if one["dialplan"]["app_name"] == name}

    def guarded(self) -> set[str]:
        """Customers whom Asterisk takes back when we are away for long."""
        lines = self.link._lines.by_call.values()
        return {one.call_id for one in lines if one.is_guarded}

    async def until_no_leg_is_left(self) -> None:
        """Only customers' channels are there: no leg rings for nobody."""
        async with asyncio.timeout(PATIENCE_S):
            while any(LEG_ID.fullmatch(one) for one in await self.channels()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def offer(self, desk: Any) -> dict[str, Any]:  # noqa: ANN401 - a page
        """The offer a desk shows."""
        frame = await desk.until(has_offer)
        offer: dict[str, Any] = frame["desk"]["offers"][0]
        return offer

    async def talk(self) -> Contact:
        """The one open contact, once its agent and customer hear each other."""
        book = self.server.parts.telephony.book

        def talks() -> bool:
            for contact in self.contacts():
                call = book.call_of(contact.contact_id)
                if call is not None and any(leg.was_bridged for leg in call.legs.values()):
                    return True
            return False

        await self.until(talks)
        return self.contacts()[0]

    async def do(self, agent: str, contact_id: str, verb: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """What an agent asks for at the desk."""
        path = f"/api/v1/contacts/{contact_id}/{verb}"
        answer = await self.server.ask("POST", path, by=agent, body=body or {})
        assert answer.status == 200, answer.body
        return answer.body

    async def hears_music(self, ear: Ear) -> bool:
        """Whether a caller does, without holding up the server."""
        return await asyncio.to_thread(ear.hears_music)

    async def hears_none(self, ear: Ear) -> bool:
        """Whether a caller does not, without holding up the server."""
        return await asyncio.to_thread(ear.hears_silence)

    async def log(self, contact_id: str) -> list[tuple[str, str]]:
        """The stretches of the contact's life, with how each ended, once it is closed."""
        path = f"/api/v1/contacts/{contact_id}"
        async with asyncio.timeout(PATIENCE_S):
            while True:
                answer = await self.server.ask("GET", path, by="sam")
                if answer.status == 200 and answer.body["interaction"]["closed_at_ms"]:
                    return [(one["kind"], one["ended_as"]) for one in answer.body["phases"]]
                await asyncio.sleep(0.05)

    def call(self, number: str = SALES, scenario: str = "caller-wait", **more: int) -> Sipp:
        """A customer calls."""
        return Sipp.caller(scenario, self.asterisk.ports.sip, number, **more)


def settings_of(asterisk: Asterisk, **more: str) -> dict[str, Any]:
    """What the server must be told."""
    system = {
        "kind": "asterisk",
        "control_url": asterisk.ari_url,
        "user": USER,
        "password": PASSWORD,
        "endpoint": "PJSIP/agents/sip:phone@127.0.0.1:{phone}",
        "sounds": f"{asterisk.state}/sounds",
        **more,
    }
    return {"telephony": {CONNECTION: system}}


@asynccontextmanager
async def rig(
    tmp_path: Path,
    asterisk: Asterisk,
    *,
    offer_s: int = 60,
    is_there: bool = True,
    of_sales: str = "",
    flows: str = "",
    people: str = PEOPLE,
    dispositions: str = "",
    **more: str,
) -> AsyncIterator[Rig]:
    """Both, connected. `of_sales` are further rules of the queue, `flows` further lines of the configuration.

    `dispositions` come before the one there is, and every queue has them.
    """
    written = {"more": TELEPHONY + flows}
    server = LiveServer(tmp_path, timing=written, **settings_of(asterisk, **more))
    everything = server.folder / "all.yaml"
    text = everything.read_text(encoding="utf-8")
    text = text.replace("{id: sales, ", f"{{id: sales, {of_sales}", 1)
    for each in re.findall(r"id: (\w+)", dispositions):
        text = text.replace("dispositions: [", f"dispositions: [{each}, ")
    text = text.replace("\ndispositions:\n", f"\ndispositions:\n{dispositions}")
    everything.write_text(text.replace("offer_timeout_s: 60", f"offer_timeout_s: {offer_s}"))
    (server.folder / "people.yaml").write_text(people % (ANN, SAM, BOB), encoding="utf-8")
    async with server:
        stage = Rig(server, asterisk)
        if is_there:
            await stage.until_connected()
        yield stage
