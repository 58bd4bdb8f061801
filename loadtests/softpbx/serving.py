"""A soft PBX at work: its door listens and its people call, for as long as a block lasts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from loadtests.softpbx.control import Door
from loadtests.softpbx.exchange import Exchange


@asynccontextmanager
async def at_work(exchange: Exchange, port: int) -> AsyncIterator[int]:
    """Listen on loopback at this port (0: any that is free), which is given."""
    runner = web.AppRunner(Door(exchange).app(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    running = asyncio.ensure_future(exchange.run())
    try:
        yield int(runner.addresses[0][1])
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()
