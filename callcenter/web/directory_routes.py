"""Whom a contact can be handed to: every queue, and agents by name, with who is free.

An agent need not serve a queue, nor share a team with somebody, to send a customer there; so this shows names and
whether there is room, and nothing of what others work on.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, route
from callcenter.limits import DIRECTORY_AGENTS_MAX
from callcenter.web.schemas import LocalName
from callcenter.web.services import Services
from routing.capacity import fits
from routing.model import AgentState, Channel
from routing.state import Agent


class DirectoryQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the name of an agent holds, and the channel of what would be handed on."""

    name: Annotated[str, Meta(max_length=100)] = ""
    channel: Channel = Channel.CHAT


class DirectoryQueue(msgspec.Struct, frozen=True):
    """A queue, how many wait there, and how many agents are free for it."""

    queue_id: str
    name: LocalName
    waiting: int
    agents_ready: int


class DirectoryAgent(msgspec.Struct, frozen=True):
    """An agent. `is_free`: ready, there, and with room for a contact of the channel."""

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
    "/api/v1/directory",
    summary="Whom a contact can be handed to: queues, and agents by name",
    permission=Permission.USE_DESK,
    query=DirectoryQuery,
    response=DirectoryView,
)
async def read_directory(call: Call[Services]) -> DirectoryView:
    """Agents who are logged out are not in it; nor is who asks."""
    services, wanted = call.services, call.query(DirectoryQuery)
    names = {queue.queue_id: queue.name for queue in services.configuration().queues}
    queues = [
        DirectoryQueue(line.queue_id, names[line.queue_id], line.waiting, line.agents_ready)
        for line in services.board.queue_lines()
        if line.queue_id in names
    ]
    state, people, part = services.host.mirror, await services.names.read(), wanted.name.casefold()
    found = [
        _row(agent, people.get(agent.agent_id, ""), wanted.channel)
        for agent in state.agents.values()
        if _is_listed(agent, call.principal.user_id)
        and part in people.get(agent.agent_id, "").casefold()
    ]
    found.sort(key=lambda row: (not row.is_free, row.display_name.casefold(), row.agent_id))
    has_more = len(found) > DIRECTORY_AGENTS_MAX
    return DirectoryView(state.seq, queues, found[:DIRECTORY_AGENTS_MAX], has_more)


ROUTES = (read_directory,)


def _is_listed(agent: Agent, user_id: str) -> bool:
    is_there = not agent.is_removed and agent.state is not AgentState.LOGGED_OUT
    return is_there and agent.agent_id != user_id


def _row(agent: Agent, display_name: str, channel: Channel) -> DirectoryAgent:
    is_ready = agent.state is AgentState.READY and agent.is_present
    return DirectoryAgent(
        agent_id=agent.agent_id,
        display_name=display_name,
        team_id=agent.team_id,
        state=agent.state,
        reason_id=agent.reason_id,
        is_free=is_ready and fits(agent, channel),
    )
