"""Reading: contacts, transcripts, queues, agents, the configuration.

Everything is read from what is durable (the mirror, the stores), says what it is true as of, and shows only
what `authorise` lets the caller see.
"""

import msgspec

from agents.desk import desks_with
from agents.protocol import AgentLine, QueueLine
from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectFacts, Permission, may
from callcenter.auth.principal import Principal
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError
from callcenter.log_rows import Phase
from callcenter.ports.read_models import Interaction
from callcenter.ports.visits import SurveyMark
from callcenter.projections.transcript import MESSAGE, chat_message
from callcenter.web.history_routes import interaction_row, note_reading
from callcenter.web.locating import logged
from callcenter.web.schemas import (
    AgentsView,
    AgentView,
    ConfigurationView,
    ContactView,
    ContactWhere,
    LocalName,
    MarkView,
    MessagesPage,
    MessagesQuery,
    PhaseRow,
    QueueContact,
    QueuesView,
    QueueView,
)
from callcenter.web.services import Services
from callcenter.web.transcripts import details_of
from routing.errors import RefusalCode
from routing.ids import ContactId
from routing.state import Contact, ContactState, State, age_key

INTERACTIONS_PROJECTION = "interactions"
QUEUE_CONTACTS_MAX = 500


@route(
    "GET",
    "/api/v1/contacts/{contact_id}",
    summary="One contact: its row in the log, where it is, its details",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    response=ContactView,
    audit=AuditAction.CONTACT_READ,
)
async def read_contact(call: Call[Services]) -> ContactView:
    """The log may be a moment behind the engine; a contact it does not hold yet is told from the engine."""
    note_reading(call, "facts")
    store, state = call.services.store, call.services.host.mirror
    contact_id = ContactId(call.parameters["contact_id"])
    as_of_seq = await store.rows.cursor(INTERACTIONS_PROJECTION)
    stored = await store.interactions.get(contact_id)
    contact = state.contacts.get(contact_id)
    if stored is None and contact is not None:
        stored, as_of_seq = _not_logged_yet(contact), state.seq
    if stored is None:
        # It has left the engine since the guard found it there.
        as_of_seq, stored = state.seq, await logged(call.services, contact_id)
    if stored is None:
        raise ApiError(RefusalCode.CONTACT_UNKNOWN, "There is no such contact.")
    customer, details = await details_of(store.details, contact_id)
    names = await call.services.names.read()
    row = interaction_row(stored, customer.name, names)
    _, phases = await store.interactions.phases(contact_id)
    phases += await call.services.phases_beside(contact_id)
    told = [_phase_row(phase, names) for phase in sorted(phases, key=_begun)]
    marks = [_mark(one, names) for one in await store.survey_marks.of_contact(contact_id)]
    return ContactView(as_of_seq, row, _where(contact), details, told, marks)


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/messages",
    summary="A part of the transcript, oldest first",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    query=MessagesQuery,
    response=MessagesPage,
    audit=AuditAction.CONTACT_READ,
)
async def read_messages(call: Call[Services]) -> MessagesPage:
    """Messages after a seq; one more is read than told, to know whether it goes on."""
    wanted = call.query(MessagesQuery)
    note_reading(call, "messages")
    rows = await call.services.store.details.of_contact(
        ContactId(call.parameters["contact_id"]),
        kind=MESSAGE,
        after_seq=wanted.after_seq,
        limit=wanted.limit + 1,
    )
    messages = [chat_message(detail) for detail in rows[: wanted.limit]]
    return MessagesPage(messages, has_more=len(rows) > wanted.limit)


@route(
    "GET",
    "/api/v1/queues",
    summary="Queues now and today",
    permission=Permission.READ_QUEUE,
    response=QueuesView,
)
async def read_queues(call: Call[Services]) -> QueuesView:
    """The board's lines of the queues the caller may see."""
    services = call.services
    return QueuesView(
        services.board.as_of_seq,
        services.now_ms(),
        _visible_queues(call.principal, services.board.queue_lines()),
    )


@route(
    "GET",
    "/api/v1/queues/{queue_id}",
    summary="One queue and its contacts, the oldest first",
    permission=Permission.READ_QUEUE,
    scope=Scope.queue(),
    response=QueueView,
)
async def read_queue(call: Call[Services]) -> QueueView:
    """The queue's line and what is in it."""
    services, queue_id = call.services, call.parameters["queue_id"]
    for line in services.board.queue_lines():
        if line.queue_id == queue_id:
            contacts = _queue_contacts(services.host.mirror, queue_id)
            return QueueView(services.board.as_of_seq, services.now_ms(), line, contacts)
    raise ApiError(RefusalCode.QUEUE_UNKNOWN, "There is no such queue.")


@route(
    "GET",
    "/api/v1/agents",
    summary="Agents now",
    permission=Permission.LIST_AGENTS,
    response=AgentsView,
)
async def read_agents(call: Call[Services]) -> AgentsView:
    """The agents of the teams the caller watches."""
    services = call.services
    return AgentsView(
        services.board.as_of_seq,
        services.now_ms(),
        _visible_agents(call.principal, services.board.agent_lines()),
    )


@route(
    "GET",
    "/api/v1/agents/{agent_id}",
    summary="One agent now",
    permission=Permission.READ_AGENT,
    scope=Scope.agent(),
    response=AgentView,
)
async def read_agent(call: Call[Services]) -> AgentView:
    """A line of the board."""
    services = call.services
    for line in services.board.agent_lines():
        if line.agent_id == call.parameters["agent_id"]:
            return AgentView(services.board.as_of_seq, services.now_ms(), line)
    raise ApiError(RefusalCode.AGENT_UNKNOWN, "There is no such agent.")


@route(
    "GET",
    "/api/v1/configuration",
    summary="What the console needs of the configuration in force",
    permission=Permission.READ_CONFIGURATION,
    response=ConfigurationView,
)
async def read_configuration(call: Call[Services]) -> ConfigurationView:
    """Whole for supervisors and administrators, who name queues and teams in their lists."""
    view, principal = call.services.configuration(), call.principal

    def is_visible(queue_id: str) -> bool:
        return may(principal, Permission.READ_CONFIGURATION, ObjectFacts(queue_id=queue_id))

    return msgspec.structs.replace(
        view,
        queues=[queue for queue in view.queues if is_visible(queue.queue_id)],
        widgets=[widget for widget in view.widgets if is_visible(widget.queue_id)],
        templates=[
            one
            for one in view.templates
            if not one.queue_ids or any(map(is_visible, one.queue_ids))
        ],
    )


ROUTES = (
    read_contact,
    read_messages,
    read_queues,
    read_queue,
    read_agents,
    read_agent,
    read_configuration,
)


def _visible_queues(principal: Principal, lines: list[QueueLine]) -> list[QueueLine]:
    """Of the board's lines those this caller may see."""
    return [
        line
        for line in lines
        if may(principal, Permission.READ_QUEUE, ObjectFacts(queue_id=line.queue_id))
    ]


def _visible_agents(principal: Principal, lines: list[AgentLine]) -> list[AgentLine]:
    """Of the board's lines those this caller may see."""
    return [
        line
        for line in lines
        if may(
            principal,
            Permission.READ_AGENT,
            ObjectFacts(agent_id=line.agent_id, team_id=line.team_id),
        )
    ]


def _queue_contacts(state: State, queue_id: str) -> list[QueueContact]:
    contacts = sorted((c for c in state.contacts.values() if c.queue_id == queue_id), key=age_key)
    return [
        QueueContact(
            contact_id=contact.contact_id,
            channel=contact.channel,
            state=_where(contact),
            waiting_since_ms=contact.age_origin_ms,
            agent_id=next(iter(desks_with(contact)), None),
        )
        for contact in contacts[:QUEUE_CONTACTS_MAX]
    ]


def _where(contact: Contact | None) -> ContactWhere:
    if contact is None:
        return ContactWhere.CLOSED
    if contact.state is ContactState.ARRIVED:
        return ContactWhere.WAITING
    return ContactWhere(contact.state)


def _begun(phase: Phase) -> int:
    return phase.began_at_ms


def _phase_row(phase: Phase, names: dict[str, str]) -> PhaseRow:
    return PhaseRow(
        kind=phase.kind,
        queue_id=phase.queue_id,
        agent_id=phase.agent_id,
        agent_name=names.get(phase.agent_id or "", ""),
        began_at_ms=phase.began_at_ms,
        ended_at_ms=phase.ended_at_ms,
        ended_as=phase.ended_as,
        to_queue_id=phase.to_queue_id,
        to_agent_name=names.get(phase.to_agent_id or "", ""),
        by_user_name=names.get(phase.by_user_id or "", ""),
        disposition_id=phase.disposition_id,
    )


def _mark(one: SurveyMark, names: dict[str, str]) -> MarkView:
    plain = one.question.replace("_", " ")
    return MarkView(
        question=one.question,
        name=LocalName(one.name_en or plain, one.name_zh or plain),
        mark=one.mark,
        low=one.low,
        high=one.high,
        agent_name=names.get(one.agent_id, ""),
        assignment_id=one.assignment_id,
        answered_at_ms=one.answered_at_ms,
    )


def _not_logged_yet(contact: Contact) -> Interaction:
    return Interaction(
        contact_id=contact.contact_id,
        channel=contact.channel,
        queue_id=contact.queue_id,
        customer_key=contact.customer_key,
        arrived_at_ms=contact.arrived_at_ms,
        first_offered_at_ms=None,
        answered_at_ms=contact.connected_at_ms or None,
        ended_at_ms=None,
        closed_at_ms=None,
        agent_id=contact.agent_id,
        outcome=None,
        disposition_id=None,
        ended_by=contact.ended_by,
        offers=contact.offers_made,
        missed=0,
        rejected=0,
        requeues=0,
        messages=0,
    )
