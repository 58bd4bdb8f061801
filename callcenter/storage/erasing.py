"""Erases what is personal of contacts, wherever it stands; the journal keeps its ids and its chain.

A new table that holds personal data of a contact gets its line here: a test plants words in every place and looks for
them in the whole file afterwards.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from callcenter.ports.recordings import RecordingState
from callcenter.storage import full_text
from callcenter.storage.article_questions import forget_askings
from callcenter.storage.tables.call_backs import call_backs
from callcenter.storage.tables.campaigns import campaign_entries, suppressions
from callcenter.storage.tables.cases import case_contacts, case_events, cases
from callcenter.storage.tables.leads import lead_events, leads
from callcenter.storage.tables.main import call_events, details, interactions, uploads
from callcenter.storage.tables.recordings import recording_parts, recordings
from callcenter.storage.tables.visits import visit_inputs, visits
from crm_link.outbound.model import EntryState
from routing.ids import ContactId

CONTACTS_PER_STATEMENT: Final = 500

_TO_CALL: Final = (EntryState.WAITING, EntryState.PREVIEWED)
"""Entries that would be called."""

NOTHING_TOLD: Final = b"{}"
"""Stands in for what a phone system told of a call: the row itself makes a late repeat harmless."""


def erase_contacts(
    connection: sa.Connection, domain_id: str, contact_ids: Sequence[ContactId]
) -> int:
    """Erase within the transaction; returns how many rows held something."""
    erased = 0
    for start in range(0, len(contact_ids), CONTACTS_PER_STATEMENT):
        some = contact_ids[start : start + CONTACTS_PER_STATEMENT]
        of_these = (details.c.domain_id == domain_id, details.c.contact_id.in_(some))
        erased += connection.execute(sa.delete(details).where(*of_these)).rowcount
        handed_in = (uploads.c.domain_id == domain_id, uploads.c.contact_id.in_(some))
        erased += connection.execute(sa.delete(uploads).where(*handed_in)).rowcount
        for table in (visit_inputs, visits):
            of_visits = (table.c.domain_id == domain_id, table.c.contact_id.in_(some))
            erased += connection.execute(sa.delete(table).where(*of_visits)).rowcount
        told = (call_events.c.domain_id == domain_id, call_events.c.contact_id.in_(some))
        blank = sa.update(call_events).where(*told, call_events.c.body != NOTHING_TOLD)
        erased += connection.execute(blank.values(body=NOTHING_TOLD)).rowcount
        erased += connection.execute(_forgotten_call_backs(domain_id, some)).rowcount
        erased += _erase_cases(connection, domain_id, some)
        erased += _erase_leads(connection, domain_id, some)
        erased += _erase_from_campaigns(connection, domain_id, some)
        erased += _erase_recordings(connection, domain_id, some)
        erased += forget_askings(connection, domain_id, some)
    full_text.erase(connection, domain_id, contact_ids)
    return erased


def _keys_of(domain_id: str, contact_ids: Sequence[ContactId]) -> sa.Select[tuple[str]]:
    """The customers of these contacts."""
    of_these = (interactions.c.domain_id == domain_id, interactions.c.contact_id.in_(contact_ids))
    return sa.select(interactions.c.customer_key).where(
        *of_these, interactions.c.customer_key != ""
    )


def _erase_cases(
    connection: sa.Connection, domain_id: str, contact_ids: Sequence[ContactId]
) -> int:
    """The words of cases that these contacts or their customers are about; how they went stays."""
    about = sa.select(case_contacts.c.case_id).where(
        case_contacts.c.domain_id == domain_id, case_contacts.c.contact_id.in_(contact_ids)
    )
    is_theirs = sa.or_(
        cases.c.case_id.in_(about), cases.c.customer_key.in_(_keys_of(domain_id, contact_ids))
    )
    mine = sa.select(cases.c.case_id).where(cases.c.domain_id == domain_id, is_theirs)
    case_ids = list(connection.scalars(mine))
    of_these = (case_events.c.domain_id == domain_id, case_events.c.case_id.in_(case_ids))
    blank = sa.update(case_events).where(*of_these, case_events.c.text != "").values(text="")
    erased = connection.execute(blank).rowcount
    rows = sa.update(cases).where(cases.c.domain_id == domain_id, cases.c.case_id.in_(case_ids))
    nothing = dict.fromkeys(("subject", "description", "customer_name", "number", "solution"), "")
    return erased + connection.execute(rows.values(**nothing)).rowcount


def _erase_leads(
    connection: sa.Connection, domain_id: str, contact_ids: Sequence[ContactId]
) -> int:
    """The words of leads that these contacts or their customers are about; how they went stays."""
    about = sa.select(lead_events.c.lead_id).where(
        lead_events.c.domain_id == domain_id, lead_events.c.contact_id.in_(contact_ids)
    )
    is_theirs = sa.or_(
        leads.c.lead_id.in_(about), leads.c.customer_key.in_(_keys_of(domain_id, contact_ids))
    )
    lead_ids = list(
        connection.scalars(
            sa.select(leads.c.lead_id).where(leads.c.domain_id == domain_id, is_theirs)
        )
    )
    of_these = (lead_events.c.domain_id == domain_id, lead_events.c.lead_id.in_(lead_ids))
    blank = sa.update(lead_events).where(*of_these, lead_events.c.text != "").values(text="")
    erased = connection.execute(blank).rowcount
    words = (leads.c.interest, leads.c.customer_name, leads.c.number)
    rows = sa.update(leads).where(leads.c.domain_id == domain_id, leads.c.lead_id.in_(lead_ids))
    told = rows.where(sa.or_(*(word != "" for word in words)))
    nothing = {word.name: "" for word in words}
    return erased + connection.execute(told.values(**nothing)).rowcount


def _erase_from_campaigns(
    connection: sa.Connection, domain_id: str, contact_ids: Sequence[ContactId]
) -> int:
    """Who these customers are in campaigns' lists: they are called no more. That a number is suppressed goes on counting by its key."""
    keys = list(connection.scalars(_keys_of(domain_id, contact_ids)))
    mine = (campaign_entries.c.domain_id == domain_id, campaign_entries.c.customer_key.in_(keys))
    nothing = dict.fromkeys(("number", "name", "note", "consent_source"), "")
    told = sa.update(campaign_entries).where(*mine, campaign_entries.c.number != "")
    erased = connection.execute(told.values(**nothing)).rowcount
    open_ = sa.update(campaign_entries).where(*mine, campaign_entries.c.state.in_(_TO_CALL))
    version = campaign_entries.c.version + 1
    connection.execute(open_.values(state=EntryState.REFUSED, due_at_ms=None, version=version))
    known = (suppressions.c.domain_id == domain_id, suppressions.c.customer_key.in_(keys))
    words = sa.update(suppressions).where(*known, suppressions.c.number != "")
    return erased + connection.execute(words.values(number="", reason="")).rowcount


def _forgotten_call_backs(domain_id: str, contact_ids: Sequence[ContactId]) -> sa.Update:
    """Numbers and notes of the customers of these contacts: one of them may have been promised without a contact."""
    keys = _keys_of(domain_id, contact_ids)
    promised = (call_backs.c.domain_id == domain_id, call_backs.c.number != "")
    blank = sa.update(call_backs).where(*promised, call_backs.c.customer_key.in_(keys))
    return blank.values(number="", note="")


def _erase_recordings(
    connection: sa.Connection, domain_id: str, contact_ids: Sequence[ContactId]
) -> int:
    """The sound goes at once; a row without numbers stays until the phone system has deleted what it may still have."""
    mine = (recordings.c.domain_id == domain_id, recordings.c.contact_id.in_(contact_ids))
    of_these = sa.select(recordings.c.recording_id).where(*mine)
    sound = sa.delete(recording_parts).where(
        recording_parts.c.domain_id == domain_id, recording_parts.c.recording_id.in_(of_these)
    )
    erased = connection.execute(sound).rowcount
    blank = sa.update(recordings).where(*mine, recordings.c.state != RecordingState.UNWANTED)
    nothing = {"state": RecordingState.UNWANTED, "caller": "", "dialled": "", "next_at_ms": 0}
    return erased + connection.execute(blank.values(**nothing)).rowcount
