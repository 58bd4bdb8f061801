"""Questions without an answer, in SQL: one row for each, and one for each time it was asked."""

from collections.abc import Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from callcenter.ports.articles import Asked, Asking, Question, QuestionState
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.storage.database import Database, insert_new_rows, upsert_row
from callcenter.storage.tables.articles import article_askings, article_questions

_FIELDS = tuple(Question.__struct_fields__)


class SqlArticleQuestions:
    """`ports.articles.ArticleQuestions` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = article_questions.c.domain_id == domain_id

    async def ask(self, question: Question, asking: Asking, *, open_max: int) -> Question | None:
        """The row and the asking, in one transaction."""

        def job(connection: sa.Connection) -> Question | None:
            stored = self._get(connection, question.question_id)
            if stored is None and self._open(connection) >= open_max:
                return None
            row = (self._domain_id, question.question_id, *msgspec.structs.astuple(asking))
            if not insert_new_rows(connection, article_askings, ("asking_id",), [row]):
                return stored
            counted = asked_again(stored, question, asking)
            self._put(connection, counted)
            return counted

        return await self._database.write(job)

    async def get(self, question_id: str) -> Question | None:
        """By id."""
        return await self._database.read(lambda connection: self._get(connection, question_id))

    async def page(self, states: Sequence[QuestionState], *, limit: int) -> list[Question]:
        """Those asked last first."""
        columns = article_questions.c
        query = (
            sa.select(article_questions)
            .where(self._mine, columns.state.in_([state.value for state in states]))
            .order_by(columns.last_at_ms.desc(), columns.question_id)
            .limit(limit)
        )
        return await self._all(query)

    async def put(self, question: Question) -> None:
        """Compare, then replace."""

        def job(connection: sa.Connection) -> None:
            stored = self._get(connection, question.question_id)
            if stored is None or stored.version + 1 != question.version:
                raise ChangedMeanwhile(question.question_id)
            self._put(connection, still_counted(stored, question))

        await self._database.write(job)

    async def asked_by(self, user_id: str, *, limit: int) -> list[Question]:
        """By the index of askings."""
        columns = article_askings.c
        newest = (
            sa.select(columns.question_id, sa.func.max(columns.at_ms).label("asked_at_ms"))
            .where(
                columns.domain_id == self._domain_id,
                columns.by_user_id == user_id,
                columns.cause == Asked.NO_ANSWER.value,
            )
            .group_by(columns.question_id)
            .order_by(sa.desc("asked_at_ms"), columns.question_id)
            .limit(limit)
            .subquery()
        )
        query = (
            sa.select(article_questions)
            .join(newest, newest.c.question_id == article_questions.c.question_id)
            .where(self._mine)
            .order_by(newest.c.asked_at_ms.desc(), article_questions.c.question_id)
        )
        return await self._all(query)

    async def forget(self, *, asked_before_ms: int, over_before_ms: int) -> int:
        """The questions and their askings."""
        columns = article_questions.c
        over = [QuestionState.ANSWERED.value, QuestionState.DISMISSED.value]
        due = sa.or_(
            columns.last_at_ms < asked_before_ms,
            sa.and_(columns.state.in_(over), columns.changed_at_ms < over_before_ms),
        )

        def job(connection: sa.Connection) -> int:
            ids = list(connection.scalars(sa.select(columns.question_id).where(self._mine, due)))
            if ids:
                forget_questions(connection, self._domain_id, ids)
            return len(ids)

        return await self._database.write(job)

    async def _all(self, query: sa.Select[Any]) -> list[Question]:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_question(row) for row in rows]

    def _get(self, connection: sa.Connection, question_id: str) -> Question | None:
        which = (self._mine, article_questions.c.question_id == question_id)
        row = connection.execute(sa.select(article_questions).where(*which)).first()
        return None if row is None else _question(row)

    def _open(self, connection: sa.Connection) -> int:
        which = (self._mine, article_questions.c.state == QuestionState.OPEN.value)
        count: int = connection.scalar(sa.select(sa.func.count()).where(*which)) or 0
        return count

    def _put(self, connection: sa.Connection, question: Question) -> None:
        row = {name: getattr(question, name) for name in _FIELDS}
        row |= {"domain_id": self._domain_id, "state": question.state.value}
        upsert_row(connection, article_questions, row)


def asked_again(stored: Question | None, question: Question, asking: Asking) -> Question:
    """The question with one more asking; an answered one opens again."""
    before = stored or question
    is_new = stored is None or stored.state is QuestionState.ANSWERED
    return msgspec.structs.replace(
        before,
        state=QuestionState.OPEN if is_new else before.state,
        by_user_id="" if is_new else before.by_user_id,
        no_results=before.no_results + (asking.cause is Asked.NO_RESULT),
        no_answers=before.no_answers + (asking.cause is Asked.NO_ANSWER),
        last_at_ms=max(before.last_at_ms, asking.at_ms),
        version=before.version + (stored is not None and is_new),
    )


def still_counted(stored: Question, moved: Question) -> Question:
    """The moved question with what was counted meanwhile: counting is no step."""
    return msgspec.structs.replace(
        moved,
        no_results=stored.no_results,
        no_answers=stored.no_answers,
        last_at_ms=stored.last_at_ms,
    )


def forget_questions(connection: sa.Connection, domain_id: str, ids: Sequence[str]) -> None:
    """Delete questions with their askings."""
    for table in (article_questions, article_askings):
        which = (table.c.domain_id == domain_id, table.c.question_id.in_(ids))
        connection.execute(sa.delete(table).where(*which))


def forget_askings(connection: sa.Connection, domain_id: str, contact_ids: Sequence[str]) -> int:
    """Delete what was asked in these contacts, and each question that was asked nowhere else."""
    columns = article_askings.c
    mine = (columns.domain_id == domain_id, columns.contact_id.in_(contact_ids))
    asked = set(connection.scalars(sa.select(columns.question_id).where(*mine)))
    erased = connection.execute(sa.delete(article_askings).where(*mine)).rowcount
    others = (columns.domain_id == domain_id, columns.question_id.in_(asked))
    left = set(connection.scalars(sa.select(columns.question_id).where(*others)))
    if asked - left:
        forget_questions(connection, domain_id, sorted(asked - left))
    return erased


def _question(row: sa.Row[Any]) -> Question:
    plain = {name: getattr(row, name) for name in _FIELDS}
    return Question(**{**plain, "state": QuestionState(plain["state"])})
