"""Cases, each step of them, and the contacts they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), nullable=False) for name in names]


def _keys(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), autoincrement=False, nullable=False) for name in names]


def upgrade() -> None:
    """There are none at first."""
    op.create_table(
        "cases",
        *_keys("domain_id", "case_id"),
        *_texts("kind", "state", "department_id", "from_department_id", "owner_id", "proposed_by"),
        *_texts("category", "root_cause", "due", "attempts_ms"),
        *_texts("subject", "description", "customer_name", "number", "solution"),
        *_texts("opened_by", "contact_id", "customer_key", "language", "call_back_id"),
        *[
            sa.Column(name, sa.BigInteger(), nullable=False)
            for name in ("received_at_ms", "since_ms", "proposed_at_ms", "order_ms")
        ],
        *[
            sa.Column(name, sa.BigInteger(), nullable=True)
            for name in ("reported_at_ms", "report_read_at_ms", "unread_since_ms", "look_at_ms")
        ],
        *[
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("case_no", "version", "times_reopened", "calls")
        ],
        *[sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_open", "is_major")],
        sa.PrimaryKeyConstraint("domain_id", "case_id", name=op.f("pk_cases")),
        sa.UniqueConstraint("domain_id", "case_no", name=op.f("uq_cases_domain_id_case_no")),
    )
    for columns in (
        ("department_id", "is_open", "order_ms", "case_id"),
        ("owner_id", "is_open", "order_ms", "case_id"),
        ("unread_since_ms", "case_id"),
        ("customer_key",),
        ("look_at_ms",),
    ):
        name = op.f(f"ix_cases_domain_id_{'_'.join(columns)}")
        op.create_index(name, "cases", ["domain_id", *columns])
    op.create_table(
        "case_events",
        *_keys("domain_id", "case_id"),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        *_texts("command_id", "step", "state", "department_id", "owner_id"),
        *_texts("by_user_id", "contact_id", "text"),
        sa.PrimaryKeyConstraint("domain_id", "case_id", "version", name=op.f("pk_case_events")),
        sa.UniqueConstraint(
            "domain_id", "command_id", name=op.f("uq_case_events_domain_id_command_id")
        ),
    )
    op.create_table(
        "case_contacts",
        *_keys("domain_id", "case_id", "contact_id"),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(
            "domain_id", "case_id", "contact_id", name=op.f("pk_case_contacts")
        ),
    )
    name = op.f("ix_case_contacts_domain_id_contact_id")
    op.create_index(name, "case_contacts", ["domain_id", "contact_id"])
