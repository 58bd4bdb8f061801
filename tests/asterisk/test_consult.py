"""A colleague is asked: the customer waits with music, and is never lost, whatever the colleague does."""

import asyncio
from pathlib import Path

from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from routing.state import ContactState
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, BOB, PATIENCE_S, Rig, rig


async def colleague(stage: Rig, contact_id: str) -> str:
    """The id by which bob is known, once ann's phone has asked for him."""
    bob: str = stage.server.agent("bob").agent_id
    await stage.do("ann", contact_id, "call/consult", {"agent_id": bob})
    return bob


def shown(stage: Rig, contact_id: str) -> str:
    """What ann's desk says of the colleague, and of the customer."""
    card = stage.card(contact_id)
    consult = None if card is None else card.consult
    state = "" if card is None else card.state
    return state if consult is None else f"{state} {consult.state} {consult.cause}".strip()


async def hears(stage: Rig, leg_id: str) -> set[str]:
    """Who is in the bridge of a leg."""
    bridges = {one["id"]: set(one["channels"]) for one in await stage.ari("bridges")}
    return bridges.get(f"{leg_id}.talk", set())


async def until_hears(stage: Rig, leg_id: str, who: set[str]) -> None:
    """Asterisk has put them together, and nobody else."""
    async with asyncio.timeout(PATIENCE_S):
        while await hears(stage, leg_id) != who:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.05)


async def until_shown(stage: Rig, contact_id: str, state: str) -> None:
    """Ann's desk says so."""
    await stage.until(lambda: shown(stage, contact_id) == state)


async def test_asked_turned_joined_and_handed_over(tmp_path: Path, asterisk: Asterisk) -> None:
    phones = (
        Sipp("agent-answer", port=ANN, ring=200, talk=60_000),
        Sipp("agent-answer", port=BOB, ring=400, talk=60_000),
    )
    with Ear() as ear, phones[0], phones[1]:
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000, audio_port=ear.port):
                contact = await stage.talk()
                contact_id, call_id = contact.contact_id, stage.call_id(contact.contact_id)
                await stage.server.ready_desk("bob")
                leg, other = f"{contact_id}.1", f"{contact_id}.c1"
                bob = await colleague(stage, contact_id)
                await stage.until(lambda: shown(stage, contact_id) == "held colleague")
                assert await stage.hears_music(ear)
                await until_hears(stage, leg, {leg, other})

                for mode, state, who in (
                    ("customer", "talking customer", {leg, call_id}),
                    ("colleague", "held colleague", {leg, other}),
                    ("all", "talking all", {leg, call_id, other}),
                ):
                    await stage.do("ann", contact_id, "call/consult/turn", {"mode": mode})
                    await until_shown(stage, contact_id, state)
                    await until_hears(stage, leg, who)
                assert await stage.hears_none(ear)

                await stage.do("ann", contact_id, "transfer", {"agent_id": bob})
                await stage.until(
                    lambda: (
                        (stage.contacts()[0].agent_id, shown(stage, contact_id)) == (bob, "talking")
                    )
                )
                await until_hears(stage, other, {call_id, other})
                await stage.do("bob", contact_id, "call/hold")
                await stage.until(lambda: shown(stage, contact_id) == "held")
                assert await stage.hears_music(ear)
                await stage.do("bob", contact_id, "call/unhold")
                await stage.do("bob", contact_id, "call/hang-up")
                assert await stage.over(contact_id) == "released"
            await stage.until_nothing_is_left()


async def test_taken_back_refused_and_left_by_the_agents_phone(
    tmp_path: Path, asterisk: Asterisk
) -> None:
    with Ear() as ear, Sipp("agent-answer", port=ANN, ring=200, talk=15_000):
        async with rig(tmp_path, asterisk) as stage:
            await stage.server.ready_desk("ann")
            with stage.call(wait=60_000, audio_port=ear.port):
                contact = await stage.talk()
                contact_id, call_id = contact.contact_id, stage.call_id(contact.contact_id)
                await stage.server.ready_desk("bob")
                leg = f"{contact_id}.1"
                with Sipp("agent-busy", port=BOB):
                    bob = await colleague(stage, contact_id)
                    await stage.until(lambda: shown(stage, contact_id) == "held ended busy")
                    assert await stage.hears_music(ear)
                    await stage.do("ann", contact_id, "call/consult/end")
                    await stage.until(lambda: shown(stage, contact_id) == "talking")
                    await until_hears(stage, leg, {leg, call_id})
                with Sipp("agent-answer", port=BOB, ring=200, talk=60_000):
                    await colleague(stage, contact_id)
                    await stage.until(lambda: shown(stage, contact_id) == "held colleague")
                    await stage.do("ann", contact_id, "call/consult/end")
                    await stage.until(lambda: shown(stage, contact_id) == "talking")
                    await until_hears(stage, leg, {leg, call_id})
                    assert await stage.hears_none(ear)
                    # Ann puts her phone down while bob is on the line: the customer goes on with him.
                    await colleague(stage, contact_id)
                    await stage.until(lambda: stage.contacts()[0].agent_id == bob)
                    await stage.until(lambda: shown(stage, contact_id) == "talking")
                    assert stage.contacts()[0].state is ContactState.CONNECTED
                    await until_hears(stage, f"{contact_id}.c3", {call_id, f"{contact_id}.c3"})
                    await stage.do("bob", contact_id, "call/hang-up")
                    assert await stage.over(contact_id) == "released"
            await stage.until_nothing_is_left()
