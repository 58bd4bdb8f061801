"""Log-in, log-out, and the own password."""

from collections.abc import Callable

from aiohttp import web

from callcenter.auth import people
from callcenter.auth.audit import AuditAction, Entry
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.auth.limits import SESSION_LIFETIME_MS
from callcenter.auth.people import PasswordRefused
from callcenter.auth.principal import Principal, Role
from callcenter.http.contract import SESSION_COOKIE, Call, Reply, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.ports.people import User
from callcenter.ports.versions import Authorship
from callcenter.web.schemas import LoggedIn, LogIn, OwnPassword, SessionUser
from callcenter.web.services import Services

LOGIN_FAILED_MESSAGE = "The user name or the password is wrong."


@route(
    "POST",
    "/api/v1/session",
    summary="Log in: answers with the cookie cc_session",
    permission=Permission.PUBLIC,
    request=LogIn,
    response=LoggedIn,
    errors=(
        ApiErrorCode.LOGIN_FAILED,
        ApiErrorCode.LOGIN_THROTTLED,
        ApiErrorCode.LOGIN_BUSY,
        ApiErrorCode.ORIGIN_REFUSED,
    ),
)
async def log_in(call: Call[Services]) -> Reply:
    """Check the password and open a session; another session of the same browser ends."""
    services, wanted = call.services, call.body(LogIn)
    user = await _checked_user(services, wanted, call.request.remote or "")
    if call.caller is not None:
        await services.sessions.close(call.caller)
    token, principal = await services.sessions.open(user)
    await _close_if_outdated(services, user, principal)
    await services.audit.record(
        Entry(
            action=AuditAction.LOGGED_IN,
            user_id=user.user_id,
            object_kind=ObjectKind.USER,
            object_id=user.user_id,
        )
    )
    return Reply(LoggedIn(session_user(principal)), adjust=_set_cookie(services, token))


@route(
    "GET",
    "/api/v1/session",
    summary="Who is logged in",
    permission=Permission.HOLD_SESSION,
    response=LoggedIn,
)
async def read_session(call: Call[Services]) -> LoggedIn:
    """The session's user."""
    return LoggedIn(session_user(call.principal))


@route(
    "DELETE",
    "/api/v1/session",
    summary="Log out: the session is over everywhere, its sockets close",
    permission=Permission.HOLD_SESSION,
    status=204,
    audit=AuditAction.LOGGED_OUT,
)
async def log_out(call: Call[Services]) -> Reply:
    """End the session and take the cookie back."""
    await call.services.sessions.close(call.principal)
    return Reply(adjust=lambda response: response.del_cookie(SESSION_COOKIE, path="/"))


@route(
    "POST",
    "/api/v1/session/password",
    summary="Change the own password; the user's other sessions end, this one goes on",
    permission=Permission.HOLD_SESSION,
    request=OwnPassword,
    status=204,
    errors=(
        ApiErrorCode.PASSWORD_WRONG,
        ApiErrorCode.PASSWORD_REFUSED,
        ApiErrorCode.LOGIN_THROTTLED,
        ApiErrorCode.LOGIN_BUSY,
    ),
    audit=AuditAction.PASSWORD_SET,
)
async def change_own_password(call: Call[Services]) -> None:
    """The old one is asked for, and guessing it is throttled as log-ins are: a desk may stand open."""
    services, wanted, principal = call.services, call.body(OwnPassword), call.principal
    call.trail.object_kind, call.trail.object_id = ObjectKind.USER, principal.user_id
    address = call.request.remote or ""
    async with services.throttle.attempt(f"own {principal.user_id}", address) as attempt:
        user = await services.store.users.get(principal.user_id)
        stored = None if user is None else user.password_hash
        attempt.is_successful = await services.passwords.verify(wanted.old_password, stored)
    if user is None or not attempt.is_successful:
        message = "The old password is wrong."
        raise ApiError(ApiErrorCode.PASSWORD_WRONG, message, path="$.old_password")
    author = Authorship(principal.user_id, services.now_ms())
    try:
        await people.set_password(
            services.store.users, services.passwords, user, wanted.new_password, author=author
        )
    except PasswordRefused as error:
        raise ApiError(
            ApiErrorCode.PASSWORD_REFUSED, error.message, path="$.new_password"
        ) from error
    await services.sessions.close_others(principal)


ROUTES = (log_in, read_session, log_out, change_own_password)


async def _checked_user(services: Services, wanted: LogIn, address: str) -> User:
    """The user whose password this is. Every refusal costs the same and is told the same."""
    username = wanted.username.casefold()
    async with services.throttle.attempt(username, address) as attempt:
        user = await services.store.users.by_username(username)
        stored = None if user is None or user.is_disabled else user.password_hash
        is_match = await services.passwords.verify(wanted.password, stored)
        if user is not None and is_match:
            attempt.is_successful = True
            return user
    if user is not None:
        failed = Entry(
            action=AuditAction.LOGIN_FAILED,
            user_id="",
            object_kind=ObjectKind.USER,
            object_id=user.user_id,
            facts={"is_disabled": user.is_disabled},
        )
        await services.audit.record(failed)
    raise ApiError(ApiErrorCode.LOGIN_FAILED, LOGIN_FAILED_MESSAGE)


async def _close_if_outdated(services: Services, user: User, opened: Principal) -> None:
    """Checking a password takes a while: the user may have been disabled or given another one meanwhile.

    Whoever does that changes the row first and ends the sessions then, so either they end this one too, or the
    change is seen here.
    """
    newest = await services.store.users.get(user.user_id)
    is_same = newest is not None and newest.password_hash == user.password_hash
    if newest is None or newest.is_disabled or not is_same:
        await services.sessions.close(opened)
        raise ApiError(ApiErrorCode.LOGIN_FAILED, LOGIN_FAILED_MESSAGE)


def session_user(principal: Principal) -> SessionUser:
    """The principal as its owner sees it."""
    return SessionUser(
        user_id=principal.user_id,
        username=principal.username,
        display_name=principal.display_name,
        role=Role(principal.role),
        team_id=principal.team_id or None,
        queue_ids=sorted(principal.queue_ids),
        language=principal.language,
        site=principal.site,
    )


def _set_cookie(services: Services, token: str) -> Callable[[web.Response], None]:
    def adjust(response: web.Response) -> None:
        response.set_cookie(
            SESSION_COOKIE,
            token,
            path="/",
            max_age=SESSION_LIFETIME_MS // 1000,
            httponly=True,
            secure=services.is_https,
            samesite="Strict",
        )

    return adjust
