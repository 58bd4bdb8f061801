"""People, for administrators: add, change, disable, set a password.

People are rows of the store and not commands of the engine, so a repeat is told from a mix-up here: the id of
a new user is made from the caller's key, and a key used for another request is remembered while the process
lives. Setting the same fields again changes nothing.
"""

import hashlib

import msgspec
from msgspec import UNSET

from callcenter.auth import people
from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.auth.people import Known, NewPerson, PasswordRefused, PersonInvalid
from callcenter.auth.principal import Role
from callcenter.host.envelope import Envelope
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import USER_CHANGES_TOLD_MAX
from callcenter.ports.errors import ChangedMeanwhile, UsernameTaken
from callcenter.ports.people import User
from callcenter.ports.versions import Authorship
from callcenter.web.schemas import (
    CapacityFacts,
    NewPassword,
    NewUser,
    UserChange,
    UserRow,
    UsersView,
    UserView,
)
from callcenter.web.services import Services
from routing.ids import TeamId
from routing.model import CapacityRule


@route(
    "GET",
    "/api/v1/users",
    summary="Everybody",
    permission=Permission.MANAGE_PEOPLE,
    response=UsersView,
)
async def read_users(call: Call[Services]) -> UsersView:
    """By user name."""
    return UsersView([user_row(user) for user in await call.services.store.users.all()])


@route(
    "GET",
    "/api/v1/users/{user_id}",
    summary="One person",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.user(),
    response=UserView,
)
async def read_user(call: Call[Services]) -> UserView:
    """Without anything secret."""
    return UserView(user_row(await _user(call)))


@route(
    "POST",
    "/api/v1/users",
    summary="Add somebody",
    permission=Permission.MANAGE_PEOPLE,
    request=NewUser,
    response=UserView,
    status=201,
    is_idempotent=True,
    errors=(
        ApiErrorCode.USERNAME_TAKEN,
        ApiErrorCode.PASSWORD_REFUSED,
        ApiErrorCode.PERSON_INVALID,
        ApiErrorCode.LOGIN_BUSY,
    ),
    audit=AuditAction.PERSON_ADDED,
)
async def add_user(call: Call[Services]) -> UserView:
    """Store the person, then tell the engine about an agent."""
    services, wanted = call.services, call.body(NewUser)
    _check_key(call)
    user_id = _new_user_id(call)
    existing = await services.store.users.get(user_id)
    if existing is not None and existing.username != wanted.username:
        raise _key_reused()
    try:
        user = existing or await people.create(
            services.store.users,
            services.passwords,
            _person(wanted),
            user_id=user_id,
            password=wanted.password,
            known=services.known(),
            author=author_of(call),
        )
    except PersonInvalid as error:
        raise _refused(error) from error
    except UsernameTaken as error:
        raise ApiError(
            ApiErrorCode.USERNAME_TAKEN, "Somebody has this user name.", path="$.username"
        ) from error
    await _tell_engine(services, user)
    _remember_key(call)
    call.trail.object_kind, call.trail.object_id = ObjectKind.USER, user.user_id
    call.trail.facts |= {"role": user.role, "team_id": user.team_id}
    return UserView(user_row(user))


@route(
    "PATCH",
    "/api/v1/users/{user_id}",
    summary="Change, disable or enable somebody; being disabled ends the sessions",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.user(),
    request=UserChange,
    response=UserView,
    is_idempotent=True,
    errors=(
        ApiErrorCode.PERSON_INVALID,
        ApiErrorCode.NOT_YOURSELF,
        ApiErrorCode.CHANGED_MEANWHILE,
    ),
    audit=AuditAction.PERSON_CHANGED,
)
async def change_user(call: Call[Services]) -> UserView:
    """What is absent stays. An administrator cannot lock themself out."""
    services, wanted = call.services, call.body(UserChange)
    _check_key(call)
    user = await _user(call)
    changed = msgspec.structs.replace(user, **_changes(wanted))
    is_locked_out = changed.is_disabled or changed.role != Role.ADMIN
    if user.user_id == call.principal.user_id and is_locked_out:
        raise ApiError(
            ApiErrorCode.NOT_YOURSELF, "You cannot disable yourself or give up your own role."
        )
    check_or_refuse(changed, services.known())
    if changed != user:
        based_on = user.version if wanted.based_on is None else wanted.based_on
        changed = await store_change(call, changed, based_on)
    await follow_up(services, [changed])
    _remember_key(call)
    call.trail.facts |= {"fields": list(_changes(wanted))}
    return UserView(user_row(changed))


@route(
    "POST",
    "/api/v1/users/{user_id}/password",
    summary="Set a password; the user's sessions end",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.user(),
    request=NewPassword,
    status=204,
    errors=(ApiErrorCode.PASSWORD_REFUSED, ApiErrorCode.LOGIN_BUSY),
    audit=AuditAction.PASSWORD_SET,
)
async def set_password(call: Call[Services]) -> None:
    """The administrator's own password too; then the administrator logs in again."""
    services = call.services
    try:
        await people.set_password(
            services.store.users,
            services.passwords,
            await _user(call),
            call.body(NewPassword).password,
            author=author_of(call),
        )
    except PasswordRefused as error:
        raise _refused(error) from error
    await services.sessions.close_of_user(call.parameters["user_id"])


ROUTES = (read_users, read_user, add_user, change_user, set_password)


def user_row(user: User) -> UserRow:
    """A person without the password hash."""
    return UserRow(
        user_id=user.user_id,
        username=user.username,
        display_name=user.display_name,
        role=Role(user.role),
        team_id=user.team_id or None,
        queue_ids=list(user.queue_ids),
        watched_team_ids=list(user.watched_team_ids),
        language=user.language,
        chat_capacity=user.chat_capacity,
        is_disabled=user.is_disabled,
        skills=user.skills,
        site=user.site or None,
        capacity=None if user.capacity is None else _facts(user.capacity),
        primary_queue_id=user.primary_queue_id or None,
        phone=user.phone,
        version=user.version,
    )


def _new_user_id(call: Call[Services]) -> str:
    """The same key makes the same id, so that a repeat finds what the first time made."""
    if not call.digest:
        return call.services.new_id()
    return hashlib.sha256(f"user\0{call.command_id}".encode()).hexdigest()[:32]


def _person(wanted: NewUser) -> NewPerson:
    watched = wanted.watched_team_ids
    if watched is None:
        watched = [wanted.team_id] if wanted.role is Role.SUPERVISOR and wanted.team_id else []
    return NewPerson(
        username=wanted.username,
        display_name=wanted.display_name,
        role=wanted.role,
        team_id=wanted.team_id or "",
        queue_ids=tuple(wanted.queue_ids),
        watched_team_ids=tuple(watched),
        chat_capacity=wanted.chat_capacity,
        language=wanted.language,
        skills=wanted.skills,
        site=wanted.site or "",
        capacity=_rule(wanted.capacity),
        primary_queue_id=wanted.primary_queue_id or "",
        phone=wanted.phone,
    )


def _changes(wanted: UserChange) -> dict[str, object]:
    """Field -> new value in the store's types, of what is given."""
    names = [name for name in wanted.__struct_fields__ if name != "based_on"]
    given = {name: getattr(wanted, name) for name in names}
    changes = {name: value for name, value in given.items() if value is not UNSET}
    for name in ("queue_ids", "watched_team_ids"):
        if name in changes:
            changes[name] = tuple(changes[name])
    if "team_id" in changes:
        changes["team_id"] = TeamId(changes["team_id"] or "")
    for name in ("site", "primary_queue_id"):
        if name in changes:
            changes[name] = changes[name] or ""
    if wanted.capacity is not UNSET:
        changes["capacity"] = _rule(wanted.capacity)
    if "role" in changes:
        changes["role"] = str(changes["role"])
    return changes


def _facts(rule: CapacityRule) -> CapacityFacts:
    return CapacityFacts(rule.total, rule.per_channel, rule.weights)


def _rule(facts: CapacityFacts | None) -> CapacityRule | None:
    return None if facts is None else CapacityRule(facts.total, facts.per_channel, facts.weights)


async def _user(call: Call[Services]) -> User:
    user = await call.services.store.users.get(call.parameters["user_id"])
    if user is None:
        raise ApiError(ApiErrorCode.USER_UNKNOWN, "There is no such user.")
    return user


def author_of(call: Call[Services]) -> Authorship:
    """Who asks, now."""
    return Authorship(call.principal.user_id, call.services.now_ms())


def check_or_refuse(user: User, known: Known) -> None:
    """Raise ApiError at the first value that cannot be."""
    try:
        people.check_person(user, known)
    except PersonInvalid as error:
        raise _refused(error) from error


async def store_change(call: Call[Services], changed: User, based_on: int) -> User:
    """Store a changed person, unless somebody else has changed them since that version. Raises ApiError."""
    try:
        return await call.services.store.users.put(changed, author_of(call), based_on=based_on)
    except ChangedMeanwhile as error:
        raise await _changed_meanwhile(call.services, changed.user_id, based_on) from error


async def follow_up(services: Services, users: list[User]) -> None:
    """After the rows: the sessions of those who are disabled end, the engine learns the agents."""
    for user in users:
        if user.is_disabled:
            await services.sessions.close_of_user(user.user_id)
        else:
            await services.sessions.forget_user(user.user_id)
        await _tell_engine(services, user)


async def _changed_meanwhile(services: Services, user_id: str, based_on: int) -> ApiError:
    """Who was faster, and with what."""
    changes = await services.store.users.changes(user_id, limit=USER_CHANGES_TOLD_MAX)
    others = [one for one in changes if one.version > based_on]
    names = await services.names.read()
    who = dict.fromkeys(names.get(one.author.by, "the command line") for one in others)
    fields = dict.fromkeys(name for one in others for name in sorted(one.fields))
    message = (
        f"{', '.join(who) or 'Somebody'} has changed {', '.join(fields) or 'this person'} since you began: "
        "read it again and repeat your change."
    )
    return ApiError(ApiErrorCode.CHANGED_MEANWHILE, message, path="$.based_on")


async def _tell_engine(services: Services, user: User) -> None:
    """What of a person affects routing enters by command; the same is sent again by the shell's poll."""
    services.on_person(user)
    mirror = services.host.mirror
    for command in people.roster_commands([user], mirror.agents, mirror.queues):
        await services.host.submit(Envelope(command=command, command_id=services.new_id()))


def _refused(error: PersonInvalid) -> ApiError:
    is_password = isinstance(error, PasswordRefused)
    code = ApiErrorCode.PASSWORD_REFUSED if is_password else ApiErrorCode.PERSON_INVALID
    return ApiError(code, error.message, path=f"$.{error.field}")


def _check_key(call: Call[Services]) -> None:
    if call.digest and not call.services.used_keys.is_free(call.command_id, call.digest):
        raise _key_reused()


def _remember_key(call: Call[Services]) -> None:
    if call.digest:
        call.services.used_keys.remember(call.command_id, call.digest)


def _key_reused() -> ApiError:
    return ApiError(
        ApiErrorCode.IDEMPOTENCY_KEY_REUSED, "This Idempotency-Key was used for another request."
    )
