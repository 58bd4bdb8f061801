"""The index over contacts' texts: what each database product does in its own way, and nothing else does.

Texts come as terms separated by spaces (CJK as pairs of characters), so that no product's idea of a word matters: SQLite
indexes `search_documents` with FTS5, PostgreSQL with a GIN index over `to_tsvector('simple', terms)`.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callcenter.log_rows import SearchDocument, Word
from callcenter.storage.database import UpsertShape, upsert_rows
from callcenter.storage.tables.main import search_documents
from routing.ids import ContactId

CONTACTS_PER_STATEMENT: Final = 500

_SHAPE: Final = UpsertShape(key=("domain_id", "contact_id"), put=("document_no", "terms"), add=())

_SQLITE_INDEX: Final = (
    "CREATE VIRTUAL TABLE search_index USING fts5("
    "terms, content='search_documents', content_rowid='document_no', columnsize=0, "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
)
_POSTGRESQL_INDEX: Final = (
    "CREATE INDEX ix_search_documents_terms ON search_documents "
    "USING gin (to_tsvector('simple', terms))"
)

_SQLITE_ADD: Final = sa.text("INSERT INTO search_index(rowid, terms) VALUES (:no, :terms)")
_SQLITE_REMOVE: Final = sa.text(
    "INSERT INTO search_index(search_index, rowid, terms) VALUES ('delete', :no, :terms)"
)
_SQLITE_MERGE: Final = sa.text("INSERT INTO search_index(search_index) VALUES ('optimize')")

_SQLITE_MATCH: Final = sa.text(
    "SELECT d.contact_id FROM search_index JOIN search_documents AS d ON d.document_no = search_index.rowid "
    "WHERE search_index MATCH :words AND d.domain_id = :domain_id ORDER BY search_index.rowid DESC LIMIT :limit"
)
_POSTGRESQL_MATCH: Final = sa.text(
    "SELECT contact_id FROM search_documents WHERE domain_id = :domain_id "
    "AND to_tsvector('simple', terms) @@ to_tsquery('simple', :words) ORDER BY document_no DESC LIMIT :limit"
)


def create_index(connection: sa.Connection) -> None:
    """Make the index of an empty table. Called by the migration that makes the table."""
    is_sqlite = connection.dialect.name == "sqlite"
    connection.execute(sa.text(_SQLITE_INDEX if is_sqlite else _POSTGRESQL_INDEX))


def matching(
    connection: sa.Connection, domain_id: str, words: Sequence[Word], limit: int
) -> list[ContactId]:
    """Contacts whose texts hold all the words, those first that were first indexed last."""
    is_sqlite = connection.dialect.name == "sqlite"
    asked = _sqlite_query(words) if is_sqlite else _postgresql_query(words)
    query = _SQLITE_MATCH if is_sqlite else _POSTGRESQL_MATCH
    rows = connection.execute(query, {"words": asked, "domain_id": domain_id, "limit": limit})
    return [contact_id for (contact_id,) in rows]


def put(connection: sa.Connection, domain_id: str, documents: Sequence[SearchDocument]) -> None:
    """Store contacts' documents, each of another contact, or replace them; a document keeps its number."""
    known = _remove_from_index(connection, domain_id, [one.contact_id for one in documents])
    newest: int = connection.scalar(sa.select(sa.func.max(search_documents.c.document_no))) or 0
    rows = []
    for one in documents:
        number = known.get(one.contact_id)
        if number is None:
            number = newest = newest + 1
        rows.append((domain_id, one.contact_id, number, one.terms))
    upsert_rows(connection, search_documents, _SHAPE, rows)
    indexed = [{"no": number, "terms": terms} for _, _, number, terms in rows]
    _if_sqlite(connection, _SQLITE_ADD, indexed)


def erase(connection: sa.Connection, domain_id: str, contact_ids: Sequence[ContactId]) -> None:
    """Forget contacts' documents; what stands of them in the index is overwritten, not only marked."""
    columns = search_documents.c
    _remove_from_index(connection, domain_id, contact_ids)
    for start in range(0, len(contact_ids), CONTACTS_PER_STATEMENT):
        some = contact_ids[start : start + CONTACTS_PER_STATEMENT]
        which = (columns.domain_id == domain_id, columns.contact_id.in_(some))
        connection.execute(sa.delete(search_documents).where(*which))
    _if_sqlite(connection, _SQLITE_MERGE, {})


def _remove_from_index(
    connection: sa.Connection, domain_id: str, contact_ids: Sequence[ContactId]
) -> dict[ContactId, int]:
    """The numbers of the contacts' documents, as far as there are any; the index does not know them any more."""
    columns = search_documents.c
    numbers: dict[ContactId, int] = {}
    removed: list[dict[str, Any]] = []
    for start in range(0, len(contact_ids), CONTACTS_PER_STATEMENT):
        some = contact_ids[start : start + CONTACTS_PER_STATEMENT]
        query = sa.select(columns.contact_id, columns.document_no, columns.terms).where(
            columns.domain_id == domain_id, columns.contact_id.in_(some)
        )
        for contact_id, number, terms in connection.execute(query):
            numbers[contact_id] = number
            removed.append({"no": number, "terms": terms})
    _if_sqlite(connection, _SQLITE_REMOVE, removed)
    return numbers


def _if_sqlite(
    connection: sa.Connection,
    statement: sa.TextClause,
    values: dict[str, Any] | list[dict[str, Any]],
) -> None:
    """PostgreSQL keeps its index itself."""
    if connection.dialect.name == "sqlite" and values != []:
        connection.execute(statement, values)


def _sqlite_query(words: Sequence[Word]) -> str:
    return " AND ".join(
        f'"{" ".join(word.terms)}"' + (" *" if word.is_begun else "") for word in words
    )


def _postgresql_query(words: Sequence[Word]) -> str:
    def phrase(word: Word) -> str:
        terms = [f"'{term}'" for term in word.terms]
        if word.is_begun:
            terms[-1] += ":*"
        return f"({' <-> '.join(terms)})"

    return " & ".join(phrase(word) for word in words)
