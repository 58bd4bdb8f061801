"""History by API: who finds what, what is told of a contact's phases, and that reading is on record."""

import csv
import io
from typing import Any

import pytest

from callcenter.ports.audit import AuditFilter
from callcenter.ports.journal import Detail
from callcenter.ports.read_models import Interaction
from callcenter.projections.search_texts import TextIndexer
from callcenter.projections.transcript import MAIL, MESSAGE
from callcenter.web import history_routes
from callcenter.web.csv_text import csv_of
from routing import commands as cmd
from routing.ids import ContactId, DetailId, DispositionId
from routing.model import Channel, Party
from tests.integration.api_stage import CUSTOMER_KEYS, HELP, SALES, ApiStage

CAROL = CUSTOMER_KEYS.key_of("carol@example.org")
LOG = "/api/v1/interactions"


@pytest.fixture
async def day(stage: ApiStage) -> ApiStage:
    """c-1 was bob's and is wrapped up; c-2 is eve's, in her hands; c-3 waits for ann or bob."""
    await stage.connect("bob", "c-1")
    await stage.break_for("bob")
    wrap = {"disposition_id": "solved", "notes": "Refund promised, 已退款"}
    await stage.ask("POST", "/api/v1/contacts/c-1/end", by="bob", body={})
    await stage.ask("POST", "/api/v1/contacts/c-1/wrap-up", by="bob", body=wrap)
    await stage.connect("eve", "c-2", HELP)
    for number, queue_id in ((3, SALES), (4, HELP)):
        contact = ContactId(f"c-{number}")
        await stage.send(cmd.EnqueueContact(contact, Channel.CHAT, queue_id, CAROL))
    await say(stage, "c-3", "Invoice 12-345 is wrong")
    await stage.catch_up()
    await TextIndexer(stage.store.search_texts, stage.store.details).catch_up()
    return stage


async def say(stage: ApiStage, contact_id: str, text: str) -> None:
    contact, detail_id = ContactId(contact_id), DetailId(f"{contact_id}-said")
    body = b'{"author":"customer","author_name":"C","text":"%s"}' % text.encode()
    await stage.send(
        cmd.AddMessage(contact, detail_id, Party.CUSTOMER),
        Detail(contact, detail_id, MESSAGE, body, 1),
    )


async def found(stage: ApiStage, by: str, query: str = "") -> list[str]:
    answer = await stage.ask("GET", f"{LOG}?{query}", by=by)
    assert answer.status == 200, answer.body
    assert answer.body["as_of_seq"] == stage.host.mirror.seq
    return [row["contact_id"] for row in answer.body["interactions"]]


async def recorded(stage: ApiStage) -> list[tuple[str, str, str, dict[str, Any]]]:
    page = await stage.ask("GET", "/api/v1/audit?limit=100", by="ada")
    return [
        (row["user_id"], row["action"], row["object_id"], row["facts"])
        for row in reversed(page.body["records"])
        if row["action"] in {"contact_read", "log_searched", "log_exported"}
    ]


async def test_everybody_finds_what_they_may_read(day: ApiStage) -> None:
    assert await found(day, "ada") == ["c-4", "c-3", "c-2", "c-1"]
    assert await found(day, "sam") == ["c-3", "c-1"]
    assert await found(day, "eve") == ["c-4", "c-2"]
    assert await found(day, "ann", "queue_id=help") == []
    assert await found(day, "sam", "agent_id=u-eve") == []
    assert await found(day, "ann", f"customer_key={CAROL}") == ["c-3"]


async def test_filters(day: ApiStage) -> None:
    assert await found(day, "ada", "outcome=handled&disposition_id=solved") == ["c-1"]
    assert await found(day, "ada", "channel=email") == []
    assert await found(day, "ada", "agent_id=u-eve") == ["c-2"]
    assert await found(day, "ada", f"customer_key={CAROL}&queue_id=help") == ["c-4"]
    assert await found(day, "ada", "until_ms=5") == []


async def test_words_of_messages_notes_and_names(day: ApiStage) -> None:
    assert await found(day, "ada", "text=parcel") == ["c-2", "c-1"]
    assert await found(day, "ann", "text=parcel") == ["c-1"]
    assert await found(day, "ada", "text=refund%20parcel") == ["c-1"]
    assert await found(day, "ada", "text=%E9%80%80%E6%AC%BE") == ["c-1"]
    assert await found(day, "ada", "text=carol%20customer") == ["c-2", "c-1"]
    assert await found(day, "ada", "text=12-345") == ["c-3"]
    answer = await day.ask("GET", f"{LOG}?text=*", by="ada")
    assert (answer.status, answer.body["error"]["path"]) == (422, "$.text")


async def test_a_contact_that_leaves_the_engine_while_it_is_looked_up_is_told_from_the_log(
    stage: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage.connect("bob", "c-1")
    get, meanwhile = stage.store.interactions.get, iter((wrapped_up_by_bob, ApiStage.catch_up))

    async def get_before_the_rest(contact_id: ContactId) -> Interaction | None:
        found = await get(contact_id)
        if found is None:
            await next(meanwhile)(stage)
        return found

    monkeypatch.setattr(stage.store.interactions, "get", get_before_the_rest)
    answer = await stage.ask("GET", "/api/v1/contacts/c-1", by="ada")
    assert (answer.status, answer.body["state"]) == (200, "closed")
    assert answer.body["interaction"]["disposition_id"] == "solved"


async def wrapped_up_by_bob(stage: ApiStage) -> None:
    wrap = {"disposition_id": "solved", "notes": ""}
    await stage.ask("POST", "/api/v1/contacts/c-1/end", by="bob", body={})
    await stage.ask("POST", "/api/v1/contacts/c-1/wrap-up", by="bob", body=wrap)


async def test_subjects_and_texts_of_mails(day: ApiStage) -> None:
    contact, detail_id = ContactId("c-3"), DetailId("mail-1")
    body = b'{"kind":"mail","subject":"Broken kettle","text":"It leaks","sender":{"address":"x"}}'
    await day.send(
        cmd.AddMessage(contact, detail_id, Party.CUSTOMER),
        Detail(contact, detail_id, MAIL, body, 1),
        Detail(contact, DetailId("mail-2"), MAIL, b"not readable", 1),
    )
    await day.catch_up()
    await TextIndexer(day.store.search_texts, day.store.details).catch_up()
    assert await found(day, "ada", "text=kettle%20leaks") == ["c-3"]


async def test_a_supervisor_sees_what_a_team_s_agents_did_elsewhere(stage: ApiStage) -> None:
    contact = await stage.arrive("c-1", HELP)
    await stage.ready("ann")
    await stage.ask("POST", "/api/v1/contacts/c-1/move", by="ada", body={"queue_id": "sales"})
    offer_id = stage.offer_of(contact)
    await stage.ask("POST", f"/api/v1/offers/{offer_id}/accept", by="ann", body={})
    await stage.ask("POST", "/api/v1/contacts/c-1/transfer", by="ann", body={"queue_id": "help"})
    await stage.catch_up()
    assert await found(stage, "sam") == ["c-1"]
    assert await found(stage, "sue") == ["c-1"]
    assert (
        await stage.ask("GET", "/api/v1/contacts/c-1", by="sam")
    ).status == 404  # eve may have it next


async def test_the_phases_of_a_contact(day: ApiStage) -> None:
    answer = await day.ask("GET", "/api/v1/contacts/c-1", by="sam")
    phases = answer.body["phases"]
    assert [(one["kind"], one["agent_name"], one["ended_as"]) for one in phases] == [
        ("waiting", "", "answered"),
        ("offer", "Bob Display", "accepted"),
        ("talk", "Bob Display", "ended_by_agent"),
        ("wrap_up", "Bob Display", "completed"),
    ]
    assert phases[-1]["disposition_id"] == DispositionId("solved")
    assert all(one["ended_at_ms"] is not None for one in phases)


async def test_one_customer_s_timeline_as_far_as_one_may_see_it(day: ApiStage) -> None:
    key = (
        await day.ask(
            "POST", "/api/v1/customers/find", by="ann", body={"address": "CAROL@example.org "}
        )
    ).body["customer_key"]
    assert key == CAROL
    whole = await day.ask("GET", f"/api/v1/timeline?customer_key={key}", by="ada")
    assert [one["interaction"]["contact_id"] for one in whole.body["contacts"]] == ["c-4", "c-3"]
    assert whole.body["contacts"][1]["messages"][0]["text"] == "Invoice 12-345 is wrong"
    own = await day.ask("GET", f"/api/v1/timeline?customer_key={key}", by="ann")
    assert [one["interaction"]["contact_id"] for one in own.body["contacts"]] == ["c-3"]
    page = await day.ask("GET", f"/api/v1/timeline?customer_key={key}&limit=1", by="ada")
    before = page.body["next_before"]
    rest = await day.ask("GET", f"/api/v1/timeline?customer_key={key}&before={before}", by="ada")
    assert [one["interaction"]["contact_id"] for one in rest.body["contacts"]] == ["c-3"]
    assert rest.body["next_before"] is None


async def test_reading_and_searching_are_on_record_without_personal_data(day: ApiStage) -> None:
    before = len(await recorded(day))
    await found(day, "sam")
    await found(day, "sam", "text=parcel&queue_id=sales")
    await day.ask("GET", "/api/v1/contacts/c-1", by="sam")
    await day.ask("GET", "/api/v1/contacts/c-1/messages", by="sam")
    await day.ask("GET", "/api/v1/contacts/c-2/messages", by="eve")  # in her hands
    await day.ask("GET", "/api/v1/contacts/c-2/messages", by="sam")  # not to be seen
    await day.ask("GET", f"/api/v1/timeline?customer_key={CAROL}", by="ann")
    text_key = CUSTOMER_KEYS.key_of("text parcel")
    assert (await recorded(day))[before:] == [
        ("u-sam", "log_searched", "", {"queue_id": "sales", "rows": 1, "text": text_key}),
        ("u-sam", "contact_read", "c-1", {"part": "facts"}),
        ("u-sam", "contact_read", "c-1", {"part": "messages"}),
        ("u-ann", "contact_read", CAROL, {"rows": 1}),
    ]


async def test_an_export_is_whole_recorded_and_throttled(
    day: ApiStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (await day.ask("GET", f"{LOG}/export", by="ann")).status == 403
    answer = await day.ask("GET", f"{LOG}/export", by="sam")
    rows = list(csv.DictReader(io.StringIO(answer.body["csv"])))
    assert [row["contact_id"] for row in rows] == ["c-3", "c-1"]
    assert (answer.body["rows"], answer.body["is_whole"]) == (2, True)
    assert "Carol" not in answer.body["csv"]
    assert rows[1]["agent_name"] == "Bob Display"
    assert (await recorded(day))[-1][:2] == ("u-sam", "log_exported")
    monkeypatch.setattr(history_routes, "EXPORT_ROWS_MAX", 1)
    answer = await day.ask("GET", f"{LOG}/export", by="sam")
    assert (answer.body["rows"], answer.body["is_whole"]) == (1, False)
    for _ in range(18):
        await day.ask("GET", f"{LOG}/export?queue_id=sales", by="sam")
    answer = await day.ask("GET", f"{LOG}/export", by="sam")
    assert (answer.status, answer.code) == (429, "export_throttled")
    assert (await day.ask("GET", f"{LOG}/export", by="ada")).status == 200


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\uff1d1"])
def test_no_cell_becomes_a_formula(cell: str) -> None:
    rows = list(csv.reader(io.StringIO(csv_of(("a", "b"), [[cell, -5]]), newline="")))
    assert rows == [["a", "b"], [f"'{cell}", "-5"]]


async def test_nothing_is_answered_that_cannot_be_recorded(day: ApiStage) -> None:
    await day.log_in("sam")
    count = len(await day.store.audit_log.page(AuditFilter(), before_no=None, limit=100))
    day.memory.fail_writes()
    for path in (f"{LOG}?text=parcel", "/api/v1/contacts/c-1", "/api/v1/contacts/c-1/messages"):
        assert (await day.ask("GET", path, by="sam")).status == 503
    assert (await day.ask("GET", LOG, by="sam")).status == 200
    day.memory.fail_writes(fail=False)
    assert len(await day.store.audit_log.page(AuditFilter(), before_no=None, limit=100)) == count
