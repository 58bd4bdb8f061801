"""Flows as people write them: nodes by name, each of a kind, each naming where it leads.

A flow is data. A node says what is wanted and never how: the same node is spoken on the phone and written in a chat.
Durations are whole seconds here, because people write them; sessions count in milliseconds.
"""

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from ivr.limits import ATTEMPTS_MAX

NodeName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,47}$")]
VariableName = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{0,47}$")]
Id = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9_-]{0,31}$")]
Language = Literal["en", "zh"]
Accepts = Literal["digits", "text"]
Key = Annotated[str, Meta(pattern="^[0-9*#]$")]
Text = Annotated[str, Meta(min_length=1, max_length=1_000)]
MusicName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
FileName = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{1,64}(\.wav)?$")]
Texts = dict[Language, Text]
Files = dict[Language, FileName]
WaitS = Annotated[int, Meta(ge=1, le=60)]
Attempts = Annotated[int, Meta(ge=1, le=ATTEMPTS_MAX)]
Number = Annotated[str, Meta(pattern=r"^\+?[0-9*#]{1,31}$")]
Plain = bool | int | str

LANGUAGES: tuple[Language, ...] = ("en", "zh")


class _Node(
    msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", forbid_unknown_fields=True
):
    pass


class _Spoken(_Node, frozen=True, kw_only=True):
    """A node with a prompt: a text for each language, or a sound file, or both (the file is heard, the text is read)."""

    text: Texts = {}
    file: Files = {}


class Say(_Spoken, frozen=True, kw_only=True, tag="say"):
    """Says something."""

    next: NodeName


class Play(_Node, frozen=True, kw_only=True, tag="play"):
    """Plays a sound that is the same in every language."""

    sound: FileName
    next: NodeName


class Choice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry of a menu: where it leads, and what a button for it says."""

    to: NodeName
    label: Texts = {}


class Menu(_Spoken, frozen=True, kw_only=True, tag="menu"):
    """Says something and waits for one key; `otherwise` after so many attempts without one that leads anywhere.

    `label` names what is chosen, for the agent.
    """

    label: Texts = {}
    choices: Annotated[dict[Key, Choice], Meta(min_length=1)]
    again: Texts = {}
    wait_s: WaitS = 5
    attempts: Attempts = 3
    otherwise: NodeName


class Gather(_Spoken, frozen=True, kw_only=True, tag="gather"):
    """Says something and waits for digits or a text, which `into` then holds; `secret` ones are shown to nobody.

    `label` names what is gathered, for the agent.
    """

    label: Texts = {}
    into: VariableName
    accepts: Accepts = "digits"
    length_min: Annotated[int, Meta(ge=1, le=64)] = 1
    length_max: Annotated[int, Meta(ge=1, le=64)] = 20
    again: Texts = {}
    wait_s: WaitS = 10
    attempts: Attempts = 3
    secret: bool = False
    next: NodeName
    otherwise: NodeName


class Case(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way out of a branch: a condition in words, and where it leads."""

    when: Annotated[str, Meta(min_length=1, max_length=2_000)]
    to: NodeName


class Branch(_Node, frozen=True, kw_only=True, tag="branch"):
    """Goes where the first case that holds leads."""

    cases: Annotated[tuple[Case, ...], Meta(min_length=1, max_length=50)]
    otherwise: NodeName


class Hours(_Node, frozen=True, kw_only=True, tag="hours"):
    """Asks a calendar; without `holiday` a holiday is closed like any other day. Days worked for holidays are open."""

    calendar: Id
    open: NodeName
    closed: NodeName
    holiday: NodeName | None = None


class Profile(_Node, frozen=True, kw_only=True, tag="profile"):
    """Looks up who the customer is to the company."""

    next: NodeName
    unknown: NodeName | None = None


class Set(_Node, frozen=True, kw_only=True, tag="set"):
    """Gives variables values; `language` is what is spoken from here on."""

    values: Annotated[dict[VariableName, Plain], Meta(min_length=1, max_length=50)]
    next: NodeName


class Request(_Node, frozen=True, kw_only=True, tag="request"):
    """Asks another program by HTTP: `send` names variables, `into` takes fields of the answer as texts."""

    url: Annotated[str, Meta(pattern=r"^https?://[!-~]{1,500}$")]
    send: tuple[VariableName, ...] = ()
    into: dict[VariableName, Annotated[str, Meta(min_length=1, max_length=64)]] = {}
    within_s: Annotated[int, Meta(ge=1, le=15)] = 3
    next: NodeName
    failed: NodeName


class Comfort(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is said to who waits: first after so long, then again and again (never, without `every_s`).

    `{position}` and `{wait}` stand for the place in the line and the rest of the wait; where one is not known, nothing is said.
    """

    text: Texts = {}
    file: Files = {}
    after_s: Annotated[int, Meta(ge=1, le=3_600)]
    every_s: Annotated[int, Meta(ge=10, le=3_600)] | None = None


class Queue(_Node, frozen=True, kw_only=True, tag="queue"):
    """Lets the customer wait for an agent. Without `turned_away` the usual words are said to who is not taken.

    `music` names a class of music of the phone system; without it there is its usual one.
    """

    queue: Id
    music: MusicName | None = None
    comfort: Annotated[tuple[Comfort, ...], Meta(max_length=20)] = ()
    turned_away: NodeName | None = None


class CallBackOffer(_Spoken, frozen=True, kw_only=True, tag="call_back_offer"):
    """Offers to call the customer back instead of waiting for this queue: 1 is yes, 2 is no, then the number is read back."""

    queue: Id
    wait_s: WaitS = 10
    attempts: Attempts = 3
    accepted: NodeName
    declined: NodeName


class Voicemail(_Spoken, frozen=True, kw_only=True, tag="voicemail"):
    """Records what the customer says, for the agents of a queue."""

    queue: Id
    length_max_s: Annotated[int, Meta(ge=5, le=600)] = 120
    next: NodeName


class Survey(_Spoken, frozen=True, kw_only=True, tag="survey"):
    """Asks for a mark from `low` to `high` and keeps it under a name; after so many attempts without one it goes on.

    `label` is the question in a few words, for whoever reads the marks.
    """

    question: VariableName
    label: Texts = {}
    again: Texts = {}
    attempts: Attempts = 2
    low: Annotated[int, Meta(ge=0, le=9)] = 1
    high: Annotated[int, Meta(ge=0, le=9)] = 5
    wait_s: WaitS = 10
    next: NodeName


class Transfer(_Spoken, frozen=True, kw_only=True, tag="transfer"):
    """Goes on as if the customer had dialled another number of ours: its flow, or its queue."""

    to: Number
    failed: NodeName


class HangUp(_Spoken, frozen=True, kw_only=True, tag="hang_up"):
    """Says something, perhaps, and ends it."""


class SubFlow(_Node, frozen=True, kw_only=True, tag="flow"):
    """Goes through another flow; `next` after its `return`."""

    flow: Id
    next: NodeName


class Return(_Node, frozen=True, kw_only=True, tag="return"):
    """Ends this flow; the one it is part of goes on. Of the outermost flow it is the end."""


Node = (
    Say
    | Play
    | Menu
    | Gather
    | Branch
    | Hours
    | Profile
    | Set
    | Request
    | Queue
    | CallBackOffer
    | Voicemail
    | Survey
    | Transfer
    | HangUp
    | SubFlow
    | Return
)
Spoken = Say | Menu | Gather | CallBackOffer | Voicemail | Survey | Transfer | HangUp


class Flow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What one kind of customer is led through, beginning at `start`."""

    id: Id
    name: Texts
    start: NodeName
    nodes: Annotated[dict[NodeName, Node], Meta(min_length=1)]


Flows = Mapping[str, Flow]
"""All flows of a configuration, by id."""


def kind_of(node: Node) -> str:
    """The word for a node's kind, as it is written."""
    return str(type(node).__struct_config__.tag)
