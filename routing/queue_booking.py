"""What queues remember: who is closed, since when nobody is there, when who waits leaves, and who gave up waiting.

A part of `reducer`, and called by it alone; its law holds here too: nothing is decided, only booked.
"""

from collections.abc import Iterable

from routing import events as ev
from routing import timers
from routing.ids import QueueId
from routing.limits import ABANDONED_KEPT
from routing.model import AgentState, Dial
from routing.queue_rules import abandoned_key, next_exit
from routing.state import Abandoned, Contact, ContactState, DeadlineKind, Demand, State, nothing
from routing.steps import enterable


def arriving(state: State, event: ev.ContactArrived) -> Contact:
    """The contact as it arrives; it is not in the state yet."""
    contact = Contact(
        contact_id=event.contact_id,
        channel=event.channel,
        queue_id=event.queue_id,
        customer_key=event.customer_key,
        own_needs=event.needs,
        credit_ms=event.credit_ms,
        preferred_agent_id=event.preferred_agent_id,
        barred=dict.fromkeys(event.barred_agent_ids) or nothing(),
        site=event.site,
        demand=Demand(),
        arrival=state.arrivals + 1,
        arrived_at_ms=event.at_ms,
        age_origin_ms=event.at_ms,
        state_since_ms=event.at_ms,
        dial=event.dial,
    )
    if event.dial is not None:
        _ask_first(state, contact, event.dial)
    return contact


def _ask_first(state: State, contact: Contact, dial: Dial) -> None:
    """What a contact that we call asks for before it has ever waited. Who dials by hand comes over the own work."""
    contact.step, contact.demand = enterable(state, contact, 0)
    note_precedence(state, contact)
    if dial.is_agent_first and dial.agent_id is not None:
        contact.is_over_wrap_up = True


def note_precedence(state: State, contact: Contact) -> None:
    """Note which channels' work a contact may push aside, and whether it comes over wrap-up."""
    rules, channel = state.configuration, contact.channel
    contact.may_interrupt = () if rules is None else rules.interrupts.get(channel, ())
    contact.is_over_wrap_up = rules is not None and channel in rules.over_wrap_up


def contact_transferred(state: State, event: ev.ContactTransferred) -> None:
    """Whoever handed it on may send it back where it was turned away."""
    state.contacts[event.contact_id].left_queue_ids = ()


def contact_turned_away(state: State, event: ev.ContactTurnedAway) -> None:
    """It does not come back to this queue by itself."""
    contact = state.contacts[event.contact_id]
    contact.left_queue_ids = (*contact.left_queue_ids, event.queue_id)


def queue_closed(state: State, event: ev.QueueClosed) -> None:
    """Closed until it is opened; closed once more, with the newer message or none."""
    state.closed_queues[event.queue_id] = None
    state.closing_messages.pop(event.queue_id, None)
    if event.message_id:
        state.closing_messages[event.queue_id] = event.message_id


def queue_opened(state: State, event: ev.QueueOpened) -> None:
    """Open within its hours."""
    state.closed_queues.pop(event.queue_id, None)
    state.closing_messages.pop(event.queue_id, None)


def arm_exit(state: State, contact: Contact, at_ms: int) -> None:
    """Give a waiting contact the deadline by which it leaves its queue, if there is one."""
    key = timers.exit_key(contact.contact_id)
    leaving = next_exit(state, contact, at_ms)
    if leaving is None:
        timers.cancel(state, key)
        return
    kind = DeadlineKind.LEAVE_QUEUE
    timers.arm(state, key, kind, leaving[0], contact_id=contact.contact_id)


def restaff(state: State, queue_ids: Iterable[QueueId], at_ms: int) -> None:
    """Note which of these queues nobody is logged in for any more, or somebody again.

    O(agents) for each queue whose waiting contacts leave when it is unstaffed; other queues do not count.
    """
    for queue_id in queue_ids:
        policy = state.queues.get(queue_id)
        was_unstaffed = queue_id in state.unstaffed_since_ms
        is_unstaffed = (
            policy is not None
            and policy.unstaffed_exit_ms is not None
            and not is_staffed(state, queue_id)
        )
        if is_unstaffed == was_unstaffed:
            continue
        if is_unstaffed:
            state.unstaffed_since_ms[queue_id] = at_ms
        else:
            del state.unstaffed_since_ms[queue_id]
        for contact_id in state.waiting.get(queue_id, ()):
            arm_exit(state, state.contacts[contact_id], at_ms)


def is_staffed(state: State, queue_id: QueueId) -> bool:
    """Whether an agent of the queue is logged in, ready or not."""
    return any(
        agent.state is not AgentState.LOGGED_OUT and queue_id in agent.queue_ids
        for agent in state.agents.values()
    )


def reconfigured(state: State, at_ms: int) -> None:
    """New rules hold for those who wait too; a queue that is gone is closed no longer."""
    state.closed_queues = {one: None for one in state.closed_queues if one in state.queues}
    state.closing_messages = {
        one: said for one, said in state.closing_messages.items() if one in state.queues
    }
    restaff(state, [*state.unstaffed_since_ms, *state.queues], at_ms)
    for contact in state.contacts.values():
        if contact.state is ContactState.WAITING:
            arm_exit(state, contact, at_ms)


def remember_abandoned(state: State, contact: Contact, at_ms: int) -> None:
    """A customer who gave up waiting has the same age again on coming back soon; the oldest is forgotten first."""
    if not contact.customer_key or not state.queues[contact.queue_id].return_within_ms:
        return
    key = abandoned_key(contact.queue_id, contact.customer_key)
    state.abandoned.pop(key, None)
    state.abandoned[key] = Abandoned(at_ms, at_ms - contact.age_origin_ms)
    if len(state.abandoned) > ABANDONED_KEPT:
        del state.abandoned[next(iter(state.abandoned))]


def forget_abandoned(state: State, contact: Contact) -> None:
    """Back in the queue, the customer's wait counts once."""
    state.abandoned.pop(abandoned_key(contact.queue_id, contact.customer_key), None)
