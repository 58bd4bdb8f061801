"""The stories of ARI, told of the stand-in: what is tested with it holds of the real Asterisk as far as they say."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aiohttp import ClientSession

from callcenter.telephony.asterisk import limits
from loadtests.asterisk_stand_in import Channel, StandIn
from routing.state import ContactState
from tests import looking
from tests.ari_stories import ENDS, STORIES, Stage, Story, bridges_that_fail, end_of_leg
from tests.integration.phone_worlds import AGENT, MUSIC, asterisk, until


class Played:
    """The stand-in, with its callers and phones."""

    def __init__(self, asterisk: StandIn) -> None:
        self._asterisk = asterisk
        self._ports = count(20_000)
        self.url = asterisk.url
        self._gone = asyncio.Event()

    @contextmanager
    def customer(self, *, leaves: bool = False) -> Iterator[object]:
        """Whoever leaves does so once a phone rings, which is before a late one is picked up."""
        channel = self._asterisk.call()
        with doing(self._leave(channel)) if leaves else nullcontext():
            yield channel

    @contextmanager
    def phone(self, manner: str) -> Iterator[str]:
        """One that is late rings until it is picked up."""
        port = str(next(self._ports))
        self._asterisk.phones[port] = manner
        with doing(self._pick_up_late(port)) if manner == "late" else nullcontext():
            yield f"PJSIP/agents/sip:phone@127.0.0.1:{port}"

    async def _leave(self, channel: Channel) -> None:
        await looking.until(lambda: self._asterisk.legs)
        self._asterisk.leave(channel)
        self._gone.set()

    async def _pick_up_late(self, port: str) -> None:
        await self._gone.wait()
        for channel in list(self._asterisk.channels.values()):
            if channel.phone == port:
                self._asterisk.pick_up(channel)


@contextmanager
def doing(work: Coroutine[Any, Any, None]) -> Iterator[None]:
    """Somebody does this meanwhile; at the end of the block it is over."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """As long as the test lasts."""
    async with StandIn() as asterisk, ClientSession() as http:
        asterisk.silent_sounds = {"sound:no-such-sound"}
        yield Stage(Played(asterisk), http)


@pytest.mark.parametrize("story", STORIES)
async def test_a_story(stage: Stage, story: Story) -> None:
    await story(stage)
    assert stage.heard, "nothing was told"


@pytest.mark.parametrize("why", ENDS)
async def test_why_a_leg_was_not_answered(stage: Stage, why: str) -> None:
    manner, cause, timeout_s = ENDS[why]
    assert await end_of_leg(stage, manner, timeout_s) == (cause, manner == "rings")


async def test_a_connection_that_is_told_nothing_is_made_anew(tmp_path: Path) -> None:
    async with asterisk(tmp_path) as world:
        with patch.object(limits, "ECHO_MS", 50):
            world.asterisk.is_deaf = True
            world.asterisk.drop()
            before = len(world.asterisk.asked)
            await until(world, lambda: asked_since(before, world.asterisk, "events/user/echo") > 1)
        world.asterisk.is_deaf = False
        # It hears something, and looks what is there.
        await until(world, lambda: asked_since(before, world.asterisk, "bridges"))
        await world.server.ready_desk("ann")
        call = world.call()
        (leg,) = await until(world, lambda: world.rung("1001"))
        world.pick_up(leg)
        await until(world, lambda: world.heard_by(call) == AGENT)
        assert len(world.rung("1001")) == 1
        world.leave(call)


def asked_since(before: int, asterisk: StandIn, path: str) -> int:
    """How often."""
    return [asked for _, asked, _ in asterisk.asked[before:]].count(path)


async def test_a_bridge_that_fails_puts_the_customer_back_at_their_age(tmp_path: Path) -> None:
    async with asterisk(tmp_path) as world:
        with bridges_that_fail(1) as failed:
            await world.server.ready_desk("ann")
            call = world.call()
            (leg,) = await until(world, lambda: world.rung("1001"))
            (contact,) = world.server.state.contacts.values()
            age_origin_ms = contact.age_origin_ms
            later = world.call()
            await until(world, lambda: world.heard_by(later) == MUSIC)
            world.pick_up(leg)
            await until(world, lambda: failed)
            await until(world, lambda: contact.state is ContactState.WAITING)
            await until(world, lambda: world.heard_by(call) == MUSIC)
            # What was spent with the agent is no wait; everything else counts, as if nothing had been.
            with_agent_ms = contact.queued_at_ms - contact.connected_at_ms
            assert contact.age_origin_ms == age_origin_ms + with_agent_ms
        # Whoever is free next has the older one: the first, unless its time with the agent was long.
        contacts = world.server.state.contacts.values()
        (newer,) = [one for one in contacts if one is not contact]
        older = contact if contact.age_origin_ms <= newer.age_origin_ms else newer
        await world.server.ready_desk("bob")
        again = await until(world, lambda: [one for one in world.asterisk.legs if one is not leg])
        assert again[0].id.startswith(older.contact_id)
        world.pick_up(again[0])
        heard = call if older is contact else later
        await until(world, lambda: world.heard_by(heard) == AGENT)
        world.leave(call)
        world.leave(later)
