"""What `make run` begins with: cases in every state, late ones among them, and a message whose case they are; told once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest

from callcenter.bootstrap.demo_story import read_story, tell_story
from callcenter.bootstrap.parts import Parts
from callcenter.bootstrap.server import Server
from callcenter.ports.cases import CaseList, StoredCase
from callcenter.ports.recordings import RecordingState
from callcenter.ports.steps import RowsQuery
from callcenter.settings import Settings
from callcenter.telephony.waves import WaveRead
from tests import looking
from tests.integration.api_stage import PASSWORD
from tests.integration.live_server import may_block

FOLDER = Settings().demo_config_dir / "story"
DEPARTMENTS = ("care", "service", "product", "management")
STATES = {
    "王芳": "received",
    "李强": "assigned",
    "赵敏": "verifying",
    "孙丽": "reopened",
    "吴刚": "assigned",
    "何军": "returned",
    "周伟": "assigned",
    "郑洁": "closed_accepted",
}


@asynccontextmanager
async def demo(tmp_path: Path, *, has_story: bool = True) -> AsyncIterator[Parts]:
    settings = Settings(
        data_dir=tmp_path / "data", console_dir=tmp_path, port=0, demo_password=PASSWORD
    )
    server = Server(settings, lambda _line: None)
    try:
        with may_block():
            await server.start(demo=True, story=has_story)
        assert server._parts is not None
        yield server._parts
    finally:
        with may_block():
            await server.stop()


async def until(look: Callable[[], Awaitable[object]], wanted: object) -> None:
    """What a task of the server's brings about a moment later."""
    async with asyncio.timeout(looking.PATIENCE_S):
        while await look() != wanted:
            await looking.pause()


async def page(parts: Parts, list_: CaseList) -> list[StoredCase]:
    now_ms = parts.clock.now_ms()
    query = RowsQuery(list_=list_, group_ids=DEPARTMENTS, now_ms=now_ms, limit=50)
    return await parts.store.cases.page(query)


async def everything(parts: Parts) -> dict[str, str]:
    """Customer -> how their case stands."""
    found = [*await page(parts, CaseList.OPEN), *await page(parts, CaseList.CLOSED)]
    return {one.words.customer_name: one.case.state.value for one in found}


async def test_the_demo_begins_with_cases_in_every_state_and_is_told_once(tmp_path: Path) -> None:
    async with demo(tmp_path) as parts:
        await until(lambda: everything(parts), STATES)
        assert "李强" in {one.words.customer_name for one in await page(parts, CaseList.LATE)}
        assert len(await page(parts, CaseList.REPORTS)) == 1
        (first,) = [one for one in await page(parts, CaseList.OPEN) if one.contact_id]
        await until(lambda: states_of_message(parts, first), [RecordingState.STORED])
        assert parts.host.mirror.contacts[first.contact_id].queue_id == "complaints"
        told = [
            len(await parts.store.cases.events(one.case.case_id)) for one in await all_of(parts)
        ]
    async with demo(tmp_path) as again:
        assert await everything(again) == STATES
        assert [
            len(await again.store.cases.events(one.case.case_id)) for one in await all_of(again)
        ] == told
        assert len(await again.store.recordings.of_contact(first.contact_id)) == 1
        assert len(again.host.mirror.contacts) == 1


async def all_of(parts: Parts) -> list[StoredCase]:
    found = [*await page(parts, CaseList.OPEN), *await page(parts, CaseList.CLOSED)]
    return sorted(found, key=lambda one: one.case_no)


async def states_of_message(parts: Parts, stored: StoredCase) -> list[str]:
    return [one.state for one in await parts.store.recordings.of_contact(stored.contact_id)]


def odd_story(folder: Path) -> Path:
    """One that needs somebody who is not there."""
    odd = folder / "story"
    with may_block():
        odd.mkdir()
        text = (FOLDER / "cases.yaml").read_text(encoding="utf-8")
        (odd / "cases.yaml").write_text(text.replace("by: du", "by: nobody"), encoding="utf-8")
        (odd / "voicemail.wav").write_bytes(b"")
    return odd


async def test_what_does_not_fit_the_people_there_stops_nothing(tmp_path: Path) -> None:
    odd = odd_story(tmp_path)
    async with demo(tmp_path, has_story=False) as parts:
        with may_block():  # as at a start
            await tell_story(parts, tmp_path / "nowhere", b"a secret")
            assert not await everything(parts)
            await tell_story(parts, odd, b"a secret")
        assert len(await everything(parts)) == len(STATES)


def test_the_message_can_be_heard() -> None:
    read = WaveRead(1 << 20, is_listened_to=True)
    assert len([*read.add((FOLDER / "voicemail.wav").read_bytes()), *read.rest()]) == 1
    assert read.length_ms > 3_000
    assert read.voice_ms > 2_000


def test_a_story_with_a_word_that_is_none_is_refused(tmp_path: Path) -> None:
    text = (FOLDER / "cases.yaml").read_text(encoding="utf-8")
    (tmp_path / "cases.yaml").write_text(text.replace("step: take", "step: steal", 1), "utf-8")
    with pytest.raises(msgspec.ValidationError, match="steal"):
        read_story(tmp_path)
