"""What other programs are told of rows: written with the step, in its transaction, told once, in the order of the object."""

import msgspec
import pytest

from callcenter.notices import notice_change, sending_notice
from callcenter.ports.articles import Sending
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.integrators import Notice
from callcenter.ports.journal import JournalBatch
from callcenter.ports.store import Store
from crm_link.cases.model import CaseState, Due
from crm_link.leads.model import LeadStage
from crm_link.outbound.model import EntryState
from routing.ids import ContactId
from tests.contract import test_campaigns as campaigns
from tests.contract import test_cases as cases
from tests.contract import test_leads as leads
from tests.contract.rows import record

NOW_MS = 77


async def told(store: Store, after: int = 0) -> list[Notice]:
    while await store.notices.number(NOW_MS, limit=2):
        pass
    return list(await store.notices.after(after, limit=100))


async def test_a_step_of_a_case_is_told_once_however_often_it_is_taken(store: Store) -> None:
    first = await store.cases.put(cases.stored(), cases.event(cases.stored()))
    await store.cases.put(cases.stored(), cases.event(cases.stored()))
    second = cases.moved(first, state=CaseState.PROPOSED)
    await store.cases.put(second, cases.event(second, "propose", contact_id="c9"))
    stale = cases.moved(first, state=CaseState.RETURNED)
    with pytest.raises(ChangedMeanwhile):
        await store.cases.put(stale, cases.event(stale, "return", command_id="another"))
    found = await told(store)
    assert [(one.notice_no, one.notice_id, one.kind) for one in found] == [
        (1, "case.k1.1", "case.opened"),
        (2, "case.k1.2", "case.proposed"),
    ]
    assert [msgspec.json.decode(one.data)["contact_id"] for one in found] == ["c1", "c9"]
    assert [one.contact_id for one in found] == ["c1", "c1"]
    assert msgspec.json.decode(found[1].data)["case_no"] == first.case_no
    for word in ("王芳", "lamp", "+86", "c-wang", "It came broken"):
        assert not any(word in one.data for one in found)


async def test_a_case_is_late_once_for_each_deadline(store: Store) -> None:
    first = await store.cases.put(cases.stored(), cases.event(cases.stored()))
    assert first.late_at_ms == first.case.due_at_ms == 100
    assert await store.cases.note_late(99, limit=9) == 0
    assert [await store.cases.note_late(100, limit=9) for _ in range(2)] == [1, 0]
    # A step that leaves the deadline as it was does not make it late again; another deadline does.
    second = await store.cases.put(
        cases.moved(first, owner_id="u-ann"),
        cases.event(cases.moved(first), "take"),
    )
    assert await store.cases.note_late(200, limit=9) == 0
    third = cases.moved(second, due=Due.VERIFY, due_at_ms=150)
    await store.cases.put(third, cases.event(third, "propose"))
    assert await store.cases.note_late(200, limit=9) == 1
    assert [(one.notice_id, one.at_ms) for one in await told(store)] == [
        ("case.k1.1", 5),
        ("case.k1.1.late", 100),
        ("case.k1.2", 5),
        ("case.k1.3", 5),
        ("case.k1.3.late", 150),
    ]


async def test_a_closed_case_is_not_late(store: Store) -> None:
    first = await store.cases.put(cases.stored(), cases.event(cases.stored()))
    over = cases.moved(first, state=CaseState.CLOSED_ACCEPTED, due=None, due_at_ms=None)
    closed = msgspec.structs.replace(over, closed_at_ms=50)
    assert (await store.cases.put(closed, cases.event(closed, "accepted"))).late_at_ms is None
    assert await store.cases.note_late(2**40, limit=9) == 0


async def test_the_longest_late_are_told_first_and_a_few_at_a_time(store: Store) -> None:
    for case_id, due_at_ms in (("k1", 30), ("k2", 10), ("k3", 20)):
        one = cases.stored(case_id, due_at_ms=due_at_ms)
        await store.cases.put(one, cases.event(one))
    await told(store)
    assert await store.cases.note_late(50, limit=2) == 2
    assert [one.notice_id for one in await told(store, 3)] == ["case.k2.1.late", "case.k3.1.late"]
    assert [await store.cases.note_late(50, limit=2) for _ in range(2)] == [1, 0]
    assert [one.notice_id for one in await told(store, 5)] == ["case.k1.1.late"]


async def test_a_lead_is_told_when_it_is_made_and_when_its_stage_changes(store: Store) -> None:
    first = await store.leads.put(leads.stored(), leads.event(leads.stored()))
    noted = leads.moved(first, owner_id="u-ann")
    await store.leads.put(noted, leads.event(noted, "take"))
    third = leads.moved(noted, stage=LeadStage.QUALIFIED)
    await store.leads.put(third, leads.event(third, "qualify"))
    won = leads.moved(third, stage=LeadStage.WON, remind_at_ms=None)
    await store.leads.put(won, leads.event(won, "win"))
    found = await told(store)
    assert [(one.notice_id, one.kind, one.queue_id) for one in found] == [
        ("lead.l1.1", "lead.opened", "sales"),
        ("lead.l1.3", "lead.stage_changed", "sales"),
        ("lead.l1.4", "lead.closed", "sales"),
    ]
    assert not any(word in one.data for one in found for word in ("王芳", "teapots", "c-wang"))


async def test_an_entry_is_told_when_it_was_called_in_vain_and_when_it_is_over(
    store: Store,
) -> None:
    await store.campaigns.put(campaigns.campaign())
    await store.campaigns.add_list(campaigns.import_(), [campaigns.entry()])
    calling = campaigns.entry(state=EntryState.CALLING, version=2)
    waiting = campaigns.entry(version=3, attempts=1, last_result="busy", contact_id="c7")
    over = campaigns.entry(
        version=4, attempts=2, state=EntryState.DONE, due_at_ms=None, last_result="interested"
    )
    for one in (calling, waiting, over):
        await store.campaigns.move(one)
    with pytest.raises(ChangedMeanwhile):
        await store.campaigns.move(over)
    found = await told(store)
    assert [(one.notice_id, one.kind, one.queue_id, one.at_ms) for one in found] == [
        ("entry.spring.e1.3", "campaign.entry_tried", "sales", NOW_MS),
        ("entry.spring.e1.4", "campaign.entry_closed", "sales", NOW_MS),
    ]
    data = msgspec.json.decode(found[0].data)
    assert (data["result"], data["contact_id"]) == ("busy", "c7")
    assert not any(word in one.data for one in found for word in ("王芳", "+86", "c1"))


async def test_an_article_is_told_with_the_message_it_went_out_in(store: Store) -> None:
    sending = Sending("m1", "returns", 2, "zh", ContactId("c1"), "chat", "u-ann", 9)
    change = notice_change(sending_notice(sending))
    await store.journal.append(JournalBatch([record(1)], (), (), rows=[change]))
    (found,) = await told(store)
    assert (found.notice_id, found.kind, found.contact_id) == ("article.m1", "article.sent", "c1")
    await store.journal.append(JournalBatch([record(2)], (), (), rows=[change]))
    assert await told(store) == [found]


async def test_places_have_no_gap_and_what_comes_later_stands_later(store: Store) -> None:
    assert await store.notices.newest() == 0
    one, two = cases.stored("k2"), cases.stored("k1")
    await store.cases.put(one, cases.event(one))
    assert [row.notice_id for row in await told(store)] == ["case.k2.1"]
    await store.cases.put(two, cases.event(two))
    moved = cases.moved(one)
    await store.cases.put(moved, cases.event(moved, "note"))
    found = await told(store)
    assert [(row.notice_no, row.notice_id) for row in found] == [
        (1, "case.k2.1"),
        (2, "case.k1.1"),
        (3, "case.k2.2"),
    ]
    assert await store.notices.newest() == 3
    assert await store.notices.after(1, limit=1) == [found[1]]
