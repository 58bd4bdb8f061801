"""The one character that no text keeps: PostgreSQL has no place for U+0000, and would refuse the row it stands in.

It is replaced where texts come in (requests, frames, events of phone systems, files), by what Unicode has for a character
that cannot be told: nothing is refused for it, no length changes, and both databases keep the same.
"""

from typing import Final, TypeVar

import msgspec

T = TypeVar("T")

NUL: Final = "\0"
NUL_IN_JSON: Final = b"\\u0000"
"""As JSON writes it; a body without these bytes has none. With them it may be something else, such as an escaped backslash."""
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """The text as every database keeps it."""
    return text.replace(NUL, _REPLACEMENT)


def storable_message(message: T, kind: type[T]) -> T:
    """A decoded message with all its texts storable; `kind` is what it was decoded as."""
    return msgspec.convert(_storable_within(msgspec.to_builtins(message)), type=kind)


def _storable_within(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case list():
            return [_storable_within(item) for item in value]
        case dict():
            return {_storable_within(key): _storable_within(item) for key, item in value.items()}
        case _:
            return value
