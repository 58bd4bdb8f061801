"""A snapshot is the whole state: what continues from it decides as if nothing had happened."""

import msgspec
import pytest

from routing import events as ev
from routing.commands import Tick
from routing.engine import Engine, restore
from routing.ids import AgentId, ContactId, OfferId
from routing.matching import NaiveMatcher
from tests.sim.replay import first_difference, folded, replay_faults
from tests.unit.routing.scene import (
    OFFER_TIMEOUT_MS,
    PRESENCE_GRACE_MS,
    REOFFER_GAP_MS,
    Scene,
    capacity,
    kinds,
)


def busy_scene() -> Scene:
    """Something of everything: waiting, offered, connected, wrapping up, excluded, absent, pending."""
    scene = Scene()
    for agent in ("ann", "bob", "cid"):
        scene.ready(agent, capacity(2))
    for contact in ("c1", "c2", "c3", "c4", "c5", "c6", "c7"):
        scene.let_pass(100)
        scene.chat(contact)
    scene.reject("c1")
    scene.accept("c2")
    scene.accept("c3")
    scene.end("c2")
    scene.lunch("cid")
    scene.disconnect("bob")
    return scene


def test_a_restored_engine_goes_on_as_the_first_would_have() -> None:
    scene = busy_scene()
    twin = Engine(restore(scene.engine.snapshot()))
    expected = scene.wait(3 * REOFFER_GAP_MS)
    handled = twin.handle(Tick(), scene.now_ms)
    assert handled.events == expected
    assert twin.snapshot() == scene.engine.snapshot()


def test_a_restored_engine_keeps_every_deadline() -> None:
    scene = busy_scene()
    twin = Engine(restore(scene.engine.snapshot()))
    assert twin.state.deadlines == scene.engine.state.deadlines
    assert twin.next_deadline_ms() == scene.engine.next_deadline_ms()


def test_taking_a_snapshot_changes_nothing() -> None:
    scene = busy_scene()
    first = scene.engine.snapshot()
    assert scene.engine.snapshot() == first
    assert scene.engine.next_deadline_ms() is not None


def test_the_journal_folds_to_the_same_bytes() -> None:
    scene = busy_scene()
    scene.wait(OFFER_TIMEOUT_MS + PRESENCE_GRACE_MS)
    assert Engine(folded(scene.journal)).snapshot() == scene.engine.snapshot()


def test_the_journal_can_be_written_and_read() -> None:
    scene = busy_scene()
    encoded = msgspec.msgpack.encode(scene.journal)
    assert msgspec.msgpack.decode(encoded, type=list[ev.Event]) == scene.journal


def test_feeding_the_inputs_back_gives_the_same_decisions_and_the_same_bytes() -> None:
    scene = busy_scene()
    scene.wait(10 * REOFFER_GAP_MS)
    assert replay_faults(scene.engine, scene.journal, scene.now_ms) == []


def test_damaged_bytes_are_not_a_state() -> None:
    with pytest.raises(msgspec.DecodeError):
        restore(busy_scene().engine.snapshot()[:-1])


def test_a_snapshot_of_a_version_that_kept_wrap_up_in_the_contact_is_not_read() -> None:
    scene = Scene()
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    scene.end("c1")
    assert restore(scene.engine.snapshot()).contacts == scene.engine.state.contacts
    scene.contact("c1").wrapped_up_by = ()
    with pytest.raises(msgspec.DecodeError, match="kept wrap-up in the contact"):
        restore(scene.engine.snapshot())


def test_a_snapshot_of_a_version_in_which_a_contact_had_one_offer_is_not_read(
    scene: Scene,
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.contact("c1").asked = {}
    snapshot = scene.engine.snapshot()
    scene.contact("c1").asked = {AgentId("ann"): OfferId("c1.1")}
    with pytest.raises(msgspec.DecodeError, match="had one offer at most"):
        restore(snapshot)


def test_another_matcher_can_take_over() -> None:
    scene = busy_scene()
    twin = Engine(restore(scene.engine.snapshot()), matcher=NaiveMatcher)
    assert twin.snapshot() == scene.engine.snapshot()


def test_a_difference_between_journals_is_named() -> None:
    journal = busy_scene().journal
    assert first_difference(journal, journal) is None
    assert (
        first_difference(journal, journal[:-1])
        == f"{len(journal)} events became {len(journal) - 1}"
    )
    assert "event 1 was ConfigurationApplied" in str(first_difference(journal, journal[1:]))


@pytest.mark.parametrize(
    ("left_out", "found"),
    [
        (ev.OfferRejected, "I6 replay decides differently"),
        (ev.OfferRejected, "I6 replay ends in another state"),
        (ev.OfferRejected, "I6 the journal cannot be folded"),
        (ev.ConfigurationApplied, "I6 replay refuses an accepted input"),
        (ev.AgentDisconnected, "I6 folding the journal gives another state"),
    ],
)
def test_a_replay_that_differs_is_found(left_out: type, found: str) -> None:
    scene = busy_scene()
    spoiled = [event for event in scene.journal if type(event) is not left_out]
    faults = replay_faults(scene.engine, spoiled, scene.now_ms)
    assert any(fault.startswith(found) for fault in faults), faults


def test_the_scene_has_something_of_everything() -> None:
    names = set(kinds(tuple(busy_scene().journal)))
    assert {"OfferRejected", "OfferRescinded", "WrapUpStarted", "AgentDisconnected"} <= names


def test_what_is_empty_in_a_restored_state_is_shared(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    state = restore(scene.engine.snapshot())
    contact, agent = state.contacts[ContactId("c2")], state.agents[AgentId("ann")]
    assert len({id(one) for one in (contact.excluded, contact.asked, agent.parked)}) == 1
    assert agent.offer_ids.keys() == {OfferId("c1.1")}
