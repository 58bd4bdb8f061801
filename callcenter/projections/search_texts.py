"""Keeps the texts of contacts searchable, behind the interaction log.

Theory: a contact's document is a function of its detail rows, so it can be made anew at any time and nothing is lost by
making it twice. The log says whose texts have come since the cursor; their documents and the cursor are stored together.
"""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from callcenter.log_rows import SearchDocument, SearchTexts
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.journal import Detail, Details
from callcenter.projections.terms import document_of
from callcenter.projections.transcript import (
    CUSTOMER,
    MAIL,
    MESSAGE,
    NOTES,
    customer_of_detail,
    line_of,
    words_of_mail,
)
from routing.ids import ContactId

_log = structlog.get_logger("callcenter.projections")

LOOK_EVERY_S: Final = 1.0
"""How often the log is asked whose texts have come."""

CONTACTS_PER_COMMIT: Final = 50

TEXTS_PER_READ_MAX: Final = 2_000
"""Detail rows of one read. Of one contact so many, the oldest, are searchable."""

TEXT_OF_KIND: Final[dict[str, Callable[[Detail], str]]] = {
    CUSTOMER: lambda detail: customer_of_detail(detail).name,
    MESSAGE: lambda detail: line_of(detail).text,
    NOTES: lambda detail: line_of(detail).text,
    MAIL: words_of_mail,
}
"""Detail kinds whose texts are searched."""


class TextIndexer:
    """Makes due documents. `run` belongs to a supervised task."""

    def __init__(self, texts: SearchTexts, details: Details) -> None:
        """Nothing is read before `run` or `catch_up`."""
        self._texts = texts
        self._details = details

    async def run(self) -> None:
        """Keep up for ever; a store that is not there at the moment is asked again."""
        while True:
            try:
                await self.catch_up()
            except StorageUnavailable:
                _log.warning("search_texts_wait_for_storage")
            await asyncio.sleep(LOOK_EVERY_S)

    async def catch_up(self) -> None:
        """Make everything that is due."""
        while due := await self._texts.due(CONTACTS_PER_COMMIT):
            texts = await self._texts_of([contact_id for contact_id, _ in due])
            documents = [SearchDocument(each, document_of(some)) for each, some in texts.items()]
            await self._texts.put(documents, due[-1][1])

    async def _texts_of(self, contact_ids: list[ContactId]) -> dict[ContactId, list[str]]:
        """What was written in each contact, oldest first. So much that one read does not hold it is read one by one."""
        texts: dict[ContactId, list[str]] = {contact_id: [] for contact_id in contact_ids}
        rows = await self._details.of_contacts(contact_ids, tuple(TEXT_OF_KIND), TEXTS_PER_READ_MAX)
        if len(rows) == TEXTS_PER_READ_MAX and len(contact_ids) > 1:
            for contact_id in contact_ids:
                texts |= await self._texts_of([contact_id])
            return texts
        for row in rows:
            texts[row.contact_id].append(TEXT_OF_KIND[row.kind](row))
        return texts
