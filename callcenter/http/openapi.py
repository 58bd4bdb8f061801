"""The OpenAPI 3.1 document, made from the declared routes and the types they name.

Nothing in it is written by hand, so it cannot differ from what the server does: schemas are msgspec's of the
very types that decode and encode, error responses follow from each declaration. The same routes always make the
same bytes.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from callcenter.auth.authorise import GRANTS, Permission
from callcenter.auth.principal import KeyRole
from callcenter.http.contract import FILE_TYPE, SESSION_COOKIE, Route
from callcenter.http.errors import ApiErrorCode, ErrorBody, ErrorCode, status_of
from callcenter.http.limits import IDEMPOTENCY_KEY_LENGTH_MAX, PATH_ID_LENGTH_MAX
from callcenter.http.serving import OBJECT_UNKNOWN

_REF = "#/components/schemas/{name}"
_ERROR_REF = {"$ref": "#/components/schemas/ErrorBody"}


def document(routes: Iterable[Route[Any]], frames: Mapping[str, Any]) -> dict[str, Any]:
    """The whole document. `frames`: name -> type of what sockets speak; they stand among the components."""
    declared = sorted(routes, key=lambda each: (each.path, each.method))
    types = [
        t for each in declared for t in (each.request, each.response, each.query) if t is not None
    ]
    named = list(dict.fromkeys(types))
    schemas, components = msgspec.json.schema_components(
        [*named, ErrorBody, *frames.values()], ref_template=_REF
    )
    schema_of = dict(zip(named, schemas, strict=False))
    for name, schema in zip(frames, schemas[len(named) + 1 :], strict=True):
        components[name] = schema
    # A default that is a tuple is an array like any other.
    components = msgspec.json.decode(msgspec.json.encode(components))
    paths: dict[str, Any] = {}
    for each in declared:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(
            each, schema_of, components
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "callcenter",
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
                "key": {"type": "http", "scheme": "bearer"},
            },
        },
    }


def errors_of(each: Route[Any]) -> list[ErrorCode]:
    """Every code a route can answer with, those that follow from its declaration included."""
    codes: list[ErrorCode] = [
        *each.errors,
        ApiErrorCode.INTERNAL_ERROR,
        ApiErrorCode.STORAGE_UNAVAILABLE,
        ApiErrorCode.ROUTING_PAUSED,
    ]
    if each.permission is not Permission.PUBLIC:
        codes += [
            ApiErrorCode.SESSION_MISSING,
            ApiErrorCode.API_KEY_INVALID,
            ApiErrorCode.FORBIDDEN,
        ]
        if each.method != "GET":
            codes.append(ApiErrorCode.ORIGIN_REFUSED)
    if each.scope is not None:
        codes.append(OBJECT_UNKNOWN[each.scope.kind][0])
    if each.query is not None:
        codes.append(ApiErrorCode.REQUEST_INVALID)
    if each.is_idempotent:
        codes += [
            ApiErrorCode.IDEMPOTENCY_KEY_INVALID,
            ApiErrorCode.IDEMPOTENCY_KEY_REUSED,
            ApiErrorCode.OVERLOADED,
        ]
    if each.request is not None or each.file_bytes_max:
        codes += [
            ApiErrorCode.CONTENT_TYPE_UNSUPPORTED,
            ApiErrorCode.BODY_TOO_LARGE,
            ApiErrorCode.REQUEST_TIMEOUT,
        ]
    if each.request is not None:
        codes += [
            ApiErrorCode.JSON_INVALID,
            ApiErrorCode.REQUEST_INVALID,
            ApiErrorCode.NESTED_TOO_DEEP,
        ]
    return sorted(set(codes))


def _operation(
    each: Route[Any], schema_of: Mapping[Any, Any], components: Mapping[str, Any]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": each.name,
        "summary": each.summary,
        "x-permission": str(each.permission),
        "parameters": _parameters(each, schema_of, components),
        "responses": _responses(each, schema_of),
        "security": _security(each),
    }
    if each.request is not None:
        operation["requestBody"] = {"required": True, "content": _json(schema_of[each.request])}
    if each.file_bytes_max:
        content = {FILE_TYPE: {"schema": {"type": "string", "format": "binary"}}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _security(each: Route[Any]) -> list[dict[str, list[str]]]:
    """With which of the two a call may succeed."""
    if each.permission is Permission.PUBLIC:
        return []
    is_for_programs = any(each.permission in GRANTS[role] for role in KeyRole)
    return [{"session": []}, {"key": []}] if is_for_programs else [{"session": []}]


def _parameters(
    each: Route[Any], schema_of: Mapping[Any, Any], components: Mapping[str, Any]
) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in each.path.split("/") if part.startswith("{")]
    id_schema = {"type": "string", "minLength": 1, "maxLength": PATH_ID_LENGTH_MAX}
    found = [{"name": name, "in": "path", "required": True, "schema": id_schema} for name in names]
    if each.query is not None:
        fields = components[schema_of[each.query]["$ref"].rpartition("/")[2]]
        for name, schema in fields["properties"].items():
            is_required = name in fields.get("required", [])
            found.append(
                {"name": name, "in": "query", "required": is_required, "schema": _given(schema)}
            )
    if each.is_idempotent:
        # Spaces at the ends would not survive the way through HTTP.
        pattern = f"^[!-~]([ -~]{{0,{IDEMPOTENCY_KEY_LENGTH_MAX - 2}}}[!-~])?$"
        schema = {"type": "string", "pattern": pattern}
        found.append(
            {"name": "Idempotency-Key", "in": "header", "required": False, "schema": schema}
        )
    return found


def _given(schema: Mapping[str, Any]) -> dict[str, Any]:
    """A query parameter's schema: absent is how a query string says null."""
    given = {key: value for key, value in schema.items() if key != "anyOf"}
    for option in schema.get("anyOf", ()):
        if option != {"type": "null"}:
            given.update(option)
    if given.get("default", 0) is None:
        del given["default"]
    return given


def _responses(each: Route[Any], schema_of: Mapping[Any, Any]) -> dict[str, Any]:
    success: dict[str, Any] = {"description": each.summary}
    if each.response is not None:
        success["content"] = _json(schema_of[each.response])
    by_status: dict[int, list[str]] = {}
    for code in errors_of(each):
        by_status.setdefault(status_of(code), []).append(str(code))
    responses = {str(each.status): success}
    for status, codes in sorted(by_status.items()):
        response: dict[str, Any] = {"description": ", ".join(codes), "content": _json(_ERROR_REF)}
        if status in (429, 503):
            response["headers"] = {"Retry-After": {"schema": {"type": "integer", "minimum": 0}}}
        responses[str(status)] = response
    return responses


def _json(schema: object) -> dict[str, Any]:
    return {"application/json": {"schema": schema}}
