import msgspec

from callcenter.ports.calls import CallCount, CallEvent, CallRow
from callcenter.ports.store import Store
from callcenter.storage.store import SqlStore, open_store
from routing.ids import ContactId


def event(number: int, call_id: str = "c1", at_ms: int = 100, pbx: str = "pbx") -> CallEvent:
    contact_id = ContactId(f"{pbx}-{call_id}")
    return CallEvent(pbx, f"e{number}", call_id, contact_id, at_ms, b'{"n":%d}' % number)


def row(call_id: str = "c1", /, **changes: object) -> CallRow:
    begun = CallRow("pbx", call_id, ContactId(f"pbx-{call_id}"), 100)
    return msgspec.structs.replace(begun, **changes)


def ended() -> CallRow:
    return row(ended_at_ms=900, end_cause="hangup", dialled_at_ms=300)


async def test_an_event_is_new_once_whatever_batch_it_comes_in(store: Store) -> None:
    assert await store.calls.append([event(1), event(2), event(1)]) == [True, True, False]
    assert await store.calls.append([event(2), event(3)]) == [False, True]
    assert await store.calls.of_call(row()) == [event(1), event(2), event(3)]


async def test_the_first_event_opens_its_call(store: Store) -> None:
    assert await store.calls.open_calls() == []
    await store.calls.append([event(1), event(2, at_ms=200), event(3, "c2", 50)])
    assert await store.calls.open_calls() == [row("c2", begun_at_ms=50), row("c1")]
    assert await store.calls.get(ContactId("pbx-c2")) == row("c2", begun_at_ms=50)
    assert await store.calls.get(ContactId("nobody")) is None


async def test_what_comes_after_the_end_is_kept_and_not_acted_on(store: Store) -> None:
    await store.calls.append([event(1)])
    await store.calls.finish([ended()])
    assert await store.calls.append([event(2), event(3, "c2")]) == [False, True]
    assert len(await store.calls.of_call(row())) == 2
    assert await store.calls.get(row().contact_id) == ended()


async def test_what_concerns_no_call_opens_none(store: Store) -> None:
    assert await store.calls.append([event(1, "")]) == [True]
    assert await store.calls.append([event(1, "")]) == [False]
    assert await store.calls.open_calls() == []


async def test_two_phone_systems_may_use_the_same_ids(store: Store) -> None:
    assert await store.calls.append([event(1), event(1, pbx="other")]) == [True, True]
    assert len(await store.calls.open_calls()) == 2
    assert await store.calls.of_call(row()) == [event(1)]


async def test_old_events_are_forgotten_but_for_open_calls(store: Store) -> None:
    await store.calls.append([event(1), event(2, "c2"), event(3, at_ms=500)])
    await store.calls.finish([ended()])
    assert await store.calls.forget_events(400) == 1
    assert await store.calls.of_call(row()) == [event(3, at_ms=500)]
    assert await store.calls.of_call(row("c2")) == [event(2, "c2")]


async def test_calls_are_counted_by_phone_system_number_and_hour(store: Store) -> None:
    hour_ms = 3_600_000
    for number, (call_id, at_ms) in enumerate(
        [
            ("c1", hour_ms),
            ("c2", hour_ms + 5),
            ("c3", 2 * hour_ms),
            ("c4", hour_ms - 1),
            ("c5", hour_ms),
        ]
    ):
        await store.calls.append([event(number, call_id, at_ms)])
    over = {"ended_at_ms": 9 * hour_ms, "end_cause": "released", "number": "+49100"}
    await store.calls.finish(
        [
            row("c1", begun_at_ms=hour_ms, **over),
            row("c2", begun_at_ms=hour_ms + 5, **over, is_blocked=True),
            row("c3", begun_at_ms=2 * hour_ms, **over),
        ]
    )
    assert await store.calls.counts(hour_ms) == [
        CallCount("pbx", "", hour_ms, 1, 0),
        CallCount("pbx", "+49100", hour_ms, 2, 1),
        CallCount("pbx", "+49100", 2 * hour_ms, 1, 0),
    ]


async def test_calls_of_another_domain_are_not_seen(sql_store: SqlStore, url: str) -> None:
    other = await open_store(url, "other")
    await sql_store.calls.append([event(1)])
    assert await other.calls.append([event(1)]) == [True]
    await other.calls.finish([ended()])
    assert await sql_store.calls.open_calls() == [row()]
    await other.close()
