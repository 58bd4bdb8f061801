"""How things are written out: names of people and queues, durations, counts with their nouns, in both languages."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

import msgspec


class Language(StrEnum):
    """The languages explanations are told in."""

    EN = "en"
    ZH = "zh"


class Words(msgspec.Struct, frozen=True):
    """One text in both languages."""

    en: str
    zh: str

    def of(self, language: Language) -> str:
        """The text in one of them."""
        return self.zh if language is Language.ZH else self.en


_UNITS = (
    (86_400_000, Words("d", "天")),
    (3_600_000, Words("h", "小时")),
    (60_000, Words("min", "分")),
    (1_000, Words("s", "秒")),
    (1, Words("ms", "毫秒")),
)

NOUNS: dict[str, tuple[Words, Words]] = {
    "agents": (Words("{count} agent", "{count} 位坐席"), Words("{count} agents", "{count} 位坐席")),
    "contacts": (
        Words("{count} contact", "{count} 个联络"),
        Words("{count} contacts", "{count} 个联络"),
    ),
}
"""Noun -> one, several."""


def duration(for_ms: int, language: Language) -> str:
    """The two largest units, `1 min 12 s`; below a second, milliseconds. A time that has passed is 0 s."""
    left_ms = max(0, for_ms)
    parts: list[str] = []
    for unit_ms, word in _UNITS:
        if unit_ms == 1 and (parts or not left_ms):
            break
        count, left_ms = divmod(left_ms, unit_ms)
        if count:
            parts.append(f"{count} {word.of(language)}")
        elif parts:
            break
        if len(parts) == 2:
            break
    return " ".join(parts) or f"0 {_UNITS[-2][1].of(language)}"


def counted(noun: str, count: int, language: Language) -> str:
    """`3 agents`."""
    one, several = NOUNS[noun]
    return (one if count == 1 else several).of(language).format(count=count)


def listed(items: Sequence[str], language: Language) -> str:
    """Items in a row."""
    return ("、" if language is Language.ZH else ", ").join(items)


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What ids are called, for one reader.

    `agent_name` gives None for an agent whom the reader may not know, `may_see_queue` says whether contacts of a
    queue may be told by their id.
    """

    agent_name: Callable[[str], str | None]
    queues: Mapping[str, Words]
    reasons: Mapping[str, Words]
    skills: Mapping[str, Words]
    teams: Mapping[str, Words]
    may_see_queue: Callable[[str], bool] = lambda _queue_id: True
