"""A process that takes over ends what its predecessor has open in the database.

A process that is frozen in the middle of a transaction keeps its locks, and what it has sent may still be under way.
"""

import asyncio

import psycopg

from callcenter.ports.errors import StorageUnavailable
from callcenter.storage.postgresql import END_LIMIT_MS, PostgreSql


async def end_sessions(url: str) -> None:
    """End every other session that has the application's name that stands in the URL. Raises StorageUnavailable."""
    await asyncio.to_thread(_end_sessions, url)


def _end_sessions(url: str) -> None:
    try:
        with PostgreSql(url).connect(is_writer=False) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity"
                " WHERE application_name = current_setting('application_name')"
                " AND datname = current_database() AND pid <> pg_backend_pid()",
                (END_LIMIT_MS,),
            )
    except psycopg.Error as error:
        raise StorageUnavailable("what the process before has open cannot be ended") from error
