"""Files of numbers nobody is to call: every row is taken, or named by its line."""

import pytest

from crm_link.outbound.limits import LIST_LINES_MAX, REASON_CHARACTERS_MAX
from crm_link.outbound.lists import ListFault, SuppressionLine, read_suppressions

DAY_MS = 86_400_000
NOW_MS = 20 * DAY_MS


def normal(number: str) -> str | None:
    return f"+{number}" if number.isdecimal() else None


def read(*lines: str) -> list[SuppressionLine | ListFault]:
    return list(read_suppressions("\n".join(lines), normal, NOW_MS))


def test_good_rows_are_taken_in_order_whatever_is_wrong_with_others() -> None:
    assert read("Number,reason,until", "1,asked us,", "x,asked us,", "2,moved,1970-01-22") == [
        SuppressionLine(line=2, number="+1", reason="asked us"),
        ListFault(3, "number_invalid"),
        SuppressionLine(line=4, number="+2", reason="moved", until_at_ms=21 * DAY_MS),
    ]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("none,asked us,", "number_invalid"),
        (f"1,{'x' * (REASON_CHARACTERS_MAX + 1)},", "text_too_long"),
        ("1,asked\x07us,", "text_unprintable"),
        ("1,  ,", "reason_missing"),
        ("1,asked us,soon", "until_invalid"),
        ("1,asked us,1970-01-21", "until_invalid"),
        ("1,asked us", "cells_wrong"),
    ],
)
def test_each_fault_names_its_line(row: str, code: str) -> None:
    assert read("number,reason,until", "2,before,", row) == [
        SuppressionLine(line=2, number="+2", reason="before"),
        ListFault(3, code),
    ]


def test_a_number_stands_there_once_and_a_wrong_row_takes_no_place() -> None:
    assert read("number,reason", "1,", "1,asked us", "1,asked again") == [
        ListFault(2, "reason_missing"),
        SuppressionLine(line=3, number="+1", reason="asked us"),
        ListFault(4, "duplicate_in_file"),
    ]


@pytest.mark.parametrize("head", ["reason,until", "number,number", "number,zone", ""])
def test_a_head_that_does_not_fit_refuses_the_file(head: str) -> None:
    assert read(head, "1,asked us") == [ListFault(1, "head_invalid")]


def test_a_file_that_is_too_long_is_taken_as_far_as_it_may_be() -> None:
    rows = [f"{number},asked us" for number in range(LIST_LINES_MAX + 1)]
    found = read("number,reason", *rows)
    assert len(found) == LIST_LINES_MAX + 1
    assert found[-1] == ListFault(LIST_LINES_MAX + 2, "list_too_long")
