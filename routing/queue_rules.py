"""When a queue lets nobody in, until when it keeps those who wait, and where it sends the others.

Law of this file: it reads and never writes. Hours are instants, compiled by the shell; beyond their horizon nothing
is known, and what is not known turns nobody away.
"""

from routing.calendars import OpenHours
from routing.ids import QueueId
from routing.limits import OVERFLOWS_MAX
from routing.model import LASTING, Destination, QueuePolicy, TurnAwayReason
from routing.state import Contact, State

NOWHERE = Destination()
"""The channel says in its usual words that the contact was turned away."""


def is_closed(state: State, policy: QueuePolicy, at_ms: int) -> bool:
    """Whether the queue is closed, by a supervisor or by its hours."""
    return policy.queue_id in state.closed_queues or _is_after_hours(state, policy, at_ms)


def destination_for(state: State, queue_id: QueueId, reason: TurnAwayReason) -> Destination:
    """Where a newcomer goes: what a supervisor has the closed queue say comes before what the queue itself says."""
    message_id = state.closing_messages.get(queue_id)
    if reason is TurnAwayReason.CLOSED and message_id is not None:
        return Destination(message_id=message_id)
    return state.queues[queue_id].destinations.get(reason, NOWHERE)


def next_exit(state: State, contact: Contact, at_ms: int) -> tuple[int, TurnAwayReason] | None:
    """When the contact leaves its queue by itself if it still waits then, and why; None if it may wait for ever."""
    if contact.channel in LASTING:
        return None
    policy = state.queues[contact.queue_id]
    exits: list[tuple[int, TurnAwayReason]] = []
    if policy.leaves_at_closing and (closing_ms := _closing_ms(state, policy, at_ms)) is not None:
        exits.append((closing_ms, TurnAwayReason.CLOSED))
    since_ms = state.unstaffed_since_ms.get(policy.queue_id)
    if since_ms is not None and policy.unstaffed_exit_ms is not None:
        exits.append((since_ms + policy.unstaffed_exit_ms, TurnAwayReason.UNSTAFFED))
    if policy.wait_max_ms is not None:
        exits.append((contact.queued_at_ms + policy.wait_max_ms, TurnAwayReason.OVERDUE))
    return min(exits, key=lambda exit_: exit_[0], default=None)


def possible(contact: Contact, queue_id: QueueId, wanted: Destination) -> Destination:
    """The destination, unless it is a queue the contact has left before: nobody is sent round in a circle."""
    been = (queue_id, *contact.left_queue_ids)
    is_round = wanted.queue_id in been or len(been) > OVERFLOWS_MAX
    return NOWHERE if wanted.queue_id is not None and is_round else wanted


def abandoned_key(queue_id: QueueId, customer_key: str) -> str:
    """Under what a customer who gave up waiting in a queue is remembered."""
    return f"{queue_id}/{customer_key}"


def _hours(state: State, policy: QueuePolicy) -> OpenHours | None:
    if policy.calendar_id is None or state.configuration is None:
        return None
    return state.configuration.calendars[policy.calendar_id]


def _is_after_hours(state: State, policy: QueuePolicy, at_ms: int) -> bool:
    hours = _hours(state, policy)
    return hours is not None and hours.is_open(at_ms) is False


def _closing_ms(state: State, policy: QueuePolicy, at_ms: int) -> int | None:
    """The instant the hours end, or ended if they have; None if that is not known."""
    hours = _hours(state, policy)
    if hours is None:
        return None
    is_open = hours.is_open(at_ms)
    if is_open is False:
        return at_ms
    closing_ms = hours.next_change(at_ms)
    return closing_ms if isinstance(closing_ms, int) else None
