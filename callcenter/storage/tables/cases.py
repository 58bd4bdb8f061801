"""The tables of cases, beside those of `main`, whose rules hold here too."""

import sqlalchemy as sa

from callcenter.storage.tables.main import metadata
from callcenter.storage.tables.steps import step_table

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("domain_id", sa.String, primary_key=True),
    sa.Column("case_id", sa.String, primary_key=True),
    *(
        sa.Column(name, sa.String, nullable=False)
        for name in (
            "kind",
            "state",
            "department_id",
            "from_department_id",
            "owner_id",
            "proposed_by",
            "category",
            "root_cause",
            "due",
            "attempts_ms",
            "subject",
            "description",
            "customer_name",
            "number",
            "solution",
            "opened_by",
            "contact_id",
            "customer_key",
            "language",
            "call_back_id",
        )
    ),
    *(
        sa.Column(name, sa.BigInteger, nullable=False)
        for name in ("received_at_ms", "since_ms", "proposed_at_ms")
    ),
    # When it is due while it is open, when it was closed after that: what every list is ordered by.
    sa.Column("order_ms", sa.BigInteger, nullable=False),
    *(
        sa.Column(name, sa.BigInteger)
        for name in (
            "reported_at_ms",
            "report_read_at_ms",
            "unread_since_ms",
            "look_at_ms",
            # When other programs are to be told that it is late: with the index, nothing is looked through.
            "late_at_ms",
        )
    ),
    *(
        sa.Column(name, sa.Integer, nullable=False)
        for name in ("case_no", "version", "times_reopened", "calls")
    ),
    *(sa.Column(name, sa.Boolean, nullable=False) for name in ("is_open", "is_major")),
    sa.UniqueConstraint("domain_id", "case_no"),
    sa.Index(None, "domain_id", "department_id", "is_open", "order_ms", "case_id"),
    sa.Index(None, "domain_id", "owner_id", "is_open", "order_ms", "case_id"),
    sa.Index(None, "domain_id", "unread_since_ms", "case_id"),
    sa.Index(None, "domain_id", "customer_key"),
    sa.Index(None, "domain_id", "look_at_ms"),
    sa.Index(None, "domain_id", "late_at_ms"),
)

case_events = step_table("case_events", "case_id", "state", "department_id")

case_contacts = sa.Table(
    "case_contacts",
    metadata,
    sa.Column("domain_id", sa.String, primary_key=True),
    sa.Column("case_id", sa.String, primary_key=True),
    sa.Column("contact_id", sa.String, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Index(None, "domain_id", "contact_id"),
)
