"""What is true of ARI, one story for each thing that was found out by measuring: told of the real Asterisk and of its stand-in.

The adapter is built on these, and whoever tests it with the stand-in believes them. `STORIES` are told of both.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import (
    AbstractContextManager,
    AsyncExitStack,
    ExitStack,
    asynccontextmanager,
    contextmanager,
    suppress,
)
from typing import Any, Protocol
from unittest.mock import patch
from uuid import uuid4

import msgspec
from aiohttp import ClientSession

from callcenter.telephony.asterisk.ari import HEARD, Account, Ari, AriLost, Reply, Told, connected
from loadtests.rig.instance import PASSWORD, USER

APP = "callcenter"
PATIENCE_S = 30
CONNECT_TRIES = 5
Story = Callable[["Stage"], Awaitable[None]]


class System(Protocol):
    """Something that talks ARI, with customers and phones of a test."""

    @property
    def url(self) -> str:
        """Where ARI answers."""

    def customer(self, *, leaves: bool = False) -> AbstractContextManager[object]:
        """Calls; who `leaves` hangs up a moment after being answered, everybody else stays."""

    def phone(self, manner: str) -> AbstractContextManager[str]:
        """An endpoint: it `answers`, answers `late` (after a customer who leaves), `rings`, is `busy`, `declines` or is `dead`."""


class Stage:
    """One connection at a time, and everything that was told over it."""

    def __init__(self, system: System, http: ClientSession) -> None:
        self.system = system
        self.heard: list[Told] = []
        self.ari: Ari = None  # type: ignore[assignment]  # set by `listening`
        self.leg = f"{uuid4().hex}.1"
        self._http = http
        self._changed = asyncio.Event()
        self._callers: list[str] = []

    @asynccontextmanager
    async def listening(self, *, is_prepared: bool = True) -> AsyncIterator[Ari]:
        """Connected as long as the block lasts."""
        before = self.ari
        async with AsyncExitStack() as stack:
            ari = await self._connect(stack)
            reading = asyncio.ensure_future(self._read(ari))
            self.ari = ari
            try:
                if is_prepared:
                    await ari.prepare()
                yield ari
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
                self.ari = before

    async def _connect(self, stack: AsyncExitStack) -> Ari:
        """As the product does: a connection that hears nothing is none, and there is another."""
        account = Account(USER, PASSWORD, APP)
        for _ in range(CONNECT_TRIES):
            async with AsyncExitStack() as one:
                opening = connected(self._http, self.system.url, account, lambda: None)
                ari = await one.enter_async_context(opening)
                with suppress(AriLost):
                    await ari.until_heard()
                    stack.push_async_exit(one.pop_all())
                    return ari
        raise AriLost

    async def _read(self, ari: Ari) -> None:
        while (told := await ari.events.get()) is not None:
            self.heard.append(told)
            self._changed.set()

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Return once enough has been told."""
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()

    def _named(self, channel_id: str) -> list[tuple[str, Told]]:
        return [
            (one.channel.state if one.type == "ChannelStateChange" else one.type, one)
            for one in self.heard
            if one.channel is not None and one.channel.id == channel_id
        ]

    def of(self, channel_id: str) -> list[str]:
        """What was told of a channel: types in order, state changes by the state."""
        return [name for name, _ in self._named(channel_id)]

    async def told(self, channel_id: str, kind: str) -> Told:
        """An event of a channel, once it has come."""
        await self.until(lambda: kind in self.of(channel_id))
        return next(one for name, one in self._named(channel_id) if name == kind)

    async def caller(self) -> str:
        """The channel of the customer who has called last, once it is ours."""

        def arrived() -> list[str]:
            starts = (one for one in self.heard if one.type == "StasisStart")
            return [
                one.channel.id
                for one in starts
                if one.args == ["caller"] and one.channel is not None
            ]

        before = len(self._callers)
        await self.until(lambda: len(arrived()) > before)
        self._callers.append(arrived()[-1])
        return self._callers[-1]

    async def ring(self, endpoint: str, timeout_s: int = 30, **more: str) -> Reply:
        """A leg is asked for, by the id of our choice."""
        asked = {"endpoint": endpoint, "app": APP, "appArgs": "leg", "channelId": self.leg}
        return await self.ari.ask("POST", "channels", **asked, timeout=timeout_s, **more)

    async def state_of(self, channel_id: str) -> str:
        """As Asterisk has it; nothing for one that it does not know."""
        reply = await self.ari.lists.read("channels")
        states = {one["id"]: one["state"] for one in msgspec.json.decode(reply.body)}
        return str(states.get(channel_id, ""))

    async def until_gone(self, channel_id: str) -> None:
        """Asterisk knows it no more."""
        async with asyncio.timeout(PATIENCE_S):
            while await self.state_of(channel_id):
                pass

    async def application(self) -> Any:  # noqa: ANN401 - JSON
        """Ours, as Asterisk has it."""
        return msgspec.json.decode((await self.ari.lists.read("applications", APP)).body)

    async def bridge_of(self, name: str) -> list[str] | None:
        """Who is in it; None without such a bridge."""
        reply = await self.ari.lists.read("bridges")
        bridges = {one["id"]: sorted(one["channels"]) for one in msgspec.json.decode(reply.body)}
        return bridges.get(name)


@asynccontextmanager
async def calling(stage: Stage, *, leaves: bool = False) -> AsyncIterator[str]:
    """A customer's channel, answered; at the end of the block it is gone."""
    with stage.system.customer(leaves=leaves):
        customer = await stage.caller()
        assert (await stage.ari.ask("POST", "channels", customer, "answer")).is_done
        try:
            yield customer
        finally:
            await stage.ari.ask("DELETE", "channels", customer)
            await stage.until_gone(customer)


@contextmanager
def bridges_that_fail(times: int) -> Iterator[list[str]]:
    """So often the bridge is gone before customer and agent come into it; the names of those."""
    ask, failed = Ari.ask, list[str]()

    async def spoiled(ari: Ari, method: str, *path: str, **more: Any) -> Reply:  # noqa: ANN401
        if path[-1] == "addChannel" and len(failed) < times:
            failed.append(path[1])
            await ask(ari, "DELETE", "bridges", path[1])
        return await ask(ari, method, *path, **more)

    with patch.object(Ari, "ask", spoiled):
        yield failed


def named(events: list[dict[str, str]]) -> list[str]:
    """The kinds of a filter, in order."""
    return sorted(one["type"] for one in events)


# --- the stories, by what they are about ---


async def ids_are_ours_and_the_same_again_is_refused(stage: Stage) -> None:
    """1: what is told overtakes answers, so the name must be known before."""
    with stage.system.phone("rings") as endpoint:
        async with stage.listening(), calling(stage) as customer:
            assert (await stage.ring(endpoint, originator=customer)).is_done
            await stage.told(stage.leg, "Ringing")
            assert (await stage.ring(endpoint, originator=customer)).status == 409
            assert await stage.state_of(stage.leg) == "Ringing"
            await stage.ari.ask("DELETE", "channels", stage.leg)
            await stage.told(stage.leg, "ChannelDestroyed")


async def a_leg_is_answered_when_our_program_has_it(stage: Stage) -> None:
    """2 and 8: rings, is up, is ours, with the word we gave it. Deleted while it is up it reports an ordinary end."""
    with stage.system.phone("answers") as endpoint:
        async with stage.listening():
            await stage.ring(endpoint)
            start = await stage.told(stage.leg, "StasisStart")
            assert start.args == ["leg"]
            kinds = stage.of(stage.leg)
            assert kinds.index("Ringing") < kinds.index("Up") < kinds.index("StasisStart")
            assert (await stage.ari.ask("DELETE", "channels", stage.leg)).is_done
            assert (await stage.told(stage.leg, "ChannelDestroyed")).cause == 16
            kinds = stage.of(stage.leg)
            assert kinds.index("StasisEnd") < kinds.index("ChannelDestroyed")


async def end_of_leg(stage: Stage, manner: str, timeout_s: int) -> tuple[int | None, bool]:
    """2 and 3: why a leg failed is its cause, told with whether it rang; it was never ours."""
    with stage.system.phone(manner) as endpoint:
        async with stage.listening():
            assert (await stage.ring(endpoint, timeout_s)).is_done
            ended = await stage.told(stage.leg, "ChannelDestroyed")
            assert {"StasisStart", "StasisEnd"}.isdisjoint(stage.of(stage.leg))
            await stage.until_gone(stage.leg)
            return ended.cause, "Ringing" in stage.of(stage.leg)


async def deleted_while_it_rings(stage: Stage) -> None:
    """3 and 6: by us, that is an ordinary end too; deleting it again is 404 and harmless."""
    with stage.system.phone("rings") as endpoint:
        async with stage.listening():
            await stage.ring(endpoint)
            await stage.told(stage.leg, "Ringing")
            assert (await stage.ari.ask("DELETE", "channels", stage.leg)).is_done
            assert (await stage.told(stage.leg, "ChannelDestroyed")).cause == 16
            await stage.until_gone(stage.leg)
            assert (await stage.ari.ask("DELETE", "channels", stage.leg)).status == 404


async def a_customer_who_leaves(stage: Stage) -> None:
    """4, 5 and 6: the end is StasisEnd; a leg that rings goes on ringing; whatever is asked of the channel is 404."""
    with stage.system.phone("rings") as endpoint:
        async with stage.listening():
            async with calling(stage, leaves=True) as customer:
                assert (await stage.ring(endpoint, originator=customer)).is_done
                await stage.told(stage.leg, "Ringing")
                await stage.told(customer, "StasisEnd")
                await stage.until_gone(customer)
            assert await stage.state_of(stage.leg) == "Ringing"
            await stage.ari.ask("DELETE", "channels", stage.leg)
            # The leg's end comes later than the customer's would.
            await stage.told(stage.leg, "ChannelDestroyed")
            assert "ChannelDestroyed" not in stage.of(customer)
            for method, verb in (("POST", "answer"), ("POST", "moh"), ("DELETE", "moh")):
                assert (await stage.ari.ask(method, "channels", customer, verb)).status == 404
            play = ("channels", customer, "play", "a-text")
            assert (await stage.ari.ask("POST", *play, media="sound:beep")).status == 404
            assert (await stage.ari.ask("DELETE", "channels", customer)).status == 404
            refused = await stage.ring(endpoint, originator=customer)
            assert (refused.status, "originator" in refused.body) == (400, True)
            assert await stage.state_of(stage.leg) == ""


async def one_of_two_is_gone(stage: Stage) -> None:
    """6: nobody comes into the bridge. Without a bridge it is 404."""
    async with stage.listening(), calling(stage) as customer:
        assert (await stage.ari.ask("POST", "bridges", "b", type="mixing")).is_done
        add = ("bridges", "b", "addChannel")
        assert (await stage.ari.ask("POST", *add, channel=f"{customer},{stage.leg}")).status == 400
        assert await stage.bridge_of("b") == []
        assert (await stage.ari.ask("POST", *add, channel=customer)).is_done
        assert await stage.bridge_of("b") == [customer]
        assert (await stage.ari.ask("DELETE", "bridges", "b")).is_done
        async with asyncio.timeout(PATIENCE_S):
            while await stage.bridge_of("b") is not None:  # it goes a moment after the answer
                pass
        assert (await stage.ari.ask("DELETE", "bridges", "b")).status == 404
        assert (await stage.ari.ask("POST", *add, channel=customer)).status == 404
        assert await stage.state_of(customer) == "Up"


async def answered_as_the_customer_leaves(stage: Stage) -> None:
    """7: the leg's start comes after the customer's end, and the leg is there."""
    with stage.system.phone("late") as endpoint:
        async with stage.listening():
            async with calling(stage, leaves=True) as customer:
                await stage.ring(endpoint, originator=customer)
                await stage.told(customer, "StasisEnd")
            await stage.told(stage.leg, "StasisStart")
            assert await stage.state_of(stage.leg) == "Up"
            await stage.ari.ask("DELETE", "channels", stage.leg)
            await stage.until_gone(stage.leg)


async def the_socket_drops_while_a_customer_is_there(stage: Stage) -> None:
    """9 and 10: the channel stays ours and the filter set; events come again."""
    with ExitStack() as stack:
        async with stage.listening():
            stack.enter_context(stage.system.customer())
            customer = await stage.caller()
        async with stage.listening(is_prepared=False):
            application = await stage.application()
            assert application["channel_ids"] == [customer]
            assert named(application["events_allowed"]) == sorted(HEARD)
            assert (await stage.ari.ask("DELETE", "channels", customer)).is_done
            await stage.told(customer, "StasisEnd")
            await stage.until_gone(customer)


async def without_channels_an_application_vanishes(stage: Stage) -> None:
    """10 and 13: it comes back without its filter, and what is filtered away is not told."""
    async with stage.listening():
        assert named((await stage.application())["events_allowed"]) == sorted(HEARD)
    with stage.system.phone("answers") as endpoint:
        async with stage.listening(is_prepared=False) as ari:
            assert (await stage.application())["events_allowed"] == []
            await stage.ring(endpoint)
            await stage.told(stage.leg, "StasisStart")
            await ari.ask("POST", "channels", stage.leg, "variable", variable="SEEN", value="1")
            await stage.told(stage.leg, "ChannelVarset")
            await ari.prepare()
            count = stage.of(stage.leg).count("ChannelVarset")
            await ari.ask("POST", "channels", stage.leg, "variable", variable="UNSEEN", value="1")
            await ari.ask("DELETE", "channels", stage.leg)
            await stage.told(stage.leg, "ChannelDestroyed")
            assert stage.of(stage.leg).count("ChannelVarset") == count


async def a_second_socket_takes_over(stage: Stage) -> None:
    """11: the first is told so, and nothing more."""
    async with stage.listening() as first, stage.listening():
        await stage.until(lambda: any(one.type == "ApplicationReplaced" for one in stage.heard))
        assert (await first.ask("GET", "asterisk", "ping")).is_done
        async with calling(stage) as customer:
            assert stage.of(customer).count("StasisStart") == 1


async def a_text_that_cannot_be_heard(stage: Stage) -> None:
    """A playback has our id, its end says whether it was heard, and the same id again is refused while it plays."""
    async with stage.listening(), calling(stage) as customer:
        path = ("channels", customer, "play", "a-text")
        assert (await stage.ari.ask("POST", *path, media="sound:no-such-sound")).is_done

        def is_over() -> bool:
            plays = (one.playback for one in stage.heard if one.type == "PlaybackFinished")
            return [(one.id, one.state) for one in plays if one] == [("a-text", "failed")]

        await stage.until(is_over)


STORIES: tuple[Story, ...] = (
    ids_are_ours_and_the_same_again_is_refused,
    a_leg_is_answered_when_our_program_has_it,
    deleted_while_it_rings,
    a_customer_who_leaves,
    one_of_two_is_gone,
    answered_as_the_customer_leaves,
    the_socket_drops_while_a_customer_is_there,
    without_channels_an_application_vanishes,
    a_second_socket_takes_over,
    a_text_that_cannot_be_heard,
)
ENDS: dict[str, tuple[str, int, int]] = {
    "busy": ("busy", 17, 30),
    "declined": ("declines", 21, 30),
    "rang out": ("rings", 19, 1),
    "no sign": ("dead", 19, 1),
}
"""How a phone behaves, the cause by which its leg ends, and for how many seconds it is tried."""
