"""People as a table: CSV out, and CSV back in as the users it would make. Pure.

Theory: a row is somebody by user name; a column that is not there leaves what it is about as it is. Spreadsheets take
a cell that begins with `=`, `+`, `-`, `@`, a tab or a carriage return for a formula, so such a cell gets an apostrophe
in front, and loses it on the way back: what goes out comes in again equal. Everything that is wrong is told at once.
"""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from callcenter.auth.people import Known, PersonInvalid, check_person
from callcenter.auth.principal import Role
from callcenter.ports.people import User
from routing.ids import TeamId
from routing.model import CapacityRule, Channel

NO_PASSWORD: Final = "!"  # noqa: S105 - no hash: nobody can log in with it
"""Of people who come from a table: they can log in once somebody has set a password."""

_APOSTROPHE: Final = "'"
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_GUARDED: Final = (*_FORMULA, _APOSTROPHE)


class CellInvalid(ValueError):
    """A cell does not say what its column is about."""


class Problem(msgspec.Struct, frozen=True):
    """Why a table cannot be taken: the line, the column ("" for the whole line), and a plain sentence."""

    line: int
    column: str
    message: str


class Table(msgspec.Struct, frozen=True):
    """What a table makes of the people there are: users to store (version 0: new), and what is wrong with it."""

    users: tuple[User, ...]
    unchanged: int
    problems: tuple[Problem, ...]


class _Column(msgspec.Struct, frozen=True):
    """A column: the field of `User`, and how its value is written and read."""

    field: str
    write: Callable[[Any], str]
    read: Callable[[str], Any]


def guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return _APOSTROPHE + cell if cell.startswith(_GUARDED) else cell


def unguarded(cell: str) -> str:
    """The cell that was guarded."""
    return cell[1:] if cell[:1] == _APOSTROPHE and cell[1:].startswith(_GUARDED) else cell


def _numbers_written(numbers: Mapping[Any, int]) -> str:
    return " ".join(f"{name}={number}" for name, number in sorted(numbers.items()))


def _numbers_read(text: str) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for one in text.split():
        name, _, number = one.partition("=")
        if not name or not (number.isascii() and number.isdigit()) or name in numbers:
            raise CellInvalid(f"{one} is not a name and its number, such as zh=9, once")
        numbers[name] = int(number)
    return numbers


def _capacity_written(rule: CapacityRule | None) -> str:
    if rule is None:
        return ""
    weights = {f"{channel}-weight": units for channel, units in rule.weights.items()}
    return _numbers_written({"total": rule.total, **rule.per_channel, **weights})


def _capacity_read(text: str) -> CapacityRule | None:
    numbers = _numbers_read(text)
    if not numbers:
        return None
    weights = {
        name.removesuffix("-weight"): numbers.pop(name)
        for name in list(numbers)
        if name.endswith("-weight")
    }
    total = numbers.pop("total", None)
    unknown = [name for name in (*numbers, *weights) if name not in set(Channel)]
    if unknown:
        raise CellInvalid(f"{unknown[0]} is none of {', '.join(Channel)}")
    return CapacityRule(
        sum(numbers.values()) if total is None else total,
        {Channel(name): number for name, number in numbers.items()},
        {Channel(name): number for name, number in weights.items()},
    )


def _number_read(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise CellInvalid("it must be a number")
    return int(text)


def _is_yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise CellInvalid("it is yes or no")
    return text == "yes"


def _role_read(text: str) -> str:
    if text not in set(Role):
        raise CellInvalid(f"it is none of {', '.join(Role)}")
    return text


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLUMNS: Final[dict[str, _Column]] = {
    "username": _Column("username", str, str),
    "display_name": _Column("display_name", str, str),
    "role": _Column("role", str, _role_read),
    "team": _Column("team_id", str, TeamId),
    "queues": _Column("queue_ids", " ".join, _words),
    "primary_queue": _Column("primary_queue_id", str, str),
    "skills": _Column("skills", _numbers_written, _numbers_read),
    "chat_capacity": _Column("chat_capacity", str, _number_read),
    "capacity": _Column("capacity", _capacity_written, _capacity_read),
    "site": _Column("site", str, str),
    "phone": _Column("phone", str, str),
    "watched_teams": _Column("watched_team_ids", " ".join, _words),
    "language": _Column("language", str, str),
    "disabled": _Column("is_disabled", lambda is_so: "yes" if is_so else "no", _is_yes),
}
"""Column -> what it is about, in the order they are written."""

_NEEDED_OF_NEW: Final = ("display_name", "role", "team")


def write_table(users: Sequence[User]) -> str:
    """Everybody, a line each. No secrets."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for user in users:
        writer.writerow(
            guarded(column.write(getattr(user, column.field))) for column in COLUMNS.values()
        )
    return out.getvalue()


def read_table(text: str, users: Sequence[User], known: Known, new_id: Callable[[], str]) -> Table:
    """What a table would change of these users. Where there is a problem, nothing of it is to be stored."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        lines = [(rows.line_num, row) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as error:
        return Table((), 0, (Problem(rows.line_num, "", f"this is not CSV: {error}"),))
    header = [unguarded(cell.strip()) for cell in lines[0][1]] if lines else []
    problems = _of_header(header)
    if problems:
        return Table((), 0, problems)
    reading = _Reading({user.username: user for user in users}, known, new_id)
    for line, row in lines[1:]:
        reading.take(line, header, row)
    changed = () if reading.problems else tuple(reading.changed)
    return Table(changed, reading.unchanged, tuple(reading.problems))


def _of_header(header: Sequence[str]) -> tuple[Problem, ...]:
    problems = [
        Problem(1, name, f"there is no such column; there are {', '.join(COLUMNS)}")
        for name in header
        if name not in COLUMNS
    ]
    if len(set(header)) != len(header):
        problems.append(Problem(1, "", "a column is there twice"))
    if "username" not in header:
        problems.append(
            Problem(1, "username", "the first line names the columns, this one must be there")
        )
    return tuple(problems)


class _Reading:
    """Lines taken one by one."""

    def __init__(self, users: dict[str, User], known: Known, new_id: Callable[[], str]) -> None:
        self._users = users
        self._known = known
        self._new_id = new_id
        self._seen: set[str] = set()
        self.changed: list[User] = []
        self.unchanged = 0
        self.problems: list[Problem] = []

    def take(self, line: int, header: Sequence[str], row: Sequence[str]) -> None:
        """One line."""
        if len(row) != len(header):
            self.problems.append(
                Problem(line, "", f"it has {len(row)} cells instead of {len(header)}")
            )
            return
        cells = {name: unguarded(cell.strip()) for name, cell in zip(header, row, strict=True)}
        username = cells["username"]
        if username in self._seen:
            self.problems.append(Problem(line, "username", "this user name is there twice"))
            return
        self._seen.add(username)
        before = self._users.get(username)
        start = before or self._nobody(line, username, cells)
        after = start and self._changed(line, start, cells)
        if after is None:
            return
        if after == before:
            self.unchanged += 1
        else:
            self.changed.append(after)

    def _nobody(self, line: int, username: str, cells: Mapping[str, str]) -> User | None:
        """Somebody new, of whom the line must say the most important."""
        missing = [name for name in _NEEDED_OF_NEW if not cells.get(name)]
        self.problems += [Problem(line, name, "somebody new needs it") for name in missing]
        if missing:
            return None
        return User(
            user_id=self._new_id(),
            username=username,
            display_name="",
            role=Role.AGENT,
            team_id=TeamId(""),
            queue_ids=(),
            watched_team_ids=(),
            chat_capacity=3,
            password_hash=NO_PASSWORD,
            language="en",
            is_disabled=False,
            version=0,
        )

    def _changed(self, line: int, user: User, cells: Mapping[str, str]) -> User | None:
        values: dict[str, Any] = {}
        for name, cell in cells.items():
            column = COLUMNS[name]
            try:
                values[column.field] = column.read(cell)
            except CellInvalid as error:
                self.problems.append(Problem(line, name, f"{error}."))
                return None
        changed = msgspec.structs.replace(user, **values)
        try:
            check_person(changed, self._known)
        except PersonInvalid as error:
            column_of = {column.field: name for name, column in COLUMNS.items()}
            self.problems.append(Problem(line, column_of.get(error.field, ""), error.message))
            return None
        return changed
