"""What happens to channels, as Asterisk stamps it: one look from outside, the same for our engine and for app_queue."""

import asyncio
import json
import secrets
from bisect import bisect_left
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from aiohttp import ClientSession, WSMsgType

from loadtests.rig.asking import AUTHORIZED
from loadtests.rig.instance import Asterisk

AGENT: Final = "PJSIP/bench-"
CALLER: Final = "PJSIP/caller-"
WAITING_MIN: Final = 5
"""So many must wait for an instant to count: those whose calls are just ending are among them."""

WANTED: Final = (
    "ChannelCreated", "ChannelStateChange", "ChannelHangupRequest", "ChannelDestroyed",
)  # fmt: skip


@dataclass(slots=True)
class Sightings:
    """Instants in ms by Asterisk's clock. Phones by name: when each began to ring, was up, and was free again."""

    rings: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    frees: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    arrivals: list[float] = field(default_factory=list)
    changes: list[tuple[float, int]] = field(default_factory=list)
    """By how much the number of callers without a phone that rings or talks has changed, and when."""
    answered: int = 0
    _there: set[str] = field(default_factory=set)
    _served: set[str] = field(default_factory=set)

    def see(self, event: dict[str, Any]) -> None:
        """Take one event in."""
        channel, kind = event["channel"], event["type"]
        name, at_ms = channel["name"], _ms(event["timestamp"])
        if name.startswith(CALLER):
            self._see_caller(channel["id"], kind, at_ms)
        elif name.startswith(AGENT):
            self._see_phone(name, kind, channel["state"], at_ms)

    def _see_caller(self, channel_id: str, kind: str, at_ms: float) -> None:
        if kind == "ChannelCreated":
            self.arrivals.append(at_ms)
            self.changes.append((at_ms, 1))
            self._there.add(channel_id)
        elif kind in ("ChannelHangupRequest", "ChannelDestroyed") and channel_id in self._there:
            self._there.discard(channel_id)
            self.changes.append((at_ms, -1))

    def _see_phone(self, name: str, kind: str, state: str, at_ms: float) -> None:
        phone = name.rpartition("-")[0]
        if kind == "ChannelStateChange" and state == "Ringing" and name not in self._served:
            self._served.add(name)
            self.rings[phone].append(at_ms)
            self.changes.append((at_ms, -1))
        elif kind == "ChannelStateChange" and state == "Up":
            self.answered += 1
        elif kind in ("ChannelHangupRequest", "ChannelDestroyed") and name in self._served:
            self._served.discard(name)
            self.frees[phone].append(at_ms)
            self.changes.append((at_ms, 1))

    def next_rings(self) -> list[float]:
        """From each instant a phone was free, while callers waited, to its next ringing, ms."""
        line, waits = self.waiting(), []
        instants = [at_ms for at_ms, _ in line]
        for phone, freed in self.frees.items():
            rung = self.rings[phone]
            for at_ms in freed:
                following = next((one for one in rung if one >= at_ms), None)
                before = line[max(0, bisect_left(instants, at_ms) - 1)][1]
                if before >= WAITING_MIN and following is not None:
                    waits.append(following - at_ms)
        return waits

    def waiting(self) -> list[tuple[float, int]]:
        """How many callers had no phone ringing or talking for them, and since when."""
        count, line = 0, []
        for at_ms, change in sorted(self.changes):
            count += change
            line.append((at_ms, count))
        return line


def _ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


@asynccontextmanager
async def watching(asterisk: Asterisk) -> AsyncIterator[Sightings]:
    """See everything as long as the block lasts."""
    sightings = Sightings()
    # A name of its own each time: Asterisk clears the one before away a moment after its socket is closed.
    base, app = f"{asterisk.ari_url}/ari", f"onlooker-{secrets.token_hex(4)}"
    async with ClientSession(headers=AUTHORIZED) as http:
        url = f"{base}/events?app={app}&subscribeAll=true"
        async with http.ws_connect(url, max_msg_size=0) as socket:
            allowed = {"allowed": [{"type": kind} for kind in WANTED]}
            async with http.put(f"{base}/applications/{app}/eventFilter", json=allowed):
                pass

            async def read() -> None:
                async for message in socket:
                    if message.type is WSMsgType.TEXT:
                        event = json.loads(message.data)
                        if event["type"] in WANTED:
                            sightings.see(event)

            reading = asyncio.ensure_future(read())
            try:
                yield sightings
            finally:
                reading.cancel()
                await asyncio.gather(reading, return_exceptions=True)
