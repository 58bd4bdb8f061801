"""A whole simulated day explained: every offer, recomputed from the journal before it, names the same agent."""

from itertools import cycle

import msgspec

from callcenter.simulation import presets
from callcenter.simulation.distributions import Exponential, LogNormal
from callcenter.simulation.scenario import Load, Scenario
from callcenter.simulation.world import World
from routing import events as ev
from routing.engine import Engine
from routing.explain import OfferExplanation, explain_offer
from routing.ids import QueueId
from routing.model import AgentStrategy, Channel, ContactStrategy, PriorityRule
from routing.reducer import apply
from routing.state import State
from tests.sim.scenarios import scenario_of

HOUR_MS = 3_600_000
AGENTS = 14
CONTACTS = 3_000


def a_day() -> Scenario:
    """A stormy day of a queue for each strategy of agents, with the strategies of contacts in turn."""
    stormy = presets.stormy(AGENTS, 0.9, 8 * HOUR_MS)
    queue_ids = tuple(QueueId(f"q{number}") for number, _ in enumerate(AgentStrategy))
    usual = presets.configuration(queue_ids)
    rules = cycle(ContactStrategy)
    queues = tuple(
        msgspec.structs.replace(
            policy,
            agent_strategy=strategy,
            priority=PriorityRule(
                next(rules),
                credit_ms=30_000 * (place % 2),
                acceleration_permille=1_500,
                level=place % 3,
            ),
        )
        for place, (policy, strategy) in enumerate(zip(usual.queues, AgentStrategy, strict=True))
    )
    loads = tuple(
        Load(
            queue_id=queue_id,
            channel=Channel.CHAT if place % 3 else Channel.VOICE,
            gap_ms=8 * HOUR_MS * len(queue_ids) / CONTACTS,
            patience=Exponential(180_000),
            talk=LogNormal(120_000, 0.8),
        )
        for place, queue_id in enumerate(queue_ids)
    )
    return msgspec.structs.replace(
        stormy,
        configurations=(msgspec.structs.replace(usual, queues=queues),),
        loads=loads,
        groups=(presets.difficult_agents("mixed", AGENTS, queue_ids),),
    )


def explained(scenario: Scenario, seed: int) -> list[OfferExplanation]:
    """Every offer of the scenario, explained from the journal alone."""
    journal: list[ev.Event] = []
    World(
        scenario, seed, Engine(), watch=lambda exchange: journal.extend(exchange.handled.events)
    ).run()
    state, found = State(), []
    for event in journal:
        if isinstance(event, ev.OfferMade):
            found.append(explain_offer(state, event))
            assert found[-1].is_confirmed, event
            assert found[-1].standing.waited_ms == event.waited_ms
        apply(state, event)
    return found


def test_every_offer_of_a_day_explained_from_the_journal_names_the_same_agent() -> None:
    found = explained(a_day(), 11)
    assert {why.standing.agent_strategy for why in found} == set(AgentStrategy)
    assert len(found) > CONTACTS * 0.8
    chosen = [why for why in found if max(why.candidate_count, why.rival_count) > 1]
    assert len(chosen) > len(found) / 4


def test_every_offer_of_hostile_days_with_steps_and_broadcasts_too() -> None:
    found = [why for seed in range(12) for why in explained(scenario_of(seed), seed)]
    assert len(found) > 1_000
    assert {why.trigger for why in found} >= {
        ev.OfferTrigger.AGENT_FREED,
        ev.OfferTrigger.CONTACT_FREED,
    }
    assert any(why.standing.step > 1 for why in found)
