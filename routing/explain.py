"""Why this agent, why not that one, why it still waits: the decisions of the engine, told in numbers.

Theory: what decides stands in `matching.FILTERS` and in the keys of `strategies`; this file asks the same
functions and keeps what they say instead of only the winner. Nothing is remembered for it: an offer is explained
from the state just before it (the fold of the journal up to there), what waits from the state of the moment.

Law of this file: it reads, and never disagrees with the matcher in silence. An offer is decided again by the
naive scanner, and `is_confirmed` says whether that came to the same. Cost: O(agents) for a contact, O(waiting
contacts) for an agent; `Survey` can be fed in portions, so that a caller with other work can pause between.
"""

import heapq
from collections.abc import Callable, Iterable, Sequence

import msgspec

from routing import events as ev
from routing import timers
from routing.ids import AgentId, ContactId, OfferId, QueueId, ReasonId
from routing.limits import EXPLAINED_MAX
from routing.matching import (
    FILTERS,
    NaiveMatcher,
    agent_rank,
    refused_by,
    refused_by_hand,
)
from routing.model import AgentState, AgentStrategy, Channel, ContactStrategy, SkillNeed
from routing.reasons import REASONS, Facts, Reasons
from routing.state import Agent, Contact, ContactState, Deadline, State
from routing.strategies import (
    AGENT_KEY_PARTS,
    CHOICE_RANK_PARTS,
    ChoiceRank,
    choice_rank,
    effective_origin_ms,
)

ONLY_ONE = "only_one"
"""`decided_by` when there was nobody, or nothing, to compare with."""

LAST_RESORT = "last_resort"
"""`decided_by` when the other one had refused or missed the contact before."""


class Standing(msgspec.Struct, frozen=True):
    """What a contact brings into the competition. `credit_ms` is given on top of `waited_ms`, by queue, step and customer.

    `step` counts from 1 to `step_count`.
    """

    contact_id: ContactId
    channel: Channel
    queue_id: QueueId
    state: ContactState
    waited_ms: int
    credit_ms: int
    needs: tuple[SkillNeed, ...]
    agent_strategy: AgentStrategy
    contact_strategy: ContactStrategy
    offers_made: int
    configuration_version: str
    step: int
    step_count: int


class Group(msgspec.Struct, frozen=True):
    """Those whom one filter removed: how many, and the ids of the first `EXPLAINED_MAX`."""

    filter: str
    count: int
    ids: tuple[str, ...]


class Verdict(msgspec.Struct, frozen=True):
    """One agent and one contact: the first filter that says no, and why; `filter` is None if none does."""

    agent_id: AgentId
    contact_id: ContactId
    filter: str | None
    reasons: Reasons


class Candidate(msgspec.Struct, frozen=True):
    """An agent who could be asked. `parts` are compared in their order, the smaller first."""

    agent_id: AgentId
    is_last_resort: bool
    parts: Facts


class Rival(msgspec.Struct, frozen=True):
    """A contact the agent could have. `parts`: the agent's primary queue first, then the larger level and score, then the smaller."""

    contact_id: ContactId
    queue_id: QueueId
    waited_ms: int
    parts: Facts


class OfferExplanation(msgspec.Struct, frozen=True):
    """One offer. The lists hold the first `EXPLAINED_MAX`, best first; the counts are of all."""

    offer_id: OfferId
    at_ms: int
    agent_id: AgentId
    trigger: ev.OfferTrigger | None
    standing: Standing
    candidates: tuple[Candidate, ...]
    candidate_count: int
    agent_decided_by: str
    """By what the first candidate came before the second: a name of `AGENT_KEY_PARTS`, or one of the above."""
    runner_up_id: AgentId | None
    removed: tuple[Group, ...]
    rivals: tuple[Rival, ...]
    rival_count: int
    contact_decided_by: str
    """By what the first contact came before the second: a name of `CHOICE_RANK_PARTS`, or `only_one`."""
    is_confirmed: bool


class WaitingExplanation(msgspec.Struct, frozen=True):
    """Why a contact still waits. `eligible_ids` is empty, but for a moment between two portions of a survey."""

    standing: Standing
    at_ms: int
    agent_count: int
    removed: tuple[Group, ...]
    eligible_ids: tuple[str, ...]
    deadlines: tuple[Deadline, ...]


class AgentExplanation(msgspec.Struct, frozen=True):
    """Why an agent is not given what waits. Groups name contacts."""

    agent_id: AgentId
    at_ms: int
    state: AgentState
    reason_id: ReasonId | None
    is_present: bool
    state_since_ms: int
    idle_since_ms: int
    held_ids: tuple[ContactId, ...]
    waiting_count: int
    removed: tuple[Group, ...]
    eligible_ids: tuple[str, ...]


class _Sorter:
    """Counts ids by the first filter that removed them, and keeps the first of each."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._ids: dict[str, list[str]] = {}
        self.total = 0

    def add(self, name: str | None, one_id: str, *, is_named: bool = True) -> None:
        """Book one pair; `name` is None for one that nothing removed."""
        key = name or ""
        self.total += 1
        self._counts[key] = self._counts.get(key, 0) + 1
        ids = self._ids.setdefault(key, [])
        if is_named and len(ids) < EXPLAINED_MAX:
            ids.append(one_id)

    def groups(self) -> tuple[Group, ...]:
        """In the order of the filters."""
        return tuple(
            Group(name, self._counts[name], tuple(self._ids[name]))
            for name, _ in FILTERS
            if name in self._counts
        )

    def eligible_ids(self) -> tuple[str, ...]:
        """Those nothing removed."""
        return tuple(self._ids.get("", ()))


class Survey:
    """Who may not have a contact, and by which filter; fed with agents in as many portions as the caller likes."""

    def __init__(
        self, contact: Contact, is_named: Callable[[Agent], bool] = lambda _agent: True
    ) -> None:
        """`is_named`: whose ids may be told; the others are only counted."""
        self._contact = contact
        self._is_named = is_named
        self._sorter = _Sorter()

    def add(self, agents: Iterable[Agent]) -> None:
        """Look at these. O(agents)."""
        for agent in agents:
            name = refused_by(agent, self._contact)
            self._sorter.add(name, agent.agent_id, is_named=self._is_named(agent))

    def explanation(self, state: State, now_ms: int) -> WaitingExplanation:
        """What was found, and what will change the picture next."""
        return WaitingExplanation(
            standing(state, self._contact, now_ms),
            now_ms,
            self._sorter.total,
            self._sorter.groups(),
            self._sorter.eligible_ids(),
            deadlines_of(state, self._contact),
        )


def explain_waiting(state: State, contact: Contact, now_ms: int) -> WaitingExplanation:
    """Why the contact still waits. O(agents)."""
    survey = Survey(contact)
    survey.add(state.agents.values())
    return survey.explanation(state, now_ms)


class AgentSurvey:
    """What an agent is not given, and by which filter; fed with waiting contacts in portions."""

    def __init__(
        self, agent: Agent, is_named: Callable[[Contact], bool] = lambda _contact: True
    ) -> None:
        """`is_named`: whose ids may be told; the others are only counted."""
        self._agent = agent
        self._is_named = is_named
        self._sorter = _Sorter()

    def add(self, contacts: Iterable[Contact]) -> None:
        """Look at these. O(contacts)."""
        for contact in contacts:
            name = refused_by(self._agent, contact)
            self._sorter.add(name, contact.contact_id, is_named=self._is_named(contact))

    def explanation(self, now_ms: int) -> AgentExplanation:
        """What was found."""
        agent = self._agent
        return AgentExplanation(
            agent.agent_id,
            now_ms,
            agent.state,
            agent.reason_id,
            agent.is_present,
            agent.state_since_ms,
            agent.idle_since_ms,
            tuple(agent.holds),
            self._sorter.total,
            self._sorter.groups(),
            self._sorter.eligible_ids(),
        )


def waiting_contacts(state: State) -> list[Contact]:
    """Everything that waits, queue by queue."""
    return [state.contacts[contact_id] for line in state.waiting.values() for contact_id in line]


def explain_agent(state: State, agent: Agent, now_ms: int) -> AgentExplanation:
    """Why the agent is not given what waits. O(waiting contacts)."""
    survey = AgentSurvey(agent)
    survey.add(waiting_contacts(state))
    return survey.explanation(now_ms)


def verdict(agent: Agent, contact: Contact) -> Verdict:
    """Why not this agent: the one filter that comes first, and its numbers."""
    name = refused_by(agent, contact)
    reasons = () if name is None else REASONS[name](agent, contact)
    return Verdict(agent.agent_id, contact.contact_id, name, reasons)


def explain_offer(state: State, offer: ev.OfferMade) -> OfferExplanation:
    """Why this offer. `state` is the fold of everything before it. O(agents + waiting contacts).

    Raises KeyError for an offer that does not follow this state.
    """
    contact, agent = state.contacts[offer.contact_id], state.agents[offer.agent_id]
    survey = _Sorter()
    free: list[Agent] = []
    for one in state.agents.values():
        name = refused_by(one, contact)
        survey.add(name, one.agent_id)
        if name is None:
            free.append(one)
    candidates = _candidates(state, free, contact)
    rivals, rival_count = _rivals(state, agent, offer.at_ms)
    others = [one.agent_id for one in candidates[:2] if one.agent_id != agent.agent_id]
    return OfferExplanation(
        offer.offer_id,
        offer.at_ms,
        agent.agent_id,
        offer.trigger,
        standing(state, contact, offer.at_ms),
        tuple(candidates),
        len(free),
        _agent_decided_by(candidates),
        others[0] if others else None,
        survey.groups(),
        tuple(rivals),
        rival_count,
        _contact_decided_by(rivals),
        _is_confirmed(state, offer),
    )


def standing(state: State, contact: Contact, now_ms: int) -> Standing:
    """What the contact brings into the competition at `now_ms`."""
    policy, configuration = state.queues[contact.queue_id], state.configuration
    return Standing(
        contact.contact_id,
        contact.channel,
        contact.queue_id,
        contact.state,
        now_ms - contact.age_origin_ms,
        contact.age_origin_ms - effective_origin_ms(contact, policy.priority),
        contact.needs,
        policy.agent_strategy,
        policy.priority.strategy,
        contact.offers_made,
        "" if configuration is None else configuration.version,
        contact.step + 1,
        max(1, len(policy.steps)),
    )


def deadlines_of(state: State, contact: Contact) -> tuple[Deadline, ...]:
    """What will happen to the contact by itself, the next first."""
    contact_id = contact.contact_id
    keys = (
        timers.contact_key(contact_id),
        timers.step_key(contact_id),
        timers.gone_key(contact_id),
        *(timers.exclusion_key(contact_id, agent_id) for agent_id in contact.excluded),
    )
    found = [state.deadlines[key] for key in keys if key in state.deadlines]
    return tuple(sorted(found, key=lambda one: (one.due_ms, one.order)))


# --- candidates and rivals ---------------------------------------------------------------------------


def _candidates(state: State, free: list[Agent], contact: Contact) -> list[Candidate]:
    """The first of those who could be asked, best first."""
    policy = state.queues[contact.queue_id]
    ordered = (
        (one.agent_id in contact.last_resort, agent_rank(policy, one, contact)) for one in free
    )
    return [
        Candidate(key[-1], is_last_resort, _named(AGENT_KEY_PARTS, key))
        for is_last_resort, key in heapq.nsmallest(EXPLAINED_MAX, ordered)
    ]


def _rivals(state: State, agent: Agent, now_ms: int) -> tuple[list[Rival], int]:
    """Of what waits and this agent may have, the most urgent first, and how many there are."""
    ranked: list[tuple[ChoiceRank, Contact]] = []
    for queue_id, line in state.waiting.items():
        rule = state.queues[queue_id].priority
        for contact_id in line:
            contact = state.contacts[contact_id]
            if refused_by(agent, contact) is None:
                ranked.append((choice_rank(agent, contact, rule, now_ms), contact))
    first = heapq.nlargest(EXPLAINED_MAX, ranked, key=lambda one: one[0])
    told = [
        Rival(
            contact.contact_id,
            contact.queue_id,
            now_ms - contact.age_origin_ms,
            _named(CHOICE_RANK_PARTS, (*rank[:3], -rank[3], -rank[4])),
        )
        for rank, contact in first
    ]
    return told, len(ranked)


def _named(names: Sequence[str], parts: Sequence[int | str]) -> Facts:
    return dict(zip(names, parts, strict=True))


def _agent_decided_by(candidates: Sequence[Candidate]) -> str:
    if len(candidates) < 2:
        return ONLY_ONE
    first, second = candidates[0], candidates[1]
    if first.is_last_resort is not second.is_last_resort:
        return LAST_RESORT
    return _first_difference(AGENT_KEY_PARTS, first.parts, second.parts)


def _contact_decided_by(rivals: Sequence[Rival]) -> str:
    if len(rivals) < 2:
        return ONLY_ONE
    return _first_difference(CHOICE_RANK_PARTS, rivals[0].parts, rivals[1].parts)


def _first_difference(names: Sequence[str], one: Facts, other: Facts) -> str:
    return next(name for name in names if one[name] != other[name])


def _is_confirmed(state: State, offer: ev.OfferMade) -> bool:
    """Whether the naive scanner, asked the question that led to the offer, gives the same answer.

    A supervisor or a colleague asked no question, nor does an agent who was kept free; then it is whether nothing stood
    against the offer that holds even so.
    """
    matcher = NaiveMatcher(state)
    contact, agent = state.contacts[offer.contact_id], state.agents[offer.agent_id]
    if offer.trigger in ev.CHOSEN_BY_HAND:
        return refused_by_hand(agent, contact)[0] is None
    is_for_agent = offer.trigger in (None, ev.OfferTrigger.AGENT_FREED)
    if is_for_agent and matcher.best_contact(agent, offer.at_ms) is contact:
        return True
    is_for_contact = offer.trigger is not ev.OfferTrigger.AGENT_FREED
    return is_for_contact and matcher.best_agent(contact, offer.at_ms) is agent
