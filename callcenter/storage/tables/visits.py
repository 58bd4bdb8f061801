"""The tables of flows and surveys, beside those of `main`, whose rules hold here too."""

from typing import Any

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata


def _key(name: str, kind: type[sa.types.TypeEngine[Any]] = sa.String) -> sa.Column[Any]:
    return sa.Column(name, kind, primary_key=True, autoincrement=False)


def _must(name: str, kind: type[sa.types.TypeEngine[Any]]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


visits = sa.Table(
    "visits",
    metadata,
    _key("domain_id"),
    _key("visit_id"),
    _must("contact_id", sa.String),
    _must("begun_at_ms", sa.BigInteger),
    _must("body", sa.LargeBinary),
    sa.Column("ended_at_ms", sa.BigInteger, nullable=True),
    sa.Index(None, "domain_id", "contact_id"),
    sa.Index(None, "domain_id", "ended_at_ms"),
)

visit_inputs = sa.Table(
    "visit_inputs",
    metadata,
    _key("domain_id"),
    _key("visit_id"),
    _key("n", sa.Integer),
    _must("contact_id", sa.String),
    _must("at_ms", sa.BigInteger),
    _must("body", sa.LargeBinary),
    sa.Index(None, "domain_id", "contact_id"),
)

survey_marks = sa.Table(
    "survey_marks",
    metadata,
    _key("domain_id"),
    _key("contact_id"),
    _key("question"),
    _must("assignment_id", sa.String),
    _must("agent_id", sa.String),
    _must("queue_id", sa.String),
    _must("answered_at_ms", sa.BigInteger),
    _must("mark", sa.Integer),
    _must("low", sa.Integer),
    _must("high", sa.Integer),
    _must("name_en", sa.String),
    _must("name_zh", sa.String),
    sa.Index(None, "domain_id", "answered_at_ms"),
)
