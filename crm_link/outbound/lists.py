"""The rows of a list as people send them: a CSV with a head. Every row becomes an entry, or a line of the report that says why not.

Columns: `number` must be there; `name`, `language` (en, zh), `zone` (IANA), `consent` (an ISO date or instant), `consent_source` and
`note` may be. A column of another name is refused with the file. A list of numbers nobody is to call is read in the same way.
"""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Final, TypeVar

import msgspec

from crm_link.outbound.limits import (
    LIST_LINES_MAX,
    NAME_CHARACTERS_MAX,
    NOTE_CHARACTERS_MAX,
    REASON_CHARACTERS_MAX,
)
from crm_link.outbound.windows import zone_of

COLUMNS: Final = ("number", "name", "language", "zone", "consent", "consent_source", "note")

SUPPRESSION_COLUMNS: Final = ("number", "reason", "until")

_LANGUAGES: Final = ("", "en", "zh")

_LONGEST: Final = {
    "name": NAME_CHARACTERS_MAX,
    "consent_source": NAME_CHARACTERS_MAX,
    "note": NOTE_CHARACTERS_MAX,
}


class ListRow(msgspec.Struct, frozen=True, kw_only=True):
    """One good row. `line` is its line in the file, the head being 1."""

    line: int
    number: str
    name: str = ""
    language: str = ""
    zone: str = ""
    consent_at_ms: int | None = None
    consent_source: str = ""
    note: str = ""


class ListFault(msgspec.Struct, frozen=True):
    """One row that is not taken, and why: a stable code."""

    line: int
    code: str


class SuppressionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One good row of a list of numbers nobody is to call; `until_at_ms` None: for good."""

    line: int
    number: str
    reason: str
    until_at_ms: int | None = None


Row = TypeVar("Row", ListRow, SuppressionLine)


def read_list(
    text: str, normal: Callable[[str], str | None], now_ms: int
) -> Iterator[ListRow | ListFault]:
    """The rows of a file, in order, each number once. `normal` gives a number's one form, None for what is none."""
    return _read(text, COLUMNS, lambda line, cell: _row(line, cell, normal(cell["number"]), now_ms))


def read_suppressions(
    text: str, normal: Callable[[str], str | None], now_ms: int
) -> Iterator[SuppressionLine | ListFault]:
    """The rows of a file of numbers nobody is to call: `number`, `reason`, and perhaps `until`, a day or instant to come."""
    return _read(
        text,
        SUPPRESSION_COLUMNS,
        lambda line, cell: _suppression(line, cell, normal(cell["number"]), now_ms),
    )


def _read(
    text: str, columns: tuple[str, ...], row_of: Callable[[int, dict[str, str]], Row | ListFault]
) -> Iterator[Row | ListFault]:
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    seen: set[str] = set()
    try:
        head = tuple(cell.strip().lower() for cell in next(reader, []))
        if "number" not in head or len(set(head)) != len(head) or not set(head) <= set(columns):
            yield ListFault(1, "head_invalid")
            return
        count = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            count += 1
            if count > LIST_LINES_MAX:
                yield ListFault(reader.line_num, "list_too_long")
                return
            if len(cells) != len(head):
                yield ListFault(reader.line_num, "cells_wrong")
                continue
            cell = dict.fromkeys(columns, "")
            cell.update((name, value.strip()) for name, value in zip(head, cells, strict=True))
            found = row_of(reader.line_num, cell)
            if not isinstance(found, ListFault):
                if found.number in seen:
                    yield ListFault(found.line, "duplicate_in_file")
                    continue
                seen.add(found.number)
            yield found
    except csv.Error:
        yield ListFault(reader.line_num, "row_unreadable")


def _row(line: int, cell: dict[str, str], number: str | None, now_ms: int) -> ListRow | ListFault:
    consent = cell["consent"]
    at_ms = _instant_ms(consent) if consent else None
    checks = (
        ("number_invalid", number is None),
        ("text_too_long", any(len(cell[name]) > most for name, most in _LONGEST.items())),
        ("text_unprintable", not all(_is_plain(value) for value in cell.values())),
        ("language_unknown", cell["language"].lower() not in _LANGUAGES),
        ("zone_unknown", bool(cell["zone"]) and zone_of(cell["zone"]) is None),
        ("consent_invalid", bool(consent) and (at_ms is None or at_ms > now_ms)),
    )
    for code, is_wrong in checks:
        if is_wrong:
            return ListFault(line, code)
    return ListRow(
        line=line,
        number=number or "",
        name=cell["name"],
        language=cell["language"].lower(),
        zone=cell["zone"],
        consent_at_ms=at_ms,
        consent_source=cell["consent_source"],
        note=cell["note"],
    )


def _suppression(
    line: int, cell: dict[str, str], number: str | None, now_ms: int
) -> SuppressionLine | ListFault:
    reason, until = cell["reason"], cell["until"]
    at_ms = _instant_ms(until) if until else None
    checks = (
        ("number_invalid", number is None),
        ("text_too_long", len(reason) > REASON_CHARACTERS_MAX),
        ("text_unprintable", not all(_is_plain(value) for value in cell.values())),
        ("reason_missing", not reason),
        ("until_invalid", bool(until) and (at_ms is None or at_ms <= now_ms)),
    )
    for code, is_wrong in checks:
        if is_wrong:
            return ListFault(line, code)
    return SuppressionLine(line=line, number=number or "", reason=reason, until_at_ms=at_ms)


def _is_plain(text: str) -> bool:
    return all(letter.isprintable() or letter in "\n\t" for letter in text)


def _instant_ms(text: str) -> int | None:
    """A date or an instant, not before 1970; one without a zone is UTC."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    at_ms = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() * 1000)
    return at_ms if at_ms >= 0 else None
