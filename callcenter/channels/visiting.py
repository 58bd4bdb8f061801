"""A customer in a flow of the chat widget: a fold of stored inputs, and what is wanted next.

Law of this file: pure. The session moves by stored inputs alone, so the same inputs give the same visit, after a restart
too. A visit begins before there is a contact, or after a chat is over (a survey); from the queue on it tells who waits.

    session             contact         what is wanted
    none yet            -               the flow begins, as it is now
    asks the customer   -               an answer, until time is over
    asks the server     -               an answer: hours, profile, request
    asks for a queue    none yet        the engine learns of the contact
    asks for a queue    waits           a comfort message when one is due
    asks for a queue    turned away     the flow's last words
    over                over            the visit ends
"""

from typing import Final

import msgspec

from callcenter.channels.chat_protocol import FlowAsk, FlowLine, FlowOption
from callcenter.flows.inputs import LOOKED_UP, Begun, Noted, Served, Stored
from callcenter.flows.plans import FlowPlan
from callcenter.limits import MESSAGE_CHARACTERS_MAX
from callcenter.ports.visits import VisitRow
from ivr.session import (
    Answered,
    Ask,
    AskMark,
    Collect,
    Enqueue,
    HandOver,
    Leave,
    Moved,
    Outcome,
    Passed,
    Reassure,
    Record,
    Session,
    Speak,
    Went,
)
from ivr.stepping import CONNECTED, SKIPPED, TURNED_AWAY, begin, step
from ivr.waiting import Outlook, told
from routing.state import ContactState

CUSTOMER: Final = "customer"
SYSTEM: Final = "system"
HIDDEN: Final = "***"
RUNS_MAX: Final = 10
"""Beginnings of one visit: a flow that is changed again and again leads to the queue at last."""

TRANSFERS_MAX: Final = 8
"""Numbers one visit may be led to; one more is as if the number were not there."""


class VisitStart(msgspec.Struct, frozen=True, kw_only=True):
    """What was known when it began: the form, where the flow cannot go on, and what a survey is about."""

    widget_id: str
    queue_id: str
    flow_id: str
    name: str
    email: str
    language: str
    text: str
    digest: str = ""
    served: Served | None = None


class Visit(msgspec.Struct, kw_only=True):
    """Where a customer is. `inputs` counts what is stored, `runs` beginnings; `said` is what both sides have said.

    `led_to` is the number a transfer has led to last, as often as `transfers`.
    """

    row: VisitRow
    start: VisitStart
    plan: FlowPlan | None
    session: Session | None = None
    said: list[FlowLine] = []
    inputs: int = 0
    runs: int = 0
    transfers: int = 0
    is_enqueued: bool = False
    is_refused: bool = False
    is_turned_away: bool = False
    led_to: str = ""

    @property
    def session_id(self) -> str:
        """Tells what this session asks from what any other does; the same after a restart."""
        return f"{self.row.visit_id}.{self.runs}"


# --- folding --------------------------------------------------------------------------------------


def fold(visit: Visit, noted: Noted, at_ms: int) -> None:
    """Move the visit by an input that has been stored."""
    visit.inputs += 1
    given, plan, session = noted.given, visit.plan, visit.session
    if isinstance(given, Begun):
        visit.runs += 1
        visit.session = None
        if not visit.said:
            _say(visit, CUSTOMER, visit.start.text, at_ms)
        if plan is not None and given.digest == plan.digest:
            start = visit.start
            values = {"channel": "chat", "caller": start.email, "dialled": start.widget_id}
            moved = begin(
                plan.flows, plan.flow_id, language=start.language, values={**values}, now_ms=at_ms
            )
            _took(visit, moved, Outlook(), at_ms)
    elif plan is not None and session is not None:
        if isinstance(given, Answered) and given.number == _number(session):
            _say(visit, CUSTOMER, _words(session.asked, given), at_ms)
        moved = step(plan.flows, session, given, at_ms)
        if moved.session.outcome is Outcome.TRANSFERRED and isinstance(session.asked, HandOver):
            visit.led_to = session.asked.to
            visit.transfers += 1
        _took(visit, moved, noted.outlook or Outlook(), at_ms)


def _number(session: Session) -> int:
    return 0 if session.asked is None else session.asked.number


def _words(asked: Ask | None, given: Answered) -> str:
    """What the customer has answered, as the page shows it."""
    if not given.is_done or not isinstance(asked, Collect | AskMark | Record):
        return ""
    if isinstance(asked, Collect) and asked.is_secret:
        return HIDDEN
    options = asked.options if isinstance(asked, Collect) else ()
    return next((one.label for one in options if one.key == given.value), given.value)


def _took(visit: Visit, moved: Moved, outlook: Outlook, at_ms: int) -> None:
    visit.session = moved.session
    for ask in moved.asks:
        if isinstance(ask, Reassure):
            prompt = told(ask.prompt, outlook)
            _say(visit, SYSTEM, "" if prompt is None else prompt.text, at_ms)
        elif isinstance(ask, Speak | Collect | AskMark | HandOver | Leave | Record):
            _say(visit, SYSTEM, ask.prompt.text, at_ms)


def _say(visit: Visit, author: str, text: str, at_ms: int) -> None:
    if text:
        visit.said.append(FlowLine(len(visit.said) + 1, author, text, at_ms))


# --- what is wanted -------------------------------------------------------------------------------


class Tell(msgspec.Struct, frozen=True):
    """An input of our own is to be stored."""

    given: Stored


class LookUp(msgspec.Struct, frozen=True):
    """An ask is to be answered by the server."""

    ask: Ask


class Admit(msgspec.Struct, frozen=True):
    """The engine is to learn of the contact."""

    queue_id: str


class Finish(msgspec.Struct, frozen=True):
    """It is over."""


class Wait(msgspec.Struct, frozen=True):
    """Nothing is wanted before an input comes, or the instant."""

    until_ms: int | None = None


Wanted = Tell | LookUp | Admit | Finish | Wait


def wanted(visit: Visit, state: ContactState | None, now_ms: int) -> Wanted:
    """What is wanted now; `state` is the contact's, None for one that is not open."""
    session = visit.session
    if session is None:
        return _without_session(visit, state)
    asked, outcome = session.asked, session.outcome
    if asked is None:
        if outcome is Outcome.FAULT and visit.start.served is None and not visit.is_enqueued:
            return Finish() if visit.is_refused else Admit(visit.start.queue_id)
        return Wait() if _is_open(visit, state) else Finish()
    if isinstance(asked, Enqueue):
        return _in_queue(visit, asked, state, now_ms)
    if (answer := _at_once(visit, asked)) is not None:
        return answer
    return _in_time(visit, now_ms)


def _is_open(visit: Visit, state: ContactState | None) -> bool:
    return visit.start.served is None and visit.is_enqueued and state is not None


def _without_session(visit: Visit, state: ContactState | None) -> Wanted:
    if visit.is_enqueued:
        return Finish() if state is None else Wait()
    if visit.plan is not None and visit.runs < RUNS_MAX:
        return Tell(Begun(visit.plan.digest))
    if visit.start.served is not None or visit.is_refused:
        return Finish()
    return Admit(visit.start.queue_id)


def _in_queue(visit: Visit, asked: Enqueue, state: ContactState | None, now_ms: int) -> Wanted:
    if visit.start.served is not None:
        return Finish()
    if not visit.is_enqueued:
        return Tell(Answered(asked.number, False)) if visit.is_refused else Admit(asked.queue_id)
    if visit.is_turned_away:
        return Tell(Answered(asked.number, value=TURNED_AWAY))
    if state is None:
        return Finish()
    if state is not ContactState.WAITING:
        return Wait()
    return _in_time(visit, now_ms)


def _in_time(visit: Visit, now_ms: int) -> Wanted:
    due_ms = None if visit.session is None else visit.session.due_ms
    return Wait(due_ms) if due_ms is None or now_ms < due_ms else Tell(Passed())


def _at_once(visit: Visit, asked: Ask) -> Wanted | None:
    """What a chat answers without anybody; None for what the customer is asked."""
    match asked:
        case Speak():
            return Tell(Answered(asked.number))
        case HandOver():
            is_there = visit.transfers < TRANSFERS_MAX
            return Tell(Answered(asked.number, is_there, CONNECTED if is_there else ""))
        case Record() if visit.start.served is not None:
            return Tell(Answered(asked.number, False))  # whoever is asked for marks has no contact
        case _ if isinstance(asked, LOOKED_UP):
            return LookUp(asked)
        case _:
            return None


# --- what the page shows --------------------------------------------------------------------------


def asked_of(visit: Visit) -> FlowAsk | None:
    """What the customer is asked now."""
    asked = None if visit.session is None else visit.session.asked
    if isinstance(asked, Collect):
        kind = "choice" if asked.options else asked.accepts
        options = [FlowOption(one.key, one.label) for one in asked.options]
        return FlowAsk(
            asked.number, kind, options, asked.length_min, asked.length_max, asked.is_secret
        )
    if isinstance(asked, Record):
        return FlowAsk(asked.number, "message", length_max=MESSAGE_CHARACTERS_MAX)
    if isinstance(asked, AskMark):
        marks = [FlowOption(str(mark), str(mark)) for mark in range(asked.low, asked.high + 1)]
        return FlowAsk(asked.number, "mark", marks)
    return None


def answer_of(visit: Visit, number: int, text: str) -> Answered | None:
    """What the customer's words mean where they are asked: a key, or the words of a button; nothing for who will not say. None when they come too late."""
    asked = asked_of(visit)
    if asked is None or asked.number != number:
        return None
    meant = text.strip()
    if not meant:
        return Answered(number, False, SKIPPED)
    for option in asked.options:
        if meant.casefold() == option.label.casefold():
            meant = option.key
    return Answered(number, value=meant)


def is_before_queue(visit: Visit) -> bool:
    """Whether there is no contact yet."""
    return visit.start.served is None and not visit.is_enqueued


def went(visit: Visit) -> Tell | None:
    """What the customer's leaving means; None where there is no session to leave."""
    is_on = visit.session is not None and visit.session.outcome is None
    return Tell(Went()) if is_on else None
