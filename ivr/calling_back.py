"""How a call-back is offered: yes or no, the number read back digit by digit, confirmed or typed anew, then booked.

offer -> confirm <-> type
            |
           book -> accepted
No number is known: offer -> type. No answer, so often as the node asks, is a no.
"""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import re
from enum import StrEnum
from typing import Final

import msgspec

from ivr import limits
from ivr.model import CallBackOffer, Language
from ivr.session import Answered, Ask, BookCallBack, Collect, Option, Prompt, Session

NUMBER: Final = "call_back_number"
"""The variable that holds the number once it is typed or confirmed."""

ACCEPTED: Final = "accepted"

YES, NO = "1", "2"

SAID: Final[dict[Language, dict[str, str]]] = {
    "en": {
        "yes": "Call me back",
        "no": "No, thank you",
        "before": "We will call you back at this number:",
        "after": "If it is right, press 1. For another number, press 2.",
        "right": "The number is right",
        "other": "Another number",
        "type": "Please type your number with its area code, then the hash key.",
        "write": "At which number can we call you back? Please write it with its area code.",
    },
    "zh": {
        "yes": "请给我回电",
        "no": "不用，谢谢",
        "before": "我们将拨打以下号码给您回电：",
        "after": "号码正确请按1，更换号码请按2。",
        "right": "号码正确",
        "other": "更换号码",
        "type": "请输入带区号的电话号码，以井号键结束。",
        "write": "请留下带区号的电话号码，我们将给您回电。",
    },
}
"""What is said beside the node's own words."""

SPOKEN: Final = ("before", "after", "type")
"""Those that are heard on the phone."""

_NUMBER: Final = re.compile(r"\+?[0-9]{3,20}")
_PUNCTUATION: Final = str.maketrans("", "", " \t-./()#")


class Stage(StrEnum):
    """How far an offer has come."""

    OFFER = ""
    CONFIRM = "confirm"
    TYPE = "type"
    BOOK = "book"


class Turn(msgspec.Struct, frozen=True):
    """What follows from an answer: a node to go to, or another stage, perhaps with a number; neither: it is asked again."""

    to: str = ""
    stage: Stage | None = None
    number: str = ""


def diallable(text: str) -> str:
    """The number in a text, without what people write between digits; "" where there is none."""
    plain = text.translate(_PUNCTUATION)
    return plain if _NUMBER.fullmatch(plain) else ""


def number_of(session: Session) -> str:
    """Where the customer is to be called: what was typed, else where the call comes from; "" if nothing is known."""
    known = session.values.get(NUMBER) or session.values.get("caller", "")
    return diallable(str(known))


def asked(node: CallBackOffer, session: Session, prompt: Prompt) -> tuple[Ask, int]:
    """The ask of the stage it is at, and how long its answer is waited for."""
    number, said = session.number + 1, SAID[session.language]
    wait_ms = node.wait_s * 1000
    for_ms = wait_ms + limits.SAY_MS
    match Stage(session.stage):
        case Stage.OFFER:
            options = (Option(YES, said["yes"]), Option(NO, said["no"]))
            return Collect(number=number, prompt=prompt, wait_ms=wait_ms, options=options), for_ms
        case Stage.CONFIRM:
            prompt = _read_back(session)
            options = (Option(YES, said["right"]), Option(NO, said["other"]))
            return Collect(number=number, prompt=prompt, wait_ms=wait_ms, options=options), for_ms
        case Stage.TYPE:
            prompt = Prompt(said["write" if _is_written(session) else "type"], "", session.language)
            ask = Collect(
                number=number,
                prompt=prompt,
                wait_ms=wait_ms,
                accepts="phone",
                length_min=3,
                length_max=21,
            )
            return ask, for_ms
        case _:
            promise = BookCallBack(number=number, queue_id=node.queue, to=number_of(session))
            return promise, limits.LOOK_UP_MS


def turned(node: CallBackOffer, session: Session, given: Answered) -> Turn:
    """What follows from an answer."""
    is_done, value = given.is_done, given.value
    stage = Stage(session.stage)
    if stage is Stage.BOOK:
        return Turn(to=node.accepted if is_done and value == ACCEPTED else node.declined)
    if stage is Stage.TYPE:
        typed = diallable(value) if is_done else ""
        return Turn(stage=Stage.CONFIRM, number=typed) if typed else Turn()
    if not is_done or value not in (YES, NO):
        return Turn()
    if stage is Stage.CONFIRM:
        number = number_of(session)
        return Turn(stage=Stage.BOOK, number=number) if value == YES else Turn(stage=Stage.TYPE)
    if value == NO:
        return Turn(to=node.declined)
    return Turn(stage=Stage.CONFIRM if number_of(session) else Stage.TYPE)


def _is_written(session: Session) -> bool:
    """Whether the customer reads and writes, rather than hears and presses keys."""
    return session.values.get("channel") == "chat"


def _read_back(session: Session) -> Prompt:
    said = SAID[session.language]
    if _is_written(session):
        return Prompt(f"{said['before']} {number_of(session)}", "", session.language)
    digits = tuple(one for one in number_of(session) if one.isdigit())
    parts = (said["before"], *digits, said["after"])
    return Prompt(" ".join(parts), "", session.language, parts)
