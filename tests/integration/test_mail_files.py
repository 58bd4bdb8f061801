"""Files beside a mail that is being written: handed in by real requests, sent by real SMTP, gone by a deadline."""

import email
from collections.abc import AsyncIterator
from email.policy import default
from pathlib import Path

import pytest

from callcenter.channels.mail import limits
from callcenter.channels.mail.uploads import sweep
from callcenter.ports.mails import MailState
from tests.integration.api_stage import Answer
from tests.integration.live_server import Page
from tests.integration.mail_stage import MailStage, mail, mail_stage

PDF = b"%PDF-1.4 \x00\xff\r\n.\r\n"


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[MailStage]:
    """Ann is there and has room for mail alone."""
    async with mail_stage(tmp_path) as ready:
        yield ready


@pytest.fixture
async def desk(stage: MailStage) -> Page:
    """Ann's console, ready for work."""
    return await stage.server.ready_desk("ann")


async def contact_of(stage: MailStage) -> str:
    assert (await stage.send(mail(), to="shop@bamboo.example"))[0] == 250
    return await stage.taken()


async def hand_in(
    stage: MailStage,
    contact_id: str,
    query: str = "name=a.pdf",
    *,
    content: bytes = PDF,
    by: str = "ann",
    **headers: str,
) -> Answer:
    path = f"/api/v1/contacts/{contact_id}/uploads?{query}"
    return await stage.server.ask("POST", path, by=by, body=content, **headers)


async def test_files_go_out_with_the_mail_and_stay_with_the_thread(
    stage: MailStage, desk: Page
) -> None:
    contact_id = await contact_of(stage)
    query = "name=..%2F%E5%8F%91%E7%A5%A8.pdf&content_type=application/pdf"
    first = await hand_in(stage, contact_id, query, Idempotency_Key="k-1")
    assert first.status == 200, first.body
    assert (first.body["name"], first.body["size_bytes"]) == ("发票.pdf", len(PDF))
    again = await hand_in(stage, contact_id, query, Idempotency_Key="k-1")
    assert again.body == first.body
    other = await hand_in(stage, contact_id, query, content=b"x", Idempotency_Key="k-1")
    assert other.code == "idempotency_key_reused"
    second = await hand_in(stage, contact_id, "name=notes.txt", content=b"")
    gone = await hand_in(stage, contact_id, "name=not-this.txt")
    removal = f"/api/v1/contacts/{contact_id}/uploads?upload_id={gone.body['upload_id']}"
    for _ in range(2):
        assert (await stage.server.ask("DELETE", removal, by="ann")).status == 204

    await stage.server.restart()
    upload_ids = [one.body["upload_id"] for one in (first, second)]
    queued = await stage.reply(contact_id, upload_ids=upload_ids)
    (out,) = await stage.sink.until(1)
    assert out["attachments"] == ["发票.pdf", "notes.txt"]
    told = email.message_from_string(out["raw"], policy=default)
    (part, _) = told.iter_attachments()
    assert (part.get_content_type(), part.get_content()) == ("application/pdf", PDF)
    await stage.until_state(queued["mail_id"], MailState.SENT)

    sent = (await stage.thread(contact_id))["mails"][-1]
    assert [one["name"] for one in sent["attachments"]] == ["发票.pdf", "notes.txt"]
    path = f"/api/v1/contacts/{contact_id}/attachment?attachment_id="
    got = await stage.server.ask("GET", path + sent["attachments"][0]["attachment_id"], by="ann")
    assert got.headers["Content-Disposition"].startswith("attachment; ")
    assert got.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_mail_names_only_what_its_writer_handed_in_for_it(
    stage: MailStage, desk: Page
) -> None:
    first = await contact_of(stage)
    file = (await hand_in(stage, first)).body["upload_id"]
    await stage.finish(first)
    assert (await hand_in(stage, first)).code == "contact_ended"
    await stage.send(mail("Another", Message_ID="<2@mia>"), to="shop@bamboo.example")
    second = await stage.taken()
    path = f"/api/v1/contacts/{second}/mails"
    body = {"to": ["mia@example.org"], "subject": "Re", "text": "x", "upload_ids": [file]}
    refused = await stage.server.ask("POST", path, by="ann", body=body)
    assert (refused.status, refused.code) == (404, "upload_unknown")
    assert not stage.sink.mails
    assert (await hand_in(stage, second, by="bob")).code == "not_your_contact"
    assert (await hand_in(stage, second, by="sam")).code == "forbidden"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("name=a.pdf.EXE", "upload_refused"),
        ("name=a.pdf&content_type=text%0d%0aX:y", "request_invalid"),
        ("content_type=text/plain", "request_invalid"),
        ("name=large.bin", "body_too_large"),
    ],
)
async def test_what_cannot_be_attached_is_refused_and_not_kept(
    stage: MailStage, desk: Page, query: str, code: str
) -> None:
    content = bytes(limits.FILES_BYTES_MAX + 1) if "large" in query else PDF
    contact_id = await contact_of(stage)
    assert (await hand_in(stage, contact_id, query, content=content)).code == code
    as_form = await hand_in(stage, contact_id, Content_Type="application/x-www-form-urlencoded")
    assert as_form.code == "content_type_unsupported"
    held = await stage.server.parts.store.uploads.of_contact(
        stage.server.state.contacts[next(iter(stage.server.state.contacts))].contact_id
    )
    assert held == []


async def test_files_are_bounded_together(
    stage: MailStage, desk: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact_id = await contact_of(stage)
    monkeypatch.setattr(limits, "FILES_BYTES_MAX", 2 * len(PDF))
    for status in (200, 200, 409):
        assert (await hand_in(stage, contact_id)).status == status


async def test_what_no_mail_has_named_is_gone_by_its_deadline(stage: MailStage, desk: Page) -> None:
    contact_id = await contact_of(stage)
    store, now_ms = stage.server.parts.store, stage.server.parts.clock.now_ms()
    kept = (await hand_in(stage, contact_id)).body["upload_id"]
    sent = (await hand_in(stage, contact_id)).body["upload_id"]
    await stage.reply(contact_id, upload_ids=[sent])
    uploads = await store.uploads.of_contact(stage.server.state.contacts.popitem()[0])
    expiries = {one.upload_id: one.expires_at_ms - now_ms for one in uploads}
    assert expiries[sent] < limits.UPLOAD_KEPT_MS <= expiries[kept]
    await sweep(store, now_ms + limits.UPLOAD_KEPT_MS - 1)
    assert await store.uploads.content(kept) == PDF
    await sweep(store, now_ms + limits.UPLOAD_KEPT_MS + 60_000)
    assert await store.uploads.content(kept) is None
