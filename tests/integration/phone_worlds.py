"""Phone systems of three kinds with their people, as a test sees them: what callers hear, and phones that ring.

Behind all is the same port, so the same stories must come out alike (`test_phone_systems.py`).
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import (
    AbstractContextManager,
    asynccontextmanager,
    contextmanager,
    nullcontext,
)
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import patch

from callcenter.telephony.asterisk import limits as asterisk_limits
from callcenter.telephony.asterisk.link import AriLink
from loadtests import asterisk_stand_in
from loadtests.asterisk_stand_in import StandIn
from loadtests.server_process import free_port
from loadtests.softpbx.calls import LegState
from loadtests.softpbx.exchange import Exchange, Plan
from loadtests.softpbx.serving import at_work
from loadtests.twilio_provider import Provider
from routing.ids import ContactId
from tests import looking
from tests.integration.live_server import LiveServer
from tests.integration.scripted_pbx import KEY, PEOPLE, TELEPHONY

Thing = Any
"""A call, a leg: each world has its own."""

AGENT, MUSIC, SILENCE = "agent", "music", ""


class World(Protocol):
    """One phone system. A caller or a phone is named by what `call` and `ring` return."""

    server: LiveServer

    def call(self, to: str = "100") -> Thing:
        """A customer calls."""

    def leave(self, call: Thing) -> None:
        """The caller hangs up."""

    def press(self, call: Thing, digits: str) -> None:
        """The caller presses keys, which must be waited for."""

    def heard_by(self, call: Thing) -> str:
        """What the caller hears: `music`, `agent`, or nothing that is told apart here."""

    def is_asked(self, call: Thing) -> bool:
        """Whether keys are waited for."""

    def rung(self, phone: str) -> list[Thing]:
        """The legs that have rung this phone, in order."""

    def pick_up(self, leg: Thing) -> None:
        """The agent answers."""

    def put_down(self, leg: Thing) -> None:
        """The agent declines, or hangs up."""

    def spoiled(self, phone: str, manner: str) -> AbstractContextManager[None]:
        """The phone is `busy` or `dead`; as long as the block lasts one without a sign of life is given up soon."""

    def live(self) -> int:
        """Calls and legs that are not over."""

    def touch(self) -> None:
        """Something was done by hand."""


class SoftPbx:
    """The soft PBX, which talks the protocol of docs/telephony-protocol.md."""

    def __init__(self, server: LiveServer, exchange: Exchange) -> None:
        self.server = server
        self._exchange = exchange
        self._switch = exchange.switch

    def call(self, to: str = "100") -> Thing:
        call = self._switch.dial("+4930123456", to, self._exchange.now_ms())
        self.touch()
        return call

    def leave(self, call: Thing) -> None:
        self._switch.caller_leaves(call, self._exchange.now_ms())

    def press(self, call: Thing, digits: str) -> None:
        self._switch.press(call, digits, self._exchange.now_ms())

    def heard_by(self, call: Thing) -> str:
        if call.talking_to:
            return MUSIC if call.is_held else SILENCE if call.is_muted else AGENT
        return MUSIC if call.sound == MUSIC else SILENCE

    def is_asked(self, call: Thing) -> bool:
        return bool(call.gathers)

    def rung(self, phone: str) -> list[Thing]:
        return [one for one in self._switch.legs.values() if one.to == phone]

    def pick_up(self, leg: Thing) -> None:
        self._switch.pick_up(leg, self._exchange.now_ms())

    def put_down(self, leg: Thing) -> None:
        self._switch.put_down(leg, self._exchange.now_ms())

    def spoiled(self, phone: str, manner: str) -> AbstractContextManager[None]:
        self._exchange.crowd.phones[phone] = manner
        return nullcontext()

    def live(self) -> int:
        legs = [one for one in self._switch.legs.values() if one.state is not LegState.ENDED]
        return self._exchange.open_calls() + len(legs)

    def touch(self) -> None:
        self._exchange.touched()


class Twilio:
    """A stand-in of Twilio."""

    def __init__(self, server: LiveServer, provider: Provider) -> None:
        self.server = server
        self.provider = provider

    def call(self, to: str = "100") -> Thing:
        return self.provider.call(to)

    def leave(self, call: Thing) -> None:
        self.provider.end(call)

    def press(self, call: Thing, digits: str) -> None:
        call.keys.put_nowait(digits)

    def heard_by(self, call: Thing) -> str:
        return AGENT if call.hears.startswith("10") else MUSIC if call.hears == MUSIC else SILENCE

    def is_asked(self, call: Thing) -> bool:
        return bool(call.hears == "gather")

    def rung(self, phone: str) -> list[Thing]:
        return [
            one
            for one in self.provider.calls.values()
            if one.to == phone and one.status not in ("queued", "busy")
        ]

    def pick_up(self, leg: Thing) -> None:
        self.provider.pick_up(leg)

    def put_down(self, leg: Thing) -> None:
        is_up = leg.status == "in-progress"
        self.provider.end(leg, "completed" if is_up else "busy", "" if is_up else "603")

    def spoiled(self, phone: str, manner: str) -> AbstractContextManager[None]:
        self.provider.manners[phone] = {"busy": "busy", "dead": "failed"}[manner]
        return nullcontext()

    def live(self) -> int:
        return len(self.provider.live())

    def touch(self) -> None:
        return


class Asterisk:
    """A stand-in of Asterisk."""

    def __init__(self, server: LiveServer, asterisk: StandIn) -> None:
        self.server = server
        self.asterisk = asterisk

    def call(self, to: str = "100") -> Thing:
        return self.asterisk.call(to)

    def leave(self, call: Thing) -> None:
        self.asterisk.leave(call)

    def press(self, call: Thing, digits: str) -> None:
        self.asterisk.press(call, digits)

    def heard_by(self, call: Thing) -> str:
        heard = self.asterisk.heard_by(call)
        return heard if heard in {MUSIC, SILENCE} else AGENT

    def is_asked(self, call: Thing) -> bool:
        link = self.server.parts.telephony.links["pbx"]
        assert isinstance(link, AriLink)
        line = link._lines.by_call.get(call.id)
        return line is not None and line.gather is not None

    def rung(self, phone: str) -> list[Thing]:
        return [one for one in self.asterisk.legs if one.phone == phone]

    def pick_up(self, leg: Thing) -> None:
        self.asterisk.pick_up(leg)

    def put_down(self, leg: Thing) -> None:
        self.asterisk.put_down(leg)

    @contextmanager
    def spoiled(self, phone: str, manner: str) -> Iterator[None]:
        self.asterisk.phones[phone] = manner
        # Only here: a phone that rings gives its sign in its own time.
        with patch.object(asterisk_limits, "PROGRESS_MS", 200):
            yield

    def live(self) -> int:
        return len(self.asterisk.channels)

    def touch(self) -> None:
        return


async def until(world: World, is_so: Callable[[], Thing]) -> Thing:
    """What it says, once it is something."""

    def look() -> Thing:
        world.touch()
        return is_so()

    return await looking.until(look)


async def over(world: World, contact_id: str) -> str:
    """Why the call ended, once no call is open any more, on either side."""
    parts = world.server.parts
    await until(world, lambda: parts.telephony.book.open_count == 0 and world.live() == 0)
    row = await parts.store.calls.get(ContactId(contact_id))
    return "" if row is None else row.end_cause


def _server(
    tmp_path: Path, system: dict[str, Any], port: int = 0, of_sales: str = ""
) -> LiveServer:
    server = LiveServer(tmp_path, timing={"more": TELEPHONY}, telephony={"pbx": system}, port=port)
    if of_sales:
        file = server.folder / "all.yaml"
        text = file.read_text(encoding="utf-8")
        ruled = text.replace("{id: sales, ", f"{{id: sales, {of_sales}, ", 1)
        file.write_text(ruled, encoding="utf-8")
    (server.folder / "people.yaml").write_text(PEOPLE, encoding="utf-8")
    return server


@asynccontextmanager
async def soft_pbx(tmp_path: Path) -> AsyncIterator[SoftPbx]:
    """The server and the soft PBX, everybody's phones in the test's hand."""
    port = free_port()
    plan = Plan(
        events_url=f"http://127.0.0.1:{port}/telephony/v1/pbx/events",
        secret=KEY,
        numbers=("100",),
        phones={"*": "hand"},
        seed=5,
        play_ms=1,
    )
    exchange = Exchange(plan)
    async with at_work(exchange, 0) as door_port:
        system = {"keys": [KEY], "control_url": f"http://127.0.0.1:{door_port}"}
        async with _server(tmp_path, system, port) as server:
            yield SoftPbx(server, exchange)


@asynccontextmanager
async def twilio(tmp_path: Path, of_sales: str = "") -> AsyncIterator[Twilio]:
    """The server and the stand-in of Twilio; `of_sales` are further rules of the queue."""
    async with (
        Provider() as provider,
        _server(tmp_path, provider.system(), of_sales=of_sales) as server,
    ):
        provider.server_url = lambda: server.server.url
        yield Twilio(server, provider)


@asynccontextmanager
async def asterisk(tmp_path: Path) -> AsyncIterator[Asterisk]:
    """The server and the stand-in of Asterisk."""
    async with StandIn() as stand_in:
        system = {
            "kind": "asterisk",
            "control_url": stand_in.url,
            "user": asterisk_stand_in.USER,
            "password": asterisk_stand_in.PASSWORD,
        }
        async with _server(tmp_path, system) as server:
            world = Asterisk(server, stand_in)
            link = server.parts.telephony.links["pbx"]
            await until(world, lambda: link.is_up)
            yield world
