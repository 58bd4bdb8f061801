# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

from typing import Any

import pytest

from ivr import limits
from ivr.calling_back import diallable
from ivr.session import Answered, Ask, BookCallBack, Collect, Option, Passed, Prompt
from tests.unit.ivr.walking import Walk, flow, flows

OFFER: dict[str, Any] = {
    "kind": "call_back_offer",
    "queue": "sales",
    "text": {"en": "Shall we call you back?", "zh": "需要回电吗？"},
    "accepted": "thanks",
    "declined": "wait",
    "attempts": 2,
}
SAID: dict[str, Any] = {"kind": "say", "next": "end"}


def walk(language: str = "en", caller: str = "+49 30-12", channel: str = "voice") -> Walk:
    nodes = {"here": OFFER, "thanks": SAID, "wait": SAID, "end": {"kind": "hang_up"}}
    known = flows(flow("main", "here", **nodes))
    return Walk(known, language=language, caller=caller, channel=channel)


def press(walked: Walk, value: str, *, is_done: bool = True) -> None:
    assert walked.session.asked is not None
    walked.give(Answered(walked.session.asked.number, is_done, value))


def asked(walked: Walk) -> Ask:
    """What it asks now."""
    (ask,) = walked.asks
    return ask


def at(walked: Walk) -> str:
    return walked.session.frames[-1].node


def test_the_number_is_read_back_and_confirmed() -> None:
    walked = walk()
    assert walked.asks == (
        Collect(
            number=1,
            prompt=Prompt("Shall we call you back?", "", "en"),
            wait_ms=10_000,
            options=(Option("1", "Call me back"), Option("2", "No, thank you")),
        ),
    )
    press(walked, "1")
    read_back = asked(walked)
    assert isinstance(read_back, Collect)
    assert read_back.prompt.text == (
        "We will call you back at this number: 4 9 3 0 1 2"
        " If it is right, press 1. For another number, press 2."
    )
    assert " ".join(read_back.prompt.parts) == read_back.prompt.text
    assert read_back.options == (
        Option("1", "The number is right"),
        Option("2", "Another number"),
    )
    press(walked, "1")
    assert asked(walked) == BookCallBack(number=3, queue_id="sales", to="+493012")
    assert walked.session.due_ms == walked.now_ms + limits.LOOK_UP_MS
    press(walked, "accepted")
    assert at(walked) == "thanks"
    assert walked.session.values["call_back_number"] == "+493012"
    assert walked.session.stage == ""


def test_another_number_is_typed_and_read_back_in_the_language() -> None:
    walked = walk("zh")
    press(walked, "1")
    press(walked, "2")
    typing = asked(walked)
    assert isinstance(typing, Collect)
    assert typing.prompt.text == "请输入带区号的电话号码，以井号键结束。"
    assert not typing.options
    press(walked, "0301234#")
    read_back = asked(walked)
    assert isinstance(read_back, Collect)
    assert read_back.prompt.parts[1:-1] == tuple("0301234")
    press(walked, "1")
    assert asked(walked) == BookCallBack(number=5, queue_id="sales", to="0301234")


def test_a_withheld_number_is_asked_for_at_once() -> None:
    walked = walk(caller="anonymous")
    press(walked, "1")
    assert isinstance(walked.asks[0], Collect)
    assert not walked.asks[0].options


def test_who_writes_is_told_of_no_keys() -> None:
    walked = walk(caller="carol@example.org", channel="chat")
    press(walked, "1")
    writing = asked(walked)
    assert isinstance(writing, Collect)
    assert (writing.accepts, writing.prompt.text) == (
        "phone",
        "At which number can we call you back? Please write it with its area code.",
    )
    press(walked, "030 / 1234")
    read_back = asked(walked)
    assert isinstance(read_back, Collect)
    assert read_back.prompt == Prompt("We will call you back at this number: 0301234", "", "en")


@pytest.mark.parametrize(
    "answers",
    [
        [("2", True)],
        [("", False), ("", False)],
        [("7", True), ("", False)],
        [("1", True), ("9", True), ("", False)],
        [("1", True), ("2", True), ("12#", True), ("", False)],
        [("1", True), ("1", True), ("taken", True)],
        [("1", True), ("1", True), ("accepted", False)],
    ],
)
def test_no_answer_or_no_promise_is_a_no(answers: list[tuple[str, bool]]) -> None:
    walked = walk()
    for value, is_done in answers:
        assert at(walked) == "here"
        press(walked, value, is_done=is_done)
    assert at(walked) == "wait"


def test_time_alone_leads_on() -> None:
    walked = walk()
    for _ in range(2):
        assert walked.session.due_ms is not None
        walked.now_ms = walked.session.due_ms
        walked.give(Passed())
    assert at(walked) == "wait"


def test_another_stage_has_its_own_attempts() -> None:
    walked = walk()
    press(walked, "x")
    press(walked, "1")
    press(walked, "x")
    press(walked, "1")
    assert isinstance(walked.session.asked, BookCallBack)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+49 (0)30/123-4", "+490301234"),
        ("110", "110"),
        ("12", ""),
        ("", ""),
        ("carol@example.org", ""),
        ("1" * 21, ""),
    ],
)
def test_what_is_a_number(text: str, number: str) -> None:
    assert diallable(text) == number
