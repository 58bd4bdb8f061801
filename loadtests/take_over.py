"""How long nobody decides: `python -m loadtests.take_over [--rounds 20] [--json FILE]`.

A whole cluster on loopback; the router that decides is killed or frozen, in turns, and the other takes over. Measured is
the time until it says that it is ready, and the longest that somebody who writes through a gateway, one line after the
other, had to wait for an answer. Ends with status 1 when a take-over took longer than LIMIT_MS.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from loadtests.clients import CustomerClient
from loadtests.cluster import Cluster, RoleProcess, until
from loadtests.http_link import HTTPLink, Json
from loadtests.postgres_server import postgres_server
from loadtests.server_process import ServerFailed, run_bench

LIMIT_MS: Final = 5_000
WITHIN_S: Final = 60.0
SETTLES_S: Final = 1.0
SAYS_EVERY_S: Final = 0.05
OPENING: Final = {"name": "Eva", "email": "", "language": "en", "text": "Hello"}


class Writer:
    """A customer who writes one line after the other, and remembers the longest wait for one to be taken."""

    def __init__(self, client: CustomerClient) -> None:
        self._client = client
        self._lines = 0
        self.longest_ms = 0.0

    async def write(self) -> None:
        """Until cancelled."""
        while True:
            began_s = time.monotonic()
            self._lines += 1
            await self._client.say(f"line {self._lines}")
            if not await self._client.until(lambda: not self._client.owed, WITHIN_S):
                raise ServerFailed("a line was never taken")
            self.longest_ms = max(self.longest_ms, 1000 * (time.monotonic() - began_s))
            await asyncio.sleep(SAYS_EVERY_S)


async def _one(cluster: Cluster, writer: Writer, *, is_frozen: bool) -> Json:
    """One take-over; the one that is gone stands by again afterwards."""
    gone = await cluster.until_owned()
    await asyncio.sleep(SETTLES_S)
    writer.longest_ms, began_s = 0.0, time.monotonic()
    if is_frozen:
        gone.pause()
    else:
        await gone.kill()
    try:
        await cluster.until_owned(beside=gone, deadline_s=WITHIN_S)
        took_ms = 1000 * (time.monotonic() - began_s)
    finally:
        gone.resume()
    if not await gone.until_ended(WITHIN_S):
        raise ServerFailed(f"{gone.name} was taken over and goes on")
    await asyncio.sleep(SETTLES_S)
    await _stands_by(gone)
    how = "frozen" if is_frozen else "killed"
    return {"how": how, "ready_ms": round(took_ms), "waited_ms": round(writer.longest_ms)}


async def _stands_by(router: RoleProcess) -> None:
    said = len(router.output())
    await router.spawn()

    async def is_standing_by() -> bool:
        return "Standing by" in router.output()[said:]

    if not await until(is_standing_by, WITHIN_S):
        raise ServerFailed(f"{router.name} does not stand by again")


async def measure(rounds: int) -> Json:
    """All of it, one take-over after the other."""
    seen: list[Json] = []
    with (
        tempfile.TemporaryDirectory(prefix="take-over-") as folder,
        postgres_server(is_durable=True) as postgres,
    ):
        async with (
            Cluster(Path(folder), postgres=postgres) as cluster,
            HTTPLink(cluster.gateways[0].url) as link,
        ):
            customer = CustomerClient(link)
            if not (await customer.start("help", **OPENING)).is_done:
                raise ServerFailed("a chat was refused")
            writer = Writer(customer)
            beside = [asyncio.create_task(customer.run()), asyncio.create_task(writer.write())]
            try:
                for number in range(rounds):
                    seen.append(await _one(cluster, writer, is_frozen=number % 2 == 1))
                    print(seen[-1], flush=True)
            finally:
                await customer.stop()
                for task in beside:
                    task.cancel()
                await asyncio.gather(*beside, return_exceptions=True)
    return {
        "rounds": rounds,
        "limit_ms": LIMIT_MS,
        "ready_ms": _spread([one["ready_ms"] for one in seen]),
        "waited_ms": _spread([one["waited_ms"] for one in seen]),
        "all": seen,
        "machine": {"processors": os.cpu_count(), "load_average": round(os.getloadavg()[1], 1)},
    }


def _spread(values: Sequence[int]) -> Json:
    low_first = sorted(values)
    last = len(low_first) - 1
    shares = {"p50": 0.5, "p90": 0.9, "p99": 0.99}
    return {
        "min": low_first[0],
        **{
            name: low_first[min(last, int(len(low_first) * share))]
            for name, share in shares.items()
        },
        "max": low_first[-1],
    }


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.take_over", description=__doc__)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    figures = run_bench(measure(arguments.rounds), arguments.json)
    return 1 if figures["ready_ms"]["max"] > LIMIT_MS else 0


if __name__ == "__main__":
    sys.exit(main())
