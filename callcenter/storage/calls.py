"""Calls and what is told of them, in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports_of_calls import CallEvent, CallRow
from callcenter.storage.database import Database, insert_rows, upsert_row
from callcenter.storage.tables import call_events, calls
from routing.ids import ContactId

_EVENT: Final = [call_events.c[name] for name in CallEvent.__struct_fields__]
_CALL: Final = [calls.c[name] for name in CallRow.__struct_fields__]


class SqlCallLog:
    """`ports.CallLog` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def append(self, events: Sequence[CallEvent]) -> list[bool]:
        """Store what is new. There is one writer: nothing comes between looking and inserting."""

        def job(connection: sa.Connection) -> list[bool]:
            known, over = self._known(connection, events), self._over(connection, events)
            news: list[bool] = []
            rows: list[tuple[Any, ...]] = []
            for event in events:
                name = (event.connection_id, event.event_id)
                is_new = name not in known
                known.add(name)
                if is_new:
                    cells = [getattr(event, field) for field in CallEvent.__struct_fields__]
                    rows.append((self._domain_id, *cells))
                is_open = not over.get((event.connection_id, event.call_id), False)
                news.append(is_new and is_open)
            insert_rows(connection, calls, self._begun(events, over))
            insert_rows(connection, call_events, rows)
            return news

        # In the journal's lane: a caller waits for what follows, as whoever waits for an append does.
        return await self._database.write(job, first=True)

    def _known(
        self, connection: sa.Connection, events: Sequence[CallEvent]
    ) -> set[tuple[str, str]]:
        columns = call_events.c
        query = sa.select(columns.connection_id, columns.event_id).where(
            columns.domain_id == self._domain_id,
            columns.connection_id.in_({event.connection_id for event in events}),
            columns.event_id.in_({event.event_id for event in events}),
        )
        return {(row.connection_id, row.event_id) for row in connection.execute(query)}

    def _over(
        self, connection: sa.Connection, events: Sequence[CallEvent]
    ) -> dict[tuple[str, str], bool]:
        """The calls there are rows of, and whether they are over."""
        columns = calls.c
        query = sa.select(columns.connection_id, columns.call_id, columns.ended_at_ms).where(
            columns.domain_id == self._domain_id,
            columns.connection_id.in_({event.connection_id for event in events}),
            columns.call_id.in_({event.call_id for event in events}),
        )
        return {
            (row.connection_id, row.call_id): row.ended_at_ms is not None
            for row in connection.execute(query)
        }

    def _begun(
        self, events: Sequence[CallEvent], known: dict[tuple[str, str], bool]
    ) -> list[tuple[Any, ...]]:
        begun: dict[tuple[str, str], tuple[Any, ...]] = {}
        for event in events:
            call = (event.connection_id, event.call_id)
            if event.call_id and call not in known and call not in begun:
                row = (self._domain_id, *call, event.contact_id, event.received_at_ms, None, "")
                begun[call] = row
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

    async def finish(self, row: CallRow) -> None:
        """Replace the row."""
        cells = {name: getattr(row, name) for name in CallRow.__struct_fields__}
        values = {"domain_id": self._domain_id, **cells}
        await self._database.write(lambda connection: upsert_row(connection, calls, values))

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
