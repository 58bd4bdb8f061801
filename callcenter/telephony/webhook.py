"""`POST /telephony/v1/{connection_id}/events`: verified, stored, answered empty.

Outside the declared routes, because the signature is over the bytes as they came: who may call is not a role but
whoever has the key, and nothing is decoded before that is known.
"""

import asyncio
from collections.abc import Callable

from aiohttp import web

from callcenter.clock import Clock
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.http.limits import BODY_WAIT_S
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.limits import EVENTS_BYTES_MAX
from callcenter.telephony.ports import CallControl
from callcenter.telephony.protocol import EventInvalid, events_of
from callcenter.telephony.signing import NO_KEYS, Keys, SignatureInvalid

PATH = "/telephony/v1/{connection_id}/events"


class EventDoor:
    """Where phone systems report."""

    def __init__(
        self,
        keys: Callable[[str], Keys | None],
        controls: dict[str, CallControl],
        intake: EventIntake,
        clock: Clock,
    ) -> None:
        """`keys` of a connection; None for one that is not known or has none."""
        self._keys = keys
        self._controls = controls
        self._intake = intake
        self._clock = clock

    async def handle(self, request: web.Request) -> web.Response:
        """Answer 204 once everything is stored. Raises ApiError, HostOverloaded, StorageUnavailable."""
        connection_id = request.match_info["connection_id"]
        if request.content_type != "application/json":
            raise ApiError(
                ApiErrorCode.CONTENT_TYPE_UNSUPPORTED, "Send events as application/json."
            )
        body = await body_of(request, EVENTS_BYTES_MAX)
        keys = self._keys(connection_id)
        try:
            (keys or NO_KEYS).check(request.headers, body, self._clock.world_ms())
        except SignatureInvalid as error:
            raise ApiError(
                ApiErrorCode.SIGNATURE_INVALID,
                "The events are not signed with a key of this connection, or not within the last 5 minutes.",
            ) from error
        try:
            events = events_of(body)
        except EventInvalid as error:
            message = f"This is no event of the protocol: {error}."
            raise ApiError(ApiErrorCode.EVENT_INVALID, message, path=error.path) from error
        await self._intake.store(connection_id, events)
        control = self._controls.get(connection_id)
        if control is not None:
            control.last_sign_ms = self._clock.now_ms()
        return web.Response(status=204)


async def body_of(request: web.Request, bytes_max: int) -> bytes:
    """The whole body. Raises ApiError: larger than that, or too slow."""
    too_large = ApiError(ApiErrorCode.BODY_TOO_LARGE, f"A delivery has at most {bytes_max} bytes.")
    if (request.content_length or 0) > bytes_max:
        raise too_large
    if request.content.is_eof():
        # Mostly it has come with the head: nothing to wait for.
        body = request.content.read_nowait()
        if len(body) > bytes_max:
            raise too_large
        return body
    try:
        async with asyncio.timeout(BODY_WAIT_S):
            body = await request.content.read(bytes_max + 1)
            while not request.content.at_eof() and len(body) <= bytes_max:
                body += await request.content.read(bytes_max + 1)
    except TimeoutError as error:
        raise ApiError(ApiErrorCode.REQUEST_TIMEOUT, "The body did not arrive in time.") from error
    if len(body) > bytes_max:
        raise too_large
    return body
