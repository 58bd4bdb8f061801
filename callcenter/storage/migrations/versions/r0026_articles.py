"""The knowledge base: articles and their versions, the index over them, who sent which, and what found no answer."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from callcenter.storage.article_search import create_index

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """There are none at first."""
    said = ("title_en", "body_en", "title_zh", "body_zh", "tags", "by_user_id", "note")
    _table(
        "articles",
        _keys("article_id"),
        _must(sa.Integer(), "version"),
        _must(sa.Boolean(), "is_retired"),
        _must(sa.String(), *said),
        _must(sa.BigInteger(), "at_ms"),
    )
    _table(
        "article_versions",
        [*_keys("article_id"), sa.Column("version", sa.Integer(), nullable=False)],
        _must(sa.Boolean(), "is_retired"),
        _must(sa.String(), *said),
        _must(sa.BigInteger(), "at_ms"),
    )
    _table(
        "article_documents",
        _keys("article_id", "language"),
        _must(sa.BigInteger(), "document_no"),
        _must(sa.Text(), "title", "body", "pairs"),
        [sa.UniqueConstraint("document_no", name=op.f("uq_article_documents_document_no"))],
    )
    _table(
        "article_sendings",
        _keys("sending_id"),
        _must(sa.String(), "article_id"),
        _must(sa.Integer(), "version"),
        _must(sa.String(), "language", "contact_id", "channel", "by_user_id"),
        _must(sa.BigInteger(), "at_ms"),
    )
    _table(
        "article_questions",
        _keys("question_id"),
        _must(sa.String(), "query", "state"),
        _must(sa.Integer(), "no_results", "no_answers"),
        _must(sa.BigInteger(), "first_at_ms", "last_at_ms"),
        _must(sa.String(), "by_user_id", "article_id"),
        _must(sa.BigInteger(), "changed_at_ms"),
        _must(sa.Integer(), "version"),
    )
    _table(
        "article_askings",
        _keys("question_id", "asking_id"),
        _must(sa.String(), "cause", "by_user_id", "contact_id"),
        _must(sa.BigInteger(), "at_ms"),
    )
    for table, *columns in (
        ("article_sendings", "contact_id"),
        ("article_sendings", "article_id"),
        ("article_questions", "state", "last_at_ms"),
        ("article_askings", "contact_id"),
        ("article_askings", "by_user_id", "at_ms"),
    ):
        name = op.f(f"ix_{table}_domain_id_{'_'.join(columns)}")
        op.create_index(name, table, ["domain_id", *columns])
    create_index(op.get_bind())


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _must(kind: Any, *names: str) -> list[sa.Column[Any]]:  # noqa: ANN401 - of any type
    return [sa.Column(name, kind, nullable=False) for name in names]


def _table(name: str, keys: list[sa.Column[Any]], *columns: list[Any]) -> None:
    own = sa.Column("domain_id", sa.String(), nullable=False)
    key = ("domain_id", *(column.name for column in keys))
    rest = [column for some in columns for column in some]
    op.create_table(name, own, *keys, *rest, sa.PrimaryKeyConstraint(*key, name=op.f(f"pk_{name}")))
