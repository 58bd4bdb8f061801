"""The configuration whole, for administrators: read, check, replace.

What is checked and what is put in force is the composition root's to know (`Services.configuration_editor`); here
it is JSON that passes through.
"""

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import CONFIGURATION_BYTES_MAX
from callcenter.web.schemas import (
    AppliedConfiguration,
    CheckedConfiguration,
    ConfigurationDraft,
    StoredConfiguration,
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
    summary="Everything that is wrong or doubtful about a configuration; nothing is stored",
    permission=Permission.MANAGE_CONFIGURATION,
    request=ConfigurationDraft,
    response=CheckedConfiguration,
    body_bytes_max=CONFIGURATION_BYTES_MAX,
)
async def check_configuration(call: Call[Services]) -> CheckedConfiguration:
    """Also against the people who are stored."""
    draft = call.body(ConfigurationDraft)
    return CheckedConfiguration(
        await call.services.configuration_editor.check(bytes(draft.document))
    )


@route(
    "PUT",
    "/api/v1/configuration/document",
    summary="Check a configuration, store it and put it in force; one with errors is refused whole",
    permission=Permission.MANAGE_CONFIGURATION,
    request=ConfigurationDraft,
    response=AppliedConfiguration,
    body_bytes_max=CONFIGURATION_BYTES_MAX,
    errors=(ApiErrorCode.CONFIGURATION_REFUSED,),
    audit=AuditAction.CONFIGURATION_APPLIED,
)
async def put_configuration_document(call: Call[Services]) -> AppliedConfiguration:
    """The same document again changes nothing."""
    draft = call.body(ConfigurationDraft)
    applied = await call.services.configuration_editor.apply(bytes(draft.document))
    errors = [one for one in applied.findings if one.is_error]
    if errors:
        raise ApiError(
            ApiErrorCode.CONFIGURATION_REFUSED,
            f"The configuration has {len(errors)} errors and was not stored. The first: {errors[0].message}",
            path=errors[0].path.replace("$", "$.document", 1),
        )
    call.trail.object_kind, call.trail.object_id = "configuration", applied.version or ""
    return applied


ROUTES = (read_configuration_document, check_configuration, put_configuration_document)
