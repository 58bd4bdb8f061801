"""Rows that move by steps, in SQL: what cases and leads share, and what both twins decide alike."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Generic

import msgspec
import sqlalchemy as sa

from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.integrators import Notice
from callcenter.ports.steps import RowsQuery, StepEvent, StoredT
from callcenter.storage.database import Database, upsert_row
from callcenter.storage.notices import insert_notice
from routing.ids import ContactId


class Facts(msgspec.Struct, frozen=True):
    """What is read of rows of any kind. Lists are ordered by `order_ms`: what is due first, or was closed last, stands first."""

    version: int
    row_no: int
    group_id: str
    owner_id: str
    is_open: bool
    order_ms: int
    customer_key: str
    look_at_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[StoredT]):
    """One kind of rows: its tables, `name` as in `case_id`, and the columns of what groups a row and of the state after a step.

    `numbered` is a row as it is stored with its number after the one before, `notice` what other programs are told of a step.
    """

    name: str
    rows: sa.Table
    steps: sa.Table
    group: str
    state: str
    stored_of: Callable[[sa.Row[Any]], StoredT]
    columns_of: Callable[[StoredT], dict[str, Any]]
    numbered: Callable[[StoredT, StoredT | None, int], StoredT]
    notice: Callable[[StoredT, StepEvent, StoredT | None], Notice | None]

    @property
    def row_id(self) -> str:
        """The column of ids."""
        return f"{self.name}_id"

    @property
    def row_no(self) -> str:
        """The column of what people call a row by."""
        return f"{self.name}_no"

    def facts(self, stored: StoredT) -> Facts:
        """Of a row."""
        columns = self.columns_of(stored)
        named = {"row_no": self.row_no, "group_id": self.group}
        fields = Facts.__struct_fields__
        return Facts(**{field: columns[named.get(field, field)] for field in fields})

    def step_columns(self, event: StepEvent) -> dict[str, Any]:
        """Columns of a step."""
        return {column: getattr(event, field) for field, column in self._step_names().items()}

    def event_of(self, row: sa.Row[Any]) -> StepEvent:
        """The step of a row."""
        return StepEvent(**{field: getattr(row, at) for field, at in self._step_names().items()})

    def _step_names(self) -> dict[str, str]:
        named = {"row_id": self.row_id, "state": self.state, "by": "by_user_id"}
        both = ((field, named.get(field, field)) for field in StepEvent.__struct_fields__)
        return {field: column for field, column in both if column in self.steps.c}

    def stored_already(
        self, stored: StoredT, event: StepEvent, before: StoredT | None, known: StepEvent | None
    ) -> StoredT | None:
        """The row as it is if the command has moved it, None if its step is the next. Raises ChangedMeanwhile for neither."""
        if known is not None and before is not None and known.row_id == event.row_id:
            return before
        version_before = 0 if before is None else self.facts(before).version
        if known is not None or self.facts(stored).version != version_before + 1:
            raise ChangedMeanwhile(event.row_id)
        return None


class SqlStepped(Generic[StoredT]):
    """`ports.steps.SteppedRows` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str, kind: Kind[StoredT]) -> None:
        self._database: Final = database
        self._domain_id: Final = domain_id
        self._kind: Final = kind
        self._columns: Final = kind.rows.c
        self._row_id: Final = kind.rows.c[kind.row_id]
        self._row_no: Final = kind.rows.c[kind.row_no]
        self._is_mine: Final = kind.rows.c.domain_id == domain_id
        self._mine: Final = sa.select(kind.rows).where(self._is_mine)

    async def put(self, stored: StoredT, event: StepEvent) -> StoredT:
        """The row, its step, and what other programs are told of it."""
        kind, domain_id = self._kind, self._domain_id

        def job(connection: sa.Connection) -> StoredT:
            before = self._one(connection, event.row_id)
            known = self._event(connection, event.command_id)
            if (already := kind.stored_already(stored, event, before, known)) is not None:
                return already
            row_no = self._next_no(connection) if before is None else kind.facts(before).row_no
            numbered = kind.numbered(stored, before, row_no)
            row = {"domain_id": domain_id, **kind.columns_of(numbered)}
            upsert_row(connection, kind.rows, row)
            step = {"domain_id": domain_id, **kind.step_columns(event)}
            connection.execute(sa.insert(kind.steps).values(**step))
            self._put_beside(connection, event)
            insert_notice(connection, domain_id, kind.notice(numbered, event, before))
            return numbered

        return await self._database.write(job)

    async def get(self, row_id: str) -> StoredT | None:
        """By id."""
        return await self._database.read(lambda connection: self._one(connection, row_id))

    async def of_command(self, command_id: str) -> StepEvent | None:
        """The step of a command."""
        return await self._database.read(lambda connection: self._event(connection, command_id))

    async def events(self, row_id: str) -> list[StepEvent]:
        """The steps of one."""
        steps = self._kind.steps.c
        query = self._steps().where(steps[self._kind.row_id] == row_id).order_by(steps.version)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [self._kind.event_of(row) for row in rows]

    async def of_contact(
        self, contact_id: ContactId, customer_key: str, *, limit: int
    ) -> list[StoredT]:
        """Of a contact and its customer."""
        queries = [self._mine.where(self._row_id.in_(self._about(contact_id)))]
        if customer_key:
            queries.append(self._mine.where(self._columns.customer_key == customer_key))

        def job(connection: sa.Connection) -> list[StoredT]:
            found: dict[int, StoredT] = {}
            for query in queries:
                # By an expression: a planner must not walk all rows in their order, looking for this customer's.
                newest = query.order_by(-self._row_no).limit(limit)
                found |= self._by(connection, self._kind.row_no, newest)
            return [found[row_no] for row_no in sorted(found, reverse=True)[:limit]]

        return await self._database.read(job)

    async def page(self, query: RowsQuery) -> list[StoredT]:
        """A page: places of each group from its own index, merged; then the rows of those that stay."""
        sign = -1 if query.is_closed else 1

        def job(connection: sa.Connection) -> list[StoredT]:
            places = [
                (sign * at_ms, row_id)
                for part in self._parts(query)
                for at_ms, row_id in connection.execute(part)
            ]
            row_ids = [row_id for _, row_id in sorted(places)[: query.limit]]
            wanted = self._mine.where(self._row_id.in_(row_ids))
            found = self._by(connection, self._kind.row_id, wanted)
            return [found[row_id] for row_id in row_ids]

        return await self._database.read(job)

    async def to_look_at(self, now_ms: int, *, limit: int) -> list[StoredT]:
        """By the index of what is to be done."""
        look_at_ms = self._columns.look_at_ms
        query = self._mine.where(look_at_ms <= now_ms).order_by(look_at_ms).limit(limit)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [self._kind.stored_of(row) for row in rows]

    # --- what a kind has of its own -------------------------------------------------------------

    def _put_beside(self, connection: sa.Connection, event: StepEvent) -> None:
        """What else is stored with a step."""

    def _about(self, contact_id: ContactId) -> sa.Select[Any]:
        """Ids of the rows a contact is about: without more, those it took a step of."""
        steps = self._kind.steps.c
        about = sa.select(steps[self._kind.row_id])
        return about.where(steps.domain_id == self._domain_id, steps.contact_id == contact_id)

    def _parts(self, query: RowsQuery) -> list[sa.Select[Any]]:
        """One question for each range of an index."""
        columns, group_id = self._columns, self._columns[self._kind.group]
        mine = self._places(columns.order_ms).where(columns.is_open.is_(not query.is_closed))
        if query.is_due:
            mine = mine.where(columns.order_ms <= query.now_ms)
        if query.is_mine:
            ranges = [columns.owner_id == query.owner_id]
        else:
            ranges = [group_id == one for one in query.group_ids]
        return [self._ranged(mine.where(one), columns.order_ms, query) for one in ranges]

    # --- rows -----------------------------------------------------------------------------------

    async def _change(self, row_id: str, version: int, **values: object) -> bool:
        """Change a row that is still at this version; whether it was."""
        mine = (self._is_mine, self._row_id == row_id, self._columns.version == version)
        job = sa.update(self._kind.rows).where(*mine).values(**values)
        return await self._database.write(lambda connection: connection.execute(job).rowcount > 0)

    def _places(self, by: sa.Column[int]) -> sa.Select[Any]:
        return sa.select(by, self._row_id).where(self._is_mine)

    def _ranged(
        self, wanted: sa.Select[Any], by: sa.Column[int], query: RowsQuery
    ) -> sa.Select[Any]:
        if query.mark is not None:
            at_ms, row_id = query.mark
            from_there = by <= at_ms if query.is_closed else by >= at_ms
            wanted = wanted.where(from_there, sa.or_(by != at_ms, self._row_id > row_id))
        first = by.desc() if query.is_closed else by
        return wanted.order_by(first, self._row_id).limit(query.limit)

    def _by(
        self, connection: sa.Connection, name: str, query: sa.Select[Any]
    ) -> dict[Any, StoredT]:
        """The rows, by a column of theirs."""
        rows = connection.execute(query)
        return {getattr(row, name): self._kind.stored_of(row) for row in rows}

    def _one(self, connection: sa.Connection, row_id: str) -> StoredT | None:
        row = connection.execute(self._mine.where(self._row_id == row_id)).first()
        return None if row is None else self._kind.stored_of(row)

    def _steps(self) -> sa.Select[Any]:
        steps = self._kind.steps
        return sa.select(steps).where(steps.c.domain_id == self._domain_id)

    def _event(self, connection: sa.Connection, command_id: str) -> StepEvent | None:
        of_command = self._kind.steps.c.command_id == command_id
        row = connection.execute(self._steps().where(of_command)).first()
        return None if row is None else self._kind.event_of(row)

    def _next_no(self, connection: sa.Connection) -> int:
        newest = sa.select(sa.func.max(self._row_no)).where(self._is_mine)
        return (connection.scalar(newest) or 0) + 1
