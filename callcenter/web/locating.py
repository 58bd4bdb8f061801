"""Finds the facts by which `authorise` decides, for every kind of object a path can name."""

import asyncio
from typing import TYPE_CHECKING

from agents.desk import desks_with
from callcenter.auth.authorise import ObjectFacts, ObjectKind
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.leads import StoredLead
from callcenter.ports.read_models import Interaction
from callcenter.web.services import Services
from routing.ids import AgentId, ContactId, OfferId, QueueId
from routing.state import State

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

LOG_WAIT_S = 2.0
"""How long a question about a contact that has left the engine waits for the interaction log."""


class Locator:
    """`Guard.locate` over the committed state, the interaction log and the people."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, kind: ObjectKind, object_id: str) -> ObjectFacts | None:
        """The facts of an object, or None if there is none."""
        state = self._services.host.mirror
        match kind:
            case ObjectKind.OFFER:
                return await self._offer(state, object_id)
            case ObjectKind.CONTACT:
                return await self._contact(state, object_id)
            case ObjectKind.QUEUE:
                return (
                    ObjectFacts(queue_id=object_id) if QueueId(object_id) in state.queues else None
                )
            case ObjectKind.AGENT:
                agent = state.agents.get(AgentId(object_id))
                return (
                    None
                    if agent is None
                    else ObjectFacts(agent_id=object_id, team_id=agent.team_id)
                )
            case (
                ObjectKind.USER
                | ObjectKind.CALL_BACK
                | ObjectKind.CASE
                | ObjectKind.LEAD
                | ObjectKind.CAMPAIGN
            ):
                return await self._row(kind, object_id)
            case (
                ObjectKind.PROFILE
                | ObjectKind.API_KEY
                | ObjectKind.SUBSCRIPTION
                | ObjectKind.TEAM
                | ObjectKind.ARTICLE
                | ObjectKind.ARTICLE_QUESTION
            ):
                return ObjectFacts() if await self._is_stored(kind, object_id) else None

    async def _row(self, kind: ObjectKind, object_id: str) -> ObjectFacts | None:
        """The facts of a person, a call-back, a case or a campaign, which stand in its row."""
        store = self._services.store
        if kind is ObjectKind.CALL_BACK:
            promised = await store.call_backs.get(object_id)
            return None if promised is None else ObjectFacts(queue_id=promised.queue_id)
        if kind is ObjectKind.CASE:
            stored = await store.cases.get(object_id)
            return None if stored is None else self._services.case_facts(stored)
        if kind is ObjectKind.LEAD:
            lead = await store.leads.get(object_id)
            return None if lead is None else lead_facts(lead)
        if kind is ObjectKind.CAMPAIGN:
            planned = await store.campaigns.get(object_id)
            return None if planned is None else ObjectFacts(queue_id=planned.plan.queue_id)
        user = await store.users.get(object_id)
        return None if user is None else ObjectFacts(agent_id=user.user_id, team_id=user.team_id)

    async def _is_stored(self, kind: ObjectKind, object_id: str) -> bool:
        """Whether there is such a row; the domain's, and nobody's in it."""
        services, store = self._services, self._services.store
        reads: dict[ObjectKind, Callable[[str], Awaitable[object]]] = {
            ObjectKind.API_KEY: services.api_keys.find,
            ObjectKind.SUBSCRIPTION: store.subscriptions.get,
            ObjectKind.TEAM: store.teams.get,
            ObjectKind.PROFILE: store.profiles.get,
            ObjectKind.ARTICLE: store.articles.get,
            ObjectKind.ARTICLE_QUESTION: store.article_questions.get,
        }
        return await reads[kind](object_id) is not None

    async def _offer(self, state: State, offer_id: str) -> ObjectFacts | None:
        """A live offer is its agent's alone; one that has ended is of its contact's queue.

        The state remembers how an offer ended but not whose it was. Its id starts with its contact's.
        """
        offer = state.offers.get(OfferId(offer_id))
        if offer is not None:
            return ObjectFacts(agent_id=offer.agent_id)
        return await self._contact(state, offer_id.rpartition(".")[0])

    async def _contact(self, state: State, contact_id: str) -> ObjectFacts | None:
        contact = state.contacts.get(ContactId(contact_id))
        if contact is not None:
            agent_id = next(iter(desks_with(contact)), None)
            return _facts(state, agent_id, contact.queue_id, contact.wrapped_up_by)
        if not contact_id:
            return None
        interaction = await logged(self._services, ContactId(contact_id))
        if interaction is None:
            return None
        wrapping = [one.agent_id for one in state.agents.values() if contact_id in one.wrap_ups]
        return _facts(state, interaction.agent_id, interaction.queue_id, tuple(wrapping))


async def logged(services: Services, contact_id: ContactId) -> Interaction | None:
    """A contact's row in the log; None if there never was one. Raises StorageUnavailable while the log is behind.

    It may have left the engine a moment ago: the log may be behind, after a crash for longer.
    """
    interactions = services.store.interactions
    interaction = await interactions.get(contact_id)
    if interaction is not None:
        return interaction
    try:
        async with asyncio.timeout(LOG_WAIT_S):
            await services.log_reaches(services.host.mirror.seq)
    except TimeoutError:
        raise StorageUnavailable("the interaction log is behind") from None
    return await interactions.get(contact_id)


def lead_facts(stored: StoredLead) -> ObjectFacts:
    """Who may reach a lead: its owner and whoever made it, the agents of its queue."""
    lead, made_by = stored.lead, (stored.created_by,)
    owner_id = lead.owner_id or None
    return ObjectFacts(agent_id=owner_id, queue_id=lead.queue_id, wrapped_up_by=made_by)


def _facts(
    state: State, agent_id: AgentId | None, queue_id: str, wrapped_up_by: tuple[AgentId, ...]
) -> ObjectFacts:
    agent = None if agent_id is None else state.agents.get(agent_id)
    return ObjectFacts(
        agent_id=agent_id,
        queue_id=queue_id,
        team_id=agent.team_id if agent else None,
        wrapped_up_by=wrapped_up_by,
    )
