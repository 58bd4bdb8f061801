"""What customers do: arrive, write, wait, leave, come back."""

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, DetailId, QueueId
from routing.model import Channel, Party
from routing.state import ContactState
from tests.unit.routing.scene import (
    CUSTOMER_GONE_MS,
    SALES,
    WAITING_ALARM_MS,
    Scene,
    configuration,
    kinds,
    only,
    policy,
)

ANN, BOB, C1 = AgentId("ann"), AgentId("bob"), ContactId("c1")
NOTE = DetailId("d1")


def test_a_contact_that_is_open_cannot_arrive_again(scene: Scene) -> None:
    scene.chat("c1")
    command = cmd.EnqueueContact(C1, Channel.CHAT, SALES)
    assert scene.code(command) is RefusalCode.CONTACT_EXISTS


def test_an_unknown_queue_is_refused(scene: Scene) -> None:
    command = cmd.EnqueueContact(C1, Channel.CHAT, QueueId("nowhere"))
    assert scene.code(command) is RefusalCode.QUEUE_UNKNOWN


def test_a_full_queue_still_takes_back_what_it_had(scene: Scene) -> None:
    scene.do(cmd.ApplyConfiguration(configuration(policy(waiting_max=1))))
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    scene.reject("c1")
    assert [*scene.engine.state.waiting[SALES]] == ["c1"]
    assert scene.holder_of("c2") == "ann"


def test_who_leaves_while_waiting_has_abandoned(scene: Scene) -> None:
    scene.chat("c1")
    events = scene.end("c1")
    assert kinds(events) == ["ContactEnded", "ContactClosed"]
    closed = only(events, ev.ContactClosed)
    assert (closed.outcome, closed.agent_id) == (ev.ContactOutcome.ABANDONED, None)


def test_who_was_taken_by_somebody_else_has_not_abandoned(scene: Scene) -> None:
    scene.chat("c1")
    events = scene.end("c1", Party.OUTSIDE)
    assert kinds(events) == ["ContactEnded", "ContactClosed"]
    assert only(events, ev.ContactClosed).outcome is ev.ContactOutcome.HANDLED_OUTSIDE
    assert not scene.engine.state.abandoned


def test_who_leaves_during_an_offer_costs_the_agent_nothing(scene: Scene) -> None:
    scene.ready("ann")
    scene.let_pass(1)
    scene.ready("bob")
    scene.chat("c1")
    events = scene.end("c1")
    assert kinds(events) == ["ContactEnded", "OfferRescinded", "ContactClosed"]
    assert only(events, ev.OfferRescinded).reason is ev.RescindReason.CUSTOMER_LEFT
    assert not scene.agent("ann").missed_in_row
    assert only(scene.chat("c2"), ev.OfferMade).agent_id == "ann", "her idle rank is kept"


def test_who_leaves_during_an_offer_frees_the_agent_for_the_next(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.chat("c2")
    assert only(scene.end("c1"), ev.OfferMade).contact_id == "c2"


def test_a_customer_who_comes_back_in_time_has_lost_nothing(scene: Scene) -> None:
    scene.chat("c1")
    scene.do(cmd.DisconnectCustomer(C1))
    scene.wait(CUSTOMER_GONE_MS - 1)
    scene.do(cmd.ReturnCustomer(C1))
    assert scene.wait(CUSTOMER_GONE_MS) == ()
    assert scene.contact("c1").age_origin_ms == 0


def test_a_customer_who_does_not_come_back_has_abandoned(scene: Scene) -> None:
    scene.chat("c1")
    scene.do(cmd.DisconnectCustomer(C1))
    events = scene.wait(CUSTOMER_GONE_MS)
    assert only(events, ev.ContactClosed).outcome is ev.ContactOutcome.ABANDONED


def test_a_customer_gone_during_an_offer_ends_it(scene: Scene) -> None:
    scene.do(cmd.ApplyConfiguration(configuration(policy(offer_timeout_ms=2 * CUSTOMER_GONE_MS))))
    scene.ready("ann")
    scene.chat("c1")
    scene.do(cmd.DisconnectCustomer(C1))
    assert kinds(scene.wait(CUSTOMER_GONE_MS)) == ["OfferRescinded", "ContactClosed"]


def test_closing_the_tab_twice_does_not_restart_the_clock(scene: Scene) -> None:
    scene.chat("c1")
    scene.do(cmd.DisconnectCustomer(C1))
    scene.let_pass(CUSTOMER_GONE_MS - 1)
    scene.do(cmd.DisconnectCustomer(C1))
    assert kinds(scene.wait(1)) == ["ContactClosed"]


def test_a_conversation_outlives_the_customers_socket(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.do(cmd.DisconnectCustomer(C1))
    scene.accept("c1")
    assert scene.wait(CUSTOMER_GONE_MS) == ()
    scene.do(cmd.ReturnCustomer(C1))
    scene.do(cmd.DisconnectCustomer(C1))
    assert scene.wait(CUSTOMER_GONE_MS) == ()
    assert scene.contact("c1").state is ContactState.CONNECTED


def test_a_customer_may_write_while_waiting_and_while_talking(scene: Scene) -> None:
    scene.chat("c1")
    assert kinds(scene.message("c1", Party.CUSTOMER)) == ["MessageAdded"]
    scene.ready("ann")
    scene.accept("c1")
    assert kinds(scene.message("c1", Party.CUSTOMER)) == ["MessageAdded"]
    assert kinds(scene.message("c1", Party.AGENT)) == ["MessageAdded"]
    assert kinds(scene.message("c1", Party.SYSTEM)) == ["MessageAdded"]


def test_the_contact_knows_where_its_last_message_stands_in_the_journal(scene: Scene) -> None:
    scene.chat("c1")
    scene.message("c1", Party.CUSTOMER)
    assert scene.contact("c1").last_message_seq == len(scene.journal)


@pytest.mark.parametrize(
    "command",
    [cmd.AddMessage(C1, NOTE, Party.AGENT, BOB), cmd.EndContact(C1, Party.AGENT, BOB)],
)
def test_another_agent_may_not_speak_or_end(scene: Scene, command: cmd.Command) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.accept("c1")
    assert scene.code(command) is RefusalCode.NOT_YOUR_CONTACT


@pytest.mark.parametrize(
    "command",
    [
        cmd.AddMessage(C1, NOTE, Party.AGENT, ANN),
        cmd.EndContact(C1, Party.AGENT, ANN),
    ],
)
def test_an_agent_who_was_only_offered_it_is_not_in_conversation(
    scene: Scene, command: cmd.Command
) -> None:
    scene.ready("ann")
    scene.chat("c1")
    assert scene.code(command) is RefusalCode.CONTACT_NOT_CONNECTED


@pytest.mark.parametrize(
    "command",
    [cmd.AddMessage(C1, NOTE, Party.AGENT, None), cmd.EndContact(C1, Party.AGENT)],
)
def test_nobody_in_particular_holds_a_waiting_contact(scene: Scene, command: cmd.Command) -> None:
    scene.chat("c1")
    assert scene.code(command) is RefusalCode.NOT_YOUR_CONTACT


@pytest.mark.parametrize(
    "command",
    [
        cmd.AddMessage(C1, NOTE, Party.CUSTOMER),
        cmd.AddMessage(C1, NOTE, Party.AGENT, ANN),
        cmd.DisconnectCustomer(C1),
        cmd.ReturnCustomer(C1),
        cmd.EndContact(C1, Party.CUSTOMER),
        cmd.EndContact(C1, Party.AGENT, ANN),
        cmd.ExtendWrapUp(C1, ANN),
    ],
)
def test_a_contact_that_is_not_open_is_unknown(scene: Scene, command: cmd.Command) -> None:
    assert scene.code(command) is RefusalCode.CONTACT_UNKNOWN


def test_a_long_wait_alarms_again_and_again_and_drops_nobody(scene: Scene) -> None:
    scene.chat("c1")
    alarms = scene.wait(2 * WAITING_ALARM_MS)
    assert [alarm.at_ms for alarm in alarms] == [WAITING_ALARM_MS, 2 * WAITING_ALARM_MS]
    assert kinds(alarms) == ["WaitingOverdue", "WaitingOverdue"]
    assert scene.contact("c1").state is ContactState.WAITING


def test_the_alarm_goes_by_age_not_by_the_last_return_to_the_queue(scene: Scene) -> None:
    scene.ready("ann")
    scene.chat("c1")
    scene.let_pass(1_000)
    scene.reject("c1")
    scene.lunch("ann")
    assert only(scene.wait(WAITING_ALARM_MS), ev.WaitingOverdue).at_ms == WAITING_ALARM_MS
