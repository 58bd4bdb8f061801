"""The condition tree as data: its nodes, its JSON form, and the bounds of both.

A node is a frozen struct tagged by `is`. A leaf asks one question about one attribute or one calendar; `And`, `Or` and
`Not` join answers. There is nothing here that could run: no call, no path into an object, no pattern.
"""

from enum import StrEnum

import msgspec

NODES_MAX = 200
"""Nodes of one condition; more is a fault. It bounds the work of every operation."""

DEPTH_MAX = 16
"""Nodes above one another; deeper is a fault."""

LIST_MAX = 200
"""Values of one `In`; more is a fault."""

STRING_MAX = 200
"""Characters of a value; longer is a fault."""

NAME_MAX = 64
"""Characters of an attribute's name; longer is a fault."""

INTEGER_MAX = 2**53 - 1
"""Largest integer, and the smallest with a minus: what every reader of JSON keeps whole. Beyond is a fault."""

JSON_MAX = 65_536
"""Bytes of a condition in JSON; more is a fault before anything is read."""

NAME_STARTS = frozenset("abcdefghijklmnopqrstuvwxyz")
NAME_GOES_ON = NAME_STARTS | frozenset("0123456789_")
RESERVED = frozenset(
    ("and", "or", "not", "in", "has", "between", "exists", "open", "always", "true", "false")
)
"""Words of the text form, which no attribute may be named."""

Value = bool | int | str
"""What a leaf compares with."""

Fact = bool | int | str | tuple[str, ...]
"""What an attribute can be."""


class AttributeType(StrEnum):
    """What a declared attribute holds; an instant is an integer of UTC ms."""

    STRING = "string"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    STRINGS = "list of string"
    INSTANT = "instant"


class Comparison(StrEnum):
    """How `Compare` compares."""

    EQ = "="
    NE = "!="
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class _Node(msgspec.Struct, frozen=True, tag_field="is", forbid_unknown_fields=True):
    pass


class Always(_Node, frozen=True, tag="always"):
    """True."""


class And(_Node, frozen=True, tag="and"):
    """True when all are."""

    all: tuple["Condition", ...]


class Or(_Node, frozen=True, tag="or"):
    """True when any is."""

    any: tuple["Condition", ...]


class Not(_Node, frozen=True, tag="not"):
    """True when the other is not, for whatever reason it is not."""

    of: "Condition"


class Compare(_Node, frozen=True, tag="compare"):
    """Compares an attribute with a value of its type."""

    attribute: str
    op: Comparison
    value: Value


class In(_Node, frozen=True, tag="in"):
    """The attribute is one of these."""

    attribute: str
    values: tuple[Value, ...]


class Has(_Node, frozen=True, tag="has"):
    """This is a member of the attribute, which is a list."""

    attribute: str
    value: str


class Between(_Node, frozen=True, tag="between"):
    """The attribute is not below `low` and not above `high`."""

    attribute: str
    low: int
    high: int


class Exists(_Node, frozen=True, tag="exists"):
    """The attribute is known, whatever it is."""

    attribute: str


class InCalendar(_Node, frozen=True, tag="in_calendar"):
    """This calendar is open now."""

    calendar_id: str


Leaf = Always | Compare | In | Has | Between | Exists | InCalendar
Condition = And | Or | Not | Leaf

NEVER = Not(Always())


class Fault(msgspec.Struct, frozen=True):
    """What is wrong with a condition, and where: a path such as `$.all[0].of`."""

    path: str
    message: str


_decoder: msgspec.json.Decoder[Condition] = msgspec.json.Decoder(Condition)


def to_json(condition: Condition) -> bytes:
    """The JSON form."""
    return msgspec.json.encode(condition)


def from_json(raw: bytes) -> Condition | Fault:
    """Read the JSON form; bounds and types are `faults_of`'s business."""
    if len(raw) > JSON_MAX:
        return Fault("$", f"a condition has at most {JSON_MAX} bytes, this has {len(raw)}")
    try:
        return _decoder.decode(raw)
    except RecursionError:
        return Fault("$", f"a condition is at most {DEPTH_MAX} deep")
    except msgspec.DecodeError as error:
        message, _, path = str(error).partition(" - at `")
        return Fault(path.rstrip("`") or "$", message)
    except UnicodeDecodeError:
        return Fault("$", "a condition is written in UTF-8")
