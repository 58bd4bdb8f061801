"""Calls from end to end: real callers, real phones, Asterisk between them, the engine beside it."""

from pathlib import Path

import pytest

from callcenter.telephony.asterisk import limits
from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from routing.ids import ContactId
from routing.model import REASON_PHONE_FAULT
from routing.state import ContactState
from tests.ari_stories import bridges_that_fail
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, BOB, CHOICE, Rig, rig

WRAP_UP = {"disposition_id": "solved", "notes": ""}


def causes(stage: Rig) -> set[str]:
    """Why the legs of the open calls ended."""
    book = stage.server.parts.telephony.book
    calls = (book.call_of(one.contact_id) for one in stage.contacts())
    return {leg.cause for call in calls if call is not None for leg in call.legs.values()}


async def test_digit_queue_phone_talk_hold_hang_up_wrap_up(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    with Ear() as ear, Sipp("agent-answer", port=ANN, ring=300, talk=60_000):
        async with rig(tmp_path, asterisk) as stage:
            desk = await stage.server.ready_desk("ann")
            call = {"wait": 60_000, "audio_port": ear.port, "digit": 2, "after_ms": 800}
            with stage.call(CHOICE, "caller-digit", **call) as caller:
                leg = await stage.offered_leg(desk)
                contact = await stage.talk()
                contact_id = contact.contact_id
                assert leg == f"{contact_id}.1"
                assert (contact.queue_id, contact.state) == ("sales", ContactState.CONNECTED)
                assert await stage.hears_none(ear)
                await stage.do("ann", contact_id, "call/hold")
                assert await stage.hears_music(ear)
                await stage.until(lambda: stage.contacts()[0].held_since_ms is not None)
                await stage.do("ann", contact_id, "call/unhold")
                assert await stage.hears_none(ear)
                await stage.until(lambda: stage.contacts()[0].held_since_ms is None)
                await stage.do("ann", contact_id, "call/hang-up")
                assert await stage.over(contact_id) == "released"
                await stage.until(lambda: caller.is_over)
                assert caller.status == 0
            await stage.do("ann", contact_id, "wrap-up", WRAP_UP)
            kinds = [kind for kind, _ in await stage.log(contact_id)]
            assert kinds == ["waiting", "offer", "talk", "hold", "wrap_up"]
            await stage.until_nothing_is_left()


async def test_a_waiting_caller_hears_music_and_hangs_up(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    async with rig(tmp_path, asterisk) as stage:
        with Ear() as ear, stage.call(wait=4_000, audio_port=ear.port) as caller:
            assert await stage.hears_music(ear)
            contact_id = stage.contacts()[0].contact_id
            assert await stage.over(contact_id) == "hangup"
            await stage.until(lambda: caller.is_over)
            assert caller.status == 0
        assert await stage.log(contact_id) == [("waiting", "abandoned")]
        await stage.until_nothing_is_left()


async def test_the_agent_hangs_up_the_phone(tmp_path: Path, asterisk: Asterisk) -> None:
    with Sipp("agent-answer", port=ANN, ring=200, talk=1_000):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000):
                contact = await stage.talk()
                assert await stage.over(contact.contact_id) == "released"
            assert stage.server.contact(contact.contact_id) is not None
            await stage.until_nothing_is_left()


async def test_the_caller_leaves_while_it_rings(tmp_path: Path, asterisk: Asterisk) -> None:
    with Sipp("agent-noanswer", port=ANN, ring=60_000):
        async with rig(tmp_path, asterisk) as stage:
            desk = await stage.server.ready_desk("ann")
            with stage.call(wait=1_500):
                leg = await stage.offered_leg(desk)
                assert await stage.over(leg.partition(".")[0]) == "hangup"
            await stage.until_nothing_is_left()
            ann = stage.server.agent("ann")
            assert not ann.holds
            await stage.until(lambda: not stage.server.state.offers)


async def test_a_busy_phone_is_passed_over(tmp_path: Path, asterisk: Asterisk) -> None:
    with Sipp("agent-busy", port=ANN), Sipp("agent-answer", port=BOB, ring=200, talk=60_000):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000):
                await stage.until(lambda: causes(stage) == {"busy"})
                await stage.server.ready_desk("bob")
                contact = await stage.talk()
                assert contact.agent_id == stage.server.agent("bob").agent_id
                await stage.do("bob", contact.contact_id, "call/hang-up")
                assert await stage.over(contact.contact_id) == "released"


async def test_a_phone_that_is_pressed_away(tmp_path: Path, asterisk: Asterisk) -> None:
    with Sipp("agent-decline", port=ANN):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000):
                await stage.until(lambda: causes(stage) == {"declined"})
                await stage.until(lambda: stage.contacts()[0].state is ContactState.WAITING)


async def test_a_phone_that_cannot_be_reached(
    tmp_path: Path, asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "PROGRESS_MS", 1_000)
    async with rig(tmp_path, asterisk) as stage:
        await stage.server.ready_desk("ann")
        with stage.call(wait=60_000):
            await stage.until(lambda: causes(stage) == {"unreachable"})
            await stage.until(lambda: not stage.server.state.offers)
            ann = stage.server.agent("ann")
            await stage.until(lambda: ann.reason_id != "")
            await stage.until_no_leg_is_left()


async def test_a_phone_that_rings_out(tmp_path: Path, asterisk: Asterisk) -> None:
    with Sipp("agent-noanswer", port=ANN, ring=60_000):
        async with rig(tmp_path, asterisk, offer_s=5) as stage:
            desk = await stage.server.ready_desk("ann")
            with stage.call(wait=60_000):
                leg = await stage.offered_leg(desk)
                await stage.until(lambda: not stage.server.state.offers)
                assert stage.server.state.ended_offers[leg] == "expired"  # type: ignore[index]
                await stage.until(lambda: causes(stage) <= {"no_answer", "released"})


async def test_callers_who_leave_as_the_agent_answers(tmp_path: Path, asterisk: Asterisk) -> None:
    """Whoever wins, nobody is stuck and nothing is left."""
    with Sipp("agent-answer", port=ANN, ring=300, talk=60_000):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            for wait_ms in (310, 340, 370, 400, 450, 500):
                with stage.call(wait=wait_ms) as caller:
                    await stage.until(lambda: caller.is_over)
                await stage.until(lambda: stage.server.parts.telephony.book.open_count == 0)
                for contact in stage.contacts():
                    await stage.do("ann", contact.contact_id, "wrap-up", WRAP_UP)
                await stage.until_nothing_is_left()
            await stage.until(lambda: not stage.contacts())
            assert not stage.server.agent("ann").holds


async def test_a_call_is_handed_on_to_a_colleague(tmp_path: Path, asterisk: Asterisk) -> None:
    with (
        Sipp("agent-answer", port=ANN, ring=200, talk=60_000),
        Sipp("agent-answer", port=BOB, ring=200, talk=60_000),
    ):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000):
                contact_id = (await stage.talk()).contact_id
                await stage.server.ready_desk("bob")
                bob = stage.server.agent("bob").agent_id
                await stage.do("ann", contact_id, "transfer", {"agent_id": bob})
                book = stage.server.parts.telephony.book

                def talks() -> bool:
                    call = book.call_of(ContactId(contact_id))
                    return call is not None and call.talks == 2

                await stage.until(talks)
                assert f"{contact_id}.1" not in await stage.channels()
                await stage.do("bob", contact_id, "call/hang-up")
                assert await stage.over(contact_id) == "released"
            await stage.until_nothing_is_left()


async def test_a_bridge_that_fails_puts_the_customer_back_at_their_age(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    phones = (
        Sipp("agent-answer", port=ANN, ring=200, talk=60_000),
        Sipp("agent-answer", port=BOB, ring=200, talk=60_000),
    )
    with phones[0], phones[1]:
        async with rig(tmp_path, asterisk) as stage:
            with stage.call(wait=60_000):
                await stage.until(lambda: len(stage.contacts()) == 1)
                (first,) = stage.contacts()
                with stage.call(wait=60_000):
                    await stage.until(lambda: len(stage.contacts()) == 2)
                    age_origin_ms, second = first.age_origin_ms, stage.contacts()[1]
                    with bridges_that_fail(1) as failed:
                        await stage.server.ready_desk("ann")
                        await stage.until(
                            lambda: stage.server.agent("ann").reason_id == REASON_PHONE_FAULT
                        )
                        assert first.state is ContactState.WAITING
                    assert failed == [f"{first.contact_id}.1.talk"]
                    # What was spent with ann is no wait; everything else counts.
                    with_ann_ms = first.queued_at_ms - first.connected_at_ms
                    assert first.age_origin_ms == age_origin_ms + with_ann_ms
                    # The older one is next: the first, unless its time with ann was long.
                    ages = sorted((first, second), key=lambda one: one.age_origin_ms)
                    served = [one.contact_id for one in ages]
                    await stage.server.ready_desk("bob")
                    for contact_id in served[: served.index(first.contact_id) + 1]:
                        assert (await stage.talk()).contact_id == contact_id
                        await stage.do("bob", contact_id, "call/hang-up")
                        assert await stage.over(contact_id) == "released"
                        await stage.do("bob", contact_id, "wrap-up", WRAP_UP)
                    kinds = [kind for kind, _ in await stage.log(first.contact_id)]
                    assert kinds.count("waiting") == kinds.count("offer") == 2
