"""What the people of the world were told: the other side of the journal.

The world books an acknowledgement here the moment the engine gives it. Whoever judges a run compares this with
the journal: what was acknowledged must be there.
"""

from collections import Counter

import msgspec

from routing import commands as cmd
from routing.engine import Handled
from routing.ids import AgentId, ContactId, OfferId


class Exchange(msgspec.Struct, frozen=True):
    """One command and what the engine made of it; `clock_ms` is what the clock said."""

    clock_ms: int
    command: cmd.Command
    handled: Handled


class Record(msgspec.Struct):
    """Acknowledged commands, by what they promised to whom."""

    arrived: dict[ContactId, int] = {}
    """Customers who were told that they are in the queue."""
    accepted: dict[OfferId, AgentId] = {}
    """Agents who were told that the contact is theirs."""
    ended: dict[ContactId, int] = {}
    """Contacts whose end was acknowledged."""
    wrapped_up: dict[tuple[ContactId, AgentId], None] = {}
    messages: Counter[ContactId] = msgspec.field(default_factory=Counter)
    commands: Counter[str] = msgspec.field(default_factory=Counter)
    refusals: Counter[str] = msgspec.field(default_factory=Counter)

    def book(self, exchange: Exchange) -> None:
        """Note what somebody was just told."""
        command, refusal = exchange.command, exchange.handled.refusal
        self.commands[type(command).__name__] += 1
        if refusal is not None:
            self.refusals[refusal.code] += 1
            return
        match command:
            case cmd.EnqueueContact(contact_id=contact_id):
                self.arrived[contact_id] = exchange.clock_ms
            case cmd.AcceptOffer(offer_id=offer_id, agent_id=agent_id):
                self.accepted[offer_id] = agent_id
            case cmd.EndContact(contact_id=contact_id):
                self.ended[contact_id] = exchange.clock_ms
            case cmd.CompleteWrapUp(contact_id=contact_id, agent_id=agent_id):
                self.wrapped_up[contact_id, agent_id] = None
            case cmd.AddMessage(contact_id=contact_id):
                self.messages[contact_id] += 1
            case _:
                pass
