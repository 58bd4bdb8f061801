"""The engine is killed (SIGKILL) while one customer talks and one waits: neither notices, and both are found again."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from loadtests.clients import AgentClient
from loadtests.http_link import HTTPLink
from loadtests.rig.asking import channels_of
from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from loadtests.server_process import DEMO_PASSWORD, ServerProcess
from tests.asterisk.listening import Ear
from tests.asterisk.stage import (
    ANN,
    BOB,
    PATIENCE_S,
    PEOPLE,
    SALES,
    SAM,
    TELEPHONY,
    settings_of,
)
from tests.integration.live_server import configuration_folder
from tests.looking import pause


@asynccontextmanager
async def desk_of_ann(url: str) -> AsyncIterator[AgentClient]:
    """Her console, in a browser that comes back by itself."""
    async with HTTPLink(url) as link:
        ann = AgentClient(link)
        await ann.log_in("ann", DEMO_PASSWORD)
        running = asyncio.ensure_future(ann.run())
        try:
            yield ann
        finally:
            await ann.stop()
            await running


async def listens(url: str) -> None:
    """Return once callers come to the engine: until it is connected the dial plan takes them."""
    async with HTTPLink(url) as link, asyncio.timeout(PATIENCE_S):
        await AgentClient(link).log_in("sam", DEMO_PASSWORD)
        while any(trunk["alarm"] for trunk in (await link.read("/api/v1/telephony"))["trunks"]):
            await pause()


async def until(is_so: Callable[[], bool], what: str) -> None:
    """Return once it is like this."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not is_so():
                await pause()
    except TimeoutError as error:
        raise AssertionError(what) from error


def call_of(ann: AgentClient) -> dict[str, Any] | None:
    """The call on her desk that talks."""
    cards: list[dict[str, Any]] = ann.desk.get("assignments", [])
    return next((one for one in cards if (one["call"] or {}).get("state") == "talking"), None)


async def test_nobody_notices_that_the_engine_was_killed(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    folder = configuration_folder(tmp_path / "config", presence_grace_s=60, more=TELEPHONY)
    (folder / "people.yaml").write_text(PEOPLE % (ANN, SAM, BOB), encoding="utf-8")
    environment = {
        "CC_DEMO_CONFIG_DIR": str(folder),
        "CC_TELEPHONY": json.dumps(settings_of(asterisk)["telephony"]),
    }
    server = ServerProcess(tmp_path / "data", environment=environment)
    phone = Sipp("agent-answer", port=ANN, ring=200, talk=120_000)
    with Ear() as ear, phone:
        await server.start()
        try:
            async with desk_of_ann(server.url) as ann:
                await listens(server.url)
                await until(lambda: bool(ann.desk), "no desk")
                assert (await ann.set_state("ready")).is_done
                with Sipp.caller("caller-wait", asterisk.ports.sip, SALES, wait=120_000):
                    await until(lambda: call_of(ann) is not None, "nobody talks")
                    waiting = {"wait": 120_000, "audio_port": ear.port}
                    with Sipp.caller("caller-wait", asterisk.ports.sip, SALES, **waiting) as second:
                        assert await asyncio.to_thread(ear.hears_music)
                        talking = call_of(ann)
                        assert talking is not None
                        await kill_and_start(server, asterisk, ear)
                        await go_on(ann, talking["contact_id"], second, ear)
        finally:
            await server.kill()


async def kill_and_start(server: ServerProcess, asterisk: Asterisk, ear: Ear) -> None:
    """In between everything in Asterisk stays as it was."""
    before = await channels_of(asterisk)
    assert len(before) == 3
    await server.kill()
    assert await asyncio.to_thread(ear.hears_music)
    assert await channels_of(asterisk) == before
    await server.start()


async def go_on(ann: AgentClient, talking: str, second: Sipp, ear: Ear) -> None:
    """Both calls are where they were: the first is ended, then the second rings."""
    answer = await ann.hang_up(talking)
    assert answer.is_done, answer.body
    await until(lambda: call_of(ann) is None, "the first call is still there")
    assert (await ann.wrap_up(talking, "solved")).is_done
    await until(lambda: call_of(ann) is not None, "the second caller is not found again")
    assert await asyncio.to_thread(ear.hears_silence)
    next_call = call_of(ann)
    assert next_call is not None
    assert (await ann.hang_up(next_call["contact_id"])).is_done
    await until(lambda: second.is_over, "the second caller is not hung up on")
    assert second.status == 0
