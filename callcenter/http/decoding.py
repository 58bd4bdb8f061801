"""Strict decoding of what a caller sends: bounded, closed, and with the path of what is wrong.

JSON Schema says that `7.0` is an integer; strict msgspec says it is not. A body that fails for that alone is
read again with its integral floats made integers, so that every body our published schema allows is accepted,
and strings stay strings. The second reading costs only those who need it.
"""

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import TypeVar

import msgspec

from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.http.limits import BODY_DEPTH_MAX, QUERY_LENGTH_MAX
from callcenter.texts import NUL, NUL_IN_JSON, storable_message

T = TypeVar("T")

NOT_BLANK = r"[^\s\x1c-\x1f\x85\ufeff]"
"""A character that is white space neither to Python nor to JSON Schema, whose `\\s` differ by the ones named here."""

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
"""A JSON string; an unterminated one reaches to the end, so that no input is scanned twice."""
_STEP = [0] * 256
for _byte, _step in ((0x5B, 1), (0x7B, 1), (0x5D, -1), (0x7D, -1)):
    _STEP[_byte] = _step

_PATH = re.compile(r" - at `(?P<path>[^`]*)`$")
_SCHEMA_WORDS = re.compile(r" matching regex .*$", re.DOTALL)


def decode_body(raw: bytes, kind: type[T]) -> T:
    """A request body as `kind`, with texts that every database keeps. Raises ApiError."""
    body = _decoded(raw, kind)
    return storable_message(body, kind) if NUL_IN_JSON in raw else body


def _decoded(raw: bytes, kind: type[T]) -> T:
    if depth_of(raw) > BODY_DEPTH_MAX:
        raise ApiError(
            ApiErrorCode.NESTED_TOO_DEEP, f"The body is nested deeper than {BODY_DEPTH_MAX} levels."
        )
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        if "got `float`" not in str(error):
            raise _invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError(ApiErrorCode.JSON_INVALID, "The body is not JSON in UTF-8.") from error
    try:
        return msgspec.convert(_with_integers(msgspec.json.decode(raw)), type=kind)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ApiError(ApiErrorCode.JSON_INVALID, "The body is not JSON in UTF-8.") from error


def decode_query(pairs: Iterable[tuple[str, str]], kind: type[T]) -> T:
    """A query string as `kind`: each name at most once, numbers as digits. Raises ApiError."""
    values: dict[str, str] = {}
    for name, value in pairs:
        if name in values:
            raise ApiError(
                ApiErrorCode.REQUEST_INVALID, "A query parameter is given twice.", path="$"
            )
        values[name] = value
    if sum(map(len, values.values())) > QUERY_LENGTH_MAX:
        raise ApiError(ApiErrorCode.REQUEST_INVALID, "The query string is too long.", path="$")
    try:
        query = msgspec.convert(values, type=kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from error
    for name in values:
        if getattr(query, name) is None:  # msgspec reads the word null as nothing
            message = "Leave a query parameter out instead of giving it as null."
            raise ApiError(ApiErrorCode.REQUEST_INVALID, message, path=f"$.{name}")
    return storable_message(query, kind) if NUL in "".join(values.values()) else query


def depth_of(raw: bytes) -> int:
    """The deepest nesting of arrays and objects; cheap for a body with few brackets, linear for any."""
    opened = raw.count(b"[") + raw.count(b"{")
    if opened <= BODY_DEPTH_MAX:
        return opened
    return max(accumulate(map(_STEP.__getitem__, _STRING.sub(b"", raw))), default=0)


def _with_integers(value: object) -> object:
    """The same JSON value with floats that have no fraction as integers."""
    match value:
        case float() if value.is_integer():
            return int(value)
        case list():
            return [_with_integers(item) for item in value]
        case dict():
            return {key: _with_integers(item) for key, item in value.items()}
        case _:
            return value


def _invalid(error: msgspec.ValidationError) -> ApiError:
    """What msgspec found, as our error; its text names types and our field names, and an unknown field's name."""
    text = str(error)
    found = _PATH.search(text)
    path = found["path"] if found else "$"
    sentence = _SCHEMA_WORDS.sub(" in another form", _PATH.sub("", text)).replace("`", "'")
    return ApiError(ApiErrorCode.REQUEST_INVALID, f"{sentence[:300]}.", path=path)
