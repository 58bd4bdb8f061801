"""What goes out while the next mail server is down, silent, or wants to be asked later: seen, tried again, and nobody's delay."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from callcenter.channels.mail import limits
from callcenter.ports.mails import MailState
from loadtests.smtp_sink import Sink
from tests import looking
from tests.integration.live_server import Page
from tests.integration.mail_stage import MailStage, mail, mail_stage


@pytest.fixture
async def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[MailStage]:
    """A server that is not patient: it tries again at once."""
    monkeypatch.setattr(limits, "RETRY_FIRST_MS", 50)
    monkeypatch.setattr(limits, "OUTBOX_POLL_MS", 50)
    async with mail_stage(tmp_path) as ready:
        yield ready


@pytest.fixture
async def desk(stage: MailStage) -> Page:
    """Ann's console, ready for work."""
    return await stage.server.ready_desk("ann")


async def until_tried(stage: MailStage, mail_id: str, times: int) -> str:
    """Wait until it was tried so often and is to be tried again; returns what was the matter."""
    async with asyncio.timeout(20):
        while (row := await stage.mail_row(mail_id)).attempts < times or row.failure == "":
            await looking.pause()
    return row.failure


async def works_on(stage: MailStage, number: int) -> None:
    """Another mail comes in, is offered, taken and done, whatever is the matter with those that go out."""
    await stage.send(mail("And this?", Message_ID=f"<w{number}@mia>"), to="shop@bamboo.example")
    await stage.finish(await stage.taken())


async def test_a_server_that_is_down_is_asked_again_until_it_is_back(
    stage: MailStage, desk: Page
) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    port = stage.sink.port
    await stage.sink.stop()
    queued = await stage.reply(contact_id)
    assert await until_tried(stage, queued["mail_id"], 3) == "unreachable"
    shown = (await stage.thread(contact_id))["mails"][-1]
    assert (shown["state"], shown["failure"]) in {
        ("deferred", "unreachable"),
        ("sending", "unreachable"),
    }
    await works_on(stage, 1)
    back = Sink()
    await back.start(port)
    try:
        (out,) = await back.until(1)
        assert out["to"] == ["mia@example.org"]
        await stage.until_state(queued["mail_id"], MailState.SENT)
    finally:
        await back.stop()


async def test_a_server_that_says_nothing_is_hung_up_on_and_holds_up_nobody(
    stage: MailStage, desk: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "SEND_TIMEOUT_S", 0.5)
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    port = stage.sink.port
    await stage.sink.stop()
    silent: asyncio.Queue[asyncio.StreamWriter] = asyncio.Queue()
    mute = await asyncio.start_server(
        lambda _, writer: silent.put_nowait(writer), "127.0.0.1", port
    )
    try:
        queued = await stage.reply(contact_id)
        first = await asyncio.wait_for(silent.get(), 20)
        await works_on(stage, 1)
        assert await until_tried(stage, queued["mail_id"], 2) == "timeout"
        first.transport.abort()
    finally:
        mute.close()
        while not silent.empty():
            silent.get_nowait().transport.abort()


async def test_a_mail_that_is_to_come_later_comes_later_and_once(
    stage: MailStage, desk: Page
) -> None:
    stage.sink.reply = "451 4.7.1 Greylisted"
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    queued = await stage.reply(contact_id)
    assert await until_tried(stage, queued["mail_id"], 2) == "451 4.7.1"
    stage.sink.reply = "250 2.0.0 Taken"
    await stage.until_state(queued["mail_id"], MailState.SENT)
    assert len(stage.sink.mails) == 1
    shown = (await stage.thread(contact_id))["mails"]
    assert [(one["kind"], one["state"]) for one in shown] == [
        ("mail", "received"),
        ("reply", "sent"),
    ]
