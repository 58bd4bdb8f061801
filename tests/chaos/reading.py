"""Open the data directory of a stopped server and read everything the checkers need, through its own storage."""

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from callcenter.channels.mail.mails import Mail, mail_of
from callcenter.host.recovery import DECODER, recover
from callcenter.ports.calls import CallRow
from callcenter.ports.leads import StoredLead
from callcenter.ports.read_models import Interaction
from callcenter.projections.transcript import MAIL, MESSAGE, NOTES, chat_message
from callcenter.storage.store import SqlStore, open_store
from callcenter.telephony.book import contact_id_of
from loadtests.call_bench import CONNECTION
from routing import events as ev
from routing.engine import Engine
from routing.errors import InvariantViolation
from routing.ids import ContactId
from routing.invariants import check_all
from routing.model import Channel
from routing.reducer import apply
from routing.state import State
from tests.chaos.history import Entry, Evidence, Notes, Problem, StoredMessage


class NoJournal(Exception):
    """The data directory holds no database with a journal."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What a stopped server has left behind."""

    evidence: Evidence
    interactions: Sequence[Interaction]
    interactions_as_of: int
    state_problems: Sequence[Problem]
    calls: Sequence[CallRow] = ()
    mails: Sequence[tuple[str, Mail]] = ()
    under_way: Sequence[str] = ()
    leads: Mapping[str, Sequence[StoredLead]] = field(default_factory=dict)


def database_of(data_dir: Path) -> tuple[Path, str]:
    """The SQLite file and the one domain in it."""
    for path in sorted(data_dir.rglob("*")):
        if not path.is_file() or path.read_bytes()[:15] != b"SQLite format 3":
            continue
        connection = sqlite3.connect(path)
        try:
            row = connection.execute("SELECT domain_id FROM journal LIMIT 1").fetchone()
        finally:
            connection.close()
        if row is not None:
            return path, str(row[0])
    raise NoJournal(str(data_dir))


async def read_all(
    data_dir: Path, told: Notes, database_url: str = "", call_ids: Sequence[str] = ()
) -> Stored:
    """Everything, from one stopped server; a database elsewhere is named by its URL."""
    url, domain_id = database_url, "main"
    if not url:
        path, domain_id = database_of(data_dir)
        url = f"sqlite:///{path}"
    store = await open_store(url, domain_id)
    try:
        entries = [
            Entry(record.seq, DECODER.decode(record.payload))
            async for record in store.journal.read(0)
        ]
        messages, notes = await _texts(store, entries)
        as_of, rows = await store.interactions.since(0)
        problems = await _compare_states(store, domain_id, entries)
        calls = await _calls(store, domain_id, call_ids)
        mails = await _mails(store, entries)
        leads = {
            str(contact_id): found
            for contact_id in arrived_contacts(entries)
            if (found := await store.leads.of_contact(contact_id, "", limit=2))
        }
        under_way = await store.mails.under_way(due_ms=2**52, limit=10_000)
    finally:
        await store.close()
    return Stored(
        Evidence(entries, messages, told.seen, notes, told.transcripts),
        rows,
        as_of,
        problems,
        calls,
        mails,
        [row.contact_id for row in under_way],
        leads,
    )


def arrived_contacts(entries: Sequence[Entry]) -> list[ContactId]:
    """Every contact there ever was."""
    return [one.event.contact_id for one in entries if isinstance(one.event, ev.ContactArrived)]


async def _calls(store: SqlStore, domain_id: str, call_ids: Sequence[str]) -> list[CallRow]:
    """The rows of these calls, and of whatever is open."""
    ids = [contact_id_of(domain_id, CONNECTION, call_id) for call_id in call_ids]
    rows = [row for contact_id in ids if (row := await store.calls.get(contact_id)) is not None]
    known = {row.call_id for row in rows}
    return [*rows, *(row for row in await store.calls.open_calls() if row.call_id not in known)]


async def _mails(store: SqlStore, entries: Sequence[Entry]) -> list[tuple[str, Mail]]:
    """Every mail of every contact that came by mail."""
    arrived = [one.event for one in entries if isinstance(one.event, ev.ContactArrived)]
    return [
        (str(event.contact_id), mail_of(row))
        for event in arrived
        if event.channel is Channel.EMAIL
        for row in await store.details.of_contact(event.contact_id, kind=MAIL)
    ]


async def _texts(
    store: SqlStore, entries: Sequence[Entry]
) -> tuple[list[StoredMessage], list[StoredMessage]]:
    found: dict[str, list[StoredMessage]] = {MESSAGE: [], NOTES: []}
    for entry in entries:
        if not isinstance(entry.event, ev.ContactArrived):
            continue
        for kind, texts in found.items():
            for row in await store.details.of_contact(entry.event.contact_id, kind=kind):
                line = chat_message(row)
                texts.append(
                    StoredMessage(
                        row.seq, row.contact_id, row.detail_id, line.message_id, line.text
                    )
                )
    return found[MESSAGE], found[NOTES]


async def _compare_states(
    store: SqlStore, domain_id: str, entries: Sequence[Entry]
) -> list[Problem]:
    """Recovery (newest snapshot and tail) must give the very state that folding from zero gives."""
    folded = State()
    for entry in entries:
        apply(folded, entry.event)
    recovered = (await recover(store.journal, domain_id)).state
    problems = []
    if Engine(recovered).snapshot() != Engine(folded).snapshot():
        problems.append(
            Problem("I6", folded.seq, "recovery and a fold from zero give different states")
        )
    try:
        check_all(folded)
    except InvariantViolation as violation:
        problems.append(Problem("I6", folded.seq, f"the folded state breaks {violation}"))
    return problems
