"""The configuration whole, for administrators: read, check, replace, its history, and back to an earlier one.

What is checked and what is put in force is the composition root's to know (`Services.configuration_editor`); here
it is JSON that passes through.
"""

import asyncio

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import CONFIGURATION_BYTES_MAX
from callcenter.ports.errors import ChangedMeanwhile
from callcenter.ports.versions import Authorship
from callcenter.web.configuration_schemas import (
    AppliedConfiguration,
    CheckedConfiguration,
    ConfigurationChanged,
    ConfigurationDraft,
    ConfigurationEdit,
    ConfigurationHistory,
    HistoryEntry,
    HistoryPage,
    Restoring,
    StoredConfiguration,
    YamlRead,
    YamlText,
)
from callcenter.web.services import Services
from routing.errors import RefusalCode


@route(
    "GET",
    "/api/v1/configuration/document",
    summary="The newest stored configuration, whole",
    permission=Permission.MANAGE_CONFIGURATION,
    response=StoredConfiguration,
    errors=(RefusalCode.NO_CONFIGURATION,),
)
async def read_configuration_document(call: Call[Services]) -> StoredConfiguration:
    """What `PUT` takes; `is_in_force` is false while the engine cannot take it yet."""
    stored = await call.services.configuration_editor.stored()
    if stored is None:
        raise ApiError(RefusalCode.NO_CONFIGURATION, "No configuration has been stored yet.")
    return stored


@route(
    "POST",
    "/api/v1/configuration/check",
    summary="Everything that is wrong or doubtful about a configuration, and what it would change; nothing is stored",
    permission=Permission.MANAGE_CONFIGURATION,
    request=ConfigurationDraft,
    response=CheckedConfiguration,
    body_bytes_max=CONFIGURATION_BYTES_MAX,
)
async def check_configuration(call: Call[Services]) -> CheckedConfiguration:
    """Also against the people who are stored and the contacts that are there."""
    draft = call.body(ConfigurationDraft)
    return await call.services.configuration_editor.check(bytes(draft.document))


@route(
    "PUT",
    "/api/v1/configuration/document",
    summary="Check a configuration, store it and put it in force; one with errors is refused whole",
    permission=Permission.MANAGE_CONFIGURATION,
    request=ConfigurationEdit,
    response=AppliedConfiguration,
    body_bytes_max=CONFIGURATION_BYTES_MAX,
    errors=(ApiErrorCode.CONFIGURATION_REFUSED, ApiErrorCode.CHANGED_MEANWHILE),
    audit=AuditAction.CONFIGURATION_APPLIED,
)
async def put_configuration_document(call: Call[Services]) -> AppliedConfiguration:
    """The same document again changes nothing."""
    edit = call.body(ConfigurationEdit)
    editor = call.services.configuration_editor
    try:
        applied = await editor.apply(bytes(edit.document), _author(call, edit.note), edit.based_on)
    except ChangedMeanwhile as error:
        raise await _changed_meanwhile(call) from error
    return _unless_refused(call, applied, "$.document")


@route(
    "GET",
    "/api/v1/configuration/history",
    summary="Which configurations were put in force, by whom and why; newest first",
    permission=Permission.MANAGE_CONFIGURATION,
    query=HistoryPage,
    response=ConfigurationHistory,
)
async def read_configuration_history(call: Call[Services]) -> ConfigurationHistory:
    """The first of all is the newest stored."""
    page = call.query(HistoryPage)
    return await call.services.configuration_editor.history(before=page.before, limit=page.limit)


@route(
    "GET",
    "/api/v1/configuration/history/change",
    summary="One entry of the history: its document, and what it changed",
    permission=Permission.MANAGE_CONFIGURATION,
    query=HistoryEntry,
    response=ConfigurationChanged,
    errors=(ApiErrorCode.CHANGE_UNKNOWN,),
)
async def read_configuration_change(call: Call[Services]) -> ConfigurationChanged:
    """Against the entry before it."""
    found = await call.services.configuration_editor.change(call.query(HistoryEntry).number)
    if found is None:
        raise _unknown()
    return found


@route(
    "POST",
    "/api/v1/configuration/restore",
    summary="Put an earlier configuration in force again, unless somebody has what it does not know",
    permission=Permission.MANAGE_CONFIGURATION,
    request=Restoring,
    response=AppliedConfiguration,
    errors=(
        ApiErrorCode.CHANGE_UNKNOWN,
        ApiErrorCode.CONFIGURATION_REFUSED,
        ApiErrorCode.CHANGED_MEANWHILE,
    ),
    audit=AuditAction.CONFIGURATION_APPLIED,
)
async def restore_configuration(call: Call[Services]) -> AppliedConfiguration:
    """Checked like an edit; it becomes a new entry of the history."""
    wanted = call.body(Restoring)
    editor = call.services.configuration_editor
    try:
        applied = await editor.restore(wanted.number, _author(call, wanted.note), wanted.based_on)
    except ChangedMeanwhile as error:
        raise await _changed_meanwhile(call) from error
    if applied is None:
        raise _unknown()
    return _unless_refused(call, applied, "$.number")


@route(
    "POST",
    "/api/v1/configuration/yaml/read",
    summary="YAML as JSON, with the line of each value",
    permission=Permission.MANAGE_CONFIGURATION,
    request=YamlText,
    response=YamlRead,
    body_bytes_max=CONFIGURATION_BYTES_MAX,
)
async def read_yaml(call: Call[Services]) -> YamlRead:
    """A text that is no YAML says so in its faults."""
    text = call.body(YamlText).text
    return await asyncio.to_thread(call.services.configuration_editor.read_yaml, text)


@route(
    "POST",
    "/api/v1/configuration/yaml/write",
    summary="JSON as YAML that reads back as the same",
    permission=Permission.MANAGE_CONFIGURATION,
    request=ConfigurationDraft,
    response=YamlText,
    body_bytes_max=CONFIGURATION_BYTES_MAX,
)
async def write_yaml(call: Call[Services]) -> YamlText:
    """Of a document or of a part of it."""
    document = bytes(call.body(ConfigurationDraft).document)
    return YamlText(
        await asyncio.to_thread(call.services.configuration_editor.write_yaml, document)
    )


ROUTES = (
    read_configuration_document,
    check_configuration,
    put_configuration_document,
    read_configuration_history,
    read_configuration_change,
    restore_configuration,
    read_yaml,
    write_yaml,
)


def _author(call: Call[Services], note: str) -> Authorship:
    return Authorship(call.principal.user_id, call.services.now_ms(), note.strip())


def _unless_refused(
    call: Call[Services], applied: AppliedConfiguration, place: str
) -> AppliedConfiguration:
    errors = [one for one in applied.findings if one.is_error]
    if not errors:
        call.trail.object_kind, call.trail.object_id = "configuration", applied.version or ""
        return applied
    told = "; ".join(one.message for one in errors[:3])
    path = errors[0].path.replace("$", place, 1) if place == "$.document" else place
    count = "an error" if len(errors) == 1 else f"{len(errors)} errors"
    message = f"The configuration has {count} and was not stored: {told}."
    raise ApiError(ApiErrorCode.CONFIGURATION_REFUSED, message, path=path)


async def _changed_meanwhile(call: Call[Services]) -> ApiError:
    """Who was faster, and why."""
    history = await call.services.configuration_editor.history(before=None, limit=1)
    by, why = "The command line", ""
    for newest in history.changes:
        by, why = newest.by_name or by, f" ({newest.note})" if newest.note else ""
    message = (
        f"{by} has stored another configuration since you began{why}: "
        "read it again and repeat your change."
    )
    return ApiError(ApiErrorCode.CHANGED_MEANWHILE, message, path="$.based_on")


def _unknown() -> ApiError:
    message = "The history has no entry with this number."
    return ApiError(ApiErrorCode.CHANGE_UNKNOWN, message, path="$.number")
