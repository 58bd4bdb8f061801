"""Recordings of a contact: which there are, and their sound. Every listening is on record."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Annotated

import msgspec
from aiohttp import web
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, Reply, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.recordings import RecordingRow, Recordings, RecordingState
from callcenter.telephony import limits
from callcenter.telephony.recording import Gap
from routing.ids import AgentId, ContactId

_GAPS = msgspec.json.Decoder(list[Gap])
_SHOWN = {
    RecordingState.OPEN: "recording",
    RecordingState.FETCHING: "coming",
    RecordingState.ARRIVED: "coming",
    RecordingState.STORED: "here",
    RecordingState.LOST: "lost",
}


class LeftOut(msgspec.Struct, frozen=True):
    """Where something is left out: after `at_ms` of the sound, for `for_ms`, because the agent `asked` or for a `hold`."""

    at_ms: int
    for_ms: int
    why: str


class RecordingInfo(msgspec.Struct, frozen=True):
    """One recording. `kind`: talk or voicemail. `state`: recording, coming (from the phone system), here, or lost.

    `length_ms` is 0 until it is here. It is deleted at `expires_at_ms`.
    """

    recording_id: str
    kind: str
    state: str
    agent_name: str
    queue_id: str
    began_at_ms: int
    length_ms: int
    expires_at_ms: int
    left_out: list[LeftOut]


class RecordingsView(msgspec.Struct, frozen=True):
    """All of a contact, the oldest first."""

    recordings: list[RecordingInfo]


class RecordingQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which one."""

    recording_id: Annotated[str, Meta(min_length=1, max_length=160)]


class Listenings:
    """Who has listened to what lately: a player asks for a recording in many parts, and that is one listening."""

    def __init__(self) -> None:
        self._at_ms: dict[tuple[str, str], int] = {}

    def is_new(self, user_id: str, recording_id: str, now_ms: int) -> bool:
        """Whether this is to be put on record."""
        key = (user_id, recording_id)
        before_ms = self._at_ms.get(key)
        if before_ms is not None and now_ms - before_ms < limits.HEARD_AGAIN_MS:
            return False
        self._at_ms[key] = now_ms
        if len(self._at_ms) > limits.HEARD_REMEMBERED_MAX:
            del self._at_ms[next(iter(self._at_ms))]
        return True


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingServices:
    """What listening stands on."""

    recordings: Recordings
    agent_name: Callable[[AgentId], str]
    now_ms: Callable[[], int]
    listenings: Listenings = field(default_factory=Listenings)


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/recordings",
    summary="What there is to listen to of a contact",
    permission=Permission.LISTEN,
    scope=Scope.contact(),
    response=RecordingsView,
)
async def read_recordings(call: Call[RecordingServices]) -> RecordingsView:
    """Without the sound."""
    services = call.services
    rows = await services.recordings.of_contact(_contact(call))
    shown = [row for row in rows if row.state in _SHOWN]
    return RecordingsView([_info(row, services) for row in shown])


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/recording",
    summary="The sound of a recording: whole, or the part that is asked for",
    permission=Permission.LISTEN,
    scope=Scope.contact(),
    query=RecordingQuery,
    errors=(ApiErrorCode.RECORDING_UNKNOWN,),
    audit=AuditAction.RECORDING_HEARD,
)
async def hear_recording(call: Call[RecordingServices]) -> Reply:
    """A player that asks for parts gets them one after the other, each of a bounded size."""
    services, recording_id = call.services, call.query(RecordingQuery).recording_id
    row = await services.recordings.get(recording_id)
    is_here = row is not None and row.state in (RecordingState.STORED, RecordingState.ARRIVED)
    if row is None or not is_here or row.contact_id != _contact(call):
        message = "There is no such recording here: it is not there yet, or not there any more."
        raise ApiError(ApiErrorCode.RECORDING_UNKNOWN, message)
    now_ms = services.now_ms()
    is_new = services.listenings.is_new(call.principal.user_id, recording_id, now_ms)
    call.trail.is_silent = not is_new
    call.trail.facts |= {"recording_id": recording_id}
    wanted = _wanted(call.request, row.size_bytes)
    headers = {"Accept-Ranges": "bytes", "Content-Disposition": 'inline; filename="recording.wav"'}
    if wanted is None:
        return Reply(headers=headers, adjust=_whole(services.recordings, row))
    start, end = wanted
    content = await _bytes_of(services.recordings, row, start, end)
    headers["Content-Range"] = f"bytes {start}-{end - 1}/{row.size_bytes}"
    return Reply(headers=headers, adjust=_part(content))


ROUTES = (read_recordings, hear_recording)


def _contact(call: Call[RecordingServices]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _info(row: RecordingRow, services: RecordingServices) -> RecordingInfo:
    return RecordingInfo(
        recording_id=row.recording_id,
        kind=row.kind,
        state=_SHOWN[RecordingState(row.state)],
        agent_name="" if row.agent_id is None else services.agent_name(row.agent_id),
        queue_id=row.queue_id,
        began_at_ms=row.began_at_ms,
        length_ms=row.length_ms,
        expires_at_ms=row.expires_at_ms,
        left_out=[LeftOut(one.at_ms, one.for_ms, one.why) for one in _GAPS.decode(row.gaps)],
    )


def _wanted(request: web.Request, size_bytes: int) -> tuple[int, int] | None:
    """From where to where (exclusive); None for the whole. A range that makes no sense is none."""
    try:
        given = request.http_range
    except ValueError:
        return None
    if (given.start is None and given.stop is None) or not size_bytes:
        return None
    start = max(0, given.start + size_bytes if (given.start or 0) < 0 else given.start or 0)
    end = size_bytes if given.stop is None else min(given.stop, size_bytes)
    end = min(end, start + limits.RANGE_BYTES_MAX)
    return (start, end) if start < end else None


async def _bytes_of(recordings: Recordings, row: RecordingRow, start: int, end: int) -> bytes:
    first, last = start // limits.RECORDING_PART_BYTES, (end - 1) // limits.RECORDING_PART_BYTES
    parts = [await recordings.part(row.recording_id, part) for part in range(first, last + 1)]
    before = start - first * limits.RECORDING_PART_BYTES
    return b"".join(parts)[before : before + end - start]


class _Adjust:
    """Makes a response carry sound."""

    def __init__(self, body: bytes | AsyncIterator[bytes], status: HTTPStatus) -> None:
        self._body = body
        self._status = status

    def __call__(self, response: web.Response) -> None:
        response.set_status(self._status)
        response.content_type = "audio/wav"
        response.body = self._body


def _part(content: bytes) -> _Adjust:
    return _Adjust(content, HTTPStatus.PARTIAL_CONTENT)


def _whole(recordings: Recordings, row: RecordingRow) -> _Adjust:
    async def parts() -> AsyncIterator[bytes]:
        count = -(-row.size_bytes // limits.RECORDING_PART_BYTES)
        for part in range(count):
            yield await recordings.part(row.recording_id, part)

    return _Adjust(parts(), HTTPStatus.OK)
