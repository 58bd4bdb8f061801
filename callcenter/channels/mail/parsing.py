"""From the bytes of a mail to what it says: the one place that knows how MIME is parsed.

Pure and bounded, run in a thread. Whatever a stranger sends, the end is a `Parsed` or a `MailRefused`, in time that grows with the
size alone: what would take longer is measured before it is parsed. Attachments are never unpacked, so a bomb in an archive
stays closed. Wrong charsets, missing ends and broken headers are read as well as they can be.
"""

import email.parser
import email.policy
import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import collapse_rfc2231_value, getaddresses
from typing import Final, TypeAlias

import msgspec

from callcenter.channels.mail import limits
from callcenter.channels.mail.mails import Address
from callcenter.customers.profiles import is_mail_address

_Part: TypeAlias = "Message[str, str]"


class MailRefused(Exception):
    """The mail cannot be read safely; `reason` is a stable word."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Attachment(msgspec.Struct, frozen=True):
    """A part that is kept as a file."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""


class Report(msgspec.Struct, frozen=True):
    """What a delivery report says of one mail of ours: failed or not, the code, and the mail's id if it is in there."""

    has_failed: bool
    status: str
    message_id: str


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """A mail, read. `html` is as it came. `headers`: those that tell people from machines, lower case."""

    message_id: str = ""
    references: list[str] = []
    sender: Address = Address("")
    reply_to: str = ""
    to: list[Address] = []
    cc: list[Address] = []
    subject: str = ""
    text: str = ""
    html: str = ""
    attachments: list[Attachment] = []
    headers: dict[str, str] = {}
    report: Report | None = None
    is_cut: bool = False


_MACHINE_HEADERS: Final = (
    "auto-submitted",
    "precedence",
    "x-autoreply",
    "x-autorespond",
    "x-auto-response-suppress",
    "list-id",
    "list-unsubscribe",
    "return-path",
    "authentication-results",
    "x-loop",
)
_CONTENT: Final = re.compile(
    rb"^content-(?:type|disposition|transfer-encoding)[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*",
    re.IGNORECASE | re.MULTILINE,
)
_CONTAINER: Final = re.compile(rb"(?:multipart|message)/", re.IGNORECASE)
_MESSAGE_ID: Final = re.compile(rf"<[^<>\s]{{1,{limits.MESSAGE_ID_CHARACTERS_MAX}}}>")
_UNPRINTABLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_BROKEN: Final = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)
"""What the standard library's parser raises on mails nobody should send."""

_CHARSETS: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "ks_c_5601-1987": "cp949",
}


def parse(raw: bytes) -> Parsed:
    """Read a whole mail. Raises MailRefused."""
    _measure(raw)
    try:
        message = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(raw)
        return _read(message)
    except _BROKEN as error:
        raise MailRefused("not_readable") from error


def parse_head(raw: bytes) -> Parsed:
    """Who writes and about what, of a mail that is not opened; empty where not even that can be read."""
    head = raw[: limits.HEADER_VALUE_BYTES_MAX]
    try:
        message = email.parser.BytesHeaderParser(policy=email.policy.compat32).parsebytes(head)
        return _read_head(message)
    except _BROKEN:
        return Parsed()


def _measure(raw: bytes) -> None:
    """Refuse what the parser would spend too long on."""
    end = re.search(rb"\r?\n\r?\n", raw)
    head = raw[: end.start()] if end else raw
    if len(head) > limits.HEADER_BYTES_MAX or head.count(b"\n") > limits.HEADER_LINES_MAX:
        raise MailRefused("head_too_long")
    if raw.count(b"\n--") > limits.DASHED_LINES_MAX:
        raise MailRefused("too_many_parts")
    containers = 0
    for found in _CONTENT.finditer(raw):
        if len(found[0]) > limits.HEADER_VALUE_BYTES_MAX:
            raise MailRefused("head_too_long")
        containers += bool(_CONTAINER.search(found[0]))
    if containers > limits.CONTAINERS_MAX:
        raise MailRefused("nested_too_deep")


def _read(message: _Part) -> Parsed:
    head = _read_head(message)
    texts: list[str] = []
    html = ""
    attachments: list[Attachment] = []
    for part in _leaves(message):
        kind = part.get_content_type()
        is_file = part.get_content_disposition() == "attachment" or bool(_file_name(part))
        if kind == "text/plain" and not is_file:
            texts.append(_text(part))
        elif kind == "text/html" and not is_file and not html:
            html = _text(part)
        elif not kind.startswith(("multipart/", "message/delivery-status")):
            attachments.append(_attachment(part, kind))
    text = "\n".join(texts).strip()
    return msgspec.structs.replace(
        head,
        text=text[: limits.TEXT_CHARACTERS_MAX],
        html=html if len(html) <= limits.HTML_BYTES_MAX else "",
        attachments=attachments,
        report=_report(message),
        is_cut=len(text) > limits.TEXT_CHARACTERS_MAX or len(html) > limits.HTML_BYTES_MAX,
    )


def _read_head(message: _Part) -> Parsed:
    sender = _addresses(message, "from")
    reply_to = _addresses(message, "reply-to")
    references = _MESSAGE_ID.findall(_decoded(_plain(message, "references")))
    answered = _MESSAGE_ID.findall(_decoded(_plain(message, "in-reply-to")))
    return Parsed(
        message_id=next(iter(_MESSAGE_ID.findall(_plain(message, "message-id"))), ""),
        references=list(dict.fromkeys([*answered[:1], *reversed(references)]))[
            : limits.REFERENCES_MAX
        ],
        sender=sender[0] if sender else Address(""),
        reply_to=reply_to[0].address if reply_to else "",
        to=_addresses(message, "to"),
        cc=_addresses(message, "cc"),
        subject=_words(message, "subject")[: limits.SUBJECT_CHARACTERS_MAX],
        headers={
            name: _plain(message, name).strip().lower()
            for name in _MACHINE_HEADERS
            if name in message
        },
    )


def _leaves(message: _Part) -> list[_Part]:
    """Parts that hold no parts, and mails within the mail as they are. Raises MailRefused."""
    found: list[_Part] = []
    waiting = [message]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > limits.PARTS_MAX:
            raise MailRefused("too_many_parts")
        payload = part.get_payload()
        if part.get_content_maintype() == "multipart" and isinstance(payload, list):
            waiting.extend(one for one in reversed(payload) if isinstance(one, Message))
        else:
            found.append(part)
    return found


def _attachment(part: _Part, kind: str) -> Attachment:
    payload = part.get_payload()
    if isinstance(payload, list):  # a mail within the mail
        inner = [one for one in payload if isinstance(one, Message)]
        content = b"".join(one.as_bytes() for one in inner[:1])
    else:
        decoded = part.get_payload(decode=True)
        content = decoded if isinstance(decoded, bytes) else b""
    content_id = _plain(part, "content-id").strip().strip("<>")
    return Attachment(_file_name(part) or _made_up(kind), kind, content, content_id[:200])


def _made_up(kind: str) -> str:
    return "message.eml" if kind.startswith("message/") else "attachment"


def _file_name(part: _Part) -> str:
    """The name a sender gave, made harmless."""
    given = part.get_filename("")
    if not given:
        return ""
    return file_name(_decoded(str(collapse_rfc2231_value(given))))


def file_name(given: str) -> str:
    """A name alone: no folder, nothing that shows it turned around."""
    name = clean(given)
    name = re.sub(r"[\r\n\t]+", " ", name).replace("\\", "/").rpartition("/")[2].strip(". ")
    stem, dot, ending = name.rpartition(".")
    if len(name) > limits.FILE_NAME_CHARACTERS_MAX:
        name = f"{stem[: limits.FILE_NAME_CHARACTERS_MAX - 20]}{dot}{ending[:19]}"
    return name or "attachment"


def _text(part: _Part) -> str:
    payload = part.get_payload(decode=True)
    raw = payload if isinstance(payload, bytes) else b""
    return clean(decoded_text(raw, str(part.get_content_charset() or "utf-8"))).replace(
        "\r\n", "\n"
    )


def decoded_text(raw: bytes, charset: str) -> str:
    """Bytes as text: by the charset named, else by those that are usual, else with gaps."""
    for tried in (_CHARSETS.get(charset.lower(), charset), "utf-8", "gb18030"):
        try:
            return raw.decode(tried)
        except (LookupError, ValueError):
            continue
    return raw.decode("latin-1")


def clean(text: str) -> str:
    """Without characters that are not text, or that turn the reading direction around."""
    return _UNPRINTABLE.sub("", text)


def _plain(message: _Part, name: str) -> str:
    """A header as it stands, cut to its bound."""
    return clean(str(message.get(name, "")))[: limits.HEADER_VALUE_BYTES_MAX]


def _words(message: _Part, name: str) -> str:
    return re.sub(r"\s+", " ", clean(_decoded(_plain(message, name)))).strip()


def _decoded(value: str) -> str:
    """Encoded words as text; where they are broken, as they stand."""
    try:
        pieces = decode_header(value)
    except (HeaderParseError, ValueError):
        return value
    return "".join(
        one if isinstance(one, str) else decoded_text(one, charset or "utf-8")
        for one, charset in pieces
    )


def _addresses(message: _Part, name: str) -> list[Address]:
    try:
        pairs = getaddresses([_plain(message, name)])
    except RecursionError:
        return []
    found = [Address(one.strip(), _name(given)) for given, one in pairs if is_address(one.strip())]
    return found[: limits.ADDRESSES_MAX]


def _name(given: str) -> str:
    return re.sub(r"\s+", " ", clean(_decoded(given))).strip()[: limits.NAME_CHARACTERS_MAX]


def is_address(text: str) -> bool:
    """Whether this can be written to: one plain address and nothing beside it."""
    return len(text) <= limits.ADDRESS_CHARACTERS_MAX and is_mail_address(text)


def _report(message: _Part) -> Report | None:
    """What a delivery status notification (RFC 3464) says."""
    is_report = message.get_content_type() == "multipart/report"
    if not is_report or str(message.get_param("report-type", "")).lower() != "delivery-status":
        return None
    has_failed, status, message_id = False, "", ""
    for part in _leaves(message):
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/delivery-status" and isinstance(payload, list):
            for group in payload:
                if isinstance(group, Message) and "action" in group:
                    has_failed = has_failed or _plain(group, "action").strip().lower() == "failed"
                    status = status or _plain(group, "status").strip()[:20]
        elif kind == "message/rfc822" and isinstance(payload, list):
            message_id = next((_id_in(one) for one in payload if isinstance(one, Message)), "")
        elif kind in {"text/rfc822-headers", "message/rfc822-headers"}:
            message_id = parse_head(_text(part).encode("utf-8", "replace")).message_id
    return Report(has_failed, status, message_id)


def _id_in(message: _Part) -> str:
    return next(iter(_MESSAGE_ID.findall(_plain(message, "message-id"))), "")
