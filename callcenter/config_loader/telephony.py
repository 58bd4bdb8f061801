"""What a configuration says of telephony: phone systems, and the numbers that lead to queues. Keys are settings."""

from typing import Annotated

from pydantic import Field

from callcenter.config_loader.base import Closed, Id, Name
from callcenter.config_loader.queues import CREDIT_S_MAX, Needs

Url = Annotated[str, Field(pattern=r"^https?://[!-~]{1,200}$")]
Digit = Annotated[str, Field(pattern=r"^[0-9*#]$")]
Language = Annotated[str, Field(pattern=r"^(en|zh)$")]


class Connection(Closed):
    """A phone system, and where it takes commands."""

    id: Id
    control_url: Url


class Pressed(Closed):
    """What a digit means: what is not given stays. Needs and credit are the contact's own, beside its customer's."""

    language: Language | None = None
    queue: Id | None = None
    needs: Needs = {}
    credit_s: Annotated[int, Field(ge=0, le=CREDIT_S_MAX)] = 0


class Entry(Closed):
    """A number, the queue it leads to, and what is heard before. Where a flow cannot go on, the queue takes the caller."""

    number: Annotated[str, Field(pattern=r"^[+0-9A-Za-z*#._@-]{1,64}$")]
    queue: Id
    flow: Id | None = None
    language: Language = "en"
    greeting: Name | None = None
    choices: dict[Digit, Pressed] = {}
    attempts: Annotated[int, Field(ge=1, le=5)] = 2
    digit_wait_s: Annotated[int, Field(ge=1, le=60)] = 5


class Telephony(Closed):
    """Phone systems and entry points."""

    connections: Annotated[list[Connection], Field(max_length=50)] = []
    entry_points: Annotated[list[Entry], Field(max_length=2_000)] = []
