"""Messages of closed queues in SQL."""

from typing import Any

import sqlalchemy as sa

from callcenter.ports.versions import ClosedMessage
from callcenter.storage.authorship import author_of, columns_of
from callcenter.storage.database import Database
from callcenter.storage.tables.main import closed_messages


class SqlClosedMessages:
    """`ClosedMessages` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def put(self, message: ClosedMessage) -> None:
        """Store; the same id again changes nothing."""
        row = {"message_id": message.message_id, "en": message.en, "zh": message.zh}
        insert = sa.insert(closed_messages).values(
            domain_id=self._domain_id, **row, **columns_of(message.author)
        )

        def job(connection: sa.Connection) -> None:
            if connection.execute(self._by_id(message.message_id)).first() is None:
                connection.execute(insert)

        await self._database.write(job)

    async def get(self, message_id: str) -> ClosedMessage | None:
        """By id."""
        query = self._by_id(message_id)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return ClosedMessage(row.message_id, row.en, row.zh, author_of(row))

    def _by_id(self, message_id: str) -> sa.Select[Any]:
        return sa.select(closed_messages).where(
            closed_messages.c.domain_id == self._domain_id,
            closed_messages.c.message_id == message_id,
        )
