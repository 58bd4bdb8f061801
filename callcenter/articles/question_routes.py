"""The API of what found no answer: noted beside a conversation or by a search, and the editors' work list."""

import hashlib

from callcenter.articles import limits
from callcenter.articles.questions import QuestionStep, StepUnfit
from callcenter.articles.schemas import (
    MoveQuestion,
    NoteQuestion,
    QuestionsQuery,
    QuestionsView,
    QuestionView,
    question_row,
)
from callcenter.articles.services import ArticleServices
from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.articles import Asking, Question, QuestionState
from callcenter.ports.errors import ChangedMeanwhile

_NOTING = (ApiErrorCode.QUESTION_EMPTY, ApiErrorCode.QUESTIONS_FULL)
_TO_DO = (QuestionState.OPEN, QuestionState.TAKEN)
_OVER = (QuestionState.ANSWERED, QuestionState.DISMISSED)


@route(
    "POST",
    "/api/v1/article-questions",
    summary="Note that no article answers a question",
    permission=Permission.READ_ARTICLES,
    request=NoteQuestion,
    response=QuestionView,
    is_idempotent=True,
    errors=_NOTING,
)
async def note_question(call: Call[ArticleServices]) -> QuestionView:
    """The same words again are counted."""
    return await _noted(call, "")


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/article-questions",
    summary="Note that no article answers this customer's question",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=NoteQuestion,
    response=QuestionView,
    is_idempotent=True,
    errors=_NOTING,
)
async def note_contact_question(call: Call[ArticleServices]) -> QuestionView:
    """Erased with the contact, unless others asked the same."""
    return await _noted(call, call.parameters["contact_id"])


@route(
    "GET",
    "/api/v1/me/article-questions",
    summary="What became of the questions one found no answer to",
    permission=Permission.USE_DESK,
    response=QuestionsView,
)
async def read_own_questions(call: Call[ArticleServices]) -> QuestionsView:
    """The newest."""
    rows = call.services.store.article_questions
    found = await rows.asked_by(call.principal.user_id, limit=limits.OWN_QUESTIONS_TOLD_MAX)
    return await _view(call, found)


@route(
    "GET",
    "/api/v1/article-questions",
    summary="Questions without an answer, those asked last first",
    permission=Permission.EDIT_ARTICLES,
    query=QuestionsQuery,
    response=QuestionsView,
)
async def read_questions(call: Call[ArticleServices]) -> QuestionsView:
    """Those that are to be done, or those that are over."""
    states = _OVER if call.query(QuestionsQuery).over else _TO_DO
    rows = call.services.store.article_questions
    return await _view(call, await rows.page(states, limit=limits.QUESTIONS_TOLD_MAX))


@route(
    "POST",
    "/api/v1/article-questions/{question_id}/move",
    summary="Take a question, give it back, answer it by an article, dismiss or reopen it",
    permission=Permission.EDIT_ARTICLES,
    scope=Scope.article_question(),
    request=MoveQuestion,
    response=QuestionView,
    errors=(
        ApiErrorCode.QUESTION_UNFIT,
        ApiErrorCode.CHANGED_MEANWHILE,
        ApiErrorCode.ARTICLE_UNKNOWN,
    ),
    audit=AuditAction.QUESTION_MOVED,
)
async def move_question(call: Call[ArticleServices]) -> QuestionView:
    """Of two who take the same one, the second is told."""
    services, wanted = call.services, call.body(MoveQuestion)
    question_id = call.parameters["question_id"]
    question = await services.store.article_questions.get(question_id)
    if question is None or question.version != wanted.based_on:
        raise _changed_meanwhile()
    article_id = wanted.article_id or ""
    if wanted.step is QuestionStep.ANSWER:
        if not article_id:
            raise ApiError(
                ApiErrorCode.QUESTION_UNFIT,
                "Name the article that answers it.",
                path="$.article_id",
            )
        await services.article(article_id, "$.article_id")
    try:
        moved = await services.questions.move(
            question, wanted.step, by_user_id=call.principal.user_id, article_id=article_id
        )
    except StepUnfit as error:
        raise ApiError(ApiErrorCode.QUESTION_UNFIT, str(error), path="$.step") from error
    except ChangedMeanwhile as error:
        raise _changed_meanwhile() from error
    call.trail.facts |= {"step": wanted.step.value, "article_id": article_id}
    return QuestionView(question_row(moved, await services.names.read()))


ROUTES = (
    note_question,
    note_contact_question,
    read_own_questions,
    read_questions,
    move_question,
)


async def _noted(call: Call[ArticleServices], contact_id: str) -> QuestionView:
    services, wanted = call.services, call.body(NoteQuestion)
    asking_id = hashlib.sha256(f"asking\0{call.command_id}".encode()).hexdigest()[:32]
    now_ms = services.now_ms()
    asking = Asking(asking_id, wanted.cause, call.principal.user_id, contact_id, now_ms)
    try:
        counted = await services.questions.note(wanted.query, asking)
    except ValueError as error:
        message = "There is no letter or digit in it."
        raise ApiError(ApiErrorCode.QUESTION_EMPTY, message, path="$.query") from error
    if counted is None:
        message = "The list of open questions is full: some must be taken or dismissed first."
        raise ApiError(ApiErrorCode.QUESTIONS_FULL, message)
    return QuestionView(question_row(counted, await services.names.read()))


async def _view(call: Call[ArticleServices], questions: list[Question]) -> QuestionsView:
    names = await call.services.names.read()
    return QuestionsView([question_row(one, names) for one in questions])


def _changed_meanwhile() -> ApiError:
    message = "Somebody has moved this question meanwhile: read the list again."
    return ApiError(ApiErrorCode.CHANGED_MEANWHILE, message, path="$.based_on")
