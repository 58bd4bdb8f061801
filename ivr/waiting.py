"""What is told of a wait: the place in the line and how long it should take, in words."""

import msgspec

from ivr.model import Language
from ivr.session import Prompt
from ivr.values import POSITION, WAIT

_MINUTE_MS = 60_000


class Outlook(msgspec.Struct, frozen=True):
    """What is known of somebody's wait; None for what is not. Half of such waits end within `p50_ms`, most within `p90_ms`."""

    position: int | None = None
    p50_ms: int | None = None
    p90_ms: int | None = None


def told(prompt: Prompt, outlook: Outlook) -> Prompt | None:
    """The prompt with the outlook in its places; None where it speaks of what is not known."""
    text = prompt.text
    words = {
        POSITION: None if outlook.position is None else str(outlook.position),
        WAIT: _wait(outlook, prompt.language),
    }
    for name, word in words.items():
        place = f"{{{name}}}"
        if place in text and word is None:
            return None
        text = text.replace(place, word or "")
    return msgspec.structs.replace(prompt, text=text)


def _wait(outlook: Outlook, language: Language) -> str | None:
    if outlook.p50_ms is None or outlook.p90_ms is None:
        return None
    low, high = (max(1, -(-one // _MINUTE_MS)) for one in (outlook.p50_ms, outlook.p90_ms))
    if high <= 1:
        return "不到一分钟" if language == "zh" else "less than a minute"
    between = f"{high}" if low == high else f"{low}-{high}"
    if language == "zh":
        return f"{between}分钟"
    return f"{between.replace('-', ' to ')} minutes"
