"""An offer explained from the journal: from its start or from the newest snapshot, with the same result."""

import asyncio

import pytest

from callcenter.host.recount import (
    JournalTooLong,
    RecountedOffer,
    Wanted,
    permits,
    recount,
)
from callcenter.host.recovery import JournalDamaged
from routing import commands as cmd
from routing.events import PermitRefused
from routing.ids import AgentId, CampaignId, ContactId, PermitId
from routing.model import CampaignFacts, Channel, Dial, Party
from routing.reasons import ReasonCode
from tests.unit.callcenter.host.host_stage import DOMAIN, HostStage, chat, running
from tests.unit.routing.scene import SALES

pytestmark = pytest.mark.looptime

C1, C2 = ContactId("c1"), ContactId("c2")


async def reject(stage: HostStage, contact_id: ContactId) -> None:
    """Whoever is offered it says no."""
    ((agent_id, offer_id),) = stage.state.contacts[contact_id].asked.items()
    await stage.send(cmd.RejectOffer(offer_id, agent_id))


async def two_contacts(stage: HostStage) -> None:
    """Two agents; c1 is refused by the first and offered to the second, c2 waits for the re-offer gap."""
    await stage.ready("ann")
    await stage.ready("bob")
    await stage.send(chat("c1"))
    await reject(stage, C1)
    await asyncio.sleep(1)
    await stage.send(chat("c2"))


async def told(
    stage: HostStage, wanted: Wanted, events_max: int | None = None
) -> list[RecountedOffer]:
    return await recount(stage.store.journal, DOMAIN, wanted, events_max=events_max)


async def test_every_offer_of_a_contact_is_told_in_order() -> None:
    async with running(HostStage()) as stage:
        await two_contacts(stage)
        found = await told(stage, Wanted(C1))
        assert [(one.number, one.explanation.agent_id) for one in found] == [(1, "ann"), (2, "bob")]
        assert all(one.explanation.is_confirmed for one in found)
        assert [one.explanation.offer_id for one in found] == ["c1.1", "c1.2"]
        [second] = await told(stage, Wanted(C1, number=2))
        assert second == found[1]
        assert await told(stage, Wanted(C1, number=3)) == []
        assert await told(stage, Wanted(ContactId("nobody's"))) == []


async def test_why_not_somebody_is_told_of_that_moment() -> None:
    async with running(HostStage()) as stage:
        await two_contacts(stage)
        [offer] = await told(stage, Wanted(C1, number=2, agent_id=AgentId("ann")))
        assert offer.verdict is not None
        assert [one.code for one in offer.verdict.reasons] == [ReasonCode.EXCLUDED]
        [offer] = await told(stage, Wanted(C1, number=1, agent_id=AgentId("bob")))
        assert offer.verdict is not None
        assert offer.verdict.filter is None
        [offer] = await told(stage, Wanted(C1, number=1, agent_id=AgentId("nobody")))
        assert offer.verdict is None


async def test_a_snapshot_saves_the_folding_and_changes_nothing() -> None:
    stage = HostStage()
    async with running(stage):
        await two_contacts(stage)
    again = HostStage(stage.store)
    async with running(again):
        await again.send(chat("c3"))
        await again.ready("cid")
        whole = [await told(again, Wanted(ContactId(one))) for one in ("c1", "c2", "c3")]
        # What lies before the snapshot is not read for what came after it: damage there is not met.
        again.journal.change(1, payload=b"damaged")
        assert await told(again, Wanted(ContactId("c3"), number=1), 0) == whole[2][:1]
        with pytest.raises(JournalDamaged):
            await told(again, Wanted(C1))


async def test_a_journal_that_is_too_long_is_not_read() -> None:
    async with running(HostStage()) as stage:
        await two_contacts(stage)
        with pytest.raises(JournalTooLong):
            await told(stage, Wanted(C1), 3)


async def test_it_stops_at_the_end_of_the_contact() -> None:
    async with running(HostStage()) as stage:
        await two_contacts(stage)
        await stage.send(cmd.EndContact(C1, Party.CUSTOMER))
        await stage.send(chat("c3"))
        last_seq = stage.state.seq
        stage.journal.change(last_seq, payload=b"damaged")
        with pytest.raises(JournalDamaged):
            await told(stage, Wanted(C2))
        assert len(await told(stage, Wanted(C1))) == 2


async def test_every_answer_to_a_campaign_is_found_even_where_nothing_has_arrived() -> None:
    def asked(contact_id: ContactId, fault: str = "") -> cmd.EnqueueContact:
        facts = CampaignFacts(CampaignId("spring"), fault)
        dial = Dial(PermitId(f"spring.{contact_id}.1"), 1_000, campaign=facts)
        return cmd.EnqueueContact(contact_id, Channel.OUTBOUND_VOICE, SALES, dial=dial)

    async with running(HostStage()) as stage:
        await stage.ready("ann")
        for command in (asked(C1, "too_soon"), asked(C2), asked(C1)):
            await stage.send(command)
        found = await permits(stage.store.journal, DOMAIN, C1)
        assert [event.reason for _, event in found if isinstance(event, PermitRefused)] == [
            "too_soon",
            "no_agent_free",
        ]
        assert C1 not in stage.state.contacts
        assert await permits(stage.store.journal, DOMAIN, ContactId("nobody's")) == []
