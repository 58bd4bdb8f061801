"""What the shell needs of a store for the knowledge base.

Articles with their versions, the index over them, who sent which, and the questions that found no answer.
Transaction kind 3, as in `ports`, whose errors these raise; a sending becomes durable with the message it went out in.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec

from callcenter.ports.versions import UNSIGNED, Authorship
from routing.ids import ContactId

LANGUAGES: Final = ("en", "zh")
"""Languages an article can have a text in."""

SENDINGS_TABLE: Final = "article_sendings"


class ArticleText(msgspec.Struct, frozen=True):
    """An article in one language; the body is Markdown."""

    title: str
    body: str


class Article(msgspec.Struct, frozen=True, kw_only=True):
    """An article as it is by one version; it has a text in one language at least. Retired: kept, and found no more."""

    article_id: str
    version: int = 0
    en: ArticleText | None = None
    zh: ArticleText | None = None
    tags: tuple[str, ...] = ()
    is_retired: bool = False
    author: Authorship = UNSIGNED

    def text(self, language: str) -> ArticleText | None:
        """What it says in a language."""
        return self.zh if language == "zh" else self.en

    def said_in(self, language: str) -> tuple[str, ArticleText]:
        """The text for somebody of this language, or the other one if there is none; and which language that is."""
        for one in (language, *LANGUAGES):
            found = self.text(one)
            if one in LANGUAGES and found is not None:
                return one, found
        raise LookupError(self.article_id)


class ArticleDocument(msgspec.Struct, frozen=True):
    """An article's terms in one language, separated by spaces; `pairs` are those of neighbouring CJK characters."""

    language: str
    title: str
    body: str
    pairs: str


class ArticleWrite(msgspec.Struct, frozen=True):
    """A new version, with the documents that are found by; `article.version` is the one it started from, 0 for a new one."""

    article: Article
    documents: tuple[ArticleDocument, ...]


class AskedWord(msgspec.Struct, frozen=True):
    """One word of a question: a term, or instead of it a run of pairs. `is_begun`: the beginning of a term will do."""

    term: str
    pairs: tuple[str, ...] = ()
    is_begun: bool = False


class Hit(msgspec.Struct, frozen=True):
    """An article that was found, and in which language."""

    article_id: str
    language: str


class Sending(msgspec.Struct, frozen=True):
    """That an article went to a customer; `sending_id` is the id of the message or mail."""

    sending_id: str
    article_id: str
    version: int
    language: str
    contact_id: ContactId
    channel: str
    by_user_id: str
    at_ms: int


class Asked(StrEnum):
    """What led to an entry of the work list."""

    NO_RESULT = "no_result"
    """No article held all the words."""
    NO_ANSWER = "no_answer"
    """An agent found nothing that answers the customer."""


class QuestionState(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    DISMISSED = "dismissed"


class Asking(msgspec.Struct, frozen=True):
    """One time a question was asked; `contact_id` "" outside a contact."""

    asking_id: str
    cause: Asked
    by_user_id: str
    contact_id: str
    at_ms: int


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """A question without an answer: the words as first typed, how often it was asked, and what became of it."""

    question_id: str
    query: str
    state: QuestionState = QuestionState.OPEN
    no_results: int = 0
    no_answers: int = 0
    first_at_ms: int
    last_at_ms: int
    by_user_id: str = ""
    article_id: str = ""
    changed_at_ms: int = 0
    version: int = 1


class Articles(Protocol):
    """The articles of the domain."""

    async def put(self, writes: Sequence[ArticleWrite]) -> list[Article]:
        """Store the next versions, each of another article, all or none. Raises ChangedMeanwhile with the id of one."""

    async def get(self, article_id: str, version: int | None = None) -> Article | None:
        """By id; the newest version unless another is named."""

    async def some(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """The newest versions of those there are, by id."""

    async def page(self, *, after: str, limit: int) -> list[Article]:
        """Newest versions by id, past `after`, the retired ones too."""

    async def versions(self, article_id: str, *, limit: int) -> list[Article]:
        """Versions of an article, newest first."""

    async def search(self, words: Sequence[AskedWord], *, is_any: bool, limit: int) -> list[Hit]:
        """What fits all the words, or with `is_any` one of them; the best first, each article once."""

    async def sent_in(self, contact_id: ContactId) -> list[Sending]:
        """What went out in a contact, oldest first."""

    async def sent(self, article_ids: Sequence[str]) -> dict[str, int]:
        """How often articles went out; those that never did are not in it."""


class ArticleQuestions(Protocol):
    """Questions without an answer."""

    async def ask(self, question: Question, asking: Asking, *, open_max: int) -> Question | None:
        """Count an asking: of a new question as given, or of the one of this id, which opens again if it was answered.

        The same asking again changes nothing. None: it is new, and so many are open already.
        """

    async def get(self, question_id: str) -> Question | None:
        """By id."""

    async def page(self, states: Sequence[QuestionState], *, limit: int) -> list[Question]:
        """Questions in these states, those asked last first."""

    async def put(self, question: Question) -> None:
        """Replace a question of the version before. Raises ChangedMeanwhile."""

    async def asked_by(self, user_id: str, *, limit: int) -> list[Question]:
        """The newest in which this user found no answer."""

    async def forget(self, *, asked_before_ms: int, over_before_ms: int) -> int:
        """Delete what was not asked since, and what has been over since; returns how many."""
