"""What a configuration may say of leads: who works on them, when they come back, and which dispositions make one."""

from typing import Annotated

from pydantic import Field

from callcenter.config_loader.base import Closed, Id, Named


class DispositionEntry(Named):
    """A coded outcome; with `makes_lead` the customer is interested, and the notes say in what."""

    makes_lead: bool = False


class LeadEntry(Closed):
    """The queue whose agents work on leads, and after how many of its open hours one comes back by itself."""

    queue: Id
    follow_up_h: Annotated[int, Field(ge=1, le=1_000)] = 24
