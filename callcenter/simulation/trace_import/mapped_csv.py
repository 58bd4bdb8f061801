"""Any CSV export with one call in a row, read by a mapping file that says which column is what.

day: {column: day, first: 1}          # optional: the clock columns count seconds within this day
at: [q_start, ser_start]              # when it joined the queue: the first of these columns that holds something
time_format: seconds                  # seconds (default), or a format of strptime such as "%Y-%m-%d %H:%M:%S"
missing: ["", "0"]                    # texts that mean nothing is there (default: the empty one)
class: [type, prio]                   # columns whose texts, joined by -, name the class
class_names: {PS-0: PS, PS-1: PS}     # optional: other names
skill: [type]                         # what an agent must know (default: the class)
wait: q_time                          # seconds; nothing there = 0
service: ser_time                     # seconds
agent: server
outcome: {column: outcome, answered: [AGENT], abandoned: [HANG]}
credit_s: {PS-2: 90}                  # optional: for the scenario, by class
priority: {PS-2: 1}                   # optional: the same
"""

import csv
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec

from callcenter.simulation.trace_import.calls import Imported, RealCall, TraceError, Unused

DAY_S = 86_400
Columns = Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]


class Day(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A column that numbers days."""

    column: str
    first: int = 1


class Outcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which texts of a column mean what; rows with others are not used."""

    column: str
    answered: tuple[str, ...]
    abandoned: tuple[str, ...]


class Mapping(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The mapping file."""

    at: Columns
    class_columns: Columns = msgspec.field(name="class")
    outcome: Outcome
    service: str
    agent: str
    wait: str
    day: Day | None = None
    time_format: str = "seconds"
    missing: tuple[str, ...] = ("",)
    class_names: dict[str, str] = {}
    skill: tuple[str, ...] = ()
    credit_s: dict[str, float] = {}
    priority: dict[str, int] = {}

    def columns(self) -> set[str]:
        """Every column it speaks of."""
        named = {*self.at, *self.class_columns, *self.skill, self.outcome.column}
        named |= {self.service, self.agent, self.wait}
        return named | ({self.day.column} if self.day is not None else set())


class _Refused(Exception):
    """The row cannot be used; the message is the reason."""


def read_csv(lines: Iterable[str], mapping: Mapping) -> Imported:
    """Every row as a call or as unused. Raises TraceError when columns of the mapping are not there."""
    rows = csv.DictReader(lines)
    lacking = sorted(mapping.columns() - {*(rows.fieldnames or ())})
    if lacking:
        raise TraceError(f"line 1: there is no column {', '.join(lacking)}")
    imported = Imported()
    for row in rows:
        imported.rows += 1
        try:
            imported.calls.append(_call(mapping, row))
        except _Refused as refused:
            imported.unused.append(Unused(rows.line_num, str(refused)))
    return imported


def _call(mapping: Mapping, row: dict[str, str]) -> RealCall:
    outcome = row[mapping.outcome.column]
    is_answered = outcome in mapping.outcome.answered
    if not is_answered and outcome not in mapping.outcome.abandoned:
        raise _Refused(f"outcome {outcome or 'empty'}")
    at_s = _at_s(mapping, row)
    wait_s = _seconds(mapping, row, mapping.wait)
    name = "-".join(row[column] for column in mapping.class_columns)
    name = mapping.class_names.get(name, name)
    skill = "-".join(row[column] for column in mapping.skill) or name
    if not is_answered:
        return RealCall(at_s, name, skill, wait_s)
    if not row[mapping.agent]:
        raise _Refused("answered, but the agent is empty")
    service_s = _seconds(mapping, row, mapping.service)
    return RealCall(at_s, name, skill, wait_s, row[mapping.agent], service_s)


def _at_s(mapping: Mapping, row: dict[str, str]) -> float:
    texts = (row[column].strip() for column in mapping.at)
    text = next((text for text in texts if text not in mapping.missing), None)
    if text is None:
        raise _Refused("no time at which it joined the queue")
    try:
        if mapping.time_format == "seconds":
            at_s = float(text)
        else:  # without a zone both ends of every difference are read alike
            at_s = datetime.strptime(text, mapping.time_format).timestamp()  # noqa: DTZ007
        if mapping.day is not None:
            at_s += (int(row[mapping.day.column]) - mapping.day.first) * DAY_S
    except ValueError as error:
        raise _Refused("the time at which it joined the queue cannot be read") from error
    return at_s


def _seconds(mapping: Mapping, row: dict[str, str], column: str) -> float:
    text = row[column].strip()
    if text in mapping.missing:
        return 0.0
    try:
        value_s = float(text)
    except ValueError as error:
        raise _Refused(f"{column} is not a number") from error
    if value_s < 0:
        raise _Refused(f"{column} is negative")
    return value_s
