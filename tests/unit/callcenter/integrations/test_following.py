"""One track: in order, never lost, given up after a day, and what it costs a target that fails."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from callcenter.host.chain import ZERO
from callcenter.host.recovery import DECODER, ENCODER
from callcenter.integrations.feeds import JournalFeed, NoticeFeed
from callcenter.integrations.following import Follower, Gone, Surroundings
from callcenter.integrations.limits import GIVE_UP_MS, REFUSALS_MAX, RETRY_MAX_S
from callcenter.integrations.posting import Outcome, Verdict
from callcenter.ports.integrators import Feed, Stand, Subscription, Track
from callcenter.ports.journal import JournalBatch, JournalRecord, RowChange
from callcenter.storage.memory.store import MemoryStore
from routing import events as ev
from routing.ids import AgentId, ContactId, QueueId, UserId
from routing.model import Channel, Party
from tests.contract import test_cases as cases
from tests.contract import test_leads as leads

HOUR_MS = 3_600_000
TAKEN, FAILING = Outcome(Verdict.TAKEN), Outcome(Verdict.FAILING, "HTTP 500")
REFUSED, GONE = Outcome(Verdict.REFUSED, "HTTP 400"), Outcome(Verdict.GONE, "HTTP 410")


class Target:
    """Answers as planned, then takes everything; remembers what it was told."""

    def __init__(self, *answers: Outcome) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []
        self.bodies: list[Any] = []

    async def post(self, message_id: str, body: bytes, _now_ms: int) -> Outcome:
        self.heard.append(message_id)
        self.bodies.append(msgspec.json.decode(body))
        return self.answers.pop(0) if self.answers else TAKEN


class World:
    """A store with a journal, and a clock that sleeping moves."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.now_ms = 0
        self.slept_s: list[float] = []
        self.counts: dict[str, int] = {}
        self._events: list[ev.Event] = []

    async def append(self, *events: ev.Event) -> None:
        first = len(self._events) + 1
        self._events.extend(events)
        records = [
            JournalRecord(seq, one.at_ms, True, type(one).__name__, ENCODER.encode(one), ZERO)
            for seq, one in enumerate(events, first)
        ]
        await self.store.journal.append(JournalBatch(records, (), ()))

    async def sleep(self, seconds: float) -> None:
        self.slept_s.append(seconds)
        self.now_ms += round(seconds * 1000)

    async def replay(
        self,
        target: Target,
        *,
        kinds: tuple[str, ...] = (),
        queue_ids: tuple[str, ...] = (),
        track: Track = Track.REPLAY,
        feed: Feed = Feed.JOURNAL,
    ) -> Follower:
        """Everything there is, once, which ends by itself."""
        subscription = Subscription(
            subscription_id="s-1",
            name="CRM",
            url="https://crm.example",
            kinds=kinds,
            queue_ids=queue_ids,
            is_paused=False,
            created_at_ms=0,
            created_by="u-1",
        )
        await self.store.subscriptions.put(subscription)
        until_seq = len(self._events)
        if feed is Feed.NOTICES:
            until_seq = await self.store.notices.newest()
        stand = Stand(
            subscription_id="s-1", feed=feed, track=track, done_seq=0, until_seq=until_seq
        )
        around = Surroundings(
            {
                Feed.JOURNAL: JournalFeed("main", self.store.journal, DECODER.decode),
                Feed.NOTICES: NoticeFeed("main", self.store.notices),
            },
            self.store.interactions,
            self.store.subscriptions,
            lambda: self.now_ms,
            self.sleep,
            lambda: 0.5,
            self.counts,
        )
        follower = Follower(subscription, stand, target, around)
        await follower.run()
        return follower

    async def dead(self, feed: Feed = Feed.JOURNAL) -> list[int]:
        found = await self.store.subscriptions.dead_letters("s-1", feed, before_seq=None, limit=100)
        return sorted(letter.seq for letter in found)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World()
    yield made
    await made.store.close()


def arrived(contact: str, queue: str = "sales", at_ms: int = 0) -> ev.Event:
    return ev.ContactArrived(at_ms, ContactId(contact), Channel.CHAT, QueueId(queue), "key")


def ended(contact: str, at_ms: int = 0) -> ev.Event:
    return ev.ContactEnded(at_ms, ContactId(contact), Party.AGENT, AgentId("a-1"))


async def test_everything_is_told_in_order(world: World) -> None:
    await world.append(arrived("c-1"), arrived("c-2"), ended("c-1"))
    target = Target()
    await world.replay(target)
    assert target.heard == ["main.1", "main.2", "main.3"]
    assert world.counts["delivered"] == 3


async def test_kinds_and_queues_are_chosen(world: World) -> None:
    await world.append(
        arrived("c-1"), arrived("c-2", "help"), ended("c-2"), ended("c-1"), ended("c-1")
    )
    target = Target()
    await world.replay(target, kinds=("contact.ended",), queue_ids=("sales",))
    assert target.heard == ["main.4", "main.5"]


async def test_a_contact_from_before_is_found_in_the_log(world: World) -> None:
    row = RowChange("interactions", {"contact_id": "c-1"}, {"channel": "chat", "queue_id": "help"})
    await world.store.rows.commit("interactions", 1, [row])
    await world.append(ended("c-1"), ended("c-unknown"))
    target = Target()
    await world.replay(target, queue_ids=("help",))
    assert target.heard == ["main.1"]


async def test_events_of_no_queue_are_told_to_those_who_want_all(world: World) -> None:
    await world.append(
        ev.AgentConnected(0, AgentId("a-1")), ev.QueueClosed(0, QueueId("sales"), UserId("u"))
    )
    everything, sales = Target(), Target()
    await world.replay(everything)
    await world.replay(sales, queue_ids=("sales",))
    assert (everything.heard, sales.heard) == (["main.1", "main.2"], ["main.2"])


async def test_a_failing_target_is_asked_less_and_less_and_loses_nothing(world: World) -> None:
    await world.append(arrived("c-1"), arrived("c-2"))
    target = Target(*[FAILING] * 12)
    await world.replay(target)
    assert target.heard == ["main.1"] * 13 + ["main.2"]
    assert world.slept_s[:4] == [1, 2, 4, 8]
    assert world.slept_s[-1] == RETRY_MAX_S
    assert await world.dead() == []


async def test_after_a_day_old_events_are_given_up_and_new_ones_are_not(world: World) -> None:
    late_ms = GIVE_UP_MS - HOUR_MS
    await world.append(arrived("c-1"), arrived("c-2", at_ms=5), arrived("c-3", at_ms=late_ms))
    target = Target(*[FAILING] * 110)
    await world.replay(target)
    assert await world.dead() == [1, 2]
    assert "main.2" not in target.heard  # nothing is sent for what is given up with the first
    assert target.heard[-1] == "main.3"
    assert world.now_ms >= GIVE_UP_MS


async def test_an_event_that_is_refused_does_not_stop_the_next(world: World) -> None:
    await world.append(arrived("c-1"), arrived("c-2"))
    target = Target(*[REFUSED] * REFUSALS_MAX)
    follower = await world.replay(target)
    assert await world.dead() == [1]
    assert target.heard == ["main.1"] * REFUSALS_MAX + ["main.2"]
    assert (follower.stand.failing_since_ms, follower.stand.attempts) == (None, 0)


async def test_a_target_that_is_gone_says_so(world: World) -> None:
    await world.append(arrived("c-1"))
    with pytest.raises(Gone):
        await world.replay(Target(GONE))


async def test_how_long_it_fails_is_on_record(world: World) -> None:
    await world.append(arrived("c-1"))
    world.now_ms = 77

    class Looking(Target):
        async def post(self, message_id: str, body: bytes, now_ms: int) -> Outcome:
            self.seen = await world.store.subscriptions.stands()
            return await super().post(message_id, body, now_ms)

    target = Looking(FAILING)
    await world.replay(target)
    assert [(one.failing_since_ms, one.attempts, one.last_error) for one in target.seen] == [
        (77, 1, "HTTP 500")
    ]
    assert await world.store.subscriptions.stands() == []  # the replay is over


async def test_what_was_given_up_is_told_again_alone_and_leaves_the_list(world: World) -> None:
    await world.append(*[arrived(f"c-{number}") for number in range(5)])
    refused = [TAKEN, *[REFUSED] * REFUSALS_MAX, TAKEN, *[REFUSED] * REFUSALS_MAX]
    await world.replay(Target(*refused))
    assert await world.dead() == [2, 4]
    again = Target(*[REFUSED] * REFUSALS_MAX)
    await world.replay(again, track=Track.DEAD)
    assert list(dict.fromkeys(again.heard)) == ["main.2", "main.4"]
    assert await world.dead() == [2]
    assert await world.store.subscriptions.stands() == []


async def noticed(world: World) -> None:
    """A case that moves, and a lead in between."""
    first = await world.store.cases.put(cases.stored(), cases.event(cases.stored()))
    await world.store.leads.put(leads.stored(), leads.event(leads.stored()))
    second = cases.moved(first)
    await world.store.cases.put(second, cases.event(second, "propose"))
    await world.store.notices.number(world.now_ms, limit=9)


async def test_notices_are_told_in_the_order_of_their_object_under_ids_of_their_own(
    world: World,
) -> None:
    await noticed(world)
    target = Target(FAILING, TAKEN, *[REFUSED] * REFUSALS_MAX)
    follower = await world.replay(target, feed=Feed.NOTICES)
    ids = ["main.case.k1.1", "main.case.k1.2", "main.lead.l1.1"]
    assert list(dict.fromkeys(target.heard)) == ids
    assert target.heard.count("main.case.k1.2") == REFUSALS_MAX
    assert (follower.stand.done_seq, await world.dead(Feed.NOTICES)) == (3, [2])
    assert await world.dead() == []
    again = Target()
    await world.replay(again, track=Track.DEAD, feed=Feed.NOTICES)
    assert again.heard == ["main.case.k1.2"]
    assert await world.dead(Feed.NOTICES) == []


async def test_notices_count_for_their_queue_or_their_contacts(world: World) -> None:
    row = RowChange("interactions", {"contact_id": "c1"}, {"channel": "chat", "queue_id": "help"})
    await world.store.rows.commit("interactions", 1, [row])
    await noticed(world)
    sales, cases_alone = Target(), Target()
    await world.replay(sales, queue_ids=("sales",), feed=Feed.NOTICES)
    await world.replay(cases_alone, queue_ids=("help",), kinds=("case.opened",), feed=Feed.NOTICES)
    assert (sales.heard, cases_alone.heard) == (["main.lead.l1.1"], ["main.case.k1.1"])


async def test_what_was_told_before_a_crash_is_told_again_under_the_same_id(world: World) -> None:
    """The receiver has it, the place was not stored: the next follower begins at the place that was."""
    await noticed(world)

    class Dying(Target):
        async def post(self, message_id: str, body: bytes, now_ms: int) -> Outcome:
            await super().post(message_id, body, now_ms)
            raise ConnectionResetError

    first, second = Dying(), Target()
    with pytest.raises(ConnectionResetError):
        await world.replay(first, feed=Feed.NOTICES)
    await world.replay(second, feed=Feed.NOTICES)
    assert first.heard == second.heard[:1] == ["main.case.k1.1"]
    assert first.bodies == second.bodies[:1]
    assert len(second.heard) == len(set(second.heard)) == 3
