"""What a gateway says of open sockets: an opened one soon, a closed one so late that whoever moves is never gone."""

import asyncio
from typing import Any, cast

import pytest

from callcenter.cluster.limits import SOCKETS_LINGER_S, SOCKETS_LOOK_S, SOCKETS_TOLD_EVERY_S
from callcenter.cluster.sockets import tell_sockets
from callcenter.cluster.wire import OpenSockets
from callcenter.tasks import owned

pytestmark = pytest.mark.looptime


class Told:
    """What was said, and when."""

    process_id = "gateway-1"

    def __init__(self) -> None:
        self.said: list[tuple[float, list[str]]] = []

    def tell(self, sockets: OpenSockets) -> None:
        self.said.append((asyncio.get_running_loop().time(), [*sockets.agents, *sockets.contacts]))


class Sockets:
    """Those of one kind."""

    def __init__(self) -> None:
        self.open: set[str] = set()

    def members(self) -> set[str]:
        return set(self.open)


async def test_a_page_that_is_loaded_again_was_never_gone() -> None:
    told, desks, windows = Told(), Sockets(), Sockets()
    loop = asyncio.get_running_loop()
    telling = tell_sockets(cast("Any", told), cast("Any", desks), cast("Any", windows), loop.time)
    async with owned(telling, "telling"):
        desks.open = {"anna"}
        await asyncio.sleep(SOCKETS_LOOK_S)
        assert told.said[-1][1] == ["anna"]
        desks.open = set()
        await asyncio.sleep(SOCKETS_LINGER_S / 2)
        desks.open = {"anna"}
        windows.open = {"c-1"}
        await asyncio.sleep(SOCKETS_TOLD_EVERY_S)
        assert all("anna" in who for _, who in told.said[1:])
        assert told.said[-1][1] == ["anna", "c-1"]


async def test_who_has_left_is_said_to_have_left() -> None:
    told, desks, windows = Told(), Sockets(), Sockets()
    loop = asyncio.get_running_loop()
    telling = tell_sockets(cast("Any", told), cast("Any", desks), cast("Any", windows), loop.time)
    async with owned(telling, "telling"):
        desks.open = {"anna"}
        await asyncio.sleep(SOCKETS_LOOK_S)
        desks.open, left_s = set(), loop.time()
        await asyncio.sleep(SOCKETS_LINGER_S + 2 * SOCKETS_LOOK_S)
        at_s, who = told.said[-1]
        assert who == []
        assert at_s - left_s >= SOCKETS_LINGER_S - SOCKETS_LOOK_S
