"""Whether a number may be dialled: one form for numbers, emergencies first, then prefixes, then caps.

Law of this file: pure, and a table of rules tried in their order; the first that says no is the reason. A number of the
emergency list passes all of them, whatever was dialled before.
"""

from collections.abc import Callable
from typing import Final

import msgspec

EMERGENCY: Final = ("110", "112", "119", "120", "122")
"""Numbers that are never refused: police, the European number, fire, ambulance, traffic accidents."""

DIGITS_MIN, DIGITS_MAX = 7, 15
"""Digits of an international number, the country's code among them."""

_PUNCTUATION: Final = str.maketrans("", "", " \t-./()·")


class DialRules(msgspec.Struct, frozen=True, kw_only=True):
    """What may be dialled. Prefixes and costs go by numbers in E.164; the longest prefix counts.

    `country_code` is put before numbers dialled without one; where it is empty they stay as they are. With `allow` nothing
    else may be dialled. A cap that is None is none. `costs`: what one call to a prefix counts, of `cost_per_day`; a number
    without an entry counts nothing.
    """

    country_code: str
    is_international: bool = False
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()
    emergency: tuple[str, ...] = EMERGENCY
    calls_per_agent_day: int | None = None
    calls_per_day: int | None = None
    costs: dict[str, int] = {}
    cost_per_day: int | None = None


class Usage(msgspec.Struct, frozen=True):
    """What was dialled today: by this agent, by all, and what that has cost."""

    by_agent: int = 0
    by_all: int = 0
    cost: int = 0


class DialAllowed(msgspec.Struct, frozen=True):
    """The number as it is dialled, and what the call counts."""

    number: str
    is_emergency: bool
    cost: int


class DialRefused(msgspec.Struct, frozen=True):
    """Why not: a stable code and a sentence."""

    code: str
    detail: str


class _Asked(msgspec.Struct, frozen=True):
    """A number that is to be judged, in E.164 and as it was typed, and what it costs."""

    number: str
    typed: str
    cost: int
    rules: DialRules
    usage: Usage
    only: tuple[str, ...] = ()


def normalised(text: str, country_code: str) -> str | None:
    """The number in E.164; None for what is none. `00` and `+` begin a country's code, a single 0 none."""
    digits = text.translate(_PUNCTUATION)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    elif country_code and not digits.startswith("+"):
        digits = f"+{country_code}{digits.removeprefix('0')}"
    plain = digits.removeprefix("+")
    is_number = plain.isascii() and plain.isdecimal() and not digits.startswith("+0")
    return digits if is_number and DIGITS_MIN <= len(plain) <= DIGITS_MAX else None


def cost_of(number: str, costs: dict[str, int]) -> int:
    """By the longest prefix that fits."""
    prefixes = [prefix for prefix in costs if number.startswith(prefix)]
    return costs[max(prefixes, key=len)] if prefixes else 0


def _longest(number: str, prefixes: tuple[str, ...]) -> int:
    return max((len(one) for one in prefixes if number.startswith(one)), default=-1)


def _is_beyond(count: int, more: int, cap: int | None) -> bool:
    return cap is not None and count + more > cap


_RULES: Final[tuple[tuple[str, Callable[[_Asked], bool], str], ...]] = (
    (
        "dial_denied",
        lambda one: _longest(one.number, one.rules.deny) > _longest(one.number, one.rules.allow),
        "Numbers that begin like this one are not dialled from here.",
    ),
    (
        "dial_denied",
        lambda one: bool(one.rules.allow) and _longest(one.number, one.rules.allow) < 0,
        "Only numbers of the list of allowed beginnings are dialled from here.",
    ),
    (
        "dial_denied",
        lambda one: (
            bool(one.only)
            and not (one.number.startswith(one.only) or one.typed.startswith(one.only))
        ),
        "The queue does not have numbers called that begin like this one.",
    ),
    (
        "dial_international",
        lambda one: (
            not one.rules.is_international
            and not one.number.startswith(f"+{one.rules.country_code}")
            and _longest(one.number, one.rules.allow) < 0
        ),
        "International calls are not dialled from here.",
    ),
    (
        "dial_agent_cap",
        lambda one: _is_beyond(one.usage.by_agent, 1, one.rules.calls_per_agent_day),
        "This agent has placed as many calls today as are allowed.",
    ),
    (
        "dial_day_cap",
        lambda one: _is_beyond(one.usage.by_all, 1, one.rules.calls_per_day),
        "As many calls have been placed today as are allowed.",
    ),
    (
        "dial_cost_cap",
        lambda one: bool(one.cost) and _is_beyond(one.usage.cost, one.cost, one.rules.cost_per_day),
        "Today's calls have cost as much as is allowed.",
    ),
)
"""Code, whether it says no, and the sentence; the first that says no."""


def judge(
    text: str,
    rules: DialRules,
    usage: Usage,
    *,
    is_automatic: bool = False,
    only: tuple[str, ...] = (),
) -> DialAllowed | DialRefused:
    """Whether a number may be dialled now, by a person or by itself. `only`: further prefixes, one of which it begins with."""
    plain = text.translate(_PUNCTUATION)
    if plain in rules.emergency:
        if is_automatic:
            return DialRefused("dial_denied", "Emergency numbers are dialled by people alone.")
        return DialAllowed(plain, is_emergency=True, cost=0)
    number = normalised(text, rules.country_code)
    if number is None:
        return DialRefused("dial_number_invalid", "This is no telephone number.")
    asked = _Asked(number, plain, cost_of(number, rules.costs), rules, usage, only)
    for code, says_no, detail in _RULES:
        if says_no(asked):
            return DialRefused(code, detail)
    return DialAllowed(number, is_emergency=False, cost=asked.cost)
