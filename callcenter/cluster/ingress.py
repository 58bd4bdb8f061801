"""The router's side of the streams: commands in, answers and news out.

An entry is deleted once it was answered. A router that takes over begins with whatever is left: what its predecessor had
committed, the host knows by the command id. An answer that Redis loses is asked for again.
"""

import asyncio
from collections.abc import Callable

import msgspec
import structlog
from redis.asyncio import Redis

from callcenter.cluster.limits import (
    ANSWERS_KEPT_S,
    ANSWERS_MAX,
    NEWS_MAX,
    READ_AT_ONCE,
    RETRY_S,
)
from callcenter.cluster.redis import Entry, LinkLost, appended, read_streams, send_all
from callcenter.cluster.sockets import SocketsElsewhere
from callcenter.cluster.wire import Answer, Names, OpenSockets, Question, ToRouter
from callcenter.host.envelope import (
    CommandIdReused,
    CommandRefused,
    Envelope,
    HostError,
    HostOverloaded,
    Published,
)
from callcenter.host.host import Host

_log = structlog.get_logger("callcenter.cluster")

_DECODER: msgspec.msgpack.Decoder[ToRouter] = msgspec.msgpack.Decoder(ToRouter)
_ENCODER = msgspec.msgpack.Encoder()


class Ingress:
    """Feeds one host from one stream. `run` belongs to a supervised task."""

    def __init__(self, client: Redis, names: Names, host: Host, sockets: SocketsElsewhere) -> None:
        """Nothing is read before `run`."""
        self._client = client
        self._names = names
        self._host = host
        self._sockets = sockets
        self._answers: list[tuple[str, bytes]] = []
        self._handled: list[bytes] = []
        self._news_seq = 0
        self._wake = asyncio.Event()

    def on_published(self, published: Published) -> None:
        """There is something new in the journal. A listener of the host."""
        self._news_seq = published.first_seq + len(published.events) - 1
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write())
            group.create_task(self._read(group.create_task))

    # --- in --------------------------------------------------------------------------------------

    async def _read(self, start: Callable[..., object]) -> None:
        stream, after = self._names.commands, b"0"
        while True:
            try:
                found = await read_streams(self._client, {stream: after})
            except LinkLost:
                # Whatever stands there then: what is under way is known by its id.
                after = b"0"
                self._sockets.redis_was_gone()
                await asyncio.sleep(RETRY_S)
                continue
            for entry in found.get(stream, []):
                after = entry[0]
                self._take(entry, start)
            self._sockets.forget_silent()

    def _take(self, entry: Entry, start: Callable[..., object]) -> None:
        entry_id, message = entry
        try:
            said = _DECODER.decode(message)
        except msgspec.MsgspecError:
            _log.error("command_unreadable", size=len(message))
            self._done(entry_id)
            return
        match said:
            case Question():
                start(self._decide(entry_id, said))
            case OpenSockets():
                self._sockets.told(said)
                self._done(entry_id)

    async def _decide(self, entry_id: bytes, question: Question) -> None:
        answer = await self._answer(question.number, question.envelope)
        self._answers.append((question.process_id, _ENCODER.encode(answer)))
        self._done(entry_id)

    async def _answer(self, number: int, envelope: Envelope) -> Answer:
        try:
            submitted = await self._host.submit(envelope)
        except CommandRefused as refused:
            return Answer(number, self._host.mirror.seq, refusal=refused.refusal)
        except CommandIdReused:
            return Answer(number, failure="reused")
        except HostOverloaded:
            return Answer(number, failure="overloaded")
        except HostError:
            return Answer(number, failure="unavailable")
        return Answer(number, submitted.seq, submitted.reply, submitted.is_repeat)

    # --- out -------------------------------------------------------------------------------------

    def _done(self, entry_id: bytes) -> None:
        self._handled.append(entry_id)
        self._wake.set()

    async def _write(self) -> None:
        told_seq = 0
        while True:
            await self._wake.wait()
            self._wake.clear()
            news_seq = self._news_seq
            answers, self._answers = self._answers, []
            handled, self._handled = self._handled, []
            try:
                await self._tell(answers, handled, news_seq if news_seq > told_seq else None)
                told_seq = news_seq
            except LinkLost:
                # Who waits for an answer asks again; who follows the journal looks by itself.
                await asyncio.sleep(RETRY_S)

    async def _tell(
        self, answers: list[tuple[str, bytes]], handled: list[bytes], news_seq: int | None
    ) -> None:
        names = self._names
        commands = [
            appended(names.answers(process_id), answer, ANSWERS_MAX)
            for process_id, answer in answers
        ]
        askers = dict.fromkeys(process_id for process_id, _ in answers)
        commands.extend(("EXPIRE", names.answers(each), ANSWERS_KEPT_S) for each in askers)
        if news_seq is not None:
            commands.append(appended(names.news, str(news_seq).encode(), NEWS_MAX))
        commands.extend(
            ("XDEL", names.commands, *handled[start : start + READ_AT_ONCE])
            for start in range(0, len(handled), READ_AT_ONCE)
        )
        await send_all(self._client, commands)
