"""The desk as a view of the state, and whose desk an event changes."""

from enum import EnumType
from typing import get_args

import msgspec
import pytest

from agents.desk import Introduction, agents_touched, desk_of, why_offered
from agents.protocol import OfferReason, SkillLevel
from routing import events as ev
from routing.ids import AgentId, ContactId, SkillId
from routing.model import AgentState, CapacityRule, Channel, Party, SkillNeed
from routing.state import Demand
from tests.unit.routing.scene import (
    LUNCH,
    OFFER_TIMEOUT_MS,
    SALES,
    WRAP_UP_LIMIT_MS,
    Scene,
    capacity,
)

ANN = AgentId("ann")
CHINESE = SkillId("zh")


def introduced(contact_id: ContactId) -> Introduction:
    """Everybody has a name of their own."""
    return Introduction(f"Customer of {contact_id}", "zh", f"Opening of {contact_id}")


def staffed() -> Scene:
    """Ann has one contact connected, one in wrap-up and one offered."""
    scene = Scene()
    scene.ready("ann", capacity(3))
    for contact in ("c1", "c2", "c3"):
        scene.chat(contact)
        scene.let_pass(1_000)
    scene.accept("c1")
    scene.accept("c2")
    scene.end("c2")
    return scene


def test_nobody_has_no_desk() -> None:
    assert desk_of(Scene().engine.state, ANN, introduced) is None


def test_an_offer_as_it_is_shown() -> None:
    scene = staffed()
    desk = desk_of(scene.engine.state, ANN, introduced)
    assert desk is not None
    (card,) = desk.offers
    assert (card.contact_id, card.queue_id, card.channel) == ("c3", SALES, "chat")
    assert (card.customer_name, card.language) == ("Customer of c3", "zh")
    assert card.opening_text == "Opening of c3"
    assert (card.waiting_since_ms, card.made_at_ms) == (2_000, 2_000)
    assert card.expires_at_ms == 2_000 + OFFER_TIMEOUT_MS


def test_why_an_offer_came_in_one_line() -> None:
    scene = Scene()
    scene.ready("ann")
    scene.chat("c1")
    ann = msgspec.structs.replace(scene.agent("ann"), skills={CHINESE: 7})
    plain = scene.contact("c1")
    asking = msgspec.structs.replace(plain, demand=Demand(needs=(SkillNeed(CHINESE, 3),)))
    theirs = msgspec.structs.replace(asking, preferred_agent_id=ANN)
    to_them = msgspec.structs.replace(asking, demand=Demand(agent_id=ANN))
    assert why_offered(ann, plain) == OfferReason("queue")
    assert why_offered(ann, asking) == OfferReason("skills", [SkillLevel(CHINESE, 7)])
    assert why_offered(ann, theirs) == why_offered(ann, to_them) == OfferReason("preferred")


def test_interrupted_work_says_so() -> None:
    scene = Scene()
    scene.ready("ann", CapacityRule(1, {Channel.EMAIL: 1, Channel.VOICE: 1}))
    scene.arrive("mail", Channel.EMAIL)
    scene.accept("mail")
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    desk = desk_of(scene.engine.state, ANN, introduced)
    assert desk is not None
    told = {card.contact_id: (card.state, card.is_interrupted) for card in desk.assignments}
    assert told == {"call": ("connected", False), "mail": ("parked", True)}


def test_work_in_hand_as_it_is_shown() -> None:
    scene = staffed()
    scene.message("c1", Party.CUSTOMER)
    desk = desk_of(scene.engine.state, ANN, introduced)
    assert desk is not None
    connected, wrap_up = desk.assignments
    assert (connected.contact_id, connected.state) == ("c1", "connected")
    assert connected.last_message_seq == scene.engine.state.seq
    assert connected.wrap_up_until_ms is None
    assert connected.is_customer_present
    assert (wrap_up.contact_id, wrap_up.state) == ("c2", "wrap_up")
    assert wrap_up.is_ended_by_customer
    assert wrap_up.wrap_up_until_ms == 3_000 + WRAP_UP_LIMIT_MS
    assert wrap_up.wrap_up_extensions_left == 2
    assert (desk.agent.capacity_used, desk.agent.capacity_total) == (3, 3)


def test_what_will_apply_later_is_shown() -> None:
    scene = staffed()
    scene.lunch("ann")
    desk = desk_of(scene.engine.state, ANN, introduced)
    assert desk is not None
    assert desk.agent.state is AgentState.READY
    assert desk.agent.next_state is not None
    assert (desk.agent.next_state.state, desk.agent.next_state.reason_id) == ("not_ready", LUNCH)
    scene.disconnect("ann")
    gone = desk_of(scene.engine.state, ANN, introduced)
    assert gone is not None
    assert not gone.agent.is_present
    assert gone.offers == []


NO_DESK = {
    ev.ConfigurationApplied,  # changes no desk that is not told by another event
    ev.ContactArrived,
    ev.ContactQueued,
    ev.ContactStepped,
    ev.WaitingOverdue,
    ev.CustomerDisconnected,  # of a contact that waits
    ev.CustomerReturned,
    ev.DialFailed,
    ev.MessageAdded,
    ev.PermitRefused,
    ev.SuppressionsChanged,
    ev.ContactEnded,
    ev.ContactAttributesUpdated,
    ev.PriorityAdjusted,
    ev.ContactTransferred,
    ev.ContactTurnedAway,
    ev.QueueClosed,
    ev.QueueOpened,
    ev.QueueFlushed,
}
"""Events that touch nobody's desk while their contact is with nobody."""

BY_CONTACT = {
    ev.ContactTransferred,
    ev.ContactTurnedAway,
    ev.CustomerDisconnected,
    ev.CustomerReturned,
    ev.DialFailed,
    ev.MessageAdded,
    ev.ContactEnded,
    ev.ContactArrived,
    ev.ContactQueued,
    ev.ContactStepped,
    ev.WaitingOverdue,
    ev.ContactAttributesUpdated,
    ev.PriorityAdjusted,
}
"""Events whose agent is whoever has the contact."""


def sample(kind: type[ev.Event], contact_id: str) -> ev.Event:
    """An event of a kind, about a contact, by Ann where somebody is named for certain."""
    values: dict[str, object] = {}
    for field in msgspec.structs.fields(kind):
        if not field.required:
            continue
        is_optional = type(None) in get_args(field.type)
        if isinstance(field.type, EnumType):
            values[field.name] = next(iter(field.type))
        else:
            values[field.name] = None if is_optional else _value(field.name, contact_id)
    return msgspec.convert((kind.__name__, *values.values()), kind, strict=False)


def _value(name: str, contact_id: str) -> object:
    known: dict[str, object] = {
        "agent_id": "ann",
        "contact_id": contact_id,
        "queue_ids": ("sales",),
        "skills": {"chinese": 3},
        "needs": (),
        "destination": {},
        "is_total": False,
        "overrides": (),
        "step": 1,
        "version": 1,
        "arrived": ("ContactArrived", 1, contact_id, "outbound_voice", "sales", "key"),
        "capacity": {"total": 1, "per_channel": {}},
        "configuration": msgspec.to_builtins(Scene().engine.state.configuration),
    }
    return known.get(name, 1 if name.endswith("_ms") else "x")


@pytest.mark.parametrize("kind", get_args(ev.Event), ids=lambda kind: kind.__name__)
def test_every_event_touches_the_right_desk(kind: type[ev.Event]) -> None:
    """A new kind of event must be placed here: forgotten, a desk would show what is no longer so."""
    scene = staffed()
    scene.chat("nobodys")
    state = scene.engine.state
    with_nobody, with_ann = sample(kind, "nobodys"), sample(kind, "c1")
    unknown = sample(kind, "unknown")
    names_agent = kind not in NO_DESK and kind is not ev.ContactClosed
    assert (ANN in agents_touched(state, with_nobody)) is names_agent
    assert (ANN in agents_touched(state, unknown)) is names_agent
    expected = names_agent or kind in BY_CONTACT or kind is ev.ContactClosed
    assert (ANN in agents_touched(state, with_ann)) is expected
