"""The tables of the knowledge base."""

import sqlalchemy as sa

from callcenter.storage.tables.columns import (
    Columns,
    counts,
    flags,
    instants,
    keys,
    must,
    table,
    texts,
)


def _said() -> Columns:
    """What an article says; "" for no text in a language."""
    return texts("title_en", "body_en", "title_zh", "body_zh", "tags")


articles = table(
    "articles",
    keys("article_id"),
    counts("version"),
    flags("is_retired"),
    _said(),
    texts("by_user_id", "note"),
    instants("at_ms"),
)

article_versions = table(
    "article_versions",
    keys("article_id"),
    keys("version", kind=sa.Integer),
    flags("is_retired"),
    _said(),
    texts("by_user_id", "note"),
    instants("at_ms"),
)

article_documents = table(
    "article_documents",
    keys("article_id", "language"),
    must(sa.BigInteger, "document_no"),
    must(sa.Text, "title", "body", "pairs"),
    sa.UniqueConstraint("document_no"),
)

article_sendings = table(
    "article_sendings",
    keys("sending_id"),
    texts("article_id"),
    counts("version"),
    texts("language", "contact_id", "channel", "by_user_id"),
    instants("at_ms"),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "article_id"),
)

article_questions = table(
    "article_questions",
    keys("question_id"),
    texts("query", "state"),
    counts("no_results", "no_answers"),
    instants("first_at_ms", "last_at_ms"),
    texts("by_user_id", "article_id"),
    instants("changed_at_ms"),
    counts("version"),
    sa.Index(None, "domain_id", "state", "last_at_ms"),
)

article_askings = table(
    "article_askings",
    keys("question_id", "asking_id"),
    texts("cause", "by_user_id", "contact_id"),
    instants("at_ms"),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "by_user_id", "at_ms"),
)
