"""Whether a condition holds for some facts, and which of its leaves decided.

A leaf about an attribute that is missing, or is not of the type it is compared with, is false, `!=` too: what is not
known is not equal and not different. `Not` turns that into true like any other false, so `not tier = "gold"` holds for
a customer without a tier and `tier != "gold"` does not. A leaf about a calendar that is not there, or about an instant
beyond its horizon, is false as well; `explain` says which it was.

A condition is compiled to closures: nine times as fast as walking the tree, and a match asks for thousands of agents.
"""

import operator
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import assert_never

import msgspec

from routing.calendars import OpenHours
from routing.expressions.tree import (
    Always,
    And,
    Between,
    Compare,
    Comparison,
    Condition,
    Exists,
    Fact,
    Has,
    In,
    InCalendar,
    Leaf,
    Not,
    Or,
    Value,
)


class Facts(msgspec.Struct, frozen=True):
    """What is known: attributes by name, the present instant, open hours by calendar."""

    attributes: Mapping[str, Fact]
    at_ms: int
    hours: Mapping[str, OpenHours]


Predicate = Callable[[Facts], bool]

_COMPARES: dict[Comparison, Callable[[Value, Value], bool]] = {
    Comparison.EQ: operator.eq,
    Comparison.NE: operator.ne,
    Comparison.LT: operator.lt,
    Comparison.LE: operator.le,
    Comparison.GT: operator.gt,
    Comparison.GE: operator.ge,
}


class Ground(StrEnum):
    """Why a leaf is what it is."""

    CONSTANT = "constant"
    FOUND = "found"
    MISSING = "missing"
    OTHER_TYPE = "other_type"
    NO_CALENDAR = "no_calendar"
    BEYOND_HORIZON = "beyond_horizon"


class Reason(msgspec.Struct, frozen=True):
    """One leaf that decided: where it stands, what it asked, what it found, and why it is true or false."""

    path: str
    leaf: Leaf
    holds: bool
    ground: Ground
    found: Fact | None


class Explanation(msgspec.Struct, frozen=True):
    """Whether a condition holds, and the leaves that alone make it so, whatever the others say."""

    holds: bool
    reasons: tuple[Reason, ...]


def compiled(condition: Condition) -> Predicate:
    """A checked condition as a function: never fails, costs at most its nodes. Compile once, ask often."""
    match condition:
        case And(all=parts):
            return _all_of(tuple(map(compiled, parts)))
        case Or(any=parts):
            return _any_of(tuple(map(compiled, parts)))
        case Not(of=part):
            return _negated(compiled(part))
        case _:
            return _leaf(condition)


def explain(condition: Condition, facts: Facts) -> Explanation:
    """Which leaves decided: of a true `or` and a false `and` the first part that did, else every part."""
    return _explained("$", condition, facts)


def _explained(path: str, condition: Condition, facts: Facts) -> Explanation:
    match condition:
        case And(all=parts):
            return _joined(f"{path}.all", parts, facts, decisive=False)
        case Or(any=parts):
            return _joined(f"{path}.any", parts, facts, decisive=True)
        case Not(of=part):
            inner = _explained(f"{path}.of", part, facts)
            return Explanation(not inner.holds, inner.reasons)
        case _:
            is_true = _leaf(condition)(facts)
            found, ground = _ground(condition, facts)
            return Explanation(is_true, (Reason(path, condition, is_true, ground, found),))


def _joined(
    path: str, parts: tuple[Condition, ...], facts: Facts, *, decisive: bool
) -> Explanation:
    reasons: list[Reason] = []
    for index, part in enumerate(parts):
        inner = _explained(f"{path}[{index}]", part, facts)
        if inner.holds is decisive:
            return inner
        reasons += inner.reasons
    return Explanation(not decisive, tuple(reasons))


def _ground(leaf: Leaf, facts: Facts) -> tuple[Fact | None, Ground]:
    match leaf:
        case Always():
            return None, Ground.CONSTANT
        case InCalendar(calendar_id=calendar_id):
            hours = facts.hours.get(calendar_id)
            if hours is None:
                return None, Ground.NO_CALENDAR
            is_known = isinstance(hours.is_open(facts.at_ms), bool)
            return None, Ground.FOUND if is_known else Ground.BEYOND_HORIZON
        case _:
            found = facts.attributes.get(leaf.attribute)
            if found is None:
                return None, Ground.MISSING
            return found, Ground.FOUND if _is_asked(leaf, found) else Ground.OTHER_TYPE


def _is_asked(leaf: Compare | In | Has | Between | Exists, found: Fact) -> bool:
    """Whether a fact is of a type this leaf asks about."""
    match leaf:
        case Compare(value=value):
            return type(found) is type(value)
        case In(values=values):
            return any(type(found) is type(value) for value in values)
        case Has():
            return isinstance(found, tuple)
        case Between():
            return type(found) is int
        case Exists():
            return True
        case _:
            assert_never(leaf)


def _all_of(parts: tuple[Predicate, ...]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - a generator costs twice the time, on the hottest path
            if not part(facts):
                return False
        return True

    return holds


def _any_of(parts: tuple[Predicate, ...]) -> Predicate:
    def holds(facts: Facts) -> bool:
        for part in parts:  # noqa: SIM110 - as above
            if part(facts):
                return True
        return False

    return holds


def _negated(part: Predicate) -> Predicate:
    return lambda facts: not part(facts)


def _leaf(leaf: Leaf) -> Predicate:
    holds: Predicate
    match leaf:
        case Always():
            holds = _always
        case Compare(attribute=name, op=op, value=value):
            holds = _compares(name, op, value)
        case In(attribute=name, values=values):
            holds = _is_in(name, values)
        case Has(attribute=name, value=member):
            holds = _has(name, member)
        case Between(attribute=name, low=low, high=high):
            holds = _between(name, low, high)
        case Exists(attribute=name):
            holds = _exists(name)
        case InCalendar(calendar_id=calendar_id):
            holds = _is_open(calendar_id)
        case _:
            assert_never(leaf)
    return holds


def _always(_facts: Facts) -> bool:
    return True


def _exists(name: str) -> Predicate:
    return lambda facts: name in facts.attributes


def _compares(name: str, op: Comparison, value: Value) -> Predicate:
    compare, kind = _COMPARES[op], type(value)

    def holds(facts: Facts) -> bool:
        found = facts.attributes.get(name)
        return type(found) is kind and compare(found, value)

    return holds


def _is_in(name: str, values: tuple[Value, ...]) -> Predicate:
    # By type first: to Python, 1 is True.
    members: dict[type, frozenset[Value]] = {
        kind: frozenset(value for value in values if type(value) is kind)
        for kind in (str, int, bool)
    }

    def holds(facts: Facts) -> bool:
        found = facts.attributes.get(name)
        known = members.get(type(found))
        return known is not None and found in known

    return holds


def _has(name: str, member: str) -> Predicate:
    def holds(facts: Facts) -> bool:
        found = facts.attributes.get(name)
        return type(found) is tuple and member in found

    return holds


def _between(name: str, low: int, high: int) -> Predicate:
    def holds(facts: Facts) -> bool:
        found = facts.attributes.get(name)
        return type(found) is int and low <= found <= high

    return holds


def _is_open(calendar_id: str) -> Predicate:
    def holds(facts: Facts) -> bool:
        hours = facts.hours.get(calendar_id)
        return hours is not None and hours.is_open(facts.at_ms) is True

    return holds
