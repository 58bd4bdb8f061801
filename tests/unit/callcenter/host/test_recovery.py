"""From the journal back to the state."""

import asyncio

import msgspec
import pytest

from callcenter.host.chain import next_chain
from callcenter.host.recovery import JournalDamaged, recover
from callcenter.host.replay import replay
from callcenter.ports.errors import StorageUnavailable
from routing import commands as cmd
from routing.ids import AgentId, ContactId
from routing.model import Party
from tests.unit.callcenter.host.host_stage import (
    DOMAIN,
    START_MS,
    HostStage,
    LoopClock,
    as_bytes,
    chat,
    folded,
    running,
    settle,
)

pytestmark = pytest.mark.looptime


async def some_work(stage: HostStage) -> None:
    """Contacts in every state, a few deadlines passed."""
    await stage.ready("ann", units=3)
    for number in range(5):
        await stage.send(chat(f"c{number}"))
    for number in range(2):
        (offer_id,) = stage.state.contacts[ContactId(f"c{number}")].asked.values()
        await stage.send(cmd.AcceptOffer(offer_id, AgentId("ann")))
    await stage.send(cmd.EndContact(ContactId("c0"), Party.CUSTOMER))
    await asyncio.sleep(45)


async def test_a_snapshot_is_kept_at_the_stop_and_saves_the_folding() -> None:
    async with running(HostStage()) as before:
        await some_work(before)
    assert list(before.journal.snapshots) == [before.state.seq]
    after = HostStage(before.store)
    assert await after.host.start() == 0
    assert as_bytes(after.state) == as_bytes(before.state)
    await after.host.stop()


async def test_a_stop_without_news_keeps_no_second_snapshot() -> None:
    async with running(HostStage()) as before:
        await some_work(before)
    after = HostStage(before.store)
    await after.host.start()
    await after.host.stop()
    assert list(before.journal.snapshots) == [before.state.seq]


async def test_a_snapshot_is_kept_every_so_many_events(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("callcenter.host.housekeeping.SNAPSHOT_EVERY_EVENTS", 10)
    async with running(HostStage()) as stage:
        await some_work(stage)
        await settle()
        newest = max(stage.journal.snapshots)
        assert newest > stage.state.seq - 12
        assert len(stage.journal.snapshots) == 2
        recovered = await recover(stage.journal, DOMAIN)
        assert recovered.folded == stage.state.seq - newest
        assert as_bytes(recovered.state) == as_bytes(folded(stage.events)) == as_bytes(stage.state)


async def test_work_goes_on_where_it_stopped() -> None:
    async with running(HostStage()) as before:
        await some_work(before)
    async with running(HostStage(before.store)) as after:
        assert as_bytes(after.state) == as_bytes(before.state)
        await after.send(chat("d1"))
        await asyncio.sleep(45)
        assert after.published[0].first_seq == before.state.seq + 1
        assert as_bytes(folded(before.events + after.events)) == as_bytes(after.state)
    assert replay(before.events + after.events) is None


async def test_deadlines_survive_the_restart() -> None:
    async with running(HostStage()) as before:
        await before.send(chat("c1"))
        due_ms = before.host._engine.next_deadline_ms()
    async with running(HostStage(before.store)) as after:
        assert after.host._engine.next_deadline_ms() == due_ms


async def test_time_never_goes_back_past_the_journal() -> None:
    async with running(HostStage()) as before:
        await asyncio.sleep(10)
        await before.send(chat("c1"))
    clock = LoopClock()
    clock._started_at_ms = START_MS - 3_600_000  # the wall clock was set back by an hour
    async with running(HostStage(before.store, clock)) as after:
        assert clock.now_ms() >= before.state.now_ms
        await after.send(chat("c2"))
        assert after.events[0].at_ms >= before.state.now_ms


async def test_a_clock_that_is_ahead_is_left_alone() -> None:
    clock = LoopClock()
    clock.advance_to(START_MS - 1)
    assert clock.now_ms() == START_MS


# --- damage -----------------------------------------------------------------------------------------


async def worked() -> HostStage:
    """A stopped host whose snapshot is gone, so that everything is folded."""
    async with running(HostStage()) as stage:
        await some_work(stage)
    stage.journal.snapshots.clear()
    return stage


async def refusal(stage: HostStage) -> str:
    """Why a new process does not start."""
    with pytest.raises(JournalDamaged) as damaged:
        await HostStage(stage.store).host.start()
    return str(damaged.value)


@pytest.mark.parametrize(
    "change", [{"payload": b"\x90"}, {"at_ms": 1}, {"event_type": "X"}, {"chain": bytes(32)}]
)
async def test_a_changed_record_is_refused_with_its_number(change: dict[str, object]) -> None:
    stage = await worked()
    stage.journal.change(7, **change)
    assert "event 7 is damaged" in await refusal(stage)


async def test_a_missing_record_is_refused_with_its_number() -> None:
    stage = await worked()
    del stage.journal._records[7]
    assert "event 7 is damaged" in await refusal(stage)


async def test_a_journal_that_ends_before_its_snapshot_is_refused() -> None:
    async with running(HostStage()) as stage:
        await some_work(stage)
    stage.journal.cut_after(stage.state.seq - 2)
    assert f"event {stage.state.seq - 1}" in await refusal(stage)


async def test_a_snapshot_of_another_history_is_refused() -> None:
    async with running(HostStage()) as stage:
        await some_work(stage)
    seq = stage.state.seq
    stage.journal.snapshots[seq] = msgspec.structs.replace(
        stage.journal.snapshots[seq], chain=bytes(32)
    )
    assert f"event {seq}" in await refusal(stage)


async def test_a_snapshot_that_cannot_be_read_only_costs_time() -> None:
    async with running(HostStage()) as stage:
        await some_work(stage)
    seq = stage.state.seq
    stage.journal.snapshots[seq] = msgspec.structs.replace(
        stage.journal.snapshots[seq], state=b"\xc1 no snapshot"
    )
    after = HostStage(stage.store)
    assert await after.host.start() == seq
    assert as_bytes(after.state) == as_bytes(stage.state)
    await after.host.stop()


async def test_an_event_of_a_newer_version_is_refused_with_its_number() -> None:
    stage = await worked()
    seq, chain = await stage.journal.last()
    payload = msgspec.msgpack.encode(["CoffeeServed", 1])
    record = msgspec.structs.replace(
        stage.journal._records[seq],
        seq=seq + 1,
        payload=payload,
        event_type="CoffeeServed",
        chain=next_chain(chain, DOMAIN, seq + 1, 1, True, "CoffeeServed", payload),
        at_ms=1,
        is_input=True,
    )
    stage.journal._records[seq + 1] = record
    assert f"event {seq + 1}" in await refusal(stage)


async def test_a_store_that_cannot_be_read_is_told() -> None:
    stage = await worked()
    stage.journal.is_unreadable = True
    with pytest.raises(StorageUnavailable):
        await HostStage(stage.store).host.start()


# --- replay -----------------------------------------------------------------------------------------


async def test_replay_finds_a_decision_that_was_changed() -> None:
    stage = await worked()
    events = stage.events
    assert replay(events) is None
    assert replay([]) is None
    offered = next(i for i, one in enumerate(events) if type(one).__name__ == "OfferMade")
    changed = [*events]
    changed[offered] = msgspec.structs.replace(events[offered], agent_id=AgentId("bob"))
    divergence = replay(changed)
    assert divergence is not None
    assert divergence.seq == offered + 1
    shorter = replay(events[:offered])
    assert shorter is not None
    assert shorter.recorded == "None"


async def test_replay_names_an_input_that_would_be_refused_now() -> None:
    stage = await worked()
    divergence = replay(stage.events[1:])  # without the configuration
    assert divergence is not None
    assert divergence.decided.startswith("refused: ")
