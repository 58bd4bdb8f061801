"""What a journal shows of its customers and agents, apart from what the engine made of them.

An input is one of three things. Something the world did on its own, at its time: it stands in the `timeline`. Something
that answers an offer: a `Reaction`, the agent's delay and what was said. Something done with a contact that an agent
has in hand: an `Act`, after so much talking in all (a talk that was cut goes on with the next agent), or so long after a
wrap-up began.
"""

from enum import StrEnum

import msgspec

from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, ContactId, OfferId, QueueId
from routing.inputs import command_of, is_input


class Phase(StrEnum):
    """Where a contact is, as far as its customer and agent can tell."""

    UNANSWERED = "unanswered"
    TALKING = "talking"
    OVER = "over"


BACK_IN_LINE = (ev.ContactQueued, ev.ContactRequeued, ev.OfferMade)
"""After these a contact is not in hand, wherever it was before."""


class Reaction(msgspec.Struct, frozen=True):
    """What an agent did with an offer, and how long after it was made; no command = it was left to expire.

    With `was_cut` the offer was withdrawn after that time: the agent had not reacted yet.
    """

    seq: int
    delay_ms: int
    command: cmd.Command | None
    was_cut: bool = False


class Act(msgspec.Struct, frozen=True):
    """Something done with a contact in hand, after so much talking or so much wrap-up."""

    seq: int
    after_ms: int
    command: cmd.Command


class Timed(msgspec.Struct, frozen=True):
    """Something the world did at its own time; with a contact, only if nobody has answered it by then."""

    at_ms: int
    seq: int
    command: cmd.Command
    contact_id: ContactId | None = None


class Seen(msgspec.Struct):
    """One contact as it went."""

    queue_id: QueueId
    arrived_ms: int
    phase: Phase = Phase.UNANSWERED
    since_ms: int = 0
    talked_ms: int = 0
    wait_ms: int | None = None
    closed_ms: int | None = None
    acts: list[Act] = []
    wraps: list[list[Act]] = []
    wrapping: dict[AgentId, tuple[int, list[Act]]] = {}
    """Wrap-ups that run: when they began, and what is done in them."""


class Observed(msgspec.Struct):
    """Everything the journal shows. `by_agent` has each agent's reactions in order, `by_pair` those to one contact."""

    timeline: list[Timed] = []
    contacts: dict[ContactId, Seen] = {}
    by_agent: dict[AgentId, list[Reaction]] = {}
    by_pair: dict[tuple[ContactId, AgentId], list[Reaction]] = {}
    all_reactions: list[Reaction] = []
    first_ms: int = 0
    last_ms: int = 0
    events: int = 0


class Observer:
    """Reads a journal, one event after the other."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.observed = Observed()
        self._offers: dict[OfferId, ev.OfferMade] = {}

    def follow(self, event: ev.Event) -> None:
        """The next event."""
        observed = self.observed
        if not observed.events:
            observed.first_ms = event.at_ms
        observed.events += 1
        observed.last_ms = max(observed.last_ms, event.at_ms)
        if isinstance(event, ev.OfferMade):
            self._offers[event.offer_id] = event
        elif isinstance(event, ev.OfferExpired):
            self._react(event.offer_id, event.at_ms, None)
        elif isinstance(event, ev.OfferRescinded):
            self._react(event.offer_id, event.at_ms, None, was_cut=True)
        elif is_input(event) and not isinstance(event, ev.MessageAdded):
            self._input(event)
        self._move(event)

    def finish(self) -> Observed:
        """The journal ends here: whose phone rings, or who has an offer on the desk, has not reacted yet."""
        for offer_id in list(self._offers):
            self._react(offer_id, self.observed.last_ms, None, was_cut=True)
        return self.observed

    def _input(self, event: ev.Event) -> None:
        observed, command = self.observed, command_of(event)
        offer_id = getattr(event, "offer_id", None)
        if offer_id is not None:
            self._react(offer_id, event.at_ms, command)
            return
        contact_id = getattr(event, "contact_id", None)
        seen = observed.contacts.get(contact_id) if contact_id is not None else None
        if seen is None or contact_id is None:
            observed.timeline.append(Timed(event.at_ms, observed.events, command))
        elif isinstance(command, cmd.CompleteWrapUp | cmd.ExtendWrapUp):
            since_ms, acts = seen.wrapping.get(command.agent_id, (event.at_ms, []))
            acts.append(Act(observed.events, event.at_ms - since_ms, command))
        elif seen.phase is Phase.TALKING:
            after_ms = seen.talked_ms + event.at_ms - seen.since_ms
            seen.acts.append(Act(observed.events, after_ms, command))
        else:
            observed.timeline.append(Timed(event.at_ms, observed.events, command, contact_id))

    def _react(
        self, offer_id: OfferId, at_ms: int, command: cmd.Command | None, *, was_cut: bool = False
    ) -> None:
        offer = self._offers.pop(offer_id, None)
        if offer is None:
            return
        observed = self.observed
        reaction = Reaction(observed.events, at_ms - offer.at_ms, command, was_cut)
        if not was_cut:
            observed.all_reactions.append(reaction)
            observed.by_agent.setdefault(offer.agent_id, []).append(reaction)
        observed.by_pair.setdefault((offer.contact_id, offer.agent_id), []).append(reaction)

    def _move(self, event: ev.Event) -> None:
        """The contact goes on to its next phase."""
        if isinstance(event, ev.ContactArrived):
            self.observed.contacts[event.contact_id] = Seen(event.queue_id, event.at_ms)
            return
        contact_id = getattr(event, "contact_id", None)
        seen = self.observed.contacts.get(contact_id) if contact_id is not None else None
        if seen is None:
            return
        if isinstance(event, ev.OfferAccepted):
            seen.phase, seen.since_ms = Phase.TALKING, event.at_ms
            if seen.wait_ms is None:
                seen.wait_ms = event.at_ms - seen.arrived_ms
        elif isinstance(event, BACK_IN_LINE) and seen.phase is not Phase.UNANSWERED:
            self._stop_talking(seen, event.at_ms, Phase.UNANSWERED)
        elif isinstance(event, ev.WrapUpStarted):
            self._stop_talking(seen, event.at_ms, Phase.OVER)
            seen.wraps.append([])
            seen.wrapping[event.agent_id] = (event.at_ms, seen.wraps[-1])
        elif isinstance(event, ev.ContactClosed):
            self._stop_talking(seen, event.at_ms, Phase.OVER)
            seen.closed_ms = event.at_ms

    def _stop_talking(self, seen: Seen, at_ms: int, phase: Phase) -> None:
        if seen.phase is Phase.TALKING:
            seen.talked_ms += at_ms - seen.since_ms
        seen.phase = phase
