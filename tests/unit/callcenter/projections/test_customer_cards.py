"""A customer's card: looked up when a desk shows the contact, never waited for, forgotten with the contact."""

import asyncio

import pytest

from agents.desk import Introduction
from agents.protocol import CustomerCard
from callcenter.host.envelope import Published
from callcenter.limits import (
    CUSTOMER_CARD_CONTACTS_MAX,
    CUSTOMER_CARD_WAIT_MS,
)
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.profiles import Profile
from callcenter.ports.read_models import Interaction
from callcenter.projections import customer_cards
from callcenter.projections.customer_cards import CustomerCards
from callcenter.storage.memory.store import MemoryStore
from callcenter.tasks import owned
from routing import commands as cmd
from routing.ids import AgentId, ContactId
from routing.model import Channel, Party
from tests.contract.rows import interaction
from tests.unit.routing.scene import SALES, Scene

pytestmark = pytest.mark.looptime

C1 = ContactId("c1")
VIP = Profile(
    customer_key="carol",
    address="carol@example.org",
    tier="vip",
    language="zh",
    owner_agent_id=AgentId("ann"),
    has_open_complaint=True,
)


class SlowInteractions:
    """A log that takes its time, or fails."""

    def __init__(self, takes_ms: int, error: Exception | None = None) -> None:
        self._takes_s = takes_ms / 1000
        self._error = error
        self.reads = 0

    async def of_customer(self, _customer_key: str, _limit: int) -> list[Interaction]:
        """After a while."""
        self.reads += 1
        await asyncio.sleep(self._takes_s)
        if self._error is not None:
            raise self._error
        return []


class Counter:
    """A scene whose contacts are introduced with cards."""

    def __init__(self, interactions: object | None = None) -> None:
        self.scene = Scene()
        self.store = MemoryStore()
        self.told: list[ContactId] = []
        self.cards = CustomerCards(
            lambda _: Introduction("Carol"),
            self.store.profiles,
            interactions or self.store.interactions,  # type: ignore[arg-type]
            mirror=lambda: self.scene.engine.state,
            name=lambda agent_id: agent_id.title(),
        )
        self.cards.listen(self.told.append)

    def arrive(self, contact_id: str, customer_key: str) -> None:
        """A customer of this key writes."""
        self.scene.do(cmd.EnqueueContact(ContactId(contact_id), Channel.CHAT, SALES, customer_key))

    async def card(self, contact_id: str = "c1") -> CustomerCard | None:
        """The card once there was time to find it."""
        async with owned(self.cards.run(), "cards"):
            await asyncio.sleep(0)
            self.cards(ContactId(contact_id))
            await asyncio.sleep(2 * CUSTOMER_CARD_WAIT_MS / 1000)
        return self.cards(ContactId(contact_id)).customer


async def test_profile_and_last_contacts_newest_first() -> None:
    counter = Counter()
    counter.arrive("c1", "carol")
    await counter.store.profiles.put([VIP])
    rows = [
        interaction(
            contact_id,
            customer_key="carol",
            agent_id="bob",
            queue_id="sales",
            arrived_at_ms=at_ms,
        )
        for at_ms, contact_id in enumerate([*(f"old-{n}" for n in range(9)), "c1"])
    ]
    await counter.store.rows.commit("interactions", 10, rows)
    assert counter.cards(C1) == Introduction("Carol"), "nothing is waited for"
    card = await counter.card()
    assert card is not None
    assert (card.tier, card.language, card.owner_name) == ("vip", "zh", "Ann")
    assert card.has_open_complaint
    newest = [f"old-{8 - n}" for n in range(CUSTOMER_CARD_CONTACTS_MAX)]
    assert [one.contact_id for one in card.last_contacts] == newest, "without the contact itself"
    assert card.last_contacts[0].agent_name == "Bob"
    assert counter.told == [C1]


async def test_a_customer_nobody_knows_has_an_empty_card() -> None:
    counter = Counter()
    counter.arrive("c1", "carol")
    card = await counter.card()
    assert card is not None
    assert (card.tier, card.owner_agent_id, card.last_contacts) == ("", None, [])


async def test_who_left_no_address_has_no_card() -> None:
    counter = Counter(interactions := SlowInteractions(0))
    counter.arrive("c1", "")
    assert await counter.card() is None
    assert interactions.reads == 0


@pytest.mark.parametrize(
    "interactions",
    [
        SlowInteractions(CUSTOMER_CARD_WAIT_MS * 3),
        SlowInteractions(0, StorageUnavailable("disk")),
    ],
    ids=["slow", "failing"],
)
async def test_what_cannot_be_found_is_left_out_and_asked_for_again(
    interactions: SlowInteractions,
) -> None:
    counter = Counter(interactions)
    counter.arrive("c1", "carol")
    assert await counter.card() is None
    assert counter.told == []
    assert interactions.reads == 1
    await counter.card()
    assert interactions.reads == 2


async def test_only_so_many_are_looked_up_at_once_and_each_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(customer_cards, "CUSTOMER_CARD_LOOKUPS_MAX", 3)
    counter = Counter(interactions := SlowInteractions(500))
    for n in range(5):
        counter.arrive(f"c{n}", "carol")
    async with owned(counter.cards.run(), "cards"):
        await asyncio.sleep(0)
        for n in range(5):
            counter.cards(ContactId(f"c{n}"))
            counter.cards(ContactId(f"c{n}"))
        await asyncio.sleep(0.1)
        assert interactions.reads == 3


async def test_a_card_goes_with_its_contact() -> None:
    counter = Counter()
    counter.arrive("c1", "carol")
    assert await counter.card() is not None
    told = len(counter.scene.journal)
    counter.scene.do(cmd.EndContact(C1, Party.CUSTOMER))
    assert not counter.scene.is_open("c1")
    counter.cards.on_published(Published(told + 1, counter.scene.journal[told:], ()))
    assert counter.cards(C1).customer is None
