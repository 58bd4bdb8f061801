"""An article sent from a call: by mail, to the address of the customer's profile that the agent has chosen."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.channels.mail import limits
from callcenter.ports.mails import MailState
from loadtests.smtp_sink import Sink
from routing.state import ContactState
from tests import looking
from tests.integration.live_server import LiveServer
from tests.integration.mail_stage import MAILBOXES, MailStage, mail
from tests.integration.scripted_pbx import PEOPLE, TELEPHONY, ScriptedPbx

RETURNS = {
    "article_id": "returns",
    "en": {"title": "Returning goods", "body": "Within **seven** days."},
    "zh": {"title": "七天无理由退货", "body": "签收后七天内可以退货。"},
}
MIA = "mia@example.org"
CALLER = "+4930123456"
ADA = "  - {username: ada, display_name: Ada Lind, role: admin, team: north, queues: [sales], watched_teams: [north], language: en}\n"


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    opened = Sink()
    await opened.start()
    yield opened
    await opened.stop()


@pytest.fixture
async def stage(
    pbx: ScriptedPbx, sink: Sink, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[MailStage]:
    """A server with phones and mailboxes, and one article."""
    monkeypatch.setattr(limits, "OUTBOX_POLL_MS", 50)
    server = LiveServer(
        tmp_path,
        timing={"more": TELEPHONY + MAILBOXES},
        **pbx.settings,
        smtp_listen_port=0,
        smtp_out_port=sink.port,
    )
    (server.folder / "people.yaml").write_text(PEOPLE + ADA, encoding="utf-8")
    pbx.server_of = server
    async with server:
        made = await server.ask("POST", "/api/v1/articles", by="ada", body=RETURNS)
        assert made.status == 201, made.body
        yield MailStage(server, sink)


async def talking(stage: MailStage, pbx: ScriptedPbx) -> str:
    """Ann talks to a caller; the contact's id."""
    contact_id, _ = await pbx.talk()
    await stage.server.until(lambda: stage.state(contact_id) is ContactState.CONNECTED)
    return contact_id


async def caller_has(stage: MailStage, **profile: str) -> None:
    """The profile of whoever calls."""
    body = {"address": CALLER, **profile}
    answer = await stage.server.ask("PUT", "/api/v1/profiles", by="ada", body=body)
    assert answer.status == 200, answer.body


async def sent_in(stage: MailStage, contact_id: str, by: str = "ann") -> Any:  # noqa: ANN401
    return await stage.ask("GET", f"/api/v1/contacts/{contact_id}/articles", by=by)


async def test_to_the_address_of_the_profile_once_and_logged(
    stage: MailStage, pbx: ScriptedPbx
) -> None:
    await caller_has(stage, email=MIA)
    contact_id = await talking(stage, pbx)
    assert (await sent_in(stage, contact_id))["addresses"] == [MIA]
    assert (await sent_in(stage, contact_id, by="ada"))["addresses"] == []  # not her call
    path, body = f"/api/v1/contacts/{contact_id}/articles", {"article_id": "returns", "to": MIA}
    answers = [
        await stage.server.ask("POST", path, by="ann", body=body, Idempotency_Key="once")
        for _ in range(2)
    ]
    assert [one.status for one in answers] == [200, 200]
    assert answers[0].body == answers[1].body
    (out,) = await stage.sink.until(1)
    assert (out["to"], out["subject"]) == ([MIA], "Returning goods")
    assert "Within seven days." in out["text"]
    assert out["text"].rstrip().endswith("Yours")
    async with asyncio.timeout(looking.PATIENCE_S):
        while (sent := (await sent_in(stage, contact_id))["sent"])[0]["state"] != MailState.SENT:
            await looking.pause()
    [one] = sent
    assert (one["article_id"], one["channel"], one["sent_by"]) == ("returns", "email", "Ann Berg")


async def test_refused_where_nobody_knows_the_address(stage: MailStage, pbx: ScriptedPbx) -> None:
    await caller_has(stage)
    contact_id = await talking(stage, pbx)
    assert (await sent_in(stage, contact_id))["addresses"] == []
    path = f"/api/v1/contacts/{contact_id}/articles"
    for to in ({}, {"to": MIA}):
        body = {"article_id": "returns", **to}
        answer = await stage.server.ask("POST", path, by="ann", body=body)
        assert (answer.status, answer.code) == (409, "article_address_unknown")
    await caller_has(stage, email=MIA)
    other = {"article_id": "returns", "to": "max@example.org"}
    answer = await stage.server.ask("POST", path, by="ann", body=other)
    assert (answer.status, answer.code) == (409, "article_address_unknown")
    wrong = {"address": CALLER, "email": "mia at example"}
    refused = await stage.server.ask("PUT", "/api/v1/profiles", by="ada", body=wrong)
    assert (refused.status, refused.code) == (422, "profile_invalid")


async def test_what_comes_back_is_a_contact_of_its_own(stage: MailStage, pbx: ScriptedPbx) -> None:
    await caller_has(stage, email=MIA)
    contact_id = await talking(stage, pbx)
    body = {"article_id": "returns", "language": "zh", "to": MIA}
    await stage.ask("POST", f"/api/v1/contacts/{contact_id}/articles", body)
    (out,) = await stage.sink.until(1)
    assert "此致" in out["text"]
    answered = mail("Thank you", In_Reply_To=out["headers"]["Message-ID"])
    code, _ = await stage.send(answered, to="shop@bamboo.example")
    assert code == 250
    assert len(stage.open_contacts()) == 2
    [own] = [one for one in stage.open_contacts() if one != contact_id]
    thread = await stage.thread(own, by="ada")
    assert thread["former_contact_id"] == contact_id
    assert [one["kind"] for one in thread["mails"]] == ["reply", "mail"]


async def test_one_that_cannot_be_delivered_is_told_in_a_contact_of_its_own(
    stage: MailStage, pbx: ScriptedPbx
) -> None:
    stage.sink.reply = "550 5.1.1 Nobody"
    await caller_has(stage, email=MIA)
    contact_id = await talking(stage, pbx)
    await stage.ask(
        "POST", f"/api/v1/contacts/{contact_id}/articles", {"article_id": "returns", "to": MIA}
    )
    async with asyncio.timeout(looking.PATIENCE_S):
        while (await sent_in(stage, contact_id))["sent"][0]["state"] != MailState.FAILED:
            await looking.pause()
    await stage.server.until(lambda: len(stage.open_contacts()) == 2)
    [own] = [one for one in stage.open_contacts() if one != contact_id]
    contact = stage.server.contact(own)
    assert contact is not None
    assert contact.preferred_agent_id == stage.server.agent("ann").agent_id
