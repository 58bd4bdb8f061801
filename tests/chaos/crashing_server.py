"""The server that kills itself at an exact point of a group commit: `CC_DRILL_CRASH=POINT:NUMBER`.

Points: `before-append` (decided, nothing written), `inside-append` (rows written, transaction open) and
`after-append` (durable, nobody told). Only the chaos drill starts this; production code has no such switch.
"""

import os
import signal
import sys
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from callcenter.cli import main
from callcenter.ports.journal import JournalBatch
from callcenter.storage import journal as journal_module
from callcenter.storage.database import insert_rows
from callcenter.storage.journal import SqlJournal


def die() -> None:
    """As a power cut would have it."""
    os.kill(os.getpid(), signal.SIGKILL)


def plant(point: str, number: int) -> None:
    """Die at the `number`-th append since the start."""
    append = SqlJournal.append
    count = 0

    async def crashing_append(self: SqlJournal, batch: JournalBatch) -> None:
        nonlocal count
        count += 1
        if count == number and point == "before-append":
            die()
        await append(self, batch)
        if count >= number and point == "after-append":
            die()

    def crashing_insert(
        connection: sa.Connection, table: sa.Table, rows: Sequence[tuple[Any, ...]]
    ) -> None:
        insert_rows(connection, table, rows)
        if count >= number and point == "inside-append" and table.name == "outcomes" and rows:
            die()

    _replace(SqlJournal, "append", crashing_append)
    _replace(journal_module, "insert_rows", crashing_insert)


def _replace(where: object, name: str, what: Callable[..., Any]) -> None:
    setattr(where, name, what)


if __name__ == "__main__":
    crash_point, _, crash_number = os.environ["CC_DRILL_CRASH"].partition(":")
    plant(crash_point, int(crash_number))
    sys.exit(main())
