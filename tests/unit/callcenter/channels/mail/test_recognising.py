"""People and machines, languages, and what is new in an answer."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import pytest

from callcenter.channels.mail.mails import Address, MailKind
from callcenter.channels.mail.parsing import Parsed, Report
from callcenter.channels.mail.recognising import (
    authentication_of,
    kind_of,
    language_of,
    may_be_acknowledged,
    own_words,
)


def parsed(sender: str = "mia@example.org", **headers: str) -> Parsed:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Parsed(sender=Address(sender), headers=named)


@pytest.mark.parametrize(
    ("mail", "kind"),
    [
        (parsed(), MailKind.MAIL),
        (parsed(auto_submitted="auto-replied (vacation)"), MailKind.AUTOMATIC),
        (parsed(auto_submitted="auto-generated"), MailKind.MAIL),
        (parsed(x_autoreply="yes"), MailKind.AUTOMATIC),
        (parsed(precedence="auto_reply"), MailKind.AUTOMATIC),
        (Parsed(report=Report(True, "5.1.1", "")), MailKind.BOUNCE),
    ],
)
def test_machines_that_answer_are_known(mail: Parsed, kind: MailKind) -> None:
    assert kind_of(mail, "mia@example.org") is kind


def test_an_old_bounce_without_a_report_is_known_by_its_sender() -> None:
    daemon = parsed("MAILER-DAEMON@mx.example")
    assert kind_of(daemon, "") is MailKind.BOUNCE
    assert kind_of(daemon, "x@y.z") is MailKind.MAIL


@pytest.mark.parametrize(
    "mail",
    [
        parsed(auto_submitted="auto-generated"),
        parsed(precedence="bulk"),
        parsed(list_id="<a.b>"),
        parsed(list_unsubscribe="<mailto:a@b.c>"),
        parsed(x_auto_response_suppress="all"),
        parsed("no-reply@example.org"),
        parsed("bounces+123@example.org"),
        parsed(""),
    ],
)
def test_nothing_is_sent_to_machines(mail: Parsed) -> None:
    assert not may_be_acknowledged(mail, "x@example.org")


def test_people_are_answered_unless_the_envelope_names_nobody() -> None:
    assert may_be_acknowledged(parsed(auto_submitted="no"), "mia@example.org")
    assert not may_be_acknowledged(parsed(), "")


def test_what_the_receiving_server_found_is_told() -> None:
    told = "mx.bamboo.example; spf=pass; dkim=fail; dmarc=fail (p=reject)"
    assert authentication_of(parsed(authentication_results=told)) == "fail"
    assert authentication_of(parsed(authentication_results="dmarc=pass")) == "pass"
    assert authentication_of(parsed()) == ""


@pytest.mark.parametrize(
    ("text", "default", "language"),
    [
        ("你好，我的包裹在哪里？", "en", "zh"),
        ("Where is it?", "zh", "en"),
        ("Where is it?", "en", "en"),
        ("4711", "zh", "zh"),
        ("Order 4711 please, thank you very much indeed 好", "zh", "zh"),
    ],
)
def test_the_language_is_that_of_the_letters(text: str, default: str, language: str) -> None:
    assert language_of(text, default) == language


@pytest.mark.parametrize(
    "quotation",
    [
        "On Mon, Jul 6, 2026 at 9:00 Mia <mia@x.org> wrote:\n> old",
        "> old",
        "在 2026年7月6日，Mia 写道：\nold",
        "-----Original Message-----\nFrom: Mia",
        "发件人: 竹里客服 <help@bamboo.example>\nold",
        "________________________________\nFrom: Mia",
    ],
)
def test_what_an_answer_repeats_is_told_apart(quotation: str) -> None:
    assert own_words(f"New words\n\n{quotation}") == "New words"
    assert own_words(quotation) == quotation, "an answer below its quotation is shown whole"


def test_a_mail_without_a_quotation_is_all_its_own() -> None:
    assert own_words("5 > 4\nOn Monday I wrote to you") == "5 > 4\nOn Monday I wrote to you"
