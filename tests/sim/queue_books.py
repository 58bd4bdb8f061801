"""The queues' part of the second set of books: who may come in, who must have left, and who is owed an age.

Worked out from the rules as a person would read them, by looking at everybody; nothing of the engine is used.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routing import events as ev
from routing.calendars import OpenHours
from routing.ids import QueueId
from routing.model import AgentState, Channel, QueuePolicy, TurnAwayReason
from tests.sim.ledger_steps import able

if TYPE_CHECKING:
    from tests.sim.known import KnownContact
    from tests.sim.ledger import Ledger

WAITING = "waiting"


@dataclass
class QueueBooks:
    """What is remembered about queues; `ledger` holds the contacts and agents."""

    ledger: "Ledger"
    closed: set[QueueId] = field(default_factory=set)
    unstaffed_since_ms: dict[QueueId, int] = field(default_factory=dict)
    abandoned: dict[tuple[QueueId, str], tuple[int, int]] = field(default_factory=dict)

    # --- who is let in ---

    def fault_of_entry(self, contact: "KnownContact", queue_id: QueueId, at_ms: int) -> str | None:
        """What is wrong with the contact's coming into this queue, or None."""
        reason = self.why_not(contact, queue_id, at_ms)
        if reason is not None:
            return f"I3 {contact.contact_id} comes into {queue_id}, which is {reason}"
        return None

    def fault_of_leaving(self, contact: "KnownContact", event: ev.ContactTurnedAway) -> str | None:
        """What is wrong with the contact's being turned away, or None."""
        if contact.is_queued and event.queue_id == contact.queue_id:
            reasons = [TurnAwayReason.FLUSHED, *self._exit_reasons(contact, event.at_ms)]
        else:
            reason = self.why_not(contact, event.queue_id, event.at_ms)
            reasons = [] if reason is None else [reason]
        if event.reason not in reasons:
            return f"I7 {event} has no reason but {reasons}"
        if event.destination.queue_id in (event.queue_id, *contact.left):
            return f"I7 {event} sends the contact in a circle"
        return None

    def why_not(
        self, contact: "KnownContact", queue_id: QueueId, at_ms: int
    ) -> TurnAwayReason | None:
        """Why the queue would not let the contact in."""
        if contact.channel == Channel.EMAIL:
            return None
        policy = self._policy(queue_id)
        servers = able(self.ledger, contact, policy)
        asks = bool(policy.needs or policy.steps or contact.own_needs)
        staffed = any(agent.state != AgentState.LOGGED_OUT for agent in servers)
        waiting = [
            c
            for c in self.ledger.contacts.values()
            if c.place == WAITING and c.is_queued and c.queue_id == queue_id
        ]
        if queue_id in self.closed or self._is_after_hours(policy, at_ms):
            return TurnAwayReason.CLOSED
        if policy.is_staff_required and not staffed:
            return TurnAwayReason.UNSTAFFED
        if asks and not servers and not policy.waits_for_impossible:
            return TurnAwayReason.UNSTAFFED
        return TurnAwayReason.FULL if len(waiting) >= policy.waiting_max else None

    # --- who must have left ---

    def overdue_exit(self, contact: "KnownContact", now_ms: int) -> str | None:
        """A fault if the contact rests where it should have left before this moment."""
        if contact.waits_since_ms >= now_ms or not self._exit_reasons(contact, now_ms):
            return None
        return f"I7 {contact.contact_id} should have left {contact.queue_id}"

    def _exit_reasons(self, contact: "KnownContact", at_ms: int) -> list[TurnAwayReason]:
        if contact.channel == Channel.EMAIL:
            return []
        policy = self._policy(contact.queue_id)
        since_ms = self.unstaffed_since_ms.get(policy.queue_id)
        has_ended = {
            TurnAwayReason.CLOSED: policy.leaves_at_closing and self._is_after_hours(policy, at_ms),
            TurnAwayReason.UNSTAFFED: since_ms is not None
            and since_ms + (policy.unstaffed_exit_ms or 0) <= at_ms,
            TurnAwayReason.OVERDUE: policy.wait_max_ms is not None
            and contact.queued_at_ms + policy.wait_max_ms <= at_ms,
        }
        return [reason for reason, is_so in has_ended.items() if is_so]

    # --- following ---

    def restaff(self, at_ms: int) -> None:
        """Look at every agent of every queue for which it counts."""
        rules = self.ledger.configuration
        for policy in () if rules is None else rules.queues:
            here = [a for a in self.ledger.agents.values() if policy.queue_id in a.queue_ids]
            staffed = any(agent.state != AgentState.LOGGED_OUT for agent in here)
            if policy.unstaffed_exit_ms is None or staffed:
                self.unstaffed_since_ms.pop(policy.queue_id, None)
            elif policy.queue_id not in self.unstaffed_since_ms:
                self.unstaffed_since_ms[policy.queue_id] = at_ms
                self.wait_anew(at_ms)
        known = {policy.queue_id for policy in rules.queues} if rules is not None else set()
        self.closed &= known

    def wait_anew(self, at_ms: int) -> None:
        """What has just come to be so may rest until the engine is asked next."""
        for contact in self.ledger.contacts.values():
            contact.waits_since_ms = at_ms

    def gave_up(self, contact: "KnownContact", at_ms: int) -> None:
        """The customer left without an answer."""
        if contact.customer_key and self._policy(contact.queue_id).return_within_ms:
            waited_ms = at_ms - contact.age_origin_ms
            self.abandoned[contact.queue_id, contact.customer_key] = (at_ms, waited_ms)

    def waited_before_ms(self, contact: "KnownContact", at_ms: int) -> int:
        """The wait the customer brings along."""
        before = self.abandoned.get((contact.queue_id, contact.customer_key))
        if before is None or at_ms - before[0] > self._policy(contact.queue_id).return_within_ms:
            return 0
        return before[1]

    def came_back(self, contact: "KnownContact", queue_id: QueueId) -> None:
        """It counts once."""
        self.abandoned.pop((queue_id, contact.customer_key), None)

    def _policy(self, queue_id: QueueId) -> QueuePolicy:
        for policy in self.ledger.rules.queues:
            if policy.queue_id == queue_id:
                return policy
        raise KeyError(queue_id)

    def _is_after_hours(self, policy: QueuePolicy, at_ms: int) -> bool:
        calendar_id = policy.calendar_id
        hours = None if calendar_id is None else self.ledger.rules.calendars[calendar_id]
        if not isinstance(hours, OpenHours) or not hours.from_ms <= at_ms < hours.until_ms:
            return False
        return not any(begin <= at_ms < end for begin, end in hours.spans())
