"""The interaction log in SQL, read: what it returns is true as of the projection's cursor, in one read."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports import Interaction, InteractionPage
from callcenter.storage.database import Database
from callcenter.storage.page_marks import mark, place
from callcenter.storage.tables import agent_states, interactions, projection_cursors
from routing.ids import AgentId, ContactId, ReasonId, TeamId

PROJECTION: Final = "interactions"
"""Name of the cursor that the interaction log and the agents' states stand at."""

OpenStage = tuple[ContactId, str, int]
"""An open contact, where it stands, and what its age counts from."""

AgentStanding = tuple[AgentId, TeamId, str, ReasonId | None, int]
"""An agent, the team, the state, its reason, and since when."""

BoardStart = tuple[int, list[Interaction], list[OpenStage], list[AgentStanding]]
"""What a queue board begins with, and the seq it is true at."""

_COLUMNS: Final = [interactions.c[name] for name in Interaction.__struct_fields__]


class SqlInteractions:
    """`ports.Interactions` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = interactions.c.domain_id == domain_id

    async def get(self, contact_id: ContactId) -> Interaction | None:
        """One row."""
        query = sa.select(*_COLUMNS).where(self._mine, interactions.c.contact_id == contact_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return None if row is None else Interaction(*row)

    async def page(
        self,
        *,
        queue_ids: Sequence[str] | None,
        agent_id: str | None,
        before: str | None,
        limit: int,
    ) -> InteractionPage:
        """Newest first. Raises ValueError when `before` is not a mark this method gave."""
        query = (
            sa.select(*_COLUMNS)
            .where(self._mine, *_seen(queue_ids, agent_id))
            .order_by(interactions.c.arrived_at_ms.desc(), interactions.c.contact_id.desc())
            .limit(limit + 1)
        )
        if before is not None:
            key = sa.tuple_(interactions.c.arrived_at_ms, interactions.c.contact_id)
            query = query.where(key < sa.tuple_(*place(before)))

        def job(connection: sa.Connection) -> tuple[int, list[Interaction]]:
            as_of_seq = self._as_of_seq(connection)
            return as_of_seq, [Interaction(*row) for row in connection.execute(query)]

        as_of_seq, rows = await self._database.read(job)
        next_before = mark(rows[limit - 1]) if len(rows) > limit else None
        return InteractionPage(
            as_of_seq=as_of_seq, interactions=rows[:limit], next_before=next_before
        )

    async def since(self, arrived_at_ms: int) -> tuple[int, list[Interaction]]:
        """All that arrived since, or are not closed yet."""

        def job(connection: sa.Connection) -> tuple[int, list[Interaction]]:
            return self._as_of_seq(connection), self._since(connection, arrived_at_ms)

        return await self._database.read(job)

    async def board(self, arrived_at_ms: int) -> BoardStart:
        """`since`, with the stage of each open contact and the state of each agent at the same seq."""
        stages = sa.select(
            interactions.c.contact_id, interactions.c.stage, interactions.c.age_origin_ms
        ).where(self._mine, interactions.c.closed_at_ms.is_(None))
        columns = ("agent_id", "team_id", "state", "reason_id", "since_ms")
        agents = (
            sa.select(*(agent_states.c[name] for name in columns))
            .where(agent_states.c.domain_id == self._domain_id, ~agent_states.c.is_removed)
            .order_by(agent_states.c.agent_id)
        )

        def job(connection: sa.Connection) -> BoardStart:
            return (
                self._as_of_seq(connection),
                self._since(connection, arrived_at_ms),
                [tuple(row) for row in connection.execute(stages)],
                [tuple(row) for row in connection.execute(agents)],
            )

        return await self._database.read(job)

    def _as_of_seq(self, connection: sa.Connection) -> int:
        query = sa.select(projection_cursors.c.as_of_seq).where(
            projection_cursors.c.domain_id == self._domain_id,
            projection_cursors.c.projection == PROJECTION,
        )
        return connection.scalar(query) or 0

    def _since(self, connection: sa.Connection, arrived_at_ms: int) -> list[Interaction]:
        query = (
            sa.select(*_COLUMNS)
            .where(
                self._mine,
                sa.or_(
                    interactions.c.arrived_at_ms >= arrived_at_ms,
                    interactions.c.closed_at_ms.is_(None),
                ),
            )
            .order_by(interactions.c.arrived_at_ms, interactions.c.contact_id)
        )
        return [Interaction(*row) for row in connection.execute(query)]


def _seen(queue_ids: Sequence[str] | None, agent_id: str | None) -> list[sa.ColumnElement[Any]]:
    if queue_ids is None and agent_id is None:
        return []
    either: list[sa.ColumnElement[bool]] = []
    if queue_ids is not None:
        either.append(interactions.c.queue_id.in_(list(queue_ids)))
    if agent_id is not None:
        either.append(interactions.c.agent_id == agent_id)
    return [sa.or_(*either)]
