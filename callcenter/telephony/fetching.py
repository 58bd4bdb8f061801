"""Fetching recordings by HTTP: one stream of bytes, read in pieces."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import ClientError, ClientResponse

from callcenter.telephony.limits import RECORDING_PART_BYTES
from callcenter.telephony.ports import Fetched

_NOT_YET: Final = frozenset({409, 425})
_GONE: Final = frozenset({404, 410})


async def taken(answer: ClientResponse, put: Callable[[bytes], Awaitable[bool]]) -> Fetched:
    """The body of an answer, handed on. Raises OSError for one that says nothing of the recording."""
    if answer.status in _NOT_YET:
        return Fetched.NOT_YET
    if answer.status in _GONE:
        return Fetched.GONE
    if answer.status != 200:
        raise OSError(f"status {answer.status}")
    try:
        async for piece in answer.content.iter_chunked(RECORDING_PART_BYTES):
            if not await put(piece):
                return Fetched.UNWANTED
    except ClientError as error:
        raise OSError("the body was cut off") from error
    return Fetched.WHOLE


def is_deleted(status: int) -> bool:
    """Whether a phone system has nothing of it any more, by its answer."""
    return 200 <= status < 300 or status in _GONE
