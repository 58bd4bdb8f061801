"""People as a table: what goes out comes in again, and nothing in it is a formula."""

import csv
import io
from typing import Any

import msgspec
import pytest

from callcenter.auth.people import Known
from callcenter.auth.people_csv import Table, guarded, read_table, unguarded, write_table
from callcenter.ports.people import User
from routing.ids import TeamId
from routing.model import CapacityRule, Channel

KNOWN = Known(
    queue_ids=("sales", "help"), team_ids=("north",), skill_ids=("zh", "en"), site_ids=("berlin",)
)
ANN = User(
    user_id="u-ann",
    username="ann",
    display_name="Ann, the first",
    role="agent",
    team_id=TeamId("north"),
    queue_ids=("sales", "help"),
    watched_team_ids=(),
    chat_capacity=3,
    password_hash="#",  # noqa: S106 - of nothing
    language="zh-CN",
    is_disabled=False,
    version=4,
    skills={"zh": 9, "en": 4},
    site="berlin",
    capacity=CapacityRule(4, {Channel.CHAT: 3, Channel.VOICE: 1}, {Channel.VOICE: 4}),
    primary_queue_id="help",
    phone="1001",
)
SAM = msgspec.structs.replace(
    ANN,
    user_id="u-sam",
    username="sam",
    display_name='=HYPERLINK("http://evil.example","click")',
    role="supervisor",
    watched_team_ids=("north",),
    skills={},
    capacity=None,
    site="",
    is_disabled=True,
)


def read(text: str, *users: User) -> Table:
    """With ids that count."""
    return read_table(text, users or (ANN, SAM), KNOWN, lambda: "u-new")


def test_what_goes_out_comes_in_again() -> None:
    text = write_table((ANN, SAM))
    assert read(text) == Table((), 2, ())
    assert read("\ufeff" + text) == Table((), 2, ())
    assert "password" not in text
    anew = read_table(text, (), KNOWN, lambda: "u").users
    same: dict[str, Any] = {"user_id": "u", "password_hash": "!", "version": 0}
    assert anew == tuple(msgspec.structs.replace(one, **same) for one in (ANN, SAM))


@pytest.mark.parametrize(
    "cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "'=1", "''", "'x", "x", ""]
)
def test_no_cell_is_a_formula_and_every_cell_comes_back(cell: str) -> None:
    assert not guarded(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert unguarded(guarded(cell)) == cell


def test_every_cell_of_a_table_is_guarded() -> None:
    rows = list(csv.reader(io.StringIO(write_table((SAM,)))))
    assert rows[1][1] == "'" + SAM.display_name


def test_a_column_that_is_not_there_stays_as_it_is() -> None:
    table = read("username,skills\r\nann,zh=10\r\n\r\nsam,\r\n")
    assert table == Table((msgspec.structs.replace(ANN, skills={"zh": 10}),), 1, ())


def test_somebody_new_cannot_log_in_yet() -> None:
    table = read("username,display_name,role,team,queues,skills\nmax,Max,agent,north,sales,zh=3\n")
    (new,) = table.users
    assert (new.user_id, new.version, new.password_hash) == ("u-new", 0, "!")
    assert (new.queue_ids, new.skills, new.chat_capacity) == (("sales",), {"zh": 3}, 3)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, "username"),
        ("username,colour\nann,red", 1, "colour"),
        ("username,role,role\nann,agent,agent", 1, ""),
        ("role\nagent", 1, "username"),
        ('username\n"ann', 2, ""),
        ("username,role\nann", 2, ""),
        ("username\nann\nann", 3, "username"),
        ("username,role\nann,owner", 2, "role"),
        ("username,skills\nann,zh", 2, "skills"),
        ("username,skills\nann,zh=3 zh=4", 2, "skills"),
        ("username,skills\nann,fr=3", 2, "skills"),
        ("username,chat_capacity\nann,three", 2, "chat_capacity"),
        ("username,capacity\nann,smoke=3", 2, "capacity"),
        ("username,disabled\nann,maybe", 2, "disabled"),
        ("username,team\nann,south", 2, "team"),
        ("username,queues\nann,sales west", 2, "queues"),
        ("username,display_name,role\nmax,Max,agent", 2, "team"),
        ("username,display_name,role,team\nMax!,Max,agent,north", 2, "username"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, line: int, column: str) -> None:
    table = read(text)
    assert (table.problems[0].line, table.problems[0].column) == (line, column)
    assert table.users == ()


def test_all_problems_are_told_at_once_and_nothing_is_to_be_stored() -> None:
    table = read("username,site\nann,nowhere\nsam,berlin\nzoe,x")
    places = [(one.line, one.column) for one in table.problems]
    assert places == [(2, "site"), (4, "display_name"), (4, "role"), (4, "team")]
    assert table.users == ()


def test_a_capacity_without_a_total_may_be_full_on_all_channels() -> None:
    (changed,) = read("username,capacity\nann,chat=2 voice=1").users
    assert changed.capacity == CapacityRule(3, {Channel.CHAT: 2, Channel.VOICE: 1})
