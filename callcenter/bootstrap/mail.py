"""The channel `email`, wired: what comes in, what goes out, and the desk's calls about it."""

from dataclasses import dataclass

from aiohttp import web

from callcenter.bootstrap.parts import Parts
from callcenter.channels.mail.acknowledging import Acknowledger
from callcenter.channels.mail.delivering import Sender
from callcenter.channels.mail.listener import MailListener
from callcenter.channels.mail.receiving import Receiver
from callcenter.channels.mail.reporting import FailureReporter
from callcenter.channels.mail.routes import ROUTES
from callcenter.channels.mail.services import MailServices
from callcenter.channels.mail.tokens import MailTokens
from callcenter.channels.mail.transport import SMTPTransport
from callcenter.channels.mail.uploads import sweep
from callcenter.clock import new_id
from callcenter.customers.keys import CustomerKeys
from callcenter.http.serving import Guard, mount


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParts:
    """What has a life, and what hangs into the application."""

    receiver: Receiver
    listener: MailListener
    sender: Sender
    services: MailServices

    def extend(self, app: web.Application, guard: Guard) -> None:
        """Hang the desk's calls in."""
        mount(app, ROUTES, self.services, guard)

    async def sweep(self) -> None:
        """Delete files that were handed in and are past their time. Raises StorageUnavailable."""
        await sweep(self.services.store, self.services.now_ms())


def build_mail(parts: Parts, secret: bytes) -> MailParts:
    """Nothing listens or is sent yet."""
    settings, configuration = parts.settings, parts.configuration
    tokens, keys = MailTokens(secret, settings.email_from_domain), CustomerKeys(secret)
    now_ms = parts.clock.now_ms
    reporter = FailureReporter(
        host=parts.host,
        store=parts.store,
        mailboxes=configuration.mailboxes,
        now_ms=now_ms,
        new_id=new_id,
    )
    sender = Sender(
        store=parts.store,
        tokens=tokens,
        transport=SMTPTransport(
            host=settings.smtp_out_host,
            port=settings.smtp_out_port,
            own_name=settings.email_from_domain or "localhost",
            tls=settings.smtp_out_tls,
            user=settings.smtp_out_user,
            password=settings.smtp_out_password,
        ),
        reporter=reporter,
        on_moved=parts.mail_book.on_moved,
        now_ms=now_ms,
    )
    receiver = Receiver(
        host=parts.host,
        store=parts.store,
        mailboxes=configuration.mailboxes,
        tokens=tokens,
        keys=keys,
        customers=parts.customers,
        acknowledger=Acknowledger(
            tokens=tokens,
            keys=keys,
            mailboxes=configuration.mailboxes,
            now_ms=now_ms,
            new_id=new_id,
            closed_message=parts.closed_messages.closed_message,
        ),
        now_ms=now_ms,
        new_id=new_id,
        on_outgoing=sender.wake,
        on_moved=parts.mail_book.on_moved,
        pressure=parts.pressure,
    )
    return MailParts(
        receiver=receiver,
        listener=MailListener(receiver, message_bytes_max=settings.mail_bytes_max),
        sender=sender,
        services=MailServices(
            host=parts.host,
            store=parts.store,
            mailboxes=configuration.mailboxes,
            signature=configuration.signature,
            tokens=tokens,
            keys=keys,
            agent_name=parts.roster.name,
            writers=parts.writers,
            now_ms=now_ms,
            new_id=new_id,
            on_outgoing=sender.wake,
        ),
    )
