"""The checkers of calls and mails name what was spoiled, and nothing in what was not."""

from typing import Any

import msgspec
import pytest

from callcenter.channels.mail.mails import Address, Mail, MailKind
from callcenter.ports.calls import CallRow
from loadtests.smtp_sink import Sink
from routing import events as ev
from routing.ids import AgentId, ContactId, OfferId, QueueId
from routing.model import Channel
from tests.chaos.calls import check_calls
from tests.chaos.history import Entry
from tests.chaos.mails import Sent, check_mails

CONTACT = ContactId("c1")
ROW = CallRow("demo", "call-1", CONTACT, 1, 9, "hangup")


def line(**change: object) -> dict[str, Any]:
    leg = {"to": "1001", "was_answered": True, "cause": "released"}
    call = {"call_id": "call-1", "cause": "hangup", "bridged": ["c1.1"], "legs": {"c1.1": leg}}
    return call | change


def journal(*, closed: int = 1, accepted: str = "c1.1") -> list[Entry]:
    queue_id, agent_id = QueueId("sales"), AgentId("anna")
    events: list[ev.Event] = [
        ev.ContactArrived(1, CONTACT, Channel.VOICE, queue_id, ""),
        ev.OfferAccepted(2, OfferId(accepted), CONTACT, agent_id),
    ]
    outcome = ev.ContactOutcome.HANDLED
    events += [ev.ContactClosed(9, CONTACT, queue_id, outcome, agent_id, None)] * closed
    return [Entry(seq, event) for seq, event in enumerate(events, 1)]


def test_a_call_both_sides_agree_about_is_no_problem() -> None:
    assert check_calls([line()], [ROW], journal()) == []


@pytest.mark.parametrize(
    ("log", "rows", "entries", "said"),
    [
        ([line()], [], journal(), "knows nothing"),
        ([], [ROW], journal(), "nobody ever made"),
        (
            [line()],
            [msgspec.structs.replace(ROW, ended_at_ms=None)],
            journal(),
            "never here",
        ),
        ([line(cause="released")], [ROW], journal(), "here by hangup"),
        ([line()], [ROW], journal(closed=2), "closed 2 times"),
        ([line()], [ROW], journal(closed=0), "closed 0 times"),
        ([line()], [ROW], journal(accepted="c1.2"), "nobody had accepted"),
    ],
)
def test_a_spoiled_call_is_named(
    log: list[dict[str, Any]], rows: list[CallRow], entries: list[Entry], said: str
) -> None:
    problems = check_calls(log, rows, entries)
    assert any(said in problem.text for problem in problems)


def mail(kind: MailKind, message_id: str, text: str) -> tuple[str, Mail]:
    sender = Address("mia@example.com")
    body = Mail(kind=kind, mailbox_id="m", message_id=message_id, sender=sender, text=text)
    return str(CONTACT), body


SENT = Sent({"<1@x>": "mail 1"}, [(str(CONTACT), "answer 1")])
CAME = mail(MailKind.MAIL, "<1@x>", "mail 1")
WENT = mail(MailKind.REPLY, "<2@y>", "answer 1\n\n-- \nus")


def sink(*message_ids: str) -> Sink:
    made = Sink()
    for message_id in message_ids:
        made.mails.append({"text": "answer 1", "headers": {"Message-ID": message_id}})
    return made


def test_mails_that_are_there_and_went_out_are_no_problem() -> None:
    assert check_mails(SENT, sink("<2@y>", "<2@y>"), [CAME, WENT], []) == []
    assert check_mails(SENT, sink(), [CAME, WENT], [str(CONTACT)]) == []


@pytest.mark.parametrize(
    ("out", "stored", "said"),
    [
        (("<2@y>",), [WENT], "is not stored"),
        (("<2@y>",), [CAME, CAME, WENT], "stored 2 times"),
        (("<2@y>",), [CAME], "stored 0 times"),
        ((), [CAME, WENT], "never went out"),
        (("<2@y>", "<3@y>"), [CAME, WENT], "as 2 mails"),
    ],
)
def test_a_spoiled_mail_is_named(
    out: tuple[str, ...], stored: list[tuple[str, Mail]], said: str
) -> None:
    problems = check_mails(SENT, sink(*out), stored, [])
    assert any(said in problem.text for problem in problems)
