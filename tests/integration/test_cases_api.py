"""Cases over the API: opened from a contact, handed about, put to the customer by a call-back, closed."""

import msgspec

from callcenter.cases.limits import RETRY_AFTER_MS
from callcenter.ports.call_backs import CallBackChange, CallBackState
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import CALL, Numbers
from routing import commands as cmd
from routing.ids import ContactId, DetailId
from routing.model import Party
from tests.integration.api_stage import Answer, ApiStage

COMPLAINT = {"kind": "complaint", "subject": "The lamp is broken", "description": "It came so."}


async def with_number(stage: ApiStage, contact_id: str, number: str) -> None:
    """The contact has a number."""
    contact, numbers = ContactId(contact_id), msgspec.json.encode(Numbers(number, "100"))
    detail = Detail(contact, DetailId(f"{contact_id}.call"), CALL, numbers, 1)
    await stage.send(cmd.AddMessage(contact, detail.detail_id, Party.SYSTEM), detail)


async def step(stage: ApiStage, case: dict[str, object], by: str, **body: object) -> Answer:
    path = f"/api/v1/cases/{case['case_id']}/steps"
    return await stage.ask("POST", path, by=by, body={"based_on": case["version"], **body})


async def taken(
    stage: ApiStage, case: dict[str, object], by: str, **body: object
) -> dict[str, object]:
    """A step that is taken: the case after it."""
    answer = await step(stage, case, by, **body)
    assert answer.status == 200, answer.body
    after: dict[str, object] = answer.body["case"]
    return after


async def opened(stage: ApiStage, **body: object) -> dict[str, object]:
    """By ann, from a call."""
    await stage.connect("ann", "call")
    await with_number(stage, "call", "+4930123456")
    answer = await stage.ask("POST", "/api/v1/contacts/call/cases", by="ann", body=COMPLAINT | body)
    assert answer.status == 201, answer.body
    case: dict[str, object] = answer.body["case"]
    return case


async def proposed(stage: ApiStage) -> dict[str, object]:
    """The workshop has a solution."""
    case = await opened(stage)
    case = await taken(stage, case, "ann", step="acknowledge")
    case = await taken(stage, case, "ann", step="classify", category="product")
    case = await taken(stage, case, "ann", step="assign", department_id="works")
    case = await taken(stage, case, "eve", step="take")
    return await taken(
        stage, case, "eve", step="propose", root_cause="product", text="A new lamp is sent."
    )


async def test_a_case_goes_through_departments_until_the_customer_agrees(stage: ApiStage) -> None:
    case = await proposed(stage)
    assert (case["state"], case["owner_id"], case["due"]) == ("proposed", "u-eve", "verify")

    await stage.cases.service.work()
    asked = await stage.store.call_backs.get(f"case-{case['case_id']}.1")
    assert asked is not None
    assert (asked.number, asked.queue_id, asked.note) == (
        "+4930123456",
        "sales",
        "The lamp is broken",
    )
    assert await stage.cases.service.barred(asked) == ()

    beside = await stage.ask("GET", "/api/v1/contacts/call/cases", by="ann")
    (mine,) = beside.body["cases"]
    assert (mine["case"]["state"], mine["is_about"], mine["may_answer"]) == (
        "verifying",
        True,
        True,
    )
    path = "/api/v1/contacts/call/case-answers"
    no = {
        "case_id": case["case_id"],
        "answer": "not_accepted",
        "based_on": mine["case"]["version"],
        "text": "The new one is broken too.",
    }
    again = await stage.ask("POST", path, by="ann", body=no)
    assert (again.body["case"]["state"], again.body["case"]["times_reopened"]) == ("reopened", 1)
    over = await stage.store.call_backs.get(asked.call_back_id)
    assert over is not None
    assert over.state is CallBackState.CANCELLED

    case = await taken(stage, again.body["case"], "eve", step="propose", text="Money back.")
    case = await taken(stage, case, "sam", step="accepted")
    assert (case["state"], case["is_open"], case["due_at_ms"]) == ("closed_accepted", False, None)

    whole = await stage.ask("GET", f"/api/v1/cases/{case['case_id']}", by="eve")
    assert [one["step"] for one in whole.body["steps"]] == [
        "received",
        "acknowledge",
        "classify",
        "assign",
        "take",
        "propose",
        "plan_call",
        "not_accepted",
        "propose",
        "accepted",
    ]
    assert whole.body["number"] == "•••• 3456"
    assert whole.body["case"]["customer_name"] == "Carol Customer"
    assert whole.body["next_steps"] == ["note"]
    assert whole.body["contact_ids"] == ["call"]


async def test_of_two_departments_at_once_one_wins_and_the_other_is_told(stage: ApiStage) -> None:
    case = await opened(stage)
    for body in ({"step": "acknowledge"}, {"step": "classify", "category": "sales"}):
        case = await taken(stage, case, "ann", **body)
    case = await taken(stage, case, "ann", step="assign", department_id="works")
    handed = await taken(stage, case, "eve", step="hand_over", department_id="care", text="Yours")
    late = await step(stage, case, "sue", step="take")
    assert (late.status, late.code) == (409, "case_changed")
    assert late.body["error"]["message"] == (
        "Eve was first: hand_over. The case is handed_over now, with care."
    )
    foreign = await step(stage, handed, "eve", step="take")
    assert (foreign.status, foreign.code) == (409, "case_not_yours")
    illegal = await step(stage, handed, "ann", step="accepted")
    assert (illegal.status, illegal.code) == (409, "case_step_illegal")
    assert "take, return" in illegal.body["error"]["message"]
    noted = await step(stage, case, "eve", step="note", text="Ask Ann.")
    assert noted.status == 200, "a note is about no version"


async def test_nobody_of_the_department_asks_the_customer(stage: ApiStage) -> None:
    case = await proposed(stage)
    own = await step(stage, case, "eve", step="accepted")
    assert (own.status, own.code) == (409, "case_verifier_barred")
    seen = await stage.ask("GET", f"/api/v1/cases/{case['case_id']}", by="eve")
    assert "accepted" not in seen.body["next_steps"]


async def test_calls_in_vain_on_three_days_close_it(stage: ApiStage) -> None:
    case, service = await proposed(stage), stage.cases.service
    case_id = case["case_id"]
    for number in (1, 2, 3):
        await service.work()
        row = await stage.store.call_backs.get(f"case-{case_id}.{number}")
        assert row is not None
        assert (row.promised_at_ms is None) is (number == 1)
        failed = msgspec.structs.replace(row, state=CallBackState.FAILED, version=row.version + 1)
        change = CallBackChange(row.call_back_id, failed.version, 1, failed.state, "used_up")
        await stage.store.call_backs.put(failed, change)
        service.on_call_back(failed)
        await stage.call_backs.service.load()
        stage.clock.advance_to(stage.clock.now_ms() + 24 * 3_600_000)
    await service.work()
    over = await stage.store.cases.get(str(case_id))
    assert over is not None
    assert over.case.state.value == "closed_unverified"


async def test_departments_that_are_taken_out_of_the_configuration_stop_nothing(
    stage: ApiStage,
) -> None:
    case, cases = await proposed(stage), stage.cases
    await cases.service.work()
    row = await stage.store.call_backs.get(f"case-{case['case_id']}.1")
    assert row is not None
    failed = msgspec.structs.replace(row, state=CallBackState.FAILED, version=row.version + 1)
    change = CallBackChange(row.call_back_id, failed.version, 1, failed.state, "used_up")
    await stage.store.call_backs.put(failed, change)
    plan, cases.plan = cases.plan, None
    cases.service.on_call_back(failed)
    await cases.service.work()
    cases.plan = plan
    stage.clock.advance_to(stage.clock.now_ms() + RETRY_AFTER_MS)
    await cases.service.work()
    events = await stage.store.cases.events(str(case["case_id"]))
    assert [one.step for one in events][-2:] == ["plan_call", "not_reached"]


async def test_lists_tell_what_is_open_late_and_reported(stage: ApiStage) -> None:
    major = await opened(stage, is_major=True)
    await stage.ask(
        "POST",
        "/api/v1/contacts/call/cases",
        by="ann",
        body={"kind": "inquiry", "subject": "When is it sent?"},
    )
    found = await stage.ask("GET", "/api/v1/cases", by="ann")
    assert [one["kind"] for one in found.body["cases"]] == ["complaint", "inquiry"]
    assert found.body["counts"] == [{"department_id": "care", "open": 2, "late": 0}]
    first = await stage.ask("GET", "/api/v1/cases?limit=1", by="ann")
    mark = first.body["next_mark"]
    rest = await stage.ask("GET", f"/api/v1/cases?after={mark}", by="ann")
    assert [one["kind"] for one in rest.body["cases"]] == ["inquiry"]
    assert (await stage.ask("GET", "/api/v1/cases?after=x", by="ann")).code == "request_invalid"
    foreign = await stage.ask("GET", "/api/v1/cases?list=reports", by="eve")
    assert foreign.body["cases"] == []
    reports = await stage.ask("GET", "/api/v1/cases?list=reports", by="ann")
    assert [one["is_report_unread"] for one in reports.body["cases"]] == [True]
    read = await taken(stage, major, "sam", step="confirm_report")
    assert read["is_report_unread"] is False
    stage.clock.advance_to(stage.clock.now_ms() + 3 * 24 * 3_600_000)
    await stage.log_in("ann")
    late = await stage.ask("GET", "/api/v1/cases?list=late", by="ann")
    assert [one["due"] for one in late.body["cases"]] == ["acknowledge", "resolve"]
    assert all(one["late_ms"] > 0 for one in late.body["cases"])
    named = await stage.ask("GET", "/api/v1/departments", by="ann")
    assert [(one["department_id"], one["is_mine"]) for one in named.body["departments"]] == [
        ("care", True),
        ("works", False),
    ]


async def test_the_same_request_again_is_the_same_case_and_the_same_step(stage: ApiStage) -> None:
    await stage.connect("ann", "call")
    key, path = {"Idempotency-Key": "k1"}, "/api/v1/contacts/call/cases"
    one = await stage.ask("POST", path, by="ann", body=COMPLAINT, headers=key)
    two = await stage.ask("POST", path, by="ann", body=COMPLAINT, headers=key)
    assert one.body["case"]["case_id"] == two.body["case"]["case_id"]
    case, key = one.body["case"], {"Idempotency-Key": "k2"}
    steps = f"/api/v1/cases/{case['case_id']}/steps"
    body = {"based_on": 1, "step": "acknowledge"}
    for _ in range(2):
        again = await stage.ask("POST", steps, by="ann", body=body, headers=key)
        assert (again.status, again.body["case"]["version"]) == (200, 2)


async def test_without_departments_nothing_is_opened(stage: ApiStage) -> None:
    await stage.connect("ann", "call")
    stage.cases.plan = None
    beside = await stage.ask("GET", "/api/v1/contacts/call/cases", by="ann")
    assert beside.body == {"is_set_up": False, "cases": []}
    refused = await stage.ask("POST", "/api/v1/contacts/call/cases", by="ann", body=COMPLAINT)
    assert (refused.status, refused.code) == (409, "cases_not_set_up")
