"""What a node asks for, and how long is waited for the answer: one row for each kind that asks."""

from typing import assert_never

import msgspec

from ivr import limits
from ivr.calling_back import asked as call_back_asked
from ivr.model import (
    CallBackOffer,
    Gather,
    HangUp,
    Hours,
    Menu,
    Play,
    Profile,
    Queue,
    Request,
    Say,
    Spoken,
    Survey,
    Transfer,
    Voicemail,
)
from ivr.session import (
    Ask,
    AskHours,
    AskMark,
    AskProfile,
    AskRequest,
    Collect,
    Enqueue,
    HandOver,
    Leave,
    Option,
    Prompt,
    Record,
    Session,
    Speak,
)
from ivr.values import prompt_of

Asking = Spoken | Play | Hours | Profile | Request | Queue
"""The kinds of nodes that ask; the others are passed at once."""


class Asked(msgspec.Struct, frozen=True):
    """An ask, and how long its answer is waited for."""

    ask: Ask
    for_ms: int


def ask_of(node: Asking, session: Session) -> Asked:
    """What the node asks of a session that has come to it."""
    number = session.number + 1
    match node:
        case Play():
            sound = Prompt("", node.sound, session.language)
            return Asked(Speak(number=number, prompt=sound), limits.SAY_MS)
        case Hours():
            return Asked(AskHours(number=number, calendar_id=node.calendar), limits.LOOK_UP_MS)
        case Profile():
            return Asked(AskProfile(number=number), limits.LOOK_UP_MS)
        case Request():
            sent = {name: session.values.get(name, "") for name in node.send}
            within_ms = node.within_s * 1000
            ask = AskRequest(
                number=number, url=node.url, sent=sent, into=dict(node.into), within_ms=within_ms
            )
            return Asked(ask, within_ms + limits.MARGIN_MS)
        case Queue():
            queued = Enqueue(number=number, queue_id=node.queue, music=node.music or "")
            return Asked(queued, limits.QUEUED_MS)
        case _:
            return _spoken(node, session, number)


def _spoken(node: Spoken, session: Session, number: int) -> Asked:
    prompt, say_ms = _prompt(node, session), limits.SAY_MS
    ask: Ask
    match node:
        case Say():
            ask, for_ms = Speak(number=number, prompt=prompt), say_ms
        case Menu() | Gather():
            ask, for_ms = _collecting(node, session, prompt), node.wait_s * 1000 + say_ms
        case HangUp():
            ask, for_ms = Leave(number=number, prompt=prompt), say_ms
        case CallBackOffer():
            ask, for_ms = call_back_asked(node, session, prompt)
        case Voicemail():
            length_ms = node.length_max_s * 1000
            ask = Record(number=number, prompt=prompt, queue_id=node.queue, length_max_ms=length_ms)
            for_ms = length_ms + say_ms
        case Survey():
            ask = _mark(node, prompt, number)
            for_ms = ask.wait_ms + say_ms
        case Transfer():
            ask = HandOver(number=number, prompt=prompt, to=node.to)
            for_ms = limits.TRANSFER_MS + say_ms
        case _:
            assert_never(node)
    return Asked(ask, for_ms)


def _mark(node: Survey, prompt: Prompt, number: int) -> AskMark:
    return AskMark(
        number=number,
        prompt=prompt,
        question=node.question,
        low=node.low,
        high=node.high,
        wait_ms=node.wait_s * 1000,
    )


def _prompt(node: Spoken, session: Session) -> Prompt:
    if isinstance(node, Menu | Gather | Survey) and session.attempt > 0 and node.again:
        return prompt_of(node.again, {}, session)
    return prompt_of(node.text, node.file, session)


def _collecting(node: Menu | Gather, session: Session, prompt: Prompt) -> Collect:
    wait_ms, number = node.wait_s * 1000, session.number + 1
    if isinstance(node, Menu):
        options = tuple(
            Option(key, one.label.get(session.language, key)) for key, one in node.choices.items()
        )
        return Collect(number=number, prompt=prompt, wait_ms=wait_ms, options=options)
    return Collect(
        number=number,
        prompt=prompt,
        wait_ms=wait_ms,
        accepts=node.accepts,
        length_min=node.length_min,
        length_max=node.length_max,
        is_secret=node.secret,
    )
