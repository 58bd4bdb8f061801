"""The index: the matcher's two questions answered without looking at everybody.

Theory (measured against four other designs): contacts that ask for the same thing form a *class*. A class has one
heap of its waiting contacts and one heap of the agents who could take them; an agent knows the classes it is
eligible for. The best contact for an agent is the most urgent of its classes' heads; the best agent for a contact
is the head of the class's agents. Cost: the heads of an agent's classes, and a logarithm; flat in the number of
agents and of waiting contacts.

A class that asks one agent alone lives only while something waits in it. Every class counts the agents who are
ready, busy or not, so that it is known at once when a step is deserted.

Nothing is deleted from the middle of a heap. A waiting entry counts while it is the one `_live` holds for its contact,
and the head of a heap always counts, so that a decision reads one entry of each class and nothing else; an agent's entry counts while the agent is free and its key is unchanged. A key that has become worse
is corrected when it is met; a key that has become better is pushed again, by the rule that whoever an event frees
is asked for work (`best_contact`) and, if there is none, is entered here. Heaps that are mostly dead are rebuilt.

It never decides: `matching.NaiveMatcher` gives the same answers by looking at everyone, and tests hold the two
against each other.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias, get_args

import msgspec

from routing import events as ev
from routing.capacity import has_capacity
from routing.ids import AgentId, ContactId, QueueId, SkillId
from routing.matching import is_kept_from, is_routable, may_ever_serve
from routing.model import Channel, QueuePolicy
from routing.state import Agent, Contact, ContactState, Demand, State
from routing.strategies import (
    AgentKey,
    agent_key,
    is_by_age,
    level_of,
    order_key,
    urgency,
)

_DEAD_ENTRIES_ALLOWED = 64
"""Entries a heap may hold beyond twice what can be alive in it before it is rebuilt."""

ClassId = tuple[QueueId, Channel, Demand]
_Anchor = tuple[QueueId, SkillId | None]
_WaitingEntry = tuple[int, int, int, Contact, "_Class", bool]
"""Effective origin, arrival, number of the push (so that contacts are never compared), contact, its class, and
whether it is for every agent of the class: a contact that somebody is kept from must be looked at by agent."""


_ContactEvent: TypeAlias = (
    ev.ContactQueued
    | ev.ContactRequeued
    | ev.ContactStepped
    | ev.OfferRejected
    | ev.OfferExpired
    | ev.OfferRescinded
    | ev.ContactAttributesUpdated
    | ev.PriorityAdjusted
    | ev.WrapUpStarted
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


class _Class(msgspec.Struct, eq=False):
    """Contacts that ask for the same thing, and who could take them: `live` contacts, `staff` agents who are ready.

    `level` and `is_by_age` are what its priority rule comes to.
    """

    queue_id: QueueId
    channel: Channel
    demand: Demand
    policy: QueuePolicy
    level: int
    is_by_age: bool
    waiting: list[_WaitingEntry] = []
    idle: list[AgentKey] = []
    agents: dict[AgentId, None] = {}
    live: int = 0
    staff: int = 0


class IndexedMatcher:
    """`matching.Matcher` over heaps. `note` must see every event, after it was applied."""

    def __init__(self, state: State) -> None:
        """Index everything in `state`: O(everything), once."""
        self._state = state
        self._classes: dict[ClassId, _Class] = {}
        self._by_anchor: dict[_Anchor, list[_Class]] = {}
        self._classes_of: dict[AgentId, list[_Class]] = {}
        self._holders: dict[SkillId, dict[AgentId, None]] = {}
        self._members: dict[QueueId, dict[AgentId, None]] = {}
        self._listed: dict[AgentId, list[dict[AgentId, None]]] = {}
        self._personal: dict[AgentId, list[_Class]] = {}
        self._ready: dict[AgentId, None] = {}
        self._live: dict[ContactId, _WaitingEntry] = {}
        self._left: list[_Class] = []
        self._pushes = 0
        self._follow: dict[type, Callable[[Any], None]] = {  # type: ignore[explicit-any]  # keyed by the argument's type
            **dict.fromkeys(get_args(_ContactEvent), self._contact_changed),
            **dict.fromkeys(get_args(_AgentEvent), self._agent_changed),
            ev.OfferMade: self._contact_left,
            ev.ContactClosed: self._contact_left,
            ev.AgentPut: self._agent_put,
            ev.AgentRemoved: self._agent_removed,
            ev.ConfigurationApplied: self._configuration_applied,
        }
        self._matrix: dict[Channel, tuple[Channel, ...]] = {}
        self._rebuild()

    # --- the two questions -----------------------------------------------------------------------

    def best_agent(self, contact: Contact, now_ms: int) -> Agent | None:
        """The free agent to be asked first; one who refused the contact before only if there is no other."""
        del now_ms
        if contact.demand.agent_id is not None and contact.state is not ContactState.WAITING:
            return None  # a broadcast has asked the only one there is
        waiting = self._live.get(contact.contact_id)
        group = (
            waiting[4]
            if waiting
            else self._class_of(contact.queue_id, contact.channel, contact.demand)
        )
        passed: list[AgentKey] = []
        found: Agent | None = None
        reluctant: Agent | None = None
        while found is None and (entry := self._idle_head(group)) is not None:
            agent = self._state.agents[entry[-1]]
            if is_kept_from(contact, agent.agent_id):
                passed.append(heapq.heappop(group.idle))
            elif agent.agent_id in contact.last_resort:
                passed.append(heapq.heappop(group.idle))
                reluctant = reluctant or agent
            else:
                found = agent
        for entry in passed:
            heapq.heappush(group.idle, entry)
        return found or reluctant

    def best_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """The most urgent waiting contact this agent may take; without one, the agent is entered as free."""
        if not is_routable(agent):
            return None
        room = self._room_of(agent)
        if not room:
            return None
        best: _WaitingEntry | None = None
        best_front = (False, 0)
        agent_id, primary_queue_id = agent.agent_id, agent.primary_queue_id
        for group in self._classes_of.get(agent_id, ()):
            if not group.waiting or group.channel not in room:
                continue
            head = group.waiting[0]
            if not head[5]:
                first = self._first_for(group, agent_id)
                if first is None:
                    continue
                head = first
            front = (group.queue_id == primary_queue_id, group.level)
            if best is None or front > best_front:
                best, best_front = head, front
            elif front == best_front and _goes_before(head, best, now_ms):
                best = head
        if best is not None:
            return best[3]
        self._enter(agent, room)
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
            entry[3]
            for group in left
            if group.staff == 0 and group.demand.skips_unstaffed
            for entry in group.waiting
            if self._live.get(entry[3].contact_id) is entry
        ]

    def enter(self, agent: Agent) -> None:
        """Put the agent among the free of each class it has room for."""
        if not is_routable(agent):
            return
        self._enter(agent, self._room_of(agent))

    def _enter(self, agent: Agent, room: dict[Channel, bool]) -> None:
        shared: dict[AgentKey, AgentKey] = {}
        for group in self._classes_of.get(agent.agent_id, ()):
            interrupts = room.get(group.channel)
            if interrupts is not None:
                key = agent_key(group.policy, agent, group.demand, interrupts=interrupts)
                self._push_free(group, shared.setdefault(key, key))

    def _room_of(self, agent: Agent) -> dict[Channel, bool]:
        """For each channel of which one more contact fits: whether it would interrupt something."""
        found = {
            channel: self._interrupts(agent, channel) for channel in agent.capacity.per_channel
        }
        return {
            channel: interrupts for channel, interrupts in found.items() if interrupts is not None
        }

    def _interrupts(self, agent: Agent, channel: Channel) -> bool | None:
        """Whether one more contact of the channel would interrupt something; None if there is no room for it."""
        if has_capacity(agent, channel):
            return False
        aside = self._matrix.get(channel)
        return True if aside and has_capacity(agent, channel, aside) else None

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
        follow = self._follow.get(type(event))
        if follow is not None:
            follow(event)

    def _contact_changed(self, event: _ContactEvent) -> None:
        if self._state.contacts[event.contact_id].state is ContactState.WAITING:
            self._enter_waiting(event.contact_id)

    def _contact_left(self, event: ev.OfferMade | ev.ContactClosed) -> None:
        self._leave_waiting(event.contact_id)

    def _agent_put(self, event: ev.AgentPut) -> None:
        self._place_agent(self._state.agents[event.agent_id])

    def _agent_removed(self, event: ev.AgentRemoved) -> None:
        self._remove_agent(event.agent_id)

    def _agent_changed(self, event: _AgentEvent) -> None:
        self._count(self._state.agents[event.agent_id])

    def _configuration_applied(self, _event: ev.ConfigurationApplied) -> None:
        self._rebuild()

    def _rebuild(self) -> None:
        """Index everything anew: at the start, and when the rules of queues have changed."""
        configuration = self._state.configuration
        self._matrix = {} if configuration is None else configuration.interrupts
        for table in (
            self._classes,
            self._by_anchor,
            self._classes_of,
            self._holders,
            self._members,
            self._listed,
            self._personal,
            self._ready,
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
        for agent in self._state.agents.values():
            self.enter(agent)
        self._left = []

    def _class_of(self, queue_id: QueueId, channel: Channel, demand: Demand) -> _Class:
        """The class of such contacts, interned at its first."""
        class_id = (queue_id, channel, demand)
        group = self._classes.get(class_id)
        if group is None:
            policy = self._state.queues[queue_id]
            rule = policy.priority
            group = _Class(queue_id, channel, demand, policy, level_of(rule), is_by_age(rule))
            self._classes[class_id] = group
            if demand.agent_id is not None:
                self._personal.setdefault(demand.agent_id, []).append(group)
            else:
                for anchor in self._anchors(group):
                    self._by_anchor.setdefault(anchor, []).append(group)
            for agent_id in self._candidates(group):
                self._join(self._state.agents[agent_id], group)
        return group

    def _anchors(self, group: _Class) -> list[_Anchor]:
        """What a new agent finds the class by: each of its queues, with the rarest skill it asks for."""
        skills = [need.skill_id for need in group.demand.needs]
        rarest = min(
            skills, key=lambda skill: (len(self._holders.get(skill, ())), skill), default=None
        )
        return [(queue_id, rarest) for queue_id in (group.queue_id, *group.demand.queue_ids)]

    def _candidates(self, group: _Class) -> Iterable[AgentId]:
        """A small set of agents that holds everybody eligible."""
        demand = group.demand
        if demand.agent_id is not None:
            return [demand.agent_id] if demand.agent_id in self._classes_of else []
        anchors = self._anchors(group)
        queues = [self._members.get(queue_id, {}) for queue_id, _ in anchors]
        skill_id = anchors[0][1]
        holders = None if skill_id is None else self._holders.get(skill_id, {})
        if holders is not None and len(holders) < sum(map(len, queues)):
            return list(holders)
        return [agent_id for members in queues for agent_id in members]

    def _join(self, agent: Agent, group: _Class) -> None:
        if agent.agent_id in group.agents:
            return
        if may_ever_serve(agent, group.queue_id, group.channel, group.demand):
            group.agents[agent.agent_id] = None
            group.staff += agent.agent_id in self._ready
            self._classes_of[agent.agent_id].append(group)
            key = self._idle_key(group, agent.agent_id)
            if key is not None:
                self._push_free(group, key)

    def _place_agent(self, agent: Agent) -> None:
        """Compute the classes of an agent whose facts are new."""
        if agent.agent_id in self._classes_of:
            self._remove_agent(agent.agent_id)
        self._classes_of[agent.agent_id] = []
        if is_routable(agent):
            self._ready[agent.agent_id] = None
        tables = [self._holders.setdefault(skill_id, {}) for skill_id in agent.skills]
        tables += [self._members.setdefault(queue_id, {}) for queue_id in agent.queue_ids]
        for table in tables:
            table[agent.agent_id] = None
        self._listed[agent.agent_id] = tables
        for queue_id in agent.queue_ids:
            for skill in (None, *agent.skills):
                for group in self._by_anchor.get((queue_id, skill), ()):
                    self._join(agent, group)
        for group in self._personal.get(agent.agent_id, ()):
            self._join(agent, group)

    def _remove_agent(self, agent_id: AgentId) -> None:
        self._leave(agent_id)
        for group in self._classes_of.pop(agent_id, ()):
            group.agents.pop(agent_id, None)
        for table in self._listed.pop(agent_id, ()):
            table.pop(agent_id, None)

    # --- who is ready, and who has left ---

    def _count(self, agent: Agent) -> None:
        """Follow the agent into ready and out of it."""
        if not is_routable(agent):
            self._leave(agent.agent_id)
        elif agent.agent_id not in self._ready:
            self._ready[agent.agent_id] = None
            for group in self._classes_of[agent.agent_id]:
                group.staff += 1

    def _leave(self, agent_id: AgentId) -> None:
        """One less in each class; those that may have been deserted are remembered until `deserted` is asked."""
        if agent_id not in self._ready:
            return
        del self._ready[agent_id]
        for group in self._classes_of[agent_id]:
            group.staff -= 1
            if group.staff == 0 and group.live and group.demand.skips_unstaffed:
                self._left.append(group)

    # --- heaps -----------------------------------------------------------------------------------

    def _enter_waiting(self, contact_id: ContactId) -> None:
        contact = self._state.contacts[contact_id]
        self._leave_waiting(contact_id)
        group = self._class_of(contact.queue_id, contact.channel, contact.demand)
        origin_ms, arrival = order_key(contact, group.policy.priority)
        self._pushes += 1
        is_for_all = not (
            contact.barred or contact.asked or contact.excluded or contact.wrapped_up_by
        )
        entry = (origin_ms, arrival, self._pushes, contact, group, is_for_all)
        self._live[contact_id] = entry
        group.live += 1
        heapq.heappush(group.waiting, entry)
        if len(group.waiting) > _DEAD_ENTRIES_ALLOWED + 2 * group.live:
            live = self._live
            group.waiting = [one for one in group.waiting if live.get(one[3].contact_id) is one]
            heapq.heapify(group.waiting)

    def _leave_waiting(self, contact_id: ContactId) -> None:
        entry = self._live.pop(contact_id, None)
        if entry is None:
            return
        group = entry[4]
        group.live -= 1
        self._clear_head(group)
        agent_id = group.demand.agent_id
        if group.live == 0 and agent_id is not None:
            del self._classes[(group.queue_id, group.channel, group.demand)]
            self._personal[agent_id].remove(group)
            if agent_id in group.agents:
                self._classes_of[agent_id].remove(group)
            group.waiting.clear()  # its entries name the class: nothing else would ever free them

    def _clear_head(self, group: _Class) -> None:
        """Drop what is dead from the head of the line."""
        heap, live = group.waiting, self._live
        while heap and live.get(heap[0][3].contact_id) is not heap[0]:
            heapq.heappop(heap)

    def _first_for(self, group: _Class, agent_id: AgentId) -> _WaitingEntry | None:
        """The first live entry whose contact is not kept from the agent."""
        heap, live = group.waiting, self._live
        passed: list[_WaitingEntry] = []
        found: _WaitingEntry | None = None
        while heap and found is None:
            entry = heap[0]
            if live.get(entry[3].contact_id) is entry and not is_kept_from(entry[3], agent_id):
                found = entry
            else:
                heapq.heappop(heap)
                if live.get(entry[3].contact_id) is entry:
                    passed.append(entry)
        for entry in passed:
            heapq.heappush(heap, entry)
        return found

    def _push_free(self, group: _Class, key: AgentKey) -> None:
        heapq.heappush(group.idle, key)
        if len(group.idle) > _DEAD_ENTRIES_ALLOWED + 2 * len(group.agents):
            fresh = [self._idle_key(group, one) for one in group.agents]
            group.idle = [entry for entry in fresh if entry is not None]
            heapq.heapify(group.idle)

    def _idle_key(self, group: _Class, agent_id: AgentId) -> AgentKey | None:
        """The agent's key as it is now, if the agent is free for the class."""
        agent = self._state.agents.get(agent_id)
        if agent is None or agent_id not in group.agents or not is_routable(agent):
            return None
        interrupts = self._interrupts(agent, group.channel)
        if interrupts is None:
            return None
        return agent_key(group.policy, agent, group.demand, interrupts=interrupts)

    def _idle_head(self, group: _Class) -> AgentKey | None:
        """The first entry that is true now; what has become worse is corrected, what is over is dropped."""
        heap = group.idle
        while heap:
            key = heap[0]
            true_key = self._idle_key(group, key[-1])
            if true_key == key:
                return key
            heapq.heappop(heap)
            if true_key is not None and true_key > key:
                heapq.heappush(heap, true_key)
        return None


def _goes_before(head: _WaitingEntry, other: _WaitingEntry, now_ms: int) -> bool:
    """Whether the first of two entries of one level is the more urgent; as `contact_rank` has it."""
    group, others = head[4], other[4]
    if group.is_by_age and others.is_by_age:
        return head < other
    score = urgency(head[0], group.policy.priority, now_ms)
    other_score = urgency(other[0], others.policy.priority, now_ms)
    return score > other_score or (score == other_score and head < other)
