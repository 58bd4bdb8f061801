"""Log-in sessions in SQL."""

import sqlalchemy as sa

from callcenter.ports.people import Session
from callcenter.storage.database import Database, insert_rows
from callcenter.storage.tables.main import sessions


class SqlSessions:
    """`ports.people.Sessions` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self._mine = sessions.c.domain_id == domain_id

    async def put(self, session: Session) -> None:
        """Store a new session."""
        row = (
            self._domain_id,
            session.token_hash,
            session.user_id,
            session.created_at_ms,
            session.expires_at_ms,
        )
        await self._database.write(lambda connection: insert_rows(connection, sessions, [row]))

    async def get(self, token_hash: bytes) -> Session | None:
        """The session, expired or not."""
        query = sa.select(sessions).where(self._mine, sessions.c.token_hash == token_hash)
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return Session(
            token_hash=row.token_hash,
            user_id=row.user_id,
            created_at_ms=row.created_at_ms,
            expires_at_ms=row.expires_at_ms,
        )

    async def delete(self, token_hash: bytes) -> None:
        """Log-out."""
        await self._delete(sessions.c.token_hash == token_hash)

    async def delete_of_user(self, user_id: str, *, kept: bytes = b"") -> int:
        """Revoke all sessions of a user, but the one of this hash; returns how many."""
        of_user = sa.and_(sessions.c.user_id == user_id, sessions.c.token_hash != kept)
        return await self._delete(of_user)

    async def delete_expired(self, now_ms: int) -> int:
        """Forget what has expired: a session ends at its `expires_at_ms`."""
        return await self._delete(sessions.c.expires_at_ms <= now_ms)

    async def _delete(self, which: sa.ColumnElement[bool]) -> int:
        delete = sa.delete(sessions).where(self._mine, which)
        return await self._database.write(lambda connection: connection.execute(delete).rowcount)
