"""The tables of other programs, beside those of `main`, whose rules hold here too: keys, subscriptions, notices."""

from typing import Final

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata


def _domain() -> sa.Column[str]:
    return sa.Column("domain_id", sa.String, primary_key=True)


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=True)


def _words(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String, nullable=False) for name in names]


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _maybe(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.BigInteger) for name in names]


def _feed() -> sa.Column[str]:
    return sa.Column("feed", sa.String, primary_key=True, server_default="journal")


api_keys = sa.Table(
    "api_keys",
    metadata,
    _domain(),
    _key("key_id"),
    *_words("name"),
    sa.Column("key_hash", sa.LargeBinary, nullable=False),
    *_words("role", "queue_ids", "team_ids"),
    _instant("created_at_ms"),
    *_words("created_by"),
    *_maybe("last_used_at_ms", "revoked_at_ms"),
    sa.UniqueConstraint("domain_id", "key_hash"),
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    _domain(),
    _key("subscription_id"),
    *_words("name", "url", "kinds", "queue_ids"),
    sa.Column("is_paused", sa.Boolean, nullable=False),
    _instant("created_at_ms"),
    *_words("created_by"),
    sa.Column("secret_no", sa.Integer, nullable=False, server_default="0"),
    *_maybe("former_until_ms"),
)

stands = sa.Table(
    "stands",
    metadata,
    _domain(),
    _key("subscription_id"),
    _feed(),
    _key("track"),
    _instant("done_seq"),
    *_maybe("until_seq", "failing_since_ms"),
    sa.Column("attempts", sa.Integer, nullable=False),
    *_words("last_error"),
    *_maybe("delivered_at_ms"),
)

dead_letters = sa.Table(
    "dead_letters",
    metadata,
    _domain(),
    _key("subscription_id"),
    _feed(),
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    _instant("at_ms"),
    sa.Column("attempts", sa.Integer, nullable=False),
    *_words("error"),
)

_HAS_NO_PLACE: Final = sa.text("notice_no IS NULL")

notices = sa.Table(
    "notices",
    metadata,
    _domain(),
    _key("notice_id"),
    # Its place among all: given later than it is written, so that no place becomes visible before one below it.
    *_maybe("notice_no", "at_ms"),
    *_words("kind", "object_id"),
    sa.Column("version", sa.Integer, nullable=False),
    *_words("queue_id", "contact_id", "data"),
    sa.UniqueConstraint("domain_id", "notice_no"),
    sa.Index(
        "ix_notices_new",
        "domain_id",
        "object_id",
        "version",
        "notice_id",
        sqlite_where=_HAS_NO_PLACE,
        postgresql_where=_HAS_NO_PLACE,
    ),
)
