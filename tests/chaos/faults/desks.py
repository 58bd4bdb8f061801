"""Desks that vanish, desks in two tabs, and accepts that come late or twice (F11)."""

import asyncio
import time
from collections.abc import Sequence

from loadtests.clients import AgentClient
from loadtests.http_link import Answer
from routing import events as ev
from tests.chaos.faults.proxy import BlackHoleProxy
from tests.chaos.faults.scene import Scene
from tests.chaos.reading import Stored
from tests.chaos.run import PROJECTION_S

VANISHED_AFTER_S = 15.0
GRACE_S = 15.0
SLACK_S = 2.0


async def vanished_socket(scene: Scene) -> None:
    """The network swallows an agent: the offer is withdrawn in time, the chat goes back after the grace."""
    async with BlackHoleProxy(scene.server.port) as proxy:
        gone = await scene.agent(0, f"http://127.0.0.1:{proxy.port}")
        talking = await scene.connected(gone, "in conversation when the agent vanishes")
        offered = await scene.customer("offered when the agent vanishes")
        await scene.offer_of(gone)
        stays = await scene.agent(1, is_ready=False)
        scene.afterwards(lambda stored: _check_withdrawn(scene, stored))
        proxy.swallow()
        swallowed_s = time.monotonic()
        back = await offered.until(lambda: offered.state == "waiting", VANISHED_AFTER_S + SLACK_S)
        took_s = time.monotonic() - swallowed_s
        scene.check(back, f"the offer was not withdrawn {took_s:.1f} s after the agent vanished")
        scene.check(talking.state == "connected", "the conversation was cut before the grace")
        await stays.set_state("ready")
        taken = await offered.until(lambda: offered.state == "offered", 5)
        scene.check(taken, "the withdrawn contact was not offered to the other agent")
        await stays.accept((await scene.offer_of(stays))["offer_id"])
        requeued = await talking.until(lambda: talking.state != "connected", GRACE_S + SLACK_S)
        took_s = time.monotonic() - swallowed_s
        scene.check(requeued, f"the chat was not back in its queue after {took_s:.1f} s")
        await stays.accept((await scene.offer_of(stays))["offer_id"])
        for customer in (offered, talking):
            await customer.until(lambda c=customer: c.state == "connected", 10)  # type: ignore[misc]
            scene.check(
                customer.state == "connected",
                f"{customer.contact_id} is {customer.state} in the end",
            )
            await scene.finish(stays, customer.contact_id)
        proxy.forward()
        gone.drop()
        await gone.until(lambda: not gone.desk["assignments"] and gone.is_open, 10)
        scene.check(not gone.desk["assignments"], "the desk that came back shows work it lost")


async def two_tabs(scene: Scene) -> None:
    """Two sockets are one desk: what one does both show, and one closed tab changes nothing."""
    first = await scene.agent(0)
    second = await scene.agent(0, is_ready=False)
    customer = await scene.connected(first, "for two tabs")
    both = await second.until(lambda: bool(second.desk["assignments"]), 5)
    scene.check(both, "the second tab does not show the conversation")
    await first.stop()
    await customer.say("are you there?")
    scene.check(await customer.until(lambda: customer.owed == 0, 5), "a message was not stored")
    await asyncio.sleep(1.0)
    scene.check(customer.state == "connected", "closing one of two tabs cost the conversation")
    answer = await second.reply(customer.contact_id, "yes, in my second tab")
    scene.check(
        answer.is_done, f"the second tab's reply was answered {answer.status} {answer.code}"
    )
    await scene.finish(second, customer.contact_id)


async def double_accept(scene: Scene) -> None:
    """Of two accepts one wins; the same key again gets the same answer; late ones are told how it ended."""
    agent, other = await scene.agent(0), await scene.agent(1, is_ready=False)
    customer = await scene.customer("accepted twice")
    offer_id = (await scene.offer_of(agent))["offer_id"]
    stolen = await other.accept(offer_id)
    scene.check(stolen.status == 404, f"another's offer was answered {stolen.status} {stolen.code}")
    two = await asyncio.gather(agent.accept(offer_id), agent.accept(offer_id))
    scene.check(sorted(a.status for a in two) == [200, 409], f"two accepts: {_told(two)}")
    scene.check({a.code for a in two} == {"", "offer_ended"}, f"two accepts: {_told(two)}")
    path, key = f"/api/v1/contacts/{customer.contact_id}/messages", "the-same-key"
    same = [await agent.link.request("POST", path, {"text": "once"}, key) for _ in range(2)]
    scene.check(
        same[0].body == same[1].body, f"the same key gave {same[0].body} and {same[1].body}"
    )
    mixed = await agent.link.request("POST", path, {"text": "another"}, key)
    reused = (mixed.status, mixed.code) == (409, "idempotency_key_reused")
    scene.check(reused, f"a reused key was answered {mixed.status} {mixed.code}")
    await scene.finish(agent, customer.contact_id)
    await late_accepts(scene, agent)


async def late_accepts(scene: Scene, agent: AgentClient) -> None:
    """The customer leaves while it rings; then accepting says so."""
    customer = await scene.customer("leaves while it rings")
    offer_id = (await scene.offer_of(agent))["offer_id"]
    await asyncio.sleep(PROJECTION_S)  # no customer is quicker than the interaction log
    await customer.end()
    await customer.until(lambda: customer.is_closed, 5)
    late = await agent.accept(offer_id)
    scene.check((late.status, late.code) == (409, "offer_ended"), f"late accept: {_told([late])}")
    unknown = await agent.accept("no-such-offer")
    scene.check(
        (unknown.status, unknown.code) == (404, "offer_unknown"), f"unknown: {_told([unknown])}"
    )


def _told(answers: Sequence[Answer]) -> str:
    return "; ".join(f"{answer.status} {answer.code}" for answer in answers)


def _check_withdrawn(scene: Scene, stored: Stored) -> None:
    """Withdrawn for lost presence, and not held against the agent as missed."""
    events = [entry.event for entry in stored.evidence.entries]
    reasons = [event.reason for event in events if isinstance(event, ev.OfferRescinded)]
    scene.check(ev.RescindReason.PRESENCE_LOST in reasons, f"offers were withdrawn for {reasons}")
    expired = [event for event in events if isinstance(event, ev.OfferExpired)]
    scene.check(not expired, "the vanished agent's offer counts as missed")
