"""The tables of call-backs, beside those of `main`, whose rules hold here too."""

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata

call_backs = sa.Table(
    "call_backs",
    metadata,
    sa.Column("domain_id", sa.String, primary_key=True),
    sa.Column("call_back_id", sa.String, primary_key=True),
    # Of the queue and the customer while it is open: each customer has one open call-back in a queue.
    sa.Column("open_key", sa.String, nullable=False),
    *(
        sa.Column(name, sa.String, nullable=False)
        for name in (
            "queue_id",
            "number",
            "customer_key",
            "state",
            "mode",
            "made_by",
            "language",
            "note",
            "last_outcome",
        )
    ),
    *(sa.Column(name, sa.String) for name in ("agent_id", "replaced_contact_id", "contact_id")),
    *(
        sa.Column(name, sa.BigInteger, nullable=False)
        for name in ("made_at_ms", "age_origin_ms", "expires_at_ms")
    ),
    *(sa.Column(name, sa.BigInteger) for name in ("promised_at_ms", "due_at_ms")),
    *(
        sa.Column(name, sa.Integer, nullable=False)
        for name in ("rounds", "attempts", "left_alone", "version")
    ),
    sa.UniqueConstraint("domain_id", "open_key"),
    sa.Index(None, "domain_id", "customer_key"),
    sa.Index(None, "domain_id", "state", "made_at_ms"),
)

call_back_changes = sa.Table(
    "call_back_changes",
    metadata,
    sa.Column("domain_id", sa.String, primary_key=True),
    sa.Column("call_back_id", sa.String, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    *(sa.Column(name, sa.String, nullable=False) for name in ("state", "cause", "by_user_id")),
)
