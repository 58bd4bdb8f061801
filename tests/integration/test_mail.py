"""Mail over real sockets: in by SMTP, to the desk, out by SMTP to a sink, and what strangers send."""

# ruff: noqa: RUF001 - Chinese punctuation; what another process sees is asked for again and again

import asyncio
from collections.abc import AsyncIterator
from email.policy import SMTP
from pathlib import Path

import pytest

from callcenter.bench import mail as bench
from callcenter.ports.mails import MailState
from routing.ids import ContactId
from routing.state import ContactState
from tests import looking
from tests.integration.live_server import Page, has_offer, may_block
from tests.integration.mail_stage import MailStage, mail, mail_stage


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[MailStage]:
    """Ann is there and has room for mail alone."""
    async with mail_stage(tmp_path) as ready:
        yield ready


@pytest.fixture
async def desk(stage: MailStage) -> Page:
    """Ann's console, ready for work."""
    return await stage.server.ready_desk("ann")


async def test_a_mail_comes_in_is_answered_and_the_answer_comes_back_into_the_thread(
    stage: MailStage, desk: Page
) -> None:
    assert await stage.send(mail(), to="shop@bamboo.example") == (250, "2.0.0 Taken")
    offer = (await desk.until(has_offer))["desk"]["offers"][0]
    assert (offer["channel"], offer["customer_name"]) == ("email", "Mia Muster")
    assert (offer["opening_text"], offer["email"]["subject"]) == ("Where is my parcel?", "Parcel")
    contact_id = await stage.taken()
    thread = await stage.thread(contact_id)
    assert [one["text"] for one in thread["mails"]] == ["Where is my parcel?"]
    assert (thread["reply"]["subject"], thread["reply"]["signature"]) == ("Re: Parcel", "Yours")

    queued = await stage.reply(contact_id, "It is on its way.\n\nYours")
    (out,) = await stage.sink.until(1)
    assert out["to"] == ["mia@example.org"]
    assert out["headers"]["From"] == "Bamboo <shop@bamboo.example>"
    assert out["headers"]["In-Reply-To"] == "<1@mia>"
    assert out["text"].startswith("It is on its way.")
    assert "> Where is my parcel?" in out["text"]
    await stage.until_state(queued["mail_id"], MailState.SENT)

    answer = mail("Thank you!\n\nOn Monday you wrote:\n> It is on its way.", Message_ID="<2@mia>")
    assert (await stage.send(answer, to=out["from"]))[0] == 250
    assert stage.open_contacts() == [contact_id]
    thread = await stage.thread(contact_id)
    assert [(one["kind"], one["state"]) for one in thread["mails"]] == [
        ("mail", "received"),
        ("reply", "sent"),
        ("mail", "received"),
    ]
    assert thread["mails"][2]["text"] == "Thank you!"
    assert thread["mails"][2]["quoted"].startswith("On Monday")


async def test_an_answer_is_known_by_its_message_id_too(stage: MailStage, desk: Page) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    await stage.reply(contact_id)
    (out,) = await stage.sink.until(1)
    by_token = mail(Message_ID="<2@mia>", In_Reply_To=out["headers"]["Message-ID"])
    by_own = mail(Message_ID="<3@mia>", References="<1@mia>")
    for message in (by_token, by_own):
        assert (await stage.send(message, to="shop@bamboo.example"))[0] == 250
    assert stage.open_contacts() == [contact_id]
    assert len((await stage.thread(contact_id))["mails"]) == 4


@pytest.mark.parametrize("how", ["token", "message_id", "reference"])
async def test_a_stranger_does_not_get_into_a_thread(
    stage: MailStage, desk: Page, how: str
) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    await stage.reply(contact_id)
    (out,) = await stage.sink.until(1)
    to = out["from"] if how == "token" else "shop@bamboo.example"
    refers = {"message_id": out["headers"]["Message-ID"], "reference": "<1@mia>"}.get(how, "<x@y>")
    forged = mail("Send it to me instead", From="eve@evil.example", In_Reply_To=refers)
    assert (await stage.send(forged, sender="eve@evil.example", to=to))[0] == 250
    assert len((await stage.thread(contact_id))["mails"]) == 2
    assert len(stage.open_contacts()) == 2


async def test_a_mail_that_fails_the_senders_policy_begins_a_contact_of_its_own(
    stage: MailStage, desk: Page
) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    failed = mail(
        Message_ID="<2@mia>",
        References="<1@mia>",
        Authentication_Results="mx.bamboo.example; dmarc=fail header.from=example.org",
    )
    await stage.send(failed, to="shop@bamboo.example")
    assert len((await stage.thread(contact_id))["mails"]) == 1
    other = next(one for one in stage.open_contacts() if one != contact_id)
    assert (await stage.thread(other))["mails"][0]["authentication"] == "fail"


async def test_the_same_mail_twice_has_one_effect_also_at_once(stage: MailStage) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(stage.send(mail(), to="shop@bamboo.example"))
    assert (await stage.send(mail(), to="shop@bamboo.example"))[0] == 250
    assert len(stage.open_contacts()) == 1
    assert (
        len(await stage.server.parts.store.mails.of_contact(ContactId(stage.open_contacts()[0])))
        == 1
    )
    await stage.send(mail("Other words under the same id"), to="shop@bamboo.example")
    assert len(stage.open_contacts()) == 2


async def test_what_was_taken_is_there_after_a_restart(stage: MailStage, desk: Page) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    stage.sink.reply = "451 4.2.0 Come later"
    queued = await stage.reply(contact_id)
    await stage.until_state(queued["mail_id"], MailState.DEFERRED)
    await stage.server.restart()
    stage.sink.reply = "250 2.0.0 Taken"
    row = await stage.mail_row(queued["mail_id"])
    assert row.failure == "451 4.2.0"
    card = stage.server.parts.mail_book(ContactId(contact_id)).email
    assert card is not None
    assert (card.subject, card.mails, card.undelivered) == ("Parcel", 2, 0)


async def test_a_sender_who_did_not_hear_250_sends_again_and_it_is_one_mail(
    stage: MailStage,
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.port)
    await reader.readline()
    for line in ("HELO x", "MAIL FROM:<mia@example.org>", "RCPT TO:<shop@bamboo.example>", "DATA"):
        writer.write(line.encode() + b"\r\n")
        await reader.readline()
    writer.write(mail().as_bytes(policy=SMTP) + b"\r\n.\r\n")
    await stage.server.until(lambda: bool(stage.open_contacts()))
    writer.transport.abort()  # the cable is cut after the commit, before the answer is read
    await stage.server.restart()
    assert (await stage.send(mail(), to="shop@bamboo.example"))[0] == 250
    assert len(stage.open_contacts()) == 1


@pytest.mark.parametrize("dot", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r"])
async def test_no_second_mail_is_smuggled_in_by_line_ends_of_another_kind(
    stage: MailStage, dot: bytes
) -> None:
    inner = b"MAIL FROM:<ceo@bamboo.example>\r\nRCPT TO:<shop@bamboo.example>\r\nDATA\r\nSubject: x\r\n\r\nPay"
    raw = mail().as_bytes(policy=SMTP) + dot + inner + b"\r\n.\r\nQUIT\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", stage.port)
    await reader.readline()
    for line in ("HELO x", "MAIL FROM:<mia@example.org>", "RCPT TO:<shop@bamboo.example>", "DATA"):
        writer.write(line.encode() + b"\r\n")
        await reader.readline()
    writer.write(raw)
    answers = await asyncio.wait_for(reader.read(), looking.PATIENCE_S)
    writer.close()
    assert answers.count(b"250") <= 1
    assert len(stage.open_contacts()) <= 1
    for contact_id in stage.open_contacts():
        rows = await stage.server.parts.store.mails.of_contact(ContactId(contact_id))
        assert len(rows) == 1


async def test_the_measurement_loses_nothing(tmp_path: Path) -> None:
    with may_block():
        figures = await bench.run(mails=20, connections=2, per_s=100.0, folder=tmp_path)
    assert (figures["stored"], figures["lost"]) == (40, 0)


async def test_a_closed_contact_is_gone_on_from_by_a_new_one(stage: MailStage, desk: Page) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    first = await stage.taken()
    await stage.reply(first, ends_contact=True)
    await stage.finish(first)
    (out,) = await stage.sink.until(1)
    again = mail("It did not come", Message_ID="<2@mia>")
    assert (await stage.send(again, to=out["from"]))[0] == 250
    second = await stage.taken()
    assert second != first
    contact = stage.server.contact(second)
    assert contact is not None
    assert contact.preferred_agent_id == stage.server.agent("ann").agent_id
    thread = await stage.thread(second)
    assert thread["former_contact_id"] == first
    assert [one["contact_id"] for one in thread["mails"]] == [first, first, second]


async def test_unknown_mailboxes_and_large_mails_are_refused(stage: MailStage) -> None:
    assert (await stage.send(mail(), to="nobody@bamboo.example"))[0] == 550
    assert (await stage.send(mail("x\n" * 200_000), to="shop@bamboo.example"))[0] == 552
    assert stage.open_contacts() == []


async def test_a_store_that_cannot_write_leaves_the_mail_with_its_sender(
    stage: MailStage,
) -> None:
    large = mail("x\n" * 60_000)
    await stage.server.parts.store.limit_pages(1)
    try:
        assert (await stage.send(large, to="shop@bamboo.example"))[0] == 451
        assert stage.open_contacts() == []
    finally:
        await stage.server.parts.store.limit_pages(None)
    async with asyncio.timeout(looking.PATIENCE_S):
        while (await stage.send(large, to="shop@bamboo.example"))[0] != 250:
            await looking.pause()
    assert len(stage.open_contacts()) == 1


async def test_under_pressure_a_mail_is_left_with_its_sender(
    stage: MailStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressure = stage.server.parts.pressure
    monkeypatch.setattr(pressure, "note", lambda _late_ms, **_: None)
    pressure.is_high = True
    # Told at MAIL already: what is turned away costs us nothing, however large it is.
    assert await asyncio.to_thread(stage.announce, "mia@example.org") == 451
    assert (await stage.send(mail(), to="shop@bamboo.example"))[0] == 451
    assert stage.open_contacts() == []
    pressure.is_high = False
    assert (await stage.send(mail(), to="shop@bamboo.example"))[0] == 250
    assert len(stage.open_contacts()) == 1


async def test_an_acknowledgement_goes_to_people_and_never_round_in_a_circle(
    stage: MailStage,
) -> None:
    asks = mail("请问我的包裹在哪里？", To="help@bamboo.example")
    await stage.send(asks, to="help@bamboo.example")
    (out,) = await stage.sink.until(1)
    assert (out["text"].strip(), out["headers"]["Auto-Submitted"]) == (
        "来信已收到。",
        "auto-replied",
    )
    machines = [
        mail(Message_ID="<2@m>", Auto_Submitted="auto-generated"),
        mail(Message_ID="<3@m>", Precedence="bulk"),
        mail(Message_ID="<4@m>", List_Id="<news.example.org>"),
        mail(Message_ID="<5@m>", From="noreply@example.org"),
        mail(Message_ID="<6@m>", From="shop@bamboo.example"),
    ]
    for message in machines:
        await stage.send(message, to="help@bamboo.example")
    await stage.send(mail(Message_ID="<7@m>"), sender="", to="help@bamboo.example")
    for number in range(8, 14):
        await stage.send(mail(Message_ID=f"<{number}@m>"), to="help@bamboo.example")
    sent = stage.server.server._mail
    assert sent is not None
    await looking.until(lambda: sent.sender.counts["sent"] >= 3)
    assert len(stage.sink.mails) == 3
    assert {one["to"][0] for one in stage.sink.mails} == {"mia@example.org"}


async def test_a_closed_queue_answers_mail_with_what_the_supervisor_says(stage: MailStage) -> None:
    queue_id = next(
        box.queue_id
        for address, box in stage.server.parts.configuration.mailboxes().items()
        if address.startswith("help@")
    )
    fire = {"en": "We had a fire.", "zh": "我们这里着火了。"}
    await stage.ask("POST", f"/api/v1/queues/{queue_id}/close", {"message": fire}, by="ada")
    asks = mail("请问我的包裹在哪里？", To="help@bamboo.example")
    await stage.send(asks, to="help@bamboo.example")
    (out,) = await stage.sink.until(1)
    assert out["text"].strip() == fire["zh"]


async def test_an_absence_note_never_opens_a_settled_contact_again(
    stage: MailStage, desk: Page
) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    await stage.reply(contact_id)
    (out,) = await stage.sink.until(1)
    away = mail("I am away", Message_ID="<2@mia>", Auto_Submitted="auto-replied")
    assert (await stage.send(away, sender="", to=out["from"]))[0] == 250
    assert [one["kind"] for one in (await stage.thread(contact_id))["mails"]][-1] == "automatic"
    await stage.finish(contact_id)
    later = mail("I am still away", Message_ID="<3@mia>", Auto_Submitted="auto-replied")
    assert (await stage.send(later, sender="", to=out["from"]))[0] == 250
    assert stage.open_contacts() == []


def bounce(message_id: str, status: str = "5.1.1") -> bytes:
    """A delivery status notification as a mail server writes it."""
    return (
        "From: MAILER-DAEMON@example.org\r\nTo: x\r\nSubject: Undelivered\r\nMessage-ID: <b@mx>\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; mia@example.org\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\n\r\n--b--\r\n"
    ).encode()


async def test_the_queue_a_mail_is_in_signs_in_the_customers_language(
    stage: MailStage, desk: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one of its own the mailbox signs."""
    await stage.send(mail("我的包裹在哪里？"), to="shop@bamboo.example")
    contact_id = await stage.taken()
    assert (await stage.thread(contact_id))["reply"]["signature"] == "此致"
    configuration = stage.server.parts.configuration
    queue_id = stage.server.state.contacts[ContactId(contact_id)].queue_id
    signed = {queue_id: {"en": "Your sales team", "zh": "销售部"}}
    monkeypatch.setattr(configuration, "_signatures", signed)
    assert (await stage.thread(contact_id))["reply"]["signature"] == "销售部"


async def test_a_bounce_marks_the_answer_and_tells_the_agent(stage: MailStage, desk: Page) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    queued = await stage.reply(contact_id)
    (out,) = await stage.sink.until(1)
    await stage.until_state(queued["mail_id"], MailState.SENT)
    raw = bounce(out["headers"]["Message-ID"])
    assert (await stage.send(raw, sender="", to=out["from"]))[0] == 250
    row = await stage.mail_row(queued["mail_id"])
    assert (row.state, row.failure) == (MailState.BOUNCED, "5.1.1")
    frame = await desk.until(
        lambda frame: (
            frame["type"] == "desk"
            and any(one["email"]["mails"] == 3 for one in frame["desk"]["assignments"])
        )
    )
    assert frame["desk"]["assignments"][0]["email"]["undelivered"] == 1
    assert len(stage.sink.mails) == 1, "a bounce is not answered"


async def test_an_answer_refused_for_good_comes_back_to_the_agent_also_when_all_was_closed(
    stage: MailStage, desk: Page
) -> None:
    stage.sink.reply = "550 5.7.1 mia@example.org is not wanted"
    await stage.send(mail(), to="shop@bamboo.example")
    first = await stage.taken()
    queued = await stage.reply(first)
    await stage.until_state(queued["mail_id"], MailState.FAILED)
    thread = await stage.thread(first)
    assert [one["kind"] for one in thread["mails"]] == ["mail", "reply", "bounce"]
    assert thread["mails"][1]["failure"] == "550 5.7.1"
    sender = stage.server.server._mail
    assert sender is not None
    await stage.finish(first)
    assert "Re: Parcel" in thread["mails"][2]["text"]


async def test_parked_mail_comes_back_when_its_customer_writes(
    stage: MailStage, desk: Page
) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    until_ms = stage.server.parts.clock.now_ms() + 3_600_000
    await stage.ask("POST", f"/api/v1/contacts/{contact_id}/park", {"until_ms": until_ms})
    assert stage.state(contact_id) is ContactState.PARKED
    card = stage.server.parts.mail_book(ContactId(contact_id)).email
    assert card is not None
    assert card.parked_until_ms == until_ms
    await stage.send(mail(Message_ID="<2@mia>", References="<1@mia>"), to="shop@bamboo.example")
    await stage.server.until(lambda: stage.state(contact_id) is ContactState.CONNECTED)


async def test_parked_mail_comes_back_at_the_instant_its_agent_named(
    stage: MailStage, desk: Page
) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    until_ms = stage.server.parts.clock.now_ms() + 3_600_000
    await stage.ask("POST", f"/api/v1/contacts/{contact_id}/park", {"until_ms": until_ms})
    assert stage.state(contact_id) is ContactState.PARKED
    stage.server.later(3_600)
    await stage.server.until(lambda: stage.state(contact_id) is ContactState.CONNECTED)
    assert stage.server.parts.clock.now_ms() >= until_ms


async def test_attachments_are_files_and_dangerous_ones_are_not_kept(
    stage: MailStage, desk: Page
) -> None:
    message = mail()
    message.add_attachment("<script>alert(1)</script>", subtype="html", filename="../发票.html")
    message.add_attachment(b"MZ", maintype="application", subtype="x-dosexec", filename="a.pdf.exe")
    await stage.send(message, to="shop@bamboo.example")
    contact_id = await stage.taken()
    files = (await stage.thread(contact_id))["mails"][0]["attachments"]
    assert [(one["name"], one["refused"]) for one in files] == [
        ("发票.html", ""),
        ("a.pdf.exe", "type"),
    ]
    path = f"/api/v1/contacts/{contact_id}/attachment?attachment_id="
    got = await stage.server.ask("GET", path + files[0]["attachment_id"], by="ann")
    assert got.body.strip() == "<script>alert(1)</script>"
    assert got.headers["Content-Type"] == "application/octet-stream"
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert got.headers["Content-Disposition"].startswith('attachment; filename="')
    assert (await stage.server.ask("GET", path + "other", by="ann")).code == "mail_unknown"

    forwarded = await stage.ask(
        "POST",
        f"/api/v1/contacts/{contact_id}/mails",
        {
            "to": ["first.expert+post@example.net"],
            "subject": "Fwd: Parcel",
            "text": "Please look",
            "mail_id": (await stage.thread(contact_id))["mails"][0]["mail_id"],
            "is_forward": True,
        },
    )
    (out,) = await stage.sink.until(1)
    assert (out["to"], out["attachments"]) == (["first.expert+post@example.net"], ["发票.html"])
    await stage.until_state(forwarded["mail_id"], MailState.SENT)
    answer = mail("It is a fake", From="first.expert+post@example.net", Message_ID="<e@x>")
    await stage.send(answer, sender="first.expert+post@example.net", to=out["from"])
    assert [one["kind"] for one in (await stage.thread(contact_id))["mails"]] == [
        "mail",
        "forward",
        "mail",
    ]


async def test_html_is_harmless_and_pictures_are_fetched_only_on_demand(
    stage: MailStage, desk: Page
) -> None:
    message = mail()
    message.add_alternative(
        "<p onclick='x()'>Hi <script>alert(1)</script><img src='https://spy.example/p.png'></p>",
        subtype="html",
    )
    await stage.send(message, to="shop@bamboo.example")
    contact_id = await stage.taken()
    shown = (await stage.thread(contact_id))["mails"][0]
    assert (shown["has_html"], shown["has_remote_images"]) == (True, True)
    path = f"/api/v1/contacts/{contact_id}/mail-html?mail_id={shown['mail_id']}"
    plain = await stage.server.ask("GET", path, by="ann")
    assert "spy.example" not in plain.body
    assert "script" not in plain.body.lower()
    assert "default-src 'none'" in plain.headers["Content-Security-Policy"]
    assert "sandbox" in plain.headers["Content-Security-Policy"]
    loud = await stage.server.ask("GET", path + "&images=true", by="ann")
    assert 'src="https://spy.example/p.png"' in loud.body


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (
            b"From: mia@example.org\r\nSubject: Bomb\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
            + b"--b\r\n\r\nx\r\n" * 15_000,
            "too_many_parts",
        ),
        (
            b"From: mia@example.org\r\nSubject: Deep\r\n"
            + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 2_000,
            "nested_too_deep",
        ),
        (b"From: mia@example.org\r\n" + b"X-A: b\r\n" * 2_000 + b"\r\nx", "head_too_long"),
    ],
)
async def test_a_mail_that_cannot_be_read_safely_is_kept_whole_and_shown_as_such(
    stage: MailStage, desk: Page, raw: bytes, reason: str
) -> None:
    assert (await stage.send(raw, to="shop@bamboo.example"))[0] == 250
    contact_id = await stage.taken()
    (shown,) = (await stage.thread(contact_id))["mails"]
    assert shown["unread_because"] == reason
    assert shown["sender"]["address"] == "mia@example.org"
    assert [one["name"] for one in shown["attachments"]] == ["original.eml"]


async def test_only_the_holder_writes_and_everybody_else_sees_who_does(
    stage: MailStage, desk: Page
) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    await desk.send({"type": "typing", "contact_id": contact_id})
    async with asyncio.timeout(looking.PATIENCE_S):
        while not (thread := await stage.thread(contact_id, by="bob"))["is_holder_writing"]:
            await looking.pause()
    assert thread["holder_name"] == "Ann Berg"
    body = {"to": ["mia@example.org"], "subject": "Re: Parcel", "text": "From bob"}
    path = f"/api/v1/contacts/{contact_id}/mails"
    refused = await stage.server.ask("POST", path, by="bob", body=body)
    assert refused.code == "not_your_contact"
    assert (await stage.server.ask("POST", path, by="sam", body=body)).code == "forbidden"


@pytest.mark.parametrize("to", ["mia@example.org\nBcc: x@y.z", "mia", "a@b@c", "用户@example.org"])
async def test_an_address_that_is_none_is_refused(stage: MailStage, desk: Page, to: str) -> None:
    await stage.send(mail(), to="shop@bamboo.example")
    contact_id = await stage.taken()
    body = {"to": [to], "subject": "Re", "text": "Hello"}
    path = f"/api/v1/contacts/{contact_id}/mails"
    answer = await stage.server.ask("POST", path, by="ann", body=body)
    assert answer.code in {"mail_refused", "request_invalid"}
    assert not stage.sink.mails
