"""What callers send is read strictly, and in bounded time."""

import json
from contextlib import suppress
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.http.decoding import decode_body, decode_query, depth_of
from callcenter.http.errors import ApiError
from callcenter.http.limits import BODY_BYTES_MAX, BODY_DEPTH_MAX


class Inner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    ids: list[int] = []


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: Annotated[int, msgspec.Meta(ge=0, le=100)]
    share: float = 0.5
    inner: Inner = Inner()
    text: Annotated[str, msgspec.Meta(pattern="^[a-z]*$")] = ""


class Worded(msgspec.Struct, frozen=True):
    words: dict[str, str] = {}


class Query(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    before: str | None = None
    since_ms: int | None = None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=60,
)


def true_depth(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(true_depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(true_depth, value), default=0)
    return 0


def path_of(raw: bytes) -> str | None:
    with pytest.raises(ApiError) as raised:
        decode_body(raw, Body)
    return raised.value.path


@given(JSON, st.integers(0, 45))
def test_depth_is_counted_as_a_parser_would(value: object, wraps: int) -> None:
    for _ in range(wraps):
        value = [value]
    counted = depth_of(json.dumps(value).encode())
    assert (counted > BODY_DEPTH_MAX) == (true_depth(value) > BODY_DEPTH_MAX) or (
        counted <= BODY_DEPTH_MAX and true_depth(value) <= BODY_DEPTH_MAX
    )


def test_brackets_in_strings_are_no_depth() -> None:
    raw = json.dumps({"text": '[{"\\' * 50}).encode()
    assert depth_of(raw) == 1


@pytest.mark.parametrize(
    "raw",
    [
        b"[" * BODY_BYTES_MAX,
        b"[]" * (BODY_BYTES_MAX // 2),
        b'"' + b'\\"' * 32_000 + b"[" * 40,
        b"[" * 40 + b'"\\' * 30_000,
        b'"[' * (BODY_BYTES_MAX // 2),
    ],
)
def test_no_body_takes_long(raw: bytes) -> None:
    """Each would take minutes if a byte were looked at once for every other."""
    with pytest.raises(ApiError):
        decode_body(raw, Body)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    with suppress(ApiError):
        assert isinstance(decode_body(raw, Body), Body)


@given(JSON)
def test_any_json_is_read_or_refused(value: object) -> None:
    with suppress(ApiError):
        assert isinstance(decode_body(json.dumps(value).encode(), Body), Body)


def test_integral_floats_are_integers_wherever_they_stand() -> None:
    body = decode_body(b'{"amount": 7.0, "inner": {"ids": [1.0, 2]}, "share": 1.0}', Body)
    assert body == Body(7, 1.0, Inner([1, 2]))
    assert decode_body(b'{"amount": 7, "share": 0.25}', Body).share == 0.25


def test_the_path_of_what_is_wrong_is_told() -> None:
    assert path_of(b'{"amount": "7"}') == "$.amount"
    assert path_of(b'{"amount": 7.5}') == "$.amount"
    assert path_of(b'{"amount": 7.0, "inner": {"ids": [1, "x"]}}') == "$.inner.ids[1]"
    assert path_of(b'{"amount": 1, "more": 2}') == "$"
    assert path_of(b'{"amount": 1.0, "text": "UPPER"}') == "$.text"
    assert path_of(b'{"amount": 101.0}') == "$.amount"


def test_a_message_never_repeats_a_value() -> None:
    with pytest.raises(ApiError) as raised:
        decode_body(b'{"amount": 1, "text": "SECRET"}', Body)
    assert "SECRET" not in raised.value.message


def test_no_text_keeps_the_one_character_that_postgresql_refuses() -> None:
    odd = rb'{"amount": 7.0, "share": 1, "text": "a", "inner": {"ids": [1]}, "words": {"k\u0000": "a\u0000b"}}'
    assert decode_body(odd, Worded).words == {"k\ufffd": "a\ufffdb"}
    assert decode_body(rb'{"words": {"a": "\\u0000"}}', Worded).words == {"a": r"\u0000"}
    assert decode_query([("before", "a\0")], Query) == Query(before="a\ufffd")


def test_what_a_form_forbids_is_refused_though_it_would_be_replaced() -> None:
    with pytest.raises(ApiError):
        decode_body(rb'{"amount": 1, "text": "a\u0000"}', Body)


def test_queries_are_read_strictly() -> None:
    assert decode_query([("limit", "7"), ("before", "x")], Query) == Query(7, "x")
    assert decode_query([], Query) == Query()
    for pairs in (
        [("limit", "7"), ("limit", "8")],
        [("limit", "")],
        [("limit", "seven")],
        [("limit", "201")],
        [("page", "1")],
        [("since_ms", "null")],
        [("before", "x" * 3_000)],
    ):
        with pytest.raises(ApiError) as raised:
            decode_query(pairs, Query)
        assert raised.value.status == 422
