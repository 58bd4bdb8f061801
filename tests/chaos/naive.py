"""A second, naive reading of the journal: slow, obvious, and independent of the engine's reducer and matcher.

It keeps what each contact and agent is doing by the events' own words and reports every event that cannot
follow from the ones before it:

    I2  a contact is held by at most one agent, and offered to no more at once than its queue asks
    I3  no agent above capacity, and only agents who may have it are offered work
    I4  a contact ends exactly once, and nothing happens to it afterwards
    I5  nobody older waits, eligible for the same agent, when an offer is made (the oracle scans everyone)
    I7  every deadline is met at its own time, and nothing open is without one

The journal is the evidence and this is its judge.
"""

from collections.abc import Callable, Iterable
from typing import Any

from routing import events as ev
from routing.model import CALLS, AgentState, Party, QueuePolicy, RoutingConfiguration
from tests.chaos.deadlines import Deadlines
from tests.chaos.history import Entry, Problem
from tests.chaos.lines import AgentLine, ContactLine

OfferEnd = ev.OfferAccepted | ev.OfferRejected | ev.OfferExpired | ev.OfferRescinded
WrapUp = ev.WrapUpStarted | ev.WrapUpExtended | ev.WrapUpCompleted | ev.WrapUpExpired
OfHolder = ev.ContactRequeued | WrapUp

OPEN_PHASES_WITH_DEADLINE = {"waiting": "wait", "offered": "offer", "wrap_up": "wrap"}


class NaiveWorld:
    """Fold entries with `read`; what is wrong collects in `problems`."""

    def __init__(self) -> None:
        self.contacts: dict[str, ContactLine] = {}
        self.agents: dict[str, AgentLine] = {}
        self.offers: dict[str, ev.OfferMade] = {}
        self.problems: list[Problem] = []
        self.configuration: RoutingConfiguration | None = None
        self.deadlines = Deadlines()
        self.left_over: set[tuple[str, str]] = set()
        """Contacts that were handed on, and who has yet to wrap up their part of them."""
        self._seq = 0
        self._on: dict[type, Callable[[Any], None]] = {
            ev.ConfigurationApplied: self._configured,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
            ev.AgentConnected: self._agent_connected,
            ev.AgentDisconnected: self._agent_disconnected,
            ev.AgentStateRequested: self._state_requested,
            ev.AgentStateChanged: self._state_changed,
            ev.ContactArrived: self._arrived,
            ev.ContactQueued: self._queued,
            ev.OfferMade: self._offered,
            ev.OfferAccepted: self._accepted,
            ev.OfferRejected: self._rejected,
            ev.OfferExpired: self._expired,
            ev.OfferRescinded: self._rescinded,
            ev.ContactTransferred: self._transferred,
            ev.ContactRequeued: self._requeued,
            ev.MessageAdded: self._message,
            ev.CustomerDisconnected: self._customer_gone,
            ev.CustomerReturned: self._customer_back,
            ev.ContactEnded: self._ended,
            ev.WrapUpStarted: self._wrap_up_started,
            ev.WrapUpExtended: self._wrap_up_extended,
            ev.WrapUpCompleted: self._wrapped_up,
            ev.WrapUpExpired: self._wrap_up_expired,
            ev.ContactClosed: self._closed,
            ev.ExclusionLapsed: self._lapsed,
            ev.WaitingOverdue: self._waiting_overdue,
        }

    def read(self, entries: Iterable[Entry]) -> "NaiveWorld":
        """Fold a journal."""
        for entry in entries:
            self._seq = entry.seq
            for key, due_ms in self.deadlines.passed(entry.event.at_ms):
                self._wrong(
                    "I7", f"{key} was due at {due_ms} ms and time went on to {entry.event.at_ms} ms"
                )
            handler = self._on.get(type(entry.event))
            if handler is not None:
                handler(entry.event)
        return self

    def check_end(self) -> None:
        """When all is over: whatever is still open has a deadline that will move it."""
        live = self.deadlines.live()
        for contact in self.contacts.values():
            prefix = OPEN_PHASES_WITH_DEADLINE.get(contact.phase)
            if prefix is not None and f"{prefix}/{contact.contact_id}" not in live:
                self._wrong(
                    "I7", f"contact {contact.contact_id} is {contact.phase} without a deadline"
                )
            if contact.phase == "closed" and contact.closed != 1:
                self._wrong("I4", f"contact {contact.contact_id} closed {contact.closed} times")

    def open_contacts(self) -> list[ContactLine]:
        """Contacts that have not ended."""
        return [contact for contact in self.contacts.values() if contact.phase != "closed"]

    def _wrong(self, rule: str, text: str) -> None:
        self.problems.append(Problem(rule, self._seq, text))

    def _open(self, contact_id: str, *phases: str) -> ContactLine | None:
        """The contact, complaining if it is unknown, over, or not in one of `phases`."""
        contact = self.contacts.get(contact_id)
        if contact is None:
            self._wrong("I1", f"an event of contact {contact_id}, which never arrived")
        elif contact.phase == "closed":
            self._wrong("I4", f"something happened to contact {contact_id} after it was closed")
            return None
        elif phases and contact.phase not in phases:
            self._wrong(
                "I2", f"contact {contact_id} is {contact.phase}, expected {' or '.join(phases)}"
            )
        return contact

    # --- configuration and agents -------------------------------------------------------------------

    def _configured(self, event: ev.ConfigurationApplied) -> None:
        self.configuration = event.configuration

    def _agent(self, agent_id: str) -> AgentLine:
        agent = self.agents.get(agent_id)
        if agent is None:
            self._wrong("I3", f"an event of agent {agent_id}, who is unknown")
            agent = self.agents[agent_id] = AgentLine(agent_id)
        return agent

    def _agent_put(self, event: ev.AgentPut) -> None:
        agent = self.agents.setdefault(event.agent_id, AgentLine(event.agent_id))
        agent.queue_ids, agent.capacity = event.queue_ids, event.capacity
        agent.is_removed = False

    def _agent_removed(self, event: ev.AgentRemoved) -> None:
        self._agent(event.agent_id).is_removed = True

    def _agent_connected(self, event: ev.AgentConnected) -> None:
        self._agent(event.agent_id).is_here = True
        self.deadlines.cancel(f"presence/{event.agent_id}")

    def _agent_disconnected(self, event: ev.AgentDisconnected) -> None:
        agent = self._agent(event.agent_id)
        was_here, agent.is_here = agent.is_here, False
        has_something_to_lose = agent.state is not AgentState.LOGGED_OUT or bool(agent.held)
        if self.configuration is not None and was_here and has_something_to_lose:
            due_ms = event.at_ms + self.configuration.presence_grace_ms
            self.deadlines.arm(f"presence/{event.agent_id}", due_ms)

    def _state_requested(self, event: ev.AgentStateRequested) -> None:
        self._agent(event.agent_id).is_leaving = event.state is not AgentState.READY

    def _state_changed(self, event: ev.AgentStateChanged) -> None:
        agent = self._agent(event.agent_id)
        if event.cause is ev.StateCause.PRESENCE_LOST:
            self.deadlines.cancel(f"presence/{event.agent_id}")
        if event.state is AgentState.READY and agent.state is not AgentState.READY:
            for contact in self.contacts.values():
                self._readmit(contact, event.agent_id)
        agent.state, agent.is_leaving = event.state, False

    # --- waiting and offers -------------------------------------------------------------------------

    def _arrived(self, event: ev.ContactArrived) -> None:
        if event.contact_id in self.contacts:
            self._wrong("I4", f"contact {event.contact_id} arrived twice")
            return
        line = ContactLine(
            event.contact_id, event.channel, event.queue_id, event.customer_key, event.at_ms
        )
        line.arrival = len(self.contacts)
        self.contacts[event.contact_id] = line

    def _queued(self, event: ev.ContactQueued) -> None:
        contact = self._open(event.contact_id, "arrived")
        if contact is not None:
            contact.queue_id, contact.age_origin_ms = event.queue_id, event.age_origin_ms
            self._wait(contact, event.at_ms)

    def _wait(self, contact: ContactLine, at_ms: int) -> None:
        contact.phase, contact.agent_id = "waiting", None
        policy = self._policy(contact.queue_id)
        if policy is not None:
            step = (at_ms - contact.age_origin_ms) // policy.waiting_alarm_ms + 1
            due_ms = contact.age_origin_ms + step * policy.waiting_alarm_ms
            self.deadlines.arm(f"wait/{contact.contact_id}", due_ms)

    def _policy(self, queue_id: str) -> QueuePolicy | None:
        queues = self.configuration.queues if self.configuration is not None else ()
        return next((queue for queue in queues if queue.queue_id == queue_id), None)

    def _waiting_overdue(self, event: ev.WaitingOverdue) -> None:
        contact = self._open(event.contact_id, "waiting")
        if contact is not None:
            self._wait(contact, event.at_ms)

    def _offered(self, event: ev.OfferMade) -> None:
        contact = self._open(event.contact_id, "waiting", "offered")
        agent = self._agent(event.agent_id)
        if contact is None:
            return
        self._check_broadcast(contact, event)
        is_by_hand = event.trigger is ev.OfferTrigger.TRANSFERRED
        if not is_by_hand and not agent.may_have(contact):
            self._wrong(
                "I3",
                f"contact {contact.contact_id} offered to {agent.agent_id}, who may not have it",
            )
        if not agent.is_free_for(contact):
            self._wrong("I3", f"agent {agent.agent_id} is offered work above capacity")
        if not is_by_hand:
            self._check_order(contact, agent)
        if event.offer_id in self.offers:
            self._wrong("I2", f"offer {event.offer_id} was made twice")
        self.offers[event.offer_id] = event
        agent.held[contact.contact_id] = contact.channel
        contact.phase, contact.asked[agent.agent_id] = "offered", event.offer_id
        contact.offers += 1
        if contact.first_offered_at_ms is None:
            contact.first_offered_at_ms = event.at_ms
        self.deadlines.cancel(f"wait/{contact.contact_id}")
        self.deadlines.arm(f"offer/{contact.contact_id}", event.expires_at_ms)

    def _check_broadcast(self, contact: ContactLine, event: ev.OfferMade) -> None:
        """Several are asked only where the queue says so, and all of them at the same moment."""
        policy = self._policy(contact.queue_id)
        if contact.phase != "offered" or policy is None:
            return
        asks = policy.broadcast_voice if contact.channel in CALLS else policy.broadcast
        first = self.offers[next(iter(contact.asked.values()))]
        if len(contact.asked) >= asks or first.at_ms != event.at_ms:
            self._wrong("I2", f"contact {contact.contact_id} is offered to one agent too many")

    def _check_order(self, contact: ContactLine, agent: AgentLine) -> None:
        """The oracle: everyone who waits is looked at."""
        for other in self.contacts.values():
            if other.phase != "waiting" or other is contact or other.age >= contact.age:
                continue
            if agent.may_have(other) and agent.is_free_for(other):
                text = f"{contact.contact_id} was offered to {agent.agent_id} before the older {other.contact_id}"
                self._wrong("I5", text)

    def _offer_over(self, event: OfferEnd) -> ContactLine | None:
        """An offer ended somehow: it must be the live offer of that contact to that agent."""
        contact = self._open(event.contact_id, "offered", "connected")
        if contact is None:
            return None
        live = contact.asked.pop(event.agent_id, None)
        if live != event.offer_id:
            text = f"offer {event.offer_id} ended for {event.agent_id}; live is {live}"
            self._wrong("I2", text)
        if not contact.asked:
            self.deadlines.cancel(f"offer/{event.contact_id}")
        return contact

    def _let_go(self, contact: ContactLine, agent_id: str) -> None:
        """Capacity comes back, exactly once."""
        if self._agent(agent_id).held.pop(contact.contact_id, None) is None:
            self._wrong(
                "I3", f"agent {agent_id} gives back {contact.contact_id}, which is not in hand"
            )

    def _accepted(self, event: ev.OfferAccepted) -> None:
        contact = self._offer_over(event)
        if contact is None:
            return
        if contact.phase != "offered":
            self._wrong("I2", f"contact {contact.contact_id} was accepted twice")
        contact.phase, contact.agent_id = "connected", event.agent_id
        contact.handled_by = event.agent_id
        self.deadlines.cancel(f"offer/{event.contact_id}")
        self.deadlines.cancel(f"gone/{event.contact_id}")
        if contact.answered_at_ms is None:
            contact.answered_at_ms = event.at_ms

    def _back(self, event: OfferEnd) -> ContactLine | None:
        contact = self._offer_over(event)
        if contact is not None:
            self._let_go(contact, event.agent_id)
            if contact.phase == "offered" and not contact.asked:
                self._wait(contact, event.at_ms)
        return contact

    def _exclude(self, contact: ContactLine, agent_id: str, at_ms: int) -> None:
        contact.excluded.add(agent_id)
        policy = self._policy(contact.queue_id)
        if policy is not None:
            key = f"exclusion/{contact.contact_id}/{agent_id}"
            self.deadlines.arm(key, at_ms + policy.reoffer_gap_ms)

    def _readmit(self, contact: ContactLine, agent_id: str) -> None:
        contact.excluded.discard(agent_id)
        self.deadlines.cancel(f"exclusion/{contact.contact_id}/{agent_id}")

    def _lapsed(self, event: ev.ExclusionLapsed) -> None:
        contact = self._open(event.contact_id)
        if contact is not None:
            self._readmit(contact, event.agent_id)

    def _rejected(self, event: ev.OfferRejected) -> None:
        contact = self._back(event)
        if contact is not None:
            contact.rejected += 1
            self._exclude(contact, event.agent_id, event.at_ms)

    def _expired(self, event: ev.OfferExpired) -> None:
        made = self.offers.get(event.offer_id)
        if made is not None and made.expires_at_ms != event.at_ms:
            text = f"offer {event.offer_id} expired at {event.at_ms} ms, due at {made.expires_at_ms} ms"
            self._wrong("I7", text)
        contact = self._back(event)
        if contact is not None:
            contact.missed += 1
            self._exclude(contact, event.agent_id, event.at_ms)

    def _rescinded(self, event: ev.OfferRescinded) -> None:
        self._back(event)

    # --- conversation and end -----------------------------------------------------------------------

    def _held(self, event: OfHolder, phase: str) -> ContactLine | None:
        contact = self._open(event.contact_id, phase)
        if contact is not None and contact.agent_id != event.agent_id:
            text = f"contact {contact.contact_id} is with {contact.agent_id}, not with {event.agent_id}"
            self._wrong("I2", text)
        return contact

    def _requeued(self, event: ev.ContactRequeued) -> None:
        contact = self._held(event, "connected")
        if contact is None:
            return
        contact.requeues += event.reason is not ev.RequeueReason.TRANSFERRED
        origin_ms = getattr(event, "age_origin_ms", contact.age_origin_ms)
        contact.age_origin_ms = origin_ms if origin_ms is not None else contact.age_origin_ms
        contact.queue_id = event.queue_id
        if (contact.contact_id, event.agent_id) not in self.left_over:
            self._let_go(contact, event.agent_id)
        self._wait(contact, event.at_ms)
        if contact.is_handed_on:
            self._exclude(contact, event.agent_id, event.at_ms)
        contact.is_handed_on = False
        if not contact.is_customer_here:
            self._arm_gone(contact, event.at_ms)

    def _transferred(self, event: ev.ContactTransferred) -> None:
        contact = self._open(event.contact_id, "connected")
        if contact is not None and contact.agent_id != event.agent_id:
            text = f"{event.agent_id} hands on {contact.contact_id}, held by {contact.agent_id}"
            self._wrong("I2", text)
        if contact is not None:
            contact.is_handed_on = True

    def _message(self, event: ev.MessageAdded) -> None:
        contact = self._open(event.contact_id)
        if contact is None:
            return
        contact.messages += 1
        if event.author is Party.AGENT and contact.agent_id != event.agent_id:
            self._wrong(
                "I2", f"{event.agent_id} wrote in {contact.contact_id}, held by {contact.agent_id}"
            )

    def _arm_gone(self, contact: ContactLine, at_ms: int) -> None:
        if self.configuration is not None:
            due_ms = at_ms + self.configuration.customer_gone_ms
            self.deadlines.arm(f"gone/{contact.contact_id}", due_ms)

    def _customer_gone(self, event: ev.CustomerDisconnected) -> None:
        contact = self._open(event.contact_id)
        if contact is not None:
            contact.is_customer_here = False
            if contact.phase in {"waiting", "offered"}:
                self._arm_gone(contact, event.at_ms)

    def _customer_back(self, event: ev.CustomerReturned) -> None:
        contact = self._open(event.contact_id)
        if contact is not None:
            contact.is_customer_here = True
            self.deadlines.cancel(f"gone/{event.contact_id}")

    def _ended(self, event: ev.ContactEnded) -> None:
        contact = self._open(event.contact_id, "waiting", "offered", "connected")
        if contact is None:
            return
        if contact.is_ended:
            self._wrong("I4", f"contact {contact.contact_id} ended twice")
        contact.is_ended, contact.ended_by = True, event.ended_by.value
        contact.ended_at_ms = event.at_ms

    def _wrap_up_started(self, event: ev.WrapUpStarted) -> None:
        contact = self._held(event, "connected")
        if contact is None:
            return
        if contact.is_handed_on:
            self.left_over.add((contact.contact_id, event.agent_id))
        else:
            contact.phase = "wrap_up"
        self.deadlines.arm(self._wrap_key(event), event.until_ms)

    def _wrap_key(self, event: WrapUp) -> str:
        """A contact has one wrap-up of its own, and one of each agent who has handed it on."""
        is_left_over = (event.contact_id, event.agent_id) in self.left_over
        return f"wrap/{event.contact_id}" + (f"/{event.agent_id}" if is_left_over else "")

    def _is_in_wrap_up(self, event: WrapUp) -> bool:
        if (event.contact_id, event.agent_id) in self.left_over:
            return True
        return self._held(event, "wrap_up") is not None

    def _wrap_up_extended(self, event: ev.WrapUpExtended) -> None:
        if self._is_in_wrap_up(event):
            self.deadlines.arm(self._wrap_key(event), event.until_ms)

    def _wrapped_up(self, event: ev.WrapUpCompleted) -> None:
        if self._is_in_wrap_up(event):
            self.deadlines.cancel(self._wrap_key(event))
            self._leave_over(event)

    def _wrap_up_expired(self, event: ev.WrapUpExpired) -> None:
        due_ms = self.deadlines.cancel(self._wrap_key(event))
        if self._is_in_wrap_up(event):
            if due_ms is not None and due_ms < event.at_ms:
                self._wrong("I7", f"wrap-up of {event.contact_id} ran out late")
            self._leave_over(event)

    def _leave_over(self, event: WrapUp) -> None:
        """Whoever handed the contact on is done with it, wherever it is by now."""
        part = (event.contact_id, event.agent_id)
        if part in self.left_over:
            self.left_over.remove(part)
            self._let_go(self.contacts[event.contact_id], event.agent_id)

    def _closed(self, event: ev.ContactClosed) -> None:
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            contact.closed += 1
        contact = self._open(event.contact_id, "arrived", "waiting", "connected", "wrap_up")
        if contact is None:
            return
        if contact.agent_id is not None:
            self._let_go(contact, contact.agent_id)
        if (event.agent_id, event.queue_id) != (contact.agent_id, contact.queue_id):
            self._wrong(
                "I2", f"contact {contact.contact_id} closed in the name of {event.agent_id}"
            )
        for agent_id in list(contact.excluded):
            self._readmit(contact, agent_id)
        for prefix in ("wait", "offer", "wrap", "gone"):
            self.deadlines.cancel(f"{prefix}/{contact.contact_id}")
        if not contact.is_ended:  # nobody said so: the customer was gone for too long
            contact.ended_at_ms, contact.ended_by = event.at_ms, Party.CUSTOMER.value
        contact.phase, contact.agent_id = "closed", None
        contact.closed_at_ms, contact.outcome = event.at_ms, event.outcome.value
        contact.disposition_id = event.disposition_id
