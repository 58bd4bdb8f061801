"""A server with mailboxes, somebody at the desk, and a sink behind it that takes what goes out."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from callcenter.ports.mails import MailRow, MailState
from loadtests.smtp_sink import Sink
from routing.state import ContactState
from tests import looking
from tests.integration.live_server import PATIENCE_S, LiveServer

MAILBOXES = """
mailboxes:
  - {id: shop, address: shop@bamboo.example, name: {en: Bamboo, zh: 竹里}, queue: sales, signature: {en: "Yours", zh: "此致"}}
  - id: help
    address: help@bamboo.example
    name: {en: Bamboo Help, zh: 竹里客服}
    queue: sales
    auto_acknowledge: {en: "We have your mail.", zh: "来信已收到。"}
"""
CAPACITY = {"total": 5, "per_channel": {"email": 5}, "weights": {}}
MIA = "Mia Muster <mia@example.org>"


class MailStage:
    """A server with mailboxes, a sink behind it, and ann at her desk."""

    def __init__(self, server: LiveServer, sink: Sink) -> None:
        self.server = server
        self.sink = sink

    @property
    def port(self) -> int:
        """Where mail comes in."""
        return int(self.server.server.smtp_address.rpartition(":")[2])

    async def send(
        self, message: EmailMessage | bytes, *, sender: str = "mia@example.org", to: str
    ) -> tuple[int, str]:
        """Hand a mail over as a mail server would; returns the reply to DATA or to what was refused before it."""
        raw = message if isinstance(message, bytes) else message.as_bytes(policy=SMTP)
        return await asyncio.to_thread(self._send, raw, sender, to)

    def _send(self, raw: bytes, sender: str, to: str) -> tuple[int, str]:
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
            client.ehlo("mx.example.org")
            code, text = client.mail(sender)
            if code == 250:
                code, text = client.rcpt(to)
            if code == 250:
                code, text = client.data(raw)
            return code, text.decode()

    def announce(self, sender: str) -> int:
        """What is said to MAIL alone. Blocks; for another thread than the server's."""
        with smtplib.SMTP("127.0.0.1", self.port, timeout=10) as client:
            client.ehlo("mx.example.org")
            return client.mail(sender)[0]

    async def taken(self, by: str = "ann") -> str:
        """The next offered contact, accepted; returns its id."""
        await self.server.until(lambda: bool(self.server.agent(by).offer_ids))
        offer_id = next(iter(self.server.agent(by).offer_ids))
        await self.ask("POST", f"/api/v1/offers/{offer_id}/accept", {}, by=by)
        return offer_id.rpartition(".")[0]

    async def ask(self, method: str, path: str, body: object = None, by: str = "ann") -> Any:  # noqa: ANN401
        """A call that succeeds; its body."""
        answer = await self.server.ask(method, path, by=by, body=body)
        assert answer.status < 300, answer.body
        return answer.body

    async def reply(self, contact_id: str, text: str = "Here it is.", **changes: object) -> Any:  # noqa: ANN401
        """Answer the newest mail as the composer would."""
        thread = await self.thread(contact_id)
        body = {
            "to": [one["address"] for one in thread["reply"]["to"]],
            "subject": thread["reply"]["subject"],
            "text": text,
            "mail_id": thread["mails"][-1]["mail_id"],
        }
        return await self.ask("POST", f"/api/v1/contacts/{contact_id}/mails", {**body, **changes})

    async def thread(self, contact_id: str, by: str = "ann") -> Any:  # noqa: ANN401
        """The contact's mails."""
        return await self.ask("GET", f"/api/v1/contacts/{contact_id}/mails", by=by)

    async def finish(self, contact_id: str) -> None:
        """End and wrap up; then the contact is closed, and the log knows."""
        path = f"/api/v1/contacts/{contact_id}"
        if self.state(contact_id) is ContactState.CONNECTED:
            await self.ask("POST", f"{path}/end", {})
        await self.ask("POST", f"{path}/wrap-up", {"disposition_id": "solved", "notes": ""})
        parts = self.server.parts
        await parts.reading.interaction_log.wait_for(parts.host.mirror.seq)

    def state(self, contact_id: str) -> ContactState | None:
        """Where the contact is; None once it is closed."""
        contact = self.server.contact(contact_id)
        return None if contact is None else contact.state

    def open_contacts(self) -> list[str]:
        """Everything that is not closed."""
        return list(self.server.state.contacts)

    async def until_state(self, mail_id: str, state: MailState) -> None:
        """Wait until a mail of ours has got so far."""
        async with asyncio.timeout(PATIENCE_S):
            while (await self.mail_row(mail_id)).state is not state:
                await looking.pause()

    async def mail_row(self, mail_id: str) -> MailRow:
        """How far a mail got."""
        row = await self.server.parts.store.mails.get(mail_id)
        assert row is not None
        return row


@asynccontextmanager
async def mail_stage(tmp_path: Path) -> AsyncIterator[MailStage]:
    """Ann is there and has room for mail alone."""
    sink = Sink()
    out_port, _ = await sink.start()
    try:
        async with LiveServer(
            tmp_path,
            timing={"more": MAILBOXES, "presence_grace_s": 60},
            smtp_listen_port=0,
            smtp_out_port=out_port,
            mail_bytes_max=300_000,
        ) as server:
            ann = server.agent("ann").agent_id
            path, change = f"/api/v1/users/{ann}", {"capacity": CAPACITY}
            assert (await server.ask("PATCH", path, by="ada", body=change)).status == 200
            yield MailStage(server, sink)
    finally:
        await sink.stop()


def mail(text: str = "Where is my parcel?", **headers: str) -> EmailMessage:
    """A mail from mia."""
    message = EmailMessage()
    given = {"From": MIA, "To": "shop@bamboo.example", "Subject": "Parcel", "Message_ID": "<1@mia>"}
    for name, value in {**given, **headers}.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message
