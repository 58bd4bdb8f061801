"""Presence follows the sockets, whatever was lost on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from agents.presence import PresenceKeeper, Watched
from callcenter.tasks import owned
from routing.commands import Command, ConnectAgent, DisconnectAgent
from routing.ids import AgentId

pytestmark = pytest.mark.looptime

ANN, BOB = AgentId("ann"), AgentId("bob")
SWEEP_S = 1.0


class Belief:
    """The engine as far as presence goes: what it was told is what it believes."""

    def __init__(self, *present: AgentId) -> None:
        self.present = set(present)
        self.removed: set[AgentId] = set()
        self.sent: list[Command] = []
        self.is_deaf = False
        self.let_go = asyncio.Event()
        self.let_go.set()
        self.keeper = PresenceKeeper(
            self,
            Watched(
                lambda: list(self.present),
                lambda agent_id: agent_id not in self.removed,
                ConnectAgent,
                DisconnectAgent,
            ),
            sweep_every_s=SWEEP_S,
        )

    async def send(self, command: Command) -> bool:
        """The way to the single writer."""
        self.sent.append(command)
        await self.let_go.wait()
        if self.is_deaf:
            return False
        match command:
            case ConnectAgent():
                self.present.add(command.agent_id)
            case DisconnectAgent():
                self.present.discard(command.agent_id)
            case _:
                raise AssertionError(command)
        return True


@asynccontextmanager
async def kept(*present: AgentId) -> AsyncIterator[Belief]:
    """A keeper at work."""
    belief = Belief(*present)
    async with owned(belief.keeper.run(), "presence"):
        yield belief


async def settle() -> None:
    """Let everything run that needs no time."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_the_first_socket_arrives_and_the_last_one_leaves() -> None:
    async with kept() as belief:
        belief.keeper.attach(ANN)
        belief.keeper.attach(ANN)
        await settle()
        assert belief.sent == [ConnectAgent(ANN)]
        belief.keeper.detach(ANN)
        await settle()
        assert belief.keeper.has_socket(ANN)
        assert belief.sent == [ConnectAgent(ANN)]
        belief.keeper.detach(ANN)
        await settle()
        assert not belief.keeper.has_socket(ANN)
        assert belief.sent == [ConnectAgent(ANN), DisconnectAgent(ANN)]
        await asyncio.sleep(10 * SWEEP_S)
        assert len(belief.sent) == 2  # nothing is said twice


async def test_a_report_that_failed_is_sent_again() -> None:
    async with kept() as belief:
        belief.is_deaf = True
        belief.keeper.attach(ANN)
        await asyncio.sleep(3.5 * SWEEP_S)
        assert belief.sent == [ConnectAgent(ANN)] * 4
        belief.is_deaf = False
        await asyncio.sleep(SWEEP_S)
        assert belief.present == {ANN}
        await asyncio.sleep(5 * SWEEP_S)
        assert len(belief.sent) == 5


async def test_after_a_restart_all_who_have_no_socket_are_gone() -> None:
    async with kept(ANN, BOB) as belief:
        belief.keeper.attach(BOB)
        await asyncio.sleep(SWEEP_S)
        assert belief.present == {BOB}
        assert belief.sent == [DisconnectAgent(ANN)]


async def test_a_belief_that_changed_by_itself_is_corrected() -> None:
    async with kept() as belief:
        belief.keeper.attach(ANN)
        await settle()
        belief.present.clear()
        await asyncio.sleep(1.5 * SWEEP_S)
        assert belief.present == {ANN}


@pytest.mark.parametrize("changes", [1, 2, 3, 8, 9])
async def test_sockets_that_come_and_go_during_a_report(changes: int) -> None:
    async with kept() as belief:
        belief.let_go.clear()
        belief.keeper.attach(ANN)
        await settle()
        for number in range(changes):
            (belief.keeper.detach if number % 2 == 0 else belief.keeper.attach)(ANN)
            await settle()
        belief.let_go.set()
        await settle()
        assert (ANN in belief.present) == belief.keeper.has_socket(ANN) == (changes % 2 == 0)


async def test_a_tab_reloaded_in_one_go_says_nothing() -> None:
    async with kept(ANN) as belief:
        belief.keeper.attach(ANN)
        await settle()
        belief.keeper.detach(ANN)
        belief.keeper.attach(ANN)
        await settle()
        assert belief.sent == []


async def test_somebody_who_may_not_be_present_is_not_reported() -> None:
    async with kept() as belief:
        belief.removed.add(ANN)
        belief.keeper.attach(ANN)
        await asyncio.sleep(3 * SWEEP_S)
        assert belief.sent == []
        belief.removed.clear()
        await asyncio.sleep(SWEEP_S)
        assert belief.present == {ANN}


async def test_many_changes_are_sent_together() -> None:
    async with kept() as belief:
        belief.let_go.clear()
        for number in range(50):
            belief.keeper.attach(AgentId(f"a{number}"))
        await settle()
        assert len(belief.sent) == 50
        belief.let_go.set()
        await settle()
        assert len(belief.present) == 50
