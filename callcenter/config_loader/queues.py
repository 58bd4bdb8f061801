"""What a configuration may say of a queue: its limits, and how its contacts and agents are matched.

Durations are whole seconds here, because people write them; the core gets milliseconds.
"""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from callcenter.config_loader.base import Closed, Id, Name, Seconds, Text
from callcenter.ports.call_backs import DialMode
from routing.limits import (
    BROADCAST_AGENTS_MAX,
    BROADCAST_VOICE_AGENTS_MAX,
    LEVEL_MAX,
    LEVEL_MIN,
    QUEUE_STEPS_MAX,
)
from routing.model import (
    AgentStrategy,
    ContactStrategy,
    DestinationKind,
    ServiceFormula,
    StepAsks,
    TurnAwayReason,
)

CREDIT_S_MAX: Final = 24 * 3600
"""Most age a queue may give or take, in seconds: overtaking is bounded by it."""

Level = Annotated[int, Field(ge=LEVEL_MIN, le=LEVEL_MAX)]
Needs = Annotated[dict[Id, Level], Field(max_length=20)]
"""Skill id -> the lowest level that will do."""
Credit = Annotated[int, Field(ge=-CREDIT_S_MAX, le=CREDIT_S_MAX)]


class Priority(Closed):
    """How this queue's contacts compete with those of other queues for an agent of both."""

    strategy: ContactStrategy = ContactStrategy.AGE_CREDIT
    credit_s: Credit = 0
    acceleration: Annotated[float, Field(ge=0.001, le=1000)] = 1.0
    target_s: Seconds = 20
    level: Annotated[int, Field(ge=-1000, le=1000)] = 0


class Step(Closed):
    """Whom a contact asks for once it has waited `after_s` in the queue."""

    after_s: Annotated[int, Field(ge=0, le=7 * 24 * 3600)] = 0
    needs: Needs | None = None
    relax_own: bool = False
    credit_s: Annotated[int, Field(ge=0, le=CREDIT_S_MAX)] = 0
    queues: list[Id] = []
    asks: StepAsks = StepAsks.POOL
    team: Id | None = None
    skip_unstaffed: bool = False

    @model_validator(mode="after")
    def _names_a_team_it_asks(self) -> Self:
        if self.team is not None and self.asks is not StepAsks.TEAM:
            raise ValueError("team goes with asks: team alone")
        return self


class ServiceLevel(Closed):
    """What counts as answered in time, and the formula of the share."""

    within_s: Seconds = 20
    formula: ServiceFormula = ServiceFormula.SHORT_ABANDONS_EXCLUDED


class TurnedAway(Closed):
    """Where those go whom a queue turns away: on to another queue, or to what their channel does for them."""

    to: DestinationKind
    queue: Id | None = None
    message: Annotated[str, Field(max_length=100)] = ""

    @model_validator(mode="after")
    def _names_what_it_needs(self) -> Self:
        if (self.queue is not None) != (self.to is DestinationKind.QUEUE):
            raise ValueError("queue goes with to: queue, and to: queue with a queue")
        if self.message and self.to is not DestinationKind.MESSAGE:
            raise ValueError("message goes with to: message alone")
        return self


Prefix = Annotated[str, Field(pattern=r"^\+?[0-9]{1,15}$")]


class CallBackRules(Closed):
    """How customers of a queue are called back. Dialled within the queue's hours; `share_percent` of its ready agents at once, at least one.

    The phone system `connection` calls, and only numbers that begin with one of `prefixes`. `apology` is said to a customer for whom nobody is there.
    """

    connection: Id
    shown_number: Annotated[str, Field(pattern=r"^\+?[0-9]{0,20}$")] = ""
    prefixes: Annotated[list[Prefix], Field(min_length=1, max_length=50)]
    mode: DialMode = DialMode.CUSTOMER_FIRST
    ring_s: Annotated[int, Field(ge=5, le=60)] = 25
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    gap_s: Annotated[int, Field(ge=10, le=3 * 24 * 3600)] = 900
    expires_after_s: Annotated[int, Field(ge=60, le=30 * 24 * 3600)] = 24 * 3600
    share_percent: Annotated[int, Field(ge=1, le=100)] = 50
    apology: Name | None = None


class Recording(Closed):
    """Which calls of the queue are recorded, and what is said before. With a `refuse_key` the customer may say no."""

    notice: Name
    directions: Annotated[list[Literal["inbound", "outbound"]], Field(min_length=1)] = [
        "inbound",
        "outbound",
    ]
    languages: list[Literal["en", "zh"]] = []
    refuse_key: Annotated[str, Field(pattern=r"^[0-9*]$")] | None = None
    keep_days: Annotated[int, Field(ge=1, le=3_650)] = 90


class Queue(Closed):
    """A waiting line and its rules."""

    id: Id
    name: Name
    offer_timeout_s: Seconds = 20
    reoffer_gap_s: Seconds = 30
    wrap_up_limit_s: Annotated[int, Field(ge=0, le=24 * 3600)] = 120
    wrap_up_extension_s: Seconds = 60
    wrap_up_extensions_max: Annotated[int, Field(ge=0, le=20)] = 2
    waiting_alarm_s: Seconds = 300
    waiting_max: Annotated[int, Field(ge=1, le=100_000)] = 1000
    amber_after_s: Seconds = 60
    red_after_s: Seconds = 180
    dispositions: Annotated[list[Id], Field(min_length=1)]
    needs: Needs = {}
    agent_strategy: AgentStrategy = AgentStrategy.LONGEST_IDLE
    priority: Priority = Priority()
    steps: Annotated[list[Step], Field(max_length=QUEUE_STEPS_MAX)] = []
    hours: Id | None = None
    leaves_at_closing: bool = False
    is_staff_required: bool = False
    unstaffed_exit_s: Seconds | None = None
    wait_max_s: Seconds | None = None
    waits_for_impossible: bool = False
    carried_wait_max_s: Annotated[int, Field(ge=0, le=7 * 24 * 3600)] = 3600
    return_within_s: Annotated[int, Field(ge=0, le=7 * 24 * 3600)] = 0
    turned_away: dict[TurnAwayReason, TurnedAway] = {}
    site: Id | None = None
    site_cost: Annotated[int, Field(ge=0, le=24 * 3600 * 1000)] = 0
    broadcast: Annotated[int, Field(ge=1, le=BROADCAST_AGENTS_MAX)] = 1
    broadcast_voice: Annotated[int, Field(ge=1, le=BROADCAST_VOICE_AGENTS_MAX)] = 1
    service_level: ServiceLevel = ServiceLevel()
    signature: Text | None = None
    call_back: CallBackRules | None = None
    recording: Recording | None = None
    survey: Id | None = None
