"""SMTP out: the one place that knows the SMTP client library."""

import re
from dataclasses import dataclass
from typing import Final

import aiosmtplib
import msgspec

from callcenter.channels.mail import limits


class Outcome(msgspec.Struct, frozen=True):
    """How one attempt went. `is_final`: trying again is pointless. `code`: `550 5.1.1`, or a word when there was no answer."""

    is_taken: bool
    is_final: bool = False
    code: str = ""


_ENHANCED: Final = re.compile(r"^([245]\.\d{1,3}\.\d{1,3})\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class SMTPTransport:
    """The company's mail server, which takes our mails. `own_name` is how we greet it; `tls`: none, starttls or tls."""

    host: str
    port: int
    own_name: str
    tls: str = "none"
    user: str = ""
    password: str = ""

    async def send(self, sender: str, recipients: list[str], raw: bytes) -> Outcome:
        """One attempt. What it did not take and did not refuse for good is to be tried again."""
        try:
            refused, _ = await aiosmtplib.send(
                raw,
                sender=sender,
                recipients=recipients,
                hostname=self.host,
                local_hostname=self.own_name,
                port=self.port,
                username=self.user or None,
                password=self.password or None,
                use_tls=self.tls == "tls",
                start_tls=self.tls == "starttls",
                timeout=limits.SEND_TIMEOUT_S,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            return _of_replies([(one.code, one.message) for one in error.recipients])
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            return _of_replies([(error.code, error.message)])
        except aiosmtplib.SMTPResponseException as error:
            # It is the conversation that failed, such as the log-in, and not this mail.
            return Outcome(is_taken=False, code=_told((error.code, error.message)))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return Outcome(is_taken=False, code=_word_of(error))
        if refused:
            replies = [(one.code, one.message) for one in refused.values()]
            return Outcome(is_taken=False, is_final=True, code=_told(replies[0]))
        return Outcome(is_taken=True)


def _of_replies(replies: list[tuple[int, str]]) -> Outcome:
    worst = max(replies, key=lambda reply: reply[0], default=(451, ""))
    return Outcome(is_taken=False, is_final=worst[0] >= 500, code=_told(worst))


def _told(reply: tuple[int, str]) -> str:
    """The code alone: the words of a mail server may hold an address."""
    code, text = reply
    found = _ENHANCED.match(text.strip())
    return f"{code} {found[1]}" if found else str(code)


def _word_of(error: Exception) -> str:
    return "timeout" if isinstance(error, TimeoutError) else "unreachable"
