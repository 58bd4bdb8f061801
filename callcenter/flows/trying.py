"""A flow that somebody tries, in the terminal or in the console: the session's own code, on a clock of its own.

Law of this file: pure. A line is what is typed for the customer, or a word for what customers cannot do; the same lines
lead the same way, so nothing is kept between them.

    (nothing)   the time for it is over         agent   an agent takes the contact
    +30         30 seconds pass                 full    the queue does not take it
    else        keys, or a text                 fail    what is asked fails
"""

import re
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

import msgspec

from ivr.calling_back import ACCEPTED
from ivr.limits import VALUE_CHARACTERS_MAX
from ivr.model import Flows
from ivr.session import (
    Answered,
    Ask,
    AskHours,
    AskMark,
    AskProfile,
    AskRequest,
    BookCallBack,
    Collect,
    Enqueue,
    HandOver,
    Input,
    Moved,
    Option,
    Passed,
    Reassure,
    Record,
    Session,
    Speak,
    Went,
)
from ivr.stepping import CONNECTED, TURNED_AWAY, begin, step
from ivr.waiting import Outlook, told
from routing.expressions import Fact

_OUTLOOK: Final = Outlook(3, 90_000, 200_000)
"""What who tries it is told of the wait."""

_SILENT: Final = (AskHours, AskProfile, AskRequest, BookCallBack, Enqueue)
_SECONDS: Final = re.compile(r"\+[0-9]{1,5}")
"""Longer ones are telephone numbers."""


class Kind(StrEnum):
    """What a line that is shown is about; `text` of it is named behind each."""

    SAID = "said"
    """The prompt's text, or its sound file."""
    TYPED = "typed"
    """The line."""
    HOURS = "hours"
    """The calendar; `more` what it says, "" for one nobody knows."""
    CALL_BACK = "call_back"
    """The queue; `more` the number."""
    QUEUE = "queue"
    """The queue the customer waits in."""
    RECORD = "record"
    """The queue the message is for."""
    HAND_OVER = "hand_over"
    """The number."""
    PROFILE = "profile"
    """Nothing: who the customer is, is asked for as NAME=VALUE."""
    REQUEST = "request"
    """The URL; `more` what is sent. Asked for as NAME=VALUE."""
    END = "end"
    """The outcome."""


class Shown(msgspec.Struct, frozen=True):
    """One line, `at_ms` after the beginning. `options` may be typed; `language` is that of what is said."""

    kind: Kind
    text: str
    at_ms: int
    more: str = ""
    language: str = ""
    options: tuple[Option, ...] = ()


class Trial:
    """One customer, for whom somebody types."""

    def __init__(
        self,
        flows: Flows,
        day_kind: Callable[[str, int], str | None],
        now_ms: int,
    ) -> None:
        """`day_kind` says of a calendar and an instant (UTC ms) whether it is open, closed or a holiday."""
        self._flows = flows
        self._day_kind = day_kind
        self._began_ms = self._now_ms = now_ms
        self._session: Session | None = None
        self.shown: list[Shown] = []

    @property
    def asked(self) -> Ask | None:
        """What is to be typed now; None at the end."""
        return None if self._session is None else self._session.asked

    @property
    def node(self) -> str:
        """Where it is: flow and name; "" before it has begun."""
        frames = () if self._session is None else self._session.frames
        return f"{frames[-1].flow_id}.{frames[-1].node}" if frames else ""

    def begin(self, flow_id: str, *, language: str, values: Mapping[str, Fact]) -> None:
        """From the flow's start to the first thing that is asked."""
        self._took(
            begin(self._flows, flow_id, language=language, values={**values}, now_ms=self._now_ms)
        )

    def type(self, line: str | None) -> None:
        """Go on by a line; None is that the customer hangs up. After the end nothing changes."""
        session = self._session
        if session is None or session.asked is None:
            return
        if line is not None:
            self._show(Kind.TYPED, line)
        given = self._meant(session.asked, session.due_ms or self._now_ms, line)
        self._took(step(self._flows, session, given, self._now_ms))

    def _took(self, moved: Moved) -> None:
        """What needs nobody to type is gone past at once."""
        while (answer := self._answered(moved)) is not None and moved.session.outcome is None:
            moved = step(self._flows, moved.session, answer, self._now_ms)
        self._session = moved.session
        if moved.session.outcome is not None:
            self._show(Kind.END, str(moved.session.outcome))

    def _answered(self, moved: Moved) -> Answered | None:
        answer: Answered | None = None
        for ask in moved.asks:
            self._show_ask(ask)
            answer = self._at_once(ask) or answer
        return answer

    def _at_once(self, ask: Ask) -> Answered | None:
        if isinstance(ask, Speak):
            return Answered(ask.number)
        if isinstance(ask, AskHours):
            kind = self._day_kind(ask.calendar_id, self._now_ms)
            self._show(Kind.HOURS, ask.calendar_id, kind or "")
            return Answered(ask.number, kind is not None, kind or "")
        if isinstance(ask, BookCallBack):
            self._show(Kind.CALL_BACK, ask.queue_id, ask.to)
            return Answered(ask.number, value=ACCEPTED)
        return None

    def _meant(self, ask: Ask, due_ms: int, line: str | None) -> Input:
        """What a line means where the session is."""
        if line is None:
            return Went()
        if not line or _SECONDS.fullmatch(line):
            later_ms = self._now_ms + int(line[1:] or 0) * 1000
            self._now_ms = later_ms if line else max(self._now_ms, due_ms)
            return Passed()
        if line == "fail":
            return Answered(ask.number, is_done=False)
        if isinstance(ask, Enqueue | HandOver):
            word = {"agent": CONNECTED, "full": TURNED_AWAY}.get(line)
            return Passed() if word is None else Answered(ask.number, value=word)
        values: dict[str, Fact] = {}
        if isinstance(ask, AskProfile | AskRequest):
            parts = (one.partition("=") for one in line.split())
            values.update((name, value) for name, _, value in parts)
        return Answered(ask.number, value=line, values=values)

    def _show(self, kind: Kind, text: str, more: str = "") -> None:
        self.shown.append(Shown(kind, text, self._now_ms - self._began_ms, more))

    def _show_ask(self, ask: Ask) -> None:
        prompt = None if isinstance(ask, _SILENT) else ask.prompt
        if isinstance(ask, Reassure):
            prompt = told(ask.prompt, _OUTLOOK)
        options = options_of(ask)
        if prompt or options:
            text = "" if prompt is None else prompt.text or prompt.file
            language = "" if prompt is None else prompt.language
            at_ms = self._now_ms - self._began_ms
            self.shown.append(Shown(Kind.SAID, text, at_ms, "", language, options))
        match ask:
            case Enqueue():
                self._show(Kind.QUEUE, ask.queue_id)
            case Record():
                self._show(Kind.RECORD, ask.queue_id)
            case HandOver():
                self._show(Kind.HAND_OVER, ask.to)
            case AskProfile():
                self._show(Kind.PROFILE, "")
            case AskRequest():
                sent = ", ".join(f"{name}={value}" for name, value in ask.sent.items())
                self._show(Kind.REQUEST, ask.url, sent[:VALUE_CHARACTERS_MAX])
            case _:
                pass


def options_of(ask: Ask | None) -> tuple[Option, ...]:
    """The keys that may be pressed now, each with its words."""
    if isinstance(ask, Collect):
        return ask.options
    if isinstance(ask, AskMark):
        return tuple(Option(str(mark), str(mark)) for mark in range(ask.low, ask.high + 1))
    return ()
