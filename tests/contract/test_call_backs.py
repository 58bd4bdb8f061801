import msgspec
import pytest

from callcenter.ports.call_backs import (
    CallBack,
    CallBackChange,
    CallBackState,
    DialMode,
    MadeBy,
)
from callcenter.ports.errors import CallBackTaken, ChangedMeanwhile
from callcenter.ports.store import Store
from routing.ids import AgentId, ContactId, QueueId


def promise(call_back_id: str, **fields: object) -> CallBack:
    plain = CallBack(
        call_back_id=call_back_id,
        queue_id=QueueId("sales"),
        number="+4930123456",
        customer_key="k1",
        state=CallBackState.SCHEDULED,
        mode=DialMode.AGENT_FIRST,
        made_by=MadeBy.AGENT,
        made_at_ms=1_000,
        age_origin_ms=500,
        expires_at_ms=9_000,
        language="zh",
        note="about the parcel",
        agent_id=AgentId("u-ann"),
        replaced_contact_id=ContactId("c1"),
        promised_at_ms=2_000,
        due_at_ms=2_000,
        contact_id=ContactId("c2"),
        rounds=1,
        attempts=1,
        left_alone=1,
        last_outcome="busy",
        version=1,
    )
    return msgspec.structs.replace(plain, **fields)


def change(of: CallBack, cause: str = "made", by: str = "") -> CallBackChange:
    return CallBackChange(of.call_back_id, of.version, 7, of.state, cause, by)


async def put(store: Store, call_back: CallBack, cause: str = "made") -> CallBack:
    await store.call_backs.put(call_back, change(call_back, cause))
    return call_back


async def test_a_call_back_is_found_as_stored(store: Store) -> None:
    assert await store.call_backs.get("b1") is None
    one = await put(store, promise("b1"))
    other = await put(
        store,
        promise("b2", customer_key="k2", agent_id=None, contact_id=None, promised_at_ms=None),
    )
    assert await store.call_backs.get("b1") == one
    assert await store.call_backs.open() == [one, other]
    assert await store.call_backs.ended(None, limit=9) == []


async def test_each_step_is_kept_and_a_repeat_is_none(store: Store) -> None:
    first = await put(store, promise("b1"))
    await put(store, first)
    second = msgspec.structs.replace(first, version=2, state=CallBackState.WAITING, due_at_ms=None)
    await put(store, second, "brought")
    await put(store, second, "brought")
    assert await store.call_backs.get("b1") == second
    assert await store.call_backs.changes("b1") == [change(first), change(second, "brought")]


@pytest.mark.parametrize("version", [1, 3])
async def test_a_step_of_another_version_stores_nothing(store: Store, version: int) -> None:
    first = await put(store, promise("b1"))
    with pytest.raises(ChangedMeanwhile):
        await put(store, promise("b1", version=version, attempts=9))
    assert await store.call_backs.get("b1") == first
    assert len(await store.call_backs.changes("b1")) == 1


async def test_a_customer_has_one_open_call_back_in_a_queue(store: Store) -> None:
    first = await put(store, promise("b1"))
    with pytest.raises(CallBackTaken) as taken:
        await put(store, promise("b2"))
    assert taken.value.call_back_id == "b1"
    await put(store, promise("b3", queue_id=QueueId("help")))
    await put(store, promise("b4", customer_key=""))
    await put(store, promise("b5", customer_key=""))
    over = msgspec.structs.replace(first, version=2, state=CallBackState.DONE, due_at_ms=None)
    await put(store, over, "connected")
    await put(store, promise("b2"))
    assert [one.call_back_id for one in await store.call_backs.open()] == ["b2", "b3", "b4", "b5"]


async def test_those_that_are_over_are_listed_the_newest_first(store: Store) -> None:
    rows = [
        await put(store, promise(f"b{at}", made_at_ms=at, state=state, queue_id=QueueId(queue)))
        for at, state, queue in (
            (1, CallBackState.DONE, "sales"),
            (2, CallBackState.FAILED, "help"),
            (3, CallBackState.MERGED, "sales"),
        )
    ]
    assert await store.call_backs.ended(None, limit=2) == [rows[2], rows[1]]
    assert await store.call_backs.ended(["sales"], limit=9) == [rows[2], rows[0]]
