"""Turns an input event back into the command it came from: what replay feeds to the engine."""

from collections.abc import Callable
from typing import Any

from routing import commands as cmd
from routing import events as ev
from routing.commands import Command


def _enqueue(event: ev.ContactArrived) -> Command:
    return cmd.EnqueueContact(
        event.contact_id,
        event.channel,
        event.queue_id,
        event.customer_key,
        event.needs,
        event.credit_ms,
        event.preferred_agent_id,
        event.barred_agent_ids,
        event.site,
        event.dial,
    )


_COMMAND_OF: dict[type, Callable[[Any], Command]] = {  # type: ignore[explicit-any]  # keyed by the argument's type
    ev.ConfigurationApplied: lambda e: cmd.ApplyConfiguration(e.configuration),
    ev.AgentPut: lambda e: cmd.PutAgent(
        e.agent_id, e.team_id, e.queue_ids, e.capacity, e.skills, e.primary_queue_id, e.site
    ),
    ev.AgentRemoved: lambda e: cmd.RemoveAgent(e.agent_id),
    ev.AgentConnected: lambda e: cmd.ConnectAgent(e.agent_id),
    ev.AgentDisconnected: lambda e: cmd.DisconnectAgent(e.agent_id),
    ev.AgentStateRequested: lambda e: cmd.SetAgentState(e.agent_id, e.state, e.reason_id),
    ev.ContactArrived: _enqueue,
    ev.PermitRefused: lambda e: _enqueue(e.arrived),
    ev.SuppressionsChanged: lambda e: cmd.ChangeSuppressions(e.version),
    ev.PermitUsed: lambda e: cmd.UsePermit(e.contact_id),
    ev.DialAnswered: lambda e: cmd.AnswerDial(e.contact_id),
    ev.DialFailed: lambda e: cmd.FailDial(e.contact_id, e.failure),
    ev.OfferAccepted: lambda e: cmd.AcceptOffer(e.offer_id, e.agent_id),
    ev.OfferRejected: lambda e: cmd.RejectOffer(e.offer_id, e.agent_id, e.cause),
    ev.MessageAdded: lambda e: cmd.AddMessage(e.contact_id, e.detail_id, e.author, e.agent_id),
    ev.CustomerDisconnected: lambda e: cmd.DisconnectCustomer(e.contact_id),
    ev.CustomerReturned: lambda e: cmd.ReturnCustomer(e.contact_id),
    ev.ContactEnded: lambda e: cmd.EndContact(e.contact_id, e.ended_by, e.agent_id),
    ev.ContactParked: lambda e: cmd.ParkContact(e.contact_id, e.agent_id, e.until_ms),
    ev.ContactResumed: lambda e: cmd.ResumeContact(e.contact_id, e.agent_id),
    ev.HoldStarted: lambda e: cmd.HoldCall(e.contact_id, e.agent_id),
    ev.HoldEnded: lambda e: cmd.ResumeCall(e.contact_id, e.agent_id),
    ev.LegFailed: lambda e: cmd.FailLeg(e.contact_id, e.agent_id, e.offer_id),
    ev.WrapUpCompleted: lambda e: cmd.CompleteWrapUp(e.contact_id, e.agent_id, e.disposition_id),
    ev.WrapUpExtended: lambda e: cmd.ExtendWrapUp(e.contact_id, e.agent_id),
    ev.ContactAttributesUpdated: lambda e: cmd.UpdateContactAttributes(
        e.contact_id, e.needs, e.credit_ms, e.preferred_agent_id
    ),
    ev.PriorityAdjusted: lambda e: cmd.AdjustPriority(e.contact_id, e.credit_ms, e.by, e.is_total),
    ev.ContactAssigned: lambda e: cmd.AssignContact(e.contact_id, e.agent_id, e.by),
    ev.AgentStateForced: lambda e: cmd.ForceAgentState(e.agent_id, e.state, e.by, e.reason_id),
    ev.ContactTransferred: lambda e: cmd.TransferContact(
        e.contact_id, e.to_queue_id, e.to_agent_id, e.agent_id, e.by
    ),
    ev.QueueClosed: lambda e: cmd.CloseQueue(e.queue_id, e.by, e.message_id),
    ev.QueueOpened: lambda e: cmd.OpenQueue(e.queue_id, e.by),
    ev.QueueFlushed: lambda e: cmd.FlushQueue(e.queue_id, e.destination, e.by),
}
"""One entry for each input event; a test holds this table against `events.InputEvent`."""


def is_input(event: ev.Event) -> bool:
    """Whether the event is something the world did, rather than a conclusion of the engine."""
    return type(event) in _COMMAND_OF


def command_of(event: ev.Event) -> Command:
    """The command of an input event. Raises KeyError for a decision."""
    return _COMMAND_OF[type(event)](event)
