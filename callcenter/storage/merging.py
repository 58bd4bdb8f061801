"""Several changes of one row become one: a contact's ten events within a commit cost one upsert, not ten."""

from collections.abc import Sequence
from typing import Any

import msgspec

from callcenter.ports.journal import RowChange


class MergedChange(msgspec.Struct):
    """All changes of one row; a column is either put or added to, never both."""

    key: dict[str, Any]
    put: dict[str, Any]
    add: dict[str, int]

    def take(self, change: RowChange) -> None:
        """Take in a later change of the same row."""
        for column, value in change.put.items():
            self.add.pop(column, None)
            self.put[column] = value
        for column, count in change.add.items():
            if column in self.put:
                self.put[column] += count
            else:
                self.add[column] = self.add.get(column, 0) + count


Shape = tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]
"""Table, key columns, put columns, added columns: what decides the statement."""


def merge(changes: Sequence[RowChange]) -> dict[Shape, list[MergedChange]]:
    """One change per row, grouped by the statement they need."""
    rows: dict[tuple[str, tuple[tuple[str, Any], ...]], MergedChange] = {}
    for change in changes:
        row = (change.table, tuple(change.key.items()))
        merged = rows.get(row)
        if merged is None:
            merged = rows[row] = MergedChange(key=change.key, put={}, add={})
        merged.take(change)
    shapes: dict[Shape, list[MergedChange]] = {}
    for (table, _), merged in rows.items():
        shape = (table, tuple(merged.key), tuple(sorted(merged.put)), tuple(sorted(merged.add)))
        shapes.setdefault(shape, []).append(merged)
    return shapes
