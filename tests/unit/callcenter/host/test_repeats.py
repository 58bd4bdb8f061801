"""The same command id twice: decided once, answered alike."""

import asyncio

import pytest

from callcenter.host import idempotency
from callcenter.host.envelope import CommandIdReused, CommandRefused, HostUnavailable
from callcenter.host.idempotency import SeenCommands
from callcenter.limits import OUTCOMES_FORGET_EVERY_MS, OUTCOMES_KEPT_MS
from routing import commands as cmd
from routing.ids import ContactId
from routing.model import Party
from tests.unit.callcenter.host.host_stage import (
    HostStage,
    chat,
    keyed,
    running,
    settle,
)

pytestmark = pytest.mark.looptime


async def test_a_repeat_in_flight_waits_for_the_first() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        first = stage.start(keyed(chat("c1"), "k1"))
        await stage.journal.entered.wait()
        second = stage.start(keyed(chat("c2"), "k1"))
        await settle()
        assert not second.done()
        stage.journal.let_go.set()
        original, repeat = await asyncio.gather(first, second)
        assert (original.is_repeat, repeat.is_repeat) == (False, True)
        assert (original.seq, original.reply) == (repeat.seq, repeat.reply)
        assert set(stage.state.contacts) == {"c1"}


async def test_a_repeat_is_answered_although_the_first_sender_has_gone() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        first = stage.start(keyed(chat("c1"), "k1"))
        await stage.journal.entered.wait()
        repeats = [stage.start(keyed(chat("c1"), "k1")) for _ in range(2)]
        await settle()
        first.cancel()
        repeats[0].cancel()
        await asyncio.wait([first, repeats[0]])
        stage.journal.let_go.set()
        assert (await repeats[1]).is_repeat


async def test_a_repeat_after_the_commit_gets_the_first_answer() -> None:
    async with running(HostStage()) as stage:
        first = await stage.host.submit(keyed(chat("c1"), "k1"))
        await stage.send(chat("c2"))
        seq = stage.state.seq
        repeat = await stage.host.submit(keyed(chat("c3"), "k1"))
        assert (repeat.seq, repeat.reply, repeat.is_repeat) == (first.seq, {"is": "k1"}, True)
        assert stage.state.seq == seq


async def test_a_repeat_after_a_restart_gets_the_first_answer() -> None:
    async with running(HostStage()) as before:
        first = await before.host.submit(keyed(chat("c1"), "k1"))
    async with running(HostStage(before.store)) as after:
        repeat = await after.host.submit(keyed(chat("c1"), "k1"))
        assert (repeat.seq, repeat.reply, repeat.is_repeat) == (first.seq, first.reply, True)
        assert after.published == []


async def test_another_request_under_the_same_id_is_refused() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        first = stage.start(keyed(chat("c1"), "k1"))
        await stage.journal.entered.wait()
        with pytest.raises(CommandIdReused):
            await stage.host.submit(keyed(chat("c2"), "k1", b"another request"))
        stage.journal.let_go.set()
        await first
        with pytest.raises(CommandIdReused):
            await stage.host.submit(keyed(chat("c2"), "k1", b"another request"))
        assert set(stage.state.contacts) == {"c1"}


async def test_two_repeats_that_both_look_it_up_decide_once() -> None:
    async with running(HostStage()) as stage:
        stage.host._seen = SeenCommands((), is_complete=False)
        submitted = await asyncio.gather(
            *(stage.host.submit(keyed(chat(f"c{number}"), "k1")) for number in range(5))
        )
        assert sorted(one.is_repeat for one in submitted) == [False, True, True, True, True]
        assert len({one.seq for one in submitted}) == 1
        assert len(stage.state.contacts) == 1


async def test_a_refused_command_may_be_sent_again_under_its_id() -> None:
    async with running(HostStage()) as stage:
        end = cmd.EndContact(ContactId("c1"), Party.CUSTOMER)
        with pytest.raises(CommandRefused):
            await stage.host.submit(keyed(end, "k1"))
        await stage.send(chat("c1"))
        assert not (await stage.host.submit(keyed(end, "k1"))).is_repeat


async def test_a_refusal_in_flight_is_told_to_the_repeat_too() -> None:
    async with running(HostStage()) as stage:
        end = keyed(cmd.EndContact(ContactId("c1"), Party.CUSTOMER), "k1")
        told = await asyncio.gather(
            stage.host.submit(end), stage.host.submit(end), return_exceptions=True
        )
        assert [type(one) for one in told] == [CommandRefused, CommandRefused]


async def test_a_new_id_costs_no_look_up() -> None:
    async with running(HostStage()) as stage:
        await stage.host.submit(keyed(chat("c1"), "k1"))
        assert stage.journal.lookups == 0
        await stage.host.submit(keyed(chat("c1"), "k1"))
        assert stage.journal.lookups == 1


async def test_own_ids_are_neither_looked_up_nor_stored() -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))
        assert stage.journal.batches[-1].outcomes == []
        assert stage.journal.lookups == 0


async def test_a_look_up_that_fails_is_not_taken_for_a_new_id() -> None:
    async with running(HostStage()) as stage:
        await stage.host.submit(keyed(chat("c1"), "k1"))
        stage.journal.is_unreadable = True
        with pytest.raises(HostUnavailable):
            await stage.host.submit(keyed(chat("c1"), "k1"))


async def test_outcomes_are_forgotten_after_their_time() -> None:
    async with running(HostStage()) as stage:
        await stage.host.submit(keyed(chat("c1"), "k1"))
        await asyncio.sleep((OUTCOMES_KEPT_MS + OUTCOMES_FORGET_EVERY_MS) / 1000 + 1)
        await stage.send(chat("c2"))
        await settle()
        assert await stage.journal.outcome("k1") is None
        await stage.host.submit(keyed(chat("c3"), "k2"))
        await asyncio.sleep(OUTCOMES_FORGET_EVERY_MS / 1000)
        await stage.send(chat("c4"))
        await settle()
        assert await stage.journal.outcome("k2") is not None


# --- the filter before the store --------------------------------------------------------------------

HOUR_MS = 3_600_000


def test_a_complete_filter_knows_what_is_new() -> None:
    seen = SeenCommands(["old"], is_complete=True)
    assert seen.may_have("old")
    assert not seen.may_have("new")
    seen.add("new", 0)
    assert seen.may_have("new")


def test_an_incomplete_filter_is_never_sure() -> None:
    assert SeenCommands([], is_complete=False).may_have("anything")


def test_generations_that_lived_long_enough_keep_the_filter_sure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idempotency, "COMMAND_IDS_REMEMBERED", 4)
    seen = SeenCommands([], is_complete=True)
    for number in range(12):
        seen.add(f"id{number}", number * 24 * HOUR_MS)
    assert seen.may_have("id11")
    assert not seen.may_have("never")
    assert not seen.may_have("id0")  # past its 24 h: a repeat is a new command


def test_a_generation_dropped_too_young_makes_the_filter_unsure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(idempotency, "COMMAND_IDS_REMEMBERED", 4)
    seen = SeenCommands([], is_complete=True)
    for number in range(5):
        seen.add(f"id{number}", number)
        assert not seen.may_have("never")
    seen.add("id5", 5)
    assert seen.may_have("never")
    assert seen.may_have("id0")


@pytest.mark.parametrize("count", [1, 2, 3, 7, 20])
def test_memory_is_bounded_and_nothing_valid_is_denied(
    monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(idempotency, "COMMAND_IDS_REMEMBERED", 6)
    seen = SeenCommands([], is_complete=True)
    for number in range(count):
        seen.add(f"id{number}", number * HOUR_MS)
        assert len(seen._young) + len(seen._old) <= 8
    assert all(seen.may_have(f"id{number}") for number in range(count))
