"""Erases what is personal of contacts, wherever it stands; the journal keeps its ids and its chain.

A new table that holds personal data of a contact gets its line here: a test plants words in every place and looks for
them in the whole file afterwards.
"""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from callcenter.storage import full_text
from callcenter.storage.tables import call_events, details, uploads
from routing.ids import ContactId

CONTACTS_PER_STATEMENT: Final = 500

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
        told = (call_events.c.domain_id == domain_id, call_events.c.contact_id.in_(some))
        blank = sa.update(call_events).where(*told, call_events.c.body != NOTHING_TOLD)
        erased += connection.execute(blank.values(body=NOTHING_TOLD)).rowcount
    full_text.erase(connection, domain_id, contact_ids)
    return erased
