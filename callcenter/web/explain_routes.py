"""Explanations over HTTP: why a contact waits, from the mirror; why an offer was made, from the journal.

Neither may hold up the loop that decides. The agents are looked at in slices of about a millisecond, between which
other work gets its turn; if the contact moves on meanwhile, that is the answer. Journals are folded one at a time,
and one that is too long is left to the command line.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import TypeVar

from callcenter.auth.authorise import ObjectFacts, Permission, may
from callcenter.explaining.naming import Language, Names, Words
from callcenter.explaining.telling import Section, Teller
from callcenter.host.recount import JournalTooLong, RecountedOffer, Wanted, recount
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.web.explain_schemas import (
    AgentExplained,
    AgentQuery,
    ComingEvent,
    ContactExplanation,
    ExplainedOffer,
    ExplanationQuery,
    NamedAgent,
    OffersExplanation,
    OffersQuery,
    ReasonView,
    RemovedAgents,
    RemovedContacts,
    RivalContact,
    WaitingView,
    WhyNot,
)
from callcenter.web.schemas import ContactWhere, LocalName
from callcenter.web.services import Services
from routing.errors import RefusalCode
from routing.explain import (
    AgentSurvey,
    Group,
    Survey,
    Verdict,
    WaitingExplanation,
    verdict,
    waiting_contacts,
)
from routing.ids import AgentId, ContactId
from routing.state import Agent, Contact, ContactState, State

LOOKED_AT_ONCE = 500
"""Agents, or contacts, looked at before other work of the loop gets its turn: about 1 ms."""

FOLDED_EVENTS_MAX = 500_000
"""Events of the journal read for one answer; past it 409 `explanation_too_long`."""

FOLDING_WAIT_S = 10.0
"""How long a request waits for the one before it to finish; past it 503 `explanation_busy`."""

T = TypeVar("T")


class _Reader:
    """What one caller may see, and the names of it."""

    def __init__(
        self, call: Call[Services], agent_names: dict[str, str], language: Language
    ) -> None:
        self._principal = call.principal
        self._state = call.services.host.mirror
        self.agent_names = agent_names
        view = call.services.configuration()
        self.teller = Teller(
            language,
            Names(
                agent_name=self.agent_name,
                queues={one.queue_id: _words(one.name) for one in view.queues},
                reasons={one.reason_id: _words(one.name) for one in view.not_ready_reasons},
                skills={one.skill_id: _words(one.name) for one in view.skills},
                teams={one.team_id: _words(one.name) for one in view.teams},
                may_see_queue=self.may_see_queue,
            ),
        )

    def may_see(self, agent: Agent) -> bool:
        """Whether the caller may see this agent."""
        facts = ObjectFacts(agent_id=agent.agent_id, team_id=agent.team_id)
        return may(self._principal, Permission.READ_AGENT, facts)

    def may_see_queue(self, queue_id: str) -> bool:
        """Whether the caller may see this queue's contacts."""
        return may(self._principal, Permission.READ_QUEUE, ObjectFacts(queue_id=queue_id))

    def agent(self, agent_id: str | None) -> Agent | None:
        """An agent of today whom the caller may see."""
        agent = None if agent_id is None else self._state.agents.get(AgentId(agent_id))
        return agent if agent is not None and self.may_see(agent) else None

    def agent_name(self, agent_id: str) -> str | None:
        """The name of an agent whom the caller may see."""
        agent = self.agent(agent_id)
        return None if agent is None else self.agent_names.get(agent_id, agent_id)

    def named(self, agent_ids: Iterable[str]) -> list[NamedAgent]:
        """Of these, those whom the caller may see."""
        names = ((one, self.agent_name(one)) for one in agent_ids)
        return [NamedAgent(agent_id, name) for agent_id, name in names if name is not None]

    def removed(self, groups: Iterable[Group]) -> list[RemovedAgents]:
        """Whom the filters removed."""
        return [RemovedAgents(one.filter, one.count, self.named(one.ids)) for one in groups]


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/explanation",
    summary="Where a contact is and, while it waits, why; with agent_id also why not this agent",
    permission=Permission.EXPLAIN_CONTACT,
    scope=Scope.contact(),
    query=ExplanationQuery,
    response=ContactExplanation,
    errors=(RefusalCode.AGENT_UNKNOWN,),
)
async def explain_contact(call: Call[Services]) -> ContactExplanation:
    """From the committed state of the moment."""
    wanted = call.query(ExplanationQuery)
    services = call.services
    reader = await _reader(call, wanted.language, wanted.agent_id)
    state = services.host.mirror
    contact = state.contacts.get(ContactId(call.parameters["contact_id"]))
    why = None
    if contact is not None and contact.state is ContactState.WAITING:
        why = await _survey(state, contact, reader.may_see, services.now_ms)
    if contact is None or why is None:
        return await _elsewhere(call, reader, contact)
    asked = reader.agent(wanted.agent_id)
    found = None if asked is None else verdict(asked, contact)
    sections = reader.teller.waiting(why)
    if found is not None:
        sections.append(reader.teller.why_not(found, why.at_ms))
    waiting = WaitingView(
        why.standing.waited_ms,
        why.standing.credit_ms,
        why.standing.step,
        why.standing.step_count,
        why.agent_count,
        reader.removed(why.removed),
        [ComingEvent(one.kind, one.due_ms) for one in why.deadlines],
    )
    return ContactExplanation(
        state.seq,
        why.at_ms,
        contact.contact_id,
        ContactWhere.WAITING,
        waiting,
        _why_not(found),
        sections,
    )


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/explanation/offers",
    summary="Why each offer of a contact, or the one with this number, went to its agent",
    permission=Permission.EXPLAIN_CONTACT,
    scope=Scope.contact(),
    query=OffersQuery,
    response=OffersExplanation,
    errors=(
        RefusalCode.AGENT_UNKNOWN,
        ApiErrorCode.EXPLANATION_BUSY,
        ApiErrorCode.EXPLANATION_TOO_LONG,
    ),
)
async def explain_offers(call: Call[Services]) -> OffersExplanation:
    """Recomputed from the journal before each of them."""
    asked = call.query(OffersQuery)
    reader = await _reader(call, asked.language, asked.agent_id)
    contact_id = ContactId(call.parameters["contact_id"])
    agent_id = None if asked.agent_id is None else AgentId(asked.agent_id)
    found = await _recount(call.services, Wanted(contact_id, asked.number, agent_id))
    return OffersExplanation(contact_id, [_explained(reader, one) for one in found])


@route(
    "GET",
    "/api/v1/agents/{agent_id}/explanation",
    summary="Why an agent is not given what waits",
    permission=Permission.READ_AGENT,
    scope=Scope.agent(),
    query=AgentQuery,
    response=AgentExplained,
)
async def explain_idle(call: Call[Services]) -> AgentExplained:
    """From the committed state of the moment."""
    services, state = call.services, call.services.host.mirror
    reader = await _reader(call, call.query(AgentQuery).language, None)
    agent = state.agents[AgentId(call.parameters["agent_id"])]
    survey = AgentSurvey(agent, lambda contact: reader.may_see_queue(contact.queue_id))
    for contacts in _slices(waiting_contacts(state), LOOKED_AT_ONCE):
        survey.add(one for one in contacts if one.state is ContactState.WAITING)
        await asyncio.sleep(0)
    why = survey.explanation(services.now_ms())
    return AgentExplained(
        state.seq,
        why.at_ms,
        agent.agent_id,
        why.state,
        why.reason_id,
        why.is_present,
        len(why.held_ids),
        why.waiting_count,
        [RemovedContacts(one.filter, one.count, list(one.ids)) for one in why.removed],
        reader.teller.agent(why),
    )


ROUTES = (explain_contact, explain_offers, explain_idle)


async def _reader(call: Call[Services], language: Language, agent_id: str | None) -> _Reader:
    """What the caller may see. Raises ApiError if the agent asked about is nobody the caller may see."""
    reader = _Reader(call, await call.services.names.read(), language)
    if agent_id is not None and reader.agent(agent_id) is None:
        raise ApiError(RefusalCode.AGENT_UNKNOWN, "There is no such agent.")
    return reader


async def _survey(
    state: State, contact: Contact, is_named: Callable[[Agent], bool], now_ms: Callable[[], int]
) -> WaitingExplanation | None:
    """Look at every agent, in slices; None if the contact no longer waits at the end."""
    survey = Survey(contact, is_named)
    for agents in _slices(list(state.agents.values()), LOOKED_AT_ONCE):
        survey.add(agents)
        await asyncio.sleep(0)
    if contact.state is not ContactState.WAITING:
        return None
    return survey.explanation(state, now_ms())


def _slices(items: list[T], length: int) -> Iterator[list[T]]:
    rest = iter(items)
    while some := list(islice(rest, length)):
        yield some


async def _recount(services: Services, wanted: Wanted) -> list[RecountedOffer]:
    """One journal is folded at a time. Raises ApiError."""
    lock = services.recounting
    try:
        async with asyncio.timeout(FOLDING_WAIT_S):
            await lock.acquire()
    except TimeoutError as error:
        raise ApiError(
            ApiErrorCode.EXPLANATION_BUSY, "Another explanation is being worked out."
        ) from error
    try:
        return await recount(
            services.store.journal, services.host.domain_id, wanted, events_max=FOLDED_EVENTS_MAX
        )
    except JournalTooLong as error:
        raise ApiError(
            ApiErrorCode.EXPLANATION_TOO_LONG,
            f"The journal before this offer is too long to read here ({error}): "
            f"run `callcenter explain {wanted.contact_id}` on the server.",
        ) from error
    finally:
        lock.release()


async def _elsewhere(
    call: Call[Services], reader: _Reader, contact: Contact | None
) -> ContactExplanation:
    services, now_ms = call.services, call.services.now_ms()
    contact_id = ContactId(call.parameters["contact_id"])
    beside = await services.phases_beside(contact_id)
    state = ContactState.CLOSED if contact is None else contact.state
    return ContactExplanation(
        services.host.mirror.seq,
        now_ms,
        contact_id,
        ContactWhere.WAITING if state is ContactState.ARRIVED else ContactWhere(state),
        None,
        None,
        [
            reader.teller.elsewhere(contact),
            *reader.teller.asked(beside, reader.agent_names, now_ms),
        ],
    )


def _explained(reader: _Reader, one: RecountedOffer) -> ExplainedOffer:
    why = one.explanation
    return ExplainedOffer(
        seq=one.seq,
        number=one.number,
        offer_id=why.offer_id,
        at_ms=why.at_ms,
        agent_id=None if reader.agent(why.agent_id) is None else why.agent_id,
        trigger=why.trigger,
        waited_ms=why.standing.waited_ms,
        credit_ms=why.standing.credit_ms,
        step=why.standing.step,
        step_count=why.standing.step_count,
        agent_strategy=why.standing.agent_strategy,
        contact_strategy=why.standing.contact_strategy,
        configuration_version=why.standing.configuration_version,
        candidates=reader.named(candidate.agent_id for candidate in why.candidates),
        candidate_count=why.candidate_count,
        agent_decided_by=why.agent_decided_by,
        removed=reader.removed(why.removed),
        rivals=[
            RivalContact(rival.contact_id, rival.queue_id, rival.waited_ms)
            for rival in why.rivals
            if reader.may_see_queue(rival.queue_id)
        ],
        rival_count=why.rival_count,
        contact_decided_by=why.contact_decided_by,
        is_confirmed=why.is_confirmed,
        why_not=_why_not(one.verdict),
        sections=_sections(reader.teller, one),
    )


def _sections(teller: Teller, one: RecountedOffer) -> list[Section]:
    sections = teller.offer(one.number, one.explanation)
    if one.verdict is not None and one.verdict.agent_id != one.explanation.agent_id:
        sections.append(teller.why_not_then(one.verdict, one.explanation))
    return sections


def _why_not(found: Verdict | None) -> WhyNot | None:
    if found is None:
        return None
    reasons = [ReasonView(one.code, one.facts) for one in found.reasons]
    return WhyNot(found.agent_id, found.filter, reasons)


def _words(name: LocalName) -> Words:
    return Words(name.en, name.zh)
