"""Keys and subscriptions of other programs: both stores keep the same."""

import msgspec

from callcenter.ports.integrators import ApiKey, DeadLetter, Feed, Stand, Subscription, Track
from callcenter.ports.store import Store

KEY = ApiKey(
    key_id="k-1",
    name="CRM",
    key_hash=b"hash",
    role="reader",
    queue_ids=("sales", "help"),
    team_ids=(),
    created_at_ms=5,
    created_by="u-1",
)
HOOK = Subscription(
    subscription_id="s-1",
    name="CRM",
    url="https://crm.example/hook",
    kinds=("contact.closed",),
    queue_ids=(),
    is_paused=False,
    created_at_ms=5,
    created_by="u-1",
)
STAND = Stand(subscription_id="s-1", track=Track.LIVE, done_seq=7)


def letter(seq: int) -> DeadLetter:
    return DeadLetter(subscription_id="s-1", seq=seq, at_ms=9, attempts=3, error="HTTP 500")


async def test_a_key_is_found_by_its_hash_and_stays_when_it_is_revoked(store: Store) -> None:
    older = msgspec.structs.replace(KEY, key_id="k-0", key_hash=b"other", created_at_ms=4)
    await store.api_keys.put(KEY)
    await store.api_keys.put(older)
    assert await store.api_keys.all() == [older, KEY]
    assert await store.api_keys.by_hash(b"hash") == KEY
    assert await store.api_keys.by_hash(b"nothing") is None
    await store.api_keys.note_used("k-1", 8)
    await store.api_keys.note_used("no-such", 8)
    used = msgspec.structs.replace(KEY, last_used_at_ms=8)
    assert await store.api_keys.by_hash(b"hash") == used
    revoked = msgspec.structs.replace(used, revoked_at_ms=9)
    await store.api_keys.put(revoked)
    assert await store.api_keys.all() == [older, revoked]


async def test_a_subscription_is_stored_changed_and_forgotten(store: Store) -> None:
    assert await store.subscriptions.get("s-1") is None
    await store.subscriptions.put(HOOK)
    paused = msgspec.structs.replace(HOOK, is_paused=True, queue_ids=("sales",))
    await store.subscriptions.put(paused)
    assert await store.subscriptions.get("s-1") == paused
    assert await store.subscriptions.all() == [paused]
    await store.subscriptions.put_stand(STAND, [letter(6)])
    assert await store.subscriptions.delete("s-1")
    assert not await store.subscriptions.delete("s-1")
    assert await store.subscriptions.stands() == []
    assert (
        await store.subscriptions.dead_letters("s-1", Feed.JOURNAL, before_seq=None, limit=9) == []
    )


async def test_tracks_move_on_and_a_replay_ends(store: Store) -> None:
    await store.subscriptions.put(HOOK)
    replay = msgspec.structs.replace(STAND, track=Track.REPLAY, until_seq=90)
    failing = msgspec.structs.replace(
        STAND, failing_since_ms=4, attempts=2, last_error="timeout", delivered_at_ms=3
    )
    for stand in (STAND, replay, failing):
        await store.subscriptions.put_stand(stand)
    assert await store.subscriptions.stands() == [failing, replay]
    await store.subscriptions.delete_stand("s-1", Feed.JOURNAL, Track.REPLAY)
    assert await store.subscriptions.stands() == [failing]


async def test_what_was_given_up_is_listed_newest_first(store: Store) -> None:
    await store.subscriptions.put(HOOK)
    await store.subscriptions.put_stand(STAND, [letter(seq) for seq in (2, 5, 7)])
    await store.subscriptions.put_stand(STAND, [letter(5)])
    found = await store.subscriptions.dead_letters("s-1", Feed.JOURNAL, before_seq=None, limit=2)
    assert found == [letter(7), letter(5)]
    found = await store.subscriptions.dead_letters("s-1", Feed.JOURNAL, before_seq=5, limit=2)
    assert found == [letter(2)]


async def test_each_feed_has_its_own_places_and_dead_letters(store: Store) -> None:
    await store.subscriptions.put(HOOK)
    noticed = msgspec.structs.replace(STAND, feed=Feed.NOTICES, done_seq=2)
    given_up = msgspec.structs.replace(letter(7), feed=Feed.NOTICES, attempts=9)
    await store.subscriptions.put_stand(STAND, [letter(7)])
    await store.subscriptions.put_stand(noticed, [given_up])
    assert await store.subscriptions.stands() == [STAND, noticed]
    await store.subscriptions.delete_dead("s-1", Feed.JOURNAL, 7)
    found = [
        await store.subscriptions.dead_letters("s-1", feed, before_seq=None, limit=9)
        for feed in Feed
    ]
    assert found == [[], [given_up]]
    await store.subscriptions.delete_stand("s-1", Feed.JOURNAL, Track.LIVE)
    assert await store.subscriptions.stands() == [noticed]
    assert await store.subscriptions.delete("s-1")
    assert await store.subscriptions.stands() == []


async def test_of_a_subscription_that_is_gone_nothing_is_kept(store: Store) -> None:
    await store.subscriptions.put_stand(STAND, [letter(6)])
    assert await store.subscriptions.stands() == []


async def test_what_was_taken_after_all_leaves_the_list(store: Store) -> None:
    replaced = msgspec.structs.replace(HOOK, secret_no=3, former_until_ms=9)
    await store.subscriptions.put(replaced)
    assert await store.subscriptions.get("s-1") == replaced
    await store.subscriptions.put_stand(STAND, [letter(2), letter(5)])
    await store.subscriptions.delete_dead("s-1", Feed.JOURNAL, 5)
    await store.subscriptions.delete_dead("s-1", Feed.JOURNAL, 9)
    left = await store.subscriptions.dead_letters("s-1", Feed.JOURNAL, before_seq=None, limit=9)
    assert left == [letter(2)]
