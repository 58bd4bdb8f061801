"""A scenario of `callcenter simulate`: exactly what its YAML file holds, as checked values.

Times are in seconds, as people write them; the engine counts whole milliseconds.
"""

from typing import Annotated

import msgspec

from callcenter.simulation.queueing.durations import Duration, Positive
from routing.model import AgentStrategy, ContactStrategy

Whole = Annotated[int, msgspec.Meta(ge=0)]
NotNegative = Annotated[float, msgspec.Meta(ge=0)]
Level = Annotated[int, msgspec.Meta(ge=1, le=10)]
Name = Annotated[str, msgspec.Meta(min_length=1)]


class Strategy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which agent is asked first, and which contact goes first; in a class it overrides the scenario's."""

    agent: AgentStrategy | None = None
    contact: ContactStrategy | None = None


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shared by all classes. Arrivals that find no agent and no waiting place are blocked."""

    waiting: Whole | None = None


class Arrivals(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of the two: a Poisson process, or the rows of a CSV file."""

    poisson_per_h: Positive | None = None
    trace: str | None = None


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a customer asks for who has waited `after_s`; `requires` None is what the class requires."""

    after_s: NotNegative = 0
    requires: dict[Name, Level] | None = None
    credit_s: NotNegative = 0
    skip_unstaffed: bool = False


class CustomerClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Customers who ask for the same thing. `service` and `patience` may be left to a trace's rows."""

    name: Name
    arrivals: Arrivals
    requires: dict[Name, Level] = {}
    priority: int = 0
    service: Duration | None = None
    patience: Duration | None = None
    steps: tuple[Step, ...] = ()
    ring_s: NotNegative = 0
    wrap_up_s: NotNegative = 0
    credit_s: NotNegative = 0
    acceleration: Annotated[float, msgspec.Meta(ge=0.001, le=1000)] = 1.0
    target_s: Positive | None = None
    strategy: Strategy = Strategy()


class Shift(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When agents are there; a call they have at its end is finished."""

    from_s: NotNegative
    until_s: Positive


class AgentGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Agents who are alike; without shifts they are there from the first moment to the last."""

    count: Annotated[int, msgspec.Meta(ge=1)]
    skills: dict[Name, Level] = {}
    primary: Name | None = None
    shifts: tuple[Shift, ...] = ()


class Scenario(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Everything that is chosen. `duration_s` is measured after `warmup_s`."""

    classes: Annotated[tuple[CustomerClass, ...], msgspec.Meta(min_length=1)]
    agents: Annotated[tuple[AgentGroup, ...], msgspec.Meta(min_length=1)]
    duration_s: Positive
    warmup_s: NotNegative = 0
    seed: int = 1
    service_level_s: Positive = 20
    wait_points_s: tuple[NotNegative, ...] = ()
    limits: Limits = Limits()
    strategy: Strategy = Strategy()


class Call(msgspec.Struct, frozen=True):
    """One row of a trace; None where the class's distribution is to be drawn from."""

    at_ms: int
    service_ms: int | None
    patience_ms: int | None


Traces = dict[str, tuple[Call, ...]]
"""Class name -> its calls in order of time; classes with a Poisson process are absent."""


def serves(group: AgentGroup, one: CustomerClass) -> bool:
    """Whether agents of the group hold what the class asks for, at once or in one of its steps."""
    asked = [one.requires if step.requires is None else step.requires for step in one.steps]
    return any(
        all(group.skills.get(skill, 0) >= level for skill, level in needs.items())
        for needs in (asked or [one.requires])
    )


def there_s(group: AgentGroup, from_s: float, until_s: float) -> float:
    """How long one agent of the group is there within a window."""
    if not group.shifts:
        return until_s - from_s
    return sum(
        max(0.0, min(shift.until_s, until_s) - max(shift.from_s, from_s)) for shift in group.shifts
    )
