"""How far a contact can be passed: a bound for each strategy that has one, and a victim for each that has none."""

from fractions import Fraction

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import AgentId, ContactId, QueueId, TeamId
from routing.model import (
    AgentState,
    CapacityRule,
    Channel,
    ContactStrategy,
    Party,
    PriorityRule,
    QueuePolicy,
    RoutingStep,
)
from routing.state import Contact, State
from routing.strategies import OVERTAKING, Overtaking
from tests.unit.routing.scene import configuration, policy

QUEUES = (QueueId("q0"), QueueId("q1"), QueueId("q2"))
ANN = AgentId("ann")
CREDIT_MS_MAX = 50
Call = tuple[int, QueueId, int, int]
"""Gap since the one before, queue, credit of the customer, how long it talks; in ms."""


rules = st.builds(
    PriorityRule,
    credit_ms=st.integers(0, CREDIT_MS_MAX),
    acceleration_permille=st.integers(200, 5_000),
    target_ms=st.integers(5, 100),
    level=st.integers(0, 2),
)
steps = st.one_of(
    st.just(()),
    st.integers(0, CREDIT_MS_MAX).map(
        lambda credit_ms: (RoutingStep(), RoutingStep(after_ms=20, credit_ms=credit_ms))
    ),
)
queues = st.lists(st.tuples(rules, steps), min_size=len(QUEUES), max_size=len(QUEUES))
calls = st.lists(
    st.tuples(
        st.integers(0, 15),
        st.sampled_from(QUEUES),
        st.integers(0, CREDIT_MS_MAX),
        st.integers(1, 30),
    ),
    min_size=3,
    max_size=30,
)


def pace(rule: PriorityRule) -> Fraction:
    """What one waited ms is worth."""
    if rule.strategy is ContactStrategy.ACCELERATED:
        return Fraction(rule.acceleration_permille, 1000)
    if rule.strategy is ContactStrategy.SLA_URGENCY:
        return Fraction(1_000_000, rule.target_ms)
    return Fraction(1)


def credit_ms(contact: Contact, rule: PriorityRule) -> int:
    """All the age that was given."""
    return rule.credit_ms + contact.credit_ms + contact.demand.credit_ms


def check(state: State, taken: Contact, at_ms: int) -> None:
    """Nobody who waits was passed further than the strategy allows."""
    rule = state.queues[taken.queue_id].priority
    for line in state.waiting.values():
        for contact_id in line:
            other = state.contacts[contact_id]
            others = state.queues[other.queue_id].priority
            later_ms = taken.arrived_at_ms - other.arrived_at_ms
            waited_ms = at_ms - other.arrived_at_ms
            share = max(Fraction(0), 1 - pace(others) / pace(rule))
            bound_ms = share * waited_ms + credit_ms(taken, rule) + 1
            if OVERTAKING[rule.strategy] is Overtaking.CREDIT:
                assert later_ms <= credit_ms(taken, rule) <= 3 * CREDIT_MS_MAX
            assert later_ms <= bound_ms


def play(policies: list[QueuePolicy], day: list[Call]) -> None:
    """One agent, who takes what is offered, and calls that come and go."""
    engine = Engine()
    engine.handle(cmd.ApplyConfiguration(configuration(*policies)), 0)
    one_chat = CapacityRule(1, {Channel.CHAT: 1})
    engine.handle(cmd.PutAgent(ANN, TeamId("t"), QUEUES, one_chat), 0)
    engine.handle(cmd.ConnectAgent(ANN), 0)
    engine.handle(cmd.SetAgentState(ANN, AgentState.READY), 0)
    happenings: list[tuple[int, int, cmd.Command]] = []
    at_ms = 0
    talks_ms = {}
    for number, (gap_ms, queue_id, own_ms, talk_ms) in enumerate(day):
        at_ms += gap_ms
        contact_id = ContactId(f"c{number}")
        talks_ms[contact_id] = talk_ms
        arrival = cmd.EnqueueContact(contact_id, Channel.CHAT, queue_id, credit_ms=own_ms)
        happenings.append((at_ms, number, arrival))
    while happenings:
        happenings.sort(key=lambda one: one[:2])
        now_ms, number, command = happenings.pop(0)
        for event in engine.handle(command, now_ms).events:
            if isinstance(event, ev.OfferMade):
                check(engine.state, engine.state.contacts[event.contact_id], event.at_ms)
                engine.handle(cmd.AcceptOffer(event.offer_id, ANN), now_ms)
                end = cmd.EndContact(event.contact_id, Party.CUSTOMER)
                happenings.append((now_ms + talks_ms[event.contact_id], number, end))


BOUNDED = [one for one, bound in OVERTAKING.items() if bound is not Overtaking.UNBOUNDED]
UNBOUNDED = [one for one in OVERTAKING if one not in BOUNDED]


def test_every_strategy_says_how_far_it_lets_pass() -> None:
    assert set(OVERTAKING) == set(ContactStrategy)


@pytest.mark.parametrize("strategy", BOUNDED)
@given(drawn=queues, day=calls)
def test_nobody_is_passed_further_than_the_strategy_says(
    strategy: ContactStrategy,
    drawn: list[tuple[PriorityRule, tuple[RoutingStep, ...]]],
    day: list[Call],
) -> None:
    policies = [
        policy(
            queue_id,
            priority=msgspec.structs.replace(rule, strategy=strategy),
            steps=its_steps,
            wrap_up_limit_ms=0,
            waiting_max=100,
        )
        for queue_id, (rule, its_steps) in zip(QUEUES, drawn, strict=True)
    ]
    play(policies, day)


@pytest.mark.parametrize("strategy", UNBOUNDED)
def test_a_strategy_without_a_bound_lets_anybody_pass(strategy: ContactStrategy) -> None:
    high = PriorityRule(strategy, level=1)
    rivals = [
        policy(QUEUES[0], priority=msgspec.structs.replace(high, level=0), wrap_up_limit_ms=0)
    ]
    rivals += [policy(queue_id, priority=high, wrap_up_limit_ms=0) for queue_id in QUEUES[1:]]
    engine = Engine()
    engine.handle(cmd.ApplyConfiguration(configuration(*rivals)), 0)
    engine.handle(cmd.EnqueueContact(ContactId("victim"), Channel.CHAT, QUEUES[0]), 0)
    day_ms = 86_400_000
    engine.handle(cmd.EnqueueContact(ContactId("late"), Channel.CHAT, QUEUES[1]), day_ms)
    engine.handle(
        cmd.PutAgent(ANN, TeamId("t"), QUEUES, CapacityRule(1, {Channel.CHAT: 1})), day_ms
    )
    engine.handle(cmd.ConnectAgent(ANN), day_ms)
    events = engine.handle(cmd.SetAgentState(ANN, AgentState.READY), day_ms).events
    assert [e.contact_id for e in events if isinstance(e, ev.OfferMade)] == ["late"]
