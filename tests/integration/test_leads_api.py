"""Leads over the API: made of a contact, brought to an agent of the sales queue, moved, brought again when it was said."""

import dataclasses
from typing import cast

import pytest

from callcenter.leads.entrance import LeadEntrance
from callcenter.ports.leads import StoredLead
from routing import commands as cmd
from routing.ids import AgentId, ContactId, QueueId
from routing.model import CapacityRule, Channel, Party
from tests.contract.test_campaigns import attempt, campaign
from tests.integration.api_stage import Answer, ApiStage
from tests.integration.lead_stage import HOUR_MS, PLAN

WANTS = {"interest": "Fifty lamps\0 for a hotel"}
"""With a character that not every database keeps."""


@pytest.fixture
def selling(stage: ApiStage) -> ApiStage:
    """Somebody works on leads."""
    stage.leads.plan = PLAN
    return stage


async def made(stage: ApiStage, contact_id: str = "chat", **body: object) -> dict[str, object]:
    """By ann, from a chat of hers."""
    await stage.connect("ann", contact_id)
    path = f"/api/v1/contacts/{contact_id}/leads"
    answer = await stage.ask("POST", path, by="ann", body=WANTS | body)
    assert answer.status == 201, answer.body
    lead: dict[str, object] = answer.body["lead"]
    return lead


async def step(stage: ApiStage, lead: dict[str, object], by: str, **body: object) -> Answer:
    path = f"/api/v1/leads/{lead['lead_id']}/steps"
    return await stage.ask("POST", path, by=by, body={"based_on": lead["version"], **body})


async def current(stage: ApiStage, lead: dict[str, object]) -> StoredLead:
    found = await stage.store.leads.get(str(lead["lead_id"]))
    assert found is not None
    return found


async def brought(stage: ApiStage, lead: dict[str, object]) -> ContactId:
    """The contact as which the lead has come last."""
    await stage.leads.service.work()
    events = await stage.store.leads.events(str(lead["lead_id"]))
    return ContactId([one.contact_id for one in events if one.step == "route"][-1])


async def test_interest_becomes_a_task_of_the_sales_queue_and_is_won(selling: ApiStage) -> None:
    lead = await made(selling, number="030 123-456")
    assert lead["interest"] == "Fifty lamps\ufffd for a hotel"
    assert (lead["stage"], lead["customer_name"], lead["queue_id"]) == (
        "new",
        "Carol Customer",
        "sales",
    )
    contact_id = await brought(selling, lead)
    task = selling.host.mirror.contacts[contact_id]
    assert (task.channel, task.queue_id) == (Channel.TASK, "sales")
    beside = await selling.ask("GET", f"/api/v1/contacts/{contact_id}/leads", by="ann")
    (mine,) = beside.body["leads"]
    assert (mine["is_about"], mine["next_steps"]) == (
        True,
        ["take", "contacted", "qualify", "lose", "remind", "note"],
    )
    again_ms = selling.clock.now_ms() + 5 * HOUR_MS
    spoken = await step(selling, mine["lead"], "ann", step="contacted", remind_at_ms=again_ms)
    assert spoken.status == 200, spoken.body
    assert (spoken.body["lead"]["owner_id"], spoken.body["number"]) == ("u-ann", "•••• 3456")
    assert spoken.body["lead"]["remind_at_ms"] == again_ms

    won = await step(selling, spoken.body["lead"], "sam", step="win", text="Forty, in May")
    assert (won.body["lead"]["stage"], won.body["lead"]["is_open"]) == ("won", False)
    assert won.body["next_steps"] == ["note"]
    whole = await selling.ask("GET", f"/api/v1/leads/{lead['lead_id']}", by="ann")
    assert [one["step"] for one in whole.body["steps"]] == ["created", "route", "contacted", "win"]
    closed = await selling.ask("GET", "/api/v1/leads?list=closed", by="ann")
    assert [one["lead_no"] for one in closed.body["leads"]] == [1]


async def test_it_comes_back_when_it_was_said_and_to_its_owner_first(selling: ApiStage) -> None:
    lead = await made(selling)
    first = await brought(selling, lead)
    again_ms = selling.clock.now_ms() + HOUR_MS
    row = (await current(selling, lead)).lead
    body = {"step": "remind", "remind_at_ms": again_ms, "based_on": row.version}
    path = f"/api/v1/leads/{row.lead_id}/steps"
    assert (await selling.ask("POST", path, by="ann", body=body)).status == 200

    selling.clock.advance_to(again_ms)
    await selling.leads.service.work()
    assert (await current(selling, lead)).lead.rounds == 1, "its last contact waits still"
    await selling.send(cmd.EndContact(first, Party.SYSTEM))
    selling.clock.advance_to(again_ms + HOUR_MS)
    second = await brought(selling, lead)
    assert second != first
    assert selling.host.mirror.contacts[second].preferred_agent_id == AgentId("u-ann")
    await selling.log_in("ann")
    mine = await selling.ask("GET", "/api/v1/leads?list=mine", by="ann")
    assert [one["lead_id"] for one in mine.body["leads"]] == [lead["lead_id"]]


async def test_a_crash_after_the_contact_was_made_makes_it_once(selling: ApiStage) -> None:
    lead = await made(selling)
    before = await current(selling, lead)
    entrance, now_ms = LeadEntrance(selling.host), selling.clock.now_ms()
    lost = await entrance.enter(before, QueueId("sales"), now_ms)
    assert await brought(selling, lead) == lost
    tasks = [one for one in selling.host.mirror.contacts.values() if one.channel is Channel.TASK]
    assert [one.contact_id for one in tasks] == [lost]
    assert (await current(selling, lead)).lead.rounds == 1


async def test_a_task_that_is_wrapped_up_before_the_leads_row_tells_of_it_makes_no_second_lead(
    selling: ApiStage,
) -> None:
    stored = await current(selling, await made(selling))
    entrance, now_ms = LeadEntrance(selling.host), selling.clock.now_ms()
    task = await entrance.enter(stored, QueueId("sales"), now_ms)
    await selling.leads.maker.wrapped_up(task, "solved", "u-ann", "Wants one more")
    listed = await selling.ask("GET", "/api/v1/leads", by="ann")
    assert [one["lead_id"] for one in listed.body["leads"]] == [stored.lead.lead_id]


class Moving:
    """Somebody who takes a step just when the lead's contact has come."""

    def __init__(self, stage: ApiStage, lead: dict[str, object], body: dict[str, object]) -> None:
        self._stage, self._lead, self._body = stage, lead, body
        self._entrance = LeadEntrance(stage.host)

    def __getattr__(self, name: str) -> object:
        return getattr(self._entrance, name)

    async def enter(self, stored: StoredLead, queue_id: QueueId, now_ms: int) -> ContactId:
        contact_id = await self._entrance.enter(stored, queue_id, now_ms)
        answer = await step(self._stage, self._lead, "ann", **self._body)
        assert answer.status == 200, answer.body
        return contact_id


@pytest.mark.parametrize("body", [{"step": "qualify"}, {"step": "lose", "text": "No hotel"}])
async def test_who_moves_a_lead_while_it_is_brought_takes_nothing_from_it(
    selling: ApiStage, body: dict[str, object]
) -> None:
    lead = await made(selling)
    entrance = cast("LeadEntrance", Moving(selling, lead, body))
    await selling.leads.with_entrance(entrance).work()
    row = (await current(selling, lead)).lead
    events = [one.step for one in await selling.store.leads.events(row.lead_id)]
    assert (row.is_open, row.rounds) == (body["step"] == "qualify", 1)
    assert events == ["created", "route", str(body["step"])]


async def test_a_lead_that_is_lost_after_a_crash_kept_its_row_behind_has_come_as_its_task(
    selling: ApiStage,
) -> None:
    lead = await made(selling)
    before = await current(selling, lead)
    entrance, now_ms = LeadEntrance(selling.host), selling.clock.now_ms()
    task = await entrance.enter(before, QueueId("sales"), now_ms)
    lost = await step(selling, lead, "ann", step="lose", text="No hotel")
    assert (lost.status, lost.body["lead"]["stage"]) == (200, "lost"), lost.body
    beside = await selling.ask("GET", f"/api/v1/contacts/{task}/leads", by="ann")
    assert [one["lead"]["lead_id"] for one in beside.body["leads"]] == [before.lead.lead_id]
    assert (await current(selling, lead)).lead.rounds == 1
    again = await step(selling, lead, "ann", step="lose", text="No hotel")
    assert (again.status, again.code) == (409, "lead_changed")


async def test_a_disposition_makes_one_lead_of_a_contact(selling: ApiStage) -> None:
    await selling.connect("ann", "chat")
    await selling.ask("POST", "/api/v1/contacts/chat/end", by="ann", body={})
    body = {"disposition_id": "solved", "notes": "Wants a bigger lamp"}
    key = {"Idempotency-Key": "w1"}
    for _ in range(2):
        path = "/api/v1/contacts/chat/wrap-up"
        done = await selling.ask("POST", path, by="ann", body=body, headers=key)
        assert done.status == 200, done.body
        await selling.catch_up()
    found = await selling.ask("GET", "/api/v1/leads", by="ann")
    assert [one["interest"] for one in found.body["leads"]] == ["Wants a bigger lamp"]


async def test_a_wrap_up_stands_though_leads_are_taken_out_of_the_configuration_meanwhile(
    stage: ApiStage,
) -> None:
    await stage.connect("ann", "chat")
    before = dataclasses.replace(stage.leads.maker, plan=lambda: PLAN)
    await before.wrapped_up(ContactId("chat"), "solved", "u-ann", "Wants a lamp")
    assert await stage.store.leads.of_contact(ContactId("chat"), "", limit=1) == []


async def test_of_two_at_once_one_wins_and_what_is_illegal_names_what_is_not(
    selling: ApiStage,
) -> None:
    lead = await made(selling)
    assert (await step(selling, lead, "ann", step="qualify")).status == 200
    late = await step(selling, lead, "sam", step="take")
    assert (late.status, late.code) == (409, "lead_changed")
    assert late.body["error"]["message"] == "Ann was first: qualify. The lead is qualified now."
    row = (await current(selling, lead)).lead
    newest = {"lead_id": row.lead_id, "version": row.version}
    illegal = await step(selling, newest, "ann", step="qualify")
    assert (illegal.status, illegal.code) == (409, "lead_step_illegal")
    assert "take, contacted, win" in illegal.body["error"]["message"]
    silent = await step(selling, newest, "ann", step="lose")
    assert (silent.status, silent.code) == (409, "lead_step_incomplete")
    past = await step(selling, newest, "ann", step="remind", remind_at_ms=5)
    assert (past.status, past.code) == (409, "lead_unfit")
    nobody = await step(selling, newest, "ann", step="take", owner_id="u-nobody")
    assert (nobody.status, nobody.code) == (409, "lead_unfit")
    leading = await step(selling, newest, "sam", step="take")
    assert (leading.status, leading.code) == (409, "lead_step_incomplete")
    elsewhere = await step(selling, newest, "ann", step="take", owner_id="u-eve")
    assert (elsewhere.status, elsewhere.code) == (409, "lead_unfit")
    given = await step(selling, newest, "sam", step="take", owner_id="u-bob")
    assert given.body["lead"]["owner_name"] == "Bob"
    assert [one["user_id"] for one in given.body["owners"]] == ["u-ann", "u-bob"]
    noted = await step(selling, lead, "sam", step="note", text="Ask again in May")
    assert noted.status == 200, "a note is about no version"


async def test_leads_are_of_their_queue(selling: ApiStage) -> None:
    lead = await made(selling)
    hidden = await selling.ask("GET", f"/api/v1/leads/{lead['lead_id']}", by="eve")
    assert (hidden.status, hidden.code) == (404, "lead_unknown")
    assert (await selling.ask("GET", "/api/v1/leads", by="eve")).body["leads"] == []
    assert len((await selling.ask("GET", "/api/v1/leads?queue_id=sales", by="ada")).body["leads"])
    other = await selling.ask("GET", "/api/v1/leads?queue_id=help", by="ada")
    assert other.body["leads"] == []
    assert (await selling.ask("GET", "/api/v1/leads?after=x", by="ann")).code == "request_invalid"


async def test_that_nobody_takes_tasks_is_told(selling: ApiStage) -> None:
    unserved = await selling.ask("GET", "/api/v1/leads", by="ann")
    assert unserved.body["unserved_queue_id"] == "sales", "here everybody chats"
    ann = selling.host.mirror.agents[AgentId("u-ann")]
    able = CapacityRule(2, {Channel.CHAT: 2, Channel.TASK: 1})
    await selling.send(cmd.PutAgent(ann.agent_id, ann.team_id, ann.queue_ids, able))
    served = await selling.ask("GET", "/api/v1/leads", by="ann")
    assert served.body["unserved_queue_id"] == ""


async def test_pages_follow_each_other(selling: ApiStage) -> None:
    first = await made(selling)
    second = await selling.ask(
        "POST", "/api/v1/contacts/chat/leads", by="ann", body={"interest": "A shade"}
    )
    page = await selling.ask("GET", "/api/v1/leads?limit=1", by="ann")
    mark = page.body["next_mark"]
    rest = await selling.ask("GET", f"/api/v1/leads?limit=1&after={mark}", by="ann")
    ids = [one["lead_id"] for answer in (page, rest) for one in answer.body["leads"]]
    assert sorted(ids) == sorted([str(first["lead_id"]), second.body["lead"]["lead_id"]])


async def test_without_a_queue_for_them_there_are_none(stage: ApiStage) -> None:
    await stage.connect("ann", "chat")
    beside = await stage.ask("GET", "/api/v1/contacts/chat/leads", by="ann")
    assert beside.body == {"is_set_up": False, "leads": []}
    refused = await stage.ask("POST", "/api/v1/contacts/chat/leads", by="ann", body=WANTS)
    assert (refused.status, refused.code) == (409, "leads_not_set_up")


async def test_a_lead_of_a_campaigns_call_is_counted_there_by_its_stage(selling: ApiStage) -> None:
    lead = await made(selling)
    plain = await current(selling, lead)
    assert plain.campaign_id == ""
    await selling.store.campaigns.put(campaign())
    asked = attempt(contact_id=ContactId("call"), answer="granted")
    await selling.store.campaigns.refuse(asked)
    await selling.connect("ann", "call")
    answer = await selling.ask("POST", "/api/v1/contacts/call/leads", by="ann", body=WANTS)
    assert answer.status == 201, answer.body
    assert (await current(selling, answer.body["lead"])).campaign_id == "spring"
    counted = await selling.ask("GET", "/api/v1/campaigns/spring/leads", by="sam")
    assert counted.body == {"stages": {"new": 1}}
