"""Calls and what is told of them, in SQL."""

import contextlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports.calls import CallCount, CallEvent, CallRow
from callcenter.ports.errors import KeyTaken
from callcenter.storage.database import (
    Database,
    UpsertShape,
    insert_new_rows,
    insert_rows,
    is_one_statement,
    upsert_rows,
)
from callcenter.storage.tables.main import call_events, calls
from routing.ids import ContactId

HOUR_MS: Final = 3_600_000
_EVENT: Final = [call_events.c[name] for name in CallEvent.__struct_fields__]
_CALL: Final = [calls.c[name] for name in CallRow.__struct_fields__]
_EVENT_NAME: Final = ("connection_id", "event_id")
_CALL_SHAPE: Final = UpsertShape(
    key=("domain_id", "connection_id", "call_id"),
    put=CallRow.__struct_fields__[2:],
    add=(),
)

# Made once: each delivery asks, and making a query costs more than running it.
_STANDING: Final = sa.select(calls.c.connection_id, calls.c.call_id, calls.c.ended_at_ms).where(
    calls.c.domain_id == sa.bindparam("domain"),
    calls.c.connection_id.in_(sa.bindparam("connections", expanding=True)),
    calls.c.call_id.in_(sa.bindparam("call_ids", expanding=True)),
)


class SqlCallLog:
    """`ports.calls.CallLog` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._open: set[tuple[str, str]] = set()
        """Calls that have a row and are not over, as far as this process has seen: the store need not be asked."""

    async def append(self, events: Sequence[CallEvent]) -> list[bool]:
        """Store what is new. There is one writer: nothing comes between looking and inserting.

        Mostly everything is new and of a call that is known to be open: then it is one statement. A repeat among them undoes
        that, and it is looked at which it is.
        """
        all_calls = {(event.connection_id, event.call_id) for event in events}
        opened = all_calls & self._open
        asked = [e for e in events if (e.connection_id, e.call_id) not in opened]

        rows = [(self._domain_id, *msgspec.structs.astuple(event)) for event in events]
        if not asked and is_one_statement(rows):
            with contextlib.suppress(KeyTaken):
                await self._database.write(
                    lambda connection: insert_rows(connection, call_events, rows),
                    first=True,
                    is_single=True,
                )
                return [True] * len(events)

        def job(connection: sa.Connection) -> list[bool]:
            over = dict.fromkeys(opened, False) | self._over(connection, asked)
            insert_rows(connection, calls, self._begun(events, over))
            new = set(insert_new_rows(connection, call_events, _EVENT_NAME, rows))
            news: list[bool] = []
            for event in events:
                name = (event.connection_id, event.event_id)
                is_open = not over.get((event.connection_id, event.call_id), False)
                news.append(name in new and is_open)
                new.discard(name)
            return news

        # In the journal's lane: a caller waits for what follows, as whoever waits for an append does.
        news = await self._database.write(job, first=True)
        each = zip(events, news, strict=True)
        self._open |= {(e.connection_id, e.call_id) for e, is_new in each if is_new and e.call_id}
        return news

    def _over(
        self, connection: sa.Connection, events: Sequence[CallEvent]
    ) -> dict[tuple[str, str], bool]:
        """The calls there are rows of, and whether they are over."""
        if not events:
            return {}
        values = {
            "domain": self._domain_id,
            "connections": sorted({event.connection_id for event in events}),
            "call_ids": sorted({event.call_id for event in events}),
        }
        found = connection.execute(_STANDING, values)
        return {(each[0], each[1]): each[2] is not None for each in found}

    def _begun(
        self, events: Sequence[CallEvent], known: dict[tuple[str, str], bool]
    ) -> list[tuple[Any, ...]]:
        begun: dict[tuple[str, str], tuple[Any, ...]] = {}
        for event in events:
            call = (event.connection_id, event.call_id)
            if event.call_id and call not in known and call not in begun:
                row = (self._domain_id, *call, event.contact_id, event.received_at_ms)
                begun[call] = (*row, None, "", "", False, "", None)
        return list(begun.values())

    async def open_calls(self) -> list[CallRow]:
        """Those that have not ended."""
        query = sa.select(*_CALL).where(
            calls.c.domain_id == self._domain_id, calls.c.ended_at_ms.is_(None)
        )
        return await self._calls(query.order_by(calls.c.begun_at_ms, calls.c.contact_id))

    async def of_call(self, row: CallRow) -> list[CallEvent]:
        """As they came."""
        columns = call_events.c
        query = (
            sa.select(*_EVENT)
            .where(
                columns.domain_id == self._domain_id,
                columns.connection_id == row.connection_id,
                columns.call_id == row.call_id,
            )
            .order_by(columns.received_at_ms, columns.event_id)
        )
        return await self._database.read(
            lambda connection: [CallEvent(*each) for each in connection.execute(query)]
        )

    async def get(self, contact_id: ContactId) -> CallRow | None:
        """By contact."""
        query = sa.select(*_CALL).where(
            calls.c.domain_id == self._domain_id, calls.c.contact_id == contact_id
        )
        return next(iter(await self._calls(query)), None)

    async def finish(self, rows: Sequence[CallRow]) -> None:
        """Replace the rows."""
        self._open -= {(row.connection_id, row.call_id) for row in rows}
        cells = [(self._domain_id, *msgspec.structs.astuple(row)) for row in rows]
        await self._database.write(
            lambda connection: upsert_rows(connection, calls, _CALL_SHAPE, cells)
        )

    async def counts(self, since_ms: int) -> list[CallCount]:
        """Counted by the database."""
        columns = calls.c
        hour = columns.begun_at_ms - columns.begun_at_ms % HOUR_MS
        blocked = sa.func.sum(sa.case((columns.is_blocked, 1), else_=0))
        query = (
            sa.select(columns.connection_id, columns.number, hour, sa.func.count(), blocked)
            .where(columns.domain_id == self._domain_id, columns.begun_at_ms >= since_ms)
            .group_by(columns.connection_id, columns.number, hour)
            .order_by(columns.connection_id, columns.number, hour)
        )
        return await self._database.read(
            lambda connection: [
                CallCount(row[0], row[1], int(row[2]), int(row[3]), int(row[4]))
                for row in connection.execute(query)
            ]
        )

    async def forget_events(self, before_ms: int) -> int:
        """Delete them; what was stored is overwritten."""
        opened = sa.select(calls.c.contact_id).where(
            calls.c.domain_id == self._domain_id, calls.c.ended_at_ms.is_(None)
        )
        statement = sa.delete(call_events).where(
            call_events.c.domain_id == self._domain_id,
            call_events.c.received_at_ms < before_ms,
            call_events.c.contact_id.not_in(opened),
        )
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def _calls(self, query: sa.Select[Any]) -> list[CallRow]:
        return await self._database.read(
            lambda connection: [CallRow(*each) for each in connection.execute(query)]
        )
