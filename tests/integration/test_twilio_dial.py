"""Calls that we place over Twilio: by agents and as call-backs. Each is asked for once, whatever becomes of the answer."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from callcenter.call_backs.promises import Promise
from callcenter.ports.call_backs import CallBackState, MadeBy
from callcenter.telephony import limits as telephony_limits
from routing.ids import QueueId
from routing.state import ContactState
from tests.integration.phone_worlds import MUSIC, Twilio, over, twilio, until

NUMBER, WRITTEN = "+49307654321", "030 765 43 21"
CALL_BACK = 'call_back: {connection: pbx, shown_number: "+49302", prefixes: ["+49"], ring_s: 20, gap_s: 600}'


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Twilio]:
    async with twilio(tmp_path, CALL_BACK) as opened:
        yield opened


def placed(world: Twilio) -> list[dict[str, str]]:
    """What REST was asked to call."""
    calls = [
        fields
        for method, path, fields in world.provider.asked
        if (method, path[:6]) == ("POST", "/Calls")
    ]
    return [fields for fields in calls if fields.get("To") == NUMBER]


async def dial(world: Twilio) -> str:
    """Ann dials and picks up: her contact."""
    await world.server.ready_desk("ann")
    body = {"number": WRITTEN}
    answer = await world.server.ask("POST", "/api/v1/me/calls", by="ann", body=body)
    assert answer.status == 200, answer.body
    world.pick_up(await world.provider.ring("1001"))
    return str(answer.body["contact_id"])


async def do(world: Twilio, contact_id: str, verb: str) -> None:
    path = f"/api/v1/contacts/{contact_id}/call/{verb}"
    assert (await world.server.ask("POST", path, by="ann", body={})).status == 200


def state_of(world: Twilio, contact_id: str) -> ContactState | None:
    contact = world.server.contact(contact_id)
    return None if contact is None else contact.state


async def test_the_own_phone_then_the_customers_and_they_talk(world: Twilio) -> None:
    contact_id = await dial(world)
    customer = await world.provider.ring(NUMBER)
    assert (customer.caller, customer.direction) == ("+49301", "outbound-api")
    assert state_of(world, contact_id) is ContactState.DIALLING
    world.pick_up(customer)
    (leg,) = world.rung("1001")
    await until(world, lambda: (customer.hears, leg.hears) == ("1001", NUMBER))
    await until(world, lambda: state_of(world, contact_id) is ContactState.CONNECTED)
    await do(world, contact_id, "hold")
    await until(world, lambda: customer.hears == MUSIC)
    await do(world, contact_id, "unhold")
    await until(world, lambda: customer.hears == "1001")
    await do(world, contact_id, "hang-up")
    assert await over(world, contact_id) == "released"
    assert len(placed(world)) == 1


@pytest.mark.parametrize(
    ("manner", "sip_code", "cause"),
    [
        ("busy", "486", "busy"),
        ("busy", "603", "declined"),
        ("no-answer", "", "no_answer"),
        ("failed", "", "unreachable"),
    ],
)
async def test_why_a_customer_was_not_reached(
    world: Twilio, manner: str, sip_code: str, cause: str
) -> None:
    contact_id = await dial(world)
    world.provider.end(await world.provider.ring(NUMBER), manner, sip_code)
    assert await over(world, contact_id) == cause
    assert state_of(world, contact_id) is ContactState.WRAP_UP


async def test_a_number_that_does_not_exist_is_unreachable(world: Twilio) -> None:
    world.provider.unknown.add(NUMBER)
    contact_id = await dial(world)
    await until(world, lambda: state_of(world, contact_id) is ContactState.WRAP_UP)
    assert await over(world, contact_id) == "released"
    assert (len(placed(world)), world.rung(NUMBER)) == (1, [])


async def test_an_agent_who_hangs_up_stops_the_customers_phone(world: Twilio) -> None:
    contact_id = await dial(world)
    customer = await world.provider.ring(NUMBER)
    (leg,) = world.rung("1001")
    world.put_down(leg)
    await until(world, lambda: customer.status == "canceled")
    assert await over(world, contact_id) == "released"


async def test_a_request_whose_answer_was_lost_is_not_repeated(world: Twilio) -> None:
    await world.server.ready_desk("ann")
    body = {"number": WRITTEN}
    answer = await world.server.ask("POST", "/api/v1/me/calls", by="ann", body=body)
    leg = await world.provider.ring("1001")
    world.provider.loses_answer = True
    world.pick_up(leg)
    customer = await world.provider.ring(NUMBER)
    world.pick_up(customer)
    await until(world, lambda: customer.hears == "1001")
    assert len(placed(world)) == 1
    await do(world, answer.body["contact_id"], "hang-up")
    assert await over(world, answer.body["contact_id"]) == "released"


async def test_a_server_that_died_as_it_asked_asks_nothing_again(
    world: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody knows whether the phone rings, and it says nothing: the call has failed, and what rings is stopped as it says so."""
    await world.server.ready_desk("ann")
    body = {"number": WRITTEN}
    answer = await world.server.ask("POST", "/api/v1/me/calls", by="ann", body=body)
    leg = await world.provider.ring("1001")
    world.provider.loses_answer = world.provider.loses_callbacks = True
    world.pick_up(leg)
    customer = await world.provider.ring(NUMBER)
    await world.server.stop()
    monkeypatch.setattr(telephony_limits, "ORDER_MS", 100)
    await world.server.start()
    contact_id = answer.body["contact_id"]
    await until(world, lambda: state_of(world, contact_id) is not ContactState.DIALLING)
    assert len(placed(world)) == 1
    world.provider.loses_callbacks = False
    world.pick_up(customer)
    await until(world, lambda: world.live() == 0)
    assert customer.hears == ""


def steps(world: Twilio) -> list[tuple[CallBackState, int, str]]:
    """How the one call-back stands: its attempts, and how the last one ended."""
    rows = world.server.parts.call_backs.register.all()
    return [(one.state, one.attempts, one.last_outcome) for one in rows]


async def promise(world: Twilio) -> None:
    wanted: dict[str, Any] = {"call_back_id": "b1", "queue_id": QueueId("sales"), "number": NUMBER}
    await world.server.parts.call_backs.make(Promise(**wanted, made_by=MadeBy.PROGRAM))


async def test_a_customer_is_called_back_across_a_restart(world: Twilio) -> None:
    await world.server.ready_desk("ann")
    await promise(world)
    customer = await world.provider.ring(NUMBER)
    assert customer.caller == "+49302"
    await until(world, lambda: [state for state, _, _ in steps(world)] == [CallBackState.DIALLING])
    await world.server.restart()
    await world.server.desk("ann")
    world.pick_up(customer)
    leg = await world.provider.ring("1001")
    world.pick_up(leg)
    await until(world, lambda: (customer.hears, leg.hears) == ("1001", NUMBER))
    (contact_id,) = world.server.state.contacts
    world.leave(customer)
    assert await over(world, contact_id) == "hangup"
    assert len(placed(world)) == 1


async def test_a_customer_who_is_busy_is_called_back_later(world: Twilio) -> None:
    world.provider.manners[NUMBER] = "busy"
    await world.server.ready_desk("ann")
    await promise(world)
    await until(world, lambda: steps(world) == [(CallBackState.SCHEDULED, 1, "busy")])
    assert len(placed(world)) == 1
