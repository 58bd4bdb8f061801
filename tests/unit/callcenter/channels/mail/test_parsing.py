"""Whatever a stranger sends, the end is a mail or a reason, soon."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import time
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.channels.mail import limits
from callcenter.channels.mail.opening import opened
from callcenter.channels.mail.parsing import (
    MailRefused,
    clean,
    decoded_text,
    is_address,
    parse,
    parse_head,
)


def raw_of(message: EmailMessage) -> bytes:
    return message.as_bytes(policy=SMTP)


def test_a_plain_mail_is_read() -> None:
    message = EmailMessage()
    message["From"] = "陈 晓 <chen@example.org>"
    message["To"] = "help@shop.example, Bo <bo@shop.example>"
    message["Reply-To"] = "else@example.org"
    message["Subject"] = "你好，包裹"
    message["Message-ID"] = "<1@x>"
    message["References"] = "<a@x> <b@x>"
    message["In-Reply-To"] = "<b@x>"
    message.set_content("内容")
    parsed = parse(raw_of(message))
    assert (parsed.sender.address, parsed.sender.name) == ("chen@example.org", "陈 晓")
    assert [one.address for one in parsed.to] == ["help@shop.example", "bo@shop.example"]
    assert (parsed.reply_to, parsed.subject, parsed.text) == (
        "else@example.org",
        "你好，包裹",
        "内容",
    )
    assert (parsed.message_id, parsed.references) == ("<1@x>", ["<b@x>", "<a@x>"])


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("gb2312", "价格".encode("gb18030")),
        ("no-such-charset", "价格".encode()),
        ("us-ascii", "价格".encode()),
        ("utf-8", "价格".encode("gb18030")),
        ("utf-8\x00", "价格".encode()),
    ],
)
def test_a_wrong_charset_is_read_as_well_as_it_can_be(charset: str, raw: bytes) -> None:
    assert decoded_text(raw, charset) == "价格"


def test_what_no_charset_fits_is_read_with_gaps() -> None:
    assert decoded_text(b"a\xff\xff\x80", "utf-8") == "aÿÿ\x80"


def test_names_of_files_are_names_alone() -> None:
    message = EmailMessage()
    message.set_content("see")
    for name in ("../../etc/passwd", "C:\\boot.ini", "a\u202egpj.exe", "x" * 400 + ".pdf", "..."):
        message.add_attachment(b"x", maintype="application", subtype="pdf", filename=name)
    names = [one.name for one in parse(raw_of(message)).attachments]
    assert names[:3] == ["passwd", "boot.ini", "agpj.exe"]
    assert len(names[3]) <= limits.FILE_NAME_CHARACTERS_MAX
    assert names[3].endswith(".pdf")
    assert names[4] == "attachment"


def test_a_mail_within_a_mail_is_a_file_and_is_not_opened() -> None:
    inner, outer = EmailMessage(), EmailMessage()
    inner["Subject"] = "inner"
    inner.set_content("inner words")
    outer.set_content("outer words")
    outer.add_attachment(inner)
    parsed = parse(raw_of(outer))
    assert parsed.text == "outer words"
    (attached,) = parsed.attachments
    assert attached.name == "message.eml"
    assert b"inner words" in attached.content


def test_an_archive_is_never_opened() -> None:
    message = EmailMessage()
    message.set_content("see")
    message.add_attachment(b"PK\x03\x04" + bytes(100), maintype="application", subtype="zip")
    assert parse(raw_of(message)).attachments[0].content == b"PK\x03\x04" + bytes(100)


def test_long_texts_and_large_html_are_cut_and_say_so() -> None:
    message = EmailMessage()
    message.set_content("x" * (limits.TEXT_CHARACTERS_MAX + 1))
    message.add_alternative("y" * (limits.HTML_BYTES_MAX + 1), subtype="html")
    parsed = parse(raw_of(message))
    assert (len(parsed.text), parsed.html, parsed.is_cut) == (limits.TEXT_CHARACTERS_MAX, "", True)


MANY = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
BOMBS = {
    "too_many_parts": MANY + b"--b\r\n\r\nx\r\n" * 100_000,
    "too_many_parts ": MANY + b"--b\r\n\r\nx\r\n" * (limits.PARTS_MAX + 1) + b"--b--",
    "nested_too_deep": b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
    "nested_too_deep ": b"Content-Type: multipart/mixed;\r\n boundary=b\r\n\r\n--b\r\n" * 5_000,
    "head_too_long": b"X: y\r\n" * 100_000 + b"\r\nx",
    "head_too_long ": b"Subject: " + b"x" * 300_000 + b"\r\n\r\nx",
    "head_too_long  ": MANY
    + b'--b\r\nContent-Type: text/plain; a="'
    + b";" * 100_000
    + b"\r\n\r\n",
}


@pytest.mark.parametrize("reason", BOMBS)
def test_what_would_take_long_is_refused_before_it_is_parsed(reason: str) -> None:
    raw = b"From: a@b.c\r\nSubject: Bomb\r\n" + BOMBS[reason]
    started_s = time.thread_time()
    with pytest.raises(MailRefused) as refused:
        parse(raw)
    assert time.thread_time() - started_s < 5
    assert refused.value.reason == reason.strip()


def test_of_a_mail_that_is_not_opened_the_head_is_known() -> None:
    mail = opened(
        b"From: Mia <mia@x.org>\r\nSubject: Bomb\r\n" + BOMBS["too_many_parts"], "mia@x.org"
    )
    assert (mail.unread_because, mail.text, mail.html) == ("too_many_parts", "", "")
    assert (mail.parsed.sender.address, mail.parsed.subject) == ("mia@x.org", "Bomb")
    assert not mail.may_be_acknowledged


HEADERS = st.sampled_from(
    [
        b"From",
        b"To",
        b"Subject",
        b"Content-Type",
        b"Content-Disposition",
        b"Content-Transfer-Encoding",
        b"Message-ID",
        b"References",
        b"Reply-To",
        b"Authentication-Results",
    ]
)
VALUES = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=b",
            b"multipart/report; report-type=delivery-status; boundary=b",
            b"message/rfc822",
            b"message/delivery-status",
            b"text/html; charset=utf-7",
            b"text/plain; charset*=x''%zz",
            b"base64",
            b"x-uuencode",
            b"attachment; filename*0=a; filename*1*=%ff",
            b"=?utf-8?b?w?= <a@b.c>",
            b"((((((((((" * 50,
            b"=?x-unknown?q?=41?=",
            b'"a" <b@c>, @d:e@f, <>',
        ]
    ),
)
LINES = st.one_of(
    st.tuples(HEADERS, VALUES).map(lambda one: one[0] + b": " + one[1]),
    st.sampled_from([b"", b"--b", b"--b--", b"Action: failed", b"begin 644 x"]),
    st.binary(max_size=40),
)


def test_a_broken_encoded_word_stands_as_it_came() -> None:
    raw = b"From: =?utf-8?b?AAAAA?= <a@b.c>\r\nSubject: =?utf-8?b?AAAAA?=\r\n\r\nHi"
    parsed = opened(raw, "a@b.c").parsed
    assert (parsed.sender.address, parsed.subject) == ("a@b.c", "=?utf-8?b?AAAAA?=")


@given(st.lists(LINES, max_size=30), st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_no_bytes_break_the_reader(lines: list[bytes], end: bytes) -> None:
    raw = end.join(lines)
    mail = opened(raw, "a@b.c")
    for text in (mail.text, mail.html, mail.parsed.subject, mail.parsed.sender.address):
        text.encode("utf-8")
    parse_head(raw)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("mia@example.org", True),
        ("mia+x@example.org", True),
        ("mia", False),
        ("a@b@c", False),
        ("a b@c", False),
        ("a@b\nBcc: x@y", False),
        ("a@" + "b" * 300, False),
        ('"a"@b', False),
    ],
)
def test_an_address_is_one_plain_address(text: str, is_one: bool) -> None:
    assert is_address(text) is is_one


def test_what_is_no_text_is_dropped() -> None:
    assert clean("a\x00b\u202ec\ud800d\n\te") == "abcd\n\te"
