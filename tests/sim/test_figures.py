"""Figures and wait estimates over days of the real engine, with everything going wrong."""

from collections import Counter
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from callcenter.projections.agent_times import AgentClocks
from callcenter.projections.queue_board import QueueBoard
from callcenter.simulation import presets
from callcenter.simulation.record import Exchange
from callcenter.simulation.scenario import Scenario
from callcenter.simulation.world import World
from routing import events as ev
from routing.engine import Engine
from routing.service_level import Figures
from routing.state import State
from routing.waits import Band, WaitEstimates
from tests.sim.scenarios import scenario_of
from tests.unit.callcenter.projections.recount import recounted

if TYPE_CHECKING:
    from routing.ids import QueueId

HOUR_MS = 3_600_000


class Follower:
    """Folds every exchange, and compares what it has come to with the engine's state."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.events: list[ev.Event] = []
        self.board = QueueBoard(day_start_ms=0)
        self.clocks = AgentClocks()
        self.estimates = WaitEstimates()
        self.bands = 0

    def watch(self, exchange: Exchange) -> None:
        for event in exchange.handled.events:
            self.events.append(event)
            self.board.apply(len(self.events), event)
            self.clocks.apply(event)
            self.estimates.note(event)
        self._compare(self._engine.state)

    def _compare(self, state: State) -> None:
        for queue_id, line in state.waiting.items():
            mine = self.estimates._lines.get(queue_id)
            order = [] if mine is None else [key[2] for key in mine.order]
            assert sorted(order) == sorted(line)
            for contact_id in line:
                band = self.estimates.of_contact(contact_id, state.now_ms)
                if isinstance(band, Band):
                    self.bands += 1
                    assert 0 < band.p50_ms <= band.p90_ms
        for agent_id, agent in state.agents.items():
            standing = self.clocks.standings.get(agent_id)
            if standing is None or agent.is_removed:
                continue
            assert standing.state == agent.state
            assert standing.wrap_ups == set(agent.wrap_ups)
            assert standing.offered == len(agent.offer_ids)
            in_hand = standing.offered + standing.talking + len(standing.wrap_ups)
            assert in_hand == len(agent.holds)


def agree(scenario: Scenario, seed: int) -> Follower:
    """Play a day, and recount it."""
    engine = Engine()
    follower = Follower(engine)
    World(scenario, seed, engine, watch=follower.watch).run()
    whole: dict[QueueId, Figures] = {}
    for (queue_id, _, _), figures in recounted(follower.events).items():
        whole[queue_id] = whole.get(queue_id, Figures()).plus(figures)
    rows = follower.board.read().queues
    assert {row.queue_id: row.today for row in rows if row.today.entered} == whole
    return follower


@pytest.mark.parametrize("seed", [3, 4])
def test_live_figures_lines_and_agents_are_what_the_engine_and_the_journal_say(seed: int) -> None:
    follower = agree(presets.stormy(8, 1.1, 4 * HOUR_MS), seed)
    rows = follower.board.read().queues
    assert all(not row.today.is_provisional for row in rows)
    assert follower.bands > 100
    kinds = Counter(type(event) for event in follower.events)
    assert kinds[ev.ContactRequeued] > 0
    assert kinds[ev.OfferExpired] > 0


def test_also_where_queues_send_on_turn_away_ask_several_and_are_emptied() -> None:
    total = Figures()
    for seed in range(1, 13):
        follower = agree(without_restarts(scenario_of(seed)), seed)
        for row in follower.board.read().queues:
            total = total.plus(row.today)
    assert min(total.flowed_out, total.forced_out, total.abandoned, total.answered) > 0


def without_restarts(scenario: Scenario) -> Scenario:
    """The follower keeps to one engine."""
    return replace(scenario, faults=replace(scenario.faults, restart_every=None))
