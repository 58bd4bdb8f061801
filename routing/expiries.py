"""One function for each kind of deadline: what happens when it is reached. Nothing live is ever cut.

Law of this file: a due deadline always leads to an event, and that event re-arms or removes the deadline, so
that firing makes progress.
"""

from collections.abc import Callable

from routing import events as ev
from routing.admission import turn_away
from routing.consequences import (
    Step,
    end_dial,
    finish_wrap_up,
    leave_queue,
    put_out_of_ready,
    requeue_connected,
    waits_without_offer_to,
)
from routing.ids import AgentId
from routing.model import DISPOSITION_NONE_TIMEOUT, REASON_MISSED, AgentState, DialFailure
from routing.parking import remind_of_parked
from routing.queue_rules import NOWHERE, next_exit
from routing.state import Contact, Deadline, DeadlineKind
from routing.steps import enterable


def _expire_permit(step: Step, deadline: Deadline) -> None:
    _give_up(step, deadline, DialFailure.PERMIT_EXPIRED)


def _end_dialling(step: Step, deadline: Deadline) -> None:
    _give_up(step, deadline, DialFailure.NO_ANSWER)


def _give_up(step: Step, deadline: Deadline, failure: DialFailure) -> None:
    end_dial(step, step.state.contacts[deadline.contact_id], failure)


def _alarm_waiting(step: Step, deadline: Deadline) -> None:
    contact = step.state.contacts[deadline.contact_id]
    step.emit(ev.WaitingOverdue(step.now_ms, contact.contact_id, contact.queue_id))


def _advance_step(step: Step, deadline: Deadline) -> None:
    contact = step.state.contacts[deadline.contact_id]
    target, _ = enterable(step.state, contact, contact.step + 1)
    step.emit(ev.ContactStepped(step.now_ms, contact.contact_id, target))


def _expire_offer(step: Step, deadline: Deadline) -> None:
    """The offers of one contact run out together: in a broadcast, everybody asked has missed it."""
    contact = step.state.contacts[deadline.contact_id]
    for agent_id in list(contact.asked):
        _miss_offer(step, contact, agent_id)


def _miss_offer(step: Step, contact: Contact, agent_id: AgentId) -> None:
    agent = step.state.agents[agent_id]
    offer_id, contact_waits = contact.asked[agent_id], waits_without_offer_to(contact, agent_id)
    step.emit(ev.OfferExpired(step.now_ms, offer_id, contact.contact_id, agent_id, contact_waits))
    configuration = step.state.configuration
    limits = configuration.missed_limits if configuration is not None else {}
    limit = limits.get(contact.channel)
    if limit is not None and agent.missed_in_row.get(contact.channel, 0) >= limit:
        put_out_of_ready(step, agent, AgentState.NOT_READY, ev.StateCause.MISSED_OFFERS)


def _probe_connected(step: Step, deadline: Deadline) -> None:
    contact = step.state.contacts[deadline.contact_id]
    if contact.agent_id is not None:
        step.emit(ev.ConnectedOverdue(step.now_ms, contact.contact_id, contact.agent_id))


def _finish_wrap_up(step: Step, deadline: Deadline) -> None:
    finish_wrap_up(
        step,
        ev.WrapUpExpired(
            step.now_ms, deadline.contact_id, deadline.agent_id, DISPOSITION_NONE_TIMEOUT
        ),
    )


def _close_gone_customer(step: Step, deadline: Deadline) -> None:
    leave_queue(step, step.state.contacts[deadline.contact_id])


def _leave_queue(step: Step, deadline: Deadline) -> None:
    contact = step.state.contacts[deadline.contact_id]
    leaving = next_exit(step.state, contact, step.now_ms)
    if leaving is not None:
        _, reason = leaving
        wanted = step.state.queues[contact.queue_id].destinations.get(reason, NOWHERE)
        origin_ms, queue_id = contact.age_origin_ms, contact.queue_id
        turn_away(step, contact, queue_id, reason, wanted=wanted, age_origin_ms=origin_ms)


def _lapse_exclusion(step: Step, deadline: Deadline) -> None:
    step.emit(ev.ExclusionLapsed(step.now_ms, deadline.contact_id, deadline.agent_id))


def _end_presence(step: Step, deadline: Deadline) -> None:
    agent = step.state.agents[deadline.agent_id]
    put_out_of_ready(step, agent, AgentState.LOGGED_OUT, ev.StateCause.PRESENCE_LOST)
    requeue_connected(step, agent, ev.RequeueReason.PRESENCE_LOST)


def _alarm_not_ready(step: Step, deadline: Deadline) -> None:
    agent = step.state.agents[deadline.agent_id]
    step.emit(ev.NotReadyOverdue(step.now_ms, agent.agent_id, agent.reason_id or REASON_MISSED))


EXPIRIES: dict[DeadlineKind, Callable[[Step, Deadline], None]] = {
    DeadlineKind.EXPIRE_PERMIT: _expire_permit,
    DeadlineKind.END_DIALLING: _end_dialling,
    DeadlineKind.ALARM_WAITING: _alarm_waiting,
    DeadlineKind.ADVANCE_STEP: _advance_step,
    DeadlineKind.EXPIRE_OFFER: _expire_offer,
    DeadlineKind.PROBE_CONNECTED: _probe_connected,
    DeadlineKind.REMIND_PARKED: remind_of_parked,
    DeadlineKind.FINISH_WRAP_UP: _finish_wrap_up,
    DeadlineKind.CLOSE_GONE_CUSTOMER: _close_gone_customer,
    DeadlineKind.LEAVE_QUEUE: _leave_queue,
    DeadlineKind.LAPSE_EXCLUSION: _lapse_exclusion,
    DeadlineKind.END_PRESENCE: _end_presence,
    DeadlineKind.ALARM_NOT_READY: _alarm_not_ready,
}
"""One function for each kind; a test holds this table against `DeadlineKind`."""
