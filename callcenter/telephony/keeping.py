"""Recordings on their way: a row before anything is recorded, fetched when it has ended, deleted when its time is over.

Law of this file: what is recorded anywhere is in our books first, so that nothing is forgotten at a phone system. Every
state of a row has its next instant, and the earliest one is waited for: no row is looked at before. Each step may be
repeated after a crash. A message with nothing audible in it is nobody's, and is dropped with a line in the log.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
import structlog

from callcenter.host.envelope import CommandRefused, HostError
from callcenter.ports.errors import StorageError
from callcenter.ports.recordings import (
    RecordingKind,
    RecordingRow,
    Recordings,
    RecordingState,
)
from callcenter.tasks import fault_of, woken
from callcenter.telephony import limits
from callcenter.telephony.calls import Call
from callcenter.telephony.ports import Fetched, RecordingSource
from callcenter.telephony.recording import NOT_BEGUN, Recording
from callcenter.telephony.voicemail import message_contact_id
from callcenter.telephony.wanted import Opening
from callcenter.telephony.waves import WaveRead
from routing.ids import ContactId

_log = structlog.get_logger("callcenter.telephony")

_DUE_AT_ONCE: Final = 50


def row_of(call: Call, opening: Opening, now_ms: int) -> RecordingRow:
    """A recording that is about to begin; a message has a contact of its own, and needs to know who called, and in which language."""
    recording_id, is_message = opening.recording_id, opening.agent_id is None
    return RecordingRow(
        recording_id=recording_id,
        connection_id=call.connection_id,
        call_id=call.call_id,
        contact_id=message_contact_id(recording_id) if is_message else call.contact_id,
        kind=RecordingKind.VOICEMAIL if is_message else RecordingKind.TALK,
        queue_id=opening.queue_id,
        agent_id=opening.agent_id,
        caller=call.caller if is_message else "",
        dialled=call.dialled if is_message else "",
        language=call.language if call.flow is None else call.flow.session.language,
        began_at_ms=now_ms,
        expires_at_ms=now_ms + opening.kept_ms,
        next_at_ms=now_ms + limits.RECORDING_MS_MAX + limits.FETCH_WAIT_MS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class KeeperSurroundings:
    """What the keeper stands in. `make_contact` makes a message the contact of an agent. Raises CommandRefused, HostError."""

    recordings: Recordings
    sources: Mapping[str, RecordingSource]
    make_contact: Callable[[RecordingRow], Awaitable[None]]
    now_ms: Callable[[], int]


class RecordingKeeper:
    """One for a domain. `run` fetches and deletes."""

    def __init__(self, around: KeeperSurroundings) -> None:
        """Nothing happens before `run`."""
        self._around = around
        self._ends: dict[str, Recording] = {}
        self._wake = asyncio.Event()
        self.counts = {"stored": 0, "dropped": 0, "lost": 0}

    # --- what the book of calls says ----------------------------------------------------------------

    async def begin(self, row: RecordingRow) -> None:
        """Durable when it returns: only then may anything be recorded. Raises StorageError."""
        await self._around.recordings.begin(row)

    def end(self, recording_id: str, told: Recording) -> None:
        """It is over, and this is what was told of it. Whatever is not over by now is from here on."""
        self._ends[recording_id] = told
        self._wake.set()

    def wake(self) -> None:
        """Look at what is due now."""
        self._wake.set()

    async def load(self, is_open: Callable[[ContactId], bool]) -> None:
        """Recordings whose calls went while we were away have ended. Raises StorageError."""
        for row in await self._around.recordings.opened():
            if not is_open(row.contact_id):
                self._ends[row.recording_id] = Recording(row.began_at_ms, end_cause="unknown")

    # --- life ---------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                wait_ms = await self._look()
            except StorageError:
                wait_ms = limits.FETCH_RETRY_FIRST_MS
            self._wake.clear()
            if self._ends:
                wait_ms = min(wait_ms, limits.FETCH_RETRY_FIRST_MS)
            await woken(self._wake, wait_ms)

    async def _look(self) -> int:
        """Do what is due; returns how long nothing else is, ms. Raises StorageError."""
        recordings, now_ms = self._around.recordings, self._around.now_ms
        await self._write_ends()
        while rows := await recordings.due(now_ms(), _DUE_AT_ONCE):
            at_once = asyncio.Semaphore(limits.RECORDINGS_AT_ONCE)
            steps = (self._step(row, at_once) for row in rows)
            for done in await asyncio.gather(*steps, return_exceptions=True):
                if isinstance(done, BaseException):
                    raise done
            await self._write_ends()
        next_ms = await recordings.next_at_ms()
        left_ms = limits.RECORDINGS_LOOK_MS if next_ms is None else next_ms - now_ms()
        return max(1, min(left_ms, limits.RECORDINGS_LOOK_MS))

    async def _write_ends(self) -> None:
        for recording_id, told in list(self._ends.items()):
            row = await self._around.recordings.get(recording_id)
            if row is not None and row.state == RecordingState.OPEN:
                now_ms = self._around.now_ms()
                await self._change(
                    row,
                    state=RecordingState.FETCHING,
                    ended_at_ms=now_ms,
                    end_cause=told.end_cause or "call_over",
                    gaps=msgspec.json.encode(told.gaps).decode(),
                    next_at_ms=now_ms,
                )
            self._ends.pop(recording_id, None)

    async def _step(self, row: RecordingRow, at_once: asyncio.Semaphore) -> None:
        steps = {
            RecordingState.OPEN: self._give_up_waiting,
            RecordingState.FETCHING: self._fetch,
            RecordingState.ARRIVED: self._hand_out,
            RecordingState.STORED: self._expire,
            RecordingState.LOST: self._expire,
            RecordingState.UNWANTED: self._clear,
        }
        async with at_once:
            try:
                await steps[RecordingState(row.state)](row)
            except StorageError:
                raise
            except (HostError, TimeoutError, OSError) as error:
                await self._put_off(row, type(error).__name__)
            except Exception as error:  # noqa: BLE001 - the boundary: the other recordings go on
                _log.error("recording_failed", **fault_of(error))
                await self._put_off(row, "fault")

    async def _change(self, row: RecordingRow, **changes: object) -> bool:
        changed = msgspec.structs.replace(row, **changes)
        return await self._around.recordings.change(changed, [row.state])

    # --- steps --------------------------------------------------------------------------------------

    async def _give_up_waiting(self, row: RecordingRow) -> None:
        """Nobody has said that it ended, for longer than it may last."""
        now_ms = self._around.now_ms()
        await self._change(
            row,
            state=RecordingState.FETCHING,
            ended_at_ms=now_ms,
            end_cause="unknown",
            next_at_ms=now_ms,
        )

    async def _fetch(self, row: RecordingRow) -> None:
        source = self._around.sources.get(row.connection_id)
        began_ms = row.ended_at_ms or row.began_at_ms
        is_given_up = self._around.now_ms() - began_ms >= limits.FETCH_GIVEN_UP_MS
        if source is None or is_given_up:
            await self._lose(row, "no_phone_system" if source is None else "given_up")
            return
        read = WaveRead(
            limits.RECORDING_PART_BYTES, is_listened_to=row.kind == RecordingKind.VOICEMAIL
        )
        part = 0

        async def put(content: bytes) -> bool:
            nonlocal part
            is_wanted = True
            for piece in read.add(content):
                is_wanted = await self._around.recordings.put_part(row.recording_id, part, piece)
                part += 1
            return is_wanted and read.size_bytes <= limits.RECORDING_BYTES_MAX

        async with asyncio.timeout(limits.FETCH_WAIT_MS / 1000):
            fetched = await source.fetch_recording(row.recording_id, put)
        if fetched is Fetched.NOT_YET:
            await self._put_off(row, "not_ready")
        elif fetched is Fetched.GONE:
            await self._lose(row, "gone")
        elif read.size_bytes > limits.RECORDING_BYTES_MAX:
            await self._lose(row, "too_large")
        elif fetched is Fetched.WHOLE:
            for piece in read.rest():
                await self._around.recordings.put_part(row.recording_id, part, piece)
            await self._arrived(row, read)

    async def _arrived(self, row: RecordingRow, read: WaveRead) -> None:
        length_ms, now_ms = read.length_ms, self._around.now_ms()
        if row.kind == RecordingKind.VOICEMAIL and read.voice_ms < limits.VOICE_MS_MIN:
            self.counts["dropped"] += 1
            _log.info("voicemail_dropped", outcome="empty", length_ms=length_ms)
            await self._change(row, state=RecordingState.UNWANTED, next_at_ms=now_ms)
            return
        is_message = row.kind == RecordingKind.VOICEMAIL
        is_stored = await self._change(
            row,
            state=RecordingState.ARRIVED if is_message else RecordingState.STORED,
            length_ms=length_ms,
            size_bytes=read.size_bytes,
            next_at_ms=now_ms if is_message else row.expires_at_ms,
            attempts=0,
        )
        if is_stored:
            self.counts["stored"] += 1
            await self._around.sources[row.connection_id].delete_recording(row.recording_id)

    async def _hand_out(self, row: RecordingRow) -> None:
        """The message becomes a contact; what the engine refuses stays a recording."""
        try:
            await self._around.make_contact(row)
        except CommandRefused as refused:
            _log.error("voicemail_without_contact", code=refused.refusal.code)
        await self._change(row, state=RecordingState.STORED, next_at_ms=row.expires_at_ms)

    async def _lose(self, row: RecordingRow, why: str) -> None:
        if row.end_cause == NOT_BEGUN:
            await self._around.recordings.delete(row.recording_id)
            return
        self.counts["lost"] += 1
        _log.error("recording_lost", connection_id=row.connection_id, kind=row.kind, why=why)
        await self._change(row, state=RecordingState.LOST, next_at_ms=row.expires_at_ms)

    async def _expire(self, row: RecordingRow) -> None:
        await self._around.recordings.delete(row.recording_id)

    async def _clear(self, row: RecordingRow) -> None:
        """Nothing of it may stay anywhere; a phone system that is configured no longer has nothing of ours."""
        source = self._around.sources.get(row.connection_id)
        if source is not None and not await source.delete_recording(row.recording_id):
            if self._around.now_ms() - row.began_at_ms < limits.FETCH_GIVEN_UP_MS:
                await self._put_off(row, "not_deleted")
                return
            _log.error("recording_not_deleted", connection_id=row.connection_id)
        await self._around.recordings.delete(row.recording_id)

    async def _put_off(self, row: RecordingRow, why: str) -> None:
        wait_ms = limits.FETCH_RETRY_FIRST_MS * 2 ** min(row.attempts, 20)
        next_at_ms = self._around.now_ms() + min(wait_ms, limits.FETCH_RETRY_MAX_MS)
        if row.attempts == limits.FETCHES_TOLD_AFTER:
            _log.warning("recording_waits", connection_id=row.connection_id, why=why)
        await self._change(row, next_at_ms=next_at_ms, attempts=row.attempts + 1)
