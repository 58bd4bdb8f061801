"""The same stories over each kind of phone system: what the port promises, whatever adapter stands behind it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from routing.model import REASON_PHONE_FAULT, AgentState
from routing.state import Contact, ContactState
from tests.integration.live_server import Page, has_offer
from tests.integration.phone_worlds import (
    AGENT,
    MUSIC,
    SILENCE,
    Thing,
    World,
    asterisk,
    over,
    soft_pbx,
    twilio,
    until,
)

WRAP_UP = {"disposition_id": "solved", "notes": ""}


@pytest.fixture(params=[soft_pbx, twilio, asterisk], ids=["soft_pbx", "twilio", "asterisk"])
async def world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    async with request.param(tmp_path) as opened:
        yield opened


async def hears(world: World, call: Thing, what: str) -> None:
    await until(world, lambda: world.heard_by(call) == what)


async def rings(world: World, phone: str, times: int = 1) -> Thing:
    legs: list[Thing] = await until(world, lambda: world.rung(phone)[times - 1 :])
    return legs[0]


async def only_contact(world: World) -> Contact:
    contacts = world.server.state.contacts
    await until(world, lambda: len(contacts) == 1)
    (contact,) = contacts.values()
    return contact


async def do(world: World, agent: str, contact_id: str, what: str, **body: str) -> None:
    path = f"/api/v1/contacts/{contact_id}/{what}"
    done = await world.server.ask("POST", path, by=agent, body=body)
    assert done.status == 200, done.body


async def talk(world: World) -> tuple[Thing, Thing, str]:
    """A call that Ann has answered on the phone: caller, leg, contact."""
    await world.server.ready_desk("ann")
    call = world.call()
    leg = await rings(world, "1001")
    world.pick_up(leg)
    await hears(world, call, AGENT)
    contact = await only_contact(world)
    await until(world, lambda: is_talking(world, contact.contact_id))
    return call, leg, contact.contact_id


def is_talking(world: World, contact_id: str) -> bool:
    card = world.server.parts.telephony.book.card(contact_id)  # type: ignore[arg-type]
    return card is not None and card.state == "talking"


def held(world: World, contact_id: str) -> bool:
    contact = world.server.contact(contact_id)
    return contact is not None and contact.held_since_ms is not None


async def test_digits_queue_leg_bridge_hold_hang_up(world: World) -> None:
    call = world.call("200")
    await until(world, lambda: world.is_asked(call))
    world.press(call, "2")
    await hears(world, call, MUSIC)
    contact = await only_contact(world)
    assert (contact.queue_id, contact.state) == ("sales", ContactState.WAITING)
    desk: Page = await world.server.ready_desk("ann")
    leg = await rings(world, "1001")
    offer = (await desk.until(has_offer))["desk"]["offers"][0]
    assert (offer["channel"], offer["call"]["caller"]) == ("voice", "•••• 3456")
    world.pick_up(leg)
    await hears(world, call, AGENT)
    await until(world, lambda: is_talking(world, contact.contact_id))
    await do(world, "ann", contact.contact_id, "call/hold")
    await hears(world, call, MUSIC)
    await until(world, lambda: held(world, contact.contact_id))
    await do(world, "ann", contact.contact_id, "call/unhold")
    await hears(world, call, AGENT)
    await until(world, lambda: not held(world, contact.contact_id))
    for what, heard in (("mute", SILENCE), ("unmute", AGENT)):
        await do(world, "ann", contact.contact_id, f"call/{what}")
        await hears(world, call, heard)
    await do(world, "ann", contact.contact_id, "call/hang-up")
    assert await over(world, contact.contact_id) == "released"
    await do(world, "ann", contact.contact_id, "wrap-up", **WRAP_UP)
    assert not world.server.agent("ann").holds


async def test_callers_who_leave_at_each_instant(world: World) -> None:
    call = world.call()
    await hears(world, call, MUSIC)
    waiting = (await only_contact(world)).contact_id
    world.leave(call)
    assert await over(world, waiting) == "hangup"
    await world.server.ready_desk("ann")
    call = world.call()
    await rings(world, "1001")
    world.leave(call)
    await until(world, lambda: world.live() == 0 and not world.server.state.contacts)
    call = world.call()
    world.pick_up(await rings(world, "1001", 2))
    world.leave(call)  # as the agent answers
    await until(world, lambda: world.live() == 0 and not world.server.state.offers)
    await wrapped_up(world)
    for has_held in (False, True):
        call = world.call()
        world.pick_up(await rings(world, "1001", 3 + has_held))
        await hears(world, call, AGENT)
        contact_id = (await only_contact(world)).contact_id
        if has_held:
            await until(world, lambda contact_id=contact_id: is_talking(world, contact_id))  # type: ignore[misc]
            await do(world, "ann", contact_id, "call/hold")
            await hears(world, call, MUSIC)
        world.leave(call)
        assert await over(world, contact_id) == "hangup"
        await wrapped_up(world)
    assert world.server.agent("ann").state is AgentState.READY


async def wrapped_up(world: World) -> None:
    """Whoever was talked with is done with."""
    await until(world, lambda: world.server.parts.telephony.book.open_count == 0)
    for contact in list(world.server.state.contacts.values()):
        await do(world, "ann", contact.contact_id, "wrap-up", **WRAP_UP)
    assert not world.server.agent("ann").holds


async def test_the_agent_puts_the_phone_down(world: World) -> None:
    _, leg, contact_id = await talk(world)
    world.put_down(leg)
    assert await over(world, contact_id) == "released"
    contact = world.server.contact(contact_id)
    assert contact is not None
    assert contact.state is ContactState.WRAP_UP


@pytest.mark.parametrize("manner", ["busy", "dead"])
async def test_a_phone_that_cannot_be_rung_is_a_fault_of_the_phone(
    world: World, manner: str
) -> None:
    with world.spoiled("1001", manner):
        await world.server.ready_desk("ann")
        call = world.call()
        await until(world, lambda: world.server.agent("ann").reason_id == REASON_PHONE_FAULT)
    await world.server.ready_desk("bob")
    world.pick_up(await rings(world, "1002"))
    await hears(world, call, AGENT)
    world.leave(call)


async def test_a_call_that_is_pressed_away_waits_on(world: World) -> None:
    await world.server.ready_desk("ann")
    call = world.call()
    world.put_down(await rings(world, "1001"))
    await until(world, lambda: not world.server.state.offers)
    contact = await only_contact(world)
    await until(world, lambda: contact.state is ContactState.WAITING)
    assert world.server.agent("ann").state is AgentState.READY
    await hears(world, call, MUSIC)
    world.leave(call)
    assert await over(world, contact.contact_id) == "hangup"


async def test_a_call_is_handed_on(world: World) -> None:
    call, _, contact_id = await talk(world)
    await world.server.ready_desk("bob")
    bob = world.server.agent("bob").agent_id
    await do(world, "ann", contact_id, "transfer", agent_id=bob)
    leg = await rings(world, "1002")
    await hears(world, call, MUSIC)
    world.pick_up(leg)
    await hears(world, call, AGENT)
    await until(world, lambda: world.live() == 2)
    world.leave(call)
    assert await over(world, contact_id) == "hangup"


async def test_a_restart_loses_no_call_and_rings_nobody_twice(world: World) -> None:
    call, leg, contact_id = await talk(world)
    second = world.call()
    await hears(world, second, MUSIC)
    await world.server.restart()
    assert (world.heard_by(call), world.heard_by(second)) == (AGENT, MUSIC)
    await world.server.desk("ann")
    await do(world, "ann", contact_id, "call/hold")
    await hears(world, call, MUSIC)
    await until(world, lambda: held(world, contact_id))
    world.put_down(leg)
    await until(world, lambda: world.live() == 1)
    await world.server.ready_desk("bob")
    world.pick_up(await rings(world, "1002"))
    await hears(world, second, AGENT)
    assert len(world.rung("1001")) == 1
    world.leave(second)
    assert await over(world, contact_id) == "released"
