"""Whether people or machines have written a mail, what language it is in, and which part of it is new. Pure."""

# ruff: noqa: RUF001 - full-width punctuation is how Chinese is written

import re
from typing import Final

from callcenter.channels.mail.mails import MailKind
from callcenter.channels.mail.parsing import Parsed

_MACHINES: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?|daemon)(?:[+=-].*)?@"
)
_BULK: Final = frozenset({"bulk", "junk", "list"})
_ANSWERING: Final = frozenset({"auto_reply", "auto-reply"})


def kind_of(parsed: Parsed, envelope_sender: str) -> MailKind:
    """A bounce, an automatic answer, or a mail. Anything in doubt is a mail: somebody will read it."""
    is_daemon = parsed.sender.address.casefold().startswith(("mailer-daemon@", "postmaster@"))
    if parsed.report is not None or (not envelope_sender and is_daemon):
        return MailKind.BOUNCE
    headers = parsed.headers
    is_answer = (
        headers.get("auto-submitted", "no").startswith("auto-replied")
        or headers.get("precedence") in _ANSWERING
        or "x-autoreply" in headers
        or "x-autorespond" in headers
    )
    return MailKind.AUTOMATIC if is_answer else MailKind.MAIL


def may_be_acknowledged(parsed: Parsed, envelope_sender: str) -> bool:
    """Whether an automatic answer may be sent: never to a machine, a list, or a mail without a sender."""
    headers = parsed.headers
    return (
        bool(envelope_sender)
        and bool(parsed.sender.address)
        and kind_of(parsed, envelope_sender) is MailKind.MAIL
        and headers.get("auto-submitted", "no").partition(";")[0].strip() == "no"
        and headers.get("precedence", "") not in _BULK
        and not headers.keys()
        & {"list-id", "list-unsubscribe", "x-auto-response-suppress", "x-loop"}
        and not _MACHINES.match(parsed.sender.address.casefold())
    )


def authentication_of(parsed: Parsed) -> str:
    """What the receiving mail server says of the sender's domain (DMARC): pass, fail, or nothing."""
    found = re.search(r"\bdmarc=(pass|fail)\b", parsed.headers.get("authentication-results", ""))
    return found[1] if found else ""


_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
_LETTERS: Final = re.compile(r"[^\W\d_]")


def language_of(text: str, default: str) -> str:
    """`zh` where a fifth of the letters are Chinese, `en` where none are, else the default."""
    head = text[:2_000]
    chinese, letters = len(_CHINESE.findall(head)), len(_LETTERS.findall(head))
    if not letters:
        return default
    if chinese * 5 >= letters:
        return "zh"
    return "en" if default.startswith("zh") and not chinese else default


_QUOTE_BEGINS: Final = re.compile(
    r"^(?:>|On .{1,200} wrote:\s*$|.{0,100}在.{0,100}写道[:：]\s*$|-{2,}\s*(?:Original Message|Forwarded message|原始邮件|原邮件)"
    r"\s*-*|_{10,}\s*$|(?:From|发件人)[:：]\s.{0,200}$)",
    re.MULTILINE,
)


def own_words(text: str) -> str:
    """What is new in an answer: the text before its quotation; the whole where it begins with it."""
    found = _QUOTE_BEGINS.search(text)
    if found is None:
        return text
    return text[: found.start()].strip() or text
