"""Lists of cases and leads, and what the system has to do, come from indexes in both databases: nothing is scanned, nothing sorted."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from callcenter.ports.cases import CaseList
from callcenter.ports.leads import LeadList
from callcenter.ports.steps import RowsQuery
from callcenter.storage.store import SqlStore
from routing.ids import ContactId

Asked = list[tuple[str, Any]]

NO_OTHER_WAY = ("enable_seqscan", "enable_bitmapscan", "enable_sort")
"""What PostgreSQL would rather do with tables as small as a test's: dear, it is done only where no index serves."""


@pytest.fixture
def asked() -> Iterator[Asked]:
    """Every question about cases and leads that any database is asked."""
    found: Asked = []

    def note(
        _connection: object, _cursor: object, text: str, given: object, *_more: object
    ) -> None:
        if "FROM cases" in text or "FROM leads" in text:
            found.append((text, given))

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield found
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def plans(store: SqlStore, asked: Asked) -> list[str]:
    """How the database would answer each."""
    questions, asked[:] = list(asked), []

    def job(connection: sa.Connection) -> list[str]:
        is_sqlite = connection.dialect.name == "sqlite"
        explain = "EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN"
        for name in () if is_sqlite else NO_OTHER_WAY:
            connection.exec_driver_sql(f"SET LOCAL {name} = off")
        return [
            "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {text}", given))
            for text, given in questions
        ]

    found = await store._database.read(job)
    asked.clear()
    return found


def scans(plan: str) -> bool:
    return any(words in plan for words in ("SCAN cases", "SCAN leads", "Seq Scan"))


def sorts(plan: str) -> bool:
    """More than those of one instant: the closed ones come newest first, and of one instant by id."""
    of_an_instant = ("Incremental Sort", "RIGHT PART OF ORDER BY", "LAST TERM OF ORDER BY")
    is_of_an_instant = any(words in plan for words in of_an_instant)
    return ("TEMP B-TREE" in plan or "Sort" in plan) and not is_of_an_instant


@pytest.mark.parametrize("list_", CaseList)
@pytest.mark.parametrize("mark", [None, (20, "k1")])
async def test_a_page_is_read_from_an_index(
    sql_store: SqlStore, asked: Asked, list_: CaseList, mark: tuple[int, str] | None
) -> None:
    departments = ("care", "service")
    query = RowsQuery(
        list_=list_, group_ids=departments, now_ms=50, limit=50, owner_id="u", mark=mark
    )
    await sql_store.cases.page(query)
    found = await plans(sql_store, asked)
    assert len(found) == (2 if list_ in (CaseList.MINE, CaseList.REPORTS) else 3)
    assert not [plan for plan in found if scans(plan)]
    assert not [plan for plan in found if sorts(plan)]


async def test_counts_and_what_is_to_be_done_are_read_from_indexes(
    sql_store: SqlStore, asked: Asked
) -> None:
    await sql_store.cases.counts(("care",), 50)
    await sql_store.cases.to_look_at(50, limit=9)
    found = await plans(sql_store, asked)
    assert len(found) == 3
    assert not [plan for plan in found if scans(plan) or sorts(plan)]


async def test_cases_of_a_customer_are_found_without_a_scan(
    sql_store: SqlStore, asked: Asked
) -> None:
    await sql_store.cases.of_contact(ContactId("c1"), "c-wang", limit=9)
    found = await plans(sql_store, asked)
    assert len(found) == 2
    assert not [plan for plan in found if scans(plan)]
    assert "customer_key" in found[1], "by the index of customers, not by all cases in their order"


@pytest.mark.parametrize("list_", LeadList)
@pytest.mark.parametrize("mark", [None, (20, "l1")])
async def test_a_page_of_leads_is_read_from_an_index(
    sql_store: SqlStore, asked: Asked, list_: LeadList, mark: tuple[int, str] | None
) -> None:
    queues = ("sales", "help")
    query = RowsQuery(list_=list_, group_ids=queues, now_ms=50, limit=50, owner_id="u", mark=mark)
    await sql_store.leads.page(query)
    found = await plans(sql_store, asked)
    assert len(found) == (2 if list_ is LeadList.MINE else 3)
    assert not [plan for plan in found if scans(plan)]
    assert not [plan for plan in found if sorts(plan)]


async def test_due_leads_and_those_of_a_customer_are_found_without_a_scan(
    sql_store: SqlStore, asked: Asked
) -> None:
    await sql_store.leads.to_look_at(50, limit=9)
    await sql_store.leads.of_contact(ContactId("c1"), "c-wang", limit=9)
    due, about, theirs = await plans(sql_store, asked)
    assert not scans(due)
    assert not sorts(due)
    assert not scans(about)
    assert "customer_key" in theirs, "by the index of customers, not by all leads in their order"
