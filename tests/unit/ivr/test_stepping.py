"""Sessions: each kind of node asks what it should, and goes where its answer leads."""

from typing import Any

import pytest

from ivr import limits
from ivr.session import (
    Answered,
    Ask,
    AskHours,
    AskMark,
    AskProfile,
    AskRequest,
    Collect,
    Enqueue,
    Frame,
    Given,
    HandOver,
    Leave,
    Mark,
    Option,
    Outcome,
    Passed,
    Prompt,
    Reassure,
    Record,
    Speak,
    Went,
)
from ivr.stepping import step
from routing.expressions import Fact
from tests.unit.ivr.walking import EN, Walk, flow, flows

Plain = dict[str, Any]
END: Plain = {"kind": "hang_up"}
BYE: Plain = {"kind": "hang_up", "text": {"en": "Bye", "zh": "再见"}}


def walk(node: Plain, **nodes: Plain) -> Walk:
    """A session at a node, which can lead to `a`, `b` and whatever else is given."""
    known = {"here": node, "a": {"kind": "say", "next": "b"}, "b": BYE, **nodes}
    return Walk(flows(flow("main", "here", **known)))


def asks(walked: Walk) -> tuple[Ask, ...]:
    """What it has asked last."""
    return walked.asks


def outcome(walked: Walk) -> Outcome | None:
    """How it ended."""
    return walked.session.outcome


def at(walked: Walk) -> str:
    """The node it is at."""
    return walked.session.frames[-1].node


def done(walked: Walk, value: str = "", /, **values: Fact) -> None:
    """Answer what is asked."""
    assert walked.session.asked is not None
    walked.give(Answered(walked.session.asked.number, True, value, values))


def failed(walked: Walk) -> None:
    """Fail what is asked."""
    assert walked.session.asked is not None
    walked.give(Answered(walked.session.asked.number, False))


def test_say_is_filled_and_goes_on_when_it_is_over() -> None:
    walked = walk({"kind": "say", "text": EN, "file": {"en": "hi"}, "next": "b"})
    assert asks(walked) == (Speak(number=1, prompt=Prompt("Hello 7", "hi", "en")),)
    done(walked)
    assert asks(walked) == (Leave(number=2, prompt=Prompt("Bye", "", "en")),)
    assert outcome(walked) is Outcome.HUNG_UP


def test_placeholders_that_are_not_known_leave_nothing_and_those_of_a_queue_stay() -> None:
    walked = walk({"kind": "say", "text": {"en": "<{nobody}> {wait}"}, "next": "b"})
    assert asks(walked)[0] == Speak(number=1, prompt=Prompt("<> {wait}", "", "en"))


def test_a_sound_is_the_same_in_every_language() -> None:
    walked = walk({"kind": "play", "sound": "gong", "next": "b"})
    assert asks(walked) == (Speak(number=1, prompt=Prompt("", "gong", "en")),)
    assert bool(Prompt("", "gong"))
    assert not Prompt()


MENU: Plain = {
    "kind": "menu",
    "text": EN,
    "label": {"en": "Concern", "zh": "事项"},
    "again": {"en": "Again", "zh": "再次"},
    "choices": {"1": {"to": "a", "label": {"en": "One"}}, "2": {"to": "b"}},
    "attempts": 2,
    "otherwise": "b",
}


def test_a_menu_leads_where_the_key_says_and_remembers_the_words() -> None:
    walked = walk(MENU)
    ask = asks(walked)[0]
    assert isinstance(ask, Collect)
    assert ask.options == (Option("1", "One"), Option("2", "2"))
    done(walked, "1")
    assert at(walked) == "a"
    assert walked.session.given == (
        Given("here", "One", {"en": "Concern", "zh": "事项"}, {"en": "One"}),
    )


def test_a_menu_is_asked_again_and_then_gone_past() -> None:
    walked = walk(MENU)
    done(walked, "7")
    ask = asks(walked)[0]
    assert isinstance(ask, Collect)
    assert (ask.number, ask.prompt.text) == (2, "Again")
    failed(walked)
    assert outcome(walked) is Outcome.HUNG_UP


@pytest.mark.parametrize(
    ("accepts", "value", "is_taken"),
    [
        ("digits", "12*", True),
        ("digits", "12a", False),
        ("digits", "", False),
        ("digits", "123456", False),
        ("text", "äb", True),
    ],
)
def test_a_gather_takes_what_it_wants(accepts: str, value: str, is_taken: bool) -> None:
    node = {"kind": "gather", "into": "number", "accepts": accepts, "length_max": 5, "attempts": 1}
    walked = walk({**node, "next": "a", "otherwise": "b"})
    done(walked, value)
    assert walked.session.values.get("number") == (value if is_taken else None)
    assert at(walked) == ("a" if is_taken else "b")


def test_the_key_that_ends_digits_is_none_of_them() -> None:
    walked = walk({"kind": "gather", "into": "number", "next": "a", "otherwise": "b"})
    done(walked, " 4711# ")
    assert walked.session.values["number"] == "4711"


def test_what_is_secret_is_not_shown() -> None:
    node = {"kind": "gather", "into": "pin", "secret": True, "next": "a", "otherwise": "b"}
    walked = walk(node)
    done(walked, "4711")
    assert walked.session.given == (Given("here", "***"),)
    assert walked.session.values["pin"] == "4711"


def test_a_branch_goes_by_the_first_case_that_holds() -> None:
    cases = [{"when": "tier = ", "to": "a"}, {"when": 'caller = "7"', "to": "b"}]
    walked = walk({"kind": "branch", "cases": cases, "otherwise": "a"})
    assert at(walked) == "b"
    walked = walk({"kind": "branch", "cases": cases[:1], "otherwise": "a"})
    assert at(walked) == "a"


@pytest.mark.parametrize(
    ("value", "holiday", "to"),
    [
        ("open", "h", "a"),
        ("closed", "h", "b"),
        ("holiday", "h", "h"),
        ("holiday", None, "b"),
        (None, None, "a"),
    ],
)
def test_hours_lead_by_the_day(value: str | None, holiday: str | None, to: str) -> None:
    node = {"kind": "hours", "calendar": "office", "open": "a", "closed": "b", "holiday": holiday}
    walked = walk(node, h={"kind": "say", "next": "a"})
    assert asks(walked) == (AskHours(number=1, calendar_id="office"),)
    if value is None:
        failed(walked)
    else:
        done(walked, value)
    assert at(walked) == to


def test_a_profile_gives_values_but_never_the_language() -> None:
    walked = walk({"kind": "profile", "next": "a", "unknown": "b"})
    assert asks(walked) == (AskProfile(number=1),)
    done(walked, tier="gold", language="zh")
    assert walked.session.values["tier"] == "gold"
    assert (walked.session.language, at(walked)) == ("en", "a")


def test_who_is_not_known_goes_another_way_if_there_is_one() -> None:
    walked = walk({"kind": "profile", "next": "a", "unknown": "b"})
    done(walked)
    assert at(walked) == "b"
    walked = walk({"kind": "profile", "next": "a"})
    failed(walked)
    assert at(walked) == "a"


def test_set_gives_values_and_changes_the_language() -> None:
    walked = walk(
        {"kind": "set", "values": {"language": "zh", "n": 1, "is_x": True}, "next": "s"},
        s={"kind": "say", "text": EN, "next": "b"},
    )
    assert asks(walked) == (Speak(number=1, prompt=Prompt("您好 7", "", "zh")),)
    assert walked.session.values["n"] == 1


def test_a_request_sends_values_and_takes_some() -> None:
    node: Plain = {"kind": "request", "url": "http://shop/x", "send": ["caller", "no"]}
    node |= {"into": {"order": "order.state"}, "next": "a", "failed": "b"}
    walked = walk(node)
    sent: dict[str, Fact] = {"caller": "7", "no": ""}
    into = {"order": "order.state"}
    expected = AskRequest(number=1, url="http://shop/x", sent=sent, into=into, within_ms=3_000)
    assert asks(walked) == (expected,)
    done(walked, order="x" * 900)
    assert walked.session.values["order"] == "x" * limits.VALUE_CHARACTERS_MAX
    assert at(walked) == "a"
    walked = walk(node)
    failed(walked)
    assert at(walked) == "b"


def test_values_are_bounded_but_known_ones_change() -> None:
    walked = walk({"kind": "profile", "next": "a"})
    many: dict[str, Fact] = {f"v{number}": number for number in range(limits.VALUES_MAX + 5)}
    done(walked, "", **{**many, "caller": "8"})
    assert len(walked.session.values) == limits.VALUES_MAX
    assert walked.session.values["caller"] == "8"


@pytest.mark.parametrize(
    ("node", "ask", "value", "to"),
    [
        (
            {"kind": "voicemail", "queue": "q", "next": "a"},
            Record(number=1, prompt=Prompt(), queue_id="q", length_max_ms=120_000),
            "recorded",
            "a",
        ),
        (
            {"kind": "survey", "question": "kind", "next": "a"},
            AskMark(number=1, prompt=Prompt(), question="kind", low=1, high=5, wait_ms=10_000),
            "5",
            "a",
        ),
        (
            {"kind": "transfer", "to": "112", "failed": "a"},
            HandOver(number=1, prompt=Prompt(), to="112"),
            "busy",
            "a",
        ),
    ],
)
def test_the_rarer_nodes(node: dict[str, Any], ask: Ask, value: str, to: str) -> None:
    walked = walk(node)
    assert asks(walked) == (ask,)
    done(walked, value)
    assert at(walked) == to


SURVEY: Plain = {"kind": "survey", "question": "kind", "again": EN, "high": 3, "next": "a"}


def test_a_mark_is_kept_and_a_later_one_takes_its_place() -> None:
    walked = walk({**SURVEY, "next": "here"})
    done(walked, "3")
    done(walked, "1")
    assert walked.session.marks == (Mark("kind", 1, 1, 3, 1_000),)


@pytest.mark.parametrize("value", ["0", "4", "x", ""])
def test_what_is_no_mark_is_asked_for_again_and_then_gone_past(value: str) -> None:
    walked = walk(SURVEY)
    done(walked, value)
    ask = asks(walked)[0]
    assert isinstance(ask, AskMark)
    assert (ask.number, ask.prompt.text) == (2, "Hello 7")
    failed(walked)
    assert (at(walked), walked.session.marks) == ("a", ())


@pytest.mark.parametrize(
    "node", [SURVEY, {"kind": "gather", "into": "v", "next": "b", "otherwise": "a"}]
)
def test_who_will_not_say_is_not_asked_again(node: Plain) -> None:
    walked = walk(node)
    walked.give(Answered(1, False, "skipped"))
    assert at(walked) == "a"


def test_a_transfer_that_came_about_is_the_end() -> None:
    walked = walk({"kind": "transfer", "to": "112", "failed": "a"})
    done(walked, "connected")
    assert outcome(walked) is Outcome.TRANSFERRED


# --- queues -------------------------------------------------------------------------------------

COMFORT: list[Plain] = [
    {"text": {"en": "Place {position}"}, "after_s": 10, "every_s": 20},
    {"text": {"en": "Once"}, "after_s": 30},
]
QUEUE: Plain = {"kind": "queue", "queue": "sales", "music": "tune", "comfort": COMFORT}


def test_a_queue_comforts_who_waits_and_makes_up_for_nothing() -> None:
    walked = walk(QUEUE)
    assert asks(walked) == (Enqueue(number=1, queue_id="sales", music="tune"),)
    assert walked.session.due_ms == 11_000
    walked.now_ms = 11_000
    walked.give(Passed())
    assert asks(walked) == (Reassure(number=2, prompt=Prompt("Place {position}", "", "en")),)
    assert walked.session.due_ms == 31_000
    walked.now_ms = 32_000
    walked.give(Passed())
    assert asks(walked) == (Reassure(number=3, prompt=Prompt("Once", "", "en")),)
    walked.now_ms = 95_000
    walked.give(Passed())
    assert asks(walked) == (Reassure(number=4, prompt=Prompt("Place {position}", "", "en")),)
    assert walked.session.due_ms == 111_000
    walked.give(Answered(4))
    assert walked.session.asked == Enqueue(number=1, queue_id="sales", music="tune")
    done(walked, "connected")
    assert outcome(walked) is Outcome.QUEUED


def test_the_nearest_comfort_comes_first() -> None:
    other = [{"text": {"en": "B"}, "after_s": 20}, {"text": {"en": "A"}, "after_s": 20}]
    walked = walk({**QUEUE, "comfort": [COMFORT[1], *other]})
    walked.now_ms = 21_500
    walked.give(Passed())
    assert asks(walked) == (Reassure(number=2, prompt=Prompt("A", "", "en")),)
    assert walked.session.due_ms == 31_000


@pytest.mark.parametrize("comfort", [COMFORT, []])
def test_a_session_in_a_queue_ends_at_last(comfort: list[dict[str, Any]]) -> None:
    walked = walk({**QUEUE, "comfort": comfort})
    walked.now_ms += limits.QUEUED_MS
    walked.give(Passed())
    assert outcome(walked) is Outcome.QUEUED


def test_who_is_turned_away_goes_on_where_the_flow_says() -> None:
    walked = walk({**QUEUE, "turned_away": "a"})
    done(walked, "turned_away")
    assert at(walked) == "a"
    walked = walk(QUEUE)
    done(walked, "turned_away")
    assert outcome(walked) is Outcome.TURNED_AWAY
    walked = walk(QUEUE)
    failed(walked)
    assert outcome(walked) is Outcome.FAULT


# --- flows within flows --------------------------------------------------------------------------


def test_a_flow_within_a_flow_returns() -> None:
    inner = flow("inner", "r", r={"kind": "return"})
    outer = flow("main", "s", s={"kind": "flow", "flow": "inner", "next": "b"}, b=BYE)
    walked = Walk(flows(inner, outer))
    assert walked.session.frames == (Frame("main", "b"),)
    assert outcome(walked) is Outcome.HUNG_UP


def test_the_outermost_return_hangs_up_without_a_word() -> None:
    walked = walk({"kind": "return"})
    assert asks(walked) == (Leave(number=1, prompt=Prompt()),)
    assert outcome(walked) is Outcome.HUNG_UP


def test_what_is_not_whole_ends_as_a_fault() -> None:
    assert Walk({}).session.outcome is Outcome.FAULT
    walked = Walk(flows(flow("main", "s", s={"kind": "say", "next": "nowhere"})))
    done(walked)
    assert outcome(walked) is Outcome.FAULT
    endless = flow("main", "s", s={"kind": "flow", "flow": "main", "next": "s"})
    walked = Walk(flows(endless))
    assert outcome(walked) is Outcome.FAULT
    assert len(walked.session.frames) == limits.DEPTH_MAX


def test_a_circle_without_an_input_is_broken() -> None:
    walked = walk({"kind": "set", "values": {"n": 1}, "next": "here"})
    assert outcome(walked) is Outcome.FAULT


def test_asks_are_bounded() -> None:
    walked = walk({"kind": "say", "next": "here"})
    for _ in range(limits.ASKS_MAX):
        assert outcome(walked) is None
        done(walked)
    assert outcome(walked) is Outcome.FAULT


@pytest.mark.parametrize("kind", ["gone", "set"])
def test_a_flow_that_changed_under_the_session_ends_it(kind: str) -> None:
    walked = walk({"kind": "say", "next": "b"})
    nodes = {
        "set": {"here": {"kind": "set", "values": {"n": 1}, "next": "here"}},
        "gone": {"x": END},
    }
    walked.flows = flows(flow("main", "x", **nodes[kind]))
    done(walked)
    assert outcome(walked) is Outcome.FAULT


def test_a_queue_that_changed_under_the_session_ends_it() -> None:
    walked = walk(QUEUE)
    walked.flows = flows(flow("main", "here", here=END))
    walked.now_ms = 50_000
    walked.give(Passed())
    assert outcome(walked) is Outcome.QUEUED


def test_a_return_to_what_is_no_longer_there_ends_it() -> None:
    inner = flow("inner", "s", s={"kind": "say", "next": "r"}, r={"kind": "return"})
    outer = flow("main", "s", s={"kind": "flow", "flow": "inner", "next": "b"}, b=BYE)
    walked = Walk(flows(inner, outer))
    walked.flows = flows(inner, flow("main", "s", s=END))
    done(walked)
    assert outcome(walked) is Outcome.FAULT


# --- inputs out of turn --------------------------------------------------------------------------


def test_answers_that_are_late_or_early_change_nothing() -> None:
    walked = walk({"kind": "say", "next": "a"})
    done(walked)
    before = walked.session
    for number in (0, 1, 3):
        walked.give(Answered(number))
    assert (walked.session, walked.asks) == (before, ())


def test_time_counts_only_once_it_has_passed_and_never_goes_back() -> None:
    walked = walk({"kind": "say", "next": "a"})
    walked.now_ms = 500
    walked.give(Passed())
    assert (walked.session.now_ms, at(walked)) == (1_000, "here")
    walked.now_ms = 1_000 + limits.SAY_MS
    walked.give(Passed())
    assert at(walked) == "a"


def test_who_goes_is_gone_and_nothing_comes_after() -> None:
    walked = walk({"kind": "say", "next": "a"})
    walked.give(Went())
    assert (walked.session.outcome, walked.session.due_ms) == (Outcome.GONE, None)
    walked.give(Answered(1))
    assert (walked.session.outcome, walked.asks) == (Outcome.GONE, ())


def test_the_same_inputs_give_the_same_session() -> None:
    one, other = walk(MENU), walk(MENU)
    for each in (one, other):
        done(each, "1")
    assert one.session == other.session
    assert step(one.flows, one.session, Passed(), 0) == step(one.flows, other.session, Passed(), 0)
