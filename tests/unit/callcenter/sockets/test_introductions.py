"""Who the customers of open contacts are, kept exactly as long as the contacts are open."""

import msgspec

from agents.desk import Introduction
from callcenter.host.envelope import Published
from callcenter.ports.journal import Detail, JournalBatch
from callcenter.projections.introductions import OPENING_CHARACTERS_MAX, Introductions
from callcenter.projections.transcript import (
    CUSTOMER,
    MESSAGE,
    Customer,
    Line,
    chat_message,
    customer_of_detail,
)
from callcenter.storage.memory.store import MemoryStore
from routing.events import ContactClosed, ContactOutcome
from routing.ids import ContactId, DetailId, QueueId
from routing.model import Party

C1 = ContactId("c1")


def row(kind: str, value: object, seq: int = 1, contact_id: ContactId = C1) -> Detail:
    """A stored row."""
    return Detail(contact_id, DetailId(f"{kind}-{seq}"), kind, msgspec.json.encode(value), 7, seq)


def line(text: str, seq: int = 1, contact_id: ContactId = C1) -> Detail:
    """A message."""
    return row(MESSAGE, Line(Party.CUSTOMER, "Carol", text, "client-1"), seq, contact_id)


CAROL = row(CUSTOMER, Customer("Carol", "carol@example.org", "zh"))
CLOSED = ContactClosed(1, C1, QueueId("q"), ContactOutcome.HANDLED, None, None)


def noted(*details: Detail) -> Introductions:
    """What is known after these were published."""
    introductions = Introductions()
    introductions.on_published(Published(1, [], details))
    return introductions


def test_customer_and_opening_in_any_order() -> None:
    expected = Introduction("Carol", "zh", "first")
    assert noted(CAROL, line("first"), line("second", 2))(C1) == expected
    assert noted(line("first"), CAROL, line("second", 2))(C1) == expected


def test_only_so_much_of_the_opening_is_kept() -> None:
    assert len(noted(line("x" * 4_000))(C1).opening_text) == OPENING_CHARACTERS_MAX


def test_nothing_is_known_of_others_and_of_those_who_left() -> None:
    introductions = noted(CAROL, row("notes", Line("agent", "Ann", "secret"), 3))
    assert introductions(ContactId("c2")) == Introduction()
    assert introductions(C1) == Introduction("Carol", "zh", "")
    introductions.on_published(Published(2, [CLOSED], []))
    assert introductions(C1) == Introduction()
    introductions.on_published(Published(3, [CLOSED], []))
    assert introductions._by_contact == {}


def test_rows_that_cannot_be_read_are_empty_and_no_error() -> None:
    broken = msgspec.structs.replace(CAROL, body=b"{no json")
    assert customer_of_detail(broken) == Customer()
    assert noted(broken)(C1) == Introduction()
    shown = chat_message(msgspec.structs.replace(line("x"), body=b"\xff"))
    assert (shown.author, shown.text, shown.seq) == ("system", "", 1)


def test_a_line_as_it_is_shown() -> None:
    shown = chat_message(line("hello", 5))
    assert (shown.message_id, shown.author, shown.author_name) == ("client-1", "customer", "Carol")
    assert (shown.text, shown.seq, shown.at_ms) == ("hello", 5, 7)
    own = chat_message(row(MESSAGE, Line(Party.AGENT, "Ann", "hi"), 6))
    assert own.message_id == "message-6"  # without a client's id, the row's


async def test_after_a_restart_they_are_read_back() -> None:
    store = MemoryStore()
    other = line("of another", 9, ContactId("c2"))
    await store.journal.append(JournalBatch((), (CAROL, line("first"), line("more", 2), other), ()))
    introductions = Introductions()
    await introductions.load(store.details, [C1, ContactId("without rows")])
    assert introductions(C1) == Introduction("Carol", "zh", "first")
    assert introductions(ContactId("c2")) == Introduction()
