"""Types of the calls about flows."""

from typing import Annotated, Final, Literal, TypeAlias

import msgspec
from msgspec import Meta

from callcenter.web.schemas import LocalName, Request

TRIAL_LINES_MAX: Final = 300
TRIAL_AT_MS_MAX: Final = 4_102_444_800_000
"""The year 2100: calendars are asked no further ahead."""

TrialText: TypeAlias = Annotated[str, Meta(max_length=500)]


class FlowUse(msgspec.Struct, frozen=True):
    """Who leads customers here: `kind` is entry_point, widget, survey (of a queue) or flow; `id` its number or id."""

    kind: str
    id: str


class FlowInfo(msgspec.Struct, frozen=True):
    """One flow of the configuration in force: its nodes, and where it is used."""

    flow_id: str
    name: LocalName
    nodes: int
    used_by: list[FlowUse]


class FlowsView(msgspec.Struct, frozen=True):
    """The flows of the configuration in force, which `version` names."""

    version: str
    flows: list[FlowInfo]


class FlowPicture(msgspec.Struct, frozen=True):
    """A flow as SVG."""

    svg: str


class PictureQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which flow (none: the first), and in which language its words are."""

    flow_id: str = ""
    language: Literal["en", "zh"] = "en"


class FlowTrial(Request, frozen=True):
    """A flow to go through, and everything that was typed so far: keys and texts of the customer, or the words of `callcenter ivr try`.

    Without `at_ms` (UTC) it begins now; what came back goes with the next lines, so that the hours stay the same.
    """

    flow_id: Annotated[str, Meta(min_length=1, max_length=64)]
    language: Literal["en", "zh"] = "en"
    channel: Literal["voice", "chat"] = "voice"
    caller: Annotated[str, Meta(max_length=100)] = ""
    lines: Annotated[list[TrialText], Meta(max_length=TRIAL_LINES_MAX)] = msgspec.field(
        default_factory=list
    )
    at_ms: Annotated[int, Meta(ge=0, le=TRIAL_AT_MS_MAX)] | None = None


class TrialOption(msgspec.Struct, frozen=True):
    """A key that may be typed, and the words for it."""

    key: str
    label: str


class TrialLine(msgspec.Struct, frozen=True):
    """One line, `after_ms` from the beginning.

    `kind` is said, typed, or what would be done: hours (`text` the calendar, `more` its answer), call_back (queue, number), queue, record
    (queue), hand_over (number), profile, request (URL, what is sent), end (outcome).
    """

    kind: str
    text: str
    more: str
    after_ms: int
    options: list[TrialOption]


class FlowTrialView(msgspec.Struct, frozen=True):
    """How far the lines have led. `node` is where it is (its flow and name); `is_over` at the end."""

    at_ms: int
    lines: list[TrialLine]
    node: str
    is_over: bool
