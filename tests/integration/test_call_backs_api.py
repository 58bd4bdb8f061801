"""The API of call-backs: made, listed with what is late and why, hurried, cancelled."""

import msgspec

from callcenter.ports.journal import Detail
from callcenter.projections.transcript import CALL, Numbers
from routing import commands as cmd
from routing.ids import ContactId, DetailId
from routing.model import Party
from tests.integration.api_stage import ApiStage

NUMBER = {"number": "+49 30 123456", "note": "about the parcel"}


async def test_one_is_made_listed_hurried_and_cancelled(stage: ApiStage) -> None:
    key = {"Idempotency-Key": "k1"}
    path = "/api/v1/queues/sales/call-backs"
    made = await stage.ask("POST", path, by="sam", body=NUMBER, headers=key)
    again = await stage.ask("POST", path, by="sam", body=NUMBER, headers=key)
    assert made.status == again.status == 201
    row = made.body["call_back"]
    assert row["call_back_id"] == again.body["call_back"]["call_back_id"]
    assert (row["number"], row["note"], row["state"]) == (
        "•••• 3456",
        "about the parcel",
        "scheduled",
    )
    taken = await stage.ask("POST", path, by="sam", body=NUMBER)
    assert (taken.status, taken.code) == (409, "call_back_open")
    seen = await stage.ask("GET", "/api/v1/call-backs?queue_id=sales", by="ann")
    assert [one["call_back_id"] for one in seen.body["call_backs"]] == [row["call_back_id"]]
    foreign = await stage.ask("GET", "/api/v1/call-backs", by="sue")
    assert foreign.body["call_backs"] == []
    one = f"/api/v1/call-backs/{row['call_back_id']}"
    now = await stage.ask("POST", f"{one}/dial-now", by="sam", body={})
    assert now.body["call_back"]["state"] == "waiting"
    assert now.body["call_back"]["why"] == "no_agent"
    over = await stage.ask("POST", f"{one}/cancel", by="sam", body={})
    assert over.body["call_back"]["state"] == "cancelled"
    late = await stage.ask("POST", f"{one}/cancel", by="sam", body={})
    assert (late.status, late.code) == (409, "call_back_unfit")
    steps = await stage.ask("GET", f"{one}/steps", by="sam")
    assert [(step["cause"], step["by"]) for step in steps.body["steps"]] == [
        ("made", "u-sam"),
        ("hurried", "u-sam"),
        ("cancelled", "u-sam"),
    ]
    ended = await stage.ask("GET", "/api/v1/call-backs?ended=true", by="sam")
    assert len(ended.body["call_backs"]) == 1


async def test_what_cannot_be_promised_says_why(stage: ApiStage) -> None:
    path = "/api/v1/queues/sales/call-backs"
    for body, status, code in (
        ({"number": "----"}, 422, "request_invalid"),
        ({"number": "0900 1234"}, 409, "call_back_refused"),
        ({**NUMBER, "at_ms": 2**52}, 409, "call_back_refused"),
    ):
        answer = await stage.ask("POST", path, by="sam", body=body)
        assert (answer.status, answer.code) == (status, code)
    unruled = await stage.ask("POST", "/api/v1/queues/help/call-backs", by="sue", body=NUMBER)
    assert (unruled.status, unruled.code) == (409, "call_back_unruled")


async def test_an_agent_promises_one_to_the_customer_in_hand(stage: ApiStage) -> None:
    await stage.connect("ann", "c1")
    path = "/api/v1/contacts/c1/call-back"
    none = await stage.ask("POST", path, by="ann", body={})
    assert (none.status, none.code) == (409, "number_unknown")
    contact_id = ContactId("c1")
    numbers = msgspec.json.encode(Numbers("+4930123456", "100"))
    detail = Detail(contact_id, DetailId("c1.call"), CALL, numbers, 1)
    await stage.send(cmd.AddMessage(contact_id, detail.detail_id, Party.SYSTEM), detail)
    at_ms = stage.clock.now_ms() + 3_600_000
    made = await stage.ask("POST", path, by="ann", body={"is_mine": True, "at_ms": at_ms})
    row = made.body["call_back"]
    assert (row["agent_id"], row["mode"], row["made_by"]) == ("u-ann", "agent_first", "agent")
    assert (row["promised_at_ms"], row["replaced_contact_id"]) == (at_ms, "c1")
    gone = await stage.ask("POST", "/api/v1/contacts/nobody/call-back", by="ann", body={})
    assert gone.status == 404
