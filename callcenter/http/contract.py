"""Routes as declarations: what is read, what is answered, who may, which object, what can go wrong.

`@route(...)` turns a handler into a `Route`, a value. A handler module lists its routes in a tuple, the app's
builder puts the tuples together and `mount` hangs them into aiohttp; nothing registers itself by being
imported. The same values make the OpenAPI document and the generated authorisation tests, so a route cannot
exist without a permission, a schema and a place in the tests.

Order of a request, each step before the next: session, Origin, role, object, idempotency key, body, handler.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec
from aiohttp import web

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.auth.principal import Principal
from callcenter.http.errors import ErrorCode
from callcenter.http.limits import BODY_BYTES_MAX

S = TypeVar("S")
T = TypeVar("T")

SESSION_COOKIE = "cc_session"
FILE_TYPE = "application/octet-stream"
"""The content type of a body that is a file."""
REQUEST_ID = web.RequestKey("request_id", str)


class Scope(msgspec.Struct, frozen=True):
    """The object a path names: its kind, and the path parameter that holds its id."""

    kind: ObjectKind
    parameter: str

    @classmethod
    def offer(cls, parameter: str = "offer_id") -> "Scope":
        """The path names an offer."""
        return cls(ObjectKind.OFFER, parameter)

    @classmethod
    def contact(cls, parameter: str = "contact_id") -> "Scope":
        """The path names a contact."""
        return cls(ObjectKind.CONTACT, parameter)

    @classmethod
    def queue(cls, parameter: str = "queue_id") -> "Scope":
        """The path names a queue."""
        return cls(ObjectKind.QUEUE, parameter)

    @classmethod
    def agent(cls, parameter: str = "agent_id") -> "Scope":
        """The path names an agent."""
        return cls(ObjectKind.AGENT, parameter)

    @classmethod
    def user(cls, parameter: str = "user_id") -> "Scope":
        """The path names a user."""
        return cls(ObjectKind.USER, parameter)

    @classmethod
    def team(cls, parameter: str = "team_id") -> "Scope":
        """The path names a team."""
        return cls(ObjectKind.TEAM, parameter)

    @classmethod
    def api_key(cls, parameter: str = "key_id") -> "Scope":
        """The path names another program's key."""
        return cls(ObjectKind.API_KEY, parameter)

    @classmethod
    def subscription(cls, parameter: str = "subscription_id") -> "Scope":
        """The path names a subscription."""
        return cls(ObjectKind.SUBSCRIPTION, parameter)

    @classmethod
    def call_back(cls, parameter: str = "call_back_id") -> "Scope":
        """The path names a call-back."""
        return cls(ObjectKind.CALL_BACK, parameter)

    @classmethod
    def case(cls, parameter: str = "case_id") -> "Scope":
        """The path names a case."""
        return cls(ObjectKind.CASE, parameter)

    @classmethod
    def lead(cls, parameter: str = "lead_id") -> "Scope":
        """The path names a lead."""
        return cls(ObjectKind.LEAD, parameter)

    @classmethod
    def article(cls, parameter: str = "article_id") -> "Scope":
        """The path names an article."""
        return cls(ObjectKind.ARTICLE, parameter)

    @classmethod
    def article_question(cls, parameter: str = "question_id") -> "Scope":
        """The path names a question without an answer."""
        return cls(ObjectKind.ARTICLE_QUESTION, parameter)

    @classmethod
    def campaign(cls, parameter: str = "campaign_id") -> "Scope":
        """The path names a campaign."""
        return cls(ObjectKind.CAMPAIGN, parameter)

    @classmethod
    def profile(cls, parameter: str = "customer_key") -> "Scope":
        """The path names a customer's profile."""
        return cls(ObjectKind.PROFILE, parameter)


@dataclass(slots=True)
class Trail:
    """What a handler adds to the audit record of its call; the path's object stands in it anyhow.

    `is_silent`: this call needs no record. `facts` hold no personal data.
    """

    object_kind: str = ""
    object_id: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    is_silent: bool = False


@dataclass(frozen=True, slots=True)
class Call(Generic[S]):
    """One request as a handler sees it: decoded, authenticated, authorised.

    `file` is the body of a route that takes one. `digest` is empty when the caller sent no key: then nothing can be repeated and nothing needs comparing.
    """

    services: S
    request: web.Request
    request_id: str
    caller: Principal | None
    parameters: dict[str, str]
    idempotency_key: str
    digest: bytes
    trail: Trail = field(default_factory=Trail)
    file: bytes = b""
    _body: Any = None
    _query: Any = None

    @property
    def principal(self) -> Principal:
        """Who asks. A route that is not public always has one."""
        if self.caller is None:
            raise LookupError("a public route asked for its principal")
        return self.caller

    @property
    def command_id(self) -> str:
        """The caller's key, scoped to the caller: nobody can probe or collide with another's keys."""
        return f"{self.principal.user_id}:{self.idempotency_key}"

    def body(self, kind: type[T]) -> T:
        """The decoded body; `kind` is the route's request type."""
        return _as(self._body, kind)

    def query(self, kind: type[T]) -> T:
        """The decoded query string; `kind` is the route's query type."""
        return _as(self._query, kind)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that needs more than its body: another header, a cookie."""

    body: msgspec.Struct | None = None
    headers: dict[str, str] = field(default_factory=dict)
    adjust: Callable[[web.Response], None] | None = None


Answer: TypeAlias = msgspec.Struct | Reply | None
Handler: TypeAlias = Callable[[Call[S]], Awaitable[Answer]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route(Generic[S]):
    """One operation of the API, whole."""

    method: str
    path: str
    name: str
    summary: str
    permission: Permission
    handler: Handler[S]
    request: type[msgspec.Struct] | None = None
    query: type[msgspec.Struct] | None = None
    response: type[msgspec.Struct] | None = None
    status: int = 200
    scope: Scope | None = None
    is_idempotent: bool = False
    is_cross_origin: bool = False
    is_newcomer: bool = False
    body_bytes_max: int = BODY_BYTES_MAX
    file_bytes_max: int = 0
    errors: tuple[ErrorCode, ...] = ()
    audit: AuditAction | None = None


def route(
    method: str,
    path: str,
    *,
    summary: str,
    permission: Permission,
    request: type[msgspec.Struct] | None = None,
    query: type[msgspec.Struct] | None = None,
    response: type[msgspec.Struct] | None = None,
    status: int = 200,
    scope: Scope | None = None,
    is_idempotent: bool = False,
    is_cross_origin: bool = False,
    is_newcomer: bool = False,
    body_bytes_max: int = BODY_BYTES_MAX,
    file_bytes_max: int = 0,
    errors: Iterable[ErrorCode] = (),
    audit: AuditAction | None = None,
) -> Callable[[Handler[S]], Route[S]]:
    """Declare a route. The decorated name becomes the `Route`; call its `handler` to call the function.

    `is_cross_origin`: other sites' pages may call it; the log-in cookie is then ignored. `is_newcomer`: under more
    load than the process can carry it is refused first, before it costs anything. `file_bytes_max`: the body is a file as
    it is, of at most so many bytes, and no JSON. `errors`: codes beyond
    those that follow from the declaration itself. `audit`: a call that succeeds is recorded under this name before
    it is answered.
    """
    if scope is not None and f"{{{scope.parameter}}}" not in path:
        raise ValueError(
            f"{method} {path}: the scope's parameter {scope.parameter!r} is not in the path"
        )

    def declare(handler: Handler[S]) -> Route[S]:
        return Route(
            method=method,
            path=path,
            name=getattr(handler, "__name__", path),
            summary=summary,
            permission=permission,
            handler=handler,
            request=request,
            query=query,
            response=response,
            status=status,
            scope=scope,
            is_idempotent=is_idempotent,
            is_cross_origin=is_cross_origin,
            is_newcomer=is_newcomer,
            body_bytes_max=body_bytes_max,
            file_bytes_max=file_bytes_max,
            errors=tuple(errors),
            audit=audit,
        )

    return declare


def _as(value: object, kind: type[T]) -> T:
    if not isinstance(value, kind):
        raise TypeError(
            f"the route declares {type(value).__name__}, the handler reads {kind.__name__}"
        )
    return value
