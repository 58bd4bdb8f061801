"""Inputs of sessions as they are stored: what moved a session moves it again, the same way."""

from typing import Final

import msgspec

from ivr.session import Answered, AskHours, AskProfile, AskRequest, BookCallBack, Passed, Went
from ivr.waiting import Outlook

LOOKED_UP: Final = (AskHours, AskProfile, AskRequest, BookCallBack)
"""Asks that the server answers itself."""


class Served(msgspec.Struct, frozen=True):
    """What a survey is about: `assignment_id` is the id of the offer the agent accepted."""

    assignment_id: str
    agent_id: str
    queue_id: str


class Begun(msgspec.Struct, frozen=True, tag_field="input", tag="begun"):
    """The flow begins, as it is in this version; `served` says what a survey is about."""

    digest: str
    served: Served | None = None


Stored = Begun | Answered | Passed | Went

INPUT: Final[msgspec.json.Decoder[Stored]] = msgspec.json.Decoder(Stored)


class Noted(msgspec.Struct, frozen=True):
    """An input of a visit, and what was known of the wait when it came: comfort messages tell the same again."""

    given: Stored
    outlook: Outlook | None = None


NOTED: Final[msgspec.json.Decoder[Noted]] = msgspec.json.Decoder(Noted)
