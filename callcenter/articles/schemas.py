"""Types of the calls on the knowledge base."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from callcenter.articles import limits
from callcenter.articles.book import Found
from callcenter.articles.questions import QuestionStep
from callcenter.articles.reading_files import ID_PATTERN, ImportFault
from callcenter.articles.wording import Piece, excerpt, marked
from callcenter.customers.profiles import ADDRESS_CHARACTERS_MAX
from callcenter.http.decoding import NOT_BLANK
from callcenter.http.fields import Version
from callcenter.ports.articles import LANGUAGES, Article, Asked, Question, QuestionState

ArticleId = Annotated[str, Meta(pattern=ID_PATTERN)]
Language = Literal["en", "zh"]
Query = Annotated[str, Meta(min_length=1, max_length=limits.QUERY_CHARACTERS_MAX)]
Note = Annotated[str, Meta(max_length=limits.NOTE_CHARACTERS_MAX)]


class Request(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a caller sends: closed."""


class SearchArticles(Request, frozen=True):
    """Words of an article, as they are typed."""

    query: Query
    limit: Annotated[int, Meta(ge=1, le=limits.HITS_MAX)] = 8


class ArticlesQuery(Request, frozen=True):
    """Which part of the list: what comes after an id."""

    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Annotated[int, Meta(ge=1, le=limits.PAGE_MAX)] = limits.PAGE_MAX


class ArticleQuery(Request, frozen=True):
    """Which version; the newest without."""

    version: Version | None = None


class SaidText(Request, frozen=True):
    """An article in one language; the body is Markdown."""

    title: Annotated[
        str, Meta(min_length=1, max_length=limits.TITLE_CHARACTERS_MAX, pattern=NOT_BLANK)
    ]
    body: Annotated[
        str, Meta(min_length=1, max_length=limits.BODY_CHARACTERS_MAX, pattern=NOT_BLANK)
    ]


Tags = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=limits.TAG_CHARACTERS_MAX)], ...],
    Meta(max_length=limits.TAGS_MAX),
]


class NewArticle(Request, frozen=True, kw_only=True):
    """An article to add, in one language at least; the id stays."""

    article_id: ArticleId
    en: SaidText | None = None
    zh: SaidText | None = None
    tags: Tags = ()
    note: Note = ""


class ArticleChange(Request, frozen=True, kw_only=True):
    """The whole article as it is to be; `based_on` is the version the change started from."""

    based_on: Version
    en: SaidText | None = None
    zh: SaidText | None = None
    tags: Tags = ()
    is_retired: bool = False
    note: Note = ""


class ArticleFile(Request, frozen=True):
    """One file: Markdown or CSV by its name's ending."""

    name: Annotated[str, Meta(min_length=1, max_length=300)]
    text: str


class ArticleFiles(Request, frozen=True):
    """Files to import."""

    files: Annotated[tuple[ArticleFile, ...], Meta(min_length=1, max_length=limits.FILES_MAX)]


class SendArticle(Request, frozen=True):
    """Which article goes to the customer; in the customer's language unless one is named.

    `to`: the address it is mailed to from a contact that is neither chat nor mail, one of `SentArticles.addresses`.
    """

    article_id: ArticleId
    language: Language | None = None
    to: Annotated[str, Meta(min_length=1, max_length=ADDRESS_CHARACTERS_MAX)] | None = None


class NoteQuestion(Request, frozen=True):
    """What nothing answers, in the words it was looked for."""

    query: Query
    cause: Asked = Asked.NO_ANSWER


class MoveQuestion(Request, frozen=True):
    """What is done with a question; `article_id` is what answers it."""

    step: QuestionStep
    based_on: Version
    article_id: ArticleId | None = None


class QuestionsQuery(Request, frozen=True):
    """Those that are to be done, or those that are over."""

    over: bool = False


class TextView(msgspec.Struct, frozen=True):
    """An article in one language."""

    title: str
    body: str


class ArticleRow(msgspec.Struct, frozen=True, kw_only=True):
    """An article without its bodies; titles are null where it has no text. `sent`: how often it went to a customer."""

    article_id: str
    version: int
    title_en: str | None
    title_zh: str | None
    tags: list[str]
    is_retired: bool
    changed_at_ms: int
    changed_by: str
    sent: int


class ArticlesView(msgspec.Struct, frozen=True):
    """A part of the list, by id; `next_after` is null at its end."""

    articles: list[ArticleRow]
    next_after: str | None


class ArticleVersion(msgspec.Struct, frozen=True, kw_only=True):
    """An article as it was by one version."""

    article_id: str
    version: int
    en: TextView | None
    zh: TextView | None
    tags: list[str]
    is_retired: bool
    changed_at_ms: int
    changed_by: str
    note: str


class ArticleView(msgspec.Struct, frozen=True):
    """One article."""

    article: ArticleVersion


class ArticleVersions(msgspec.Struct, frozen=True):
    """What an article was, newest first."""

    versions: list[ArticleVersion]


class FoundArticle(msgspec.Struct, frozen=True, kw_only=True):
    """An article that fits, in the language it was found in, with what was asked for marked."""

    article_id: str
    version: int
    language: str
    languages: list[str]
    title: list[Piece]
    excerpt: list[Piece]


class FoundArticles(msgspec.Struct, frozen=True):
    """What was found, the best first. `is_partial`: nothing holds all the words, these hold some."""

    articles: list[FoundArticle]
    is_partial: bool


class ArticlesImported(msgspec.Struct, frozen=True):
    """What became of files; `faults` are the first of `faults_count`."""

    added: int
    changed: int
    unchanged: int
    faults: list[ImportFault]
    faults_count: int


class ArticleSent(msgspec.Struct, frozen=True):
    """It is on its way, in this version and language."""

    seq: int
    version: int
    language: str


class SentArticle(msgspec.Struct, frozen=True, kw_only=True):
    """That an article went out in a contact. `state` of its mail: queued, sending, deferred, sent, failed or bounced; "" in a chat."""

    article_id: str
    version: int
    language: str
    title: str
    channel: str
    sent_by: str
    at_ms: int
    state: str = ""


class SentArticles(msgspec.Struct, frozen=True):
    """What went out in a contact, oldest first.

    `addresses`: where the agent of a call can mail one, as the customer's profile says; told to that agent alone.
    """

    sent: list[SentArticle]
    addresses: list[str] = []


class QuestionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A question that found no answer, and what became of it. `taken_by` is a name, "" for nobody."""

    question_id: str
    query: str
    state: QuestionState
    no_results: int
    no_answers: int
    first_at_ms: int
    last_at_ms: int
    by_user_id: str
    taken_by: str
    article_id: str
    version: int


class QuestionsView(msgspec.Struct, frozen=True):
    """Questions, those asked last first."""

    questions: list[QuestionRow]


class QuestionView(msgspec.Struct, frozen=True):
    """One question."""

    question: QuestionRow


def found_view(found: Found) -> FoundArticles:
    """A search's answer."""
    told = []
    for hit, article in found.hits:
        language, text = article.said_in(hit.language)
        told.append(
            FoundArticle(
                article_id=article.article_id,
                version=article.version,
                language=language,
                languages=languages_of(article),
                title=marked(text.title, found.words),
                excerpt=excerpt(text.body, found.words),
            )
        )
    return FoundArticles(told, found.is_partial)


def languages_of(article: Article) -> list[str]:
    """In which languages there is a text."""
    return [one for one in LANGUAGES if article.text(one) is not None]


def version_view(article: Article, names: dict[str, str]) -> ArticleVersion:
    """One version, whole."""
    said = {one: article.text(one) for one in LANGUAGES}
    texts = {
        one: None if text is None else TextView(text.title, text.body) for one, text in said.items()
    }
    return ArticleVersion(
        article_id=article.article_id,
        version=article.version,
        en=texts["en"],
        zh=texts["zh"],
        tags=list(article.tags),
        is_retired=article.is_retired,
        changed_at_ms=article.author.at_ms,
        changed_by=names.get(article.author.by, ""),
        note=article.author.note,
    )


def article_row(article: Article, names: dict[str, str], sent: int) -> ArticleRow:
    """One line of the list."""
    return ArticleRow(
        article_id=article.article_id,
        version=article.version,
        title_en=None if article.en is None else article.en.title,
        title_zh=None if article.zh is None else article.zh.title,
        tags=list(article.tags),
        is_retired=article.is_retired,
        changed_at_ms=article.author.at_ms,
        changed_by=names.get(article.author.by, ""),
        sent=sent,
    )


def question_row(question: Question, names: dict[str, str]) -> QuestionRow:
    """One line of the work list."""
    return QuestionRow(
        question_id=question.question_id,
        query=question.query,
        state=question.state,
        no_results=question.no_results,
        no_answers=question.no_answers,
        first_at_ms=question.first_at_ms,
        last_at_ms=question.last_at_ms,
        by_user_id=question.by_user_id,
        taken_by=names.get(question.by_user_id, ""),
        article_id=question.article_id,
        version=question.version,
    )
