"""A mail is handed in on the loop that servers live on; the other tests live on Python's own."""

import asyncio

from aiosmtpd.smtp import SMTP, Envelope

from callcenter.channels.mail import limits
from callcenter.channels.mail.transport import Outcome, SMTPTransport
from callcenter.cli import loops

RAW = b"Subject: a long one\r\n\r\n" + b"A line of the text.\r\n" * (limits.PIECE_BYTES // 8)


class Mailbox:
    """What the company's mail server was given."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Take it."""
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        return "250 OK"


async def hand_in(mailbox: Mailbox) -> Outcome:
    """One mail, over a real connection."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(mailbox, loop=loop), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        transport = SMTPTransport(host="127.0.0.1", port=port, own_name="contact.example")
        return await transport.send("sales@example.org", ["mia@example.org"], RAW)


def test_a_mail_of_several_pieces_is_taken() -> None:
    mailbox = Mailbox()
    assert loops.run(hand_in(mailbox)).is_taken
    assert mailbox.mails == [RAW]
