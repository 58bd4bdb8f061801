"""The audit log: in order, numbered once, and every change of a stored record is found and named."""

import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from callcenter.auth.audit import AuditAction, AuditTrail, Entry, verify_audit
from callcenter.ports.audit import AuditFilter
from callcenter.ports.errors import AuditNumberTaken
from callcenter.ports.store import Store
from callcenter.storage.store import SqlStore
from tests.contract.rows import DOMAIN_ID


def trail(store: Store) -> AuditTrail:
    return AuditTrail(store.audit_log, DOMAIN_ID, count(1_000).__next__)


async def fill(store: Store, records: int = 6) -> None:
    written = trail(store)
    for number in range(records):
        await written.record(
            Entry(
                action=AuditAction.CONTACT_READ if number % 2 else AuditAction.LOG_SEARCHED,
                user_id=f"u-{number % 3}",
                object_kind="contact",
                object_id=f"c-{number}",
                facts={"rows": number},
            )
        )


async def test_an_empty_log_is_whole(store: Store) -> None:
    assert await store.audit_log.last() == (0, bytes(32))
    assert (await verify_audit(store.audit_log, DOMAIN_ID)).checked == 0


async def test_records_are_numbered_in_order_and_chained(store: Store) -> None:
    await fill(store)
    found = [record async for record in store.audit_log.read(2)]
    assert [record.audit_no for record in found] == [3, 4, 5, 6]
    assert [record.at_ms for record in found] == [1_002, 1_003, 1_004, 1_005]
    assert found[0].facts == '{"rows":2}'
    assert await store.audit_log.last() == (6, found[-1].chain)
    verdict = await verify_audit(store.audit_log, DOMAIN_ID)
    assert (verdict.checked, verdict.damaged_no) == (6, None)


async def test_two_processes_append_to_one_chain(store: Store) -> None:
    one, other = trail(store), trail(store)
    for number in range(4):
        for written in (one, other):
            await written.record(Entry(action=AuditAction.LOGGED_IN, user_id=f"u-{number}"))
    assert (await verify_audit(store.audit_log, DOMAIN_ID)).checked == 8


async def test_a_number_is_given_once(store: Store) -> None:
    await fill(store, 1)
    record = await anext(store.audit_log.read(0))
    with pytest.raises(AuditNumberTaken):
        await store.audit_log.append(record)


async def test_pages_are_newest_first_and_filtered(store: Store) -> None:
    await fill(store)

    async def numbers(before_no: int | None = None, limit: int = 10, **which: object) -> list[int]:
        wanted = AuditFilter(**which)  # type: ignore[arg-type]
        page = await store.audit_log.page(wanted, before_no=before_no, limit=limit)
        return [record.audit_no for record in page]

    assert await numbers(limit=4) == [6, 5, 4, 3]
    assert await numbers(before_no=3) == [2, 1]
    assert await numbers(user_id="u-1") == [5, 2]
    assert await numbers(action="contact_read") == [6, 4, 2]
    assert await numbers(object_id="c-4") == [5]
    assert await numbers(from_ms=1_002, until_ms=1_004) == [4, 3]


TAMPERINGS: dict[str, tuple[str, int]] = {
    "a column changed": ("UPDATE audit_log SET user_id = 'u-9' WHERE audit_no = 3", 3),
    "facts changed": ("UPDATE audit_log SET facts = '{}' WHERE audit_no = 4", 4),
    "the chain changed": ("UPDATE audit_log SET chain = zeroblob(32) WHERE audit_no = 2", 2),
    "a row deleted": ("DELETE FROM audit_log WHERE audit_no = 3", 3),
    "the newest deleted": ("DELETE FROM audit_log WHERE audit_no > 4", 5),
    "two exchanged": (
        "UPDATE audit_log SET audit_no = 7 - audit_no + 100 WHERE audit_no IN (3, 4)",
        3,
    ),
    "all deleted": ("DELETE FROM audit_log", 1),
}


@pytest.mark.parametrize("name", TAMPERINGS)
async def test_whatever_is_changed_is_named(
    sqlite_store: SqlStore, tmp_path: Path, name: str
) -> None:
    await fill(sqlite_store)
    sql, damaged_no = TAMPERINGS[name]
    change(tmp_path, lambda connection: connection.execute(sql))
    verdict = await verify_audit(sqlite_store.audit_log, DOMAIN_ID)
    assert verdict.damaged_no == damaged_no
    assert verdict.damage


async def test_an_anchor_tells_of_an_end_cut_off_with_its_note(
    sqlite_store: SqlStore, tmp_path: Path
) -> None:
    await fill(sqlite_store)
    anchor = await sqlite_store.audit_log.last()

    def cut(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM audit_log WHERE audit_no > 4")
        connection.execute(
            "UPDATE audit_ends SET audit_no = 4, chain = (SELECT chain FROM audit_log WHERE audit_no = 4)"
        )

    change(tmp_path, cut)
    assert (await verify_audit(sqlite_store.audit_log, DOMAIN_ID)).damaged_no is None
    assert (await verify_audit(sqlite_store.audit_log, DOMAIN_ID, anchor)).damaged_no == 5


def change(folder: Path, work: Callable[[sqlite3.Connection], object]) -> None:
    """What an administrator of the machine can do."""
    connection = sqlite3.connect(folder / "callcenter.db")
    with connection:
        work(connection)
    connection.close()
