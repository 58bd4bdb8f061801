"""The index: the matcher's two questions answered without looking at everybody.

Theory (measured against five other designs): contacts that ask for the same thing form a *class* (`routing/classes.py`).
A class has a heap of its waiting contacts and a sorted line of the agents who are free for them; an agent's *seat*
knows the classes it is eligible for. The best contact for an agent is the most urgent of its classes' heads; the best
agent for a contact is the first in its class's line. Cost: the heads of an agent's classes, and a logarithm; flat in the
number of agents and of waiting contacts.

A class that asks one agent alone lives only while something waits in it. Every class counts the agents who are
ready, busy or not, so that it is known at once when a step is deserted.

An event that may have changed where an agent stands is remembered, and all who have changed are placed anew before
somebody is looked for: who is freed and given work at once is not placed at all.

It never decides: `matching.NaiveMatcher` gives the same answers by looking at everyone, and tests hold the two
against each other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias, get_args

import msgspec

from routing import events as ev
from routing.capacity import room_of
from routing.classes import (
    ContactClass,
    Free,
    Waiting,
    enter_free,
    enter_waiting,
    first_for,
    free_agents,
    leave_waiting,
    most_urgent,
)
from routing.ids import AgentId, ContactId, QueueId, SkillId
from routing.matching import is_kept_from, is_routable, may_ever_serve
from routing.model import Channel, RoutingConfiguration
from routing.state import Agent, Contact, ContactState, Demand, State
from routing.strategies import (
    Standpoint,
    agent_key,
    is_by_age,
    level_of,
    order_key,
    standpoint,
)

CHANGED_MAX = 64
"""Agents who may have changed their place before all of them are moved."""

ClassId = tuple[QueueId, Channel, Demand]
_Anchor = tuple[QueueId, SkillId | None]

_ContactEvent: TypeAlias = (
    ev.ContactQueued
    | ev.ContactRequeued
    | ev.ContactStepped
    | ev.OfferRejected
    | ev.OfferExpired
    | ev.OfferRescinded
    | ev.ContactAttributesUpdated
    | ev.PriorityAdjusted
)
"""A contact waits again, or in another place of the line."""

_AgentEvent: TypeAlias = (
    ev.AgentStateChanged
    | ev.AgentStateRequested
    | ev.AgentStateForced
    | ev.AgentConnected
    | ev.AgentDisconnected
)
"""An agent may have come to be ready, or stopped being it."""

_MOVES_AGENT = frozenset(
    (
        *get_args(_AgentEvent),
        ev.PermitGranted,
        ev.DialAnswered,
        ev.DialConnected,
        ev.OfferMade,
        ev.OfferAccepted,
        ev.OfferRejected,
        ev.OfferExpired,
        ev.OfferRescinded,
        ev.ContactRequeued,
        ev.ContactClosed,
        ev.ContactParked,
        ev.ContactResumed,
        ev.ContactInterrupted,
        ev.InterruptionEnded,
        ev.WrapUpStarted,
        ev.WrapUpCompleted,
        ev.WrapUpExpired,
    )
)
"""The agent they name may stand elsewhere among the free, or no longer among them."""


_EVERY_CHANNEL = tuple(Channel)

_NOWHERE: Mapping[int, Free] = {}
"""The places of everybody who is not free."""


class _Seat(msgspec.Struct, eq=False, gc=False):
    """What is known of an agent: the skills and queues it is found by, and the classes it is eligible for.

    `places` is where it stands among the free of its classes, by their standpoint; without one it is not among them.
    """

    agent: Agent
    skills: Iterable[SkillId]
    queue_ids: tuple[QueueId, ...]
    classes: list[ContactClass]
    is_ready: bool
    places: Mapping[int, Free]


class IndexedMatcher:
    """`matching.Matcher` over heaps and lists. `note` must see every event, after it was applied."""

    def __init__(self, state: State) -> None:
        """Index everything in `state`: O(everything), once."""
        self._state = state
        self._interrupts: dict[Channel, tuple[Channel, ...]] = {}
        self._over_wrap_up: tuple[Channel, ...] = ()
        self._is_by_age = True
        self._rules: object = None
        self._classes: dict[ClassId, ContactClass] = {}
        self._by_anchor: dict[_Anchor, list[ContactClass]] = {}
        self._seats: dict[AgentId, _Seat] = {}
        self._holders: dict[SkillId, dict[AgentId, None]] = {}
        self._members: dict[tuple[QueueId, ...], dict[AgentId, None]] = {}  # by all their queues
        self._personal: dict[AgentId, list[ContactClass]] = {}
        self._standpoints: dict[Standpoint, int] = {}
        self._changed: dict[AgentId, _Seat] = {}
        self._live: dict[ContactId, Waiting] = {}
        self._left: list[ContactClass] = []
        self._follow: dict[type, Callable[[Any], None]] = {  # type: ignore[explicit-any]  # keyed by the argument's type
            **dict.fromkeys(get_args(_ContactEvent), self._contact_changed),
            **dict.fromkeys(get_args(_AgentEvent), self._agent_changed),
            ev.OfferMade: self._contact_left,
            ev.ContactClosed: self._contact_left,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
            ev.ConfigurationApplied: self._configuration_applied,
        }
        self._rebuild()

    # --- the two questions -----------------------------------------------------------------------

    def best_agent(self, contact: Contact, now_ms: int) -> Agent | None:
        """The free agent to be asked first; one who refused the contact before only if there is no other."""
        del now_ms
        if contact.demand.agent_id is not None and contact.state is not ContactState.WAITING:
            return None  # a broadcast has asked the only one there is
        waiting = self._live.get(contact.contact_id)
        group = (
            self._class_of(contact.queue_id, contact.channel, contact.demand)
            if waiting is None
            else waiting.group
        )
        self._place_changed()
        agents = self._state.agents
        reluctant: Agent | None = None
        for place in free_agents(group):
            if is_kept_from(contact, place.agent_id):
                continue
            agent = agents[place.agent_id]
            if place.agent_id not in contact.last_resort:
                return agent
            reluctant = reluctant or agent
        return reluctant

    def best_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """The most urgent waiting contact this agent may take."""
        return self._most_urgent(agent, self._over_wrap_up, now_ms)

    def next_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """The most urgent waiting contact this agent might take if the wrap-ups were over."""
        return self._most_urgent(agent, _EVERY_CHANNEL, now_ms)

    def _most_urgent(
        self, agent: Agent, over_wrap_up: tuple[Channel, ...], now_ms: int
    ) -> Contact | None:
        agent_id = agent.agent_id
        seat = self._seats.get(agent_id)
        if seat is None or not seat.is_ready:
            return None
        room = room_of(agent, self._interrupts, over_wrap_up)
        if not room:
            return None
        heads = [
            head
            for group in seat.classes
            if (head := group.head) is not None and group.channel in room
        ]
        while heads:
            best = most_urgent(heads, agent.primary_queue_id, self._is_by_age, now_ms)
            if not is_kept_from(best.contact, agent_id):
                return best.contact
            heads.remove(best)
            following = first_for(best.group, agent_id)
            if following is not None:
                heads.append(following)
        return None

    def is_staffed(self, contact: Contact, demand: Demand) -> bool:
        """O(1), but for the first contact of a class."""
        if demand.agent_id is not None:
            agent = self._state.agents.get(demand.agent_id)
            if agent is None or not is_routable(agent):
                return False
            return may_ever_serve(agent, contact.queue_id, contact.channel, demand)
        return self._class_of(contact.queue_id, contact.channel, demand).staff > 0

    def deserted(self) -> list[Contact]:
        """O(contacts of the classes whose last agent has left since it was asked before)."""
        if not self._left:
            return []
        left, self._left = self._left, []
        return [
            entry.contact
            for group in left
            if group.staff == 0 and group.demand.skips_unstaffed
            for entry in group.waiting
            if entry.counts
        ]

    def servers(self, queue_id: QueueId, channel: Channel, demand: Demand) -> Iterator[Agent]:
        """O(1) for the first of them, but for the first contact of a class."""
        agents = self._state.agents
        if demand.agent_id is not None:
            agent = agents.get(demand.agent_id)
            able = agent is not None and may_ever_serve(agent, queue_id, channel, demand)
            return iter([agent] if agent is not None and able else [])
        group = self._class_of(queue_id, channel, demand)
        return (agents[agent_id] for agent_id in group.agents)

    # --- following the state ---------------------------------------------------------------------

    def note(self, event: ev.Event) -> None:
        """Follow one applied event."""
        kind = type(event)
        follow = self._follow.get(kind)
        if follow is not None:
            follow(event)
        if kind in _MOVES_AGENT:
            self._agent_moved(event.agent_id)  # type: ignore[union-attr]  # each of them has one, or None

    def _contact_changed(self, event: _ContactEvent) -> None:
        if self._state.contacts[event.contact_id].state is ContactState.WAITING:
            self._enter_waiting(event.contact_id)

    def _contact_left(self, event: ev.OfferMade | ev.ContactClosed) -> None:
        self._leave_waiting(event.contact_id)

    def _agent_put(self, event: ev.AgentPut) -> None:
        self._place_agent(self._state.agents[event.agent_id])

    def _agent_removed(self, event: ev.AgentRemoved) -> None:
        self._remove_agent(event.agent_id)

    def _agent_moved(self, agent_id: AgentId | None) -> None:
        seat = None if agent_id is None else self._seats.get(agent_id)
        if seat is not None:
            self._changed[seat.agent.agent_id] = seat
            if len(self._changed) > CHANGED_MAX:
                self._place_changed()

    def _agent_changed(self, event: _AgentEvent) -> None:
        """Follow the agent into ready and out of it."""
        seat = self._seats.get(event.agent_id)
        if seat is None or not is_routable(seat.agent):
            self._leave(seat)
        elif not seat.is_ready:
            seat.is_ready = True
            for group in seat.classes:
                group.staff += 1

    def _configuration_applied(self, event: ev.ConfigurationApplied) -> None:
        """What has changed may be no matter of the index: hours, limits, time-outs, reasons."""
        if _rules_of(event.configuration) != self._rules:
            self._rebuild()

    def _rebuild(self) -> None:
        """Index everything anew: at the start, and when what it goes by has changed."""
        configuration, queues = self._state.configuration, self._state.queues
        self._rules = None if configuration is None else _rules_of(configuration)
        self._interrupts = {} if configuration is None else configuration.interrupts
        self._over_wrap_up = () if configuration is None else configuration.over_wrap_up
        self._is_by_age = all(is_by_age(policy.priority) for policy in queues.values())
        for table in (
            self._classes,
            self._by_anchor,
            self._seats,
            self._holders,
            self._members,
            self._personal,
            self._standpoints,
            self._changed,
            self._live,
        ):
            table.clear()
        for agent in self._state.agents.values():
            if (
                not agent.is_removed
            ):  # it leaves without another event, when its last call has ended
                self._place_agent(agent)
        for line in self._state.waiting.values():
            for contact_id in line:
                self._enter_waiting(contact_id)
        self._place_changed()
        self._left = []

    # --- classes and agents ----------------------------------------------------------------------

    def _class_of(self, queue_id: QueueId, channel: Channel, demand: Demand) -> ContactClass:
        """The class of such contacts, interned at its first."""
        class_id = (queue_id, channel, demand)
        group = self._classes.get(class_id)
        if group is None:
            policy = self._state.queues[queue_id]
            seen_from = standpoint(policy, channel, demand)
            number = self._standpoints.setdefault(seen_from, len(self._standpoints))
            level = level_of(policy.priority)
            group = ContactClass(channel, number, None, queue_id, demand, policy, -level)
            self._classes[class_id] = group
            if demand.agent_id is not None:
                self._personal.setdefault(demand.agent_id, []).append(group)
            else:
                for anchor in self._anchors(group):
                    self._by_anchor.setdefault(anchor, []).append(group)
            for agent_id in self._candidates(group):
                self._join(self._seats[agent_id], group)
        return group

    def _anchors(self, group: ContactClass) -> list[_Anchor]:
        """What a new agent finds the class by: each of its queues, with the rarest skill it asks for."""
        skills = [need.skill_id for need in group.demand.needs]
        rarest = min(
            skills, key=lambda skill: (len(self._holders.get(skill, ())), skill), default=None
        )
        return [(queue_id, rarest) for queue_id in (group.queue_id, *group.demand.queue_ids)]

    def _candidates(self, group: ContactClass) -> Iterable[AgentId]:
        """A small set of agents that holds everybody eligible."""
        demand = group.demand
        if demand.agent_id is not None:
            return [demand.agent_id] if demand.agent_id in self._seats else []
        anchors = self._anchors(group)
        wanted = {queue_id for queue_id, _ in anchors}
        members = [
            some for queue_ids, some in self._members.items() if not wanted.isdisjoint(queue_ids)
        ]
        skill_id = anchors[0][1]
        holders = None if skill_id is None else self._holders.get(skill_id, {})
        if holders is not None and len(holders) < sum(map(len, members)):
            return list(holders)
        return [agent_id for some in members for agent_id in some]

    def _join(self, seat: _Seat, group: ContactClass) -> None:
        agent = seat.agent
        if agent.agent_id in group.agents:
            return
        if may_ever_serve(agent, group.queue_id, group.channel, group.demand):
            group.agents[agent.agent_id] = None
            group.staff += seat.is_ready
            seat.classes.append(group)
            place = seat.places.get(group.standpoint)
            if place is None:
                self._changed[agent.agent_id] = seat
            else:
                enter_free(group, place)

    def _place_agent(self, agent: Agent) -> None:
        """Compute the classes of an agent whose facts are new."""
        agent_id = agent.agent_id
        self._remove_agent(agent_id)
        skills, queue_ids = agent.skills, agent.queue_ids
        seat = _Seat(agent, skills, queue_ids, [], is_routable(agent), _NOWHERE)
        self._seats[agent_id] = seat
        for skill_id in skills:
            self._holders.setdefault(skill_id, {})[agent_id] = None
        self._members.setdefault(queue_ids, {})[agent_id] = None
        for queue_id in queue_ids:
            for skill in (None, *skills):
                for group in self._by_anchor.get((queue_id, skill), ()):
                    self._join(seat, group)
        for group in self._personal.get(agent_id, ()):
            self._join(seat, group)

    def _remove_agent(self, agent_id: AgentId) -> None:
        seat = self._seats.pop(agent_id, None)
        if seat is None:
            return
        self._leave(seat)
        _leave_free(seat)
        self._changed.pop(agent_id, None)
        for group in seat.classes:
            del group.agents[agent_id]
        for skill_id in seat.skills:
            del self._holders[skill_id][agent_id]
        members = self._members[seat.queue_ids]
        del members[agent_id]
        if not members:
            del self._members[seat.queue_ids]

    def _leave(self, seat: _Seat | None) -> None:
        """One less in each class; those that may have been deserted are remembered until `deserted` is asked."""
        if seat is None or not seat.is_ready:
            return
        seat.is_ready = False
        for group in seat.classes:
            group.staff -= 1
            if group.staff == 0 and group.live and group.demand.skips_unstaffed:
                self._left.append(group)

    # --- who is free -----------------------------------------------------------------------------

    def _place_changed(self) -> None:
        """Enter everybody who may have changed where they stand now."""
        if self._changed:
            changed, self._changed = self._changed, {}
            for seat in changed.values():
                self._place(seat)

    def _place(self, seat: _Seat) -> None:
        places = self._places_of(seat)
        if places == seat.places:
            return
        _leave_free(seat)
        seat.places = places
        if places:
            for group in seat.classes:
                place = places.get(group.standpoint)
                if place is not None:
                    enter_free(group, place)

    def _places_of(self, seat: _Seat) -> Mapping[int, Free]:
        """Where the agent stands now for each of its classes that it has room for, by their standpoints."""
        agent = seat.agent
        room = room_of(agent, self._interrupts, self._over_wrap_up) if seat.is_ready else None
        if not room:
            return _NOWHERE
        places: dict[int, Free] = {}
        for group in seat.classes:
            if group.standpoint not in places and group.channel in room:
                interrupts = room[group.channel]
                key = agent_key(group.policy, agent, group.demand, interrupts=interrupts)
                places[group.standpoint] = Free(*key)
        return places

    # --- who waits -------------------------------------------------------------------------------

    def _enter_waiting(self, contact_id: ContactId) -> None:
        contact = self._state.contacts[contact_id]
        self._leave_waiting(contact_id)
        group = self._class_of(contact.queue_id, contact.channel, contact.demand)
        origin_ms, arrival = order_key(contact, group.policy.priority)
        entry = Waiting(group.negated_level, origin_ms, arrival, contact, group)
        self._live[contact_id] = entry
        enter_waiting(group, entry)

    def _leave_waiting(self, contact_id: ContactId) -> None:
        entry = self._live.pop(contact_id, None)
        if entry is None:
            return
        leave_waiting(entry)
        group, agent_id = entry.group, entry.group.demand.agent_id
        if group.live == 0 and agent_id is not None:
            del self._classes[(group.queue_id, group.channel, group.demand)]
            self._personal[agent_id].remove(group)
            if agent_id in group.agents:
                self._seats[agent_id].classes.remove(group)
            group.waiting.clear()  # its entries name the class: nothing else would free them soon


def _rules_of(configuration: RoutingConfiguration) -> object:
    """What the index goes by, to be compared: whom contacts ask for, who goes first, and what may be interrupted."""
    rules = [
        (
            one.queue_id,
            one.needs,
            one.steps,
            one.site,
            one.site_cost,
            one.agent_strategy,
            one.priority,
        )
        for one in configuration.queues
    ]
    return configuration.interrupts, configuration.over_wrap_up, rules


def _leave_free(seat: _Seat) -> None:
    """The agent no longer stands where it stood."""
    for place in seat.places.values():
        place.counts = False
