"""Teams are rows with a history; those of the newest configuration become the first."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and take the teams over from each domain's newest configuration document."""
    teams = op.create_table(
        "teams",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), autoincrement=False, nullable=False),
        sa.Column("en", sa.String(), nullable=False),
        sa.Column("zh", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "team_id", name=op.f("pk_teams")),
    )
    changes = op.create_table(
        "team_changes",
        sa.Column("domain_id", sa.String(), nullable=False),
        sa.Column("version", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("by_user_id", sa.String(), nullable=False, server_default=""),
        sa.Column("note", sa.String(), nullable=False, server_default=""),
        sa.Column("fields", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("domain_id", "version", name=op.f("pk_team_changes")),
    )
    op.create_index(
        op.f("ix_team_changes_domain_id_team_id"), "team_changes", ["domain_id", "team_id"]
    )
    documents = sa.text(
        "SELECT domain_id, document, applied_at_ms FROM config_versions ORDER BY applied_no"
    )
    newest = {row.domain_id: row for row in op.get_bind().execute(documents)}
    for domain_id, row in newest.items():
        for number, team in enumerate(_teams_of(bytes(row.document)), 1):
            en, zh = team["name"]["en"], team["name"]["zh"]
            fields = {"en": ("", json.dumps(en)), "zh": ("", json.dumps(zh))}
            key = {"domain_id": domain_id, "version": number, "team_id": team["id"]}
            op.execute(sa.insert(teams).values(**key, en=en, zh=zh))
            op.execute(
                sa.insert(changes).values(**key, at_ms=row.applied_at_ms, fields=json.dumps(fields))
            )


def _teams_of(document: bytes) -> list[dict[str, dict[str, str]]]:
    """The teams a document names; one that cannot be read is refused at the start, not here."""
    try:
        plain = json.loads(document)
    except ValueError:
        return []
    teams: list[dict[str, dict[str, str]]] = plain.get("teams", [])
    return teams
