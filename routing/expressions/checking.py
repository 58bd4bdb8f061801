"""Whether a condition can be used: its bounds, its names, and the types of what it compares.

Checked once, when it is configured, against the declared attributes; every fault at once, each with its path. After
that nothing can go wrong while a condition is evaluated, so evaluating has no errors to report.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import assert_never

from routing.expressions.tree import (
    DEPTH_MAX,
    INTEGER_MAX,
    LIST_MAX,
    NAME_GOES_ON,
    NAME_MAX,
    NAME_STARTS,
    NODES_MAX,
    RESERVED,
    STRING_MAX,
    Always,
    And,
    AttributeType,
    Between,
    Compare,
    Comparison,
    Condition,
    Exists,
    Fault,
    Has,
    In,
    InCalendar,
    Not,
    Or,
    Value,
)

Schema = Mapping[str, AttributeType]

_EQUALITY = frozenset((Comparison.EQ, Comparison.NE))
_ORDER = frozenset(Comparison)
_COMPARED: dict[AttributeType, tuple[type[Value], frozenset[Comparison]]] = {
    AttributeType.STRING: (str, _EQUALITY),  # no order: it would be the order of code points
    AttributeType.INTEGER: (int, _ORDER),
    AttributeType.BOOLEAN: (bool, _EQUALITY),
    AttributeType.STRINGS: (str, _EQUALITY),  # of its members
    AttributeType.INSTANT: (int, _ORDER),
}
"""For each type what it is compared with, and how."""

_CALLED = {str: "a string", int: "an integer", bool: "true or false"}


def is_name(text: str) -> bool:
    """Whether an attribute may be named so: a small letter, then small letters, digits and underscores."""
    well_formed = text[:1] in NAME_STARTS and NAME_GOES_ON.issuperset(text)
    return bool(text) and well_formed and len(text) <= NAME_MAX and text not in RESERVED


def schema_faults(schema: Schema) -> tuple[str, ...]:
    """Names the text form could not hold, a sentence each."""
    return tuple(
        f"{name} cannot be an attribute: names are like waited_s, up to {NAME_MAX} characters, "
        "and not a word of the language"
        for name in schema
        if not is_name(name)
    )


def faults_of(
    condition: Condition, schema: Schema, calendar_ids: Collection[str]
) -> tuple[Fault, ...]:
    """Everything that is wrong with a condition, in its order; nothing means it can be evaluated."""
    faults: list[Fault] = []
    for number, (path, node, depth) in enumerate(_walk("$", condition, 1), 1):
        if number > NODES_MAX:
            return (*faults, Fault("$", f"there are more than {NODES_MAX} nodes"))
        if depth > DEPTH_MAX:
            faults.append(Fault(path, f"this is more than {DEPTH_MAX} deep"))
        faults += (Fault(path, message) for message in _node_faults(node, schema, calendar_ids))
    return tuple(faults)


def _walk(path: str, node: Condition, depth: int) -> Iterator[tuple[str, Condition, int]]:
    """Every node with its path, parents first; what lies under a node that is too deep is left out."""
    yield path, node, depth
    if depth > DEPTH_MAX:
        return
    match node:
        case And(all=parts):
            for index, part in enumerate(parts):
                yield from _walk(f"{path}.all[{index}]", part, depth + 1)
        case Or(any=parts):
            for index, part in enumerate(parts):
                yield from _walk(f"{path}.any[{index}]", part, depth + 1)
        case Not(of=part):
            yield from _walk(f"{path}.of", part, depth + 1)
        case _:
            pass  # a leaf


def _node_faults(node: Condition, schema: Schema, calendar_ids: Collection[str]) -> Iterator[str]:
    match node:
        case And(all=parts) | Or(any=parts):
            if not parts:
                yield "it joins nothing; it needs at least one condition"
        case InCalendar(calendar_id=calendar_id):
            if calendar_id not in calendar_ids:
                yield f"there is no calendar {calendar_id}"
        case Always() | Not():
            pass  # nothing that could be wrong
        case Compare() | In() | Has() | Between() | Exists():
            declared = schema.get(node.attribute)
            if declared is None:
                yield f"there is no attribute {node.attribute}"
            else:
                yield from _leaf_faults(node, declared)
        case _:
            assert_never(node)


def _leaf_faults(
    leaf: Compare | In | Has | Between | Exists, declared: AttributeType
) -> Iterator[str]:
    name, (compared, comparisons) = leaf.attribute, _COMPARED[declared]
    if isinstance(leaf, Exists):
        return  # any type will do
    if isinstance(leaf, Has) is not (declared is AttributeType.STRINGS):
        asked = "has asks a list" if isinstance(leaf, Has) else "of a list, has asks for a member"
        yield f"{name} is of type {declared}; {asked}"
        return
    values, comparison = _asked(leaf)
    if comparison not in comparisons:
        yield f"{name} is of type {declared}, which has no order"
    if isinstance(leaf, Between) and leaf.low > leaf.high:
        yield f"nothing is between {leaf.low} and {leaf.high}"
    if not 0 < len(values) <= LIST_MAX:
        yield f"a list has 1 to {LIST_MAX} values, this has {len(values)}"
    for value in values[:LIST_MAX]:
        yield from _value_faults(name, value, compared)


def _asked(leaf: Compare | In | Has | Between) -> tuple[tuple[Value, ...], Comparison]:
    """What a leaf compares with, and how."""
    match leaf:
        case Compare(op=op, value=value):
            return (value,), op
        case Between(low=low, high=high):
            return (low, high), Comparison.GE
        case In(values=values):
            return values, Comparison.EQ
        case Has(value=value):
            return (value,), Comparison.EQ
        case _:
            assert_never(leaf)


def _value_faults(name: str, value: Value, compared: type[Value]) -> Iterator[str]:
    if type(value) is not compared:
        yield f"{name} is compared with {_CALLED[compared]}, not with {_CALLED[type(value)]}"
    elif isinstance(value, str):
        if len(value) > STRING_MAX:
            yield f"a value has at most {STRING_MAX} characters, this has {len(value)}"
        if any("\ud800" <= character <= "\udfff" for character in value):
            yield "a value holds half a character (a lone surrogate)"
    elif abs(value) > INTEGER_MAX:
        yield f"an integer lies between -{INTEGER_MAX} and {INTEGER_MAX}"
