"""Questions that found no answer: counted, listed, moved on, forgotten."""

import msgspec
import pytest

from callcenter.ports.articles import Asked, Asking, Question, QuestionState
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.store import Store
from callcenter.storage.store import SqlStore
from routing.ids import ContactId


def question(question_id: str, at_ms: int = 1) -> Question:
    return Question(
        question_id=question_id,
        query=f"about {question_id}",
        first_at_ms=at_ms,
        last_at_ms=at_ms,
        changed_at_ms=at_ms,
    )


def asking(asking_id: str, at_ms: int = 1, **fields: object) -> Asking:
    plain = Asking(asking_id, Asked.NO_ANSWER, "u-ann", "c1", at_ms)
    return msgspec.structs.replace(plain, **fields)


async def ask(store: Store, question_id: str, one: Asking) -> Question:
    counted = await store.article_questions.ask(question(question_id, one.at_ms), one, open_max=99)
    assert counted is not None
    return counted


async def test_a_question_is_one_entry_however_often_it_is_asked(store: Store) -> None:
    rows = store.article_questions
    assert await rows.get("q1") is None
    await ask(store, "q1", asking("a1"))
    await ask(store, "q1", asking("a1"))
    counted = await ask(store, "q1", asking("a2", 5, cause=Asked.NO_RESULT, contact_id=""))
    assert (counted.no_answers, counted.no_results) == (1, 1)
    assert (counted.first_at_ms, counted.last_at_ms) == (1, 5)
    assert await rows.get("q1") == counted
    other = await ask(store, "q2", asking("a3", 3))
    assert await rows.page([QuestionState.OPEN], limit=9) == [counted, other]
    assert await rows.page([QuestionState.OPEN], limit=1) == [counted]
    assert await rows.page([QuestionState.DISMISSED], limit=9) == []


async def test_the_list_is_bounded(store: Store) -> None:
    await ask(store, "q1", asking("a1"))
    assert await store.article_questions.ask(question("q2"), asking("a2"), open_max=1) is None
    assert await store.article_questions.get("q2") is None
    again = await store.article_questions.ask(question("q1"), asking("a3"), open_max=1)
    assert again is not None


async def test_the_second_of_two_editors_is_told(store: Store) -> None:
    before = await ask(store, "q1", asking("a1"))
    taken = msgspec.structs.replace(
        before, state=QuestionState.TAKEN, by_user_id="u-sam", version=2
    )
    await store.article_questions.put(taken)
    with pytest.raises(ChangedMeanwhile):
        await store.article_questions.put(msgspec.structs.replace(taken, by_user_id="u-sue"))
    assert await store.article_questions.get("q1") == taken


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (QuestionState.TAKEN, QuestionState.TAKEN),
        (QuestionState.ANSWERED, QuestionState.OPEN),
        (QuestionState.DISMISSED, QuestionState.DISMISSED),
    ],
)
async def test_an_answered_question_opens_when_it_is_asked_again(
    store: Store, state: QuestionState, after: QuestionState
) -> None:
    before = await ask(store, "q1", asking("a1"))
    await store.article_questions.put(
        msgspec.structs.replace(before, state=state, article_id="returns", version=2)
    )
    again = await ask(store, "q1", asking("a2", 9))
    assert (again.state, again.no_answers) == (after, 2)
    assert again.version == (3 if state is QuestionState.ANSWERED else 2)


async def test_counting_is_no_step_and_no_step_loses_a_count(store: Store) -> None:
    before = await ask(store, "q1", asking("a1"))
    await ask(store, "q1", asking("a2", 9, cause=Asked.NO_RESULT))
    taken = msgspec.structs.replace(before, state=QuestionState.TAKEN, version=2)
    await store.article_questions.put(taken)
    stored = await store.article_questions.get("q1")
    assert stored is not None
    assert (stored.state, stored.no_results, stored.last_at_ms) == (QuestionState.TAKEN, 1, 9)


async def test_who_asked_finds_the_own_questions_again(store: Store) -> None:
    await ask(store, "q1", asking("a1", 1))
    second = await ask(store, "q2", asking("a2", 2))
    first = await ask(store, "q1", asking("a3", 3))
    await ask(store, "q3", asking("a4", 4, cause=Asked.NO_RESULT))
    await ask(store, "q4", asking("a5", 5, by_user_id="u-bob"))
    assert await store.article_questions.asked_by("u-ann", limit=9) == [first, second]
    assert await store.article_questions.asked_by("u-ann", limit=1) == [first]


async def test_what_is_past_its_time_is_forgotten(store: Store) -> None:
    await ask(store, "old", asking("a1", 1))
    kept = await ask(store, "kept", asking("a2", 10))
    over = await ask(store, "over", asking("a3", 10))
    await store.article_questions.put(
        msgspec.structs.replace(over, state=QuestionState.DISMISSED, changed_at_ms=2, version=2)
    )
    assert await store.article_questions.forget(asked_before_ms=5, over_before_ms=5) == 2
    assert await store.article_questions.page(list(QuestionState), limit=9) == [kept]
    assert await store.article_questions.asked_by("u-ann", limit=9) == [kept]


async def test_an_erased_contact_takes_along_what_was_asked_there_alone(
    sql_store: SqlStore,
) -> None:
    await ask(sql_store, "q1", asking("a1"))
    await ask(sql_store, "q2", asking("a2"))
    await ask(sql_store, "q2", asking("a3", contact_id="c2"))
    assert await sql_store.erase_contacts([ContactId("c1")]) == 2
    assert await sql_store.article_questions.get("q1") is None
    assert await sql_store.article_questions.get("q2") is not None
    assert await sql_store.erase_contacts([ContactId("c2")]) == 1
    assert await sql_store.article_questions.get("q2") is None
