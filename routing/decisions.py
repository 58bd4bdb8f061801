"""One function for each command: check it against the state, then say what happened and what follows.

Law of this file: a function either returns a Refusal and has emitted nothing, or emits the command's one input
event followed by its consequences. Matching is not done here: the engine matches once, after the command.
"""

from collections.abc import Callable
from typing import Any

from routing import commands as cmd
from routing import events as ev
from routing.admission import admit, is_impossible
from routing.calls import fail_leg, hold_call, resume_call
from routing.checks import (
    Decision,
    askable_state,
    connected_contact,
    endable_contact,
    held_contact,
    known_agent,
    known_queue,
    open_contact,
)
from routing.configuration import configuration_fault
from routing.consequences import (
    Step,
    end_dials_of,
    finish_conversation,
    finish_wrap_up,
    follow_request,
    leave_queue,
    put_out_of_ready,
    requeue_connected,
    rescind_offers_of,
    rescind_offers_to,
    waits_without_offer_to,
)
from routing.dialling import (
    answer_dial,
    change_suppressions,
    fail_dial,
    grant_permit,
    use_permit,
)
from routing.errors import Refusal, RefusalCode
from routing.handing_on import close_queue, flush_queue, open_queue, transfer_contact
from routing.ids import AgentId, ContactId, OfferId
from routing.limits import (
    AGENT_QUEUES_MAX,
    AGENT_SKILLS_MAX,
    BARRED_AGENTS_MAX,
    CAPACITY_UNITS_MAX,
    LEVEL_MAX,
    LEVEL_MIN,
)
from routing.model import (
    DISPOSITION_NONE_REMOVED,
    PHONE_CAUSES,
    AgentState,
    Party,
    QueuePolicy,
)
from routing.parking import interrupt_for, park_contact, resume_contact
from routing.queue_booking import arriving
from routing.queue_rules import abandoned_key
from routing.state import ContactState, Offer, WrapUp
from routing.supervising import (
    adjust_priority,
    assign_contact,
    force_agent_state,
    update_contact_attributes,
)

# --- configuration and agents ------------------------------------------------------------------------


def _apply_configuration(step: Step, command: cmd.ApplyConfiguration) -> Decision:
    fault = configuration_fault(command.configuration)
    if fault is not None:
        return Refusal(RefusalCode.CONFIGURATION_INVALID, f"The configuration is invalid: {fault}.")
    kept = {policy.queue_id for policy in command.configuration.queues}
    in_use = [contact.queue_id for contact in step.state.contacts.values()]
    for agent in step.state.agents.values():
        in_use.extend(wrap_up.queue_id for wrap_up in agent.wrap_ups.values())
    for queue_id in in_use:
        if queue_id not in kept:
            detail = f"Queue {queue_id} still holds contacts and cannot be removed."
            return Refusal(RefusalCode.CONFIGURATION_QUEUE_IN_USE, detail)
    step.emit(ev.ConfigurationApplied(step.now_ms, command.configuration))
    return None


def _agent_fault(command: cmd.PutAgent) -> str | None:
    """What an agent's facts must keep to; None when they do."""
    capacity = command.capacity
    units = (capacity.total, *capacity.per_channel.values())
    if min(units) < 0 or max(units) > CAPACITY_UNITS_MAX:
        return f"needs capacities from 0 to {CAPACITY_UNITS_MAX}"
    if any(not 1 <= weight <= CAPACITY_UNITS_MAX for weight in capacity.weights.values()):
        return f"needs weights from 1 to {CAPACITY_UNITS_MAX}"
    if len(command.queue_ids) > AGENT_QUEUES_MAX:
        return f"has more than {AGENT_QUEUES_MAX} queues"
    if len(command.skills) > AGENT_SKILLS_MAX:
        return f"has more than {AGENT_SKILLS_MAX} skills"
    if any(not LEVEL_MIN <= level <= LEVEL_MAX for level in command.skills.values()):
        return f"needs skill levels from {LEVEL_MIN} to {LEVEL_MAX}"
    return None


def _put_agent(step: Step, command: cmd.PutAgent) -> Decision:
    if step.state.configuration is None:
        detail = "There is no configuration yet: apply one before adding agents."
        return Refusal(RefusalCode.NO_CONFIGURATION, detail)
    fault = _agent_fault(command)
    if fault is not None:
        return Refusal(RefusalCode.AGENT_INVALID, f"Agent {command.agent_id} {fault}.")
    for queue_id in command.queue_ids:
        if queue_id not in step.state.queues:
            return Refusal(RefusalCode.QUEUE_UNKNOWN, f"There is no queue {queue_id}.")
    step.emit(
        ev.AgentPut(
            step.now_ms,
            command.agent_id,
            command.team_id,
            command.queue_ids,
            command.capacity,
            command.skills,
            command.primary_queue_id,
            command.site,
        )
    )
    return None


def _remove_agent(step: Step, command: cmd.RemoveAgent) -> Decision:
    agent = known_agent(step, command.agent_id)
    if isinstance(agent, Refusal):
        return agent
    step.emit(ev.AgentRemoved(step.now_ms, command.agent_id))
    rescind_offers_to(step, agent, ev.RescindReason.AGENT_REMOVED)
    end_dials_of(step, agent)
    requeue_connected(step, agent, ev.RequeueReason.AGENT_REMOVED)
    for contact_id in list(agent.wrap_ups):
        removed = DISPOSITION_NONE_REMOVED
        finish_wrap_up(step, ev.WrapUpExpired(step.now_ms, contact_id, command.agent_id, removed))
    return None


def _connect_agent(step: Step, command: cmd.ConnectAgent) -> Decision:
    agent = known_agent(step, command.agent_id)
    if isinstance(agent, Refusal):
        return agent
    step.emit(ev.AgentConnected(step.now_ms, command.agent_id))
    if agent.state is AgentState.LOGGED_OUT:
        put_out_of_ready(step, agent, AgentState.NOT_READY, ev.StateCause.SIGNED_IN)
    return None


def _disconnect_agent(step: Step, command: cmd.DisconnectAgent) -> Decision:
    agent = known_agent(step, command.agent_id)
    if isinstance(agent, Refusal):
        return agent
    step.emit(ev.AgentDisconnected(step.now_ms, command.agent_id))
    rescind_offers_to(step, agent, ev.RescindReason.PRESENCE_LOST)
    end_dials_of(step, agent)
    return None


def _set_agent_state(step: Step, command: cmd.SetAgentState) -> Decision:
    agent = askable_state(step, command.agent_id, command.state, command.reason_id)
    if isinstance(agent, Refusal):
        return agent
    step.emit(ev.AgentStateRequested(step.now_ms, agent.agent_id, command.state, command.reason_id))
    follow_request(step, agent)
    return None


# --- contacts ----------------------------------------------------------------------------------------


def _enqueue_contact(step: Step, command: cmd.EnqueueContact) -> Decision:
    if command.contact_id in step.state.contacts:
        detail = f"Contact {command.contact_id} exists already."
        return Refusal(RefusalCode.CONTACT_EXISTS, detail)
    policy = known_queue(step, command.queue_id)
    if isinstance(policy, Refusal):
        return policy
    if len(command.barred_agent_ids) > BARRED_AGENTS_MAX:
        detail = f"Contact {command.contact_id} is kept from more than {BARRED_AGENTS_MAX} agents."
        return Refusal(RefusalCode.CONTACT_INVALID, detail)
    now_ms, contact_id, queue_id = step.now_ms, command.contact_id, command.queue_id
    arrived = ev.ContactArrived(
        now_ms,
        contact_id,
        command.channel,
        queue_id,
        command.customer_key,
        command.needs,
        command.credit_ms,
        command.preferred_agent_id,
        command.barred_agent_ids,
        command.site,
        command.dial,
    )
    if command.dial is not None:
        return grant_permit(step, arrived, command.dial)
    if is_impossible(step, arriving(step.state, arrived), queue_id):
        detail = f"Nobody who is known could serve contact {contact_id} in queue {queue_id}."
        return Refusal(RefusalCode.NEEDS_IMPOSSIBLE, detail)
    age_origin_ms = _age_origin_ms(step, command, policy)
    step.emit(arrived)
    admit(step, step.state.contacts[contact_id], queue_id, age_origin_ms)
    return None


def _age_origin_ms(step: Step, command: cmd.EnqueueContact, policy: QueuePolicy) -> int:
    """Now; for a customer who gave up waiting here a short while ago as much earlier as they had waited.

    The time away does not count.
    """
    before = step.state.abandoned.get(abandoned_key(command.queue_id, command.customer_key))
    if before is None or step.now_ms - before.at_ms > policy.return_within_ms:
        return step.now_ms
    return step.now_ms - before.waited_ms


def _add_message(step: Step, command: cmd.AddMessage) -> Decision:
    if command.author is Party.AGENT:
        contact = connected_contact(step, command.contact_id, command.agent_id)
    else:
        contact = open_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    if contact.state is ContactState.WRAP_UP:
        return Refusal(RefusalCode.CONTACT_ENDED, f"Contact {command.contact_id} has ended.")
    step.emit(
        ev.MessageAdded(
            step.now_ms, command.contact_id, command.detail_id, command.author, command.agent_id
        )
    )
    return None


def _disconnect_customer(step: Step, command: cmd.DisconnectCustomer) -> Decision:
    contact = open_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    step.emit(ev.CustomerDisconnected(step.now_ms, command.contact_id))
    return None


def _return_customer(step: Step, command: cmd.ReturnCustomer) -> Decision:
    contact = open_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    step.emit(ev.CustomerReturned(step.now_ms, command.contact_id))
    return None


def _end_contact(step: Step, command: cmd.EndContact) -> Decision:
    if command.ended_by is Party.AGENT:
        contact = endable_contact(step, command.contact_id, command.agent_id)
    else:
        contact = open_contact(step, command.contact_id)
    if isinstance(contact, Refusal):
        return contact
    if contact.state is ContactState.WRAP_UP:
        return Refusal(RefusalCode.CONTACT_ENDED, f"Contact {command.contact_id} has ended.")
    step.emit(ev.ContactEnded(step.now_ms, command.contact_id, command.ended_by, command.agent_id))
    if contact.agent_id is not None:
        finish_conversation(step, contact, contact.agent_id)
    else:
        leave_queue(step, contact, command.ended_by)
    return None


def _open_wrap_up(step: Step, contact_id: ContactId, agent_id: AgentId) -> WrapUp | Refusal:
    agent = step.state.agents.get(agent_id)
    if agent is not None and (wrap_up := agent.wrap_ups.get(contact_id)) is not None:
        return wrap_up
    contact = held_contact(step, contact_id, agent_id)
    if isinstance(contact, Refusal):
        return contact
    detail = f"Contact {contact_id} is not in wrap-up: it is {contact.state}."
    return Refusal(RefusalCode.WRAP_UP_NOT_OPEN, detail)


def _complete_wrap_up(step: Step, command: cmd.CompleteWrapUp) -> Decision:
    wrap_up = _open_wrap_up(step, command.contact_id, command.agent_id)
    if isinstance(wrap_up, Refusal):
        return wrap_up
    disposition_id = command.disposition_id
    if disposition_id not in step.state.queues[wrap_up.queue_id].disposition_ids:
        detail = f"{disposition_id} is not a disposition of queue {wrap_up.queue_id}."
        return Refusal(RefusalCode.DISPOSITION_UNKNOWN, detail)
    contact_id, agent_id = command.contact_id, command.agent_id
    finish_wrap_up(step, ev.WrapUpCompleted(step.now_ms, contact_id, agent_id, disposition_id))
    return None


def _extend_wrap_up(step: Step, command: cmd.ExtendWrapUp) -> Decision:
    wrap_up = _open_wrap_up(step, command.contact_id, command.agent_id)
    if isinstance(wrap_up, Refusal):
        return wrap_up
    policy = step.state.queues[wrap_up.queue_id]
    if wrap_up.extensions >= policy.wrap_up_extensions_max:
        detail = f"The wrap-up was extended {wrap_up.extensions} times, the most allowed."
        return Refusal(RefusalCode.EXTENSION_LIMIT, detail)
    granted_ms = policy.wrap_up_extension_ms * (wrap_up.extensions + 1)
    until_ms = wrap_up.started_at_ms + policy.wrap_up_limit_ms + granted_ms
    until_ms = max(until_ms, step.now_ms + policy.wrap_up_extension_ms)
    step.emit(ev.WrapUpExtended(step.now_ms, command.contact_id, command.agent_id, until_ms))
    return None


# --- offers ------------------------------------------------------------------------------------------


def _live_offer(step: Step, offer_id: OfferId, agent_id: AgentId) -> Offer | Refusal:
    offer = step.state.offers.get(offer_id)
    if offer is None:
        outcome = step.state.ended_offers.get(offer_id)
        if outcome is None:
            return Refusal(RefusalCode.OFFER_UNKNOWN, f"There is no offer {offer_id}.")
        return Refusal(RefusalCode.OFFER_ENDED, f"Offer {offer_id} has ended: it was {outcome}.")
    if offer.agent_id != agent_id:
        detail = f"Offer {offer_id} was made to another agent."
        return Refusal(RefusalCode.NOT_YOUR_OFFER, detail)
    return offer


def _accept_offer(step: Step, command: cmd.AcceptOffer) -> Decision:
    offer = _live_offer(step, command.offer_id, command.agent_id)
    if isinstance(offer, Refusal):
        return offer
    step.emit(ev.OfferAccepted(step.now_ms, offer.offer_id, offer.contact_id, command.agent_id))
    contact = step.state.contacts[offer.contact_id]
    interrupt_for(step, contact, step.state.agents[offer.agent_id])
    rescind_offers_of(step, contact, ev.RescindReason.ANSWERED_ELSEWHERE)
    return None


def _reject_offer(step: Step, command: cmd.RejectOffer) -> Decision:
    offer = _live_offer(step, command.offer_id, command.agent_id)
    if isinstance(offer, Refusal):
        return offer
    offer_id, contact_id, agent_id = offer.offer_id, offer.contact_id, offer.agent_id
    cause = command.cause
    contact_waits = waits_without_offer_to(step.state.contacts[contact_id], agent_id)
    step.emit(ev.OfferRejected(step.now_ms, offer_id, contact_id, agent_id, cause, contact_waits))
    if cause in PHONE_CAUSES:
        agent = step.state.agents[agent_id]
        put_out_of_ready(step, agent, AgentState.NOT_READY, ev.StateCause.PHONE_FAULT)
        step.emit(ev.PhoneFaulted(step.now_ms, agent_id, offer_id, cause))
    return None


def _tick(_step: Step, _command: cmd.Tick) -> Decision:
    return None


DECISIONS: dict[type, Callable[[Step, Any], Decision]] = {  # type: ignore[explicit-any]  # keyed by the argument's type
    cmd.ApplyConfiguration: _apply_configuration,
    cmd.PutAgent: _put_agent,
    cmd.RemoveAgent: _remove_agent,
    cmd.ConnectAgent: _connect_agent,
    cmd.DisconnectAgent: _disconnect_agent,
    cmd.SetAgentState: _set_agent_state,
    cmd.EnqueueContact: _enqueue_contact,
    cmd.UsePermit: use_permit,
    cmd.ChangeSuppressions: change_suppressions,
    cmd.AnswerDial: answer_dial,
    cmd.FailDial: fail_dial,
    cmd.AcceptOffer: _accept_offer,
    cmd.RejectOffer: _reject_offer,
    cmd.AddMessage: _add_message,
    cmd.DisconnectCustomer: _disconnect_customer,
    cmd.ReturnCustomer: _return_customer,
    cmd.EndContact: _end_contact,
    cmd.ParkContact: park_contact,
    cmd.ResumeContact: resume_contact,
    cmd.HoldCall: hold_call,
    cmd.ResumeCall: resume_call,
    cmd.FailLeg: fail_leg,
    cmd.CompleteWrapUp: _complete_wrap_up,
    cmd.ExtendWrapUp: _extend_wrap_up,
    cmd.UpdateContactAttributes: update_contact_attributes,
    cmd.AdjustPriority: adjust_priority,
    cmd.AssignContact: assign_contact,
    cmd.ForceAgentState: force_agent_state,
    cmd.TransferContact: transfer_contact,
    cmd.CloseQueue: close_queue,
    cmd.OpenQueue: open_queue,
    cmd.FlushQueue: flush_queue,
    cmd.Tick: _tick,
}
"""One function for each command; a test holds this table against `commands.Command`."""
