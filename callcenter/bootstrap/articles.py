"""The knowledge base, wired; and the demo's articles."""

import asyncio
import contextlib
from pathlib import Path

from agents.desk import Introductions
from callcenter.articles import desk_routes, question_routes, routes
from callcenter.articles.book import ArticleBook
from callcenter.articles.cutting import Dictionary
from callcenter.articles.questions import QuestionList
from callcenter.articles.reading_files import ImportFault, Part, read_file
from callcenter.articles.services import ArticleServices
from callcenter.channels.mail.services import MailServices
from callcenter.http.serving import Extension, extension_of
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.versions import Authorship
from callcenter.web.names import Names

ROUTES = (*routes.ROUTES, *desk_routes.ROUTES, *question_routes.ROUTES)


def build_articles(mail: MailServices, introductions: Introductions) -> ArticleServices:
    """Wire it; the dictionary is read when somebody first looks for something."""
    store, now_ms = mail.store, mail.now_ms
    return ArticleServices(
        book=ArticleBook(store.articles, Dictionary()),
        questions=QuestionList(store.article_questions, now_ms),
        store=store,
        names=Names(store.users),
        mail=mail,
        introductions=introductions,
        now_ms=now_ms,
        new_id=mail.new_id,
    )


def articles_extension(services: ArticleServices) -> Extension:
    """The routes."""
    return extension_of(ROUTES, services)


async def ensure_demo_articles(services: ArticleServices, folder: Path) -> None:
    """Import a folder unless there are articles already; if the store cannot, the next start does."""
    with contextlib.suppress(StorageUnavailable):
        if await services.store.articles.page(after="", limit=1):
            return
        parts = await asyncio.to_thread(_parts, folder)
        await services.book.take(parts, Authorship(at_ms=services.now_ms()))


def _parts(folder: Path) -> list[Part | ImportFault]:
    """What the files of a folder say."""
    files = sorted(folder.glob("*.md"))
    return [part for path in files for part in read_file(path.name, path.read_bytes())]
