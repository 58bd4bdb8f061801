"""A mail opened: parsed, its HTML made harmless, and what it is. Pure; runs in a thread."""

import hashlib
import re
from typing import Final

import msgspec

from callcenter.channels.mail.mails import MailKind
from callcenter.channels.mail.parsing import MailRefused, Parsed, parse, parse_head
from callcenter.channels.mail.recognising import (
    authentication_of,
    kind_of,
    may_be_acknowledged,
    own_words,
)
from callcenter.channels.mail.sanitising import sanitised, text_of_html

_HEAD_ENDS: Final = re.compile(rb"\r?\n\r?\n")


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What the channel knows of a mail before it looks for its thread. `content` is a digest by which a repeat is known."""

    parsed: Parsed
    kind: MailKind
    html: str
    text: str
    own_words: str
    content: bytes
    may_be_acknowledged: bool
    authentication: str
    unread_because: str = ""


def opened(raw: bytes, envelope_sender: str) -> Opened:
    """Open a mail; one that cannot be read safely is told by `unread_because` and its head."""
    unread_because = ""
    try:
        parsed = parse(raw)
    except MailRefused as refused:
        parsed, unread_because = parse_head(raw), refused.reason
    html = sanitised(parsed.html) if parsed.html else ""
    text = parsed.text or text_of_html(html)
    return Opened(
        parsed=parsed,
        kind=kind_of(parsed, envelope_sender),
        html=html,
        text=text,
        own_words=own_words(text),
        content=_content(raw, parsed),
        may_be_acknowledged=not unread_because and may_be_acknowledged(parsed, envelope_sender),
        authentication=authentication_of(parsed),
        unread_because=unread_because,
    )


def _content(raw: bytes, parsed: Parsed) -> bytes:
    """Of what the sender wrote: a mail that comes again by another way has other trace headers and line ends."""
    end = _HEAD_ENDS.search(raw)
    body = raw[end.end() :] if end else b""
    digest = hashlib.sha256(body.replace(b"\r\n", b"\n").rstrip())
    for part in (parsed.message_id, parsed.sender.address, parsed.subject):
        digest.update(b"\0" + part.encode("utf-8", "replace"))
    return digest.digest()
