"""Campaigns, entries, suppressions and attempts: what every store does with them."""

import msgspec
import pytest

from callcenter.ports.campaigns import (
    Attempt,
    Campaign,
    Entry,
    ListImport,
    Plan,
    Suppression,
    is_of_campaign,
    mark_of,
    permit_id_of,
)
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.journal import JournalBatch, RowChange
from callcenter.ports.store import Store
from crm_link.outbound.judging import NEVER_DIALLED
from crm_link.outbound.model import CampaignMode, CampaignState, EntryState, Result
from routing.ids import ContactId, PermitId, QueueId

CAMPAIGN = "spring"


def campaign(
    campaign_id: str = CAMPAIGN, queue_id: str = "sales", version: int = 1, **fields: object
) -> Campaign:
    plan = Plan(
        name="春季茶壶",
        queue_id=QueueId(queue_id),
        mode=CampaignMode.PREVIEW,
        pack_id="cn",
        from_minute=540,
        until_minute=1200,
        weekdays=(1, 2, 3),
        attempts_max=3,
        gap_ms=60_000,
        per_number_day=1,
        ring_ms=25_000,
        results={"solved": Result.INTERESTED},
    )
    plain = Campaign(
        campaign_id=campaign_id,
        plan=plan,
        state=CampaignState.RUNNING,
        made_at_ms=5,
        made_by="u-sam",
        version=version,
    )
    return msgspec.structs.replace(plain, **fields)


def entry(n: int = 1, **fields: object) -> Entry:
    plain = Entry(
        campaign_id=CAMPAIGN,
        entry_id=f"e{n}",
        list_id="l1",
        line=n + 1,
        number=f"+861380000000{n}",
        customer_key=f"c{n}",
        name="王芳",
        consent_at_ms=3,
        due_at_ms=10,
    )
    return msgspec.structs.replace(plain, **fields)


def suppression(key: str, number: str, reason: str, **fields: object) -> Suppression:
    plain = Suppression(customer_key=key, number=number, reason=reason, at_ms=5, by="u-sam")
    return msgspec.structs.replace(plain, **fields)


def import_(list_id: str = "l1", taken: int = 2) -> ListImport:
    return ListImport(
        campaign_id=CAMPAIGN,
        list_id=list_id,
        name="spring.csv",
        at_ms=10,
        by="u-sam",
        taken=taken,
        faults=((7, "number_invalid"),),
    )


def attempt(n: int = 1, **fields: object) -> Attempt:
    plain = Attempt(
        contact_id=ContactId(f"k{n}"),
        campaign_id=CAMPAIGN,
        entry_id="e1",
        permit_id=PermitId(f"{CAMPAIGN}.e1.{n}"),
        customer_key="c1",
        asked_at_ms=100 + n,
        pack_id="cn",
        campaign_version=1,
        suppression_version=0,
        consent_at_ms=3,
    )
    return msgspec.structs.replace(plain, **fields)


async def ask(store: Store, asked: Attempt) -> None:
    """As it is committed with the engine's answer."""
    names = ("campaign_id", "entry_id", "permit_id", "customer_key", "asked_at_ms", "pack_id")
    put = {name: getattr(asked, name) for name in (*names, "campaign_version", "consent_at_ms")}
    row = RowChange("campaign_attempts", {"contact_id": asked.contact_id}, put)
    await store.journal.append(JournalBatch([], [], [], [row]))


async def test_a_campaign_is_changed_from_the_version_that_was_seen(store: Store) -> None:
    rows, made = store.campaigns, campaign()
    await rows.put(made)
    assert await rows.get(CAMPAIGN) == made
    assert await rows.get("other") is None
    with pytest.raises(ChangedMeanwhile):
        await rows.put(made)
    paused = campaign(version=2, state=CampaignState.PAUSED)
    await rows.put(paused)
    await rows.put(campaign("autumn", made_at_ms=6))
    assert [one.campaign_id for one in await rows.all()] == ["autumn", CAMPAIGN]
    assert await rows.get(CAMPAIGN) == paused


async def test_the_same_list_is_taken_once_and_a_number_has_one_entry(store: Store) -> None:
    rows = store.campaigns
    first = await rows.add_list(import_(), [entry(1), entry(2)])
    assert first == import_()
    assert await rows.add_list(import_(), [entry(3)]) == first
    second = await rows.add_list(import_("l2", 2), [entry(2, line=4), entry(3)])
    assert (second.taken, second.faults) == (1, ((4, "duplicate"), (7, "number_invalid")))
    assert await rows.counts(CAMPAIGN) == {"waiting": 3}
    assert {one.list_id for one in await rows.lists(CAMPAIGN)} == {"l1", "l2"}
    part = await rows.entries(CAMPAIGN, EntryState.WAITING, after="e1", limit=1)
    assert [one.entry_id for one in part] == ["e2"]
    assert await rows.entries(CAMPAIGN, EntryState.DONE, after="", limit=9) == []


async def test_entries_move_by_versions_and_are_found_when_they_are_due(store: Store) -> None:
    rows = store.campaigns
    await rows.add_list(import_(), [entry(2), entry(1), entry(3, due_at_ms=5)])
    due = await rows.due(CAMPAIGN, EntryState.WAITING, 10, limit=9)
    assert [one.entry_id for one in due] == ["e3", "e1", "e2"]
    assert await rows.next_due_ms(CAMPAIGN) == 5
    held = entry(1, state=EntryState.PREVIEWED, agent_id="u-ann", due_at_ms=50, version=2)
    await rows.move(held)
    with pytest.raises(ChangedMeanwhile):
        await rows.move(held)
    calling = entry(2, state=EntryState.CALLING, agent_id="u-bob", due_at_ms=40, version=2)
    await rows.move(calling)
    assert await rows.held_by("u-ann") == [held]
    assert await rows.calling() == [calling]
    assert await rows.overdue(45, limit=9) == [calling]
    assert await rows.overdue(60, limit=9) == [calling, held]
    assert await rows.next_overdue_ms() == 40
    assert await rows.entry(CAMPAIGN, "e1") == held
    assert await rows.entry("other", "e1") is None


async def test_what_lasts_longer_takes_the_place_of_what_ends_before(store: Store) -> None:
    rows = store.campaigns
    short = await rows.suppress(suppression("c1", "+861", "holiday", until_at_ms=50))
    wanted = [
        suppression("c1", "+861", "shorter", until_at_ms=40),
        suppression("c1", "+861", "longer", until_at_ms=60),
        suppression("c2", "+862", "", until_at_ms=9),
        suppression("c1", "+861", "for good"),
        suppression("c1", "+861", "again", until_at_ms=70),
    ]
    nothing, longer, other, forever, no_more = await rows.suppress_all(wanted)
    assert (short.version, nothing, no_more) == (1, None, None)
    assert longer is not None
    assert other is not None
    assert forever is not None
    assert [one.version for one in (longer, other, forever)] == [2, 3, 4]
    assert await rows.suppression("c1") == (forever, 4)
    assert await rows.suppressed(["c1", "c2"]) == {"c1"}
    assert [one.reason for one in await rows.suppressions(before=None, limit=9)] == ["for good", ""]
    assert (other.holds(8), other.holds(9), forever.holds(2**52)) == (True, False, True)


async def test_a_number_is_suppressed_once_and_the_list_has_versions(store: Store) -> None:
    rows = store.campaigns
    first = await rows.suppress(suppression("c1", "+861", "no more"))
    again = await rows.suppress(suppression("c1", "+861", "other"))
    second = await rows.suppress(suppression("c2", "+862", "", campaign_id=CAMPAIGN))
    assert (first.version, again, second.version) == (1, first, 2)
    assert await rows.suppression("c1") == (first, 2)
    assert await rows.suppression("c9") == (None, 2)
    assert await rows.suppressed(["c1", "c9"]) == {"c1"}
    assert await rows.suppressions(before=None, limit=9) == [second, first]
    assert await rows.suppressions(before=2, limit=9) == [first]


async def test_an_attempt_is_committed_in_one_part_and_folded_in_the_other(store: Store) -> None:
    rows = store.campaigns
    await ask(store, attempt(1))
    assert await rows.attempt(ContactId("k1")) == attempt(1)
    assert await rows.attempt(ContactId("k9")) is None
    key = {"contact_id": "k1"}
    told = RowChange("campaign_attempts", key, {"answer": "granted", "dialled_at_ms": 105})
    await store.rows.commit("interactions", 1, [told])
    assert await rows.open_attempts() == [attempt(1, answer="granted", dialled_at_ms=105)]
    over = RowChange("campaign_attempts", key, {"closed_at_ms": 110, "outcome": "busy"})
    await store.rows.commit("interactions", 2, [over])
    refused = attempt(2, answer="refused", reason="too_soon", closed_at_ms=102)
    await rows.refuse(refused)
    assert await rows.open_attempts() == []
    first, second = await rows.attempts(CAMPAIGN, after="", limit=9)
    assert (first.outcome, second) == ("busy", refused)
    assert await rows.attempts(CAMPAIGN, after=mark_of(first), limit=9) == [second]
    assert await rows.attempts("other", after="", limit=9) == []


async def test_caps_count_what_was_not_refused(store: Store) -> None:
    rows = store.campaigns
    await ask(store, attempt(1))
    await ask(store, attempt(2, customer_key="c2"))
    await rows.refuse(attempt(3, answer="refused", closed_at_ms=1))
    for n, outcome in enumerate(NEVER_DIALLED, 4):
        await rows.refuse(attempt(n, answer="granted", outcome=outcome, closed_at_ms=1))
    counts = await rows.day_counts(CAMPAIGN, "c1", 100)
    assert (counts.number, counts.number_oldest_ms) == (1, 101)
    assert (counts.campaign, counts.campaign_oldest_ms) == (2, 101)
    none = await rows.day_counts(CAMPAIGN, "c1", 102)
    assert (none.number, none.number_oldest_ms) == (0, None)


def test_a_campaigns_permit_is_told_from_others() -> None:
    own = permit_id_of(CAMPAIGN, "n4C-dyvB7vhBtJHLXcym4vy3XADUPoqJ", 3)
    assert own == "spring.n4C-dyvB7vhBtJHLXcym4vy3XADUPoqJ.3"
    assert is_of_campaign(own)
    assert not any(is_of_campaign(PermitId(one)) for one in ("dial-0f", "f-0f.2", "", "a.b.c"))
