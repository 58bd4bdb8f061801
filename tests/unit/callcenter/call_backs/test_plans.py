import msgspec
import pytest

from callcenter.call_backs.plans import CallBackRule, Lateness, Window, apology, lateness, window
from callcenter.call_backs.register import Register
from callcenter.ports.call_backs import CallBack, CallBackState
from routing.calendars import OpenHours
from routing.ids import ContactId, QueueId
from tests.contract.test_call_backs import promise

S = CallBackState
HOURS = OpenHours(0, 1_000, (100, 200, 300, 400))


@pytest.mark.parametrize(
    ("at_ms", "expected"),
    [
        (50, Window(100, 200)),
        (100, Window(100, 200)),
        (250, Window(300, 400)),
        (350, Window(350, 400)),
        (450, None),
        (2_000, Window(2_000)),
    ],
)
def test_the_first_time_in_which_customers_are_called(at_ms: int, expected: Window | None) -> None:
    assert window(HOURS, at_ms) == expected


def test_a_queue_without_hours_calls_at_any_time() -> None:
    assert window(None, 5) == Window(5)


def test_whom_nobody_is_there_for_hears_something() -> None:
    assert set(apology(CallBackRule())) == {"en", "zh"}
    assert apology(CallBackRule(apology={"en": "Sorry"})) == {"en": "Sorry"}


@pytest.mark.parametrize(
    ("fields", "now_ms", "expected"),
    [
        ({"promised_at_ms": 500}, 400, Lateness(0, "not_yet")),
        ({"promised_at_ms": 420, "last_outcome": "busy"}, 450, Lateness(30, "closed")),
        ({"promised_at_ms": 310, "last_outcome": "busy"}, 350, Lateness(40, "busy")),
        (
            {"promised_at_ms": None, "made_at_ms": 300, "last_outcome": ""},
            350,
            Lateness(50, "not_yet"),
        ),
        ({"state": S.WAITING, "promised_at_ms": 300}, 350, Lateness(50, "no_agent")),
        ({"state": S.DIALLING, "promised_at_ms": 300}, 350, Lateness(50, "")),
        ({"state": S.DONE, "promised_at_ms": 300}, 350, Lateness(0, "")),
    ],
)
def test_why_one_is_late(fields: dict[str, object], now_ms: int, expected: Lateness) -> None:
    assert lateness(promise("b1", **fields), HOURS, now_ms) == expected


def moved(row: CallBack, **fields: object) -> CallBack:
    return msgspec.structs.replace(row, **fields)


def test_the_register_finds_the_open_ones() -> None:
    register, sales = Register(), QueueId("sales")
    young = promise("b1", age_origin_ms=900, contact_id=None)
    old = promise("b2", customer_key="k2", age_origin_ms=800, state=S.WAITING, contact_id=None)
    for row in (young, old):
        register.put(row)
    assert register.all() == [old, young]
    assert register.waiting() == {sales: [old]}
    assert register.of_customer(sales, "k1") == young
    dialled = moved(old, state=S.DIALLING, contact_id=ContactId("c9"))
    register.put(dialled)
    assert register.of_contact(ContactId("c9")) == dialled
    assert register.waiting() == {}
    register.put(moved(dialled, state=S.DONE))
    assert register.of_contact(ContactId("c9")) is None
    assert register.of_customer(sales, "k2") is None
    assert register.all() == [young]


def test_what_is_due_is_told_once_and_what_has_moved_is_not() -> None:
    register = Register()
    row = promise("b1", due_at_ms=2_000)
    register.put(row)
    assert register.next_due_ms() == 2_000
    assert list(register.due(1_999)) == []
    later = moved(row, due_at_ms=3_000)
    register.put(later)
    assert list(register.due(2_500)) == []
    assert list(register.due(3_000)) == [later]
    assert list(register.due(9_000)) == []
    register.look_at("b1", 9_000)
    register.look_at("gone", 9_000)
    assert list(register.due(9_000)) == [later]
