"""What a configuration folder may say. Closed: an unknown key is an error.

Durations are whole seconds here, because people write them; the core gets milliseconds.
"""

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from routing.limits import QUEUES_MAX
from routing.model import (
    MISSED_LIMITS,
    REASON_MISSED,
    REASON_PHONE_FAULT,
    REASON_SIGNED_IN,
    Channel,
)

Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Seconds = Annotated[int, Field(ge=1, le=7 * 24 * 3600)]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Name(_Closed):
    """A text in both languages."""

    en: Annotated[str, Field(min_length=1, max_length=200)]
    zh: Annotated[str, Field(min_length=1, max_length=200)]


class Queue(_Closed):
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


class Reason(_Closed):
    """A not-ready reason, and when a supervisor is told that it lasts long."""

    id: Id
    name: Name
    alert_after_s: Seconds


class Disposition(_Closed):
    """A coded outcome of a contact."""

    id: Id
    name: Name


class Team(_Closed):
    """A team of agents."""

    id: Id
    name: Name


class Widget(_Closed):
    """A chat widget: which queue it feeds and which pages may embed it (empty: the server's own only)."""

    id: Id
    name: Name
    greeting: Name
    queue: Id
    allowed_origins: list[str] = []


class Timing(_Closed):
    """Deadlines that hold for all queues."""

    presence_grace_s: Seconds = 15
    customer_gone_s: Seconds = 60
    connected_probe_s: Seconds = 1800
    missed_limits: dict[Channel, Annotated[int, Field(ge=1, le=100)]] = MISSED_LIMITS


class Document(_Closed):
    """A whole configuration, as it is stored."""

    timing: Timing = Timing()
    queues: Annotated[list[Queue], Field(min_length=1, max_length=QUEUES_MAX)]
    not_ready_reasons: list[Reason]
    dispositions: Annotated[list[Disposition], Field(min_length=1)]
    teams: list[Team]
    widgets: list[Widget] = []

    @field_validator("not_ready_reasons")
    @classmethod
    def _with_phone_fault(cls, reasons: list[Reason]) -> list[Reason]:
        """Reasons written before phones could fail get this one; it alarms as a missed offer does."""
        missed = next((reason for reason in reasons if reason.id == REASON_MISSED), None)
        if missed is None or any(reason.id == REASON_PHONE_FAULT for reason in reasons):
            return reasons
        name = Name(en="Phone fault", zh="话机故障")
        return [
            *reasons,
            Reason(id=REASON_PHONE_FAULT, name=name, alert_after_s=missed.alert_after_s),
        ]

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Self:
        faults = [*_repeated(self), *_dangling(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self


def _repeated(document: Document) -> list[str]:
    groups: dict[str, list[str]] = {
        "queues": [queue.id for queue in document.queues],
        "not_ready_reasons": [reason.id for reason in document.not_ready_reasons],
        "dispositions": [disposition.id for disposition in document.dispositions],
        "teams": [team.id for team in document.teams],
        "widgets": [widget.id for widget in document.widgets],
    }
    return [
        f"{group}: the id {one} is there twice"
        for group, ids in groups.items()
        for one in sorted({one for one in ids if ids.count(one) > 1})
    ]


def _dangling(document: Document) -> list[str]:
    dispositions = {disposition.id for disposition in document.dispositions}
    queues = {queue.id for queue in document.queues}
    reasons = {reason.id for reason in document.not_ready_reasons}
    faults = [
        f"queues: {queue.id} lists the disposition {one}, which does not exist"
        for queue in document.queues
        for one in queue.dispositions
        if one not in dispositions
    ]
    faults += [
        f"widgets: {widget.id} feeds the queue {widget.queue}, which does not exist"
        for widget in document.widgets
        if widget.queue not in queues
    ]
    faults += [
        f"not_ready_reasons: the built-in reason {reason_id} needs a name and an alert time"
        for reason_id in (REASON_MISSED, REASON_SIGNED_IN)
        if reason_id not in reasons
    ]
    return faults
