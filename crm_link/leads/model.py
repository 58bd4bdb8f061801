"""What a lead is, and what can be done with one. Frozen; instants in UTC ms."""

from enum import StrEnum
from typing import Final

import msgspec

from routing.calendars import OpenHours


class LeadStage(StrEnum):
    """How far a lead has come."""

    NEW = "new"
    CONTACTED = "contacted"
    """Somebody has spoken with the customer about it."""
    QUALIFIED = "qualified"
    """The customer wants it, can have it, and says when."""
    WON = "won"
    LOST = "lost"


class LeadStep(StrEnum):
    """What can be done with a lead."""

    TAKE = "take"
    """Name its owner: oneself, unless another agent is named."""
    CONTACTED = "contacted"
    QUALIFY = "qualify"
    WIN = "win"
    LOSE = "lose"
    REMIND = "remind"
    """Say when it comes back."""
    ROUTE = "route"
    """It comes to an agent as a contact; the system's own step."""
    NOTE = "note"


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """A lead without its words. `version` counts its steps.

    `remind_at_ms` is when it comes to an agent of its queue again, None once it is won or lost; `rounds`: how often it came.
    """

    lead_id: str
    stage: LeadStage
    version: int
    queue_id: str
    created_at_ms: int
    owner_id: str = ""
    since_ms: int = 0
    """Since when it is in this stage."""
    remind_at_ms: int | None = None
    rounds: int = 0

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return self.stage not in CLOSED


CLOSED: Final = (LeadStage.WON, LeadStage.LOST)
"""Stages that are the end."""


class LeadTaken(msgspec.Struct, frozen=True, kw_only=True):
    """A step and what it needs. `by` is "" for the system; `has_text`: somebody has written why, the words are kept elsewhere.

    `may_own`: whether that is somebody who sells. `remind_at_ms` says when it comes back; None with `contacted` and
    `qualify` for the usual span. `queue_id`: where it is routed to.
    """

    step: LeadStep
    by: str
    may_own: bool = True
    owner_id: str = ""
    queue_id: str = ""
    remind_at_ms: int | None = None
    has_text: bool = False


class Moment(msgspec.Struct, frozen=True):
    """When a step is taken. `hours` of its queue (None: always open); `follow_up_ms`: open time until a lead comes back by itself."""

    at_ms: int
    follow_up_ms: int
    hours: OpenHours | None = None


class RefusedBecause(StrEnum):
    """Why a step was not taken. Stable."""

    ILLEGAL = "lead_step_illegal"
    INCOMPLETE = "lead_step_incomplete"
    UNFIT = "lead_unfit"


class Refused(msgspec.Struct, frozen=True):
    """Nothing changed. `legal` are the steps that would be possible; `message` is a plain sentence."""

    because: RefusedBecause
    message: str
    legal: tuple[LeadStep, ...] = ()
