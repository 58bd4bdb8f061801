"""A store that fails: nobody is told a lie, nothing is decided twice, and the host goes on by itself."""

import asyncio

import pytest

from callcenter.host.envelope import HostUnavailable
from callcenter.limits import (
    OUTCOMES_FORGET_EVERY_MS,
    SNAPSHOT_EVERY_EVENTS,
    STORAGE_PROBE_EVERY_MS,
)
from callcenter.ports.errors import StorageError
from routing import commands as cmd
from routing import events as ev
from routing.ids import ContactId
from routing.model import Party
from tests.unit.callcenter.host.host_stage import (
    HostStage,
    Mishap,
    as_bytes,
    chat,
    folded,
    keyed,
    message,
    running,
    settle,
)

pytestmark = pytest.mark.looptime

PROBE_S = STORAGE_PROBE_EVERY_MS / 1000


def engine_state(stage: HostStage) -> bytes:
    """What the next decision will be made on."""
    return as_bytes(stage.host._engine.state)


async def recovers(stage: HostStage) -> None:
    """The store works again and the host has noticed."""
    stage.store.fail_writes(fail=False)
    await asyncio.sleep(2 * PROBE_S)
    assert stage.host.not_ready_reason() is None
    assert engine_state(stage) == as_bytes(stage.state)
    assert as_bytes(await stage.recovered()) == as_bytes(stage.state)
    assert as_bytes(folded(stage.events)) == as_bytes(stage.state)


async def test_every_waiter_of_a_failed_append_hears_of_it() -> None:
    async with running(HostStage()) as stage:
        before = as_bytes(stage.state)
        stage.journal.hold()
        in_commit = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        in_inbox = [stage.start(stage.envelope(chat(f"d{number}"))) for number in range(3)]
        refused = stage.start(stage.envelope(cmd.EndContact(ContactId("no"), Party.CUSTOMER)))
        await settle()
        stage.journal.mishaps = [Mishap.LOST]
        stage.journal.let_go.set()
        told = await asyncio.gather(in_commit, *in_inbox, refused, return_exceptions=True)
        assert {type(one) for one in told} == {HostUnavailable}
        assert stage.host.inbox_depth == 0
        assert as_bytes(stage.state) == before
        await recovers(stage)


async def test_commands_are_refused_until_a_probe_succeeds() -> None:
    async with running(HostStage()) as stage:
        stage.store.fail_writes()
        for _ in range(3):
            with pytest.raises(HostUnavailable):
                await stage.send(chat("c1"))
            assert stage.host.not_ready_reason() == "journal_not_writable"
            await asyncio.sleep(PROBE_S)
        assert stage.store.probes == 3
        await recovers(stage)
        await stage.send(chat("c1"))
        assert set(stage.state.contacts) == {"c1"}


async def test_a_commit_that_happened_after_all_is_read_back_and_published_once() -> None:
    async with running(HostStage()) as stage:
        await stage.ready("ann")
        stage.journal.mishaps = [Mishap.STORED]
        with pytest.raises(HostUnavailable):
            await stage.host.submit(keyed(chat("c1"), "k1"))
        assert "c1" not in stage.state.contacts
        await recovers(stage)
        assert [*stage.state.contacts[ContactId("c1")].asked] == ["ann"]
        arrivals = [event for event in stage.events if isinstance(event, ev.ContactArrived)]
        assert len(arrivals) == 1


async def test_what_is_read_back_is_published_with_its_details() -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))
        stage.journal.mishaps = [Mishap.STORED]
        command, row = message("c1", "d1")
        with pytest.raises(HostUnavailable):
            await stage.send(command, row)
        await recovers(stage)
        published = [one for group in stage.published for one in group.details]
        assert [(one.detail_id, one.body) for one in published] == [("d1", b"text")]


async def test_a_commit_that_happened_after_all_is_not_decided_twice() -> None:
    async with running(HostStage()) as stage:
        stage.journal.mishaps = [Mishap.STORED]
        with pytest.raises(HostUnavailable):
            await stage.host.submit(keyed(chat("c1"), "k1"))
        await recovers(stage)
        repeat = await stage.host.submit(keyed(chat("c2"), "k1"))
        assert (repeat.is_repeat, repeat.reply) == (True, {"is": "k1"})
        assert set(stage.state.contacts) == {"c1"}
        assert (await stage.send(chat("c3"))).seq == stage.state.seq


async def test_a_repeat_while_the_store_still_fails_learns_that_it_was_done() -> None:
    async with running(HostStage()) as stage:
        stage.journal.mishaps = [Mishap.STORED]
        with pytest.raises(HostUnavailable):
            await stage.host.submit(keyed(chat("c1"), "k1"))
        stage.store.fail_writes()
        assert (await stage.host.submit(keyed(chat("c2"), "k1"))).is_repeat
        await recovers(stage)


async def test_a_lost_commit_can_be_sent_again_under_its_id() -> None:
    async with running(HostStage()) as stage:
        stage.journal.mishaps = [Mishap.LOST]
        with pytest.raises(HostUnavailable):
            await stage.host.submit(keyed(chat("c1"), "k1"))
        await recovers(stage)
        assert not (await stage.host.submit(keyed(chat("c1"), "k1"))).is_repeat
        assert set(stage.state.contacts) == {"c1"}


async def test_a_store_that_fails_again_while_it_is_read_back() -> None:
    async with running(HostStage()) as stage:
        stage.journal.mishaps = [Mishap.STORED]
        with pytest.raises(HostUnavailable):
            await stage.send(chat("c1"))
        stage.journal.is_unreadable = True
        await asyncio.sleep(3 * PROBE_S)
        assert stage.host.not_ready_reason() == "journal_not_writable"
        stage.journal.is_unreadable = False
        await recovers(stage)
        assert set(stage.state.contacts) == {"c1"}


async def test_deadlines_that_fell_due_meanwhile_fire_at_their_own_time() -> None:
    async with running(HostStage()) as stage:
        await stage.ready("ann")
        await stage.send(chat("c1"))
        due_ms = stage.host._engine.next_deadline_ms()
        stage.store.fail_writes()
        await asyncio.sleep(60)
        assert stage.host.not_ready_reason() == "journal_not_writable"
        stage.store.fail_writes(fail=False)
        await asyncio.sleep(2 * PROBE_S)
        expired = [event for event in stage.events if isinstance(event, ev.OfferExpired)]
        assert [event.at_ms for event in expired] == [due_ms]
        await recovers(stage)


async def test_stopping_while_the_store_fails_ends_soon_and_writes_nothing() -> None:
    async with running(HostStage()) as stage:
        stage.store.fail_writes()
        with pytest.raises(HostUnavailable):
            await stage.send(chat("c1"))
        appended = len(stage.journal.batches)
        async with asyncio.timeout(2 * PROBE_S):
            await stage.host.stop()
        assert len(stage.journal.batches) == appended
        assert stage.journal.snapshots == {}


async def test_a_store_that_fails_at_the_last_snapshot_does_not_disturb_the_stop() -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))
        stage.store.fail_writes()
        await stage.host.stop()
        assert stage.journal.snapshots == {}


async def test_a_snapshot_that_cannot_be_stored_is_postponed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("callcenter.host.housekeeping.SNAPSHOT_EVERY_EVENTS", 4)
    assert SNAPSHOT_EVERY_EVENTS > 4
    async with running(HostStage()) as stage:
        put = stage.journal.put_snapshot

        async def fails(*_: object) -> None:
            stage.store._disk.is_failing = True
            stage.store._disk.check()

        monkeypatch.setattr(stage.journal, "put_snapshot", fails)
        await stage.send(chat("c1"))
        await stage.send(chat("c2"))
        await settle()
        assert stage.journal.snapshots == {}
        stage.store.fail_writes(fail=False)
        monkeypatch.setattr(stage.journal, "put_snapshot", put)
        assert stage.host.not_ready_reason() is None
        await stage.send(chat("c3"))
        await stage.send(chat("c4"))
        await settle()
        assert len(stage.journal.snapshots) == 1


async def test_forgetting_that_fails_stops_nothing() -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))
        stage.store.fail_writes()
        await asyncio.sleep(OUTCOMES_FORGET_EVERY_MS / 1000 + 1)
        await recovers(stage)
        await stage.send(chat("c2"))


# --- giving up --------------------------------------------------------------------------------------


async def test_a_stale_writer_steps_down_and_leaves_nobody_waiting() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        in_commit = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        in_inbox = stage.start(stage.envelope(chat("c2")))
        await settle()
        stage.journal.mishaps = [Mishap.STALE]
        stage.journal.let_go.set()
        told = await asyncio.gather(in_commit, in_inbox, return_exceptions=True)
        assert [type(one) for one in told] == [HostUnavailable, HostUnavailable]
        assert stage.host.finished is not None
        assert stage.host.finished.done()
        with pytest.raises(HostUnavailable):
            await stage.send(chat("c3"))
        assert stage.host.not_ready_reason() == "journal_not_writable"
        await stage.host.stop()
        assert stage.journal.snapshots == {}


async def test_a_fault_of_ours_in_the_store_is_survived() -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))
        added, row = message("c1", "d1")
        await stage.send(added, row)
        with pytest.raises(HostUnavailable):
            await stage.send(added, row)  # the detail id is taken: no store takes this batch
        assert stage.host.not_ready_reason() is None
        await stage.send(chat("c2"))
        assert engine_state(stage) == as_bytes(stage.state)


async def test_a_fault_of_ours_that_comes_back_ends_the_host_and_leaves_nobody_waiting() -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))
        added, row = message("c1", "d1")
        await stage.send(added, row)
        for _ in range(3):
            with pytest.raises(HostUnavailable):
                await stage.send(added, row)
        await settle()
        assert stage.host.finished is not None
        assert isinstance(stage.host.finished.exception(), StorageError)
        with pytest.raises(HostUnavailable):
            await stage.send(chat("c2"))
