import msgspec
import pytest

from callcenter.ports.cases import (
    CaseCount,
    CaseList,
    CaseWords,
    StoredCase,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.steps import RowsQuery, StepEvent
from callcenter.ports.store import Store
from crm_link.cases.model import Case, CaseKind, CaseState, Category, Due, RootCause
from routing.ids import ContactId

WORDS = CaseWords(
    subject="The lamp is broken",
    description="It came broken.",
    customer_name="王芳",
    number="+8613800000000",
    solution="A new one",
)


def case(case_id: str = "k1", **fields: object) -> Case:
    plain = Case(
        case_id=case_id,
        kind=CaseKind.COMPLAINT,
        state=CaseState.ASSIGNED,
        version=1,
        received_at_ms=5,
        department_id="service",
        from_department_id="care",
        owner_id="u-sven",
        proposed_by="u-sven",
        category=Category.PRODUCT,
        root_cause=RootCause.SERVICE,
        is_major=True,
        since_ms=6,
        proposed_at_ms=7,
        reported_at_ms=8,
        attempts_ms=(9, 10),
        times_reopened=2,
        due=Due.RESOLVE,
        due_at_ms=100,
    )
    return msgspec.structs.replace(plain, **fields)


def stored(case_id: str = "k1", key: str = "c-wang", **fields: object) -> StoredCase:
    return StoredCase(
        case=case(case_id, **fields),
        words=WORDS,
        opened_by="u-ann",
        contact_id=ContactId("c1"),
        customer_key=key,
        language="zh",
    )


def event(of: StoredCase, step: str = "received", **fields: object) -> StepEvent:
    plain = StepEvent(
        row_id=of.case.case_id,
        version=of.case.version,
        at_ms=5,
        command_id=f"{of.case.case_id}:{of.case.version}",
        step=step,
        state=of.case.state.value,
        department_id=of.case.department_id,
        owner_id="u-sven",
        by="u-ann",
        contact_id="c1",
        text="It came broken.",
    )
    return msgspec.structs.replace(plain, **fields)


def moved(of: StoredCase, **fields: object) -> StoredCase:
    after = msgspec.structs.replace(of.case, version=of.case.version + 1, **fields)
    return msgspec.structs.replace(of, case=after)


async def put(store: Store, of: StoredCase, step: str = "received") -> StoredCase:
    return await store.cases.put(of, event(of, step))


async def test_a_case_is_found_as_stored_and_has_a_number(store: Store) -> None:
    assert await store.cases.get("k1") is None
    one = await put(store, stored())
    other = await put(store, stored("k2"))
    assert (one.case_no, other.case_no) == (1, 2)
    wanted = msgspec.structs.replace(stored(), case_no=1, late_at_ms=100)
    assert await store.cases.get("k1") == one == wanted
    assert await store.cases.events("k1") == [event(stored())]
    assert await store.cases.of_command("k2:1") == event(stored("k2"))
    assert await store.cases.of_command("k3:1") is None


async def test_of_two_steps_from_one_version_one_wins(store: Store) -> None:
    first = await put(store, stored())
    won = moved(first, state=CaseState.RETURNED, department_id="care", owner_id="")
    lost = moved(first, state=CaseState.PROPOSED)
    assert await store.cases.put(won, event(won, "return")) == won
    with pytest.raises(ChangedMeanwhile):
        await store.cases.put(lost, event(lost, "propose", command_id="other"))
    assert await store.cases.put(won, event(won, "return")) == won
    assert await store.cases.get("k1") == won
    assert [one.step for one in await store.cases.events("k1")] == ["received", "return"]


async def test_a_command_belongs_to_one_case(store: Store) -> None:
    await put(store, stored())
    with pytest.raises(ChangedMeanwhile):
        await store.cases.put(stored("k2"), event(stored("k2"), command_id="k1:1"))
    assert await store.cases.get("k2") is None


async def test_closed_cases_keep_when_they_were_closed(store: Store) -> None:
    first = await put(store, stored())
    over = moved(first, state=CaseState.CLOSED_ACCEPTED, due=None, due_at_ms=None)
    over = msgspec.structs.replace(over, closed_at_ms=77, late_at_ms=None)
    assert await put(store, over, "accepted") == over
    assert await store.cases.get("k1") == over


async def test_what_the_system_does_next_is_kept_unless_the_case_has_moved(store: Store) -> None:
    first = await put(store, stored())
    planned = msgspec.structs.replace(first, call_back_id="case-k1.1", calls=1, look_at_ms=50)
    assert await store.cases.keep(planned, 1)
    assert not await store.cases.keep(planned, 2)
    assert await store.cases.get("k1") == planned
    assert await store.cases.to_look_at(49, limit=9) == []
    assert await store.cases.to_look_at(50, limit=9) == [planned]


async def test_cases_of_a_contact_and_of_its_customer(store: Store) -> None:
    for case_id, key in (("k1", "c-wang"), ("k2", "c-wang"), ("k3", "c-li")):
        of = stored(case_id, key)
        await store.cases.put(of, event(of, contact_id="c1" if case_id == "k1" else ""))
    await store.cases.link("k3", ContactId("c1"), 7)
    await store.cases.link("k3", ContactId("c1"), 8)
    await store.cases.link("k3", ContactId("c0"), 9)

    async def found(contact_id: str, key: str, limit: int = 9) -> list[str]:
        rows = await store.cases.of_contact(ContactId(contact_id), key, limit=limit)
        return [one.case.case_id for one in rows]

    assert await found("c1", "") == ["k3", "k1"]
    assert await found("c1", "c-wang") == ["k3", "k2", "k1"]
    assert await found("c1", "c-wang", limit=2) == ["k3", "k2"]
    assert await found("c9", "") == []
    assert await store.cases.contacts("k3") == ["c1", "c0"]


async def test_lists_tell_what_is_due_first_page_by_page(store: Store) -> None:
    for number, (department_id, due_at_ms) in enumerate(
        (("service", 30), ("service", 10), ("product", 20), ("care", 5), ("service", 10))
    ):
        row = stored(f"k{number}", department_id=department_id, due_at_ms=due_at_ms)
        await put(store, row)
    closed = stored("k8", state=CaseState.CLOSED_ACCEPTED, due=None, due_at_ms=None)
    later = stored("k9", state=CaseState.CLOSED_ANSWERED, due=None, due_at_ms=None)
    await put(store, msgspec.structs.replace(closed, closed_at_ms=60))
    await put(store, msgspec.structs.replace(later, closed_at_ms=70))

    async def listed(which: CaseList, mark: tuple[int, str] | None = None, limit: int = 9) -> str:
        query = RowsQuery(
            list_=which,
            group_ids=("service", "product"),
            now_ms=20,
            limit=limit,
            owner_id="u-sven",
            mark=mark,
        )
        return " ".join(one.case.case_id for one in await store.cases.page(query))

    assert await listed(CaseList.OPEN) == "k1 k4 k2 k0"
    assert await listed(CaseList.OPEN, limit=2) == "k1 k4"
    assert await listed(CaseList.OPEN, (10, "k1")) == "k4 k2 k0"
    assert await listed(CaseList.LATE) == "k1 k4 k2"
    assert await listed(CaseList.CLOSED) == "k9 k8"
    assert await listed(CaseList.CLOSED, (70, "k9")) == "k8"
    assert await listed(CaseList.MINE) == "k3 k1 k4 k2 k0"
    assert await listed(CaseList.REPORTS) == "k0 k1 k2 k3 k4"
    assert await listed(CaseList.REPORTS, (8, "k1")) == "k2 k3 k4"
    assert await store.cases.counts(("service", "product", "none"), 20) == [
        CaseCount("service", 3, 2),
        CaseCount("product", 1, 1),
        CaseCount("none", 0, 0),
    ]
