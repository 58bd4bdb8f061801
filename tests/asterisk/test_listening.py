"""A supervisor in a call: who hears whom is heard, by tones that each side speaks with."""

import asyncio
import math
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from loadtests.rig.sounds import RATE_HZ, loudness
from tests.asterisk.listening import Ear
from tests.asterisk.stage import ANN, PATIENCE_S, SAM, Rig, rig

SUPERVISOR_HZ, CUSTOMER_HZ, AGENT_HZ = 1_700.0, 1_100.0, 600.0
PACKET = 160


def mu_law(sample: int) -> int:
    """A 16-bit sample as a µ-law byte."""
    sign, magnitude = (0x80, -sample) if sample < 0 else (0, sample)
    magnitude = min(magnitude, 32_635) + 132
    exponent = max(0, magnitude.bit_length() - 8)
    return ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F) & 0xFF


@asynccontextmanager
async def speaks(stage: Rig, channel: str, tone_hz: float) -> AsyncIterator[None]:
    """Whoever is behind a channel speaks with this tone, as long as the block lasts."""
    source = await stage.ari(f"channels/{channel}/variable?variable=CHANNEL(rtp,src)")
    host, _, port = source["value"].rpartition(":")
    wave = [12_000 * math.sin(2 * math.pi * tone_hz * at / RATE_HZ) for at in range(RATE_HZ)]
    codes = bytes(mu_law(round(sample)) for sample in wave)

    async def speak() -> None:
        number, ssrc = 0, random.getrandbits(32)
        with socket.socket(type=socket.SOCK_DGRAM) as out:
            while True:
                at = number * PACKET
                head = struct.pack("!BBHII", 0x80, 0, number & 0xFFFF, at, ssrc)
                out.sendto(head + codes[at % RATE_HZ :][:PACKET], (host, int(port)))
                number += 1
                await asyncio.sleep(0.02)

    speaking = asyncio.ensure_future(speak())
    try:
        yield
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)


async def hears(ear: Ear, tone_hz: float) -> bool:
    """Whether the tone is in what comes now."""
    samples = await asyncio.to_thread(ear.listen, 400)
    block = RATE_HZ // 10
    blocks = [samples[at : at + block] for at in range(0, len(samples) - block, block)]
    return any(loudness(one, tone_hz) > 0.2 for one in blocks)


async def until_hears(ear: Ear, tone_hz: float) -> None:
    """The tone comes."""
    async with asyncio.timeout(PATIENCE_S):
        while not await hears(ear, tone_hz):
            pass


async def turn(stage: Rig, contact_id: str, mode: str) -> None:
    """Sam asks for it, and Asterisk has done it."""
    await stage.do("sam", contact_id, "call/listening", {"mode": mode})
    book = stage.server.parts.telephony.book

    def is_done() -> bool:
        call = book.call_of(stage.contacts()[0].contact_id)
        one = None if call is None else next(iter(call.listeners.values()), None)
        return (
            call is not None
            and one is not None
            and one.turns[-1] == mode
            and call.done.get(f"{one.leg_id}.snoop.{len(one.turns)}") == ""
        )

    await stage.until(is_done)


async def test_listen_whisper_barge_and_who_hears_it(tmp_path: Path, asterisk: Asterisk) -> None:
    with Ear() as customer, Ear() as agent, Ear() as supervisor:
        phones = (
            Sipp("agent-answer", port=ANN, ring=200, talk=90_000, audio_port=agent.port),
            Sipp("agent-answer", port=SAM, ring=200, talk=90_000, audio_port=supervisor.port),
        )
        with phones[0], phones[1]:
            async with rig(tmp_path, asterisk) as stage:
                await stage.server.ready_desk("ann")
                with stage.call(wait=90_000, audio_port=customer.port):
                    contact_id = (await stage.talk()).contact_id
                    await turn(stage, contact_id, "listen")
                    async with (
                        speaks(stage, f"{contact_id}.s1", SUPERVISOR_HZ),
                        speaks(stage, stage.call_id(contact_id), CUSTOMER_HZ),
                        speaks(stage, f"{contact_id}.1", AGENT_HZ),
                    ):
                        await until_hears(customer, AGENT_HZ)
                        await until_hears(supervisor, AGENT_HZ)
                        await until_hears(supervisor, CUSTOMER_HZ)
                        await until_hears(agent, CUSTOMER_HZ)
                        for _ in range(3):
                            assert not await hears(agent, SUPERVISOR_HZ)
                            assert not await hears(customer, SUPERVISOR_HZ)
                        # The same voice on the same way is heard once it may be: that it was not is no accident.
                        await turn(stage, contact_id, "whisper")
                        await until_hears(agent, SUPERVISOR_HZ)
                        assert not await hears(customer, SUPERVISOR_HZ)
                        await turn(stage, contact_id, "barge")
                        await until_hears(customer, SUPERVISOR_HZ)
                        await until_hears(agent, SUPERVISOR_HZ)
                        await turn(stage, contact_id, "listen")
                        for _ in range(2):
                            assert not await hears(agent, SUPERVISOR_HZ)
                            assert not await hears(customer, SUPERVISOR_HZ)
                        await until_hears(supervisor, CUSTOMER_HZ)
                    await stage.do("ann", contact_id, "call/hang-up")
                    assert await stage.over(contact_id) == "released"
                await stage.until_nothing_is_left()
