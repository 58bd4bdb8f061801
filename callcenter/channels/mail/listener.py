"""SMTP in, on our own loop: the one place that knows the SMTP server library.

It stands behind a mail server of the company, which does what such a server does (TLS to the world, SPF, DKIM, DMARC, spam). It says
250 only when the receiver says that everything is durable.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final, Protocol

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from callcenter.channels.mail import limits
from callcenter.tasks import fault_of

_log = structlog.get_logger("callcenter.mail")


class Taker(Protocol):
    """Who decides about mails."""

    def is_refused(self) -> bool:
        """Whether the next mail is to come later; asked before any of it is read."""

    def has_mailbox(self, recipient: str) -> bool:
        """Whether mail to this address is ours."""

    async def receive(self, raw: bytes, sender: str, recipients: Sequence[str]) -> object:
        """Take a mail for everybody it names; returns the reply as its text."""


_CLOSE_WAIT_S: Final = 2.0


class MailListener:
    """The listening socket. `start` and `stop` are each called once."""

    def __init__(self, taker: Taker, *, message_bytes_max: int) -> None:
        """Nothing listens yet. A mail larger than `message_bytes_max` is refused."""
        self._taker = taker
        self._message_bytes_max = message_bytes_max
        self._server: asyncio.Server | None = None
        self.connections: dict[_Connection, None] = {}

    async def start(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises OSError."""
        # The library tells every line it reads, and every address, to a log of its own.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, host, port, backlog=512)
        found: int = self._server.sockets[0].getsockname()[1]
        return found

    async def stop(self) -> None:
        """Take nobody in any more; whoever has not heard 250 sends the mail again later."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self.connections):
            if connection.transport is not None:
                connection.transport.close()
        async with asyncio.timeout(_CLOSE_WAIT_S):
            await self._server.wait_closed()

    def _connection(self) -> asyncio.Protocol:
        return _Connection(self, self._message_bytes_max)

    # --- the library's hooks -----------------------------------------------------------------------

    async def handle_MAIL(  # noqa: N802 - the library's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """A mail is about to come: what is turned away is told before it costs anything."""
        if self._taker.is_refused():
            return "451 4.3.2 Too much arrives at once; send it later"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """Only what is for a mailbox of ours."""
        if len(envelope.rcpt_tos) >= limits.RECIPIENTS_MAX:
            return "452 4.5.3 Too many recipients"
        if not self._taker.has_mailbox(address):
            return "550 5.1.1 There is no such mailbox here"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """The whole mail is here."""
        raw = envelope.original_content or b""
        return str(await self._taker.receive(raw, envelope.mail_from or "", envelope.rcpt_tos))

    async def handle_exception(self, error: Exception) -> str:
        """A fault of ours, or a peer that does not speak the protocol: the mail stays with its sender."""
        _log.error("smtp_failed", **fault_of(error))
        return "451 4.3.0 Something went wrong here; send it again"


class _Connection(SMTP):
    """One connection, counted; one too many is told to come later."""

    line_length_limit = limits.LINE_BYTES_MAX

    def __init__(self, listener: MailListener, message_bytes_max: int) -> None:
        super().__init__(
            listener,
            data_size_limit=message_bytes_max,
            enable_SMTPUTF8=True,
            hostname="callcenter",
            ident="ESMTP",
            timeout=limits.DATA_WAIT_S,
            loop=asyncio.get_running_loop(),
        )
        self._listener = listener

    def connection_made(self, transport: Any) -> None:  # noqa: ANN401 - as the library has it
        if len(self._listener.connections) >= limits.CONNECTIONS_MAX:
            transport.write(b"421 4.3.2 Too many connections; come again later\r\n")
            transport.close()
            return
        self._listener.connections[self] = None
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._listener.connections.pop(self, self) is None:
            super().connection_lost(error)
