"""The audit log, for administrators: who did or read what. Reading it is on record too."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, route
from callcenter.ports.audit import AuditFilter, AuditRecord
from callcenter.web.schemas import Id, PageLength, Seq
from callcenter.web.services import Services

Instant = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class AuditQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which records: of whom, of what, when (ms since 1970, `until_ms` excluded). `before_no` of the page before."""

    user_id: Id | None = None
    action: AuditAction | None = None
    object_id: Id | None = None
    from_ms: Instant | None = None
    until_ms: Instant | None = None
    before_no: Seq | None = None
    limit: PageLength = 50


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """One record. `user_name` is "" for nobody; `user_id` starts with `cli:` for the command line."""

    audit_no: int
    at_ms: int
    user_id: str
    user_name: str
    action: str
    object_kind: str
    object_id: str
    object_name: str
    facts: dict[str, Any]


class AuditPage(msgspec.Struct, frozen=True):
    """Records, newest first; `next_before_no` is null at the end."""

    records: list[AuditRow]
    next_before_no: int | None


@route(
    "GET",
    "/api/v1/audit",
    summary="A part of the audit log, newest first",
    permission=Permission.READ_AUDIT,
    query=AuditQuery,
    response=AuditPage,
    audit=AuditAction.AUDIT_READ,
)
async def read_audit(call: Call[Services]) -> AuditPage:
    """One more is read than told, to know whether it goes on."""
    wanted, services = call.query(AuditQuery), call.services
    which = AuditFilter(
        user_id=wanted.user_id,
        action=wanted.action,
        object_id=wanted.object_id,
        from_ms=wanted.from_ms,
        until_ms=wanted.until_ms,
    )
    log = services.store.audit_log
    found = await log.page(which, before_no=wanted.before_no, limit=wanted.limit + 1)
    names = await services.names.read()
    rows = [_row(record, names) for record in found[: wanted.limit]]
    call.trail.facts |= {"of_user": wanted.user_id, "rows": len(rows)}
    return AuditPage(rows, rows[-1].audit_no if len(found) > wanted.limit else None)


ROUTES = (read_audit,)


def _row(record: AuditRecord, names: dict[str, str]) -> AuditRow:
    return AuditRow(
        audit_no=record.audit_no,
        at_ms=record.at_ms,
        user_id=record.user_id,
        user_name=names.get(record.user_id, ""),
        action=record.action,
        object_kind=record.object_kind,
        object_id=record.object_id,
        object_name=names.get(record.object_id, ""),
        facts=msgspec.json.decode(record.facts, type=dict[str, Any]),
    )
