import msgspec
import pytest

from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.leads import LeadList, LeadWords, StoredLead
from callcenter.ports.steps import RowsQuery, StepEvent
from callcenter.ports.store import Store
from crm_link.leads.model import Lead, LeadStage
from routing.ids import ContactId


def lead(lead_id: str = "l1", **fields: object) -> Lead:
    plain = Lead(
        lead_id=lead_id,
        stage=LeadStage.CONTACTED,
        version=1,
        queue_id="sales",
        created_at_ms=5,
        owner_id="u-sven",
        since_ms=6,
        remind_at_ms=100,
        rounds=2,
    )
    return msgspec.structs.replace(plain, **fields)


def stored(lead_id: str = "l1", key: str = "c-wang", **fields: object) -> StoredLead:
    words = LeadWords(interest="Fifty teapots", customer_name="王芳", number="+8613800000000")
    return StoredLead(
        lead=lead(lead_id, **fields),
        words=words,
        created_by="u-ann",
        contact_id=ContactId("c1"),
        customer_key=key,
        language="zh",
        campaign_id="spring",
        look_at_ms=50,
    )


def event(of: StoredLead, step: str = "created", **fields: object) -> StepEvent:
    plain = StepEvent(
        row_id=of.lead.lead_id,
        version=of.lead.version,
        at_ms=5,
        command_id=f"{of.lead.lead_id}:{of.lead.version}",
        step=step,
        state=of.lead.stage.value,
        owner_id="u-sven",
        by="u-ann",
        contact_id="c1",
        text="Fifty teapots",
    )
    return msgspec.structs.replace(plain, **fields)


def moved(of: StoredLead, **fields: object) -> StoredLead:
    after = msgspec.structs.replace(of.lead, version=of.lead.version + 1, **fields)
    return msgspec.structs.replace(of, lead=after)


async def put(store: Store, of: StoredLead, step: str = "created") -> StoredLead:
    return await store.leads.put(of, event(of, step))


async def test_a_lead_is_found_as_stored_and_has_a_number(store: Store) -> None:
    assert await store.leads.get("l1") is None
    one, other = await put(store, stored()), await put(store, stored("l2"))
    assert (one.lead_no, other.lead_no) == (1, 2)
    assert await store.leads.get("l1") == one == msgspec.structs.replace(stored(), lead_no=1)
    assert await store.leads.events("l1") == [event(stored())]
    assert await store.leads.of_command("l2:1") == event(stored("l2"))
    assert await store.leads.of_command("l3:1") is None


async def test_of_two_steps_from_one_version_one_wins(store: Store) -> None:
    first = await put(store, stored())
    won = moved(first, stage=LeadStage.QUALIFIED)
    lost = moved(first, owner_id="u-bob")
    assert await store.leads.put(won, event(won, "qualify")) == won
    with pytest.raises(ChangedMeanwhile):
        await store.leads.put(lost, event(lost, "take", command_id="other"))
    assert await store.leads.put(won, event(won, "qualify")) == won
    assert await store.leads.get("l1") == won
    with pytest.raises(ChangedMeanwhile):
        await store.leads.put(stored("l2"), event(stored("l2"), command_id="l1:1"))


async def test_when_the_system_looks_again_is_kept_unless_the_lead_has_moved(store: Store) -> None:
    first = await put(store, stored())
    assert await store.leads.look_later("l1", 1, 60)
    assert not await store.leads.look_later("l1", 2, 70)
    assert await store.leads.to_look_at(59, limit=9) == []
    (found,) = await store.leads.to_look_at(60, limit=9)
    assert found == msgspec.structs.replace(first, look_at_ms=60)


async def test_leads_of_a_contact_and_of_its_customer(store: Store) -> None:
    for lead_id, key in (("l1", "c-wang"), ("l2", "c-wang"), ("l3", "c-li")):
        of = stored(lead_id, key)
        await store.leads.put(of, event(of, contact_id="c1" if lead_id != "l2" else ""))

    async def found(contact_id: str, key: str, limit: int = 9) -> list[str]:
        rows = await store.leads.of_contact(ContactId(contact_id), key, limit=limit)
        return [one.lead.lead_id for one in rows]

    assert await found("c1", "") == ["l3", "l1"]
    assert await found("c1", "c-wang") == ["l3", "l2", "l1"]
    assert await found("c1", "c-wang", limit=2) == ["l3", "l2"]
    assert await found("c9", "") == []


async def test_lists_tell_what_comes_back_first_page_by_page(store: Store) -> None:
    for number, (queue_id, remind_at_ms) in enumerate(
        (("sales", 30), ("sales", 10), ("support", 20), ("other", 5), ("sales", 10))
    ):
        await put(store, stored(f"l{number}", queue_id=queue_id, remind_at_ms=remind_at_ms))
    for lead_id, stage, closed_at_ms in (
        ("l8", LeadStage.WON, 60),
        ("l9", LeadStage.LOST, 70),
    ):
        over = stored(lead_id, stage=stage, remind_at_ms=None)
        over = msgspec.structs.replace(over, closed_at_ms=closed_at_ms, look_at_ms=None)
        await put(store, over)
        assert await store.leads.get(lead_id) == msgspec.structs.replace(
            over, lead_no=6 if lead_id == "l8" else 7
        )

    async def listed(which: LeadList, mark: tuple[int, str] | None = None, limit: int = 9) -> str:
        query = RowsQuery(
            list_=which,
            group_ids=("sales", "support"),
            now_ms=20,
            limit=limit,
            owner_id="u-sven",
            mark=mark,
        )
        return " ".join(one.lead.lead_id for one in await store.leads.page(query))

    assert await listed(LeadList.OPEN) == "l1 l4 l2 l0"
    assert await listed(LeadList.OPEN, limit=2) == "l1 l4"
    assert await listed(LeadList.OPEN, (10, "l1")) == "l4 l2 l0"
    assert await listed(LeadList.DUE) == "l1 l4 l2"
    assert await listed(LeadList.CLOSED) == "l9 l8"
    assert await listed(LeadList.CLOSED, (70, "l9")) == "l8"
    assert await listed(LeadList.MINE) == "l3 l1 l4 l2 l0"
    assert await store.leads.stages("spring") == {"contacted": 5, "won": 1, "lost": 1}
    assert await store.leads.stages("none") == {}
