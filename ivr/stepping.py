"""One input to a session, and what follows: the next session and what is newly asked.

A session waits for one ask at a time. An answer to any other, and anything at all after the end, changes nothing. Time
may stand still or go back; a session's own never does. Nodes that ask nothing are walked through at once, as many as
`limits.NODES_WITHOUT_INPUT_MAX`.
"""

from typing import Final, assert_never

import msgspec

from ivr import limits
from ivr.asking import Asking, ask_of
from ivr.calling_back import NUMBER, turned
from ivr.comforting import due_in_queue, end_ms, last_due
from ivr.model import (
    Branch,
    CallBackOffer,
    Flows,
    Gather,
    HangUp,
    Hours,
    Menu,
    Node,
    Play,
    Profile,
    Queue,
    Request,
    Return,
    Say,
    Set,
    SubFlow,
    Survey,
    Texts,
    Transfer,
    Voicemail,
)
from ivr.session import (
    Answered,
    Ask,
    Enqueue,
    Frame,
    Given,
    Input,
    Leave,
    Mark,
    Moved,
    Outcome,
    Passed,
    Prompt,
    Reassure,
    Session,
    Went,
)
from ivr.values import LANGUAGE, gathered, is_wanted, language_of, prompt_of, with_values
from routing.expressions import Condition, Fact, Facts, TextFault, compiled, parse

CONNECTED: Final = "connected"
TURNED_AWAY: Final = "turned_away"
OPEN: Final = "open"
CLOSED: Final = "closed"
HOLIDAY: Final = "holiday"
SKIPPED: Final = "skipped"
"""Words of answers; the last one, of what is not done, is that the customer will not say: nothing is asked again."""

_MARKS: Final = frozenset("0123456789")
"""Answers to a survey that are a mark at all."""


def begin(
    flows: Flows, flow_id: str, *, language: str, values: dict[str, Fact], now_ms: int
) -> Moved:
    """A new session at the start of a flow. `values` are what is known of the customer already."""
    spoken = language_of(language)
    session = Session((), spoken, now_ms, with_values({}, {**values, LANGUAGE: spoken}))
    walk = _Walk(flows, session)
    walk.enter(flow_id)
    return walk.moved()


def step(flows: Flows, session: Session, given: Input, now_ms: int) -> Moved:
    """The session after an input; whatever is late, repeated or out of turn changes nothing but its time."""
    session = msgspec.structs.replace(session, now_ms=max(session.now_ms, now_ms))
    if session.outcome is not None or session.asked is None:
        return Moved(session)
    walk = _Walk(flows, session)
    match given:
        case Went():
            walk.end(Outcome.GONE)
        case Answered(number=number):
            if number != session.asked.number:
                return Moved(session)
            walk.answered(given)
        case Passed():
            if session.due_ms is None or session.now_ms < session.due_ms:
                return Moved(session)
            walk.overdue(session.asked)
        case _:
            assert_never(given)
    return walk.moved()


class _Walk:
    """One input's way through the nodes."""

    def __init__(self, flows: Flows, session: Session) -> None:
        self._flows = flows
        self._session = session
        self._asks: list[Ask] = []

    def moved(self) -> Moved:
        """What has come of it."""
        return Moved(self._session, tuple(self._asks))

    def _put(self, **fields: object) -> None:
        self._session = msgspec.structs.replace(self._session, **fields)

    def end(self, outcome: Outcome) -> None:
        """It is over."""
        self._put(outcome=outcome, asked=None, due_ms=None)

    # --- from node to node ---

    def _node(self) -> Node | None:
        """The node it is at; None for one that is not there."""
        top = self._session.frames[-1]
        flow = self._flows.get(top.flow_id)
        return None if flow is None else flow.nodes.get(top.node)

    def enter(self, flow_id: str) -> None:
        """Begin a flow, within the one it is in."""
        self._into(flow_id)
        self._walk()

    def _into(self, flow_id: str) -> None:
        flow, frames = self._flows.get(flow_id), self._session.frames
        if flow is None or len(frames) >= limits.DEPTH_MAX:
            self.end(Outcome.FAULT)
            return
        self._put(frames=(*frames, Frame(flow_id, flow.start)))

    def _go(self, name: str) -> None:
        """To another node of this flow."""
        *outer, top = self._session.frames
        self._put(
            frames=(*outer, Frame(top.flow_id, name)), attempt=0, stage="", asked=None, due_ms=None
        )

    def _on(self, name: str) -> None:
        """To another node, and on until something is asked or it is over."""
        self._go(name)
        self._walk()

    def _walk(self) -> None:
        passed = 0
        while self._session.outcome is None and self._session.asked is None:
            if passed < limits.NODES_WITHOUT_INPUT_MAX:
                self._pass(self._node())
            else:
                self.end(Outcome.FAULT)
            passed += 1

    def _pass(self, node: Node | None) -> None:
        match node:
            case None:
                self.end(Outcome.FAULT)
            case Set():
                self._set(dict(node.values))
                self._go(node.next)
            case Branch():
                self._go(self._branched(node))
            case SubFlow():
                self._into(node.flow)
            case Return():
                self._return()
            case _:
                self._ask(node)

    def _set(self, values: dict[str, Fact]) -> None:
        """Only the flow itself changes the language; a value from outside does not."""
        session = self._session
        language = values.get(LANGUAGE, session.language)
        spoken = language_of(str(language))
        known = with_values(session.values, {**values, LANGUAGE: spoken})
        self._put(values=known, language=spoken)

    def _return(self) -> None:
        outer = self._session.frames[:-1]
        if not outer:
            self._leave(Leave(number=self._session.number + 1, prompt=Prompt()))
            return
        self._put(frames=outer)
        calling = self._node()
        if isinstance(calling, SubFlow):
            self._go(calling.next)
        else:
            self.end(Outcome.FAULT)

    def _branched(self, node: Branch) -> str:
        facts = Facts(self._session.values, self._session.now_ms, {})
        for case in node.cases:
            condition: Condition | TextFault = parse(case.when)
            if not isinstance(condition, TextFault) and compiled(condition)(facts):
                return case.to
        return node.otherwise

    # --- asking ---

    def _ask(self, node: Asking) -> None:
        session = self._session
        if session.asks >= limits.ASKS_MAX:
            self.end(Outcome.FAULT)
            return
        asked = ask_of(node, session)
        if isinstance(asked.ask, Leave):
            self._leave(asked.ask)
            return
        now_ms = session.now_ms
        self._asks.append(asked.ask)
        self._put(
            asked=asked.ask,
            due_ms=now_ms + asked.for_ms,
            number=asked.ask.number,
            asks=session.asks + 1,
            attempt=session.attempt + 1,
        )
        if isinstance(node, Queue):
            self._put(queued_ms=now_ms, told_ms=now_ms)
            self._put(due_ms=due_in_queue(node, self._session))

    def _leave(self, ask: Leave) -> None:
        self._asks.append(ask)
        self._put(number=ask.number)
        self.end(Outcome.HUNG_UP)

    # --- answers ---

    def overdue(self, asked: Ask) -> None:
        """Nobody has answered in time."""
        if isinstance(asked, Enqueue):
            self._comfort()
        else:
            self.answered(Answered(asked.number, is_done=False))

    def answered(self, given: Answered) -> None:
        """What was asked has come to something."""
        node = self._node()
        match node:
            case Menu():
                self._chosen(node, given)
            case Gather():
                self._gathered(node, given)
            case Queue():
                self._from_queue(node, given)
            case Transfer():
                self._transferred(node, given)
            case Survey():
                self._marked(node, given)
            case None | HangUp() | Return() | SubFlow() | Set() | Branch():
                self.end(Outcome.FAULT)  # the flow has changed under the session
            case _:
                self._told(node, given)

    def _told(
        self,
        node: Say | Play | Hours | Profile | Request | CallBackOffer | Voicemail,
        given: Answered,
    ) -> None:
        match node:
            case Hours():
                self._on(_by_hours(node, given))
            case Profile():
                self._take(given)
                is_known = given.is_done and bool(given.values)
                self._on(node.next if is_known else node.unknown or node.next)
            case Request():
                self._take(given)
                self._on(node.next if given.is_done else node.failed)
            case CallBackOffer():
                self._called_back(node, given)
            case Say() | Play() | Voicemail():
                self._on(node.next)
            case _:
                assert_never(node)

    def _take(self, given: Answered) -> None:
        if given.is_done:
            values = {name: value for name, value in given.values.items() if name != LANGUAGE}
            self._put(values=with_values(self._session.values, values))

    def _chosen(self, node: Menu, given: Answered) -> None:
        choice = node.choices.get(given.value) if given.is_done else None
        if choice is not None:
            self._note(node, choice.label.get(self._session.language, given.value), choice.label)
            self._on(choice.to)
        else:
            self._again(node)

    def _gathered(self, node: Gather, given: Answered) -> None:
        value = gathered(node, given.value)
        if given.is_done and is_wanted(node, value):
            self._put(values=with_values(self._session.values, {node.into: value}))
            self._note(node, "***" if node.secret else value)
            self._on(node.next)
        elif _is_skipped(given):
            self._on(node.otherwise)
        else:
            self._again(node)

    def _again(self, node: Menu | Gather) -> None:
        if self._session.attempt < node.attempts:
            self._ask_again(node)
        else:
            self._on(node.otherwise)

    def _ask_again(self, node: Menu | Gather | Survey | CallBackOffer) -> None:
        self._put(asked=None, due_ms=None)
        self._ask(node)

    def _called_back(self, node: CallBackOffer, given: Answered) -> None:
        turn = turned(node, self._session, given)
        if turn.to:
            self._on(turn.to)
            return
        if turn.number:
            self._put(values=with_values(self._session.values, {NUMBER: turn.number}))
        if turn.stage is not None:
            self._put(stage=turn.stage, attempt=0)
        elif self._session.attempt >= node.attempts:
            self._on(node.declined)
            return
        self._ask_again(node)

    def _note(self, node: Menu | Gather, text: str, words: Texts | None = None) -> None:
        name = self._session.frames[-1].node
        given = Given(name, text, node.label, words or {})
        self._put(given=(*self._session.given, given))

    def _marked(self, node: Survey, given: Answered) -> None:
        value = int(given.value) if given.is_done and given.value in _MARKS else None
        if value is not None and node.low <= value <= node.high:
            at_ms = self._session.now_ms
            mark = Mark(node.question, value, node.low, node.high, at_ms, node.label)
            others = tuple(one for one in self._session.marks if one.question != mark.question)
            self._put(marks=(*others, mark))
            self._on(node.next)
        elif self._session.attempt < node.attempts and not _is_skipped(given):
            self._ask_again(node)
        else:
            self._on(node.next)

    def _transferred(self, node: Transfer, given: Answered) -> None:
        if given.is_done and given.value == CONNECTED:
            self.end(Outcome.TRANSFERRED)
        else:
            self._on(node.failed)

    # --- waiting in a queue ---

    def _from_queue(self, node: Queue, given: Answered) -> None:
        if given.is_done and given.value == CONNECTED:
            self.end(Outcome.QUEUED)
        elif not given.is_done:
            self.end(Outcome.FAULT)
        elif node.turned_away is not None:
            self._on(node.turned_away)
        else:
            self.end(Outcome.TURNED_AWAY)

    def _comfort(self) -> None:
        """Say what is due, or end what has gone on long enough."""
        node, session = self._node(), self._session
        told = last_due(node, session) if isinstance(node, Queue) else None
        if not isinstance(node, Queue) or told is None or session.now_ms >= end_ms(session):
            self.end(Outcome.QUEUED)
            return
        at_ms, comfort = told
        number = session.number + 1
        prompt = prompt_of(comfort.text, comfort.file, session)
        self._asks.append(Reassure(number=number, prompt=prompt))
        self._put(number=number, told_ms=at_ms)
        self._put(due_ms=min(due_in_queue(node, self._session), end_ms(session)))


def _is_skipped(given: Answered) -> bool:
    return not given.is_done and given.value == SKIPPED


def _by_hours(node: Hours, given: Answered) -> str:
    """Where nobody knows the hours it is open: the queue's own rules come after."""
    if not given.is_done or given.value == OPEN:
        return node.open
    if given.value == HOLIDAY and node.holiday is not None:
        return node.holiday
    return node.closed
