"""Keys of other programs, for administrators. A key is shown in the answer that made it and never again."""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.auth.principal import KeyRole
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.integrators import ApiKey
from callcenter.web.schemas import Id, Request
from callcenter.web.services import Services
from routing.errors import RefusalCode

Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]+$")]
Ids = Annotated[tuple[Id, ...], Meta(max_length=100)]


class NewApiKey(Request, frozen=True, kw_only=True):
    """What the key is for, and how far it reaches: these queues and the agents of these teams."""

    name: Name
    role: KeyRole
    queue_ids: Ids
    team_ids: Ids


class ApiKeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it is known afterwards. `last_used_at_ms` is up to half a minute behind."""

    key_id: str
    name: str
    role: KeyRole
    queue_ids: list[str]
    team_ids: list[str]
    created_at_ms: int
    created_by: str
    last_used_at_ms: int | None
    revoked_at_ms: int | None


class ApiKeyList(msgspec.Struct, frozen=True):
    """Every key, revoked ones too."""

    keys: list[ApiKeyRow]


class ApiKeyMade(msgspec.Struct, frozen=True):
    """`token` is what the program sends as `Authorization: Bearer`; it is stored nowhere."""

    key: ApiKeyRow
    token: str


@route(
    "GET",
    "/api/v1/api-keys",
    summary="Every key of other programs",
    permission=Permission.MANAGE_INTEGRATIONS,
    response=ApiKeyList,
)
async def list_keys(call: Call[Services]) -> ApiKeyList:
    """The oldest first."""
    keys = await call.services.store.api_keys.all()
    names = await call.services.names.read()
    return ApiKeyList([_row(key, names) for key in keys])


@route(
    "POST",
    "/api/v1/api-keys",
    summary="Make a key for another program",
    permission=Permission.MANAGE_INTEGRATIONS,
    request=NewApiKey,
    response=ApiKeyMade,
    status=201,
    errors=(RefusalCode.QUEUE_UNKNOWN, ApiErrorCode.REQUEST_INVALID),
    audit=AuditAction.API_KEY_ADDED,
)
async def make_key(call: Call[Services]) -> ApiKeyMade:
    """It reaches nothing that it does not name."""
    wanted, services = call.body(NewApiKey), call.services
    check_queues(call, wanted.queue_ids)
    if not set(wanted.team_ids) <= set(services.known().team_ids):
        raise ApiError(ApiErrorCode.REQUEST_INVALID, "There is no such team.", path="$.team_ids")
    draft = ApiKey(
        key_id=services.new_id(),
        name=wanted.name,
        key_hash=b"",
        role=wanted.role,
        queue_ids=wanted.queue_ids,
        team_ids=wanted.team_ids,
        created_at_ms=0,
        created_by=call.principal.user_id,
    )
    token, key = await services.api_keys.make(draft)
    call.trail.object_kind, call.trail.object_id = ObjectKind.API_KEY, key.key_id
    call.trail.facts |= {"role": str(wanted.role), "queue_ids": wanted.queue_ids}
    return ApiKeyMade(_row(key, await services.names.read()), token)


@route(
    "DELETE",
    "/api/v1/api-keys/{key_id}",
    summary="Revoke a key for good",
    permission=Permission.MANAGE_INTEGRATIONS,
    scope=Scope.api_key(),
    status=204,
    audit=AuditAction.API_KEY_REVOKED,
)
async def revoke_key(call: Call[Services]) -> None:
    """It stays in the list."""
    await call.services.api_keys.revoke(call.parameters["key_id"])


ROUTES = (list_keys, make_key, revoke_key)


def check_queues(call: Call[Services], queue_ids: tuple[str, ...]) -> None:
    """Raise ApiError for one that the configuration does not have."""
    if not set(queue_ids) <= set(call.services.host.mirror.queues):
        raise ApiError(RefusalCode.QUEUE_UNKNOWN, "There is no such queue.", path="$.queue_ids")


def _row(key: ApiKey, names: dict[str, str]) -> ApiKeyRow:
    return ApiKeyRow(
        key_id=key.key_id,
        name=key.name,
        role=KeyRole(key.role),
        queue_ids=list(key.queue_ids),
        team_ids=list(key.team_ids),
        created_at_ms=key.created_at_ms,
        created_by=names.get(key.created_by, ""),
        last_used_at_ms=key.last_used_at_ms,
        revoked_at_ms=key.revoked_at_ms,
    )
