"""The interaction log in SQL, read: what it returns is true as of the projection's cursor, in one read."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from callcenter.ports import Interaction, InteractionPage
from callcenter.storage.database import Database
from callcenter.storage.page_marks import mark, place
from callcenter.storage.tables import interactions, projection_cursors
from routing.ids import ContactId

PROJECTION: Final = "interactions"
"""Name of the cursor that the interaction log and the agents' states stand at."""

COLUMNS: Final = [interactions.c[name] for name in Interaction.__struct_fields__]


class SqlInteractions:
    """`ports.Interactions` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = interactions.c.domain_id == domain_id

    async def get(self, contact_id: ContactId) -> Interaction | None:
        """One row."""
        query = sa.select(*COLUMNS).where(self._mine, interactions.c.contact_id == contact_id)
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
        key = (interactions.c.arrived_at_ms, interactions.c.contact_id)
        query = (
            sa.select(*COLUMNS)
            .where(self._mine)
            .order_by(*(column.desc() for column in key))
            .limit(limit + 1)
        )
        if before is not None:
            query = query.where(sa.tuple_(*key) < sa.tuple_(*place(before)))
        # One short walk along an index for each queue and the agent: a single query with OR would walk the
        # whole log to find that somebody may see nothing of it.
        queries = [query.where(which) for which in _seen(queue_ids, agent_id)]

        def job(connection: sa.Connection) -> tuple[int, list[Interaction]]:
            found = {Interaction(*row) for each in queries for row in connection.execute(each)}
            newest = sorted(found, key=_by_arrival, reverse=True)
            return self._as_of_seq(connection), newest[: limit + 1]

        seq, rows = await self._database.read(job)
        next_before = mark(rows[limit - 1]) if len(rows) > limit else None
        return InteractionPage(as_of_seq=seq, interactions=rows[:limit], next_before=next_before)

    async def of_customer(self, customer_key: str, limit: int) -> list[Interaction]:
        """The newest of one customer."""
        if not customer_key:
            return []
        key = (interactions.c.arrived_at_ms, interactions.c.contact_id)
        query = (
            sa.select(*COLUMNS)
            # The second says to SQLite that the index, which leaves nobody's contacts out, will do.
            .where(self._mine, interactions.c.customer_key == customer_key)
            .where(interactions.c.customer_key != sa.text("''"))
            .order_by(*(column.desc() for column in key))
            .limit(limit)
        )
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Interaction(*row) for row in rows]

    async def since(self, arrived_at_ms: int) -> tuple[int, list[Interaction]]:
        """All that arrived since, or are not closed yet."""

        def job(connection: sa.Connection) -> tuple[int, list[Interaction]]:
            return self._as_of_seq(connection), self._since(connection, arrived_at_ms)

        return await self._database.read(job)

    def _as_of_seq(self, connection: sa.Connection) -> int:
        return as_of_seq(connection, self._domain_id)

    def _since(self, connection: sa.Connection, arrived_at_ms: int) -> list[Interaction]:
        arrived, rows = interactions.c.arrived_at_ms, sa.select(*COLUMNS).where(self._mine)
        # Two queries, because one with OR leaves the index of open contacts unused.
        before = rows.where(arrived < arrived_at_ms, interactions.c.closed_at_ms.is_(None))
        found = [
            *connection.execute(before),
            *connection.execute(rows.where(arrived >= arrived_at_ms)),
        ]
        return sorted((Interaction(*row) for row in found), key=_by_arrival)


def as_of_seq(connection: sa.Connection, domain_id: str) -> int:
    """The seq that the interaction log, the agents' states and the figures stand at."""
    query = sa.select(projection_cursors.c.as_of_seq).where(
        projection_cursors.c.domain_id == domain_id, projection_cursors.c.projection == PROJECTION
    )
    return connection.scalar(query) or 0


def _by_arrival(row: Interaction) -> tuple[int, str]:
    return row.arrived_at_ms, row.contact_id


def _seen(queue_ids: Sequence[str] | None, agent_id: str | None) -> list[sa.ColumnElement[bool]]:
    """Conditions, any of which lets a row be seen."""
    if queue_ids is None and agent_id is None:
        return [sa.true()]
    seen = [interactions.c.queue_id == queue_id for queue_id in queue_ids or ()]
    return seen if agent_id is None else [*seen, interactions.c.agent_id == agent_id]
