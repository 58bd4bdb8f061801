"""Files agents attach: handed in one by one while they write, named by the mail they send, deleted by a deadline.

Law of this file: a file is durable before a mail can name it, only whoever handed it in for the same contact can name it, and what
no mail has named is gone after `UPLOAD_KEPT_MS`. The mail has a copy of its own among the contact's details.
"""

import contextlib
import hashlib

import structlog

from callcenter.auth.authorise import Permission
from callcenter.channels.mail import limits
from callcenter.channels.mail.parsing import Attachment, file_name
from callcenter.channels.mail.schemas import RemoveUploadQuery, UploadedFile, UploadQuery
from callcenter.channels.mail.services import MailServices
from callcenter.channels.mail.storing import refusal_of
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.errors import StorageError
from callcenter.ports.store import Store
from callcenter.ports.uploads import Upload
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId
from routing.model import Channel

_log = structlog.get_logger("callcenter.mail")

_REFUSED = {
    "type": "A file that runs when it is opened cannot be attached.",
    "count": f"A mail has at most {limits.ATTACHMENTS_MAX} files.",
}


@route(
    "POST",
    "/api/v1/contacts/{contact_id}/uploads",
    summary="Hand in a file for the mail that is being written",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    query=UploadQuery,
    response=UploadedFile,
    is_idempotent=True,
    file_bytes_max=limits.FILES_BYTES_MAX,
    errors=(RefusalCode.NOT_YOUR_CONTACT, RefusalCode.CONTACT_ENDED, ApiErrorCode.UPLOAD_REFUSED),
)
async def add_upload(call: Call[MailServices]) -> UploadedFile:
    """Durable when it is answered. The same key again is the same file."""
    services, wanted = call.services, call.query(UploadQuery)
    contact_id, agent_id = _held_contact(call), AgentId(call.principal.user_id)
    upload = Upload(
        upload_id=hashlib.sha256(call.command_id.encode()).hexdigest()[:32],
        contact_id=contact_id,
        agent_id=agent_id,
        name=file_name(wanted.name),
        content_type=wanted.content_type,
        size_bytes=len(call.file),
        digest=call.digest,
        expires_at_ms=services.now_ms() + limits.UPLOAD_KEPT_MS,
    )
    others = await _of(services.store, contact_id, agent_id)
    known = others.pop(upload.upload_id, None)
    if known is None:
        _check(upload, list(others.values()))
        await services.store.uploads.put(upload, call.file)
    elif known.digest != upload.digest:
        message = "This Idempotency-Key was used for another request."
        raise ApiError(ApiErrorCode.IDEMPOTENCY_KEY_REUSED, message)
    return UploadedFile(upload.upload_id, upload.name, upload.content_type, upload.size_bytes)


@route(
    "DELETE",
    "/api/v1/contacts/{contact_id}/uploads",
    summary="Take back a file that was handed in",
    permission=Permission.WORK_CONTACT,
    scope=Scope.contact(),
    query=RemoveUploadQuery,
    status=204,
    errors=(RefusalCode.NOT_YOUR_CONTACT, RefusalCode.CONTACT_ENDED),
)
async def remove_upload(call: Call[MailServices]) -> None:
    """One that is gone already is no error: that is what was asked for."""
    services, upload_id = call.services, call.query(RemoveUploadQuery).upload_id
    mine = await _of(services.store, _held_contact(call), AgentId(call.principal.user_id))
    if upload_id in mine:
        await services.store.uploads.delete(upload_id)


UPLOAD_ROUTES = (add_upload, remove_upload)


async def files_of(
    store: Store, contact_id: ContactId, agent_id: AgentId, upload_ids: list[str]
) -> list[Attachment]:
    """The files a mail names, in its order. Raises ApiError `upload_unknown`, `upload_refused`."""
    if not upload_ids:
        return []
    mine = await _of(store, contact_id, agent_id)
    files: list[Attachment] = []
    size_bytes = 0
    for upload_id in dict.fromkeys(upload_ids):
        upload = mine.get(upload_id)
        content = None if upload is None else await store.uploads.content(upload_id)
        if upload is None or content is None:
            message = "A file is not there any more: attach it again."
            raise ApiError(ApiErrorCode.UPLOAD_UNKNOWN, message, path="$.upload_ids")
        size_bytes += len(content)
        if size_bytes > limits.FILES_BYTES_MAX:
            raise _too_much()
        files.append(Attachment(upload.name, upload.content_type, content))
    return files


async def let_go(services: MailServices, upload_ids: list[str]) -> None:
    """The mail that names them is durable. What cannot be told to the store goes by its first deadline."""
    if not upload_ids:
        return
    at_ms = services.now_ms() + limits.UPLOAD_REPEATED_MS
    with contextlib.suppress(StorageError):
        await services.store.uploads.expire(upload_ids, at_ms)


async def sweep(store: Store, now_ms: int) -> None:
    """Delete what has expired. Raises StorageUnavailable."""
    deleted = await store.uploads.delete_expired(now_ms)
    if deleted:
        _log.info("uploads_deleted", count=deleted)


def _held_contact(call: Call[MailServices]) -> ContactId:
    """The path's contact, which the caller has in hand or has put aside."""
    contact_id = ContactId(call.parameters["contact_id"])
    contact = call.services.host.mirror.contacts.get(contact_id)
    if contact is None:
        raise ApiError(RefusalCode.CONTACT_ENDED, "The contact is closed.")
    if contact.agent_id != call.principal.user_id:
        raise ApiError(RefusalCode.NOT_YOUR_CONTACT, "This contact is not yours.")
    if contact.channel is not Channel.EMAIL:
        raise ApiError(ApiErrorCode.UPLOAD_REFUSED, "This contact did not come by mail.")
    return contact_id


async def _of(store: Store, contact_id: ContactId, agent_id: AgentId) -> dict[str, Upload]:
    uploads = await store.uploads.of_contact(contact_id)
    return {one.upload_id: one for one in uploads if one.agent_id == agent_id}


def _check(upload: Upload, others: list[Upload]) -> None:
    refused = refusal_of(upload.name, len(others))
    if refused:
        raise ApiError(ApiErrorCode.UPLOAD_REFUSED, _REFUSED[refused], path="$.name")
    if upload.size_bytes + sum(one.size_bytes for one in others) > limits.FILES_BYTES_MAX:
        raise _too_much()


def _too_much() -> ApiError:
    most_mb = limits.FILES_BYTES_MAX // 1_000_000
    return ApiError(
        ApiErrorCode.UPLOAD_REFUSED, f"The files of a mail have at most {most_mb} MB together."
    )
