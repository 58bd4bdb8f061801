"""An agent in several queues is never given a younger contact of the same class, whatever happens around it."""

import random

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import AgentId, ContactId, DispositionId, QueueId, TeamId
from routing.matching import refused_by
from routing.model import (
    BUILT_IN_REASONS,
    AgentState,
    CapacityRule,
    Channel,
    NotReadyReason,
    Party,
    QueuePolicy,
    RoutingConfiguration,
)
from routing.reducer import apply
from routing.state import State, age_key

QUEUES = tuple(QueueId(f"q{number}") for number in range(4))
AGENTS = tuple(AgentId(f"a{number}") for number in range(6))
DONE = DispositionId("done")
CHANNELS = (Channel.CHAT, Channel.EMAIL, Channel.VOICE)


def configuration(luck: random.Random) -> RoutingConfiguration:
    """Queues of one rule: what waits in them differs by channel and age alone."""
    asks = luck.choice([1, 3])
    return RoutingConfiguration(
        version="v1",
        queues=tuple(
            QueuePolicy(
                queue_id=queue_id,
                offer_timeout_ms=luck.randint(5, 50),
                reoffer_gap_ms=luck.randint(5, 100),
                wrap_up_limit_ms=luck.choice([0, 20]),
                wrap_up_extension_ms=1,
                wrap_up_extensions_max=0,
                waiting_alarm_ms=1_000,
                waiting_max=100,
                disposition_ids=(DONE,),
                broadcast=asks,
            )
            for queue_id in QUEUES
        ),
        not_ready_reasons=tuple(NotReadyReason(one, 1_000) for one in BUILT_IN_REASONS),
        presence_grace_ms=30,
        customer_gone_ms=30,
        connected_probe_ms=1_000,
    )


def random_journal(seed: int, steps: int = 1_500) -> list[ev.Event]:
    """Arrivals, answers, refusals, ends, desks that vanish and come back."""
    luck, engine, now_ms = random.Random(seed), Engine(), 0
    journal: list[ev.Event] = []

    def do(command: cmd.Command) -> None:
        journal.extend(engine.handle(command, now_ms).events)

    do(cmd.ApplyConfiguration(configuration(luck)))
    for agent_id in AGENTS:
        units = dict.fromkeys(luck.sample(CHANNELS, luck.randint(1, 3)), 2)
        queue_ids = tuple(luck.sample(QUEUES, luck.randint(2, 4)))
        do(cmd.PutAgent(agent_id, TeamId("team"), queue_ids, CapacityRule(3, units)))
    for number in range(steps):
        now_ms += luck.choice([0, 1, 5, 20])
        agent_id = luck.choice(AGENTS)
        offers, contacts = [*engine.state.offers.values()], [*engine.state.contacts.values()]
        contact = luck.choice(contacts) if contacts else None
        what = luck.random()
        if what < 0.3:
            contact_id = ContactId(f"c{number}")
            do(cmd.EnqueueContact(contact_id, luck.choice(CHANNELS), luck.choice(QUEUES)))
        elif what < 0.55 and offers:
            offer = luck.choice(offers)
            answer = cmd.AcceptOffer if luck.random() < 0.8 else cmd.RejectOffer
            do(answer(offer.offer_id, offer.agent_id))
        elif what < 0.85 and contact is not None:
            do(cmd.EndContact(contact.contact_id, Party.CUSTOMER))
            for one in contact.wrapped_up_by:
                do(cmd.CompleteWrapUp(contact.contact_id, one, DONE))
        elif what < 0.9:
            do(cmd.DisconnectAgent(agent_id))
        else:
            do(cmd.ConnectAgent(agent_id))
            do(cmd.SetAgentState(agent_id, AgentState.READY))
    return journal


@pytest.mark.parametrize("seed", range(8))
def test_an_agent_in_several_queues_is_never_given_a_younger_contact_of_the_same_class(
    seed: int,
) -> None:
    state, chosen = State(), 0
    for event in random_journal(seed):
        if isinstance(event, ev.OfferMade):
            contact, agent = state.contacts[event.contact_id], state.agents[event.agent_id]
            others = [
                other
                for line in state.waiting.values()
                for other in (state.contacts[contact_id] for contact_id in line)
                if other is not contact
                and other.channel is contact.channel
                and refused_by(agent, other) is None
            ]
            chosen += bool(others)
            assert all(age_key(other) > age_key(contact) for other in others), event
        apply(state, event)
    assert chosen > 10, "the agents had something to choose from"
