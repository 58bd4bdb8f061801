"""The API of articles: finding them, and for editors the list, versions, changes and imports.

What is looked for may be a customer's words, so it stands in a body and never in a URL: those end up in logs.
"""

from collections.abc import Iterator

from callcenter.articles import limits
from callcenter.articles.reading_files import (
    ImportFault,
    Part,
    Unreadable,
    fault_of,
    read_file,
    tags_of,
)
from callcenter.articles.schemas import (
    ArticleChange,
    ArticleFile,
    ArticleFiles,
    ArticleQuery,
    ArticlesImported,
    ArticlesQuery,
    ArticlesView,
    ArticleVersions,
    ArticleView,
    FoundArticles,
    NewArticle,
    SaidText,
    SearchArticles,
    article_row,
    found_view,
    version_view,
)
from callcenter.articles.services import ArticleServices
from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.articles import Article, ArticleText
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.versions import Authorship


@route(
    "POST",
    "/api/v1/articles/search",
    summary="Articles that hold the words, the best first",
    permission=Permission.READ_ARTICLES,
    request=SearchArticles,
    response=FoundArticles,
)
async def search_articles(call: Call[ArticleServices]) -> FoundArticles:
    """In both languages; a word that is being typed finds what begins with it."""
    wanted = call.body(SearchArticles)
    return found_view(await call.services.book.search(wanted.query, limit=wanted.limit))


@route(
    "GET",
    "/api/v1/articles",
    summary="Every article, a part at a time, by id",
    permission=Permission.EDIT_ARTICLES,
    query=ArticlesQuery,
    response=ArticlesView,
)
async def read_articles(call: Call[ArticleServices]) -> ArticlesView:
    """The retired ones too."""
    services, wanted = call.services, call.query(ArticlesQuery)
    page = await services.store.articles.page(after=wanted.after, limit=wanted.limit + 1)
    told = page[: wanted.limit]
    names = await services.names.read()
    sent = await services.store.articles.sent([one.article_id for one in told])
    rows = [article_row(one, names, sent.get(one.article_id, 0)) for one in told]
    return ArticlesView(rows, told[-1].article_id if len(page) > len(told) else None)


@route(
    "GET",
    "/api/v1/articles/{article_id}",
    summary="One article, whole",
    permission=Permission.READ_ARTICLES,
    scope=Scope.article(),
    query=ArticleQuery,
    response=ArticleView,
    errors=(ApiErrorCode.ARTICLE_UNKNOWN,),
)
async def read_article(call: Call[ArticleServices]) -> ArticleView:
    """The newest version, or the one asked for."""
    services, version = call.services, call.query(ArticleQuery).version
    found = await services.store.articles.get(call.parameters["article_id"], version)
    if found is None:
        message = "This article has no such version."
        raise ApiError(ApiErrorCode.ARTICLE_UNKNOWN, message, path="$.version")
    return await _view(call, found)


@route(
    "GET",
    "/api/v1/articles/{article_id}/versions",
    summary="What an article was, newest first",
    permission=Permission.EDIT_ARTICLES,
    scope=Scope.article(),
    response=ArticleVersions,
)
async def read_article_versions(call: Call[ArticleServices]) -> ArticleVersions:
    """Each whole, with who changed it, when and why."""
    services = call.services
    names = await services.names.read()
    versions = await services.store.articles.versions(
        call.parameters["article_id"], limit=limits.VERSIONS_TOLD_MAX
    )
    return ArticleVersions([version_view(one, names) for one in versions])


@route(
    "POST",
    "/api/v1/articles",
    summary="Add an article",
    permission=Permission.EDIT_ARTICLES,
    request=NewArticle,
    response=ArticleView,
    status=201,
    body_bytes_max=limits.UPLOAD_BYTES_MAX,
    errors=(ApiErrorCode.ARTICLE_INVALID, ApiErrorCode.ARTICLE_TAKEN),
    audit=AuditAction.ARTICLE_ADDED,
)
async def add_article(call: Call[ArticleServices]) -> ArticleView:
    """Found from the moment it is answered."""
    wanted = call.body(NewArticle)
    article = Article(
        article_id=wanted.article_id,
        en=_text(wanted.en, "$.en"),
        zh=_text(wanted.zh, "$.zh"),
        tags=_tags(wanted.tags),
        author=_author(call, wanted.note),
    )
    return await _stored(
        call, article, ApiErrorCode.ARTICLE_TAKEN, "There is an article of this id."
    )


@route(
    "PUT",
    "/api/v1/articles/{article_id}",
    summary="Give an article another version; the ones before are kept",
    permission=Permission.EDIT_ARTICLES,
    scope=Scope.article(),
    request=ArticleChange,
    response=ArticleView,
    body_bytes_max=limits.UPLOAD_BYTES_MAX,
    errors=(ApiErrorCode.ARTICLE_INVALID, ApiErrorCode.CHANGED_MEANWHILE),
    audit=AuditAction.ARTICLE_CHANGED,
)
async def change_article(call: Call[ArticleServices]) -> ArticleView:
    """Retired, it is kept and found no more."""
    wanted = call.body(ArticleChange)
    article = Article(
        article_id=call.parameters["article_id"],
        version=wanted.based_on,
        en=_text(wanted.en, "$.en"),
        zh=_text(wanted.zh, "$.zh"),
        tags=_tags(wanted.tags),
        is_retired=wanted.is_retired,
        author=_author(call, wanted.note),
    )
    message = "Somebody has changed this article meanwhile: read it again."
    return await _stored(call, article, ApiErrorCode.CHANGED_MEANWHILE, message)


@route(
    "POST",
    "/api/v1/articles/import",
    summary="Import articles from Markdown files and CSV",
    permission=Permission.EDIT_ARTICLES,
    request=ArticleFiles,
    response=ArticlesImported,
    body_bytes_max=limits.UPLOAD_BYTES_MAX,
    audit=AuditAction.ARTICLES_IMPORTED,
)
async def import_articles(call: Call[ArticleServices]) -> ArticlesImported:
    """Good ones are stored whatever is wrong with others; each that was not is named. The same again changes nothing."""
    parts = _parts(call.body(ArticleFiles).files)
    done = await call.services.book.take(parts, _author(call, ""))
    counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    call.trail.facts |= {**counts, "faults": len(done.faults)}
    told = done.faults[: limits.FAULTS_TOLD_MAX]
    return ArticlesImported(**counts, faults=told, faults_count=len(done.faults))


ROUTES = (
    search_articles,
    read_articles,
    add_article,
    import_articles,
    read_article,
    change_article,
    read_article_versions,
)


def _parts(files: tuple[ArticleFile, ...]) -> Iterator[Part | ImportFault]:
    for file in files:
        yield from read_file(file.name, file.text.encode("utf-8", "replace"))


def _author(call: Call[ArticleServices], note: str) -> Authorship:
    return Authorship(call.principal.user_id, call.services.now_ms(), note)


def _text(said: SaidText | None, path: str) -> ArticleText | None:
    if said is None:
        return None
    text = ArticleText(said.title.strip(), said.body.replace("\r\n", "\n").strip())
    if fault := fault_of(text):
        message = f"{fault[0].upper()}{fault[1:]}."
        raise ApiError(ApiErrorCode.ARTICLE_INVALID, message, path=path)
    return text


def _tags(words: tuple[str, ...]) -> tuple[str, ...]:
    try:
        return tags_of(words)
    except Unreadable as error:
        message = "A tag is one line of printable characters."
        raise ApiError(ApiErrorCode.ARTICLE_INVALID, message, path="$.tags") from error


async def _stored(
    call: Call[ArticleServices], article: Article, taken: ApiErrorCode, message: str
) -> ArticleView:
    if article.en is None and article.zh is None:
        none = "An article has a text in one language at least."
        raise ApiError(ApiErrorCode.ARTICLE_INVALID, none, path="$")
    try:
        stored = await call.services.book.put(article)
    except ChangedMeanwhile as error:
        raise ApiError(taken, message) from error
    call.trail.object_kind, call.trail.object_id = ObjectKind.ARTICLE, stored.article_id
    call.trail.facts |= {"version": stored.version, "is_retired": stored.is_retired}
    return await _view(call, stored)


async def _view(call: Call[ArticleServices], article: Article) -> ArticleView:
    return ArticleView(version_view(article, await call.services.names.read()))
