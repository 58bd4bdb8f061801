"""What people do and read is on record before they are answered."""

from typing import Any

import msgspec

from callcenter.auth.authorise import GRANTS, Permission
from callcenter.auth.principal import Role
from callcenter.ports.audit import AuditFilter
from callcenter.web.app import ROUTES
from tests.integration.api_stage import PASSWORD, ApiStage

CHANGING = {"POST", "PUT", "PATCH", "DELETE"}
OF_AUTHORITY = set(Permission) - set(GRANTS[Role.AGENT]) - {Permission.PUBLIC}
"""What an agent may not do is done with authority."""

CHANGES_NOTHING = {
    "/api/v1/configuration/check",
    "/api/v1/configuration/what-if",
    "/api/v1/configuration/yaml/read",
    "/api/v1/configuration/yaml/write",
    "/api/v1/flows/trial",
}


async def recorded(stage: ApiStage) -> list[dict[str, Any]]:
    """Oldest first, without the reads of the log itself."""
    found = await stage.store.audit_log.page(AuditFilter(), before_no=None, limit=100)
    return [
        {
            "by": one.user_id,
            "action": one.action,
            "object": f"{one.object_kind} {one.object_id}".strip(),
            "facts": msgspec.json.decode(one.facts),
        }
        for one in reversed(found)
    ]


def test_whatever_administrators_and_supervisors_change_is_recorded() -> None:
    for each in ROUTES:
        if each.method in CHANGING and each.permission in OF_AUTHORITY:
            assert each.audit is not None or each.path in CHANGES_NOTHING, each.path


async def test_log_ins_and_failed_ones(stage: ApiStage) -> None:
    for password in ("wrong one", PASSWORD):
        await stage.ask("POST", "/api/v1/session", body={"username": "ann", "password": password})
    await stage.ask("POST", "/api/v1/session", body={"username": "nobody", "password": PASSWORD})
    await stage.ask("DELETE", "/api/v1/session", by="ann")
    assert [(one["by"], one["action"], one["object"]) for one in await recorded(stage)] == [
        ("", "login_failed", "user u-ann"),
        ("u-ann", "logged_in", "user u-ann"),
        ("u-ann", "logged_out", ""),
    ]


async def test_a_supervisor_s_command_names_the_object_and_what_was_asked(stage: ApiStage) -> None:
    await stage.arrive("c-1")
    body = {"credit_ms": 60_000}
    await stage.ask("POST", "/api/v1/contacts/c-1/priority", by="sam", body=body)
    await stage.ask("POST", "/api/v1/contacts/c-1/priority", by="sue", body=body)
    assert await recorded(stage) == [
        {
            "by": "u-sam",
            "action": "priority_changed",
            "object": "contact c-1",
            "facts": {"credit_ms": 60_000, "is_total": False},
        }
    ]


async def test_people_without_what_they_are_called(stage: ApiStage) -> None:
    body = {"display_name": "Secret Name"}
    await stage.ask("PATCH", "/api/v1/users/u-ann", by="ada", body=body)
    (one,) = await recorded(stage)
    assert one["facts"] == {"fields": ["display_name"]}
    assert (one["action"], one["object"]) == ("person_changed", "user u-ann")


async def test_what_cannot_be_recorded_is_not_answered(stage: ApiStage) -> None:
    await stage.log_in("ada")
    stage.memory.fail_writes()
    answer = await stage.ask("GET", "/api/v1/audit", by="ada")
    stage.memory.fail_writes(fail=False)
    assert (answer.status, answer.code) == (503, "storage_unavailable")


async def test_an_administrator_reads_it_page_by_page(stage: ApiStage) -> None:
    for _ in range(3):
        await stage.ask("POST", "/api/v1/queues/sales/close", by="sam", body={})
    answer = await stage.ask("GET", "/api/v1/audit?limit=2", by="ada")
    assert [row["audit_no"] for row in answer.body["records"]] == [3, 2]
    assert answer.body["records"][0]["user_name"] == "Sam Display"
    before_no = answer.body["next_before_no"]
    answer = await stage.ask("GET", f"/api/v1/audit?before_no={before_no}", by="ada")
    assert [row["audit_no"] for row in answer.body["records"]] == [1]
    assert answer.body["next_before_no"] is None
    answer = await stage.ask("GET", "/api/v1/audit?action=audit_read", by="ada")
    assert len(answer.body["records"]) == 2
