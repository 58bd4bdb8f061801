"""Call-backs in SQL."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.ports.call_backs import (
    OPEN,
    CallBack,
    CallBackChange,
    CallBackState,
    DialMode,
    MadeBy,
)
from callcenter.ports.errors import CallBackTaken, ChangedMeanwhile
from callcenter.storage.database import Database, upsert_row
from callcenter.storage.tables.call_backs import call_back_changes, call_backs

_FIELDS: Final = CallBack.__struct_fields__


def open_key(call_back: CallBack) -> str:
    """What may be there once: the customer in the queue, as long as it is open."""
    if not call_back.is_open or not call_back.customer_key:
        return f"/{call_back.call_back_id}"
    return f"{call_back.queue_id}/{call_back.customer_key}"


class SqlCallBacks:
    """`ports.call_backs.CallBacks` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = sa.select(call_backs).where(call_backs.c.domain_id == domain_id)

    async def put(self, call_back: CallBack, change: CallBackChange) -> None:
        """The row and its step."""

        def job(connection: sa.Connection) -> None:
            before = self._one(connection, call_back.call_back_id)
            if call_back == before:
                return
            if call_back.version != (0 if before is None else before.version) + 1:
                raise ChangedMeanwhile(call_back.call_back_id)
            key = open_key(call_back)
            other = connection.scalar(self._other(key, call_back.call_back_id))
            if other is not None:
                raise CallBackTaken(other)
            row = {name: getattr(call_back, name) for name in _FIELDS}
            upsert_row(
                connection, call_backs, {"domain_id": self._domain_id, "open_key": key, **row}
            )
            connection.execute(
                sa.insert(call_back_changes).values(
                    domain_id=self._domain_id,
                    call_back_id=change.call_back_id,
                    version=change.version,
                    at_ms=change.at_ms,
                    state=change.state,
                    cause=change.cause,
                    by_user_id=change.by,
                )
            )

        await self._database.write(job)

    async def get(self, call_back_id: str) -> CallBack | None:
        """By id."""
        return await self._database.read(lambda connection: self._one(connection, call_back_id))

    async def open(self) -> list[CallBack]:
        """All that are open."""
        query = self._mine.where(call_backs.c.state.in_(OPEN)).order_by(call_backs.c.call_back_id)
        return await self._rows(query)

    async def ended(self, queue_ids: Sequence[str] | None, *, limit: int) -> list[CallBack]:
        """The newest that are over."""
        query = self._mine.where(call_backs.c.state.not_in(OPEN))
        if queue_ids is not None:
            query = query.where(call_backs.c.queue_id.in_(queue_ids))
        newest = (call_backs.c.made_at_ms.desc(), call_backs.c.call_back_id)
        return await self._rows(query.order_by(*newest).limit(limit))

    async def changes(self, call_back_id: str) -> list[CallBackChange]:
        """The steps of one."""
        mine = (
            call_back_changes.c.domain_id == self._domain_id,
            call_back_changes.c.call_back_id == call_back_id,
        )
        query = sa.select(call_back_changes).where(*mine).order_by(call_back_changes.c.version)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [
            CallBackChange(
                row.call_back_id,
                row.version,
                row.at_ms,
                CallBackState(row.state),
                row.cause,
                row.by_user_id,
            )
            for row in rows
        ]

    async def _rows(self, query: sa.Select[Any]) -> list[CallBack]:
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [_call_back(row) for row in rows]

    def _one(self, connection: sa.Connection, call_back_id: str) -> CallBack | None:
        query = self._mine.where(call_backs.c.call_back_id == call_back_id)
        row = connection.execute(query).first()
        return None if row is None else _call_back(row)

    def _other(self, key: str, call_back_id: str) -> sa.Select[Any]:
        return sa.select(call_backs.c.call_back_id).where(
            call_backs.c.domain_id == self._domain_id,
            call_backs.c.open_key == key,
            call_backs.c.call_back_id != call_back_id,
        )


def _call_back(row: sa.Row[Any]) -> CallBack:
    plain = {name: getattr(row, name) for name in _FIELDS}
    kinds: dict[str, type] = {"state": CallBackState, "mode": DialMode, "made_by": MadeBy}
    return msgspec.structs.replace(
        CallBack(**plain), **{name: kind(plain[name]) for name, kind in kinds.items()}
    )
