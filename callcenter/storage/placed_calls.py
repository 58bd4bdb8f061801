"""Calls that were placed, in SQL and in memory: written by the journal's append, counted here."""

import sqlalchemy as sa

from callcenter.storage.database import Database
from callcenter.storage.memory.mails import MemoryMails
from callcenter.storage.tables.main import placed_calls
from routing.ids import ContactId


class SqlPlacedCalls:
    """`ports.calls.PlacedCalls` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def usage(self, agent_id: str, since_ms: int, but: ContactId) -> tuple[int, int, int]:
        """Calls by the agent, by all, and their cost, since the instant."""
        own = sa.case((placed_calls.c.agent_id == agent_id, 1), else_=0)
        query = sa.select(
            sa.func.coalesce(sa.func.sum(own), 0),
            sa.func.count(),
            sa.func.coalesce(sa.func.sum(placed_calls.c.cost), 0),
        ).where(
            placed_calls.c.domain_id == self._domain_id,
            placed_calls.c.at_ms >= since_ms,
            placed_calls.c.contact_id != but,
        )
        row = await self._database.read(lambda connection: connection.execute(query).one())
        return int(row[0]), int(row[1]), int(row[2])

    async def forget(self, before_ms: int) -> None:
        """Delete what no cap asks for any more."""
        old = sa.delete(placed_calls).where(
            placed_calls.c.domain_id == self._domain_id, placed_calls.c.at_ms < before_ms
        )
        await self._database.write(lambda connection: connection.execute(old).rowcount)


class MemoryPlacedCalls:
    """`ports.calls.PlacedCalls` in memory."""

    def __init__(self, committed: MemoryMails) -> None:
        self._committed = committed

    async def usage(self, agent_id: str, since_ms: int, but: ContactId) -> tuple[int, int, int]:
        """Calls by the agent, by all, and their cost, since the instant."""
        rows = [
            row
            for row in self._committed.rows_of(placed_calls.name)
            if row["at_ms"] >= since_ms and row["contact_id"] != but
        ]
        own = sum(row["agent_id"] == agent_id for row in rows)
        return own, len(rows), sum(row["cost"] for row in rows)

    async def forget(self, before_ms: int) -> None:
        """Delete what no cap asks for any more."""
        self._committed.drop(placed_calls.name, lambda row: row["at_ms"] < before_ms)
