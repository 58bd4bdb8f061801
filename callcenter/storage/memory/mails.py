"""Mails in memory."""

from collections.abc import Callable, Sequence

from callcenter.ports.journal import RowChange
from callcenter.ports.mails import MAILS_TABLE, MailRow, mail_change, mail_row
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.rows import Row, change_tables
from callcenter.storage.tables.committed import COMMITTED_TABLES
from routing.ids import ContactId


class MemoryMails:
    """`ports.mails.Mails` in memory, and every other row that is committed with an append."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._tables: dict[str, dict[tuple[str, ...], Row]] = {
            name: {} for name in COMMITTED_TABLES
        }

    def commit(self, changes: Sequence[RowChange]) -> None:
        """What an append brings along."""
        change_tables(self._tables, COMMITTED_TABLES, changes)

    async def get(self, mail_id: str) -> MailRow | None:
        """By id."""
        row = self._tables[MAILS_TABLE].get((mail_id,))
        return None if row is None else mail_row(row)

    async def of_contact(self, contact_id: ContactId, *, limit: int = 500) -> list[MailRow]:
        """A contact's mails, oldest first."""
        found = [one for one in self._all() if one.contact_id == contact_id]
        return sorted(found, key=lambda one: (one.at_ms, one.mail_id))[:limit]

    async def by_message_keys(self, message_keys: Sequence[str]) -> list[MailRow]:
        """Mails with one of these keys, the newest first."""
        found = [one for one in self._all() if one.message_key in message_keys]
        return sorted(found, key=lambda one: (-one.at_ms, one.mail_id))

    async def under_way(self, *, due_ms: int, limit: int) -> list[MailRow]:
        """Mails that are due, the longest due first."""
        timed = [(one.next_at_ms, one) for one in self._all() if one.next_at_ms is not None]
        due = sorted((at_ms, one.mail_id, one) for at_ms, one in timed if at_ms <= due_ms)
        return [one for _, _, one in due[:limit]]

    async def outbox(self) -> tuple[int, int | None]:
        """Those that are timed."""
        written_ms = [one.at_ms for one in self._all() if one.next_at_ms is not None]
        return len(written_ms), min(written_ms, default=None)

    async def put(self, row: MailRow) -> None:
        """Replace a row."""
        self._disk.check()
        self.commit([mail_change(row)])

    def rows_of(self, table: str) -> list[Row]:
        """The committed rows of another table."""
        return list(self._tables[table].values())

    def drop(self, table: str, is_old: Callable[[Row], bool]) -> None:
        """Delete such rows of another table."""
        self._disk.check()
        rows = self._tables[table]
        for key in [key for key, row in rows.items() if is_old(row)]:
            del rows[key]

    def _all(self) -> list[MailRow]:
        return [mail_row(row) for row in self._tables[MAILS_TABLE].values()]
