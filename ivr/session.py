"""What a session remembers, what it asks of whoever holds it, and what it is given. Data alone."""

from enum import StrEnum
from typing import Literal

import msgspec

from ivr.model import Accepts, Language, Texts
from routing.expressions import Fact


class Outcome(StrEnum):
    """How a session ended."""

    QUEUED = "queued"
    """An agent has the customer, or the queue keeps them without it."""
    TURNED_AWAY = "turned_away"
    TRANSFERRED = "transferred"
    HUNG_UP = "hung_up"
    """By us, as the flow says."""
    GONE = "gone"
    """The customer went."""
    FAULT = "fault"
    """A bound was met, or the flow is not whole: whoever holds the session does what it does without flows."""


class Option(msgspec.Struct, frozen=True):
    """A key that may be pressed, and the words for it."""

    key: str
    label: str


class Prompt(msgspec.Struct, frozen=True):
    """What is said: a text, a sound file where there is one, and the language of both.

    `parts` is the same text in pieces that are said often, where it is different for every customer.
    """

    text: str = ""
    file: str = ""
    language: Language = "en"
    parts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to say."""
        return bool(self.text or self.file)


class _Ask(msgspec.Struct, frozen=True, tag_field="ask", kw_only=True):
    """`number` is the ask's id within its session: the same inputs give the same numbers."""

    number: int


class Speak(_Ask, frozen=True, tag="speak", kw_only=True):
    """Say it; answered when it is over."""

    prompt: Prompt


class Collect(_Ask, frozen=True, tag="collect", kw_only=True):
    """Say it and wait so long for keys or a text; with `options` one of them is wanted."""

    prompt: Prompt
    wait_ms: int
    accepts: Accepts | Literal["phone"] = "digits"
    length_min: int = 1
    length_max: int = 1
    options: tuple[Option, ...] = ()
    is_secret: bool = False


class AskHours(_Ask, frozen=True, tag="hours", kw_only=True):
    """Is it `open`, `closed` or a `holiday` by this calendar?"""

    calendar_id: str


class AskProfile(_Ask, frozen=True, tag="profile", kw_only=True):
    """What is known of the customer? Answered with values."""


class AskRequest(_Ask, frozen=True, tag="request", kw_only=True):
    """Ask another program; answered with values."""

    url: str
    sent: dict[str, Fact]
    into: dict[str, str]
    within_ms: int


class Enqueue(_Ask, frozen=True, tag="enqueue", kw_only=True):
    """Let the customer wait; answered when an agent has them (`connected`) or the queue has not kept them (`turned_away`)."""

    queue_id: str
    music: str = ""


class Reassure(_Ask, frozen=True, tag="reassure", kw_only=True):
    """Say it to who waits, the queue's ask being open still; never answered."""

    prompt: Prompt


class BookCallBack(_Ask, frozen=True, tag="call_back", kw_only=True):
    """Promise the customer a call-back at this number, for this queue; answered `accepted` or anything else."""

    queue_id: str
    to: str


class Record(_Ask, frozen=True, tag="record", kw_only=True):
    """Record a message for a queue."""

    prompt: Prompt
    queue_id: str
    length_max_ms: int


class AskMark(_Ask, frozen=True, tag="mark", kw_only=True):
    """Ask for a mark and keep it."""

    prompt: Prompt
    question: str
    low: int
    high: int
    wait_ms: int


class HandOver(_Ask, frozen=True, tag="hand_over", kw_only=True):
    """Lead the customer to another number of ours; answered `connected` or anything else."""

    prompt: Prompt
    to: str


class Leave(_Ask, frozen=True, tag="leave", kw_only=True):
    """Say it, if there is anything to say, and hang up; never answered."""

    prompt: Prompt


Ask = (
    Speak
    | Collect
    | AskHours
    | AskProfile
    | AskRequest
    | Enqueue
    | Reassure
    | BookCallBack
    | Record
    | AskMark
    | HandOver
    | Leave
)


class Answered(msgspec.Struct, frozen=True, tag_field="input", tag="answered"):
    """What became of an ask: `is_done`, with a word, keys or a text in `value`, or facts in `values`."""

    number: int
    is_done: bool = True
    value: str = ""
    values: dict[str, Fact] = {}


class Passed(msgspec.Struct, frozen=True, tag_field="input", tag="passed"):
    """Time has passed."""


class Went(msgspec.Struct, frozen=True, tag_field="input", tag="went"):
    """The customer is gone."""


Input = Answered | Passed | Went


class Frame(msgspec.Struct, frozen=True):
    """A flow and the node it is at."""

    flow_id: str
    node: str


class Given(msgspec.Struct, frozen=True):
    """What the customer has said at a node: `text` in the customer's words; `names` of the node and `words` for the text, by language."""

    node: str
    text: str
    names: Texts = {}
    words: Texts = {}


class Mark(msgspec.Struct, frozen=True):
    """What the customer has answered to a question: from `low` to `high`. `names` are the question's, by language."""

    question: str
    value: int
    low: int
    high: int
    at_ms: int = 0
    names: Texts = {}


class Session(msgspec.Struct, frozen=True):
    """One customer in one flow. `frames`: the outermost flow first. `asked` is what is waited for, until `due_ms`.

    `number` is that of the newest ask; `asks` counts those that wait for an answer, `attempt` those of the node it is at, and of its `stage`. `queued_ms` is since when the customer waits in a queue, and
    `told_ms` up to when they have been told something there.
    """

    frames: tuple[Frame, ...]
    language: Language
    now_ms: int
    values: dict[str, Fact] = {}
    asked: Ask | None = None
    due_ms: int | None = None
    number: int = 0
    asks: int = 0
    attempt: int = 0
    stage: str = ""
    queued_ms: int = 0
    told_ms: int = 0
    given: tuple[Given, ...] = ()
    marks: tuple[Mark, ...] = ()
    outcome: Outcome | None = None


class Moved(msgspec.Struct, frozen=True):
    """The session after an input, and what is newly asked for, in order."""

    session: Session
    asks: tuple[Ask, ...] = ()
