"""Every offer, explained from the journal before it, names the agent who got it: each strategy alone and all mixed."""

import pytest

from routing import events as ev
from routing.explain import explain_offer, explain_waiting
from routing.model import AgentStrategy, ContactStrategy
from routing.reducer import apply
from routing.state import State
from tests.sim.lockstep import Lockstep, stretches


@pytest.mark.parametrize(
    ("name", "agents", "contacts"), stretches(0), ids=lambda part: str(part)[:20]
)
def test_an_offer_explained_from_the_journal_names_the_same_agent(
    name: str, agents: list[AgentStrategy], contacts: list[ContactStrategy]
) -> None:
    offers = 0
    for seed in range(3):
        world = Lockstep(seed, agents, contacts)
        world.run(300)
        state = State()
        for event in world.journal:
            if isinstance(event, ev.OfferMade):
                offers += 1
                told = explain_offer(state, event)
                assert told.is_confirmed, f"{name}, seed {seed}: {event}"
                assert told.standing.waited_ms == event.waited_ms
                names = {one.agent_id for one in told.candidates}
                is_by_hand = event.trigger in ev.CHOSEN_BY_HAND
                assert event.agent_id in names or len(names) == 20 or is_by_hand
            apply(state, event)
        for line in state.waiting.values():
            for contact_id in line:
                waiting = explain_waiting(state, state.contacts[contact_id], world.now_ms)
                assert waiting.eligible_ids == ()
                assert sum(group.count for group in waiting.removed) == len(state.agents)
                assert waiting.deadlines
    assert offers > 20, name
