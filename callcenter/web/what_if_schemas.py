"""Types of the calls that try a configuration on what has been."""

from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.web.configuration_schemas import ConfigurationDraft


class WhatIfState(StrEnum):
    """How far one is. `stopped`: by somebody."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class WhatIfPhase(StrEnum):
    """What is being done: the journal is read, then played as it was and three times under the draft."""

    READING = "reading"
    CONTROL = "control"
    ESTIMATED = "estimated"
    PATIENT = "patient"
    IMPATIENT = "impatient"


class WhatIfFailure(StrEnum):
    """Why there is no result: `too_long` by the bound, `no_contacts` in the journal, `fault` of ours."""

    TOO_LONG = "too_long"
    NO_CONTACTS = "no_contacts"
    FAULT = "fault"


class WhatIfWanted(ConfigurationDraft, frozen=True):
    """The draft, and within how many seconds an answer is good: that is what its service levels count."""

    service_level_s: Annotated[float, Meta(gt=0, le=86_400)] = 20.0


class WhatIfNamed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which trial."""

    what_if_id: Annotated[str, Meta(min_length=1, max_length=64)]


class PlayedFigures(msgspec.Struct, frozen=True):
    """A queue's contacts by how they ended; times in seconds, shares of 1. `open`: still there at the end."""

    offered: int
    answered: int
    abandoned: int
    open: int
    asa_s: float | None
    p90_wait_s: float | None
    longest_wait_s: float | None
    service_level: float | None


class PlayedQueue(msgspec.Struct, frozen=True):
    """One queue (`queue_id` "total": all): as it was, and played under the draft with three guesses of how long people wait.

    Null: the draft has no such queue.
    """

    queue_id: str
    journal: PlayedFigures
    estimated: PlayedFigures | None
    patient: PlayedFigures | None
    impatient: PlayedFigures | None


class PlayedFate(msgspec.Struct, frozen=True):
    """How a contact ended, with whom, after how long."""

    outcome: str
    agent_id: str | None
    wait_s: float | None


class PlayedChange(msgspec.Struct, frozen=True):
    """A contact that would have gone otherwise; `after` null: it would not have been let in."""

    contact_id: str
    queue_id: str
    before: PlayedFate
    after: PlayedFate | None


class WhatIfResult(msgspec.Struct, frozen=True):
    """`changes` are the largest changes of wait among `contacts_changed`; `refused` counts what the draft made impossible.

    `control_contacts_changed` differ though nothing was changed: 0 unless the journal was decided by another version.
    """

    contacts: int
    events: int
    service_level_s: float
    control_contacts_changed: int
    contacts_changed: int
    queues: list[PlayedQueue]
    changes: list[PlayedChange]
    refused: dict[str, int]


class WhatIfView(msgspec.Struct, frozen=True):
    """One trial; `permille` of the phase is done."""

    what_if_id: str
    state: WhatIfState
    phase: WhatIfPhase
    permille: int
    failure: WhatIfFailure | None
    result: WhatIfResult | None
