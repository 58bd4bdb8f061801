"""One page of the interaction log, searched with bounded work.

Theory: a walk goes along one index, newest first, and looks at so many rows at most; where it stops is the floor, and the
page says that the next one goes on there. Whoever may see some queues and agents alone gets a walk for each of them: a
single query with OR would walk the whole log to find that somebody may see nothing of it. Words are asked of the index
over the texts first, which names so many contacts at most, and those are looked up by their keys.
"""

from collections.abc import Iterable
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from callcenter.log_rows import InteractionFilter, Sight
from callcenter.ports.read_models import Interaction
from callcenter.storage import full_text
from callcenter.storage.search_texts import cursor_of
from callcenter.storage.tables.main import interactions
from routing.ids import ContactId

ROWS_WALKED_MAX: Final = 20_000
"""Rows of the log that one walk looks at for one page."""

MATCHES_MAX: Final = 10_000
"""Contacts that the index over the texts names for one question: those first seen last."""

KEYS_PER_QUERY: Final = 500

COLUMNS: Final = [interactions.c[name] for name in Interaction.__struct_fields__]
_KEY: Final = (interactions.c.arrived_at_ms, interactions.c.contact_id)
_SAME: Final = ("channel", "queue_id", "agent_id", "outcome", "disposition_id", "customer_key")
"""Filters that want a column to be equal."""

Place = tuple[int, str]
Conditions = list[sa.ColumnElement[bool]]


class Found(msgspec.Struct):
    """Rows newest first, at most one more than asked for; where the walks stopped, None at the log's end."""

    rows: list[Interaction]
    floor: Place | None = None
    is_cut: bool = False


class Search:
    """A question to the log of one domain."""

    def __init__(
        self, domain_id: str, sight: Sight, wanted: InteractionFilter, before: Place | None
    ) -> None:
        self._domain_id = domain_id
        self._sight = sight
        self._wanted = wanted
        columns = interactions.c
        self._always: Conditions = [columns.domain_id == domain_id]
        if wanted.from_ms is not None:
            self._always.append(columns.arrived_at_ms >= wanted.from_ms)
        if wanted.until_ms is not None:
            self._always.append(columns.arrived_at_ms < wanted.until_ms)
        if before is not None:
            self._always.append(sa.tuple_(*_KEY) < sa.tuple_(*before))
        self._same: dict[str, sa.ColumnElement[bool]] = {
            name: columns[name] == getattr(wanted, name)
            for name in _SAME
            if getattr(wanted, name) is not None
        }

    def run(self, connection: sa.Connection, limit: int) -> Found:
        """One page and one row more."""
        found = self._of_words(connection) if self._wanted.words else self._walk(connection, limit)
        if found.floor is not None:
            found.rows = [row for row in found.rows if _by_arrival(row) >= found.floor]
        found.rows = sorted(found.rows, key=_by_arrival, reverse=True)[: limit + 1]
        return found

    def _of_words(self, connection: sa.Connection) -> Found:
        named = full_text.matching(connection, self._domain_id, self._wanted.words, MATCHES_MAX + 1)
        conditions = [*self._always, *self._same.values(), *self._seen()]
        rows: list[Interaction] = []
        for keys in _parts(named[:MATCHES_MAX]):
            query = sa.select(*COLUMNS).where(*conditions, interactions.c.contact_id.in_(keys))
            rows += [Interaction(*row) for row in connection.execute(query)]
        return Found(rows, is_cut=len(named) > MATCHES_MAX)

    def _walk(self, connection: sa.Connection, limit: int) -> Found:
        found: set[Interaction] = set()
        floors: list[Place] = []
        for along, also in self._walks():
            query = sa.select(*COLUMNS).where(*self._always, *along, *also)
            if also:
                # Only where rows are passed over can a walk be longer than its page.
                floor = self._floor(connection, along)
                if floor is not None:
                    floors.append(floor)
                    query = query.where(sa.tuple_(*_KEY) >= sa.tuple_(*floor))
            rows = connection.execute(query.order_by(*_newest_first()).limit(limit + 1))
            found.update(Interaction(*row) for row in rows)
        return Found(list(found), max(floors, default=None))

    def _walks(self) -> list[tuple[Conditions, Conditions]]:
        """Which indexes to walk along, and what a row must also be: one walk, or one for each whose rows are seen."""
        for name in ("customer_key", "agent_id", "queue_id"):
            if name in self._same:
                along = [self._same[name]]
                if name == "customer_key":
                    # Says to SQLite that the index, which leaves nobody's contacts out, will do.
                    along.append(interactions.c.customer_key != sa.text("''"))
                others = [one for other, one in self._same.items() if other != name]
                return [(along, [*others, *self._seen()])]
        others = list(self._same.values())
        queue_ids, agent_ids = self._sight.queue_ids, self._sight.agent_ids
        if queue_ids is None and agent_ids is None:
            return [([], others)]
        seen = [interactions.c.queue_id == queue_id for queue_id in queue_ids or ()]
        seen += [interactions.c.agent_id == agent_id for agent_id in agent_ids or ()]
        return [([one], others) for one in seen]

    def _seen(self) -> Conditions:
        queue_ids, agent_ids = self._sight.queue_ids, self._sight.agent_ids
        if queue_ids is None and agent_ids is None:
            return []
        if self._wanted.queue_id is not None and self._wanted.queue_id in (queue_ids or ()):
            return []
        of_queue = interactions.c.queue_id.in_(queue_ids or ())
        return [sa.or_(of_queue, interactions.c.agent_id.in_(agent_ids or ()))]

    def _floor(self, connection: sa.Connection, along: Conditions) -> Place | None:
        """The last row that a walk looks at; None if it comes to the log's end before."""
        query = sa.select(*_KEY).where(*self._always, *along).order_by(*_newest_first())
        row = connection.execute(query.offset(ROWS_WALKED_MAX - 1).limit(1)).first()
        return None if row is None else (row.arrived_at_ms, row.contact_id)


def searched_to(
    connection: sa.Connection, domain_id: str, log_seq: int, wanted: InteractionFilter
) -> int:
    """What an answer is true as of: with words also the texts' own cursor counts, while something is due."""
    if not wanted.words:
        return log_seq
    cursor, columns = cursor_of(connection, domain_id), interactions.c
    query = (
        sa.select(columns.texts_seq)
        .where(columns.domain_id == domain_id, columns.texts_seq > cursor)
        .limit(1)
    )
    return log_seq if connection.execute(query).first() is None else cursor


def _newest_first() -> Iterable[sa.UnaryExpression[Any]]:
    return (column.desc() for column in _KEY)


def _by_arrival(row: Interaction) -> Place:
    return row.arrived_at_ms, row.contact_id


def _parts(contact_ids: list[ContactId]) -> Iterable[list[ContactId]]:
    for start in range(0, len(contact_ids), KEYS_PER_QUERY):
        yield contact_ids[start : start + KEYS_PER_QUERY]
