"""Articles in SQL: each version whole, the newest beside them, and the documents they are found by."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports.articles import (
    Article,
    ArticleText,
    ArticleWrite,
    AskedWord,
    Hit,
    Sending,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.storage import article_search
from callcenter.storage.authorship import author_of, columns_of
from callcenter.storage.database import Database, UpsertShape, insert_rows, upsert_rows
from callcenter.storage.tables.articles import (
    article_documents,
    article_sendings,
    article_versions,
    articles,
)
from routing.ids import ContactId

ARTICLES_PER_STATEMENT: Final = 500

TAG_SEPARATOR: Final = "\n"

_SHAPE: Final = UpsertShape(
    key=("domain_id", "article_id"),
    put=tuple(name for name in articles.c.keys() if name not in ("domain_id", "article_id")),  # noqa: SIM118 - columns
    add=(),
)


class SqlArticles:
    """`ports.articles.Articles` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = articles.c.domain_id == domain_id

    async def put(self, writes: Sequence[ArticleWrite]) -> list[Article]:
        """Check all, then store all."""

        def job(connection: sa.Connection) -> list[Article]:
            ids = [write.article.article_id for write in writes]
            stored = self._versions_of(connection, ids)
            for write in writes:
                if stored.get(write.article.article_id, 0) != write.article.version:
                    raise ChangedMeanwhile(write.article.article_id)
            newest = [
                msgspec.structs.replace(write.article, version=write.article.version + 1)
                for write in writes
            ]
            rows = [_row(self._domain_id, one) for one in newest]
            insert_rows(connection, article_versions, _in_order(article_versions, rows))
            names = _SHAPE.key + _SHAPE.put
            upsert_rows(
                connection, articles, _SHAPE, [tuple(row[name] for name in names) for row in rows]
            )
            self._index(connection, writes)
            return newest

        return await self._database.write(job)

    async def get(self, article_id: str, version: int | None = None) -> Article | None:
        """One version."""
        table = articles if version is None else article_versions
        query = sa.select(table).where(
            table.c.domain_id == self._domain_id, table.c.article_id == article_id
        )
        if version is not None:
            query = query.where(table.c.version == version)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else _article(row)

    async def some(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Newest versions, by id."""

        def job(connection: sa.Connection) -> dict[str, Article]:
            found: dict[str, Article] = {}
            for part in _parts(article_ids):
                query = sa.select(articles).where(self._mine, articles.c.article_id.in_(part))
                found |= {row.article_id: _article(row) for row in connection.execute(query)}
            return found

        return await self._database.read(job)

    async def page(self, *, after: str, limit: int) -> list[Article]:
        """Newest versions by id."""
        query = (
            sa.select(articles)
            .where(self._mine, articles.c.article_id > after)
            .order_by(articles.c.article_id)
            .limit(limit)
        )
        return await self._all(query)

    async def versions(self, article_id: str, *, limit: int) -> list[Article]:
        """Newest first."""
        columns = article_versions.c
        query = (
            sa.select(article_versions)
            .where(columns.domain_id == self._domain_id, columns.article_id == article_id)
            .order_by(columns.version.desc())
            .limit(limit)
        )
        return await self._all(query)

    async def search(self, words: Sequence[AskedWord], *, is_any: bool, limit: int) -> list[Hit]:
        """By the index."""
        if not words:
            return []
        return await self._database.read(
            lambda connection: article_search.search(
                connection, self._domain_id, words, is_any=is_any, limit=limit
            )
        )

    async def sent_in(self, contact_id: ContactId) -> list[Sending]:
        """Oldest first."""
        columns = article_sendings.c
        query = (
            sa.select(article_sendings)
            .where(columns.domain_id == self._domain_id, columns.contact_id == contact_id)
            .order_by(columns.at_ms, columns.sending_id)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            Sending(**{name: getattr(row, name) for name in Sending.__struct_fields__})
            for row in rows
        ]

    async def sent(self, article_ids: Sequence[str]) -> dict[str, int]:
        """Counted by the index of articles."""
        columns = article_sendings.c

        def job(connection: sa.Connection) -> dict[str, int]:
            counts: dict[str, int] = {}
            for part in _parts(article_ids):
                query = (
                    sa.select(columns.article_id, sa.func.count().label("sent"))
                    .where(columns.domain_id == self._domain_id, columns.article_id.in_(part))
                    .group_by(columns.article_id)
                )
                counts |= {row.article_id: row.sent for row in connection.execute(query)}
            return counts

        return await self._database.read(job)

    async def _all(self, query: sa.Select[Any]) -> list[Article]:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_article(row) for row in rows]

    def _versions_of(self, connection: sa.Connection, ids: Sequence[str]) -> dict[str, int]:
        found: dict[str, int] = {}
        for part in _parts(ids):
            query = sa.select(articles.c.article_id, articles.c.version).where(
                self._mine, articles.c.article_id.in_(part)
            )
            found |= {row.article_id: row.version for row in connection.execute(query)}
        return found

    def _index(self, connection: sa.Connection, writes: Sequence[ArticleWrite]) -> None:
        """Their documents instead of those before; a number is never used again while it is known."""
        columns = article_documents.c
        for part in _parts([write.article.article_id for write in writes]):
            which = (columns.domain_id == self._domain_id, columns.article_id.in_(part))
            former = [
                {"no": row.document_no, "title": row.title, "body": row.body, "pairs": row.pairs}
                for row in connection.execute(sa.select(article_documents).where(*which))
            ]
            article_search.remove(connection, former)
            connection.execute(sa.delete(article_documents).where(*which))
        newest: int = connection.scalar(sa.select(sa.func.max(columns.document_no))) or 0
        rows = [
            {
                "domain_id": self._domain_id,
                "article_id": write.article.article_id,
                "language": one.language,
                "document_no": newest + number,
                "title": one.title,
                "body": one.body,
                "pairs": one.pairs,
            }
            for number, (write, one) in enumerate(
                ((write, one) for write in writes for one in write.documents), 1
            )
        ]
        insert_rows(connection, article_documents, _in_order(article_documents, rows))
        article_search.add(connection, [{"no": row["document_no"], **row} for row in rows])


def _parts(ids: Sequence[str]) -> list[list[str]]:
    return [
        list(ids[start : start + ARTICLES_PER_STATEMENT])
        for start in range(0, len(ids), ARTICLES_PER_STATEMENT)
    ]


def _in_order(table: sa.Table, rows: Sequence[dict[str, Any]]) -> list[tuple[Any, ...]]:
    names = list(table.columns.keys())
    return [tuple(row[name] for name in names) for row in rows]


def _row(domain_id: str, article: Article) -> dict[str, Any]:
    texts = {"en": article.en, "zh": article.zh}
    said = {
        f"{part}_{language}": "" if text is None else getattr(text, part)
        for language, text in texts.items()
        for part in ("title", "body")
    }
    return {
        "domain_id": domain_id,
        "article_id": article.article_id,
        "version": article.version,
        "is_retired": article.is_retired,
        **said,
        "tags": TAG_SEPARATOR.join(article.tags),
        **columns_of(article.author),
    }


def _article(row: sa.Row[Any]) -> Article:
    return Article(
        article_id=row.article_id,
        version=row.version,
        en=ArticleText(row.title_en, row.body_en) if row.title_en else None,
        zh=ArticleText(row.title_zh, row.body_zh) if row.title_zh else None,
        tags=tuple(row.tags.split(TAG_SEPARATOR)) if row.tags else (),
        is_retired=row.is_retired,
        author=author_of(row),
    )
