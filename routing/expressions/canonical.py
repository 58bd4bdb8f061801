"""One form for conditions that say the same, so that they can be compared, hashed and found twice in a configuration.

Two conditions have the same canonical bytes when they differ only in: order, nesting and repetition of `and` and `or`;
double negation and De Morgan; constants, and a leaf beside its own negation; a list of values against alternatives, and
the order of the list; `between` against two comparisons; `<` against `<=` for integers. The converse is a law without
exceptions: equal bytes mean equal answers for all facts. Deciding every equivalence would take exponential time and is
not tried.

It works on atoms: lists and betweens are taken apart, negations pushed down to the leaves, children flattened, sorted by
their bytes and rid of doubles; last, alternatives become lists again. Never through `!=`, which is not the negation of
`=` where an attribute is missing. The result is for comparing; the bounds of what people write do not apply to it.
"""

from collections.abc import Iterable
from typing import assert_never

from routing.expressions.tree import (
    NEVER,
    Always,
    And,
    Between,
    Compare,
    Comparison,
    Condition,
    Exists,
    Has,
    In,
    InCalendar,
    Not,
    Or,
    to_json,
)

_STRICT = {Comparison.LT: (Comparison.LE, -1), Comparison.GT: (Comparison.GE, 1)}


def canonical_bytes(condition: Condition) -> bytes:
    """The canonical form in JSON: equal for conditions that are equal as said above."""
    return to_json(canonical(condition))


def canonical(condition: Condition) -> Condition:
    """The canonical form of a checked condition."""
    return _listed(_atomic(condition, negated=False))


def _atomic(node: Condition, *, negated: bool) -> Condition:
    """Negations at the leaves, nothing but atoms for leaves, children sorted and single."""
    atom: Condition
    match node:
        case Not(of=part):
            atom = _atomic(part, negated=not negated)
        case And(all=parts):
            atom = _joined((_atomic(p, negated=negated) for p in parts), conjunction=not negated)
        case Or(any=parts):
            atom = _joined((_atomic(p, negated=negated) for p in parts), conjunction=negated)
        case In(attribute=name, values=values):
            split = Or(tuple(Compare(name, Comparison.EQ, value) for value in values))
            atom = _atomic(split, negated=negated)
        case Between(attribute=name, low=low, high=high):
            atom = _atomic(_two_comparisons(name, low, high), negated=negated)
        case Always() | Compare() | Has() | Exists() | InCalendar():
            atom = _signed(_loose(node), negated=negated)
        case _:
            assert_never(node)
    return atom


def _loose(leaf: Condition) -> Condition:
    """Below 60 as not above 59."""
    if isinstance(leaf, Compare) and type(leaf.value) is int and leaf.op in _STRICT:
        op, step = _STRICT[leaf.op]
        return Compare(leaf.attribute, op, leaf.value + step)
    return leaf


def _signed(leaf: Condition, *, negated: bool) -> Condition:
    return Not(leaf) if negated else leaf


def _two_comparisons(name: str, low: int, high: int) -> Condition:
    if low > high:
        return NEVER
    if low == high:
        return Compare(name, Comparison.EQ, low)
    return And((Compare(name, Comparison.GE, low), Compare(name, Comparison.LE, high)))


def _joined(parts: Iterable[Condition], *, conjunction: bool) -> Condition:
    neutral, absorbing = (Always(), NEVER) if conjunction else (NEVER, Always())
    by_bytes: dict[bytes, Condition] = {}
    for part in parts:
        for one in _members(part, conjunction=conjunction):
            by_bytes[to_json(one)] = one
    by_bytes.pop(to_json(neutral), None)
    if to_json(absorbing) in by_bytes or any(
        to_json(Not(o)) in by_bytes for o in by_bytes.values()
    ):
        return absorbing
    children = tuple(by_bytes[key] for key in sorted(by_bytes))
    if len(children) < 2:
        return children[0] if children else neutral
    return And(children) if conjunction else Or(children)


def _members(part: Condition, *, conjunction: bool) -> tuple[Condition, ...]:
    """The children of a node of the same kind, else the node alone."""
    match part:
        case And(all=children) if conjunction:
            return children
        case Or(any=children) if not conjunction:
            return children
        case _:
            return (part,)


def _listed(node: Condition) -> Condition:
    """Alternatives of one attribute as a list: `x = 1 or x = 2`, and likewise `not x = 1 and not x = 2`."""
    match node:
        case And(all=parts):
            children = _with_lists(tuple(map(_listed, parts)), negated=True)
            return And(children) if len(children) > 1 else children[0]
        case Or(any=parts):
            children = _with_lists(tuple(map(_listed, parts)), negated=False)
            return Or(children) if len(children) > 1 else children[0]
        case _:
            return node


def _with_lists(parts: tuple[Condition, ...], *, negated: bool) -> tuple[Condition, ...]:
    values: dict[str, list[Compare]] = {}
    others: list[Condition] = []
    for part in parts:
        leaf = part.of if negated and isinstance(part, Not) else part
        if isinstance(leaf, Compare) and leaf.op is Comparison.EQ and (leaf is not part) is negated:
            values.setdefault(leaf.attribute, []).append(leaf)
        else:
            others.append(part)
    for name, equal in values.items():
        several = In(name, tuple(one.value for one in equal))
        others.append(_signed(equal[0] if len(equal) == 1 else several, negated=negated))
    return tuple(sorted(others, key=to_json))
