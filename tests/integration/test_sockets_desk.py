"""Desk sockets: the end of a session, the board, late and double answers to an offer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from routing import events as ev
from tests.integration.live_server import LiveServer, has_offer, live_server
from tests.integration.test_sockets import published


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server."""
    async with live_server(tmp_path) as running:
        yield running


async def test_logging_out_closes_the_sockets_of_that_session_alone(server: LiveServer) -> None:
    first = await server.desk("ann")
    server.forget_cookie("ann")
    second = await server.desk("ann")
    assert (await server.ask("DELETE", "/api/v1/session", by="ann")).status == 204
    assert await second.bye() == "session_ended"
    await first.send({"type": "watch_board", "is_watching": False})
    assert not first.socket.closed


async def test_disabling_somebody_closes_their_sockets(server: LiveServer) -> None:
    desk = await server.ready_desk("ann")
    user_id = server.agent("ann").agent_id
    change = {"is_disabled": True}
    answer = await server.ask("PATCH", f"/api/v1/users/{user_id}", by="ada", body=change)
    assert answer.status == 200
    assert await desk.bye() == "session_ended"
    await server.until(lambda: user_id not in server.state.agents)


async def test_a_new_password_closes_the_sockets(server: LiveServer) -> None:
    desk = await server.desk("ann")
    path = f"/api/v1/users/{server.agent('ann').agent_id}/password"
    body = {"password": "another long password"}
    assert (await server.ask("POST", path, by="ada", body=body)).status == 204
    assert await desk.bye() == "session_ended"


# --- the board --------------------------------------------------------------------------------------


async def test_supervisors_watch_the_board(server: LiveServer) -> None:
    boards = {}
    for name in ("sam", "ada"):
        page = await server.desk(name)
        await page.send({"type": "watch_board", "is_watching": True})
        boards[name] = (await page.of("board"), page)
    assert [line["queue_id"] for line in boards["sam"][0]["queues"]] == ["sales"]
    assert [line["queue_id"] for line in boards["ada"][0]["queues"]] == ["sales", "help"]
    assert sorted(line["display_name"] for line in boards["sam"][0]["agents"]) == [
        "Ann Berg",
        "Bob Lund",
    ]
    started = await server.start_chat()
    for _, page in boards.values():
        board = await page.until(lambda f: f["type"] == "board" and f["queues"][0]["waiting"])
        assert board["queues"][0]["arrived_today"] == 1
        assert board["as_of_seq"] == server.state.seq
    page = boards["sam"][1]
    await page.send({"type": "watch_board", "is_watching": False})
    customer = await server.customer(started["token"])
    await customer.send({"type": "end"})
    other = boards["ada"][1]
    await other.until(lambda f: f["type"] == "board" and f["queues"][0]["abandoned_today"])
    seen = len(page.frames)
    await page.send({"type": "watch_board", "is_watching": True})
    assert (await page.of("board"))["queues"][0]["abandoned_today"] == 1
    assert len(page.frames) == seen + 1


async def test_an_agent_watches_no_board(server: LiveServer) -> None:
    page = await server.desk("ann")
    await page.send({"type": "watch_board", "is_watching": True})
    boss = await server.desk("sam")
    await boss.send({"type": "watch_board", "is_watching": True})
    await server.start_chat()
    await boss.until(lambda f: f["type"] == "board" and f["queues"][0]["waiting"])
    await server.ready_desk("ann")
    await page.until(has_offer)
    assert "board" not in [frame["type"] for frame in page.frames]


# --- late and double --------------------------------------------------------------------------------


async def test_two_tabs_accept_the_same_offer(server: LiveServer) -> None:
    desk = await server.ready_desk("ann")
    await server.start_chat()
    offer_id = (await desk.until(has_offer))["desk"]["offers"][0]["offer_id"]
    path = f"/api/v1/offers/{offer_id}/accept"
    answers = await asyncio.gather(*(server.ask("POST", path, by="ann", body={}) for _ in range(4)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert {answer.code for answer in answers if answer.status == 409} == {"offer_ended"}
    late = next(answer for answer in answers if answer.status == 409)
    assert "accepted" in late.body["error"]["message"]
    same = [await server.ask("POST", path, by="ann", body={}, Idempotency_Key="k") for _ in "12"]
    assert [answer.status for answer in same] == [409, 409]


async def test_an_accept_repeated_with_its_key_is_one_accept(server: LiveServer) -> None:
    desk = await server.ready_desk("ann")
    await server.start_chat()
    offer_id = (await desk.until(has_offer))["desk"]["offers"][0]["offer_id"]
    path = f"/api/v1/offers/{offer_id}/accept"
    first, repeat = [
        await server.ask("POST", path, by="ann", body={}, Idempotency_Key="k") for _ in range(2)
    ]
    assert (first.status, repeat.body) == (200, first.body)
    assert len(published(server, ev.OfferAccepted)) == 1


async def test_an_accept_after_the_customer_left(server: LiveServer) -> None:
    desk = await server.ready_desk("ann")
    started = await server.start_chat()
    offer_id = (await desk.until(has_offer))["desk"]["offers"][0]["offer_id"]
    customer = await server.customer(started["token"])
    await customer.send({"type": "end"})
    await desk.until(lambda f: f["type"] == "desk" and not f["desk"]["offers"])
    await server.parts.reading.interaction_log.wait_for(server.state.seq)
    late = await server.ask("POST", f"/api/v1/offers/{offer_id}/accept", by="ann", body={})
    assert (late.status, late.code) == (409, "offer_ended")
    assert "rescinded" in late.body["error"]["message"]


async def test_a_rejected_chat_goes_to_the_next(server: LiveServer) -> None:
    ann = await server.ready_desk("ann")
    started = await server.start_chat()
    offer_id = (await ann.until(has_offer))["desk"]["offers"][0]["offer_id"]
    bob = await server.ready_desk("bob")
    path = f"/api/v1/offers/{offer_id}/reject"
    assert (await server.ask("POST", path, by="ann", body={})).status == 200
    card = (await bob.until(has_offer))["desk"]["offers"][0]
    assert card["contact_id"] == started["contact_id"]
    assert (await server.ask("POST", path, by="ann", body={})).code == "offer_ended"
