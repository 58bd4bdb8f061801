"""Flows in the chat widget, and marks of surveys."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three tables."""
    op.create_table(
        "visits",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("visit_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("begun_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("ended_at_ms", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("domain_id", "visit_id", name=op.f("pk_visits")),
    )
    op.create_index(op.f("ix_visits_domain_id_contact_id"), "visits", ["domain_id", "contact_id"])
    op.create_index(op.f("ix_visits_domain_id_ended_at_ms"), "visits", ["domain_id", "ended_at_ms"])
    op.create_table(
        "visit_inputs",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("visit_id", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "visit_id", "n", name=op.f("pk_visit_inputs")),
    )
    op.create_index(
        op.f("ix_visit_inputs_domain_id_contact_id"), "visit_inputs", ["domain_id", "contact_id"]
    )
    op.create_table(
        "survey_marks",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("contact_id", sa.String(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("assignment_id", sa.String(), nullable=False),
        sa.Column("agent_id", sa.String(), nullable=False),
        sa.Column("queue_id", sa.String(), nullable=False),
        sa.Column("answered_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("low", sa.Integer(), nullable=False),
        sa.Column("high", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "domain_id", "contact_id", "question", name=op.f("pk_survey_marks")
        ),
    )
    op.create_index(
        op.f("ix_survey_marks_domain_id_answered_at_ms"),
        "survey_marks",
        ["domain_id", "answered_at_ms"],
    )
