"""Decide, journal, publish, and only then answer; a group at a time."""

import asyncio

import pytest

from callcenter.host.envelope import CommandRefused, HostOverloaded, HostUnavailable, Published
from callcenter.host.host import Host
from callcenter.limits import GROUP_COMMIT_COMMANDS_MAX, INBOX_COMMANDS_MAX
from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId
from routing.model import Party
from tests.unit.callcenter.host.host_stage import (
    DOMAIN,
    HostStage,
    as_bytes,
    chat,
    folded,
    keyed,
    message,
    running,
    settle,
)

pytestmark = pytest.mark.looptime


async def test_many_commands_share_one_append() -> None:
    async with running(HostStage()) as stage:
        before = len(stage.journal.batches)
        async with asyncio.TaskGroup() as group:
            for number in range(10):
                group.create_task(stage.send(chat(f"c{number}")))
        assert len(stage.journal.batches) == before + 1
        assert len(stage.state.contacts) == 10


async def test_what_arrives_during_a_commit_makes_the_next_group() -> None:
    async with running(HostStage()) as stage:
        before = len(stage.journal.batches)
        stage.journal.hold()
        first = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        later = [stage.start(stage.envelope(chat(f"d{number}"))) for number in range(3)]
        await settle()
        assert stage.host.inbox_depth == 3
        stage.journal.let_go.set()
        await asyncio.gather(first, *later)
        assert len(stage.journal.batches) == before + 2


async def test_a_group_is_bounded() -> None:
    async with running(HostStage()) as stage:
        before = len(stage.journal.batches)
        count = GROUP_COMMIT_COMMANDS_MAX + 1
        tick = [stage.send(cmd.ConnectAgent(_NOBODY)) for _ in range(count)]
        refused = await asyncio.gather(*tick, return_exceptions=True)
        assert {type(one) for one in refused} == {CommandRefused}
        assert len(stage.journal.batches) == before
        async with asyncio.TaskGroup() as group:
            for number in range(8):
                group.create_task(stage.send(chat(f"c{number}")))
            for _ in range(GROUP_COMMIT_COMMANDS_MAX - 4):
                group.create_task(_refused(stage))
        assert len(stage.journal.batches) == before + 1


async def test_nobody_is_answered_before_the_append_returns() -> None:
    async with running(HostStage()) as stage:
        stage.published.clear()
        before = as_bytes(stage.state)
        stage.journal.hold()
        sender = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        await settle()
        assert not sender.done()
        assert as_bytes(stage.state) == before
        assert stage.published == []
        stage.journal.let_go.set()
        submitted = await sender
        assert submitted.seq == stage.state.seq


async def test_publishing_comes_before_answering_and_in_order() -> None:
    async with running(HostStage()) as stage:
        said: list[str] = []
        stage.host.listen(lambda published: said.append(_first_contact(published)))

        async def send(contact: str) -> None:
            await stage.send(chat(contact))
            said.append(f"answered {contact}")

        await send("c1")
        await send("c2")
        assert said == ["c1", "answered c1", "c2", "answered c2"]
        seqs = [
            seq
            for published in stage.published
            for seq in range(published.first_seq, published.first_seq + len(published.events))
        ]
        assert seqs == list(range(1, stage.state.seq + 1))


async def test_details_carry_the_number_of_their_own_event() -> None:
    async with running(HostStage()) as stage:
        await stage.ready("ann")
        added, row = message("c1", "d1")
        await asyncio.gather(stage.send(chat("c1")), stage.send(added, row), stage.send(chat("c2")))
        stored = await stage.store.details.of_contact(ContactId("c1"), kind="message")
        assert [detail.seq for detail in stored] == [
            seq for seq, event in enumerate(stage.events, 1) if isinstance(event, ev.MessageAdded)
        ]
        assert stage.published[-1].details == stored


async def test_an_arrivals_details_point_at_the_arrival_not_at_what_followed() -> None:
    async with running(HostStage()) as stage:
        await stage.ready("ann")
        _, row = message("c1", "d1")
        submitted = await stage.send(chat("c1"), row)
        stored = await stage.store.details.of_contact(ContactId("c1"), kind="message")
        arrival = stage.events[stored[0].seq - 1]
        assert isinstance(arrival, ev.ContactArrived)
        assert stored[0].seq < submitted.seq  # queued and offered in the same step


async def test_a_refusal_leaves_no_trace() -> None:
    async with running(HostStage()) as stage:
        before, appended = as_bytes(stage.state), len(stage.journal.batches)
        with pytest.raises(CommandRefused) as refused:
            await stage.host.submit(keyed(cmd.EndContact(_NO_CONTACT, Party.CUSTOMER), "end-1"))
        assert refused.value.refusal.code is RefusalCode.CONTACT_UNKNOWN
        assert as_bytes(stage.state) == before
        assert len(stage.journal.batches) == appended
        assert await stage.journal.outcome("end-1") is None


async def test_a_refusal_waits_for_the_commit_of_what_it_was_decided_on() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        accepted = stage.start(stage.envelope(chat("c1")))
        refused = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        await settle()
        assert not refused.done()
        stage.journal.let_go.set()
        await accepted
        with pytest.raises(CommandRefused) as told:
            await refused
        assert told.value.refusal.code is RefusalCode.CONTACT_EXISTS


async def test_a_full_inbox_takes_nothing() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        held = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        envelope = stage.envelope(cmd.ConnectAgent(_NOBODY))
        waiting = [stage.start(stage.envelope(cmd.Tick())) for _ in range(INBOX_COMMANDS_MAX)]
        await asyncio.sleep(0)
        assert stage.host.inbox_depth == INBOX_COMMANDS_MAX
        with pytest.raises(HostOverloaded):
            await stage.host.submit(envelope)
        stage.journal.let_go.set()
        await asyncio.gather(held, *waiting)


async def test_a_sender_who_goes_away_does_not_take_the_command_along() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        in_commit = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        in_inbox = stage.start(stage.envelope(chat("c2")))
        await settle()
        for sender in (in_commit, in_inbox):
            sender.cancel()
        await asyncio.wait([in_commit, in_inbox])
        stage.journal.let_go.set()
        await stage.send(chat("c3"))
        assert set(stage.state.contacts) == {"c1", "c2", "c3"}


async def test_stopping_finishes_what_is_under_way() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        first = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        second = stage.start(stage.envelope(chat("c2")))
        await settle()
        stopping = asyncio.get_running_loop().create_task(stage.host.stop())
        await settle()
        with pytest.raises(HostUnavailable):
            await stage.send(chat("c3"))
        assert not stopping.done()
        stage.journal.let_go.set()
        await stopping
        assert (await first).seq < (await second).seq
        assert set((await stage.recovered()).contacts) == {"c1", "c2"}


async def test_what_was_published_is_what_is_stored_and_what_is_shown() -> None:
    async with running(HostStage()) as stage:
        await stage.ready("ann", units=2)
        for number in range(5):
            await stage.send(chat(f"c{number}"))
        assert as_bytes(folded(stage.events)) == as_bytes(stage.state)
        assert as_bytes(await stage.recovered()) == as_bytes(stage.state)
        assert stage.events_in_journal() == stage.state.seq


async def test_a_listener_that_fails_stops_neither_routing_nor_the_other_listeners() -> None:
    stage, heard = HostStage(), list[Published]()

    def fail(_published: Published) -> None:
        raise LookupError("a view that cannot follow")

    stage.host.listen(fail)
    stage.host.listen(heard.append)
    async with running(stage):
        await stage.send(chat("c1"))
        await stage.send(chat("c2"))
        assert set(stage.state.contacts) == {"c1", "c2"}
    assert heard == stage.published


async def test_stopping_a_host_that_never_started() -> None:
    stage = HostStage()
    await Host(DOMAIN, stage.store, stage.clock).stop()
    assert stage.journal.batches == []


async def test_nothing_is_appended_before_it_is_known_that_it_may_be() -> None:
    stage, may_go_on, asked = HostStage(), asyncio.Event(), list[int]()
    answers = iter((True, True, False))

    async def may_append() -> bool:
        asked.append(len(stage.journal.batches))
        await may_go_on.wait()
        return next(answers, True)

    may_go_on.set()
    stage.host = Host(DOMAIN, stage.store, stage.clock, may_append)
    async with running(stage):
        assert asked == [0]
        may_go_on.clear()
        waiting = stage.start(stage.envelope(chat("c1")))
        await settle()
        assert (asked, len(stage.journal.batches)) == ([0, 1], 1)
        may_go_on.set()
        await waiting
        assert len(stage.journal.batches) == 2
        with pytest.raises(HostUnavailable):
            await stage.send(chat("c2"))
        assert len(stage.journal.batches) == 2
        assert set(stage.state.contacts) == {"c1"}


_NOBODY = AgentId("nobody")
_NO_CONTACT = ContactId("no such contact")


async def _refused(stage: HostStage) -> None:
    with pytest.raises(CommandRefused):
        await stage.send(cmd.ConnectAgent(_NOBODY))


def _first_contact(published: Published) -> str:
    return next(
        event.contact_id for event in published.events if isinstance(event, ev.ContactArrived)
    )
