"""What found no answer, as a work list: noted by agents and by searches, taken by editors, closed by an article.

Theory: a question is its words without order and form, so the same one typed twice is one entry with a count. Its id
follows from them, and each time it was asked has an id of its own, so a repeated request counts once.
"""

import hashlib
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import msgspec

from callcenter.articles import limits
from callcenter.ports.articles import (
    ArticleQuestions,
    Asking,
    Question,
    QuestionState,
)
from callcenter.projections.terms import runs_of


class QuestionStep(StrEnum):
    """What an editor does with a question."""

    TAKE = "take"
    RELEASE = "release"
    ANSWER = "answer"
    DISMISS = "dismiss"
    REOPEN = "reopen"


STEPS: Final = {
    (QuestionState.OPEN, QuestionStep.TAKE): QuestionState.TAKEN,
    (QuestionState.OPEN, QuestionStep.ANSWER): QuestionState.ANSWERED,
    (QuestionState.OPEN, QuestionStep.DISMISS): QuestionState.DISMISSED,
    (QuestionState.TAKEN, QuestionStep.RELEASE): QuestionState.OPEN,
    (QuestionState.TAKEN, QuestionStep.ANSWER): QuestionState.ANSWERED,
    (QuestionState.TAKEN, QuestionStep.DISMISS): QuestionState.DISMISSED,
    (QuestionState.ANSWERED, QuestionStep.REOPEN): QuestionState.OPEN,
    (QuestionState.DISMISSED, QuestionStep.REOPEN): QuestionState.OPEN,
}
"""Which step leads from which state to which; no other does anything."""


class StepUnfit(Exception):
    """The question is not in a state for this step; the message names what can be done."""


class QuestionList:
    """Questions over a store."""

    def __init__(self, rows: ArticleQuestions, now_ms: Callable[[], int]) -> None:
        self._rows = rows
        self._now_ms = now_ms

    async def note(self, query: str, asking: Asking) -> Question | None:
        """Count that nothing answered this; None where the list is full. A query without words is not noted: ValueError."""
        question = Question(
            question_id=question_id_of(query),
            query=" ".join(query.split()),
            first_at_ms=asking.at_ms,
            last_at_ms=asking.at_ms,
            changed_at_ms=asking.at_ms,
        )
        return await self._rows.ask(question, asking, open_max=limits.OPEN_QUESTIONS_MAX)

    async def move(
        self, question: Question, step: QuestionStep, *, by_user_id: str, article_id: str = ""
    ) -> Question:
        """Do one step. Raises StepUnfit, ChangedMeanwhile."""
        state = STEPS.get((question.state, step))
        if state is None:
            legal = ", ".join(one for at, one in STEPS if at is question.state)
            raise StepUnfit(f"This question is {question.state}; what can be done: {legal}.")
        moved = msgspec.structs.replace(
            question,
            state=state,
            by_user_id="" if state is QuestionState.OPEN else by_user_id,
            article_id=article_id if state is QuestionState.ANSWERED else "",
            changed_at_ms=self._now_ms(),
            version=question.version + 1,
        )
        await self._rows.put(moved)
        return moved

    async def sweep(self) -> int:
        """Delete what is past its time."""
        now_ms = self._now_ms()
        return await self._rows.forget(
            asked_before_ms=now_ms - limits.QUESTION_KEPT_MS,
            over_before_ms=now_ms - limits.QUESTION_OVER_KEPT_MS,
        )


def question_id_of(query: str) -> str:
    """Of the words, in whatever order and form. Raises ValueError where there are none."""
    words = sorted(set(runs_of(query)))
    if not words:
        raise ValueError("there is no letter or digit in it")
    return hashlib.sha256(f"question\0{' '.join(words)}".encode()).hexdigest()[:32]
