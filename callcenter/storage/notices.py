"""Notices in SQL: written with what they are about, given a place afterwards."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.integrators import Notice
from callcenter.storage.database import Database, insert_new_rows
from callcenter.storage.tables.integrators import notices

_FIELDS: Final = Notice.__struct_fields__


class SqlNotices:
    """`ports.integrators.Notices` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._mine = notices.c.domain_id == domain_id

    async def number(self, now_ms: int, *, limit: int) -> int:
        """Give places: changes besides the journal's are one at a time, whatever process makes them."""
        new = sa.select(notices.c.notice_id).where(self._mine, notices.c.notice_no.is_(None))
        new = new.order_by(notices.c.object_id, notices.c.version, notices.c.notice_id)
        if await self._database.read(lambda connection: connection.scalar(new.limit(1))) is None:
            return 0
        place = (
            sa.update(notices)
            .where(self._mine, notices.c.notice_id == sa.bindparam("of_notice"))
            .values(
                notice_no=sa.bindparam("place"),
                at_ms=sa.func.coalesce(notices.c.at_ms, sa.bindparam("now_ms")),
            )
        )

        def job(connection: sa.Connection) -> int:
            newest = connection.scalar(self._newest()) or 0
            found = connection.scalars(new.limit(limit)).all()
            placed = [
                {"of_notice": notice_id, "place": no, "now_ms": now_ms}
                for no, notice_id in enumerate(found, newest + 1)
            ]
            if placed:
                connection.execute(place, placed)
            return len(placed)

        return await self._database.write(job)

    async def after(self, notice_no: int, *, limit: int) -> Sequence[Notice]:
        """In order."""
        query = sa.select(notices).where(self._mine, notices.c.notice_no > notice_no)
        query = query.order_by(notices.c.notice_no).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Notice(**{name: getattr(row, name) for name in _FIELDS}) for row in rows]

    async def newest(self) -> int:
        """The newest place."""
        query = self._newest()
        return await self._database.read(lambda connection: connection.scalar(query)) or 0

    def _newest(self) -> sa.Select[Any]:
        return sa.select(sa.func.max(notices.c.notice_no)).where(self._mine)


def insert_notice(connection: sa.Connection, domain_id: str, notice: Notice | None) -> None:
    """Beside the step it is about, in its transaction; the same step again has the same."""
    if notice is not None:
        columns = {name: getattr(notice, name) for name in _FIELDS} | {"domain_id": domain_id}
        row = tuple(columns[name] for name in notices.columns.keys())  # noqa: SIM118 - of columns
        insert_new_rows(connection, notices, ("notice_id",), [row])
