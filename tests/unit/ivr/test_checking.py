"""The check of flows finds what it should, where it should, and nothing else."""

from typing import Any

import pytest

from ivr.checking import FaultCode, Surroundings, faults, variables
from ivr.limits import NODES_MAX
from ivr.model import Flow
from routing.expressions import AttributeType
from tests.unit.ivr.walking import flow, flows

BOTH = {"en": "Hi", "zh": "好"}
END: dict[str, Any] = {"kind": "hang_up"}
AROUND = Surroundings(
    queue_ids=["sales"], calendar_ids=["office"], numbers=["100"], unsupported=["voicemail"]
)


def told(*several: Flow) -> list[tuple[str, FaultCode]]:
    """Where there is a fault, and which."""
    return [(".".join(map(str, one.path)), one.code) for one in faults(flows(*several), AROUND)]


def of(node: dict[str, Any], **others: dict[str, Any]) -> list[tuple[str, FaultCode]]:
    """The faults of a flow that begins with a node; `e` ends it."""
    return told(flow("main", "n", n=node, e=END, **others))


def menu(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 - as a file has them
    """A menu that is right but for what is given."""
    choices = {"1": {"to": "e", "label": BOTH}}
    return {"kind": "menu", "text": BOTH, "choices": choices, "otherwise": "e", **fields}


RIGHT = flow(
    "main",
    "hours",
    hours={"kind": "hours", "calendar": "office", "open": "m", "closed": "e"},
    m=menu(choices={"1": {"to": "q"}, "2": {"to": "t"}}, otherwise="s", again=BOTH),
    t={"kind": "transfer", "to": "100", "failed": "k"},
    k={"kind": "survey", "text": BOTH, "question": "kind", "label": BOTH, "next": "e"},
    s={"kind": "set", "values": {"language": "zh", "n": 3}, "next": "g"},
    g={"kind": "gather", "text": BOTH, "into": "number", "next": "r", "otherwise": "m"},
    r={
        "kind": "request",
        "url": "http://shop/",
        "into": {"name": "n"},
        "next": "b",
        "failed": "b",
    },
    b={
        "kind": "branch",
        "cases": [{"when": 'name = "x" and n = 3', "to": "inner"}],
        "otherwise": "q",
    },
    inner={"kind": "flow", "flow": "inner", "next": "q"},
    q={
        "kind": "queue",
        "queue": "sales",
        "comfort": [{"text": {"en": "{wait}"}, "file": {"zh": "w"}, "after_s": 9}],
        "turned_away": "e",
    },
    e={"kind": "hang_up", "text": {"en": "{number}", "zh": "再见"}},
)
INNER = flow("inner", "r", r={"kind": "return"})


def test_what_is_right_has_no_faults() -> None:
    assert told(RIGHT, INNER) == []


def test_variables_have_the_types_they_are_set_to() -> None:
    known = variables(flows(RIGHT))
    assert (known["n"], known["number"]) == (AttributeType.INTEGER, AttributeType.STRING)


def test_a_call_back_that_was_offered_sets_the_number() -> None:
    offer = {"kind": "call_back_offer", "text": BOTH, "queue": "sales"}
    known = variables(
        flows(flow("main", "c", c={**offer, "accepted": "e", "declined": "e"}, e=END))
    )
    assert known["call_back_number"] is AttributeType.STRING


@pytest.mark.parametrize(
    ("node", "path", "code"),
    [
        ({"kind": "say", "text": BOTH, "next": "x"}, "next", FaultCode.UNKNOWN),
        ({"kind": "queue", "queue": "q", "turned_away": "e"}, "queue", FaultCode.UNKNOWN),
        (
            {"kind": "hours", "calendar": "c", "open": "e", "closed": "e"},
            "calendar",
            FaultCode.UNKNOWN,
        ),
        ({"kind": "flow", "flow": "f", "next": "e"}, "flow", FaultCode.UNKNOWN),
        (
            {"kind": "queue", "queue": "sales", "turned_away": "n"},
            "turned_away",
            FaultCode.UNSUPPORTED,
        ),
        ({"kind": "flow", "flow": "main", "next": "e"}, "flow", FaultCode.CYCLE),
        (
            {"kind": "voicemail", "text": BOTH, "queue": "sales", "next": "e"},
            "kind",
            FaultCode.UNSUPPORTED,
        ),
        ({"kind": "say", "text": {"en": "x"}, "next": "e"}, "text", FaultCode.PROMPT_MISSING),
        (menu(again={"zh": "x"}), "again", FaultCode.PROMPT_MISSING),
        (menu(label={"zh": "x"}), "label", FaultCode.PROMPT_MISSING),
        ({"kind": "transfer", "to": "7", "failed": "e"}, "to", FaultCode.UNKNOWN),
        (
            {"kind": "survey", "text": BOTH, "question": "k", "low": 5, "next": "e"},
            "high",
            FaultCode.CONDITION,
        ),
        (
            menu(choices={"1": {"to": "e", "label": {"zh": "x"}}}),
            "choices.1.label",
            FaultCode.PROMPT_MISSING,
        ),
        (
            {"kind": "say", "text": {**BOTH, "zh": "{who}"}, "next": "e"},
            "text.zh",
            FaultCode.CONDITION,
        ),
        (
            {"kind": "branch", "cases": [{"when": "tier =", "to": "e"}], "otherwise": "e"},
            "cases.0.when",
            FaultCode.CONDITION,
        ),
        (
            {"kind": "branch", "cases": [{"when": "tier = 3", "to": "e"}], "otherwise": "e"},
            "cases.0.when",
            FaultCode.CONDITION,
        ),
        ({"kind": "set", "values": {"tier": 3}, "next": "e"}, "values.tier", FaultCode.CONDITION),
        (
            {"kind": "set", "values": {"language": "fr"}, "next": "e"},
            "values.language",
            FaultCode.CONDITION,
        ),
    ],
)
def test_a_node_that_is_wrong_is_told_with_its_field(
    node: dict[str, Any], path: str, code: FaultCode
) -> None:
    found = of(node)
    assert (f"nodes.n.{path}", code) in found
    rest = [one for one in found if one != (f"nodes.n.{path}", code)]
    assert rest in ([], [("nodes.e", FaultCode.UNREACHABLE)])


def test_a_start_that_is_not_there() -> None:
    assert told(flow("main", "x", e=END)) == [
        ("start", FaultCode.UNKNOWN),
        ("nodes.e", FaultCode.UNREACHABLE),
    ]


def test_unreachable_is_a_warning() -> None:
    (fault,) = faults(flows(flow("main", "e", e=END, x=END)), AROUND)
    assert (fault.code, fault.is_error) == (FaultCode.UNREACHABLE, False)


def test_a_menu_that_leads_to_itself_has_no_way_out() -> None:
    found = told(flow("main", "m", m=menu(choices={"1": {"to": "m"}}, otherwise="m")))
    assert found == [("nodes.m", FaultCode.DEAD_END)]


def test_two_that_lead_to_each_other_are_a_circle_and_a_dead_end() -> None:
    say: dict[str, Any] = {"kind": "say", "text": BOTH}
    found = told(flow("main", "a", a={**say, "next": "b"}, b={**say, "next": "a"}))
    assert found == [
        ("nodes.a", FaultCode.DEAD_END),
        ("nodes.a", FaultCode.CYCLE),
        ("nodes.b", FaultCode.DEAD_END),
        ("nodes.b", FaultCode.CYCLE),
    ]


def test_what_leads_into_a_circle_is_no_part_of_it() -> None:
    case = {"when": 'tier = "x"', "to": "b"}
    branch = {"kind": "branch", "cases": [case], "otherwise": "e"}
    found = told(flow("main", "a", a={"kind": "say", "text": BOTH, "next": "b"}, b=branch, e=END))
    assert found == [("nodes.b", FaultCode.CYCLE)]


def test_a_flow_that_only_goes_into_one_that_ends_ends() -> None:
    inner = flow("inner", "e", e=END)
    outer = flow("main", "s", s={"kind": "flow", "flow": "inner", "next": "s"})
    codes = [code for _, code in told(outer, inner)]
    assert FaultCode.DEAD_END not in codes


def test_flows_that_go_into_each_other_are_a_circle() -> None:
    one = flow("one", "s", s={"kind": "flow", "flow": "two", "next": "e"}, e=END)
    two = flow("two", "s", s={"kind": "flow", "flow": "one", "next": "e"}, e=END)
    assert told(one, two) == [
        ("nodes.s.flow", FaultCode.CYCLE),
        ("nodes.s.flow", FaultCode.CYCLE),
    ]


def test_a_flow_has_a_largest_size() -> None:
    nodes = {f"n{number}": END for number in range(NODES_MAX + 1)}
    assert told(flow("main", "n0", **nodes)) == [("nodes", FaultCode.TOO_LARGE)]
