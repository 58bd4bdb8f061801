"""What may pass on the way from a browser to the phone system, and what is learned on the way back.

Law of this file: pure. A page may speak for its own phone alone, in whole messages without tricks, and ask only for what a
phone needs. An agent's phone begins no call: calls of agents are placed by the engine, with a permit, and ring it. A
customer's phone may place one call, to the one address that is named here. What the dial plan allows
is a second wall behind this one.
"""

import re
from dataclasses import dataclass
from typing import Final

GUEST_TARGET: Final = "call"
"""The only extension a customer's phone may dial; where it leads, the phone system was told beforehand."""

_OF_CALLS: Final = frozenset(
    {"INVITE", "ACK", "BYE", "CANCEL", "INFO", "UPDATE", "PRACK", "OPTIONS"}
)
_OF_AGENTS: Final = _OF_CALLS | {"REGISTER"}
_REQUEST: Final = re.compile(r"([A-Z]+) sip:([^\s]*) SIP/2\.0")
_RESPONSE: Final = re.compile(r"SIP/2\.0 [1-6][0-9]{2} [^\r\n]*")
_HEADER: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)")
_LONG: Final = {"f": "from", "t": "to", "i": "call-id", "m": "contact", "v": "via"}


@dataclass(frozen=True, slots=True)
class Message:
    """The head of a message: the first line, and each header's values by its long name."""

    first: str
    headers: dict[str, list[str]]

    def one(self, name: str) -> str:
        """The value of a header that is there once; "" otherwise."""
        values = self.headers.get(name, [])
        return values[0] if len(values) == 1 else ""


def read(frame: str) -> Message | None:
    """None for what is no message, or is written so that two readers may read it differently."""
    head = frame.partition("\r\n\r\n")[0]
    first, *lines = head.split("\r\n")
    if any(sign in line for line in (first, *lines) for sign in "\r\n\0"):
        return None
    headers: dict[str, list[str]] = {}
    for line in lines:
        found = _HEADER.fullmatch(line)
        if found is None:
            return None
        name = found.group(1).lower()
        headers.setdefault(_LONG.get(name, name), []).append(found.group(2).strip())
    return Message(first, headers)


class Gate:
    """Of one phone: what its page may send. Remembers the one call of a customer's."""

    def __init__(self, name: str, *, is_guest: bool) -> None:
        """`name` is the phone's at the phone system."""
        self.has_called = False
        self._is_guest = is_guest
        self._own = re.compile(
            rf'(?:"[^"<>\\]*"[ \t]*)?<sip:{re.escape(name)}@[^<>@\s]+>(;[^\s<>]*)?'
        )
        self._call_id = ""

    def admits(self, frame: str) -> bool:
        """Whether it may go on to the phone system."""
        message = read(frame)
        if message is None:
            return False
        if _RESPONSE.fullmatch(message.first):
            return True
        asked = _REQUEST.fullmatch(message.first)
        if asked is None or not self._own.fullmatch(message.one("from")):
            return False
        method, target = asked.groups()
        if not self._is_guest:
            is_within_call = ";tag=" in message.one("to")
            return method in _OF_AGENTS and (method != "INVITE" or is_within_call)
        return method in _OF_CALLS and (method != "INVITE" or self._may_call(message, target))

    def _may_call(self, message: Message, target: str) -> bool:
        """One call; what belongs to it later goes where the phone system has said."""
        call_id = message.one("call-id")
        is_begun = self._call_id != "" and call_id == self._call_id and ";tag=" in message.one("to")
        is_first = target.startswith(f"{GUEST_TARGET}@") and self._call_id in ("", call_id)
        if not call_id or not (is_first or is_begun):
            return False
        self._call_id, self.has_called = call_id, True
        return True


def registration(frame: str) -> bool | None:
    """What the phone system says of the phone: registered, no longer, or (None) nothing about that."""
    message = read(frame)
    if message is None or not message.one("cseq").endswith(" REGISTER"):
        return None
    if message.first.startswith("SIP/2.0 2"):
        return bool(message.headers.get("contact"))
    return False if message.first.startswith(("SIP/2.0 403", "SIP/2.0 404")) else None
