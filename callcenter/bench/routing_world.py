"""The world of `callcenter bench routing`: many agents with skills, many kinds of contact, all of it from one seed.

A *kind* is a queue and one to three skills with the lowest level that will do; several are taken from the skills of some
agent, so that somebody can take it. Agents hold one to six skills at level 1 to 5 and take one voice contact at a time.
"""

from collections.abc import Iterator

import msgspec

from callcenter.simulation.randomness import Streams
from routing import commands as cmd
from routing.engine import Engine
from routing.events import OfferMade
from routing.ids import AgentId, ContactId, DispositionId, QueueId, ReasonId, SkillId, TeamId
from routing.model import (
    BUILT_IN_REASONS,
    AgentState,
    CapacityRule,
    Channel,
    NotReadyReason,
    Party,
    PriorityRule,
    QueuePolicy,
    RoutingConfiguration,
    SkillNeed,
)

FAR_MS = 10**12
"""Beyond the run: nothing expires in it."""

QUEUES = 10
"""Each gives its contacts 10 s more credit than the one before."""

_ONE_CALL = CapacityRule(1, {Channel.VOICE: 1})


class Size(msgspec.Struct, frozen=True):
    """How large a world is."""

    agents: int = 20_000
    skills: int = 200
    kinds: int = 2_000
    waiting: int = 100_000


class Kind(msgspec.Struct, frozen=True):
    """What a contact asks for."""

    queue_id: QueueId
    needs: tuple[SkillNeed, ...]


class World:
    """An engine with everybody in it, and what can be done to it."""

    def __init__(self, size: Size, seed: int, capacity: CapacityRule = _ONE_CALL) -> None:
        """Everybody ready, nobody has called yet."""
        self.random = Streams(seed).of("bench")
        self.engine = Engine()
        self.busy: list[ContactId] = []
        self.now_ms = 0
        self._size = size
        self._contacts = 0
        self._skill_ids = [SkillId(f"s{number}") for number in range(size.skills)]
        self._held: list[dict[SkillId, int]] = []
        self.handle(cmd.ApplyConfiguration(_configuration()))
        queue_ids = tuple(policy.queue_id for policy in self.engine.state.queues.values())
        for agent_id in self._agent_ids():
            skills = self._skills()
            put = cmd.PutAgent(agent_id, TeamId("all"), queue_ids, capacity, skills)
            self._held.append(skills)
            for command in (put, cmd.ConnectAgent(agent_id), _ready(agent_id)):
                self.handle(command)
        self.kinds = self._kinds(queue_ids)

    def handle(self, command: cmd.Command) -> OfferMade | None:
        """The engine must take it; what it offers is accepted by the caller."""
        handled = self.engine.handle(command, self.now_ms)
        if handled.refusal is not None:
            raise RuntimeError(handled.refusal.detail)
        made = [event for event in handled.events if type(event) is OfferMade]
        return made[0] if made else None

    def next_arrival(self, kind: Kind) -> cmd.EnqueueContact:
        """A contact of this kind, a moment later."""
        self._contacts += 1
        self.now_ms += self.random.randrange(3)
        contact_id = ContactId(f"c{self._contacts}")
        return cmd.EnqueueContact(contact_id, Channel.VOICE, kind.queue_id, "", kind.needs)

    def next_end(self) -> cmd.EndContact:
        """Some conversation ends."""
        place = self.random.randrange(len(self.busy))
        self.busy[place], self.busy[-1] = self.busy[-1], self.busy[place]
        contact_id = self.busy.pop()
        self.now_ms += self.random.randrange(3)
        return cmd.EndContact(contact_id, Party.CUSTOMER)

    def next_accept(self, offer: OfferMade) -> cmd.AcceptOffer:
        """The agent takes it at once."""
        self.busy.append(offer.contact_id)
        return cmd.AcceptOffer(offer.offer_id, offer.agent_id)

    def kind_of(self, contact_id: ContactId) -> Kind:
        """What an open contact asked for."""
        contact = self.engine.state.contacts[contact_id]
        return Kind(contact.queue_id, contact.own_needs)

    def some_kind(self) -> Kind:
        """What the next customer asks for."""
        return self.random.choice(self.kinds)

    def saturate(self) -> None:
        """Let customers call until as many wait as should."""
        while self.waiting < self._size.waiting:
            self.arrive()

    def staff(self, busy_share: float) -> None:
        """Let customers call until this share of the agents talk, or nobody finds anybody; who finds nobody leaves."""
        in_vain = 0
        while len(self.busy) < busy_share * self._size.agents and in_vain < len(self.kinds):
            arrival = self.next_arrival(self.some_kind())
            offer = self.handle(arrival)
            if offer is None:
                in_vain += 1
                self.handle(self.next_leave(arrival))
            else:
                in_vain = 0
                self.handle(self.next_accept(offer))

    def next_leave(self, arrival: cmd.EnqueueContact) -> cmd.EndContact:
        """A customer who found nobody does not wait."""
        return cmd.EndContact(arrival.contact_id, Party.CUSTOMER)

    @property
    def waiting(self) -> int:
        """Contacts that wait."""
        return sum(map(len, self.engine.state.waiting.values()))

    def arrive(self) -> None:
        """One customer of any kind, who waits if nobody is free."""
        offer = self.handle(self.next_arrival(self.some_kind()))
        if offer is not None:
            self.handle(self.next_accept(offer))

    def _agent_ids(self) -> Iterator[AgentId]:
        return (AgentId(f"a{number}") for number in range(self._size.agents))

    def _skills(self) -> dict[SkillId, int]:
        skill_ids = self.random.sample(self._skill_ids, self.random.randint(1, 6))
        return {skill_id: self.random.randint(1, 5) for skill_id in skill_ids}

    def _kinds(self, queue_ids: tuple[QueueId, ...]) -> list[Kind]:
        kinds: dict[Kind, None] = {}
        while len(kinds) < self._size.kinds:
            held = self.random.choice(self._held)
            wanted = self.random.sample(sorted(held), min(len(held), self.random.randint(1, 3)))
            highest = [held[skill] if len(wanted) > 1 else 5 for skill in wanted]
            levels = [self.random.randint(1, level) for level in highest]
            needs = map(SkillNeed, wanted, levels)
            kinds[Kind(self.random.choice(queue_ids), tuple(sorted(needs)))] = None
        return list(kinds)


def _ready(agent_id: AgentId) -> cmd.SetAgentState:
    return cmd.SetAgentState(agent_id, AgentState.READY)


def _configuration() -> RoutingConfiguration:
    return RoutingConfiguration(
        version="bench",
        queues=tuple(_policy(number) for number in range(QUEUES)),
        not_ready_reasons=tuple(NotReadyReason(ReasonId(one), FAR_MS) for one in BUILT_IN_REASONS),
        presence_grace_ms=FAR_MS,
        customer_gone_ms=FAR_MS,
        connected_probe_ms=FAR_MS,
        missed_limits={},
    )


def _policy(number: int) -> QueuePolicy:
    return QueuePolicy(
        queue_id=QueueId(f"q{number}"),
        offer_timeout_ms=FAR_MS,
        reoffer_gap_ms=FAR_MS,
        wrap_up_limit_ms=0,
        wrap_up_extension_ms=FAR_MS,
        wrap_up_extensions_max=0,
        waiting_alarm_ms=FAR_MS,
        waiting_max=10**9,
        waits_for_impossible=True,
        disposition_ids=(DispositionId("done"),),
        priority=PriorityRule(credit_ms=number * 10_000),
    )
