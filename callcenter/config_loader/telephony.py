"""What a configuration says of telephony: phone systems, and the numbers that lead to queues. Keys are settings."""

from typing import Annotated

from pydantic import Field

from callcenter.config_loader.base import Closed, Id, Name
from callcenter.config_loader.calendars import Zone
from callcenter.config_loader.queues import CREDIT_S_MAX, Needs

Url = Annotated[str, Field(pattern=r"^https?://[!-~]{1,200}$")]
Digit = Annotated[str, Field(pattern=r"^[0-9*#]$")]
DialledNumber = Annotated[str, Field(pattern=r"^[+0-9A-Za-z*#._@-]{1,64}$")]
Language = Annotated[str, Field(pattern=r"^(en|zh)$")]


class Connection(Closed):
    """A phone system, where it takes commands, and how many calls it can carry at once, if anybody knows."""

    id: Id
    control_url: Url
    lines_max: Annotated[int, Field(ge=1, le=100_000)] | None = None


class Pressed(Closed):
    """What a digit means: what is not given stays. Needs and credit are the contact's own, beside its customer's."""

    language: Language | None = None
    queue: Id | None = None
    needs: Needs = {}
    credit_s: Annotated[int, Field(ge=0, le=CREDIT_S_MAX)] = 0


class Entry(Closed):
    """A number, the queue it leads to, and what is heard before. Where a flow cannot go on, the queue takes the caller."""

    number: DialledNumber
    queue: Id
    flow: Id | None = None
    language: Language = "en"
    greeting: Name | None = None
    choices: dict[Digit, Pressed] = {}
    attempts: Annotated[int, Field(ge=1, le=5)] = 2
    digit_wait_s: Annotated[int, Field(ge=1, le=60)] = 5


Prefix = Annotated[str, Field(pattern=r"^[+][0-9]{1,14}$")]
Dialled = Annotated[str, Field(pattern=r"^[0-9*#]{2,8}$")]
Cap = Annotated[int, Field(ge=0, le=10_000_000)]


class Outbound(Closed):
    """How calls are placed, and what may be dialled. Prefixes are of numbers with their country's code."""

    connection: Id
    shown_number: Annotated[str, Field(pattern=r"^[+]?[0-9]{2,20}$")]
    queue: Id
    team_queues: dict[Id, Id] = {}
    ring_s: Annotated[int, Field(ge=5, le=150)] = 45
    not_ready: bool = True
    wrap_up_unreached: bool = False
    time_zone: Zone = "UTC"
    country_code: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,3}$")]
    international: bool = False
    allow: Annotated[list[Prefix], Field(max_length=1_000)] = []
    deny: Annotated[list[Prefix], Field(max_length=1_000)] = []
    emergency: Annotated[list[Dialled], Field(max_length=50)] = []
    calls_per_agent_day: Cap | None = None
    calls_per_day: Cap | None = None
    costs: dict[Prefix, Cap] = {}
    cost_per_day: Cap | None = None


class Telephony(Closed):
    """Phone systems and entry points. Callers of a number that is none of these are led as those of `default_number`."""

    connections: Annotated[list[Connection], Field(max_length=50)] = []
    entry_points: Annotated[list[Entry], Field(max_length=2_000)] = []
    default_number: DialledNumber | None = None
    outbound: Outbound | None = None
