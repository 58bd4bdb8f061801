"""Marks of pages: where in a list that is ordered by an instant, then by id, the next page goes on."""

from typing import Final

from callcenter.http.errors import ApiError, ApiErrorCode

_DIGITS_MAX: Final = 18
"""Of an instant; with more the mark is none of ours."""


def mark_of(text: str) -> tuple[int, str] | None:
    """What stands in a mark; None for the first page. Raises ApiError."""
    if not text:
        return None
    at_ms, separator, row_id = text.partition("-")
    is_instant = at_ms.isascii() and at_ms.isdecimal() and len(at_ms) <= _DIGITS_MAX
    if not separator or not is_instant:
        message = "This mark is none of ours: take next_mark of the page before."
        raise ApiError(ApiErrorCode.REQUEST_INVALID, message, path="$.after")
    return int(at_ms), row_id


def mark_after(at_ms: int, row_id: str) -> str:
    """The mark of the last row of a page."""
    return f"{at_ms}-{row_id}"
