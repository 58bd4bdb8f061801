"""What is Twilio's own: signatures, documents that come again, legs rung twice, what was missed. The common stories are in `test_phone_systems.py`."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from callcenter.telephony import limits as telephony_limits
from callcenter.telephony.twiml import limits, rest
from loadtests.twilio_provider import ACCOUNT, PUBLIC, sign
from routing.model import AgentState
from tests.integration.phone_worlds import AGENT, MUSIC, Thing, Twilio, over, twilio, until

VOICE = f"{PUBLIC}/telephony/twilio/pbx/voice"
SID = "CA" + "ab" * 16
ARRIVES = {
    "AccountSid": ACCOUNT,
    "CallSid": SID,
    "CallStatus": "ringing",
    "From": "+4930123456",
    "To": "100",
}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[Twilio]:
    async with twilio(tmp_path) as opened:
        yield opened


async def hears(world: Twilio, call: Thing, what: str) -> None:
    await until(world, lambda: world.heard_by(call) == what)


async def stored(world: Twilio) -> list[str]:
    """Ids of all events that open calls have told."""
    calls = await world.server.parts.store.calls.open_calls()
    events = [one for row in calls for one in await world.server.parts.store.calls.of_call(row)]
    return [one.event_id for one in events]


async def test_only_the_provider_is_heard_and_only_at_its_public_address(world: Twilio) -> None:
    provider, right = world.provider, sign(VOICE, ARRIVES)
    elsewhere = sign(VOICE.replace("https", "http"), ARRIVES)
    for signature in ("", "x", elsewhere, sign(VOICE, ARRIVES, "another token"), right[:-2] + "A="):
        assert (await provider.deliver(VOICE, ARRIVES, signature))[0] == 403
    assert (await provider.deliver(VOICE, {**ARRIVES, "To": "200"}, right))[0] == 403
    assert (await provider.deliver(f"{VOICE}?x=1", ARRIVES, right))[0] == 403
    assert (await provider.deliver(VOICE.replace("pbx", "another"), ARRIVES))[0] == 403
    assert world.server.parts.telephony.book.open_count == 0
    assert (await provider.deliver(VOICE, ARRIVES, right))[0] == 200
    assert world.server.parts.telephony.book.open_count == 1


async def test_what_is_no_webhook_is_refused(world: Twilio) -> None:
    many = {f"f{number}": "1" for number in range(limits.FIELDS_MAX)}
    for what, fields, status in (
        ("voice", {**ARRIVES, "CallSid": "1"}, 422),
        ("voice", {"To": "100"}, 422),
        ("nothing", ARRIVES, 422),
        ("voice", {**ARRIVES, **many}, 422),
        ("voice", {**ARRIVES, "x": "x" * limits.BODY_BYTES_MAX}, 413),
    ):
        assert (await world.provider.deliver(VOICE.replace("voice", what), fields))[0] == status
    assert world.server.parts.telephony.book.open_count == 0


async def test_a_webhook_that_comes_again_gets_the_same_and_tells_nothing_new(
    world: Twilio,
) -> None:
    call = world.call("200")
    await until(world, lambda: world.is_asked(call))
    fields = {**ARRIVES, "CallSid": call.sid, "To": "200"}
    again = [await world.provider.deliver(VOICE, fields) for _ in range(3)]
    assert again == [(200, call.documents[0])] * 3
    world.press(call, "9")
    await until(world, lambda: len(call.documents) == 2 and world.is_asked(call))
    pressed, _, _ = gather_of(call.documents[0]).attrib["action"].partition("#")
    in_progress = {**fields, "CallStatus": "in-progress", "Digits": "2"}
    assert await world.provider.deliver(pressed, in_progress) == (200, call.documents[1])
    world.press(call, "2")
    await hears(world, call, MUSIC)
    told = await stored(world)
    assert len(told) == len(set(told)) == 5  # arrived, answered, two answers, parked


def gather_of(document: str) -> ElementTree.Element:
    found = ElementTree.fromstring(document).find("Gather")  # noqa: S314 - our own document
    assert found is not None
    return found


async def test_words_are_spoken_in_the_language_that_was_chosen(world: Twilio) -> None:
    call = world.call("200")
    await until(world, lambda: world.is_asked(call))
    gather = gather_of(call.documents[0])
    assert (gather.attrib["numDigits"], gather.attrib["finishOnKey"]) == ("1", "")
    assert call.said == [{"language": "en-US", "text": "Hello"}]
    world.press(call, "")  # the time runs out
    await until(world, lambda: len(call.said) == 2 and world.is_asked(call))
    world.press(call, "1")
    await hears(world, call, MUSIC)
    for name in ("a", "b", "c", "d"):  # the queue takes three
        call = world.call("100")
        await until(world, lambda call=call: call.hears == MUSIC or call.said)  # type: ignore[misc]
        assert bool(call.said) == (name == "d")
    await until(world, lambda: call.status == "completed")
    assert "busy" in call.said[0]["text"]


async def test_a_leg_whose_answer_was_lost_is_rung_once(world: Twilio) -> None:
    world.provider.loses_answer = True
    await world.server.ready_desk("ann")
    call = world.call()
    leg = await world.provider.ring("1001")
    world.pick_up(leg)
    await hears(world, call, AGENT)
    assert len(world.rung("1001")) == 1
    world.leave(call)
    await until(world, lambda: world.live() == 0)


async def test_a_leg_rung_twice_is_one_leg_that_of_the_phone_that_was_answered(
    world: Twilio,
) -> None:
    await world.server.ready_desk("ann")
    call = world.call()
    first = await world.provider.ring("1001")
    second = world.provider.repeat(first)
    world.pick_up(second)
    await hears(world, call, AGENT)
    await until(world, lambda: first.status == "canceled")
    third = world.provider.repeat(first)
    await until(world, lambda: third.status == "canceled")
    assert (call.hears, second.hears) == ("1001", "caller")
    world.leave(call)
    await until(world, lambda: world.live() == 0)


async def test_a_caller_whose_end_nobody_told_is_found_to_be_gone(
    world: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.server.ready_desk("ann")
    call = world.call()
    leg = await world.provider.ring("1001")
    world.pick_up(leg)
    await hears(world, call, AGENT)
    (contact_id,) = world.server.state.contacts
    world.provider.loses_callbacks = True
    call.takes_along = False
    world.leave(call)
    assert leg.status == "in-progress"
    monkeypatch.setattr(limits, "LOOK_AFTER_MS", 0)
    assert await over(world, contact_id) == "hangup"


async def test_rest_that_does_not_answer_is_nobodys_fault(
    world: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telephony_limits, "RING_DELIVERY_MS", 300)
    monkeypatch.setattr(rest, "BREAKER_MS", 50)
    call = world.call()
    await hears(world, call, MUSIC)
    world.provider.refusal = 503, 20503
    await world.server.ready_desk("ann")
    (contact,) = world.server.state.contacts.values()
    await until(world, lambda: contact.offers_made == 1 and not world.server.state.offers)
    assert world.server.agent("ann").state is AgentState.READY
    assert not world.rung("1001")
    world.provider.refusal = None
    await world.server.ready_desk("bob")
    world.pick_up(await world.provider.ring("1002"))
    await hears(world, call, AGENT)
    world.leave(call)


async def test_what_is_given_up_here_is_hung_up_there(
    world: Twilio, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = world.call()
    await hears(world, call, MUSIC)
    world.provider.refusal = 401, 20003
    monkeypatch.setattr(telephony_limits, "LOST_AFTER_MS", 500)
    monkeypatch.setattr(telephony_limits, "PING_EVERY_MS", 100)
    await until(world, lambda: world.server.parts.telephony.book.open_count == 0)
    assert world.live() == 1
    world.provider.refusal = None
    await until(world, lambda: world.live() == 0)


async def test_late_and_repeated_states_of_a_leg_change_nothing(world: Twilio) -> None:
    await world.server.ready_desk("ann")
    call = world.call()
    leg = await world.provider.ring("1001")
    world.pick_up(leg)
    await hears(world, call, AGENT)
    told = urlsplit(leg.callback)
    address = f"{PUBLIC}{told.path.removeprefix('/phones')}?{told.query}"
    about = {"CallSid": leg.sid, "From": leg.caller, "To": leg.to}
    for status in ("ringing", "initiated", "queued", "in-progress", "unheard-of"):
        answer = await world.provider.deliver(address, {**about, "CallStatus": status})
        assert answer == (204, "")
    assert world.heard_by(call) == AGENT
    world.put_down(leg)
    for _ in range(2):
        await world.provider.deliver(address, {**about, "CallStatus": "completed"})
    await until(world, lambda: world.live() == 0)
    await world.provider.deliver(address, {**about, "CallStatus": "ringing"})
    await until(world, lambda: world.server.parts.telephony.book.open_count == 0)


async def test_a_server_that_is_away_is_asked_again(world: Twilio) -> None:
    """Whoever calls, presses or answers while it restarts is served as soon as it is back."""
    call = world.call("200")
    await until(world, lambda: world.is_asked(call))
    stopping = asyncio.ensure_future(world.server.restart())
    await asyncio.sleep(0)
    world.press(call, "2")
    newcomer = world.call()
    await stopping
    await hears(world, call, MUSIC)
    await hears(world, newcomer, MUSIC)
