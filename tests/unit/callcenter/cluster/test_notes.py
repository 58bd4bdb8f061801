"""What the router says of a contact stands over what a gateway knows itself, bounded, and is told once."""

import pytest

from agents.desk import Introduction
from agents.protocol import CallCard, EmailCard
from callcenter.cluster import notes
from callcenter.cluster.notes import CardsElsewhere
from callcenter.cluster.wire import Card
from routing.ids import ContactId

CONTACT = ContactId("c-1")
CALL = CallCard("talking", 1_000, "...789", "en", "100")


def mail(revision: int) -> EmailCard:
    return EmailCard("Hello", "help", 1, 0, revision, None)


def own(_contact_id: ContactId) -> Introduction:
    return Introduction(customer_name="Eva", email=mail(1))


def test_what_the_router_knows_stands_over_what_is_known_here() -> None:
    cards = CardsElsewhere()
    introduce = cards.over(own)
    assert introduce(CONTACT) == own(CONTACT)
    cards.take(Card(CONTACT, mail(2), CALL))
    assert introduce(CONTACT) == Introduction(customer_name="Eva", email=mail(2), call=CALL)
    cards.take(Card(CONTACT))
    assert introduce(CONTACT) == own(CONTACT)


def test_desks_are_sent_when_a_card_has_changed_alone() -> None:
    cards, changed = CardsElsewhere(), list[ContactId]()
    cards.on_change = changed.append
    for revision in (1, 1, 2):
        cards.take(Card(CONTACT, mail(revision)))
    assert changed == [CONTACT, CONTACT]


def test_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notes, "CARDS_KEPT", 2)
    cards = CardsElsewhere()
    introduce = cards.over(own)
    for number in range(3):
        cards.take(Card(ContactId(f"c-{number}"), None, CALL))
    assert [introduce(ContactId(f"c-{number}")).call for number in range(3)] == [None, CALL, CALL]
