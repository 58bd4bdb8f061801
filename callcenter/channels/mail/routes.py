"""The desk's calls about mail: the thread, one mail as its sender made it, an attachment, and writing."""

from aiohttp import web

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.channels.mail import limits
from callcenter.channels.mail.frames import page, policy
from callcenter.channels.mail.mails import ATTACHMENT, Mail, mail_of
from callcenter.channels.mail.parsing import is_address
from callcenter.channels.mail.schemas import (
    AttachmentQuery,
    MailQuery,
    MailQueued,
    MailThread,
    SendMail,
)
from callcenter.channels.mail.services import MailServices
from callcenter.channels.mail.thread import thread_of
from callcenter.channels.mail.uploads import UPLOAD_ROUTES, files_of, let_go
from callcenter.channels.mail.writing import letter_of
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.http.contract import Call, Reply, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import MAIL
from routing.commands import AddMessage, EndContact
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId
from routing.model import Channel, Party
from routing.state import Contact

_MAIL_BODY_BYTES_MAX = 512 * 1024
_UPLOAD_ERRORS = (ApiErrorCode.UPLOAD_UNKNOWN, ApiErrorCode.UPLOAD_REFUSED)
_REFUSALS = (
    RefusalCode.NOT_YOUR_CONTACT,
    RefusalCode.CONTACT_NOT_CONNECTED,
    RefusalCode.CONTACT_ENDED,
)


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/mails",
    summary="The contact's mails, oldest first, and what an answer starts from",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    response=MailThread,
    audit=AuditAction.CONTACT_READ,
)
async def read_mails(call: Call[MailServices]) -> MailThread:
    """Whose contact it is reads it as part of the work; everybody else's reading is recorded."""
    thread = await thread_of(call.services, _contact_id(call))
    call.trail.is_silent = thread.holder_id == call.principal.user_id
    return thread


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/mail-html",
    summary="One mail as its sender made it, harmless: a page for a frame without scripts",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    query=MailQuery,
    errors=(ApiErrorCode.MAIL_UNKNOWN,),
    audit=AuditAction.CONTACT_READ,
)
async def read_mail_html(call: Call[MailServices]) -> Reply:
    """Pictures from elsewhere are left out unless they are asked for."""
    wanted = call.query(MailQuery)
    mail = await _mail(call, wanted.mail_id)
    pictures = await _pictures(call, mail)
    summary = "引用" if call.principal.language.startswith("zh") else "Quoted text"
    body = page(mail, pictures, with_images=wanted.images, summary=summary)
    headers = {"Content-Security-Policy": policy(with_images=wanted.images)}
    return _file(body, "text/html", headers)


@route(
    "GET",
    "/api/v1/contacts/{contact_id}/attachment",
    summary="An attachment, as a file to be kept",
    permission=Permission.READ_CONTACT,
    scope=Scope.contact(),
    query=AttachmentQuery,
    errors=(ApiErrorCode.MAIL_UNKNOWN,),
    audit=AuditAction.CONTACT_READ,
)
async def read_attachment(call: Call[MailServices]) -> Reply:
    """Never shown by the browser: whatever it is, it is a file."""
    wanted = call.query(AttachmentQuery).attachment_id
    for detail in await _details(call, MAIL):
        for info in mail_of(detail).attachments:
            if wanted and info.attachment_id == wanted:
                files = await _details(call, ATTACHMENT)
                content = next((one.body for one in files if one.detail_id == wanted), None)
                if content is not None:
                    return _file(content, "application/octet-stream", _as_file(info.name))
    raise _unknown()


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/mails",
    summary="Write a mail: an answer, or a forward to somebody outside; close the contact with it",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    request=SendMail,
    response=MailQueued,
    is_idempotent=True,
    body_bytes_max=_MAIL_BODY_BYTES_MAX,
    errors=(*_REFUSALS, ApiErrorCode.MAIL_REFUSED, ApiErrorCode.MAIL_UNKNOWN, *_UPLOAD_ERRORS),
)
async def send_mail(call: Call[MailServices]) -> MailQueued:
    """Durable before it is answered; delivery follows. Closing is a second command under the same key."""
    services, wanted, contact_id = call.services, call.body(SendMail), _contact_id(call)
    for one in (*wanted.to, *wanted.cc):
        if not is_address(one) or not one.isascii():
            message = "Each receiver is one plain address, such as mia@shop.example."
            raise ApiError(ApiErrorCode.MAIL_REFUSED, message, path="$.to")
    contact = _mail_contact(call, contact_id)
    agent_id = AgentId(call.principal.user_id)
    answered = await _row_of_mail(call, wanted.mail_id) if wanted.mail_id else None
    files = await files_of(services.store, contact_id, agent_id, wanted.upload_ids)
    letter = await letter_of(
        services, contact, wanted, author=call.principal, answered=answered, files=files
    )
    command = AddMessage(contact_id, letter.text_id, Party.AGENT, agent_id)
    envelope = Envelope(
        command,
        call.command_id,
        call.digest,
        {"mail_id": letter.mail_id},
        letter.details,
        letter.rows,
    )
    submitted = await _submit(services, envelope)
    services.on_outgoing()
    await let_go(services, wanted.upload_ids)
    seq = submitted[0]
    if wanted.ends_contact:
        end = EndContact(contact_id, Party.AGENT, agent_id)
        seq = await _end(services, Envelope(end, f"{call.command_id}:end", call.digest))
    return MailQueued(seq, submitted[1])


ROUTES = (read_mails, read_mail_html, read_attachment, send_mail, *UPLOAD_ROUTES)


async def _submit(services: MailServices, envelope: Envelope) -> tuple[int, str]:
    try:
        submitted = await services.host.submit(envelope)
    except CommandRefused as error:
        if error.refusal.code is RefusalCode.CONTACT_UNKNOWN:
            raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.") from error
        raise
    return submitted.seq, str(submitted.reply["mail_id"])


async def _end(services: MailServices, envelope: Envelope) -> int:
    """A repeat whose first request got this far finds the contact ended: that is what was asked for."""
    try:
        return (await services.host.submit(envelope)).seq
    except CommandRefused as error:
        if error.refusal.code in {RefusalCode.CONTACT_ENDED, RefusalCode.CONTACT_UNKNOWN}:
            return services.host.mirror.seq
        raise


def _contact_id(call: Call[MailServices]) -> ContactId:
    return ContactId(call.parameters["contact_id"])


def _mail_contact(call: Call[MailServices], contact_id: ContactId) -> Contact:
    contact = call.services.host.mirror.contacts.get(contact_id)
    if contact is None:
        raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")
    if contact.channel is not Channel.EMAIL:
        raise ApiError(ApiErrorCode.MAIL_REFUSED, "This contact did not come by mail.")
    return contact


async def _details(call: Call[MailServices], kind: str) -> list[Detail]:
    """Whose contact it is reads it as part of the work; everybody else's reading is recorded."""
    contact = call.services.host.mirror.contacts.get(_contact_id(call))
    call.trail.is_silent = contact is not None and contact.agent_id == call.principal.user_id
    limit = limits.THREAD_MAILS_MAX * limits.ATTACHMENTS_MAX
    return await call.services.store.details.of_contact(_contact_id(call), kind=kind, limit=limit)


async def _mail(call: Call[MailServices], mail_id: str) -> Mail:
    return mail_of(await _row_of_mail(call, mail_id))


async def _row_of_mail(call: Call[MailServices], mail_id: str) -> Detail:
    """A mail of the contact, or of the closed one it goes on from."""
    own = await _details(call, MAIL)
    former_id = next((one for one in (mail_of(row).former_contact_id for row in own) if one), "")
    details = call.services.store.details
    before = await details.of_contact(ContactId(former_id), kind=MAIL) if former_id else []
    for detail in (*own, *before):
        if detail.detail_id == mail_id:
            return detail
    raise _unknown()


async def _pictures(call: Call[MailServices], mail: Mail) -> dict[str, bytes]:
    """The mail's own pictures, by Content-ID."""
    wanted = {one.attachment_id: one.content_id for one in mail.attachments if one.content_id}
    if not wanted or "cid:" not in mail.html:
        return {}
    files = await _details(call, ATTACHMENT)
    return {wanted[one.detail_id]: one.body for one in files if one.detail_id in wanted}


def _unknown() -> ApiError:
    return ApiError(ApiErrorCode.MAIL_UNKNOWN, "There is no such mail or attachment here.")


def _as_file(name: str) -> dict[str, str]:
    """The name twice, as RFC 6266 has it: plain, and whole in percent signs."""
    plain = "".join(
        one if one.isascii() and one.isprintable() and one not in '"\\' else "_" for one in name
    )
    quoted = "".join(f"%{byte:02X}" for byte in name.encode("utf-8", "replace"))
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quoted}"
    return {
        "Content-Disposition": disposition,
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }


def _file(content: bytes, content_type: str, headers: dict[str, str]) -> Reply:
    def adjust(response: web.Response) -> None:
        response.body = content
        response.content_type = content_type
        if content_type.startswith("text/"):
            response.charset = "utf-8"

    return Reply(headers=headers, adjust=adjust)
