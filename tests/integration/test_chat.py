"""A chat as two browsers see it, and everything a customer's page may do or suffer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.live_server import LiveServer, has_offer, live_server


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[LiveServer]:
    """A running server."""
    async with live_server(tmp_path) as running:
        yield running


async def test_a_whole_chat(server: LiveServer) -> None:
    desk = await server.ready_desk("ann")
    widget = await server.ask("GET", "/api/v1/chat/widgets/shop")
    assert (widget.body["is_staffed"], widget.body["waiting"]) == (True, 0)
    started = await server.start_chat("Where is my parcel?")
    contact_id = started["contact_id"]
    customer = await server.customer(started["token"])
    assert customer.texts() == ["Where is my parcel?"]
    card = (await desk.until(has_offer))["desk"]["offers"][0]
    assert (card["customer_name"], card["opening_text"]) == ("Carol", "Where is my parcel?")
    offer = f"/api/v1/offers/{card['offer_id']}/accept"
    assert (await server.ask("POST", offer, by="ann", body={})).status == 200
    state = await customer.until(lambda frame: frame.get("state") == "connected")
    assert (state["agent_name"], state["position"]) == ("Ann Berg", None)

    await desk.send({"type": "typing", "contact_id": contact_id})
    await customer.of("typing")
    messages = f"/api/v1/contacts/{contact_id}/messages"
    said = await server.ask("POST", messages, by="ann", body={"text": "On its way."})
    line = (await customer.of("message"))["message"]
    assert (line["author"], line["author_name"], line["text"]) == (
        "agent",
        "Ann Berg",
        "On its way.",
    )
    assert line["seq"] == said.body["seq"]

    await customer.send({"type": "typing"})
    assert (await desk.of("typing"))["contact_id"] == contact_id
    await customer.send({"type": "message", "message_id": "m1", "text": " Thank you! "})
    own = (await customer.of("message"))["message"]
    assert (own["message_id"], own["text"], own["author_name"]) == ("m1", "Thank you!", "Carol")
    seen = await desk.until(lambda frame: frame["type"] == "message" and frame["message"] == own)
    assert seen["contact_id"] == contact_id

    await customer.send({"type": "end"})
    assert (await customer.until(lambda frame: frame.get("state") == "closed"))["agent_name"] == ""
    wrap_up = await desk.until(
        lambda frame: (
            frame["type"] == "desk" and frame["desk"]["assignments"][0]["state"] == "wrap_up"
        )
    )
    assert wrap_up["desk"]["assignments"][0]["is_ended_by_customer"]
    done = {"disposition_id": "solved", "notes": "Parcel found."}
    finish = f"/api/v1/contacts/{contact_id}/wrap-up"
    assert (await server.ask("POST", finish, by="ann", body=done)).status == 200
    await desk.until(lambda frame: frame["type"] == "desk" and not frame["desk"]["assignments"])
    await server.parts.reading.interaction_log.wait_for(server.state.seq)
    row = (await server.ask("GET", f"/api/v1/contacts/{contact_id}", by="ann")).body
    assert (row["state"], row["interaction"]["outcome"]) == ("closed", "handled")
    assert row["interaction"]["messages"] == 2
