"""Numbers and phone systems as a supervisor reads them, and numbers nobody knows."""

from pathlib import Path
from typing import Any

from tests.integration import scripted_pbx
from tests.integration.live_server import LiveServer
from tests.integration.scripted_pbx import TELEPHONY, ScriptedPbx

MORE = TELEPHONY.replace(
    'connections: [{id: pbx, control_url: "http://127.0.0.1:9"}]',
    'connections: [{id: pbx, control_url: "http://127.0.0.1:9", lines_max: 1}, {id: spare, control_url: "http://127.0.0.1:9"}]\n'
    '  default_number: "200"',
)


def server_of(pbx: ScriptedPbx, tmp_path: Path) -> LiveServer:
    """Of one line, with a second phone system that has no keys."""
    server = LiveServer(tmp_path, timing={"more": MORE}, **pbx.settings)
    (server.folder / "people.yaml").write_text(scripted_pbx.PEOPLE + SAM, encoding="utf-8")
    pbx.server_of = server
    return server


SAM = "  - {username: sam, display_name: Sam Okafor, role: supervisor, team: north, queues: [sales], watched_teams: [north], language: en}\n"


async def read(server: LiveServer) -> Any:  # noqa: ANN401 - JSON
    answer = await server.ask("GET", "/api/v1/telephony", by="sam")
    assert answer.status == 200, answer.body
    return answer.body


def alarms(view: Any) -> dict[str, str]:  # noqa: ANN401 - JSON
    return {one["connection_id"]: one["alarm"] for one in view["trunks"]}


async def test_what_is_going_on_and_what_was(tmp_path: Path) -> None:
    async with ScriptedPbx() as pbx, server_of(pbx, tmp_path) as server:
        view = await read(server)
        assert alarms(view) == {"pbx": "", "spare": "unset"}
        assert [(one["number"], one["queue_id"], one["is_default"]) for one in view["numbers"]] == [
            ("100", "sales", False),
            ("200", "help", True),
        ]
        await pbx.call()
        await pbx.order("park")
        view = await read(server)
        assert alarms(view)["pbx"] == "full"
        trunk, number = view["trunks"][0], view["numbers"][0]
        assert (trunk["kind"], trunk["calls_now"], trunk["lines_max"]) == ("webhook", 1, 1)
        assert (number["calls_now"], number["calls"], trunk["calls"]) == (1, 1, 1)
        await pbx.say("call.ended", "c1", cause="hangup")
        await pbx.over()
        view = await read(server)
        trunk, number = view["trunks"][0], view["numbers"][0]
        assert (trunk["calls_now"], trunk["calls"], trunk["blocked"]) == (0, 1, 0)
        assert trunk["busy_hour_calls"] == 1
        assert view["since_ms"] <= trunk["busy_hour_ms"] <= view["server_now_ms"]
        assert (number["calls"], number["calls_now"]) == (1, 0)
        forbidden = await server.ask("GET", "/api/v1/telephony", by="ann")
        assert forbidden.status == 403


async def test_a_number_nobody_knows_leads_where_the_default_does(tmp_path: Path) -> None:
    async with ScriptedPbx() as pbx, server_of(pbx, tmp_path) as server:
        await pbx.call(to="999")
        gather = await pbx.order("gather")
        assert gather["text"] == "Hello"
        assert (await read(server))["unknown_calls"] == 1
        await pbx.say("call.ended", "c1", cause="hangup")
        await pbx.over()
        assert (await read(server))["unknown_calls"] == 1
