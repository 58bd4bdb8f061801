"""Another program hears of cases, leads and articles: over a real socket, over a restart, each step under one id."""

from pathlib import Path
from typing import Any

from tests.integration.live_server import LiveServer, live_server
from tests.integration.test_subscriptions import LOOPBACK, Receiver, receiver, row, subscribe

__all__ = ["receiver"]

MORE = """
departments:
  - {id: care, name: {en: Care, zh: 客户关怀部}, teams: [north]}
  - {id: works, name: {en: Workshop, zh: 维修部}, teams: [south]}
cases: {intake: care, acknowledge_h: 8}
leads: {queue: sales}
"""
STEPS = [
    {"step": "acknowledge"},
    {"step": "classify", "category": "product"},
    {"step": "note", "text": "Carol called again"},
]


def ids(program: Receiver) -> list[str]:
    """What was delivered, in order."""
    return [headers["webhook-id"] for headers, _ in program.deliveries]


async def move(server: LiveServer, case: dict[str, Any], step: dict[str, Any]) -> dict[str, Any]:
    """Take a step of a case, as its department; returns the case."""
    path, body = f"/api/v1/cases/{case['case_id']}/steps", {**step, "based_on": case["version"]}
    taken = await server.ask("POST", path, by="ann", body=body)
    assert taken.status == 200, taken.body
    moved = taken.body["case"]
    assert isinstance(moved, dict)
    return moved


async def test_a_program_hears_of_cases_leads_and_articles_over_a_restart(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    wanted = ("case.opened", "case.acknowledged", "case.classified", "case.noted", "lead.opened")
    timing = {"more": MORE}
    async with live_server(tmp_path, subscriber_networks=LOOPBACK, timing=timing) as server:
        subscription_id = await subscribe(server, program, url, *wanted, "article.sent")
        contact_id, _, _ = await server.conversation()
        path = f"/api/v1/contacts/{contact_id}"
        body = {"kind": "complaint", "subject": "Carol's lamp is broken"}
        case = (await server.ask("POST", f"{path}/cases", by="ann", body=body)).body["case"]
        await program.until(1)
        case = await move(server, case, STEPS[0])
        await program.until(2)
        # What happens while it is paused, and the server is down, is told afterwards, in order.
        paused = f"/api/v1/subscriptions/{subscription_id}"
        await server.ask("PATCH", paused, by="ada", body={"is_paused": True})
        for step in STEPS[1:]:
            case = await move(server, case, step)
        await server.restart()
        assert len(program.deliveries) == 2
        await server.ask("PATCH", paused, by="ada", body={"is_paused": False})
        await program.until(4)
        lead = {"interest": "Carol wants fifty lamps"}
        made = await server.ask("POST", f"{path}/leads", by="ann", body=lead)
        assert made.status == 201, made.body
        await program.until(5)
        article = {"article_id": "lamps", "en": {"title": "Lamps", "body": "They shine."}}
        added = await server.ask("POST", "/api/v1/articles", by="ada", body=article)
        assert added.status == 201, added.body
        sent = await server.ask("POST", f"{path}/articles", by="ann", body={"article_id": "lamps"})
        assert sent.status == 200, sent.body
        await program.until(6)
        case_id, told = case["case_id"], program.events
        assert ids(program)[:4] == [f"main.case.{case_id}.{n}" for n in (1, 2, 3, 4)]
        assert program.kinds() == [*wanted, "article.sent"]
        assert [event["data"]["state"] for event in told[:3]] == [
            "received",
            "acknowledged",
            "classified",
        ]
        assert (told[4]["data"]["queue_id"], told[5]["data"]["contact_id"]) == (
            "sales",
            contact_id,
        )
        for _, delivered in program.deliveries:
            assert not [
                word for word in ("Carol", "lamp is", "fifty") if word.encode() in delivered
            ]
        await tell_again(server, program, subscription_id, newest_no=told[5]["data"]["notice_no"])


async def tell_again(
    server: LiveServer, program: Receiver, subscription_id: str, *, newest_no: int
) -> None:
    """All the notices there are are told once more, under the ids they had; there are none beyond."""
    path, before = f"/api/v1/subscriptions/{subscription_id}/replay", ids(program)
    asked = {"feed": "notices", "from_seq": 1, "until_seq": newest_no}
    again = await server.ask("POST", path, by="ada", body=asked)
    assert again.status == 202, again.body
    await program.until(2 * len(before))
    assert ids(program) == 2 * before
    refused = await server.ask("POST", path, by="ada", body={**asked, "until_seq": newest_no + 1})
    assert (refused.status, refused.code) == (422, "subscription_invalid")


async def test_a_late_case_is_told_once_and_a_hanging_program_holds_nobody_up(
    tmp_path: Path, receiver: tuple[Receiver, str]
) -> None:
    program, url = receiver
    timing = {"more": MORE}
    async with live_server(tmp_path, subscriber_networks=LOOPBACK, timing=timing) as server:
        await subscribe(server, program, url, "case.late", "case.noted")
        contact_id, _, _ = await server.conversation()
        body = {"kind": "complaint", "subject": "Nothing came"}
        opened = await server.ask(
            "POST", f"/api/v1/contacts/{contact_id}/cases", by="ann", body=body
        )
        server.later(9 * 3600)
        server.parts.cases.look_again()
        await program.until(1)
        late = program.events[0]
        assert (late["type"], late["data"]["due"]) == ("case.late", "acknowledge")
        program.is_hanging = True
        case = opened.body["case"]
        for _ in range(3):
            case = await move(server, case, STEPS[2])
        await program.until(2)
        assert (await server.conversation())[0] != contact_id
        assert program.kinds() == ["case.late"]
        shown = (await row(server))["notices"]["live"]
        assert (
            shown["done_seq"]
            < (await server.ask("GET", "/api/v1/subscriptions", by="ada")).body["newest_notice_no"]
        )
