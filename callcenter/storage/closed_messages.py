"""Messages of closed queues in SQL."""

import sqlalchemy as sa

from callcenter.ports_of_versions import ClosedMessage
from callcenter.storage.authorship import author_of, columns_of
from callcenter.storage.database import Database, upsert
from callcenter.storage.tables import closed_messages


class SqlClosedMessages:
    """`ClosedMessages` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def put(self, message: ClosedMessage) -> None:
        """Store; the same id again changes nothing."""
        statement = upsert(closed_messages).values(
            domain_id=self._domain_id,
            message_id=message.message_id,
            en=message.en,
            zh=message.zh,
            **columns_of(message.author),
        )
        statement = statement.on_conflict_do_nothing(["domain_id", "message_id"])
        await self._database.write(lambda connection: connection.execute(statement))

    async def get(self, message_id: str) -> ClosedMessage | None:
        """By id."""
        query = sa.select(closed_messages).where(
            closed_messages.c.domain_id == self._domain_id,
            closed_messages.c.message_id == message_id,
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return ClosedMessage(row.message_id, row.en, row.zh, author_of(row))
