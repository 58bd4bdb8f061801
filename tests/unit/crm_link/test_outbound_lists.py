"""Lists as people send them: every row becomes an entry, or a line that says why not."""

import pytest

from crm_link.outbound import lists
from crm_link.outbound.limits import LIST_LINES_MAX, NAME_CHARACTERS_MAX, NOTE_CHARACTERS_MAX
from crm_link.outbound.lists import ListFault, ListRow, read_list

NOW = 1_800_000_000_000


def normal(number: str) -> str | None:
    plain = number.replace(" ", "")
    return plain if plain.startswith("+") and plain[1:].isdigit() else None


def read(text: str) -> list[ListRow | ListFault]:
    return [*read_list(text, normal, NOW)]


def test_a_good_list_with_everything() -> None:
    text = (
        "\ufeffNumber, name ,language,zone,consent,consent_source,note\r\n"
        '+49 30 1234,"Müller, Eva",EN,Europe/Berlin,2026-01-02,form,"two\nlines"\r\n'
        "\r\n"
        "+8613912345678,王芳,zh,,2026-01-02T09:30:00+08:00,,\r\n"
    )
    first, second = read(text)
    assert first == ListRow(
        line=3,
        number="+49301234",
        name="Müller, Eva",
        language="en",
        zone="Europe/Berlin",
        consent_at_ms=1_767_312_000_000,
        consent_source="form",
        note="two\nlines",
    )
    assert isinstance(second, ListRow)
    assert (second.line, second.name, second.consent_at_ms) == (5, "王芳", 1_767_317_400_000)


@pytest.mark.parametrize(
    "text",
    ["", "name\nEva\n", "number,colour\n+491,red\n", "number,number\n+491,+492\n"],
)
def test_a_head_that_is_none_refuses_the_file(text: str) -> None:
    assert read(text) == [ListFault(1, "head_invalid")]


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("+491", "cells_wrong"),
        ("none,,,,", "number_invalid"),
        (f"+491,{'x' * (NAME_CHARACTERS_MAX + 1)},,,", "text_too_long"),
        (f"+491,,,,{'x' * (NOTE_CHARACTERS_MAX + 1)}", "text_too_long"),
        ("+491,\x07,,,", "text_unprintable"),
        ("+491,,fr,,", "language_unknown"),
        ("+491,,,2026-13-01,", "consent_invalid"),
        ("+491,,,2099-01-01,", "consent_invalid"),
        ("+491,,,0001-01-01T00:00:00+14:00,", "consent_invalid"),
    ],
)
def test_a_bad_row_says_why_and_the_next_is_read(cells: str, code: str) -> None:
    found = read(f"number,name,language,consent,note\n{cells}\n+492,,,,\n")
    assert found == [ListFault(2, code), ListRow(line=3, number="+492")]


def test_a_zone_that_is_none_is_a_fault() -> None:
    assert read("number,zone\n+491,Mars/Olympus\n") == [ListFault(2, "zone_unknown")]


def test_a_number_counts_once_in_a_file_however_it_is_written() -> None:
    assert read("number\n+49 1\n+491\n") == [
        ListRow(line=2, number="+491"),
        ListFault(3, "duplicate_in_file"),
    ]


def test_a_list_that_is_too_long_ends_with_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIST_LINES_MAX == 10_000
    monkeypatch.setattr(lists, "LIST_LINES_MAX", 1)
    assert read("number\n+491\n\n+492\n+493\n") == [
        ListRow(line=2, number="+491"),
        ListFault(4, "list_too_long"),
    ]


def test_what_no_csv_can_be_ends_with_a_word() -> None:
    huge = "x" * 200_000
    assert read(f"number\n+491\n{huge}\n") == [
        ListRow(line=2, number="+491"),
        ListFault(3, "row_unreadable"),
    ]
