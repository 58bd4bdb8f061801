"""One track of one subscription: reads a feed from its place, tells, and moves its place on.

Theory: a subscription is told in the order of the feed, one event at a time; the next is told when the one before
is taken, given up, or not wanted. So an event can be late, and told twice after a crash (under the same id), but not
lost: its place moves only past what is settled. A target that fails is left alone for longer and longer, with
everything behind it; it costs a task that sleeps. Nothing here is waited for by anybody who routes.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import msgspec

from callcenter.integrations.feeds import Source, Told
from callcenter.integrations.limits import (
    CONTACTS_REMEMBERED_MAX,
    DEAD_LETTERS_READ,
    GATHER_S,
    GIVE_UP_MS,
    REFUSALS_MAX,
    RETRY_FIRST_S,
    RETRY_JITTER,
    RETRY_MAX_S,
    STAND_EVERY_S,
)
from callcenter.integrations.posting import Outcome, Verdict
from callcenter.ports.integrators import (
    DeadLetter,
    Feed,
    Stand,
    Subscription,
    Subscriptions,
    Track,
)
from callcenter.ports.read_models import Interactions
from routing.ids import ContactId

_SEVERAL: Final = 12
"""Doublings after which the wait has long been the longest."""


class Posts(Protocol):
    """Delivers once."""

    async def post(self, message_id: str, body: bytes, now_ms: int) -> Outcome:
        """What became of it."""


class Surroundings(msgspec.Struct, frozen=True):
    """What every track uses. `draw` gives a number from 0 to 1."""

    sources: dict[Feed, Source]
    interactions: Interactions
    subscriptions: Subscriptions
    now_ms: Callable[[], int]
    sleep: Callable[[float], Awaitable[None]]
    draw: Callable[[], float]
    counts: dict[str, int]


class Gone(Exception):
    """The target says that nobody is there any more."""


class Follower:
    """Runs one track until it is cancelled or, being a replay, has come to its end."""

    def __init__(
        self, subscription: Subscription, stand: Stand, posts: Posts, around: Surroundings
    ) -> None:
        self.subscription = subscription
        self.stand = stand
        self._posts = posts
        self._around = around
        self._kinds = frozenset(subscription.kinds)
        self._queue_ids = frozenset(subscription.queue_ids)
        self._queue_of: OrderedDict[str, str] = OrderedDict()
        self._stored = stand
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """There may be something new in the feed."""
        self._wake.set()

    async def run(self) -> None:
        """Follow. Raises StorageUnavailable, Gone."""
        while True:
            self._wake.clear()
            await self._read_on()
            if self.stand.until_seq is not None:
                await self._around.subscriptions.delete_stand(
                    self.stand.subscription_id, self.stand.feed, self.stand.track
                )
                return
            await self._store()
            await self._wake.wait()
            await self._around.sleep(GATHER_S)

    async def keep_place(self) -> None:
        """Store the place before the process ends. Raises StorageUnavailable."""
        await self._store()

    async def _read_on(self) -> None:
        """From the place to the feed's end, or the replay's."""
        until_seq, stored_at_ms = self.stand.until_seq, self._around.now_ms()
        given_up = await self._given_up()
        # Of a contact's queue every event may tell.
        kinds = frozenset() if self._queue_ids else self._kinds
        async for told in self._around.sources[self.stand.feed].read(self.stand.done_seq, kinds):
            if until_seq is not None and told.seq > until_seq:
                return
            is_asked = given_up is None or told.seq in given_up
            if is_asked and told.kind and await self._is_wanted(told):
                await self._tell(told)
            self.stand = msgspec.structs.replace(self.stand, done_seq=told.seq)
            if self._around.now_ms() - stored_at_ms >= STAND_EVERY_S * 1000:
                stored_at_ms = self._around.now_ms()
                await self._store()

    async def _given_up(self) -> frozenset[int] | None:
        """What alone is to be told when the track is of dead letters."""
        if self.stand.track is not Track.DEAD:
            return None
        found, before_seq = set(), (self.stand.until_seq or 0) + 1
        while True:
            page = await self._around.subscriptions.dead_letters(
                self.stand.subscription_id,
                self.stand.feed,
                before_seq=before_seq,
                limit=DEAD_LETTERS_READ,
            )
            found |= {letter.seq for letter in page if letter.seq > self.stand.done_seq}
            if len(page) < DEAD_LETTERS_READ or page[-1].seq <= self.stand.done_seq:
                return frozenset(found)
            before_seq = page[-1].seq

    async def _is_wanted(self, told: Told) -> bool:
        if self._queue_ids and await self._queue_id_of(told) not in self._queue_ids:
            return False
        return not self._kinds or told.kind in self._kinds

    async def _queue_id_of(self, told: Told) -> str:
        """The queue the event belongs to: its own, or else its contact's; "" for none."""
        contact_id, own = told.contact_id, told.queue_id
        if contact_id is None:
            return own or ""
        if own is not None:
            self._remember(contact_id, own)
        elif self.stand.feed is Feed.NOTICES or contact_id not in self._queue_of:
            # A contact moves between queues: only the journal says when.
            row = await self._around.interactions.get(ContactId(contact_id))
            self._remember(contact_id, "" if row is None else row.queue_id)
        return self._queue_of[contact_id]

    def _remember(self, contact_id: str, queue_id: str) -> None:
        self._queue_of[contact_id] = queue_id
        if len(self._queue_of) > CONTACTS_REMEMBERED_MAX:
            self._queue_of.popitem(last=False)

    # --- telling ------------------------------------------------------------------------------------

    async def _tell(self, told: Told) -> None:
        """Until it is taken or given up."""
        body, seq = told.body(), told.seq
        refusals = 0
        while not self._is_hopeless(told):
            now_ms = self._around.now_ms()
            outcome = await self._posts.post(told.message_id, body, now_ms)
            if outcome.verdict is Verdict.TAKEN:
                self._note("delivered", failing_since_ms=None, attempts=0, last_error="")
                self.stand = msgspec.structs.replace(self.stand, delivered_at_ms=now_ms)
                if self.stand.track is Track.DEAD:
                    await self._around.subscriptions.delete_dead(
                        self.stand.subscription_id, self.stand.feed, seq
                    )
                return
            since_ms = self.stand.failing_since_ms
            self._note(
                "failed",
                failing_since_ms=now_ms if since_ms is None else since_ms,
                attempts=self.stand.attempts + 1,
                last_error=outcome.error,
            )
            await self._store()
            if outcome.verdict is Verdict.GONE:
                raise Gone
            refusals = refusals + 1 if outcome.verdict is Verdict.REFUSED else 0
            if refusals >= REFUSALS_MAX:
                await self._give_up(seq)
                # It refuses this one but it works: the next is told at once.
                self._note("", failing_since_ms=None, attempts=0, last_error=outcome.error)
                return
            await self._around.sleep(self._pause_s())
        await self._give_up(seq)

    def _is_hopeless(self, told: Told) -> bool:
        """Old, of a target that has failed for so long."""
        since_ms, oldest_ms = self.stand.failing_since_ms, self._around.now_ms() - GIVE_UP_MS
        return since_ms is not None and since_ms <= oldest_ms and told.at_ms <= oldest_ms

    def _pause_s(self) -> float:
        doublings = min(self.stand.attempts - 1, _SEVERAL)
        plain_s = min(RETRY_FIRST_S * float(1 << doublings), RETRY_MAX_S)
        return plain_s * (1 - RETRY_JITTER + 2 * RETRY_JITTER * self._around.draw())

    async def _give_up(self, seq: int) -> None:
        self._note("dead")
        letter = DeadLetter(
            subscription_id=self.stand.subscription_id,
            feed=self.stand.feed,
            seq=seq,
            at_ms=self._around.now_ms(),
            attempts=self.stand.attempts,
            error=self.stand.last_error,
        )
        self.stand = msgspec.structs.replace(self.stand, done_seq=seq)
        await self._around.subscriptions.put_stand(self.stand, [letter])
        self._stored = self.stand

    def _note(self, count: str, **changes: object) -> None:
        if count:
            self._around.counts[count] = self._around.counts.get(count, 0) + 1
        self.stand = msgspec.structs.replace(self.stand, **changes)

    async def _store(self) -> None:
        if self.stand != self._stored:
            await self._around.subscriptions.put_stand(self.stand)
            self._stored = self.stand
