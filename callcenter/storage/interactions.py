"""The interaction log in SQL, read: what it returns is true as of the projection's cursor, in one read."""

from typing import Any, Final

import sqlalchemy as sa

from callcenter.log_rows import InteractionFilter, Phase, Sight
from callcenter.ports.read_models import Interaction, InteractionPage
from callcenter.storage.database import Database
from callcenter.storage.log_search import COLUMNS, Found, Search, searched_to
from callcenter.storage.page_marks import mark, place
from callcenter.storage.tables.main import interactions, phases, projection_cursors
from routing.ids import ContactId

PROJECTION: Final = "interactions"
"""Name of the cursor that the interaction log and the agents' states stand at."""

PHASE_COLUMNS: Final = [phases.c[name] for name in Phase.__struct_fields__]

_OF_CUSTOMER: Final = (
    sa.select(*COLUMNS)
    # The last says to SQLite that the index, which leaves nobody's contacts out, will do.
    .where(
        interactions.c.domain_id == sa.bindparam("domain"),
        interactions.c.customer_key == sa.bindparam("key"),
        interactions.c.customer_key != sa.text("''"),
    )
    .order_by(interactions.c.arrived_at_ms.desc(), interactions.c.contact_id.desc())
    .limit(sa.bindparam("rows", type_=sa.Integer))
)
"""Made once: each contact's desk asks."""


class SqlInteractions:
    """`ports.read_models.Interactions` over a database, for one domain."""

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
        sight: Sight,
        wanted: InteractionFilter,
        *,
        before: str | None,
        limit: int,
    ) -> InteractionPage:
        """Newest first. Raises ValueError when `before` is not a mark this method gave."""
        search = Search(self._domain_id, sight, wanted, None if before is None else place(before))

        def job(connection: sa.Connection) -> tuple[int, Found]:
            seq = self._as_of_seq(connection)
            return searched_to(connection, self._domain_id, seq, wanted), search.run(
                connection, limit
            )

        seq, found = await self._database.read(job)
        rows, next_before = found.rows[:limit], None
        if len(found.rows) > limit:
            next_before = mark(rows[-1].arrived_at_ms, rows[-1].contact_id)
        elif found.floor is not None:
            next_before = mark(*found.floor)
        return InteractionPage(seq, rows, next_before, found.is_cut)

    async def phases(self, contact_id: ContactId) -> tuple[int, list[Phase]]:
        """All phases of a contact."""
        query = (
            sa.select(*PHASE_COLUMNS)
            .where(phases.c.domain_id == self._domain_id, phases.c.contact_id == contact_id)
            .order_by(phases.c.began_at_ms, phases.c.began_seq)
        )

        def job(connection: sa.Connection) -> tuple[int, list[Phase]]:
            return self._as_of_seq(connection), phases_of(connection, query)

        return await self._database.read(job)

    async def of_customer(self, customer_key: str, limit: int) -> list[Interaction]:
        """The newest of one customer."""
        if not customer_key:
            return []
        values = {"domain": self._domain_id, "key": customer_key, "rows": limit}
        rows = await self._database.read(
            lambda connection: connection.execute(_OF_CUSTOMER, values).all(), is_single=True
        )
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


def phases_of(connection: sa.Connection, query: sa.Select[Any]) -> list[Phase]:
    """The phases a query over `PHASE_COLUMNS` finds."""
    names = Phase.__struct_fields__
    rows = connection.execute(query)
    return [Phase(**dict(zip(names, row, strict=True))) for row in rows]


def _by_arrival(row: Interaction) -> tuple[int, str]:
    return row.arrived_at_ms, row.contact_id
