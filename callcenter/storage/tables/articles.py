"""The tables of the knowledge base, beside those of `main`, whose rules hold here too."""

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata


def _domain() -> sa.Column[str]:
    return sa.Column("domain_id", sa.String, primary_key=True)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def _instants(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger, nullable=False) for name in names]


def _said() -> list[sa.Column[str]]:
    """What an article says; "" for no text in a language."""
    return _words("title_en", "body_en", "title_zh", "body_zh", "tags")


articles = sa.Table(
    "articles",
    metadata,
    _domain(),
    _key("article_id"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("is_retired", sa.Boolean, nullable=False),
    *_said(),
    *_words("by_user_id", "note"),
    *_instants("at_ms"),
)

article_versions = sa.Table(
    "article_versions",
    metadata,
    _domain(),
    _key("article_id"),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("is_retired", sa.Boolean, nullable=False),
    *_said(),
    *_words("by_user_id", "note"),
    *_instants("at_ms"),
)

article_documents = sa.Table(
    "article_documents",
    metadata,
    _domain(),
    _key("article_id"),
    _key("language"),
    sa.Column("document_no", sa.BigInteger, nullable=False),
    *(sa.Column(name, sa.Text, nullable=False) for name in ("title", "body", "pairs")),
    sa.UniqueConstraint("document_no"),
)

article_sendings = sa.Table(
    "article_sendings",
    metadata,
    _domain(),
    _key("sending_id"),
    *_words("article_id"),
    sa.Column("version", sa.Integer, nullable=False),
    *_words("language", "contact_id", "channel", "by_user_id"),
    *_instants("at_ms"),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "article_id"),
)

article_questions = sa.Table(
    "article_questions",
    metadata,
    _domain(),
    _key("question_id"),
    *_words("query", "state"),
    *(sa.Column(name, sa.Integer, nullable=False) for name in ("no_results", "no_answers")),
    *_instants("first_at_ms", "last_at_ms"),
    *_words("by_user_id", "article_id"),
    *_instants("changed_at_ms"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(None, "domain_id", "state", "last_at_ms"),
)

article_askings = sa.Table(
    "article_askings",
    metadata,
    _domain(),
    _key("question_id"),
    _key("asking_id"),
    *_words("cause", "by_user_id", "contact_id"),
    *_instants("at_ms"),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "by_user_id", "at_ms"),
)
