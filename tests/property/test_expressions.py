"""Laws of conditions: one meaning however written, decided by the leaves that are named, and a parser nothing breaks."""

import random
import sys
from collections.abc import Mapping
from types import FrameType
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routing.calendars import OpenHours
from routing.expressions import (
    Always,
    And,
    AttributeType,
    Between,
    Compare,
    Comparison,
    Condition,
    Exists,
    Fact,
    Facts,
    Fault,
    Has,
    In,
    InCalendar,
    Not,
    Or,
    TextFault,
    Value,
    canonical,
    canonical_bytes,
    compiled,
    explain,
    faults_of,
    from_json,
    parse,
    text_of,
    to_json,
)
from routing.expressions.tree import DEPTH_MAX

if TYPE_CHECKING:
    from _typeshed import TraceFunction

SCHEMA = {
    "tier": AttributeType.STRING,
    "waited_s": AttributeType.INTEGER,
    "is_vip": AttributeType.BOOLEAN,
    "tags": AttributeType.STRINGS,
    "due_ms": AttributeType.INSTANT,
}
CALENDARS = ("service", "night")
NUMBERS = ("waited_s", "due_ms")

strings = st.sampled_from(["", "gold", "vip", 'a "quoted" \\ word', "金\n\t"]) | st.text(max_size=5)
numbers = st.integers(-3, 3)
orders = st.sampled_from(Comparison)
equalities = st.sampled_from([Comparison.EQ, Comparison.NE])


def lists(values: st.SearchStrategy[Value]) -> st.SearchStrategy[tuple[Value, ...]]:
    return st.lists(values, min_size=1, max_size=4).map(tuple)


leaves = st.one_of(
    st.just(Always()),
    st.builds(Compare, st.just("tier"), equalities, strings),
    st.builds(Compare, st.sampled_from(NUMBERS), orders, numbers),
    st.builds(Compare, st.just("is_vip"), equalities, st.booleans()),
    st.builds(In, st.just("tier"), lists(strings)),
    st.builds(In, st.sampled_from(NUMBERS), lists(numbers)),
    st.builds(In, st.just("is_vip"), lists(st.booleans())),
    st.builds(Has, st.just("tags"), strings),
    st.tuples(numbers, numbers).map(lambda two: Between("waited_s", min(two), max(two))),
    st.builds(Exists, st.sampled_from(list(SCHEMA))),
    st.builds(InCalendar, st.sampled_from(CALENDARS)),
)


def joined(parts: st.SearchStrategy[Condition], least: int) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=least, max_size=4).map(tuple)
    return st.one_of(st.builds(And, several), st.builds(Or, several), st.builds(Not, parts))


conditions = st.recursive(leaves, lambda parts: joined(parts, 1), max_leaves=12)
"""As they are configured: they pass the check."""

wild_leaves = leaves | st.one_of(
    st.builds(Compare, st.just("waited_s"), orders, strings | st.booleans() | numbers),
    st.builds(In, st.just("waited_s"), st.lists(strings | st.booleans() | numbers).map(tuple)),
    st.builds(Between, st.just("waited_s"), numbers, numbers),
)
wild_conditions = st.recursive(wild_leaves, lambda parts: joined(parts, 0), max_leaves=12)
"""Any tree at all: other types, empty joins and lists."""

any_fact = strings | numbers | st.booleans() | st.lists(strings, max_size=3).map(tuple)
hours = st.sampled_from([OpenHours(0, 9, (0, 5)), OpenHours(0, 9), OpenHours(20, 30)])
facts_of_any_kind = st.builds(
    Facts,
    st.dictionaries(st.sampled_from(list(SCHEMA)), any_fact),
    st.integers(0, 8),
    st.dictionaries(st.sampled_from(CALENDARS), hours),
)


# ---------------------------------------------------------------- meaning


def naive(condition: Condition, facts: Facts) -> bool:
    """The oracle: what the documentation says, one sentence after the other."""
    match condition:
        case And(all=parts):
            return all(naive(part, facts) for part in parts)
        case Or(any=parts):
            return any(naive(part, facts) for part in parts)
        case Not(of=part):
            return not naive(part, facts)
        case Always():
            return True
        case InCalendar(calendar_id=calendar_id):
            known = facts.hours.get(calendar_id)
            return known is not None and known.is_open(facts.at_ms) is True
        case _:
            return condition.attribute in facts.attributes and naive_leaf(
                condition, facts.attributes[condition.attribute]
            )


def naive_leaf(leaf: Compare | In | Has | Between | Exists, found: Fact) -> bool:
    match leaf:
        case Compare(op=op, value=value):
            if type(found) is not type(value):
                return False
            below = found < value  # type: ignore[operator]  # they are of one type
            equal = found == value
            return {
                "=": equal,
                "!=": not equal,
                "<": below,
                "<=": below or equal,
                ">": not below and not equal,
                ">=": not below,
            }[op]
        case In(values=values):
            return any(type(found) is type(value) and found == value for value in values)
        case Has(value=value):
            return isinstance(found, tuple) and value in found
        case Between(low=low, high=high):
            return type(found) is int and low <= found <= high
        case Exists():
            return True


@given(wild_conditions, facts_of_any_kind)
def test_a_condition_holds_when_the_oracle_says_so(condition: Condition, facts: Facts) -> None:
    assert compiled(condition)(facts) is naive(condition, facts)


@given(wild_conditions, facts_of_any_kind, st.randoms(use_true_random=False))
def test_the_leaves_that_decided_decide_alone(
    condition: Condition, facts: Facts, rng: random.Random
) -> None:
    explanation = explain(condition, facts)
    assert explanation.holds is compiled(condition)(facts)
    for reason in explanation.reasons:
        assert reason.holds is compiled(reason.leaf)(facts)
    kept = {reason.path: reason.leaf for reason in explanation.reasons}
    others_by_chance = with_other_leaves(condition, "$", kept, rng)
    assert compiled(others_by_chance)(facts) is explanation.holds


def with_other_leaves(
    node: Condition, path: str, kept: Mapping[str, Condition], rng: random.Random
) -> Condition:
    """The same tree, every leaf that is not kept replaced by true or false."""
    match node:
        case And(all=parts):
            return And(
                tuple(
                    with_other_leaves(part, f"{path}.all[{index}]", kept, rng)
                    for index, part in enumerate(parts)
                )
            )
        case Or(any=parts):
            return Or(
                tuple(
                    with_other_leaves(part, f"{path}.any[{index}]", kept, rng)
                    for index, part in enumerate(parts)
                )
            )
        case Not(of=part):
            return Not(with_other_leaves(part, f"{path}.of", kept, rng))
        case _:
            other: list[Condition] = [Always(), Not(Always())]
            return kept.get(path, rng.choice(other))


@given(conditions)
def test_what_is_generated_as_configured_passes_the_check(condition: Condition) -> None:
    assert {fault.message for fault in faults_of(condition, SCHEMA, CALENDARS)} <= {
        f"this is more than {DEPTH_MAX} deep"
    }


@given(wild_conditions)
def test_the_check_never_fails_and_points_into_the_tree(condition: Condition) -> None:
    for fault in faults_of(condition, SCHEMA, ()):
        assert fault.path.startswith("$")
        assert fault.message


# ---------------------------------------------------------------- one form


@given(wild_conditions, facts_of_any_kind)
def test_the_canonical_form_means_the_same_and_is_its_own(
    condition: Condition, facts: Facts
) -> None:
    form = canonical(condition)
    assert compiled(form)(facts) is compiled(condition)(facts)
    assert to_json(canonical(form)) == to_json(form)


@given(wild_conditions, st.randoms(use_true_random=False))
def test_conditions_that_say_the_same_have_equal_bytes(
    condition: Condition, rng: random.Random
) -> None:
    assert canonical_bytes(rewritten(condition, rng)) == canonical_bytes(condition)


def rewritten(node: Condition, rng: random.Random) -> Condition:
    """The same said otherwise, by the laws the canonical form promises."""
    match node:
        case And(all=parts):
            again = joined_otherwise(And, tuple(rewritten(part, rng) for part in parts), rng)
        case Or(any=parts):
            again = joined_otherwise(Or, tuple(rewritten(part, rng) for part in parts), rng)
        case Not(of=And(all=parts)):
            again = Or(tuple(Not(rewritten(part, rng)) for part in parts))
        case Not(of=Or(any=parts)):
            again = And(tuple(Not(rewritten(part, rng)) for part in parts))
        case Not(of=part):
            again = Not(rewritten(part, rng))
        case In(attribute=name, values=values):
            split = [Compare(name, Comparison.EQ, value) for value in values]
            again = Or(tuple(rng.sample(split, len(split))))
        case Between(attribute=name, low=low, high=high) if low <= high:
            ends = (Compare(name, Comparison.GT, low - 1), Compare(name, Comparison.LE, high))
            again = And(ends) if low < high else In(name, (low, low))
        case Compare(attribute=name, op=Comparison.LT, value=value) if type(value) is int:
            again = Compare(name, Comparison.LE, value - 1)
        case _:
            again = node
    return Not(Not(again)) if rng.random() < 0.2 else again


def joined_otherwise(
    kind: type[And] | type[Or], parts: tuple[Condition, ...], rng: random.Random
) -> Condition:
    """Another order, some parts twice, some nested, a constant that changes nothing."""
    several = rng.sample([*parts, *parts], 2 * len(parts))
    cut = rng.randint(0, len(several))
    neutral = Always() if kind is And else Not(Always())
    nested = kind(tuple(several[:cut]))
    return kind((*several[cut:], nested, neutral)) if rng.random() < 0.7 else kind(parts)


# ---------------------------------------------------------------- JSON and text


@given(wild_conditions)
def test_json_gives_back_what_was_written(condition: Condition) -> None:
    raw = to_json(condition)
    again = from_json(raw)
    assert not isinstance(again, Fault)
    assert to_json(again) == raw


@given(conditions)
def test_text_gives_back_what_was_written(condition: Condition) -> None:
    text = text_of(condition)
    again = parse(text)
    if isinstance(again, TextFault):  # a tree deeper than any that passes the check
        assert again.message == f"a condition is at most {DEPTH_MAX} deep"
        return
    assert text_of(again) == text
    assert to_json(canonical(again)) == to_json(canonical(condition))
    if not has_single_joins(condition):
        assert to_json(again) == to_json(condition)


def has_single_joins(node: Condition) -> bool:
    match node:
        case And(all=parts) | Or(any=parts):
            return len(parts) < 2 or any(map(has_single_joins, parts))
        case Not(of=part):
            return has_single_joins(part)
        case _:
            return False


WORDS = [
    *["and", "or", "not", "in", "has", "between", "exists", "open", "always", "true", "false"],
    *["tier", "waited_s", "__class__", '"gold"', '"', "\\", "(", ")", "((", ",", "=", "!=", "<="],
    *["<", "!", "1", "-1", "-", "9" * 400, "1.5", "1e9", "\n", " ", "\ud800", "x" * 100, "**", "."],
]
pieces = st.lists(st.sampled_from(WORDS), max_size=30)


@given(st.one_of(st.text(), pieces.map(" ".join), pieces.map("".join)))
@example("(" * 20_000)
@example("not " * 5_000)
@example('tier = "' + "a" * 19_000)
@example("waited_s = " + "9" * 19_000)
@example("a=1 or " * 2_800)
@example("waited_s ** 99999999")
@example('tier.__class__ = "x"')
def test_any_text_is_a_condition_or_a_fault_with_a_place(text: str) -> None:
    read = parse(text)
    if isinstance(read, TextFault):
        assert 0 <= read.at <= len(text)
        before = text[: read.at].split("\n")
        assert (read.line, read.column) == (len(before), len(before[-1]) + 1)
        assert read.message
    else:
        assert to_json(parsed(text_of(read))) == to_json(read)


def parsed(text: str) -> Condition:
    read = parse(text)
    assert not isinstance(read, TextFault)
    return read


@given(st.binary() | st.text().map(str.encode))
@example(b'{"is":"not","of":' * 3_000)
@example(b" " * 70_000)
@example(b'"\xff"')
def test_any_bytes_are_a_condition_or_a_fault(raw: bytes) -> None:
    read = from_json(raw)
    assert isinstance(read, Fault) or from_json(to_json(read)) == read


@pytest.mark.parametrize(
    "unit",
    [
        "(",
        "not ",
        "a=1 or ",
        "a in (1) and ",
        '"',
        "\\",
        '"a',
        "9",
        "x",
        "\n",
        "a=1\n",
        "(a=1) and ",
    ],
)
def test_reading_takes_steps_in_proportion_to_the_text(unit: str) -> None:
    once, twice = (steps_of_reading(unit * (length // len(unit))) for length in (8_000, 16_000))
    assert twice <= 2.2 * once + 200


def steps_of_reading(text: str) -> int:
    """Lines of our code and calls into others' that reading a text takes: no wall clock."""
    steps = 0

    def count(_frame: FrameType, _event: str, _argument: object) -> "TraceFunction":
        nonlocal steps
        steps += 1
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        parse(text)
    finally:
        sys.settrace(before)
    return steps
