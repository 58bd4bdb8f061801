"""The form people read and write: `tier in ("gold", "vip") and language = "zh" and not waited_s < 60`.

    condition  = all { "or" all }
    all        = one { "and" one }
    one        = "not" one | "(" condition ")" | "always" | "open" "(" string ")" | "exists" name
               | name comparison value | name "in" "(" value { "," value } ")"
               | name "has" string | name "between" integer "and" integer
    comparison = "=" | "!=" | "<" | "<=" | ">" | ">="          value = string | integer | "true" | "false"

Strings are JSON strings, names small letters, digits and underscores, integers decimal. `parse` takes any text and gives
a condition or one positioned fault, in one pass. It bounds what could hurt itself (length, depth, digits); the other
bounds are `faults_of`'s. What `parse` gives,
`text_of` writes so that it is read as the same tree; for trees from elsewhere that holds up to joins of none or one.
"""

from collections.abc import Iterator
from typing import NoReturn, assert_never

import msgspec

from routing.expressions.tree import (
    DEPTH_MAX,
    INTEGER_MAX,
    NAME_GOES_ON,
    NAME_STARTS,
    NEVER,
    RESERVED,
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
    Leaf,
    Not,
    Or,
    Value,
)

TEXT_MAX = 20_000
"""Characters of a condition; more is a fault before anything is read."""

_DIGITS = frozenset("0123456789")
_SPACE = frozenset(" \t\r\n")
_COMPARISONS = frozenset(Comparison)
_END = "the end"
_SHOWN = 40


class TextFault(msgspec.Struct, frozen=True):
    """Where the text stops making sense (offset, and line and column from 1), and what was expected there."""

    at: int
    line: int
    column: int
    message: str


def text_of(condition: Condition) -> str:
    """A checked condition as text."""
    node = _bare(condition)
    match node:
        case And(all=parts):
            return " and ".join(map(_operand, parts))
        case Or(any=parts):
            return " or ".join(
                text_of(p) if isinstance(_bare(p), And) else _operand(p) for p in parts
            )
        case Not(of=part):
            return f"not {_operand(part)}"
        case _:
            return _leaf_text(node)


def _leaf_text(leaf: Leaf) -> str:
    match leaf:
        case Always():
            text = "always"
        case Compare(attribute=name, op=op, value=value):
            text = f"{name} {op} {_literal(value)}"
        case In(attribute=name, values=values):
            text = f"{name} in ({', '.join(map(_literal, values))})"
        case Has(attribute=name, value=value):
            text = f"{name} has {_literal(value)}"
        case Between(attribute=name, low=low, high=high):
            text = f"{name} between {low} and {high}"
        case Exists(attribute=name):
            text = f"exists {name}"
        case InCalendar(calendar_id=calendar_id):
            text = f"open({_literal(calendar_id)})"
        case _:
            assert_never(leaf)
    return text


def _bare(node: Condition) -> Condition:
    """A join of one is that one; a join of none is the constant it stands for."""
    while isinstance(node, And | Or):
        parts = node.all if isinstance(node, And) else node.any
        if len(parts) > 1:
            break
        empty = Always() if isinstance(node, And) else NEVER
        node = parts[0] if parts else empty
    return node


def _operand(node: Condition) -> str:
    text = text_of(node)
    return f"({text})" if isinstance(_bare(node), And | Or) else text


def _literal(value: Value) -> str:
    return msgspec.json.encode(value).decode()


def parse(text: str) -> Condition | TextFault:
    """Read a text; names and types are `faults_of`'s business."""
    try:
        if len(text) > TEXT_MAX:
            _fail(TEXT_MAX, f"a condition has at most {TEXT_MAX} characters")
        return _Parser(text).whole()
    except _Unreadable as unreadable:
        at = unreadable.at
        line = text.count("\n", 0, at) + 1
        return TextFault(at, line, at - text.rfind("\n", 0, at), unreadable.message)


class _Unreadable(Exception):
    """Leaves the parser from any depth; never leaves this module."""

    def __init__(self, at: int, message: str) -> None:
        super().__init__(message)
        self.at = at
        self.message = message


def _fail(at: int, message: str) -> NoReturn:
    raise _Unreadable(at, message)


class _Word(msgspec.Struct, frozen=True):
    """A piece of text: a name, a sign or the end has no value, a literal has one."""

    at: int
    text: str
    value: Value | None = None


def _words(text: str) -> Iterator[_Word]:
    at = 0
    while at < len(text):
        first = text[at]
        if first in _SPACE:
            at += 1
            continue
        if first in NAME_STARTS:
            end = _run(text, at, NAME_GOES_ON)
            word = _name(text[at:end], at)
        elif first in _DIGITS or first == "-":
            end = _run(text, at + 1, _DIGITS)
            word = _integer(text[at:end], at)
        elif first == '"':
            end = _string_end(text, at)
            word = _string(text[at:end], at)
        else:
            end = at + (2 if text[at : at + 2] in _COMPARISONS else 1)
            word = _sign(text[at:end], at)
        yield word
        at = end
    yield _Word(len(text), _END)


def _run(text: str, at: int, characters: frozenset[str]) -> int:
    while at < len(text) and text[at] in characters:
        at += 1
    return at


def _name(text: str, at: int) -> _Word:
    return _Word(at, text, text == "true" if text in ("true", "false") else None)


def _integer(text: str, at: int) -> _Word:
    if text == "-":
        _fail(at, "expected a digit after the minus")
    if len(text) > len(str(-INTEGER_MAX)) or abs(int(text)) > INTEGER_MAX:
        _fail(at, f"an integer lies between -{INTEGER_MAX} and {INTEGER_MAX}")
    return _Word(at, text, int(text))


def _string_end(text: str, at: int) -> int:
    end = at + 1
    while end < len(text) and text[end] != '"':
        end += 2 if text[end] == "\\" else 1
    if end >= len(text):
        _fail(at, "this string has no end")
    return end + 1


def _string(text: str, at: int) -> _Word:
    try:
        value = msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeEncodeError):
        _fail(at, "this string is not written like one in JSON")
    return _Word(at, text, value)


def _sign(text: str, at: int) -> _Word:
    if text not in _COMPARISONS and text not in "(),":
        _fail(at, f"{text!r} means nothing here")
    return _Word(at, text)


class _Parser:
    """Recursive descent, one word ahead; `depth` counts open parentheses and negations."""

    def __init__(self, text: str) -> None:
        self._rest = _words(text)
        self._word = next(self._rest)
        self._depth = 0

    def whole(self) -> Condition:
        condition = self._any()
        if self._word.text != _END:
            self._expected("and, or, or the end")
        return condition

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._took("or"):
            parts.append(self._all())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._took("and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _one(self) -> Condition:
        if self._word.text not in ("not", "("):
            return self._leaf()
        self._depth += 1
        if self._depth > DEPTH_MAX:
            _fail(self._word.at, f"a condition is at most {DEPTH_MAX} deep")
        if self._took("not"):
            inner: Condition = Not(self._one())
        else:
            self._take("(")
            inner = self._any()
            self._take(")")
        self._depth -= 1
        return inner

    def _leaf(self) -> Condition:
        if self._took("always"):
            return Always()
        if self._took("exists"):
            return Exists(self._attribute())
        if self._took("open"):
            self._take("(")
            leaf = InCalendar(self._string())
            self._take(")")
            return leaf
        return self._question(self._attribute())

    def _question(self, name: str) -> Condition:
        """What is asked about an attribute."""
        if self._word.text in _COMPARISONS:
            return Compare(name, Comparison(self._next().text), self._value())
        if self._took("in"):
            return In(name, self._values())
        if self._took("has"):
            return Has(name, self._string())
        if not self._took("between"):
            self._expected("a comparison, in, has or between")
        low = self._whole_number()
        self._take("and")
        return Between(name, low, self._whole_number())

    def _values(self) -> tuple[Value, ...]:
        self._take("(")
        values = [self._value()]
        while self._took(","):
            values.append(self._value())
        self._take(")")
        return tuple(values)

    def _attribute(self) -> str:
        text = self._word.text
        if text[0] not in NAME_STARTS or text in RESERVED or text == _END:
            self._expected("the name of an attribute")
        return self._next().text

    def _value(self) -> Value:
        value = self._word.value
        if value is None:
            self._expected("a string, an integer, true or false")
        self._next()
        return value

    def _string(self) -> str:
        value = self._word.value
        if not isinstance(value, str):
            self._expected("a string")
        self._next()
        return value

    def _whole_number(self) -> int:
        value = self._word.value
        if not isinstance(value, int) or isinstance(value, bool):
            self._expected("an integer")
        self._next()
        return value

    def _next(self) -> _Word:
        word, self._word = self._word, next(self._rest)
        return word

    def _took(self, text: str) -> bool:
        if self._word.text != text:
            return False
        self._next()
        return True

    def _take(self, text: str) -> None:
        if not self._took(text):
            self._expected(text)

    def _expected(self, what: str) -> NoReturn:
        _fail(self._word.at, f"expected {what}, found {self._word.text[:_SHOWN]}")
