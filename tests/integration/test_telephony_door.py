"""The door for events over real sockets: who is let in, what is stored, and that it is stored once."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from callcenter.telephony.limits import EVENTS_BYTES_MAX
from callcenter.telephony.signing import Keys
from tests.integration.live_server import LiveServer
from tests.integration.scripted_pbx import KEY, ScriptedPbx


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


@pytest.fixture
async def server(pbx: ScriptedPbx, tmp_path: Path) -> AsyncIterator[LiveServer]:
    async with pbx.server(tmp_path) as running:
        yield running


def signed(server: LiveServer, data: bytes, key: str = KEY, off_ms: int = 0) -> dict[str, str]:
    return Keys([key]).headers("m1", data, server.parts.clock.now_ms() + off_ms)


async def test_only_whoever_has_the_key_is_heard(server: LiveServer, pbx: ScriptedPbx) -> None:
    data = msgspec.json.encode(pbx.event("call.arrived", "c1", **{"from": "1", "to": "100"}))
    right = signed(server, data)
    assert await pbx.post(data, {}) == 401
    assert await pbx.post(data + b" ", right) == 401
    assert await pbx.post(data, signed(server, data, "whsec_" + "b" * 40)) == 401
    assert await pbx.post(data, signed(server, data, off_ms=-301_000)) == 401
    assert await pbx.post(data, right, "another") == 401
    assert server.parts.telephony.book.open_count == 0
    assert await pbx.post(data, right) == 204
    assert server.parts.telephony.book.open_count == 1


async def test_a_repeat_is_answered_alike_and_changes_nothing(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    arrived = pbx.event("call.arrived", "c1", **{"from": "1", "to": "100"})
    data = msgspec.json.encode([arrived, arrived])
    headers = signed(server, data)
    for _ in range(3):
        assert await pbx.post(data, headers) == 204
    await server.until(lambda: len(server.state.contacts) == 1)
    await pbx.order("park")
    assert pbx.kinds() == ["answer", "park"]


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"{", 422),
        (b"[]", 422),
        (b'{"type":"call.ended","event_id":"e","call_id":"k","n":1}', 422),
        (b" " * (EVENTS_BYTES_MAX + 1), 413),
    ],
)
async def test_what_is_no_event_is_refused_whole(
    server: LiveServer, pbx: ScriptedPbx, data: bytes, status: int
) -> None:
    assert await pbx.post(data, signed(server, data)) == status
    assert server.parts.telephony.book.open_count == 0


async def test_another_content_type_is_refused(server: LiveServer, pbx: ScriptedPbx) -> None:
    data = b"x"
    headers = {**signed(server, data), "Content-Type": "text/plain"}
    assert await pbx.post(data, headers) == 415


async def test_an_event_of_ten_minutes_ago_still_ends_its_call(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    await pbx.call()
    await pbx.order("park")
    late = pbx.event("call.ended", "c1", cause="hangup")
    late["at_ms"] = server.parts.clock.now_ms() - 600_000
    assert await pbx.deliver(late) == 204
    await server.until(lambda: not server.state.contacts)


async def test_events_in_the_wrong_order_are_acted_on_in_the_right_one(
    server: LiveServer, pbx: ScriptedPbx
) -> None:
    pbx.acts = set()
    told = [
        pbx.event("call.arrived", "c1", **{"from": "+491", "to": "100"}),
        pbx.event("command.done", "c1", command_id=""),
        pbx.event("call.ended", "c1", cause="hangup"),
    ]
    # The contact's id is not known before its call is: the first command names it.
    await pbx.deliver(told[0])
    answer = await pbx.order("answer")
    told[1]["command_id"] = answer["command_id"]
    for each in reversed(told[1:]):
        assert await pbx.deliver(each) == 204
    contact_id = answer["command_id"].partition(".")[0]
    assert await pbx.over(contact_id) == "hangup"
    rows = [row async for row in server.parts.store.journal.read(0)]
    assert [row.event_type for row in rows][-4:] == [
        "ContactArrived",
        "ContactQueued",
        "ContactEnded",
        "ContactClosed",
    ]
