"""All subscriptions of a domain: a task for each track, started, stopped and started again as the rows say."""

import asyncio
import secrets
from collections.abc import Callable
from typing import Final

import msgspec
import structlog

from callcenter.host.envelope import Published
from callcenter.integrations.addresses import AddressRefused, Network, target_of
from callcenter.integrations.events import KIND_NAMES
from callcenter.integrations.feeds import JournalFeed, NoticeFeed
from callcenter.integrations.following import Follower, Gone, Surroundings
from callcenter.integrations.limits import (
    LOOK_EVERY_S,
    NUMBER_EVERY_S,
    NUMBERED_AT_ONCE_MAX,
    RETRY_MAX_S,
    SECRET_OVERLAP_MS,
    SUBSCRIPTIONS_MAX,
)
from callcenter.integrations.posting import Former, Poster, secret_of
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.integrators import Feed, Notices, Stand, Subscription, Subscriptions, Track
from callcenter.ports.journal import Journal
from callcenter.ports.read_models import Interactions
from callcenter.tasks import fault_of
from routing.events import Event

_log = structlog.get_logger("callcenter.integrations")

_DRAWN_FROM: Final = 1_000_000

_Key = tuple[str, Feed, Track]


class _Running(msgspec.Struct):
    """A track under way."""

    subscription: Subscription
    follower: Follower
    poster: Poster
    task: asyncio.Task[None]


class Teller:
    """Tells every subscription. `run` belongs to a supervised task."""

    kinds = KIND_NAMES
    subscriptions_max = SUBSCRIPTIONS_MAX
    secret_overlap_ms = SECRET_OVERLAP_MS

    def __init__(
        self,
        *,
        domain_id: str,
        journal: Journal,
        interactions: Interactions,
        subscriptions: Subscriptions,
        notices: Notices,
        secret: bytes,
        networks: tuple[Network, ...],
        decode: Callable[[bytes], Event],
        now_ms: Callable[[], int],
    ) -> None:
        """`secret` is the domain's; `networks` are those an operator has listed."""
        self.counts: dict[str, int] = {"delivered": 0, "failed": 0, "dead": 0}
        self._notices = notices
        self._around = Surroundings(
            {
                Feed.JOURNAL: JournalFeed(domain_id, journal, decode),
                Feed.NOTICES: NoticeFeed(domain_id, notices),
            },
            interactions,
            subscriptions,
            now_ms,
            asyncio.sleep,
            _draw,
            self.counts,
        )
        self._secret = secret
        self._networks = networks
        self._running: dict[_Key, _Running] = {}
        self._changed = asyncio.Event()

    def url_fault(self, url: str) -> str | None:
        """Why nothing would be sent there, by its looks; the name is looked up when something is sent."""
        try:
            target_of(url, self._networks)
        except AddressRefused as refused:
            return str(refused)
        return None

    def secret_of(self, subscription: Subscription) -> str:
        """What its messages are signed with."""
        return secret_of(self._secret, subscription.subscription_id, subscription.secret_no)

    def _former(self, subscription: Subscription) -> Former | None:
        until_ms = subscription.former_until_ms
        if until_ms is None or not subscription.secret_no:
            return None
        before = subscription.secret_no - 1
        return Former(secret_of(self._secret, subscription.subscription_id, before), until_ms)

    def on_published(self, _published: Published) -> None:
        """There is something new in the journal."""
        self._wake(Feed.JOURNAL)

    def _wake(self, feed: Feed) -> None:
        for key, one in self._running.items():
            if key[1] is feed:
                one.follower.wake()

    def look_again(self) -> None:
        """A subscription was changed."""
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled; then every place is stored."""
        try:
            while True:
                self._changed.clear()
                try:
                    await self._adjust()
                except StorageUnavailable:
                    _log.warning("subscriptions_wait_for_storage")
                await self._pause()
        finally:
            for key in list(self._running):
                await self._stop(key)

    async def number(self) -> None:
        """Until cancelled: give places to what is new among the notices, and have it told."""
        while True:
            try:
                await self.number_new()
            except StorageUnavailable:
                _log.warning("notices_wait_for_storage")
            await asyncio.sleep(NUMBER_EVERY_S)

    async def number_new(self) -> int:
        """Give a place to every notice there is; returns the newest. Raises StorageUnavailable."""
        count = NUMBERED_AT_ONCE_MAX
        while count == NUMBERED_AT_ONCE_MAX:
            count = await self._notices.number(self._around.now_ms(), limit=NUMBERED_AT_ONCE_MAX)
            if count:
                self._wake(Feed.NOTICES)
        return await self._notices.newest()

    async def _pause(self) -> None:
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._changed.wait()
        except TimeoutError:
            return

    async def _adjust(self) -> None:
        """Make what runs be what the rows say."""
        subscriptions = {one.subscription_id: one for one in await self._around.subscriptions.all()}
        stands = {
            (one.subscription_id, one.feed, one.track): one
            for one in await self._around.subscriptions.stands()
        }
        for key, running in list(self._running.items()):
            wanted = subscriptions.get(key[0])
            is_same = wanted == running.subscription and key in stands
            if not is_same or running.task.done():
                await self._stop(key)
                # Its place may have moved on since the rows were read.
                stands.pop(key, None)
                self._changed.set()
        for key, stand in stands.items():
            subscription = subscriptions.get(key[0])
            if subscription is not None and not subscription.is_paused and key not in self._running:
                self._start(subscription, stand)

    def _start(self, subscription: Subscription, stand: Stand) -> None:
        secret, former = self.secret_of(subscription), self._former(subscription)
        poster = Poster(subscription.url, secret, self._networks, former)
        follower = Follower(subscription, stand, poster, self._around)
        work = self._follow(follower)
        task = asyncio.get_running_loop().create_task(work, name=f"subscription {stand.track}")
        key = (subscription.subscription_id, stand.feed, stand.track)
        self._running[key] = _Running(subscription, follower, poster, task)

    async def _follow(self, follower: Follower) -> None:
        """One track; whatever ends it, `_adjust` finds it ended."""
        subscription = follower.subscription
        try:
            await follower.run()
        except Gone:
            paused = msgspec.structs.replace(subscription, is_paused=True)
            await self._around.subscriptions.put(paused)
            _log.warning("subscription_paused", subscription_id=subscription.subscription_id)
        except StorageUnavailable:
            return
        except Exception as error:  # noqa: BLE001 - the boundary: one subscription's fault is its own
            _log.error(
                "subscription_failed",
                subscription_id=subscription.subscription_id,
                **fault_of(error),
            )
            await asyncio.sleep(RETRY_MAX_S)

    async def _stop(self, key: _Key) -> None:
        running = self._running[key]
        running.task.cancel()
        await asyncio.wait([running.task])
        await running.poster.close()
        del self._running[
            key
        ]  # only now: cancelled on the way here, `run` finds it and begins again
        is_over = running.follower.stand.until_seq is not None and running.task.done()
        if is_over and not running.task.cancelled():
            return
        try:
            await running.follower.keep_place()
        except StorageUnavailable:
            return


def _draw() -> float:
    return secrets.randbelow(_DRAWN_FROM) / _DRAWN_FROM
