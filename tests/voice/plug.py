"""The plug is pulled: the engine is killed among talking and waiting calls, then Asterisk.

The engine gone, nobody on the line may notice: channels and bridges stay what they were, and after its start everybody is
found again at the old place. Asterisk gone, nobody's desk may show a live call for long, and whoever calls back has the
old age.
"""

import asyncio
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from loadtests.http_link import HTTPLink, Json
from loadtests.rig.asking import bridges_of, channels_of
from loadtests.rig.sipp import Sipp
from loadtests.server_process import REPOSITORY, free_port
from loadtests.voice.floor import NUMBER, VoiceFloor, until
from tests.voice.judging import judged

RING_MS: Final = 200
STAYS_MS: Final = 600_000
LIVE: Final = ("ringing", "connecting", "talking", "held")
DESKS_WITHIN_S: Final = 5.0
"""How long after Asterisk's end a desk may show a live call."""


@dataclass(slots=True)
class Findings:
    """Lines of the table: what was looked at, what was seen, whether it is as it must be."""

    lines: list[tuple[str, str, bool]] = field(default_factory=list)

    def note(self, what: str, seen: object, *, is_right: bool) -> None:
        """One more."""
        self.lines.append((what, str(seen), is_right))

    def table(self) -> str:
        """For people."""
        wide = max(len(what) for what, _, _ in self.lines)
        return "\n".join(
            f"  {'ok  ' if is_right else 'MISS'}  {what:<{wide}}  {seen}"
            for what, seen, is_right in self.lines
        )


async def play(talking: int, waiting: int, where: Path) -> dict[str, Any]:
    """Both drills on one floor; the figures, with `problems` in words. Raises DrillFailed."""
    port, found = free_port(socket.SOCK_DGRAM), Findings()
    floor = VoiceFloor(
        where,
        agents=talking,
        endpoint="PJSIP/agents/sip:phone@127.0.0.1:{phone}",
        phone_of=lambda _number: str(port),
        offer_s=60,
    )
    with ExitStack() as stack:
        stack.enter_context(Sipp("agent-answer", port=port, ring=RING_MS, talk=STAYS_MS))
        async with floor:
            sizes = (talking, waiting)
            with callers(floor, sum(sizes)) as first:
                await until_settled(floor, *sizes)
                await pull_the_engine(floor, found, first)
                await serve_who_waits(floor, found, waiting)
                await until_over(floor)
            with callers(floor, sum(sizes)):
                await until_settled(floor, *sizes)
                await pull_asterisk(floor, found)
            connections = connections_of(floor)
            await asyncio.to_thread(floor.asterisk.start)
            await until_connected(floor, connections)
            with callers(floor, sum(sizes)):
                await until_settled(floor, *sizes)
                await until_over(floor)
            channels, bridges = await floor.left_over_at_last()
            is_right = channels + bridges == 0
            found.note(
                "channels and bridges left in Asterisk", channels + bridges, is_right=is_right
            )
            await floor.stop()
    problems = await verified(floor, found, waiting)
    print(found.table())
    problems += [f"{what}: {seen}" for what, seen, is_right in found.lines if not is_right]
    return {
        "talking": talking,
        "waiting": waiting,
        "found": {what: seen for what, seen, _ in found.lines},
        "problems": problems,
    }


def callers(floor: VoiceFloor, count: int) -> Sipp:
    """So many, who stay until they are hung up on."""
    to = [f"127.0.0.1:{floor.asterisk.ports.sip}", "-s", NUMBER, "-m", str(count), "-r", "10"]
    to += ["-l", str(count)]
    return Sipp("caller-wait", *to, wait=STAYS_MS)


async def until_settled(floor: VoiceFloor, talking: int, waiting: int) -> None:
    """So many talk, so many wait."""

    async def is_so() -> bool:
        bridges = await bridges_of(floor.asterisk)
        connected = await floor.in_state("connected")
        return (
            len(connected) == talking
            and len(await floor.in_state("waiting")) == waiting
            and sum(len(who) == 2 for who in bridges.values()) == talking
        )

    await until(is_so, f"{talking} talk and {waiting} wait")


async def until_over(floor: VoiceFloor) -> None:
    """Agents hang up until no contact is open, and everybody is ready."""

    async def is_so() -> bool:
        await floor.hang_up_everywhere()
        return not await floor.contacts() and not await floor.busy_agents()

    await until(is_so, "everybody is ready again")


# --- the engine ---------------------------------------------------------------------------------------


async def pull_the_engine(floor: VoiceFloor, found: Findings, first: Sipp) -> None:
    """SIGKILL, a while of nothing, and a start."""
    asterisk, server = floor.asterisk, floor.server
    channels, bridges = await channels_of(asterisk), await bridges_of(asterisk)
    before = await floor.contacts()
    await server.kill()
    await asyncio.sleep(2)
    cut = len(channels.keys() - (await channels_of(asterisk)).keys())
    found.note("calls cut while the engine was dead", cut, is_right=cut == 0)
    connections, began_s = connections_of(floor), time.monotonic()
    ready_s = await server.start()
    await until_connected(floor, connections)
    connected_s = time.monotonic() - began_s
    await floor.sit_down()
    found.note("engine ready again, s", round(ready_s, 2), is_right=True)
    found.note("connected to Asterisk again, s", round(connected_s, 2), is_right=True)
    same = await channels_of(asterisk) == channels and await bridges_of(asterisk) == bridges
    found.note("channels and bridges as they were", same, is_right=same)
    after = await floor.contacts()
    found.note("places and ages kept", len(after), is_right=places(after) == places(before))
    found.note("callers hung up on", int(first.is_over), is_right=not first.is_over)


def connections_of(floor: VoiceFloor) -> int:
    """How often the engine was connected to Asterisk so far."""
    return floor.server.output().count("asterisk_connected")


async def until_connected(floor: VoiceFloor, times: int) -> None:
    """Once more than so often."""

    async def is_so() -> bool:
        return connections_of(floor) > times

    await until(is_so, "the engine is connected to Asterisk")


def places(contacts: list[Json]) -> list[tuple[str, str, int, str | None]]:
    """Who waits and who talks with whom, in order, with their ages."""
    return [
        (one["contact_id"], one["state"], one["waiting_since_ms"], one["agent_id"])
        for one in contacts
    ]


async def serve_who_waits(floor: VoiceFloor, found: Findings, waiting: int) -> None:
    """Talking calls are ended one by one at the desks; whoever waits must come in order."""
    line = [one["contact_id"] for one in await floor.in_state("waiting")]
    served: list[str] = []
    for number in range(waiting):
        await floor.hang_up_everywhere(first=number, last=number + 1)

        async def is_next() -> bool:
            connected = {one["contact_id"] for one in await floor.in_state("connected")}
            new = [one for one in line if one in connected and one not in served]
            served.extend(new)
            return bool(new)

        await until(is_next, "the next caller talks")
    found.note("served in their order after it", len(served), is_right=served == line)


# --- Asterisk -----------------------------------------------------------------------------------------


async def pull_asterisk(floor: VoiceFloor, found: Findings) -> None:
    """SIGKILL, until nobody has anything in hand."""
    await asyncio.to_thread(floor.asterisk.kill)
    began_s = time.monotonic()

    async def is_dark() -> bool:
        return not await live_calls(floor)

    await until(is_dark, "no desk shows a live call")
    took_s = time.monotonic() - began_s
    found.note(
        "Asterisk killed: no desk shows a live call after, s",
        round(took_s, 1),
        is_right=took_s <= DESKS_WITHIN_S,
    )
    await until_over(floor)


async def live_calls(floor: VoiceFloor) -> int:
    """Calls that desks show as if somebody could be heard."""
    shown = 0
    for cookie in floor.cookies.values():
        async with HTTPLink(floor.server.url, cookie=cookie) as link:
            desk = (await link.read("/api/v1/me/desk"))["desk"]
        calls = [card["call"] for card in [*desk["assignments"], *desk["offers"]]]
        shown += sum(call is not None and call["state"] in LIVE for call in calls)
    return shown


# --- the journal --------------------------------------------------------------------------------------


async def verified(floor: VoiceFloor, found: Findings, waiting: int) -> list[str]:
    """What `callcenter journal verify` and the checkers of all drills say."""
    command = [sys.executable, "-m", "callcenter", "journal", "verify"]
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, "--data-dir", str(floor.server.data_dir)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    found.note("journal verify", done.stdout.strip()[:70], is_right=done.returncode == 0)
    verdict = await judged(floor.server.data_dir)
    is_right = verdict.came_back == waiting
    found.note("callers who came back had their age", verdict.came_back, is_right=is_right)
    lost = verdict.calls.get("pbx_lost", 0)
    found.note("calls that ended as pbx_lost", lost, is_right=lost > 0)
    found.note("journal judged, problems", len(verdict.problems), is_right=not verdict.problems)
    return verdict.problems
