"""How a process that decides nothing has commands decided: by the router, over two streams.

A command is sent again until it is answered, under the same command id, which the router's host carries out once. So
nothing that Redis loses, and no router that dies, takes anything with it but time. After ANSWER_LIMIT_S its sender
hears that routing is paused: not known to be done.
"""

import asyncio
import hashlib
from collections.abc import Callable

import msgspec
import structlog
from redis.asyncio import Redis

from callcenter.cluster.limits import (
    ANSWER_LIMIT_S,
    ASK_AGAIN_S,
    ASKED_MAX,
    COMMANDS_MAX,
    OWNER_LOOK_EVERY_S,
    PAUSED_AFTER_S,
    READ_AT_ONCE,
    RETRY_S,
)
from callcenter.cluster.redis import LinkLost, appended, call, read_streams, send_all
from callcenter.cluster.wire import Answer, Names, Owner, Question, ToRouter
from callcenter.host.envelope import Envelope, HostOverloaded, RoutingPaused

_log = structlog.get_logger("callcenter.cluster")

_ENCODER = msgspec.msgpack.Encoder()
_ANSWERS = msgspec.msgpack.Decoder(Answer)
_OWNERS = msgspec.json.Decoder(Owner)


class _Asked(msgspec.Struct):
    """A command on its way."""

    message: bytes
    waiter: asyncio.Future[Answer]
    sent_s: float


class Asker:
    """One process's way to whoever decides. `run` belongs to a supervised task."""

    def __init__(
        self, client: Redis, names: Names, process_id: str, monotonic_s: Callable[[], float]
    ) -> None:
        """`process_id` is of this start of the process alone."""
        self._client = client
        self._names = names
        self._process_id = process_id
        self._monotonic_s = monotonic_s
        self._asked: dict[int, _Asked] = {}
        self._number = 0
        self._outbox: list[bytes] = []
        self._has_mail = asyncio.Event()
        self._owner_seen_s = monotonic_s()
        self.owner: Owner | None = None
        self.news = asyncio.Event()
        """Set when there may be something new in the journal; whoever follows it clears it."""

    @property
    def process_id(self) -> str:
        """Under what name answers come."""
        return self._process_id

    @property
    def asked_count(self) -> int:
        """Commands without an answer yet."""
        return len(self._asked)

    @property
    def is_paused(self) -> bool:
        """Whether no router has been known for a while: Redis is gone, or all routers are."""
        return self._monotonic_s() - self._owner_seen_s > PAUSED_AFTER_S

    async def ask(self, envelope: Envelope) -> Answer:
        """What the router says. Raises RoutingPaused, HostOverloaded."""
        if self.is_paused:
            raise RoutingPaused
        if len(self._asked) >= ASKED_MAX:
            raise HostOverloaded
        self._number += 1
        number = self._number
        question = Question(self._process_id, number, repeatable(envelope))
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        asked = _Asked(_ENCODER.encode(question), waiter, self._monotonic_s())
        self._asked[number] = asked
        self._send(asked.message)
        try:
            async with asyncio.timeout(ANSWER_LIMIT_S):
                return await waiter
        except TimeoutError as error:
            raise RoutingPaused from error
        finally:
            del self._asked[number]

    def tell(self, message: ToRouter) -> None:
        """Send something that wants no answer; it may be lost."""
        self._send(_ENCODER.encode(message))

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write())
            group.create_task(self._read())
            group.create_task(self._ask_again())
            group.create_task(self._look_for_owner())

    # --- the four tasks --------------------------------------------------------------------------

    def _send(self, message: bytes) -> None:
        if len(self._outbox) < ASKED_MAX:
            self._outbox.append(message)
            self._has_mail.set()

    async def _write(self) -> None:
        while True:
            await self._has_mail.wait()
            self._has_mail.clear()
            while self._outbox:
                batch, self._outbox = self._outbox[:READ_AT_ONCE], self._outbox[READ_AT_ONCE:]
                try:
                    await self._append(batch)
                except LinkLost:
                    # What wants an answer is sent again; the rest is out of date by then.
                    self._outbox.clear()
                    await asyncio.sleep(RETRY_S)

    async def _append(self, batch: list[bytes]) -> None:
        to = self._names.commands
        await send_all(self._client, (appended(to, message, COMMANDS_MAX) for message in batch))

    async def _read(self) -> None:
        answers, news = self._names.answers(self._process_id), self._names.news
        after = {answers: b"0", news: b"0"}
        while True:
            try:
                found = await read_streams(self._client, after)
            except LinkLost:
                self.news.set()
                await asyncio.sleep(RETRY_S)
                continue
            for name, entries in found.items():
                after[name] = entries[-1][0]
            for _, message in found.get(answers, []):
                self._take(_ANSWERS.decode(message))
            if found:
                self.news.set()

    def _take(self, answer: Answer) -> None:
        asked = self._asked.get(answer.number)
        if asked is not None and not asked.waiter.done():
            asked.waiter.set_result(answer)

    async def _ask_again(self) -> None:
        while True:
            await asyncio.sleep(ASK_AGAIN_S / 4)
            now_s = self._monotonic_s()
            for asked in list(self._asked.values()):
                if now_s - asked.sent_s >= ASK_AGAIN_S and not asked.waiter.done():
                    asked.sent_s = now_s
                    self._send(asked.message)

    async def _look_for_owner(self) -> None:
        lease = self._names.lease("router")
        while True:
            try:
                value = await call(self._client.get(lease))
            except LinkLost:
                value = None
            if value is not None:
                self.owner, self._owner_seen_s = _OWNERS.decode(value), self._monotonic_s()
            await asyncio.sleep(OWNER_LOOK_EVERY_S)


def repeatable(envelope: Envelope) -> Envelope:
    """The envelope with a digest: whoever carries it out then knows a repeat, which we may send at any time."""
    if envelope.digest:
        return envelope
    digest = hashlib.sha256(envelope.command_id.encode()).digest()
    return msgspec.structs.replace(envelope, digest=digest)
