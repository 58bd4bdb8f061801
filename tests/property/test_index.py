"""The index against the naive scanner, each strategy alone and all mixed; and a planted fault that is found."""

import pytest

from routing import events as ev
from routing.engine import Engine
from routing.errors import InvariantViolation
from routing.index import IndexedMatcher
from routing.model import AgentStrategy, ContactStrategy
from tests.sim.lockstep import Different, Lockstep, stretches


@pytest.mark.parametrize(
    ("name", "agents", "contacts"), stretches(0), ids=lambda part: str(part)[:20]
)
def test_the_index_decides_as_the_scanner_does(
    name: str, agents: list[AgentStrategy], contacts: list[ContactStrategy]
) -> None:
    offers = 0
    for seed in range(7):
        world = Lockstep(seed, agents, contacts)
        world.run(300)
        offers += world.offers
    assert offers > 50, name


class Forgetful(IndexedMatcher):
    """An index that does not hear of contacts that come back."""

    def note(self, event: ev.Event) -> None:
        """Miss every expired offer."""
        if not isinstance(event, ev.OfferExpired):
            super().note(event)


def play_forgetful() -> None:
    """Lockstep with an index that misses something."""
    for seed in range(20):
        world = Lockstep(seed, list(AgentStrategy), list(ContactStrategy))
        world.indexed = Engine(world.indexed.state, Forgetful)
        world.run(500)


def test_an_index_that_misses_an_event_is_found() -> None:
    with pytest.raises((Different, InvariantViolation)):
        play_forgetful()
