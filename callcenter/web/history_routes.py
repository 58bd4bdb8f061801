"""History: the interaction log searched and exported, and one customer's timeline.

Everybody finds what `authorise` lets them read contact by contact: `sight_of` asks the store the same of its rows, whose
queue is the last one and whose agent is who talked last. What was looked for and read is on record: ids as they are, addresses and words as keyed hashes.
"""

from agents.desk import desks_with
from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import GRANTS, Permission, Reach
from callcenter.auth.principal import Principal
from callcenter.http.contract import Call, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import EXPORT_ROWS_MAX, TIMELINE_MESSAGES_MAX
from callcenter.log_rows import EVERYTHING, InteractionFilter, Sight
from callcenter.ports.read_models import Interaction, InteractionPage
from callcenter.projections.terms import words_of
from callcenter.projections.transcript import MESSAGE, NOTES, chat_message, line_of
from callcenter.web.csv_text import csv_of
from callcenter.web.history_schemas import (
    CustomerFound,
    FindCustomer,
    InteractionsExport,
    InteractionsPage,
    InteractionsQuery,
    LogFilter,
    Timeline,
    TimelineContact,
    TimelineQuery,
)
from callcenter.web.schemas import InteractionRow
from callcenter.web.services import Services
from callcenter.web.transcripts import customer_of
from routing.ids import ContactId
from routing.state import State

_EXPORT_PAGE = 200


@route(
    "GET",
    "/api/v1/interactions",
    summary="A part of the interaction log, searched or not, newest first",
    permission=Permission.READ_CONTACT,
    query=InteractionsQuery,
    response=InteractionsPage,
    errors=(ApiErrorCode.REQUEST_INVALID,),
    audit=AuditAction.LOG_SEARCHED,
)
async def read_interactions(call: Call[Services]) -> InteractionsPage:
    """An agent: the own contacts and those of the own queues; a supervisor: of the queues and teams; an admin: all."""
    services, wanted = call.services, call.query(InteractionsQuery)
    page = await _page(call, wanted, wanted.before, wanted.limit)
    names = await services.names.read()
    rows = []
    for interaction in page.interactions:
        customer = await customer_of(services.store.details, interaction.contact_id)
        rows.append(interaction_row(interaction, customer.name, names))
    _note_search(call, wanted, len(rows))
    return InteractionsPage(page.as_of_seq, rows, page.next_before, page.is_cut)


@route(
    "GET",
    "/api/v1/interactions/export",
    summary="Contacts of the interaction log as CSV, without names and texts",
    permission=Permission.EXPORT_LOG,
    query=LogFilter,
    response=InteractionsExport,
    errors=(ApiErrorCode.EXPORT_THROTTLED,),
    audit=AuditAction.LOG_EXPORTED,
)
async def export_interactions(call: Call[Services]) -> InteractionsExport:
    """The newest first, so many at most. Cells that a spreadsheet would take for a formula are defused."""
    services, wanted = call.services, call.query(LogFilter)
    if not services.exports.may(call.principal.user_id):
        raise ApiError(
            ApiErrorCode.EXPORT_THROTTLED, "Too many exports within an hour.", retry_after_s=600
        )
    found: list[Interaction] = []
    before, as_of_seq, is_whole = None, 0, False
    while len(found) < EXPORT_ROWS_MAX and not is_whole:
        page = await _page(call, wanted, before, _EXPORT_PAGE)
        as_of_seq = as_of_seq or page.as_of_seq
        found += page.interactions
        before, is_whole = page.next_before, page.next_before is None
    names = await services.names.read()
    told = [interaction_row(one, "", names) for one in found[:EXPORT_ROWS_MAX]]
    _note_search(call, wanted, len(told))
    call.trail.is_silent = False
    is_all = is_whole and len(found) <= EXPORT_ROWS_MAX
    return InteractionsExport(as_of_seq, len(told), is_all, csv_of(EXPORTED, _cells(told)))


@route(
    "GET",
    "/api/v1/timeline",
    summary="All contacts of one customer with their messages, newest first",
    permission=Permission.READ_CONTACT,
    query=TimelineQuery,
    response=Timeline,
    errors=(ApiErrorCode.REQUEST_INVALID,),
    audit=AuditAction.CONTACT_READ,
)
async def read_timeline(call: Call[Services]) -> Timeline:
    """As far as the caller may see them."""
    services, wanted = call.services, call.query(TimelineQuery)
    of_customer = LogFilter(customer_key=wanted.customer_key)
    page = await _page(call, of_customer, wanted.before, wanted.limit)
    names = await services.names.read()
    contacts = [await _timeline_contact(services, one, names) for one in page.interactions]
    call.trail.object_kind, call.trail.object_id = "customer", wanted.customer_key
    call.trail.facts |= {"rows": len(contacts)}
    return Timeline(page.as_of_seq, contacts, page.next_before)


@route(
    "POST",
    "/api/v1/customers/find",
    summary="The key that the log knows a customer by, of an address or number",
    permission=Permission.READ_CONTACT,
    request=FindCustomer,
    response=CustomerFound,
)
async def find_customer(call: Call[Services]) -> CustomerFound:
    """An address stands in a body only, never in a URL: those end up in logs."""
    address = call.body(FindCustomer).address
    return CustomerFound(call.services.customer_keys.key_of(address))


ROUTES = (read_interactions, export_interactions, read_timeline, find_customer)


def sight_of(principal: Principal, permission: Permission, state: State) -> Sight:
    """What of the log this caller may see: what `authorise` allows for each of its contacts."""
    match GRANTS[principal.role].get(permission):
        case Reach.DOMAIN:
            return EVERYTHING
        case Reach.WATCHED:
            watched = principal.watched_team_ids
            of_teams = (one.agent_id for one in state.agents.values() if one.team_id in watched)
            return Sight(tuple(sorted(principal.queue_ids)), tuple(sorted(of_teams)))
        case Reach.OWN_QUEUES:
            return Sight(tuple(sorted(principal.queue_ids)), (principal.user_id,))
        case _:
            return Sight((), ())


def note_reading(call: Call[Services], part: str) -> None:
    """Put on record what of a contact is read, unless the caller works on it now: then reading is the work."""
    contact_id = ContactId(call.parameters["contact_id"])
    contact = call.services.host.mirror.contacts.get(contact_id)
    at_work = () if contact is None else (*desks_with(contact), *contact.wrapped_up_by)
    call.trail.is_silent = call.principal.user_id in at_work
    call.trail.facts |= {"part": part}


async def _page(
    call: Call[Services], wanted: LogFilter, before: str | None, limit: int
) -> InteractionPage:
    services = call.services
    sight = sight_of(call.principal, Permission.READ_CONTACT, services.host.mirror)
    words = () if wanted.text is None else words_of(wanted.text)
    if wanted.text is not None and not words:
        raise ApiError(
            ApiErrorCode.REQUEST_INVALID, "There is no letter or digit to look for.", path="$.text"
        )
    which = InteractionFilter(
        from_ms=wanted.from_ms,
        until_ms=wanted.until_ms,
        channel=wanted.channel,
        queue_id=wanted.queue_id,
        agent_id=wanted.agent_id,
        outcome=wanted.outcome,
        disposition_id=wanted.disposition_id,
        customer_key=wanted.customer_key,
        words=words,
    )
    try:
        return await services.store.interactions.page(sight, which, before=before, limit=limit)
    except ValueError as error:
        raise ApiError(
            ApiErrorCode.REQUEST_INVALID, "This is not a page mark.", path="$.before"
        ) from error


def _note_search(call: Call[Services], wanted: LogFilter, rows: int) -> None:
    """What was looked for. Turning the pages of the whole log is no search and not on record."""
    given = {
        name: value
        for name in LogFilter.__struct_fields__
        if (value := getattr(wanted, name)) is not None
    }
    call.trail.is_silent = not given
    if "text" in given:
        given["text"] = call.services.customer_keys.key_of(f"text {wanted.text}")
    call.trail.facts |= {**given, "rows": rows}


async def _timeline_contact(
    services: Services, interaction: Interaction, names: dict[str, str]
) -> TimelineContact:
    details, contact_id = services.store.details, interaction.contact_id
    customer = await customer_of(details, contact_id)
    lines = [chat_message(row) for row in await details.of_contact(contact_id, kind=MESSAGE)]
    notes = await details.of_contact(contact_id, kind=NOTES)
    return TimelineContact(
        interaction_row(interaction, customer.name, names),
        lines[-TIMELINE_MESSAGES_MAX:],
        len(lines) > TIMELINE_MESSAGES_MAX,
        "\n".join(line_of(row).text for row in notes),
    )


EXPORTED = tuple(name for name in InteractionRow.__struct_fields__ if name != "customer_name")
"""Columns of an export."""


def _cells(rows: list[InteractionRow]) -> list[list[object]]:
    return [[getattr(row, name) for name in EXPORTED] for row in rows]


def interaction_row(
    stored: Interaction, customer_name: str, names: dict[str, str]
) -> InteractionRow:
    """A row as it is told."""
    return InteractionRow(
        contact_id=stored.contact_id,
        channel=stored.channel,
        queue_id=stored.queue_id,
        customer_name=customer_name,
        arrived_at_ms=stored.arrived_at_ms,
        first_offered_at_ms=stored.first_offered_at_ms,
        answered_at_ms=stored.answered_at_ms,
        ended_at_ms=stored.ended_at_ms,
        closed_at_ms=stored.closed_at_ms,
        agent_id=stored.agent_id,
        agent_name="" if stored.agent_id is None else names.get(stored.agent_id, ""),
        outcome=stored.outcome,
        disposition_id=stored.disposition_id,
        ended_by=stored.ended_by,
        offers=stored.offers,
        missed=stored.missed,
        rejected=stored.rejected,
        requeues=stored.requeues,
        messages=stored.messages,
        customer_key=stored.customer_key,
    )
