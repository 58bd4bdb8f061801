"""The journal in SQL: append is the hot path of the whole system, everything else here is rare.

Rows come back as they are stored, even when somebody changed them: it is the chain's business to say what
is wrong with them (`callcenter.host.chain`), and it can only do so if reading does not fail first.
"""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.errors import StorageError
from callcenter.ports.journal import CommandOutcome, JournalBatch, JournalRecord, Snapshot
from callcenter.storage.database import Database, insert_rows, is_one_statement
from callcenter.storage.projection_rows import change_rows, upserts
from callcenter.storage.tables.committed import COMMITTED_TABLES
from callcenter.storage.tables.main import details as detail_rows
from callcenter.storage.tables.main import journal, outcomes, snapshot_parts, snapshots

PAGE_ROWS: Final = 2_000
"""Records read at a time: bounds memory and how long one read pins the write-ahead log."""

SNAPSHOT_PART_BYTES: Final = 512 * 1024
"""Bytes of a snapshot written in one transaction, so that appends slip in between."""

SNAPSHOTS_KEPT: Final = 2
"""The newest and one to fall back on."""

FORGET_ROWS: Final = 2_000
"""Outcomes deleted in one transaction, for the same reason."""

ZERO_CHAIN: Final = bytes(32)

_RECORD: Final = (
    journal.c.seq,
    journal.c.at_ms,
    # Uninterpreted: a damaged value must not be read as a healthy one, nor stop the reading.
    sa.type_coerce(journal.c.is_input, sa.Integer).label("is_input"),
    journal.c.event_type,
    sa.type_coerce(journal.c.payload, sa.types.NullType).label("payload"),
    sa.type_coerce(journal.c.chain, sa.types.NullType).label("chain"),
)

# Made once: every process that follows the journal asks after each commit, and making a query costs more than running it.
_PAGE: Final = (
    sa.select(*_RECORD)
    .where(journal.c.domain_id == sa.bindparam("domain"), journal.c.seq > sa.bindparam("after"))
    .order_by(journal.c.seq)
    .limit(sa.bindparam("rows", type_=sa.Integer))
)


class SqlJournal:
    """`ports.journal.Journal` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id

    async def append(self, batch: JournalBatch) -> None:
        """Commit records, details and outcomes together."""
        domain_id = self._domain_id
        records = [
            (domain_id, r.seq, r.at_ms, r.is_input, r.event_type, r.payload, r.chain)
            for r in batch.records
        ]
        details = [
            (domain_id, d.contact_id, d.detail_id, d.kind, d.body, d.at_ms, d.seq)
            for d in batch.details
        ]
        answers = [
            (domain_id, o.command_id, o.digest, o.reply, o.seq, o.at_ms) for o in batch.outcomes
        ]

        prepared = upserts(domain_id, COMMITTED_TABLES, batch.rows)

        def job(connection: sa.Connection) -> None:
            # Records first: a stale writer must hear that it is stale, whatever else would collide.
            insert_rows(connection, journal, records)
            insert_rows(connection, detail_rows, details)
            insert_rows(connection, outcomes, answers)
            change_rows(connection, prepared)

        inserts = [rows for rows in (records, details, answers) if rows]
        is_single = not batch.rows and len(inserts) == 1 and is_one_statement(inserts[0])
        await self._database.write(job, first=True, is_single=is_single)

    async def last(self) -> tuple[int, bytes]:
        """The newest record's seq and chain value."""
        query = (
            sa.select(journal.c.seq, journal.c.chain)
            .where(journal.c.domain_id == self._domain_id)
            .order_by(journal.c.seq.desc())
            .limit(1)
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        return (0, ZERO_CHAIN) if row is None else (row.seq, row.chain)

    async def read(self, after_seq: int) -> AsyncIterator[JournalRecord]:
        """Records after a seq, a page at a time, each page its own short read.

        A page that cannot be read is tried in smaller ones, so that what stands before a damage is given.
        """
        rows = PAGE_ROWS
        while True:
            try:
                page = await self._page(after_seq, rows)
            except StorageError:
                if rows == 1:
                    raise
                rows = 1
                continue
            for record in page:
                yield record
            if len(page) < rows:
                return
            after_seq = page[-1].seq
            rows = min(rows * 2, PAGE_ROWS)

    async def _page(self, after_seq: int, rows: int) -> list[JournalRecord]:
        wanted = {"domain": self._domain_id, "after": after_seq, "rows": rows}
        found = await self._database.read(
            lambda connection: connection.execute(_PAGE, wanted).all(), is_single=True
        )
        return [_record(row) for row in found]

    async def outcome(self, command_id: str) -> CommandOutcome | None:
        """The outcome of a command id."""
        query = sa.select(outcomes).where(
            outcomes.c.domain_id == self._domain_id, outcomes.c.command_id == command_id
        )
        row = await self._database.read(lambda connection: connection.execute(query).first())
        if row is None:
            return None
        return CommandOutcome(
            command_id=row.command_id,
            digest=row.digest,
            reply=row.reply,
            seq=row.seq,
            at_ms=row.at_ms,
        )

    async def command_ids(self, limit: int) -> list[str]:
        """The newest command ids that have an outcome."""
        query = (
            sa.select(outcomes.c.command_id)
            .where(outcomes.c.domain_id == self._domain_id)
            .order_by(outcomes.c.at_ms.desc(), outcomes.c.command_id)
            .limit(limit)
        )
        return await self._database.read(
            lambda connection: list(connection.execute(query).scalars())
        )

    async def forget_outcomes(self, before_ms: int) -> int:
        """Delete old outcomes, a bounded number per transaction."""
        old = (
            sa.select(outcomes.c.command_id)
            .where(outcomes.c.domain_id == self._domain_id, outcomes.c.at_ms < before_ms)
            .limit(FORGET_ROWS)
        )
        delete = sa.delete(outcomes).where(
            outcomes.c.domain_id == self._domain_id, outcomes.c.command_id.in_(old)
        )
        forgotten = 0
        while True:
            some = await self._database.write(
                lambda connection: connection.execute(delete).rowcount
            )
            forgotten += some
            if some < FORGET_ROWS:
                return forgotten

    async def snapshot(self) -> Snapshot | None:
        """The newest whole snapshot."""
        newest = (
            sa.select(snapshots)
            .where(snapshots.c.domain_id == self._domain_id)
            .order_by(snapshots.c.seq.desc())
            .limit(1)
        )

        def job(connection: sa.Connection) -> Snapshot | None:
            row = connection.execute(newest).first()
            if row is None:
                return None
            parts = (
                sa.select(snapshot_parts.c.body)
                .where(
                    snapshot_parts.c.domain_id == self._domain_id, snapshot_parts.c.seq == row.seq
                )
                .order_by(snapshot_parts.c.part)
            )
            state = b"".join(connection.execute(parts).scalars())
            return Snapshot(seq=row.seq, chain=row.chain, state=state)

        return await self._database.read(job)

    async def put_snapshot(self, snapshot: Snapshot) -> None:
        """Store the parts, then the row that makes them a snapshot, and drop what is too old."""
        of_domain = snapshot_parts.c.domain_id == self._domain_id
        await self._database.write(
            lambda connection: connection.execute(
                sa.delete(snapshot_parts).where(of_domain, snapshot_parts.c.seq == snapshot.seq)
            )
        )
        starts = range(0, len(snapshot.state), SNAPSHOT_PART_BYTES)
        for part, start in enumerate(starts):
            body = snapshot.state[start : start + SNAPSHOT_PART_BYTES]
            row = (self._domain_id, snapshot.seq, part, body)
            await self._database.write(partial(_insert_part, row))
        await self._database.write(
            lambda connection: self._finish_snapshot(connection, snapshot, len(starts))
        )

    def _finish_snapshot(self, connection: sa.Connection, snapshot: Snapshot, parts: int) -> None:
        mine = snapshots.c.domain_id == self._domain_id
        connection.execute(sa.delete(snapshots).where(mine, snapshots.c.seq == snapshot.seq))
        insert_rows(connection, snapshots, [(self._domain_id, snapshot.seq, snapshot.chain, parts)])
        kept = (
            connection.execute(
                sa.select(snapshots.c.seq)
                .where(mine)
                .order_by(snapshots.c.seq.desc())
                .limit(SNAPSHOTS_KEPT)
            )
            .scalars()
            .all()
        )
        connection.execute(sa.delete(snapshots).where(mine, snapshots.c.seq.not_in(kept)))
        connection.execute(
            sa.delete(snapshot_parts).where(
                snapshot_parts.c.domain_id == self._domain_id, snapshot_parts.c.seq.not_in(kept)
            )
        )


def _insert_part(row: tuple[Any, ...], connection: sa.Connection) -> None:
    insert_rows(connection, snapshot_parts, [row])


def _record(row: Sequence[Any]) -> JournalRecord:
    seq, at_ms, is_input, event_type, payload, chain = row
    if type(is_input) is int and is_input in {0, 1}:
        is_input = is_input == 1
    return JournalRecord(seq, at_ms, is_input, event_type, payload, chain)
