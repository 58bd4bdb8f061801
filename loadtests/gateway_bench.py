"""A cluster through its gateways: `python -m loadtests.gateway_bench [--json FILE]`.

Two routers, two gateways and a worker, with a PostgreSQL (which syncs) and a Redis of their own; agents and customers are
outside and go to both gateways. Two parts: *carried*, as many whole contacts as get through, and *offers*, how soon an offer is
on the desk while contacts come at a rate, beside how late the generator itself let them come. Processor time is told for each
process: the machine carries all of them and the client.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

from loadtests.cluster import Cluster
from loadtests.http_link import Json
from loadtests.people import log_in_all, make_agents
from loadtests.postgres_server import postgres_server
from loadtests.server_process import run_bench
from loadtests.workload import Workload

CHATS_AT_ONCE = 3


async def measure(arguments: argparse.Namespace) -> Json:
    """Both parts on one throw-away cluster."""
    environment = {"CC_CHATS_PER_MINUTE": "1000000"}
    with (
        tempfile.TemporaryDirectory(prefix="gateway-bench-") as folder,
        postgres_server(is_durable=True) as postgres,
    ):
        async with Cluster(Path(folder), postgres=postgres, environment=environment) as cluster:
            urls = [one.url for one in cluster.gateways]
            names = await make_agents(urls[0], arguments.agents, chat_capacity=CHATS_AT_ONCE)
            cookies = list((await log_in_all(urls[0], names)).values())
            owner = await cluster.until_owned()
            pids = {one.name: one.pid for one in (*cluster.gateways, owner, cluster.worker)}
            carried = await Workload(urls, cookies).run(
                pids, at_once=arguments.at_once, seconds=arguments.seconds
            )
            await asyncio.sleep(arguments.pause)
            offers = await Workload(urls, cookies).run(
                pids, per_s=arguments.rate, seconds=arguments.seconds
            )
    return {"load_average": round(os.getloadavg()[0], 1), "carried": carried, "offers": offers}


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.gateway_bench", description=__doc__)
    parser.add_argument("--agents", type=int, default=40)
    parser.add_argument(
        "--at-once", type=int, default=40, help="contacts going on at the same time"
    )
    parser.add_argument("--rate", type=float, default=50.0, help="contacts a second, for offers")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each part")
    parser.add_argument("--pause", type=float, default=5.0, help="seconds between the parts")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    run_bench(measure(arguments), arguments.json)
    return 0


if __name__ == "__main__":
    sys.exit(main())
