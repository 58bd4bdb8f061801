"""A draft is tried on what has been: over the real server, in a process of its own."""

from pathlib import Path
from typing import Any

import pytest

from callcenter.bootstrap import what_ifs
from tests.integration.live_server import LiveServer, live_server
from tests.looking import pause

PATH = "/api/v1/configuration/what-if"


async def document(server: LiveServer) -> dict[str, Any]:
    answer = await server.ask("GET", "/api/v1/configuration/document", by="ada")
    return dict(answer.body["document"])


async def start(server: LiveServer, draft: dict[str, Any]) -> dict[str, Any]:
    answer = await server.ask("POST", PATH, by="ada", body={"document": draft})
    assert answer.status == 200, answer.body
    return dict(answer.body)


async def ended(server: LiveServer, what_if_id: str) -> dict[str, Any]:
    while True:
        answer = await server.ask("GET", f"{PATH}?what_if_id={what_if_id}", by="ada")
        assert answer.status == 200, answer.body
        if answer.body["state"] != "running":
            return dict(answer.body)
        await pause()


async def handled_chat(server: LiveServer) -> None:
    contact_id, _, _ = await server.conversation()
    path = f"/api/v1/contacts/{contact_id}/end"
    assert (await server.ask("POST", path, by="ann", body={})).status == 200


async def test_an_unchanged_configuration_changes_nothing(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        await handled_chat(server)
        began = await start(server, await document(server))
        view = await ended(server, began["what_if_id"])
        assert (view["state"], view["failure"], view["permille"]) == ("done", None, 1000)
        result = view["result"]
        assert result["contacts"] == 1
        assert (result["control_contacts_changed"], result["contacts_changed"]) == (0, 0)
        total = next(row for row in result["queues"] if row["queue_id"] == "total")
        assert total["journal"]["answered"] == 1
        assert total["journal"] == total["estimated"] == total["patient"] == total["impatient"]


async def test_a_change_is_told_contact_by_contact(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        await handled_chat(server)
        draft = await document(server)
        for queue in draft["queues"]:
            # Nobody can: whoever comes in waits.
            queue |= {"needs": {"astronomy": 1}, "waits_for_impossible": True}
        draft["skills"].append({"id": "astronomy", "name": {"en": "Astronomy", "zh": "天文"}})
        began = await start(server, draft)
        result = (await ended(server, began["what_if_id"]))["result"]
        assert result["contacts_changed"] == 1
        (change,) = result["changes"]
        assert change["before"]["outcome"] == "answered"
        assert change["after"]["agent_id"] is None
        patient = next(row for row in result["queues"] if row["queue_id"] == "total")["patient"]
        assert (patient["answered"], patient["open"]) == (0, 1)


async def test_one_at_a_time_and_it_can_be_stopped(tmp_path: Path) -> None:
    async with live_server(tmp_path) as server:
        await handled_chat(server)
        draft = await document(server)
        began = await start(server, draft)
        second = await server.ask("POST", PATH, by="ada", body={"document": draft})
        assert (second.status, second.code) == (409, "what_if_running")
        stopped = await server.ask("DELETE", f"{PATH}?what_if_id={began['what_if_id']}", by="ada")
        assert stopped.body["state"] == "stopped"
        # Its process has gone, and the next one runs.
        view = await ended(server, (await start(server, draft))["what_if_id"])
        assert view["state"] == "done"
        assert server.parts.what_ifs._process is None
        # Stopped before it had a process; the one before may still be ending.
        hasty = server.parts.what_ifs.start("queues: []", 20.0)
        assert hasty is not None
        server.parts.what_ifs.stop(hasty.what_if_id)
        again = await ended(server, (await start(server, draft))["what_if_id"])
        assert (again["state"], again["result"]["contacts"]) == ("done", 1)
        old = await server.ask("GET", f"{PATH}?what_if_id={began['what_if_id']}", by="ada")
        assert (old.status, old.code) == (404, "what_if_unknown")


async def test_what_cannot_be_tried_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with live_server(tmp_path) as server:
        draft = await document(server)
        empty = await ended(server, (await start(server, draft))["what_if_id"])
        assert (empty["state"], empty["failure"]) == ("failed", "no_contacts")

        wrong = await server.ask("POST", PATH, by="ada", body={"document": {"queues": 5}})
        assert (wrong.status, wrong.code) == (422, "configuration_refused")
        assert wrong.body["error"]["path"].startswith("$.document")
        nobody = await server.ask("POST", PATH, by="ann", body={"document": draft})
        assert (nobody.status, nobody.code) == (403, "forbidden")

        monkeypatch.setattr(what_ifs, "WHAT_IF_MAX_S", 0.0)
        late = await ended(server, (await start(server, draft))["what_if_id"])
        assert (late["state"], late["failure"]) == ("failed", "too_long")
