"""What the calls on the knowledge base stand on."""

from collections.abc import Callable
from dataclasses import dataclass

from agents.desk import Introductions
from callcenter.articles.book import ArticleBook
from callcenter.articles.questions import QuestionList
from callcenter.channels.mail.services import MailServices
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.articles import Article
from callcenter.ports.store import Store
from callcenter.web.names import Names


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleServices:
    """One domain's. What a mail needs comes from the channel itself."""

    book: ArticleBook
    questions: QuestionList
    store: Store
    names: Names
    mail: MailServices
    introductions: Introductions
    now_ms: Callable[[], int]
    new_id: Callable[[], str]

    async def article(self, article_id: str, path: str) -> Article:
        """One that a body names. Raises ApiError."""
        found = await self.store.articles.get(article_id)
        if found is None:
            raise ApiError(ApiErrorCode.ARTICLE_UNKNOWN, "There is no such article.", path=path)
        return found
