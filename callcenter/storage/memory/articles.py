"""The knowledge base in memory: see `store`. It ranks by how many of the words stand in the title, then in the body."""

from collections.abc import Sequence

import msgspec

from callcenter.ports.articles import (
    SENDINGS_TABLE,
    Article,
    ArticleDocument,
    ArticleWrite,
    Asked,
    AskedWord,
    Asking,
    Hit,
    Question,
    QuestionState,
    Sending,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.storage.article_questions import asked_again, still_counted
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.mails import MemoryMails
from routing.ids import ContactId


class MemoryArticles:
    """`ports.articles.Articles` in memory."""

    def __init__(self, disk: Disk, committed: MemoryMails) -> None:
        self._disk = disk
        self._committed = committed
        self._versions: dict[str, list[Article]] = {}
        self._documents: dict[str, tuple[ArticleDocument, ...]] = {}

    async def put(self, writes: Sequence[ArticleWrite]) -> list[Article]:
        """Check all, then store all."""
        self._disk.check()
        for write in writes:
            if len(self._versions.get(write.article.article_id, [])) != write.article.version:
                raise ChangedMeanwhile(write.article.article_id)
        newest = []
        for write in writes:
            one = msgspec.structs.replace(write.article, version=write.article.version + 1)
            self._versions.setdefault(one.article_id, []).append(one)
            self._documents.pop(one.article_id, None)
            self._documents[one.article_id] = write.documents
            newest.append(one)
        return newest

    async def get(self, article_id: str, version: int | None = None) -> Article | None:
        """One version."""
        versions = self._versions.get(article_id, [])
        found = [one for one in versions if version in (None, one.version)]
        return found[-1] if found else None

    async def some(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Newest versions."""
        return {one: self._versions[one][-1] for one in article_ids if one in self._versions}

    async def page(self, *, after: str, limit: int) -> list[Article]:
        """Newest versions by id."""
        found = [one for one in sorted(self._versions) if one > after]
        return [self._versions[one][-1] for one in found[:limit]]

    async def versions(self, article_id: str, *, limit: int) -> list[Article]:
        """Newest first."""
        return self._versions.get(article_id, [])[::-1][:limit]

    async def search(self, words: Sequence[AskedWord], *, is_any: bool, limit: int) -> list[Hit]:
        """Every document is looked at."""
        best: dict[str, tuple[tuple[int, int], Hit]] = {}
        for article_id, documents in self._documents.items():
            for one in documents:
                held = [_holds(word, f"{one.title} {one.body}", one.pairs) for word in words]
                if not words or not (any(held) if is_any else all(held)):
                    continue
                score = (sum(_holds(word, one.title, "") for word in words), sum(held))
                hit = Hit(article_id, one.language)
                if article_id not in best or score > best[article_id][0]:
                    best[article_id] = (score, hit)
        ranked = sorted(best.values(), key=lambda scored: scored[0], reverse=True)
        return [hit for _, hit in ranked[:limit]]

    async def sent_in(self, contact_id: ContactId) -> list[Sending]:
        """Oldest first."""
        found = [one for one in self._sendings() if one.contact_id == contact_id]
        return sorted(found, key=lambda one: (one.at_ms, one.sending_id))

    async def sent(self, article_ids: Sequence[str]) -> dict[str, int]:
        """How often."""
        ids = [one.article_id for one in self._sendings()]
        return {one: ids.count(one) for one in article_ids if one in ids}

    def _sendings(self) -> list[Sending]:
        rows = self._committed.rows_of(SENDINGS_TABLE)
        return [Sending(**{name: row[name] for name in Sending.__struct_fields__}) for row in rows]


class MemoryArticleQuestions:
    """`ports.articles.ArticleQuestions` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._rows: dict[str, Question] = {}
        self._askings: dict[tuple[str, str], Asking] = {}

    async def ask(self, question: Question, asking: Asking, *, open_max: int) -> Question | None:
        """The row and the asking."""
        self._disk.check()
        stored = self._rows.get(question.question_id)
        is_open = [one for one in self._rows.values() if one.state is QuestionState.OPEN]
        if stored is None and len(is_open) >= open_max:
            return None
        key = (question.question_id, asking.asking_id)
        if key in self._askings:
            return stored
        self._askings[key] = asking
        self._rows[question.question_id] = asked_again(stored, question, asking)
        return self._rows[question.question_id]

    async def get(self, question_id: str) -> Question | None:
        """By id."""
        return self._rows.get(question_id)

    async def page(self, states: Sequence[QuestionState], *, limit: int) -> list[Question]:
        """Those asked last first."""
        found = [one for one in self._rows.values() if one.state in states]
        return sorted(found, key=lambda one: (-one.last_at_ms, one.question_id))[:limit]

    async def put(self, question: Question) -> None:
        """Compare, then replace."""
        self._disk.check()
        stored = self._rows.get(question.question_id)
        if stored is None or stored.version + 1 != question.version:
            raise ChangedMeanwhile(question.question_id)
        self._rows[question.question_id] = still_counted(stored, question)

    async def asked_by(self, user_id: str, *, limit: int) -> list[Question]:
        """The newest."""
        newest: dict[str, int] = {}
        for (question_id, _), one in self._askings.items():
            if one.by_user_id == user_id and one.cause is Asked.NO_ANSWER:
                newest[question_id] = max(newest.get(question_id, 0), one.at_ms)
        ids = sorted(newest, key=lambda one: (-newest[one], one))
        return [self._rows[one] for one in ids[:limit]]

    async def forget(self, *, asked_before_ms: int, over_before_ms: int) -> int:
        """The questions and their askings."""
        self._disk.check()
        over = (QuestionState.ANSWERED, QuestionState.DISMISSED)
        due = {
            one.question_id
            for one in self._rows.values()
            if one.last_at_ms < asked_before_ms
            or (one.state in over and one.changed_at_ms < over_before_ms)
        }
        self._rows = {key: one for key, one in self._rows.items() if key not in due}
        self._askings = {key: one for key, one in self._askings.items() if key[0] not in due}
        return len(due)


def _holds(word: AskedWord, terms: str, pairs: str) -> bool:
    held = f" {terms} {pairs} "
    end = "" if word.is_begun else " "
    return f" {word.term}{end}" in held or (
        bool(word.pairs) and f" {' '.join(word.pairs)} " in f" {pairs} "
    )
