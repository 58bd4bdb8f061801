"""What goes on in a call beside its contact: colleagues asked and talks of three, as its history tells of them.

Law of this file: pure. After each event that was folded the call is looked at once more, and what has begun or ended
since takes the instant the event came; so folding the stored events again gives the same. The engine knows nothing of
it: to its contact the agent is one agent throughout.

    consult       from the wish for a colleague until the colleague is gone or has the customer
    conference    a stretch of it in which all three hear each other
"""

from enum import StrEnum
from typing import Final

import msgspec

from callcenter.log_rows import Phase
from callcenter.telephony import consulting
from callcenter.telephony.calls import Aside, Call, Consult, LegStage
from routing.ids import ContactId


class AsideKind(StrEnum):
    """What it is; a phase of its contact has the same word."""

    CONSULT = "consult"
    CONFERENCE = "conference"


HANDED_OVER: Final = "handed_over"
"""The colleague has the customer now."""

TAKEN_BACK: Final = "taken_back"
"""The agent ended it and has the customer again."""

LEFT: Final = "colleague_left"
"""The colleague hung up after having answered."""

CALL_ENDED: Final = "call_ended"
"""The customer is gone, or the whole call is lost."""

SPLIT: Final = "split"
"""Of a conference: the agent speaks with one of them again."""

NOT_ANSWERED: Final = ("busy", "no_answer", "declined", "unreachable")
"""Why a phone was not picked up, as phone systems name it; whatever else they say is `failed`."""

FAILED: Final = "failed"

CONSULT_ENDS: Final = frozenset({HANDED_OVER, TAKEN_BACK, LEFT, CALL_ENDED, FAILED, *NOT_ANSWERED})
"""All ways a consult ends."""

_MANY: Final = msgspec.json.Decoder(list[Aside])


def follow(call: Call, at_ms: int) -> None:
    """Look at the call after an event that came then."""
    for consult in call.consults.values():
        ended_as = outcome(call, consult)
        if not any(one.leg_id == consult.leg_id for one in call.asides):
            _begin(call, consult, AsideKind.CONSULT, at_ms)
        is_all = not ended_as and consulting.mode(call, consult) == consulting.ALL
        talk = _open(call, consult, AsideKind.CONFERENCE)
        if is_all and talk is None:
            _begin(call, consult, AsideKind.CONFERENCE, at_ms)
        elif talk is not None and not is_all:
            _end(talk, at_ms, ended_as or SPLIT)
        asked = _open(call, consult, AsideKind.CONSULT)
        if asked is not None and ended_as:
            _end(asked, at_ms, ended_as)


def outcome(call: Call, consult: Consult) -> str:
    """How a consult has ended; "" while it lasts. Also of one whose end nobody has told, in a call that is over."""
    if consult.leg_id in call.taken_over.values():
        return HANDED_OVER
    if consult.turns[-1] == consulting.OVER:
        return TAKEN_BACK
    if consulting.stage(call, consult) is LegStage.ENDED and not call.end_cause:
        cause = consulting.cause(call, consult)
        if call.done.get(f"{consult.leg_id}.consult.1") == "":
            return LEFT
        return cause if cause in NOT_ANSWERED else FAILED
    return CALL_ENDED if call.end_cause else ""


def close(call: Call, at_ms: int) -> None:
    """The call is over."""
    for one in call.asides:
        if one.ended_at_ms is None:
            _end(one, at_ms, CALL_ENDED)


def encoded(asides: list[Aside]) -> str:
    """As they are stored; nothing for none."""
    return msgspec.json.encode(asides).decode() if asides else ""


def decoded(stored: str) -> list[Aside]:
    """As they were stored."""
    return _MANY.decode(stored) if stored else []


def phase_of(contact_id: ContactId, aside: Aside) -> Phase:
    """One as the history of its contact tells it."""
    return Phase(
        contact_id=contact_id,
        began_seq=0,
        kind=aside.kind,
        queue_id="",
        began_at_ms=aside.began_at_ms,
        agent_id=aside.agent_id,
        ended_at_ms=aside.ended_at_ms,
        ended_as=aside.ended_as,
        to_agent_id=aside.colleague_id,
    )


def _open(call: Call, consult: Consult, kind: AsideKind) -> Aside | None:
    for one in call.asides:
        if (one.leg_id, one.kind, one.ended_at_ms) == (consult.leg_id, kind, None):
            return one
    return None


def _begin(call: Call, consult: Consult, kind: AsideKind, at_ms: int) -> None:
    asker = consult.asker_id
    call.asides.append(Aside(kind.value, consult.leg_id, asker, consult.agent_id, at_ms))


def _end(one: Aside, at_ms: int, ended_as: str) -> None:
    one.ended_at_ms, one.ended_as = max(at_ms, one.began_at_ms), ended_as
