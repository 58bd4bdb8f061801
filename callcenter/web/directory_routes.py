"""Whom a contact can be handed to: every queue, and the agents who may serve it, by name, with who is free.

An agent need not share a queue or a team with somebody to send a customer there; so this shows names and whether
there is room, and nothing of what others work on.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError
from callcenter.limits import DIRECTORY_AGENTS_MAX
from callcenter.web.schemas import LocalName
from callcenter.web.services import Services
from routing.errors import RefusalCode
from routing.ids import ContactId
from routing.matching import may_serve_queue, refused_by_hand
from routing.model import AgentState
from routing.state import Agent, Contact


class DirectoryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the name of an agent holds."""

    name: Annotated[str, Meta(max_length=100)] = ""


class DirectoryQueue(msgspec.Struct, frozen=True):
    """A queue, how many wait there, and how many agents are free for it."""

    queue_id: str
    name: LocalName
    waiting: int
    agents_ready: int


class DirectoryAgent(msgspec.Struct, frozen=True):
    """An agent. `is_free`: would be offered the contact at once."""

    agent_id: str
    display_name: str
    team_id: str
    state: str
    reason_id: str | None
    is_free: bool


class DirectoryView(msgspec.Struct, frozen=True):
    """All queues, and the first agents whose name fits, the free ones first; `has_more` if there are others."""

    as_of_seq: int
    queues: list[DirectoryQueue]
    agents: list[DirectoryAgent]
    has_more: bool


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/directory",
    summary="Whom the contact can be handed to: queues, and agents by name",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    query=DirectoryQuery,
    response=DirectoryView,
    errors=(RefusalCode.CONTACT_ENDED,),
)
async def read_directory(call: Call[Services]) -> DirectoryView:
    """Agents of its queue who are there; who has it, and who is logged out, is not told."""
    services, state = call.services, call.services.host.mirror
    contact = state.contacts.get(ContactId(call.parameters["contact_id"]))
    if contact is None:
        raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")
    names = {queue.queue_id: queue.name for queue in services.configuration().queues}
    queues = [
        DirectoryQueue(line.queue_id, names[line.queue_id], line.waiting, line.agents_ready)
        for line in services.board.queue_lines()
        if line.queue_id in names
    ]
    people, part = await services.names.read(), call.query(DirectoryQuery).name.casefold()
    found = [
        _row(agent, people.get(agent.agent_id, ""), contact)
        for agent in state.agents.values()
        if _is_listed(agent, contact) and part in people.get(agent.agent_id, "").casefold()
    ]
    found.sort(key=lambda row: (not row.is_free, row.display_name.casefold(), row.agent_id))
    has_more = len(found) > DIRECTORY_AGENTS_MAX
    return DirectoryView(state.seq, queues, found[:DIRECTORY_AGENTS_MAX], has_more)


ROUTES = (read_directory,)


def _is_listed(agent: Agent, contact: Contact) -> bool:
    is_there = not agent.is_removed and agent.state is not AgentState.LOGGED_OUT
    may_serve = may_serve_queue(agent, contact.queue_id, contact.demand)
    return is_there and may_serve and agent.agent_id != contact.agent_id


def _row(agent: Agent, display_name: str, contact: Contact) -> DirectoryAgent:
    refused, _ = refused_by_hand(agent, contact)
    return DirectoryAgent(
        agent_id=agent.agent_id,
        display_name=display_name,
        team_id=agent.team_id,
        state=agent.state,
        reason_id=agent.reason_id,
        is_free=refused is None,
    )
