"""What a session knows, and how texts speak of it."""

import re
from collections.abc import Mapping
from typing import Final

from ivr.limits import VALUE_CHARACTERS_MAX, VALUES_MAX
from ivr.model import Files, Gather, Language, Texts
from ivr.session import Prompt, Session
from routing.expressions import Fact

PLACEHOLDER: Final = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""Stands in a text for a value."""

LANGUAGE: Final = "language"
"""The variable that is the session's language."""

POSITION, WAIT = "position", "wait"
"""Placeholders that whoever holds the session fills: the place in the line, the rest of the wait."""

FILLED_LATER: Final = frozenset((POSITION, WAIT))

_DIGITS: Final = frozenset("0123456789*#")


def language_of(text: str) -> Language:
    """The language nearest to a tag like `zh-CN`."""
    return "zh" if text.startswith("zh") else "en"


def cut(text: str) -> str:
    """Not longer than a value may be."""
    return text.strip()[:VALUE_CHARACTERS_MAX]


def with_values(known: Mapping[str, Fact], new: Mapping[str, Fact]) -> dict[str, Fact]:
    """Both, the new ones winning; names beyond the limit are not taken."""
    values = dict(known)
    for name, value in new.items():
        if name in values or len(values) < VALUES_MAX:
            values[name] = cut(value) if isinstance(value, str) else value
    return values


def gathered(node: Gather, text: str) -> str:
    """What was typed or pressed, without the key that ends it."""
    value = cut(text)
    return value.removesuffix("#") if node.accepts == "digits" else value


def is_wanted(node: Gather, value: str) -> bool:
    """Whether this is what the node gathers."""
    is_sized = node.length_min <= len(value) <= node.length_max
    return is_sized and (node.accepts == "text" or _DIGITS.issuperset(value))


def prompt_of(text: Texts, file: Files, session: Session) -> Prompt:
    """What is said now, in the session's language, with values in their places; what is not known leaves nothing."""

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        return match[0] if name in FILLED_LATER else str(session.values.get(name, ""))

    language = session.language
    words = PLACEHOLDER.sub(filled, text.get(language, ""))
    return Prompt(words, file.get(language, ""), language)
