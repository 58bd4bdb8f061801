"""What processes tell each other by Redis is heard by whoever was listening when it was said."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from callcenter.cluster import notes
from callcenter.cluster.notes import Notes
from callcenter.cluster.redis import Entry, open_redis, read_streams
from callcenter.cluster.wire import Names, Typing
from loadtests.redis_server import NoRedis, RedisServer
from routing.ids import ContactId
from routing.model import Party
from tests.looking import pause

WITHIN_S = 30.0


@pytest.fixture
async def client() -> AsyncIterator[Redis]:
    """A client of a server; a machine without one fails here."""
    try:
        async with RedisServer() as server:
            opened = open_redis(server.url)
            yield opened
            await opened.aclose()
    except NoRedis as missing:
        pytest.fail(str(missing), pytrace=False)


async def test_a_note_told_between_two_reads_of_a_quiet_stream_is_heard(
    client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_quiet, is_told, heard = asyncio.Event(), asyncio.Event(), asyncio.Queue[Typing]()

    async def read_and_pause(client: Redis, after: dict[str, bytes]) -> dict[str, list[Entry]]:
        found = await read_streams(client, after)
        if not found:
            is_quiet.set()
            await is_told.wait()
        return found

    monkeypatch.setattr(notes, "read_streams", read_and_pause)
    listener = Notes(client, Names("main"), "here")
    listener.on_typing = heard.put_nowait
    listening = asyncio.create_task(listener.run())
    try:
        async with asyncio.timeout(WITHIN_S):
            await is_quiet.wait()
            teller = Notes(client, Names("main"), "there")
            teller.tell_typing(ContactId("c1"), Party.AGENT)
            telling = asyncio.create_task(teller.run())
            while not await client.exists(Names("main").notes):
                await pause()
            is_told.set()
            assert await heard.get() == Typing("there", ContactId("c1"), Party.AGENT)
            telling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await telling
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
