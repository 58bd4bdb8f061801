"""The journal's world played again with the real engine, under its own configuration or another.

Everything is done at its time and in the journal's order, so under the journal's own configuration the journal itself
comes out: that is the control. Where the journal cannot know, a habit it shows is taken: an agent reacts to an offer as
to the same contact before, else as in its own reactions, in turn; a customer whom nobody had answered talks like one
of the same queue who was. What the engine refuses (a queue that is gone, a state that does not fit) is counted.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from typing import Any

import msgspec

from callcenter.simulation.randomness import Streams
from callcenter.simulation.what_if.fates import Fates
from callcenter.simulation.what_if.observed import Observed, Reaction, Seen, Timed
from callcenter.simulation.what_if.patience import mean_patience_ms, patience_ms
from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import AgentId, ContactId, OfferId
from routing.model import Party, RoutingConfiguration
from routing.state import ContactState

PROGRESS_EVERY = 10_000
"""Commands between two reports of progress."""

_UNANSWERED = (ContactState.WAITING, ContactState.OFFERED)
_Happening = tuple[int, int, int, Callable[[Any], None], Any]


class WhatIf:
    """One playing of the observed world. `play` once."""

    def __init__(
        self,
        observed: Observed,
        configuration: RoutingConfiguration | None,
        *,
        patience: str | None,
        seed: int,
        progress: Callable[[int], None] = lambda _at_ms: None,
    ) -> None:
        """`configuration` replaces the journal's (None: it stays); `patience` names a model (None: nobody else leaves)."""
        self._observed = observed
        self._configuration = configuration
        self._queue_ids = {one.queue_id for one in configuration.queues} if configuration else None
        self._patience = patience
        self._luck = Streams(seed)
        self._mean_ms = mean_patience_ms(observed.contacts.values(), observed.last_ms)
        self._donors = _donors(observed)
        self._engine = Engine()
        self._heap: list[_Happening] = []
        self._planned = 0
        self._now_ms = 0
        self._asked: Counter[AgentId] = Counter()
        self._asked_pair: Counter[tuple[ContactId, AgentId]] = Counter()
        self._answered: dict[ContactId, None] = {}
        self._talking_since: dict[ContactId, int] = {}
        self._talked_ms: Counter[ContactId] = Counter()
        self._talks: Counter[ContactId] = Counter()
        self._done: Counter[ContactId] = Counter()
        self._wraps: Counter[ContactId] = Counter()
        self._donor_of: dict[ContactId, Seen] = {}
        self._progress = progress
        self._follow: dict[type, Callable[[Any], None]] = {
            ev.ContactArrived: self._arrived,
            ev.OfferMade: self._offered,
            ev.OfferAccepted: self._accepted,
            ev.ContactQueued: self._stopped,
            ev.ContactRequeued: self._stopped,
            ev.WrapUpStarted: self._wrapping,
        }
        self.fates = Fates()
        self.refused: Counter[str] = Counter()
        self.commands = 0

    def play(self) -> Fates:
        """From the journal's first event to the time of its last."""
        if self._configuration is not None:
            self._do(cmd.ApplyConfiguration(self._configuration), self._observed.first_ms)
        for one in self._observed.timeline:
            self._at(one.at_ms, one.seq, self._external, one)
        last_ms = self._observed.last_ms
        while True:
            at_ms = min(self._heap[0][0], last_ms + 1) if self._heap else last_ms + 1
            due_ms = self._engine.next_deadline_ms()
            if due_ms is not None and due_ms < at_ms:
                self._do(cmd.Tick(), due_ms)
            elif at_ms <= last_ms:
                _, _, _, happen, what = heapq.heappop(self._heap)
                self._now_ms = at_ms
                happen(what)
            else:
                return self.fates

    def _at(self, at_ms: int, seq: int, happen: Callable[[Any], None], what: object) -> None:
        self._planned += 1
        heapq.heappush(self._heap, (at_ms, seq, self._planned, happen, what))

    def _do(self, command: cmd.Command, at_ms: int) -> None:
        """Hand a command to the engine and follow what comes of it."""
        self.commands += 1
        if self.commands % PROGRESS_EVERY == 0:
            self._progress(at_ms)
        handled = self._engine.handle(command, at_ms)
        if handled.refusal is not None:
            self.refused[f"{type(command).__name__}: {handled.refusal.code}"] += 1
        for event in handled.events:
            self.fates.follow(event)
            follow = self._follow.get(type(event))
            if follow is not None:
                follow(event)

    # --- what the world does on its own ---

    def _external(self, one: Timed) -> None:
        if one.contact_id is not None:
            contact = self._engine.state.contacts.get(one.contact_id)
            if contact is None or contact.state not in _UNANSWERED:
                return
        command = self._adapted(one.command)
        if command is not None:
            self._do(command, self._now_ms)

    def _adapted(self, command: cmd.Command) -> cmd.Command | None:
        """The command as it fits the other configuration."""
        if self._queue_ids is None:
            return command
        if isinstance(command, cmd.ApplyConfiguration):
            return None
        if isinstance(command, cmd.PutAgent):
            known = tuple(one for one in command.queue_ids if one in self._queue_ids)
            return msgspec.structs.replace(command, queue_ids=known)
        return command

    def _arrived(self, event: ev.ContactArrived) -> None:
        seen = self._observed.contacts[event.contact_id]
        if self._patience is None:
            return
        luck = self._luck.of("patience")
        mean_ms = self._mean_ms.get(seen.queue_id)
        until_ms = patience_ms(self._patience, seen, mean_ms, luck)
        if until_ms is not None:
            self._at(event.at_ms + until_ms, 0, self._give_up, event.contact_id)

    def _give_up(self, contact_id: ContactId) -> None:
        contact = self._engine.state.contacts.get(contact_id)
        is_unanswered = contact is not None and contact.state in _UNANSWERED
        if is_unanswered and contact_id not in self._answered:
            self._do(cmd.EndContact(contact_id, Party.CUSTOMER), self._now_ms)

    # --- what agents do with offers ---

    def _offered(self, event: ev.OfferMade) -> None:
        reaction = self._reaction(event.contact_id, event.agent_id)
        if reaction is not None and reaction.command is not None:
            what = (event.offer_id, event.agent_id, reaction.command)
            self._at(event.at_ms + reaction.delay_ms, reaction.seq, self._react, what)

    def _reaction(self, contact_id: ContactId, agent_id: AgentId) -> Reaction | None:
        """As the agent reacted to this very contact, else as it reacted at all, in turn; None = not at all."""
        pair = (contact_id, agent_id)
        seen = self._observed.by_pair.get(pair, ())
        least_ms = 0
        if self._asked_pair[pair] < len(seen):
            self._asked_pair[pair] += 1
            reaction = seen[self._asked_pair[pair] - 1]
            if not reaction.was_cut:
                return reaction
            least_ms = reaction.delay_ms + 1
        habits = self._observed.by_agent.get(agent_id) or self._observed.all_reactions
        if not habits:
            return None
        self._asked[agent_id] += 1
        habit = habits[(self._asked[agent_id] - 1) % len(habits)]
        return msgspec.structs.replace(habit, delay_ms=max(habit.delay_ms, least_ms))

    def _react(self, what: tuple[OfferId, AgentId, cmd.Command]) -> None:
        offer_id, agent_id, command = what
        if offer_id in self._engine.state.offers:
            changed = msgspec.structs.replace(command, offer_id=offer_id, agent_id=agent_id)
            self._do(changed, self._now_ms)

    # --- what is done with contacts in hand ---

    def _accepted(self, event: ev.OfferAccepted) -> None:
        """Plan the next thing that is done, after as much talking as before it was done."""
        contact_id = event.contact_id
        self._answered[contact_id] = None
        self._talking_since[contact_id] = event.at_ms
        self._plan_act(contact_id, event.at_ms)

    def _plan_act(self, contact_id: ContactId, now_ms: int) -> None:
        acts, place = self._habits(contact_id).acts, self._done[contact_id]
        if place < len(acts):
            after_ms = acts[place].after_ms - self._talked_ms[contact_id]
            at_ms = max(now_ms, self._talking_since[contact_id] + after_ms)
            self._at(at_ms, acts[place].seq, self._act, (contact_id, self._talks[contact_id]))

    def _act(self, what: tuple[ContactId, int]) -> None:
        contact_id, talk = what
        contact = self._engine.state.contacts.get(contact_id)
        if contact is None or contact_id not in self._talking_since:
            return
        if talk != self._talks[contact_id]:
            return
        command = self._habits(contact_id).acts[self._done[contact_id]].command
        self._done[contact_id] += 1
        changes: dict[str, object] = {"contact_id": contact_id}
        if getattr(command, "agent_id", None) is not None:
            changes["agent_id"] = contact.agent_id
        self._do(msgspec.structs.replace(command, **changes), self._now_ms)
        if contact_id in self._talking_since and talk == self._talks[contact_id]:
            self._plan_act(contact_id, self._now_ms)

    def _stopped(self, event: ev.ContactRequeued | ev.ContactQueued | ev.WrapUpStarted) -> None:
        """The talk is cut or over."""
        since_ms = self._talking_since.pop(event.contact_id, None)
        if since_ms is not None:
            self._talked_ms[event.contact_id] += event.at_ms - since_ms
            self._talks[event.contact_id] += 1

    def _wrapping(self, event: ev.WrapUpStarted) -> None:
        self._stopped(event)
        contact_id, wraps = event.contact_id, self._habits(event.contact_id).wraps
        number = self._wraps[contact_id]
        self._wraps[contact_id] += 1
        for act in wraps[number] if number < len(wraps) else ():
            what = (contact_id, event.agent_id, act.command)
            self._at(event.at_ms + act.after_ms, act.seq, self._wrap_up, what)

    def _wrap_up(self, what: tuple[ContactId, AgentId, cmd.Command]) -> None:
        contact_id, agent_id, command = what
        agent = self._engine.state.agents.get(agent_id)
        wrap_up = agent.wrap_ups.get(contact_id) if agent is not None else None
        if wrap_up is None:
            return
        changes: dict[str, object] = {"contact_id": contact_id, "agent_id": agent_id}
        if isinstance(command, cmd.CompleteWrapUp):
            known = self._engine.state.queues[wrap_up.queue_id].disposition_ids
            if command.disposition_id not in known:
                changes["disposition_id"] = known[0]
        self._do(msgspec.structs.replace(command, **changes), self._now_ms)

    def _habits(self, contact_id: ContactId) -> Seen:
        """The contact as the journal shows it; if nobody ever answered it, one of its queue whom somebody did."""
        seen = self._observed.contacts[contact_id]
        if seen.wait_ms is not None:
            return seen
        known = self._donor_of.get(contact_id)
        if known is None:
            donors = self._donors.get(seen.queue_id) or self._donors[None] or [seen]
            known = self._donor_of[contact_id] = self._luck.of("donors").choice(donors)
        return known


def _donors(observed: Observed) -> dict[str | None, list[Seen]]:
    """Answered and finished contacts by queue, and all of them under None."""
    donors: dict[str | None, list[Seen]] = {None: []}
    for seen in observed.contacts.values():
        if seen.wait_ms is not None and seen.closed_ms is not None:
            donors.setdefault(seen.queue_id, []).append(seen)
            donors[None].append(seen)
    return donors
