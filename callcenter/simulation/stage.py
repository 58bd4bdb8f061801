"""What the people of the world may do: plan ahead, draw their own luck, and send commands.

People never act inside an event: they see it and plan, as somebody at a screen would. Only a planned happening
sends a command.
"""

from collections.abc import Callable
from typing import Any, Protocol

from callcenter.simulation.agenda import Agenda
from callcenter.simulation.randomness import Streams
from callcenter.simulation.scenario import Scenario
from routing.commands import Command
from routing.engine import Handled

Reactions = dict[type, Callable[[Any], None]]
"""Event type -> what somebody makes of it."""


class Stage(Protocol):
    """The world, as those in it see it."""

    scenario: Scenario
    agenda: Agenda
    streams: Streams

    def send(self, command: Command) -> Handled:
        """Hand a command to the engine at the clock's present reading."""


def chance(generator_value: float, probability: float) -> bool:
    """Whether a draw from [0, 1) says yes."""
    return generator_value < probability
