"""The articles of the domain: stored with what they are found by, imported, searched."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from callcenter.articles import limits
from callcenter.articles.cutting import Dictionary, documents_of, words_of
from callcenter.articles.reading_files import ImportFault, Part
from callcenter.ports.articles import Article, Articles, ArticleWrite, AskedWord, Hit
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.versions import Authorship

CHANGED_MEANWHILE: Final = "somebody is editing this article: import it again"


class Found(msgspec.Struct, frozen=True):
    """What a search found, the best first; `is_partial`: nothing holds all the words, these hold some."""

    hits: list[tuple[Hit, Article]]
    words: tuple[AskedWord, ...]
    is_partial: bool


class Imported(msgspec.Struct):
    """What became of an import."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: list[ImportFault] = []


class ArticleBook:
    """Articles over a store. One for each process."""

    def __init__(self, articles: Articles, dictionary: Dictionary) -> None:
        self._articles = articles
        self._dictionary = dictionary

    async def put(self, article: Article) -> Article:
        """Store the version after `article.version`, 0 being none. Raises ChangedMeanwhile."""
        stored = await self._store([article])
        return stored[0]

    async def search(self, query: str, *, limit: int) -> Found:
        """What holds all the words; if nothing does, what holds some of them."""
        words = self._words(query)
        hits = await self._articles.search(words, is_any=False, limit=limit)
        is_partial = not hits
        if is_partial:
            hits = await self._articles.search(words, is_any=True, limit=limit)
        return await self._found(hits, words, is_partial=is_partial)

    async def suggest(self, text: str, *, limit: int) -> Found:
        """What may answer what a customer has written: whatever has most of its words."""
        words = self._words(text)
        hits = await self._articles.search(words, is_any=True, limit=limit)
        return await self._found(hits, words, is_partial=True)

    async def take(self, parts: Iterable[Part | ImportFault], author: Authorship) -> Imported:
        """Store what files say. Good parts are stored whatever is wrong with others; the same again changes nothing."""
        done, whole = Imported(faults=[]), _together(parts)
        done.faults += [one for one in whole if isinstance(one, ImportFault)]
        good = [one for one in whole if isinstance(one, _Wanted)]
        for start in range(0, len(good), limits.ARTICLES_PER_WRITE):
            await self._take(good[start : start + limits.ARTICLES_PER_WRITE], author, done)
        done.faults.sort(key=lambda fault: (fault.file, fault.line))
        return done

    def _words(self, query: str) -> tuple[AskedWord, ...]:
        self._dictionary.read_beside()
        return words_of(query, self._dictionary)

    async def _found(
        self, hits: Sequence[Hit], words: tuple[AskedWord, ...], *, is_partial: bool
    ) -> Found:
        known = await self._articles.some([hit.article_id for hit in hits])
        # Somebody may have changed it since it was found.
        told = [(hit, known[hit.article_id]) for hit in hits if hit.article_id in known]
        return Found([one for one in told if one[1].text(one[0].language)], words, is_partial)

    async def _take(self, wanted: Sequence["_Wanted"], author: Authorship, done: Imported) -> None:
        for _ in range(limits.IMPORT_ATTEMPTS_MAX):
            stored = await self._articles.some([one.article_id for one in wanted])
            made = [(one, one.over(stored.get(one.article_id), author)) for one in wanted]
            new = [article for _, article in made if article is not None]
            try:
                await self._store(new)
            except ChangedMeanwhile:
                continue
            done.unchanged += len(made) - len(new)
            done.added += sum(article.version == 0 for article in new)
            done.changed += sum(article.version > 0 for article in new)
            return
        done.faults += [ImportFault(one.file, one.line, CHANGED_MEANWHILE) for one in wanted]

    async def _store(self, articles: Sequence[Article]) -> list[Article]:
        if not articles:
            return []
        writes = await asyncio.to_thread(self._writes, articles)
        return await self._articles.put(writes)

    def _writes(self, articles: Sequence[Article]) -> list[ArticleWrite]:
        self._dictionary.read()
        return [ArticleWrite(one, documents_of(one, self._dictionary)) for one in articles]


class _Wanted(msgspec.Struct, kw_only=True):
    """What all files together say of one article."""

    file: str
    line: int
    article_id: str
    texts: dict[str, object]
    tags: tuple[str, ...] | None

    def over(self, stored: Article | None, author: Authorship) -> Article | None:
        """The article with this in it; None if it says so already."""
        before = stored or Article(article_id=self.article_id)
        after = msgspec.structs.replace(
            before,
            **self.texts,
            tags=before.tags if self.tags is None else self.tags,
            is_retired=False,
            author=before.author,
        )
        return None if after == stored else msgspec.structs.replace(after, author=author)


def _together(parts: Iterable[Part | ImportFault]) -> list["_Wanted | ImportFault"]:
    """Parts of the same article as one; a text that was there before is a fault."""
    wanted: dict[str, _Wanted] = {}
    faults: list[ImportFault] = []
    for part in parts:
        if isinstance(part, ImportFault):
            faults.append(part)
            continue
        known = wanted.get(part.article_id)
        again = [] if known is None else [one for one in part.texts if one in known.texts]
        if known is not None and again:
            where = f"{known.file}, line {known.line}"
            faults.append(
                ImportFault(part.file, part.line, f"{part.article_id} ({again[0]}) again: {where}")
            )
        elif known is not None:
            known.texts |= part.texts
            known.tags = part.tags if known.tags is None else known.tags
        else:
            wanted[part.article_id] = _Wanted(
                file=part.file,
                line=part.line,
                article_id=part.article_id,
                texts=dict(part.texts),
                tags=part.tags,
            )
    return [*faults, *wanted.values()]
