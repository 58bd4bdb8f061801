"""The interaction log and the search over texts in memory: see `store`."""

from collections.abc import Sequence

from callcenter.log_rows import InteractionFilter, Phase, SearchDocument, Sight, Word
from callcenter.ports.read_models import Interaction, InteractionPage
from callcenter.storage.interactions import PROJECTION
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.rows import MemoryProjectionRows, Row, interaction_of, phase_of
from callcenter.storage.page_marks import mark, place
from callcenter.storage.search_texts import CURSOR
from routing.ids import ContactId

_SAME = ("channel", "queue_id", "agent_id", "outcome", "disposition_id", "customer_key")


class MemorySearchTexts:
    """`ports.SearchTexts` in memory."""

    def __init__(self, disk: Disk, rows: MemoryProjectionRows) -> None:
        self._disk = disk
        self._rows = rows
        self._terms: dict[ContactId, list[str]] = {}

    async def due(self, limit: int) -> list[tuple[ContactId, int]]:
        """What has texts past the cursor."""
        cursor = self._rows.cursors.get(CURSOR, 0)
        rows = self._rows.tables["interactions"].values()
        found = [(row["texts_seq"], row["contact_id"]) for row in rows if row["texts_seq"] > cursor]
        return [(contact_id, seq) for seq, contact_id in sorted(found)[:limit]]

    async def put(self, documents: Sequence[SearchDocument], as_of_seq: int) -> None:
        """The documents and the cursor."""
        self._disk.check()
        self._terms |= {one.contact_id: one.terms.split() for one in documents}
        self._rows.cursors[CURSOR] = as_of_seq

    async def searched_to(self, log_seq: int) -> int:
        """How far the texts are searchable: as far as the log, if nothing is due."""
        return self._rows.cursors.get(CURSOR, 0) if await self.due(1) else log_seq

    def holds(self, contact_id: ContactId, words: Sequence[Word]) -> bool:
        """Whether all words stand in the contact's texts."""
        terms = self._terms.get(contact_id, [])
        return all(_holds(terms, word) for word in words)


def _holds(terms: list[str], word: Word) -> bool:
    length = len(word.terms)
    for start in range(len(terms) - length + 1):
        *whole, last = terms[start : start + length]
        is_last = last.startswith(word.terms[-1]) if word.is_begun else last == word.terms[-1]
        if is_last and tuple(whole) == word.terms[:-1]:
            return True
    return False


class MemoryInteractions:
    """`ports.read_models.Interactions` in memory."""

    def __init__(self, rows: MemoryProjectionRows, texts: MemorySearchTexts) -> None:
        self._rows = rows
        self._texts = texts

    @property
    def _as_of_seq(self) -> int:
        return self._rows.cursors.get(PROJECTION, 0)

    def _all(self) -> list[Row]:
        rows = self._rows.tables["interactions"].values()
        return sorted(rows, key=lambda row: (row["arrived_at_ms"], row["contact_id"]))

    async def get(self, contact_id: ContactId) -> Interaction | None:
        """One row."""
        row = self._rows.tables["interactions"].get((contact_id,))
        return None if row is None else interaction_of(row)

    async def page(
        self,
        sight: Sight,
        wanted: InteractionFilter,
        *,
        before: str | None,
        limit: int,
    ) -> InteractionPage:
        """Newest first. Raises ValueError when `before` is not a mark this method gave."""
        end = None if before is None else place(before)
        found = [
            interaction_of(row)
            for row in reversed(self._all())
            if (end is None or (row["arrived_at_ms"], row["contact_id"]) < end)
            and _is_seen(row, sight)
            and _fits(row, wanted)
            and self._texts.holds(row["contact_id"], wanted.words)
        ]
        next_before = None
        if len(found) > limit:
            next_before = mark(found[limit - 1].arrived_at_ms, found[limit - 1].contact_id)
        seq = self._as_of_seq
        as_of_seq = await self._texts.searched_to(seq) if wanted.words else seq
        return InteractionPage(as_of_seq, found[:limit], next_before)

    async def phases(self, contact_id: ContactId) -> tuple[int, list[Phase]]:
        """All phases of a contact."""
        rows = self._rows.tables["phases"].values()
        found = [phase_of(row) for row in rows if row["contact_id"] == contact_id]
        return self._as_of_seq, sorted(found, key=lambda one: (one.began_at_ms, one.began_seq))

    async def of_customer(self, customer_key: str, limit: int) -> list[Interaction]:
        """The newest of one customer."""
        found = [row for row in reversed(self._all()) if row["customer_key"] == customer_key]
        return [interaction_of(row) for row in found[:limit]] if customer_key else []

    async def since(self, arrived_at_ms: int) -> tuple[int, list[Interaction]]:
        """All that arrived since, or are not closed yet."""
        found = [
            interaction_of(row)
            for row in self._all()
            if row["arrived_at_ms"] >= arrived_at_ms or row["closed_at_ms"] is None
        ]
        return self._as_of_seq, found


def _is_seen(row: Row, sight: Sight) -> bool:
    if sight.queue_ids is None and sight.agent_ids is None:
        return True
    return row["queue_id"] in (sight.queue_ids or ()) or row["agent_id"] in (sight.agent_ids or ())


def _fits(row: Row, wanted: InteractionFilter) -> bool:
    return (
        all(getattr(wanted, name) in (None, row[name]) for name in _SAME)
        and (wanted.from_ms is None or row["arrived_at_ms"] >= wanted.from_ms)
        and (wanted.until_ms is None or row["arrived_at_ms"] < wanted.until_ms)
    )
