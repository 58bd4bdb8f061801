"""A whole simulated day explained: every offer, recomputed from the journal before it, names the same agent."""

from itertools import cycle

import msgspec

from callcenter.simulation import presets
from callcenter.simulation.distributions import Exponential, LogNormal
from callcenter.simulation.scenario import Load, Scenario
from callcenter.simulation.world import World
from routing import events as ev
from routing.engine import Engine
from routing.explain import explain_offer
from routing.ids import QueueId
from routing.model import AgentStrategy, Channel, ContactStrategy, PriorityRule
from routing.reducer import apply
from routing.state import State

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


def test_every_offer_of_a_day_explained_from_the_journal_names_the_same_agent() -> None:
    journal: list[ev.Event] = []
    record = World(
        a_day(), 11, Engine(), watch=lambda exchange: journal.extend(exchange.handled.events)
    ).run()
    assert len(record.arrived) > CONTACTS * 0.8
    state = State()
    offers = chosen = 0
    strategies = set()
    for event in journal:
        if isinstance(event, ev.OfferMade):
            why = explain_offer(state, event)
            assert why.is_confirmed, event
            offers += 1
            chosen += max(why.candidate_count, why.rival_count) > 1
            strategies.add(why.standing.agent_strategy)
        apply(state, event)
    assert strategies == set(AgentStrategy)
    assert offers > CONTACTS * 0.8
    assert chosen > offers / 4
