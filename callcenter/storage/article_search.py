"""The index over articles: what each database product does in its own way.

As in `full_text`, texts come as terms, so that no product's idea of a word matters. SQLite indexes `article_documents` with
FTS5 and ranks by BM25; PostgreSQL has a table of weighted vectors beside it. Titles and tags count most, pairs least.
"""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.articles import AskedWord, Hit

LANGUAGES_PER_ARTICLE: Final = 2

_SQLITE_INDEX: Final = (
    "CREATE VIRTUAL TABLE article_index USING fts5("
    "title, body, pairs, content='article_documents', content_rowid='document_no', "
    "tokenize=\"unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
)
_INDEX: Final = {
    "sqlite": (_SQLITE_INDEX,),
    "postgresql": (
        "CREATE TABLE article_index (document_no BIGINT PRIMARY KEY, terms TSVECTOR NOT NULL)",
        "CREATE INDEX ix_article_index_terms ON article_index USING gin (terms)",
    ),
}
_ADD: Final = {
    "sqlite": "INSERT INTO article_index(rowid, title, body, pairs) VALUES (:no, :title, :body, :pairs)",
    "postgresql": (
        "INSERT INTO article_index(document_no, terms) VALUES (:no, "
        "setweight(to_tsvector('simple', :title), 'A') || setweight(to_tsvector('simple', :body), 'C') "
        "|| setweight(to_tsvector('simple', :pairs), 'D'))"
    ),
}
_REMOVE: Final = {
    "sqlite": (
        "INSERT INTO article_index(article_index, rowid, title, body, pairs) "
        "VALUES ('delete', :no, :title, :body, :pairs)"
    ),
    "postgresql": "DELETE FROM article_index WHERE document_no = :no",
}
_MATCH: Final = {
    "sqlite": (
        "SELECT d.article_id, d.language FROM article_index "
        "JOIN article_documents AS d ON d.document_no = article_index.rowid "
        "WHERE article_index MATCH :words AND d.domain_id = :domain_id "
        "ORDER BY bm25(article_index, 8.0, 1.0, 0.3), d.document_no LIMIT :limit"
    ),
    "postgresql": (
        "SELECT d.article_id, d.language FROM article_index AS i "
        "JOIN article_documents AS d ON d.document_no = i.document_no, "
        "to_tsquery('simple', :words) AS asked WHERE i.terms @@ asked AND d.domain_id = :domain_id "
        "ORDER BY ts_rank('{0.05, 0.2, 0.2, 1.0}', i.terms, asked, 1) DESC, d.document_no LIMIT :limit"
    ),
}


def create_index(connection: sa.Connection) -> None:
    """Make the index of an empty table. Called by the migration that makes the table."""
    for statement in _INDEX[connection.dialect.name]:
        connection.execute(sa.text(statement))


def add(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Index documents: `no`, `title`, `body`, `pairs` of each."""
    if rows:
        connection.execute(sa.text(_ADD[connection.dialect.name]), list(rows))


def remove(connection: sa.Connection, rows: Sequence[dict[str, Any]]) -> None:
    """Forget documents, given as they were indexed."""
    if rows:
        connection.execute(sa.text(_REMOVE[connection.dialect.name]), list(rows))


def search(
    connection: sa.Connection,
    domain_id: str,
    words: Sequence[AskedWord],
    *,
    is_any: bool,
    limit: int,
) -> list[Hit]:
    """What fits, the best first, each article once."""
    is_sqlite = connection.dialect.name == "sqlite"
    asked = [_sqlite(word) if is_sqlite else _postgresql(word) for word in words]
    between = {True: (" OR ", " | "), False: (" AND ", " & ")}[is_any][not is_sqlite]
    values = {
        "words": between.join(asked),
        "domain_id": domain_id,
        "limit": limit * LANGUAGES_PER_ARTICLE,
    }
    found: dict[str, Hit] = {}
    for article_id, language in connection.execute(
        sa.text(_MATCH[connection.dialect.name]), values
    ):
        found.setdefault(article_id, Hit(article_id, language))
    return list(found.values())[:limit]


def _sqlite(word: AskedWord) -> str:
    asked = [f'"{word.term}"' + (" *" if word.is_begun else "")]
    if word.pairs and word.pairs != (word.term,):
        asked.append(f'"{" ".join(word.pairs)}"')
    return f"({' OR '.join(asked)})"


def _postgresql(word: AskedWord) -> str:
    asked = [f"'{word.term}'" + (":*" if word.is_begun else "")]
    if word.pairs and word.pairs != (word.term,):
        phrase = [f"'{pair}'" for pair in word.pairs]
        asked.append(f"({' <-> '.join(phrase)})")
    return f"({' | '.join(asked)})"
