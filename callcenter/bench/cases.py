"""What lists of cases cost when very many are open: over the store, as the API asks it, from SQLite on disk."""

import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from callcenter.ports.cases import CaseList, CaseWords, StoredCase
from callcenter.ports.steps import RowsQuery, StepEvent
from callcenter.storage.cases import CASE
from callcenter.storage.database import Database
from callcenter.storage.schema import upgrade
from callcenter.storage.store import SqlStore
from callcenter.storage.tables.cases import case_events, cases
from crm_link.cases.model import Case, CaseKind, CaseState, Category, Due
from routing.ids import ContactId

DEPARTMENTS: Final = ("care", "service", "product", "sales", "small")
"""The last has one case in a thousand."""
ROUNDS: Final = 20
PAGE: Final = 50
DOMAIN_ID: Final = "bench"
NOW_MS: Final = 1_800_000_000_000
HOUR_MS: Final = 3_600_000


async def run(*, open_cases: int, folder: Path) -> dict[str, Any]:
    """Figures in milliseconds: p50 and the slowest of some rounds. A tenth more cases are closed."""
    with tempfile.TemporaryDirectory(dir=folder, prefix="callcenter-bench-") as inside:
        url = f"sqlite:///{inside}/callcenter.db"
        await upgrade(url)
        database = Database(url)
        store = SqlStore(database, DOMAIN_ID)
        try:
            await _fill(database, open_cases)
            return {"open_cases": open_cases, **await _measured(store)}
        finally:
            await store.close()


async def _fill(database: Database, open_cases: int) -> None:
    rows = [_case(number, is_open=True) for number in range(open_cases)]
    rows += [_case(open_cases + number, is_open=False) for number in range(open_cases // 10)]

    def job(connection: sa.Connection) -> None:
        shown = [{"domain_id": DOMAIN_ID, **CASE.columns_of(one)} for one in rows]
        connection.execute(sa.insert(cases), shown)
        events = [{"domain_id": DOMAIN_ID, **CASE.step_columns(_event(one))} for one in rows]
        connection.execute(sa.insert(case_events), events)

    await database.write(job)


def _case(number: int, *, is_open: bool) -> StoredCase:
    is_small = number % 1_000 == 0
    department_id = DEPARTMENTS[-1] if is_small else DEPARTMENTS[number % 4]
    state = CaseState.ASSIGNED if is_open else CaseState.CLOSED_ACCEPTED
    due_at_ms = NOW_MS + (number * 7_919 % 240 - 48) * HOUR_MS
    case = Case(
        case_id=f"{number:032x}",
        kind=CaseKind.COMPLAINT,
        state=state,
        version=1,
        received_at_ms=NOW_MS - 72 * HOUR_MS,
        department_id=department_id,
        owner_id=f"u-{number % 400}",
        category=Category.PRODUCT,
        is_major=number % 500 == 0,
        reported_at_ms=NOW_MS - HOUR_MS if number % 500 == 0 else None,
        due=Due.RESOLVE if is_open else None,
        due_at_ms=due_at_ms if is_open else None,
    )
    return StoredCase(
        case=case,
        words=CaseWords(subject=f"Case {number}", description="The parcel came open. " * 5),
        opened_by="u-1",
        contact_id=ContactId(f"c-{number}"),
        customer_key=f"k-{number // 3}",
        language="zh",
        case_no=number + 1,
        look_at_ms=NOW_MS - 1 if number % 2_000 == 0 else None,
        closed_at_ms=None if is_open else NOW_MS - number,
    )


def _event(of: StoredCase) -> StepEvent:
    return StepEvent(
        row_id=of.case.case_id,
        version=1,
        at_ms=NOW_MS,
        command_id=of.case.case_id,
        step="received",
        state=of.case.state.value,
        department_id=of.case.department_id,
        text=of.words.description,
    )


async def _measured(store: SqlStore) -> dict[str, Any]:
    def page(list_: CaseList, *department_ids: str) -> Callable[[], Awaitable[object]]:
        query = RowsQuery(
            list_=list_,
            group_ids=department_ids,
            now_ms=NOW_MS,
            limit=PAGE,
            owner_id="u-7",
        )
        return lambda: store.cases.page(query)

    asked: dict[str, Callable[[], Awaitable[object]]] = {
        "inbox_of_a_department": page(CaseList.OPEN, "service"),
        "inbox_of_a_small_department": page(CaseList.OPEN, "small"),
        "inbox_of_all": page(CaseList.OPEN, *DEPARTMENTS),
        "late_of_all": page(CaseList.LATE, *DEPARTMENTS),
        "closed_of_all": page(CaseList.CLOSED, *DEPARTMENTS),
        "mine": page(CaseList.MINE),
        "reports": page(CaseList.REPORTS),
        "counts_of_all": lambda: store.cases.counts(DEPARTMENTS, NOW_MS),
        "due_list_of_the_system": lambda: store.cases.to_look_at(NOW_MS, limit=100),
        "of_a_customer": lambda: store.cases.of_contact(ContactId("c-9"), "k-3", limit=50),
    }
    return {f"{name}_ms": await _timed(ask) for name, ask in asked.items()}


async def _timed(ask: Callable[[], Awaitable[object]]) -> dict[str, float]:
    taken = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await ask()
        taken.append((time.perf_counter() - began) * 1_000)
    taken.sort()
    return {"p50": round(taken[len(taken) // 2], 2), "slowest": round(taken[-1], 2)}
