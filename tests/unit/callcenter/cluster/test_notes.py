"""What the router says of a contact stands over what a gateway knows itself, bounded, and is told once."""

import asyncio

import pytest

from agents.desk import Introduction
from agents.protocol import AskedCard, CallCard, EmailCard
from callcenter.cluster import limits, notes
from callcenter.cluster.notes import CardsElsewhere, CardTeller
from callcenter.cluster.wire import Asked, Card, Note
from routing.ids import AgentId, ContactId
from tests.looking import pause

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


class Told(notes.Notes):
    """What was told, without anybody who hears it."""

    def __init__(self) -> None:
        self.all: list[Note] = []

    def tell(self, note: Note) -> None:
        self.all.append(note)


async def test_what_agents_are_asked_is_told_when_it_changes_and_now_and_then_all_of_it() -> None:
    told, now_s = Told(), [0.0]
    asked = {AgentId(name): AskedCard("c-1", "Ann", "ringing", 0) for name in ("bob", "eva")}
    teller = CardTeller(
        told,
        own,
        open_contacts=lambda: [CONTACT],
        questions=lambda: asked,
        monotonic_s=lambda: now_s[0],
    )
    telling = asyncio.create_task(teller.run())
    try:
        for name in ("bob", "gone"):
            teller.asked(AgentId(name))
        while not told.all:
            await pause()
        assert told.all == [Asked({AgentId("bob"): asked[AgentId("bob")]})]
        now_s[0] = limits.CARDS_AGAIN_S
        while len(told.all) < 3:
            await pause()
        assert told.all[1:] == [Asked(asked, is_all=True), Card(CONTACT, mail(1))]
    finally:
        telling.cancel()
        await asyncio.gather(telling, return_exceptions=True)
