"""The tables of other programs: keys, subscriptions, notices."""

from typing import Final

import sqlalchemy as sa

from callcenter.storage.tables.columns import (
    counts,
    flags,
    instants,
    keys,
    maybe,
    must,
    table,
    texts,
)


def _feed() -> sa.Column[str]:
    return sa.Column("feed", sa.String, primary_key=True, server_default="journal")


api_keys = table(
    "api_keys",
    keys("key_id"),
    texts("name"),
    must(sa.LargeBinary, "key_hash"),
    texts("role", "queue_ids", "team_ids"),
    instants("created_at_ms"),
    texts("created_by"),
    maybe("last_used_at_ms", "revoked_at_ms"),
    sa.UniqueConstraint("domain_id", "key_hash"),
)

subscriptions = table(
    "subscriptions",
    keys("subscription_id"),
    texts("name", "url", "kinds", "queue_ids"),
    flags("is_paused"),
    instants("created_at_ms"),
    texts("created_by"),
    sa.Column("secret_no", sa.Integer, nullable=False, server_default="0"),
    maybe("former_until_ms"),
)

stands = table(
    "stands",
    keys("subscription_id"),
    _feed(),
    keys("track"),
    instants("done_seq"),
    maybe("until_seq", "failing_since_ms"),
    counts("attempts"),
    texts("last_error"),
    maybe("delivered_at_ms"),
)

dead_letters = table(
    "dead_letters",
    keys("subscription_id"),
    _feed(),
    keys("seq", kind=sa.BigInteger),
    instants("at_ms"),
    counts("attempts"),
    texts("error"),
)

_HAS_NO_PLACE: Final = sa.text("notice_no IS NULL")

notices = table(
    "notices",
    keys("notice_id"),
    # Its place among all: given later than it is written, so that no place becomes visible before one below it.
    maybe("notice_no", "at_ms"),
    texts("kind", "object_id"),
    counts("version"),
    texts("queue_id", "contact_id", "data"),
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
