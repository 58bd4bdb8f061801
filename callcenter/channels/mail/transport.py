"""SMTP out: the one place that knows the SMTP client library.

The library would make ready and write a mail in one step, which takes half a second for one of 25 MB; here it goes in pieces.
"""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, cast

import aiosmtplib
import msgspec

from callcenter.channels.mail import limits


class Outcome(msgspec.Struct, frozen=True):
    """How one attempt went. `is_final`: trying again is pointless. `code`: `550 5.1.1`, or a word when there was no answer."""

    is_taken: bool
    is_final: bool = False
    code: str = ""


_GO_ON: Final = 354
_TAKEN: Final = 250
_LOOK_EVERY_S: Final = 0.005
"""How often a line that is full is looked at; the whole is bounded."""
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_DOT: Final = re.compile(rb"^\.", re.MULTILINE)
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
        client = aiosmtplib.SMTP(
            hostname=self.host,
            local_hostname=self.own_name,
            port=self.port,
            username=self.user or None,
            password=self.password or None,
            use_tls=self.tls == "tls",
            start_tls=self.tls == "starttls",
            timeout=limits.SEND_TIMEOUT_S,
        )
        patience_s = limits.SEND_TIMEOUT_S + len(raw) / limits.SEND_BYTES_PER_S_MIN
        try:
            async with asyncio.timeout(patience_s), client:
                return await _handed_over(client, sender, recipients, raw)
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError) as error:
            return _of_replies([(error.code, error.message)])
        except aiosmtplib.SMTPResponseException as error:
            # It is the conversation that failed, such as the log-in, and not this mail.
            return Outcome(is_taken=False, code=_told((error.code, error.message)))
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            return Outcome(is_taken=False, code=_word_of(error))


async def _handed_over(
    client: aiosmtplib.SMTP, sender: str, recipients: list[str], raw: bytes
) -> Outcome:
    """One mail over an open connection. Raises what the library raises."""
    if client.is_ehlo_or_helo_needed:
        try:
            await client.ehlo()
        except aiosmtplib.SMTPHeloError:
            await client.helo()
    options = [f"size={len(raw)}"] if client.supports_extension("size") else []
    await client.mail(sender, options=options)
    refused: list[tuple[int, str]] = []
    for recipient in recipients:
        try:
            await client.rcpt(recipient)
        except aiosmtplib.SMTPRecipientRefused as error:
            refused.append((error.code, error.message))
    if len(refused) == len(recipients):
        return _of_replies(refused)
    await _data(client, raw)
    if refused:
        return Outcome(is_taken=False, is_final=True, code=_told(refused[0]))
    return Outcome(is_taken=True)


async def _data(client: aiosmtplib.SMTP, raw: bytes) -> None:
    """The mail itself; the dot that ends it is a command like any other. Raises SMTPDataError."""
    reply = await client.execute_command(b"DATA")
    if reply.code == _GO_ON:
        for piece in pieces(raw):
            await _write(client, piece)
        reply = await client.execute_command(b".")
        if reply.code == _TAKEN:
            return
    raise aiosmtplib.SMTPDataError(reply.code, reply.message)


async def _write(client: aiosmtplib.SMTP, piece: bytes) -> None:
    # Not every loop's transports are subclasses of asyncio's: libuv's are not.
    transport = cast("asyncio.WriteTransport | None", client.transport)
    if transport is None or transport.is_closing():
        raise aiosmtplib.SMTPServerDisconnected("Connection lost")
    transport.write(piece)
    await asyncio.sleep(0)
    # The flow control of the library is its own affair, and tells nobody.
    while transport.get_write_buffer_size() > limits.PIECE_BYTES and not transport.is_closing():  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_EVERY_S)


def pieces(raw: bytes) -> Iterator[bytes]:
    """The mail as it goes over the line: every line ends with CRLF, and a dot that begins one is doubled."""
    place = 0
    while place < len(raw):
        end = raw.find(b"\n", place + limits.PIECE_BYTES) + 1 or len(raw)
        piece = _DOT.sub(b"..", _LINE_END.sub(b"\r\n", raw[place:end]))
        place = end
        yield piece if place < len(raw) or piece.endswith(b"\n") else piece + b"\r\n"


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
