"""From the end of a conversation to the end of the contact."""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, DispositionId
from routing.model import DISPOSITION_NONE_TIMEOUT, Channel, Party
from routing.state import ContactState
from tests.unit.routing.scene import (
    SALES,
    SOLVED,
    WRAP_UP_EXTENSION_MS,
    WRAP_UP_LIMIT_MS,
    Scene,
    capacity,
    configuration,
    kinds,
    only,
    policy,
)

ANN, BOB, C1 = AgentId("ann"), AgentId("bob"), ContactId("c1")


@pytest.fixture
def talking(scene: Scene) -> Scene:
    """Ann talks with the customer of c1."""
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    return scene


@pytest.fixture
def wrapping(talking: Scene) -> Scene:
    """The conversation of c1 is over; ann wraps up."""
    talking.end("c1")
    return talking


@pytest.mark.parametrize("party", Party)
def test_whoever_ends_it_a_conversation_is_followed_by_wrap_up(
    talking: Scene, party: Party
) -> None:
    events = talking.end("c1", party)
    assert kinds(events) == ["ContactEnded", "WrapUpStarted"]
    assert only(events, ev.WrapUpStarted).until_ms == talking.now_ms + WRAP_UP_LIMIT_MS
    assert talking.contact("c1").ended_by is party


def test_wrap_up_keeps_the_capacity(wrapping: Scene) -> None:
    assert kinds(wrapping.chat("c2"))[-1] == "ContactQueued"


def test_the_end_of_the_wrap_up_closes_the_contact_and_pulls_the_next_at_once(
    wrapping: Scene,
) -> None:
    wrapping.chat("c2")
    events = wrapping.wrap_up("c1")
    assert kinds(events) == ["WrapUpCompleted", "ContactClosed", "OfferMade"]
    closed = only(events, ev.ContactClosed)
    assert (closed.outcome, closed.agent_id, closed.disposition_id) == ("handled", "ann", SOLVED)


def test_at_the_limit_the_wrap_up_ends_with_a_disposition_that_says_so(wrapping: Scene) -> None:
    events = wrapping.wait(WRAP_UP_LIMIT_MS)
    assert kinds(events) == ["WrapUpExpired", "ContactClosed"]
    assert only(events, ev.ContactClosed).disposition_id == DISPOSITION_NONE_TIMEOUT
    assert not wrapping.is_open("c1")


def test_an_extension_moves_the_limit_and_is_bounded(wrapping: Scene) -> None:
    extend = cmd.ExtendWrapUp(C1, ANN)
    first = only(wrapping.do(extend), ev.WrapUpExtended).until_ms
    assert first == WRAP_UP_LIMIT_MS + WRAP_UP_EXTENSION_MS
    assert only(wrapping.do(extend), ev.WrapUpExtended).until_ms == first + WRAP_UP_EXTENSION_MS
    assert wrapping.code(extend) is RefusalCode.EXTENSION_LIMIT
    assert wrapping.wait(first) == ()
    assert kinds(wrapping.wait(WRAP_UP_EXTENSION_MS)) == ["WrapUpExpired", "ContactClosed"]


def test_an_extension_is_never_in_the_past_even_if_the_limit_was_shortened(
    wrapping: Scene,
) -> None:
    wrapping.wait(WRAP_UP_LIMIT_MS - 1)
    wrapping.do(cmd.ApplyConfiguration(configuration(policy(wrap_up_limit_ms=1))))
    until_ms = only(wrapping.do(cmd.ExtendWrapUp(C1, ANN)), ev.WrapUpExtended).until_ms
    assert until_ms == wrapping.now_ms + WRAP_UP_EXTENSION_MS


def test_a_queue_without_wrap_up_closes_at_once(scene: Scene) -> None:
    scene.do(cmd.ApplyConfiguration(configuration(policy(wrap_up_limit_ms=0))))
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    assert kinds(scene.end("c1")) == ["ContactEnded", "ContactClosed"]


def test_the_disposition_must_be_one_of_the_queues(wrapping: Scene) -> None:
    command = cmd.CompleteWrapUp(C1, ANN, DispositionId("sold"))
    assert wrapping.code(command) is RefusalCode.DISPOSITION_UNKNOWN


@pytest.mark.parametrize(
    "command", [cmd.CompleteWrapUp(C1, ANN, SOLVED), cmd.ExtendWrapUp(C1, ANN)]
)
def test_there_is_nothing_to_wrap_up_while_they_talk(talking: Scene, command: cmd.Command) -> None:
    assert talking.code(command) is RefusalCode.WRAP_UP_NOT_OPEN


@pytest.mark.parametrize(
    "command", [cmd.CompleteWrapUp(C1, BOB, SOLVED), cmd.ExtendWrapUp(C1, BOB)]
)
def test_a_wrap_up_belongs_to_its_agent(wrapping: Scene, command: cmd.Command) -> None:
    assert wrapping.code(command) is RefusalCode.NOT_YOUR_CONTACT


def test_a_closed_contact_cannot_be_wrapped_up_again(wrapping: Scene) -> None:
    wrapping.wrap_up("c1")
    command = cmd.CompleteWrapUp(C1, ANN, SOLVED)
    assert wrapping.code(command) is RefusalCode.CONTACT_UNKNOWN


@pytest.mark.parametrize(
    "command",
    [
        cmd.EndContact(C1, Party.CUSTOMER),
        cmd.AddMessage(C1, "d1", Party.CUSTOMER),  # type: ignore[arg-type]
    ],
)
def test_after_the_end_nothing_is_said_and_nothing_ends_twice(
    wrapping: Scene, command: cmd.Command
) -> None:
    assert wrapping.code(command) is RefusalCode.CONTACT_ENDED


def test_wrap_ups_of_one_agent_end_each_at_its_own_time(scene: Scene) -> None:
    scene.ready("ann", capacity(2))
    for contact in ("c1", "c2"):
        scene.chat(contact)
        scene.accept(contact)
        scene.end(contact)
        scene.let_pass(10_000)
    first = scene.wait(WRAP_UP_LIMIT_MS - 20_000)
    assert [e.contact_id for e in first if isinstance(e, ev.ContactClosed)] == ["c1"]
    second = scene.wait(10_000)
    assert [e.contact_id for e in second if isinstance(e, ev.ContactClosed)] == ["c2"]


def test_work_done_puts_the_agent_at_the_end_of_the_idle_order(scene: Scene) -> None:
    scene.ready("ann")
    scene.ready("bob")
    scene.chat("c1")
    scene.let_pass(1)
    scene.handled("c1")
    assert only(scene.chat("c2"), ev.OfferMade).agent_id == "bob"


def test_a_call_wraps_up_like_a_chat(scene: Scene) -> None:
    scene.ready("ann", capacity(1, voice=1), (SALES,))
    scene.arrive("call", Channel.VOICE)
    scene.accept("call")
    scene.end("call", Party.AGENT)
    assert scene.contact("call").state is ContactState.WRAP_UP


def test_an_extension_counts_from_the_start_of_the_wrap_up(talking: Scene) -> None:
    talking.let_pass(100_000)
    talking.end("c1")
    talking.let_pass(5_000)
    until_ms = only(talking.do(cmd.ExtendWrapUp(C1, ANN)), ev.WrapUpExtended).until_ms
    assert until_ms == 100_000 + WRAP_UP_LIMIT_MS + WRAP_UP_EXTENSION_MS


def test_idle_time_counts_from_the_end_of_the_work_not_from_its_start(scene: Scene) -> None:
    for agent, contact in (("ann", "c1"), ("bob", "c2")):
        scene.ready(agent)
        scene.chat(contact)
        scene.accept(contact)
        scene.end(contact)
    for contact in ("c2", "c1"):
        scene.let_pass(1)
        scene.wrap_up(contact)
    assert only(scene.chat("c3"), ev.OfferMade).agent_id == "bob"
