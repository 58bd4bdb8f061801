"""Flows in the chat widget, and marks of surveys, as every store keeps them."""

import msgspec

from callcenter.ports.store import Store
from callcenter.ports.visits import SurveyMark, VisitInput, VisitRow
from routing.ids import ContactId

HOUR_MS = 3_600_000


def row(visit_id: str, **changes: object) -> VisitRow:
    """An open visit of a contact of the same name."""
    plain = VisitRow(visit_id, ContactId(visit_id), 1_000, b"start")
    return msgspec.structs.replace(plain, **changes)


def given(visit_id: str, n: int, body: bytes = b"{}") -> VisitInput:
    """An input."""
    return VisitInput(visit_id, n, ContactId(visit_id), 2_000, body)


async def test_the_first_to_begin_stays(store: Store) -> None:
    assert await store.visits.begin(row("b")) == row("b")
    assert await store.visits.begin(row("b", body=b"other")) == row("b")
    await store.visits.begin(row("a", begun_at_ms=2_000))
    assert await store.visits.open() == [row("b"), row("a", begun_at_ms=2_000)]
    assert await store.visits.get("c") is None


async def test_inputs_come_back_in_their_order_and_each_number_counts_once(store: Store) -> None:
    await store.visits.begin(row("a"))
    for one in (given("a", 2), given("a", 1), given("a", 1, b"late"), given("b", 1)):
        await store.visits.append(one)
    assert await store.visits.inputs("a") == [given("a", 1), given("a", 2)]


async def test_what_is_over_is_forgotten_after_a_while(store: Store) -> None:
    for name in ("a", "b", "c"):
        await store.visits.begin(row(name))
        await store.visits.append(given(name, 1))
    await store.visits.finish("a", 5_000)
    await store.visits.finish("a", 9_000)
    await store.visits.finish("b", 6_000)
    assert await store.visits.get("a") == row("a", ended_at_ms=5_000)
    assert await store.visits.forget(6_000) == 1
    assert await store.visits.get("a") is None
    assert await store.visits.inputs("a") == []
    assert [one.visit_id for one in await store.visits.open()] == ["c"]
    assert await store.visits.inputs("b") == [given("b", 1)]


def mark(contact_id: str, value: int, **changes: object) -> SurveyMark:
    """A mark for Ann."""
    plain = SurveyMark(
        contact_id=ContactId(contact_id),
        question="friendly",
        assignment_id=f"{contact_id}.1",
        agent_id="ann",
        queue_id="sales",
        answered_at_ms=HOUR_MS,
        mark=value,
        low=1,
        high=5,
        name_en="Friendly",
        name_zh="友好",
    )
    return msgspec.structs.replace(plain, **changes)


async def test_a_later_mark_takes_the_place_of_the_earlier(store: Store) -> None:
    other = mark("a", 1, question="again")
    await store.survey_marks.put([mark("a", 2), other])
    await store.survey_marks.put([mark("a", 4)])
    assert await store.survey_marks.of_contact(ContactId("a")) == [other, mark("a", 4)]


async def test_marks_are_counted_by_hour_agent_queue_and_question(store: Store) -> None:
    await store.survey_marks.put(
        [
            mark("a", 2),
            mark("b", 5, answered_at_ms=2 * HOUR_MS - 1),
            mark("c", 3, agent_id="bob"),
            mark("d", 3, answered_at_ms=2 * HOUR_MS),
            mark("e", 1, queue_id="help"),
            mark("f", 1, answered_at_ms=3 * HOUR_MS),
        ]
    )
    sums = await store.survey_marks.sums(HOUR_MS, 3 * HOUR_MS, ["sales"])
    assert [(one.hour, one.agent_id, one.count, one.total) for one in sums] == [
        (1, "ann", 2, 7),
        (1, "bob", 1, 3),
        (2, "ann", 1, 3),
    ]
    assert (sums[0].name_zh, sums[0].low, sums[0].high) == ("友好", 1, 5)
    assert await store.survey_marks.sums(HOUR_MS, 3 * HOUR_MS, []) == []
