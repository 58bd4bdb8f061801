"""The gate between a page and the phone system: what a page may say, and what it cannot smuggle past it."""

import pytest

from callcenter.telephony.browser.sip import Gate, read, registration

NAME = "web-0123456789abcdef"


def request(
    method: str = "INVITE",
    target: str = "call@callcenter.invalid",
    *,
    sender: str = f"<sip:{NAME}@callcenter.invalid>;tag=a",
    call_id: str = "one",
    more: str = "",
    to: str = "<sip:call@callcenter.invalid>",
) -> str:
    return (
        f"{method} sip:{target} SIP/2.0\r\nTo: {to}\r\nFrom: {sender}\r\n"
        f"Call-ID: {call_id}\r\nCSeq: 1 {method}\r\n{more}\r\n"
    )


def guest() -> Gate:
    return Gate(NAME, is_guest=True)


def agent() -> Gate:
    return Gate(NAME, is_guest=False)


def test_a_customers_phone_calls_once_and_ends_its_call() -> None:
    gate = guest()
    assert gate.admits(request())
    assert gate.admits(request())  # again, with its proof
    assert gate.has_called
    contact = "127.0.0.1:8088;transport=ws"
    answered = "<sip:call@callcenter.invalid>;tag=b"
    assert gate.admits(request("ACK", contact, to=answered))
    assert gate.admits(request("INVITE", contact, to=answered))  # within its call
    assert gate.admits(request("BYE", contact, to=answered))
    assert not gate.admits(request(call_id="two"))


@pytest.mark.parametrize(
    "target",
    ["+4930900200@x", "1001@x", "callx@x", "echo@x", "call%2e@x", "CALL@x", "@x", "x"],
)
def test_a_customers_phone_reaches_nothing_else(target: str) -> None:
    assert not guest().admits(request(target=target))


@pytest.mark.parametrize(
    "method", ["REGISTER", "REFER", "MESSAGE", "SUBSCRIBE", "PUBLISH", "NOTIFY"]
)
def test_a_customers_phone_asks_for_calls_alone(method: str) -> None:
    assert not guest().admits(request(method))


def test_an_agents_phone_registers_and_hands_nothing_on() -> None:
    assert agent().admits(request("REGISTER", "callcenter.invalid"))
    assert agent().admits(request("BYE", "127.0.0.1:8088"))
    assert not agent().admits(request("REFER"))
    assert not agent().admits(request("MESSAGE"))


def test_an_agents_phone_begins_no_call() -> None:
    target = "+49307654321@callcenter.invalid"
    assert not agent().admits(request("INVITE", target))
    within = f"<sip:{target}>;tag=b"
    assert agent().admits(request("INVITE", "127.0.0.1:8088", to=within))


@pytest.mark.parametrize(
    "sender",
    [
        "<sip:caller@callcenter.invalid>;tag=a",
        f"<sip:{NAME}x@callcenter.invalid>;tag=a",
        f"<sip:x{NAME}@callcenter.invalid>;tag=a",
        f'"<sip:caller@x>" <sip:{NAME}@callcenter.invalid>;tag=a',
        f"<sip:caller@x>, <sip:{NAME}@callcenter.invalid>;tag=a",
        f"<sips:{NAME}@callcenter.invalid>;tag=a",
        "",
    ],
)
def test_a_page_speaks_for_its_own_phone_alone(sender: str) -> None:
    assert not agent().admits(request("REGISTER", "callcenter.invalid", sender=sender))
    assert not guest().admits(request(sender=sender))


@pytest.mark.parametrize(
    "more",
    [
        "From: <sip:caller@callcenter.invalid>;tag=b\r\n",
        "f: <sip:caller@callcenter.invalid>;tag=b\r\n",
        "Call-ID: two\r\n",
        "X: 1\n\r\n",
        "X: 1\nFrom: <sip:caller@callcenter.invalid>\r\n",
        " folded\r\n",
        "no header\r\n",
        "X: \0\r\n",
    ],
)
def test_two_readers_cannot_read_it_differently(more: str) -> None:
    assert not guest().admits(request(more=more))


@pytest.mark.parametrize(
    "frame", ["", "hello", "GET / HTTP/1.1\r\n\r\n", "INVITE tel:110 SIP/2.0\r\n\r\n"]
)
def test_what_is_no_sip_goes_nowhere(frame: str) -> None:
    assert not agent().admits(frame)


def test_an_answer_passes() -> None:
    assert agent().admits("SIP/2.0 200 OK\r\nFrom: <sip:anonymous@anonymous.invalid>\r\n\r\nv=0")


def answer(first: str, cseq: str, more: str = "") -> str:
    return f"{first}\r\nCSeq: {cseq}\r\n{more}\r\n"


def test_what_the_phone_system_says_of_a_registration() -> None:
    assert registration(answer("SIP/2.0 200 OK", "2 REGISTER", "Contact: <sip:a@b>\r\n")) is True
    assert registration(answer("SIP/2.0 200 OK", "3 REGISTER")) is False
    assert registration(answer("SIP/2.0 403 Forbidden", "2 REGISTER")) is False
    assert registration(answer("SIP/2.0 401 Unauthorized", "1 REGISTER")) is None
    assert registration(answer("SIP/2.0 200 OK", "2 INVITE", "Contact: <sip:a@b>\r\n")) is None
    assert registration("\r\n\r\n") is None


def test_compact_names_are_the_long_ones() -> None:
    message = read("BYE sip:a@b SIP/2.0\r\nf: <sip:a@b>\r\nI: one\r\n\r\n")
    assert message is not None
    assert message.one("from") == "<sip:a@b>"
    assert message.one("call-id") == "one"
