"""People many at a time, and what was changed about one of them."""

from collections.abc import Sequence

import msgspec

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import Permission
from callcenter.auth.people_csv import Table, read_table, write_table
from callcenter.auth.principal import Role
from callcenter.http.contract import Call, Scope, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import PEOPLE_IMPORT_BYTES_MAX, USER_CHANGES_TOLD_MAX
from callcenter.ports.errors import ChangedMeanwhile, UsernameTaken
from callcenter.ports.people import User
from callcenter.ports.versions import TeamChange, UserChange
from callcenter.web.schemas import Request, Seq, Skills
from callcenter.web.services import Services
from callcenter.web.user_routes import author_of, check_or_refuse, follow_up, store_change
from routing.errors import RefusalCode


class FieldChange(msgspec.Struct, frozen=True):
    """A field of a person, before and after, as JSON text; both empty for a password, before for somebody new."""

    field: str
    before: str
    after: str


class PersonChange(msgspec.Struct, frozen=True):
    """One change: when, by whom ("" for the command line), and what."""

    version: int
    at_ms: int
    by_name: str
    fields: list[FieldChange]


class PersonChanges(msgspec.Struct, frozen=True):
    """The newest changes of a person, newest first."""

    changes: list[PersonChange]


class PeopleTable(msgspec.Struct, frozen=True):
    """Everybody as CSV: lists are separated by spaces, `'` before a cell that a spreadsheet would take for a formula."""

    csv: str


class PeopleImport(Request, frozen=True):
    """A table like the one that is exported; columns that are not there stay. `is_trial`: only say what it would do."""

    csv: str
    is_trial: bool = False


class ImportProblem(msgspec.Struct, frozen=True):
    """What is wrong in a line; `column` is empty when it is the whole line."""

    line: int
    column: str
    message: str


class PeopleImported(msgspec.Struct, frozen=True):
    """What the table does, by user name. With problems nothing is stored, and nothing at a trial."""

    added: list[str]
    changed: list[str]
    unchanged: int
    problems: list[ImportProblem]
    is_stored: bool


class AgentSkills(msgspec.Struct, frozen=True):
    """Skill id -> level from 1 to 10; `version` is what a change is based on."""

    skills: dict[str, int]
    version: int


class SkillsChange(Request, frozen=True):
    """All skills with their levels; `based_on` is the version the change started from."""

    skills: Skills
    based_on: Seq


@route(
    "GET",
    "/api/v1/users/{user_id}/changes",
    summary="What was changed about somebody, by whom",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.user(),
    response=PersonChanges,
)
async def read_user_changes(call: Call[Services]) -> PersonChanges:
    """The newest hundred."""
    services = call.services
    found = await services.store.users.changes(
        call.parameters["user_id"], limit=USER_CHANGES_TOLD_MAX
    )
    return await told(services, found)


@route(
    "GET",
    "/api/v1/people",
    summary="Everybody as CSV",
    permission=Permission.MANAGE_PEOPLE,
    response=PeopleTable,
    audit=AuditAction.PEOPLE_EXPORTED,
)
async def export_people(call: Call[Services]) -> PeopleTable:
    """What `import` takes."""
    users = await call.services.store.users.all()
    call.trail.facts |= {"people": len(users)}
    return PeopleTable(write_table(users))


@route(
    "POST",
    "/api/v1/people",
    summary="Add and change people from CSV: all of them, or with any problem none",
    permission=Permission.MANAGE_PEOPLE,
    request=PeopleImport,
    response=PeopleImported,
    body_bytes_max=PEOPLE_IMPORT_BYTES_MAX,
    errors=(
        ApiErrorCode.USERNAME_TAKEN,
        ApiErrorCode.CHANGED_MEANWHILE,
        ApiErrorCode.NOT_YOURSELF,
    ),
    audit=AuditAction.PEOPLE_IMPORTED,
)
async def import_people(call: Call[Services]) -> PeopleImported:
    """The same table again changes nothing. Whoever is new can log in once a password is set."""
    services, wanted = call.services, call.body(PeopleImport)
    everybody = await services.store.users.all()
    table = read_table(wanted.csv, everybody, services.known(), services.new_id)
    for user in table.users:
        is_locked_out = user.is_disabled or user.role != Role.ADMIN
        if user.user_id == call.principal.user_id and is_locked_out:
            message = "You cannot disable yourself or give up your own role."
            raise ApiError(ApiErrorCode.NOT_YOURSELF, message, path="$.csv")
    if table.problems or wanted.is_trial:
        call.trail.is_silent = True
        return _told(table, is_stored=False)
    try:
        stored = await services.store.users.put_all(table.users, author_of(call))
    except UsernameTaken as error:
        message = "Somebody was added under one of these user names meanwhile: import it again."
        raise ApiError(ApiErrorCode.USERNAME_TAKEN, message, path="$.csv") from error
    except ChangedMeanwhile as error:
        message = "Somebody has changed one of these people meanwhile: import it again."
        raise ApiError(ApiErrorCode.CHANGED_MEANWHILE, message, path="$.csv") from error
    await follow_up(services, stored)
    told = _told(table, is_stored=True)
    call.trail.facts |= {"added": len(told.added), "changed": len(told.changed)}
    return told


@route(
    "GET",
    "/api/v1/agents/{agent_id}/skills",
    summary="What an agent can do, and how well",
    permission=Permission.SUPERVISE_AGENT,
    scope=Scope.agent(),
    response=AgentSkills,
)
async def read_skills(call: Call[Services]) -> AgentSkills:
    """With the version a change is based on."""
    user = await _agent(call)
    return AgentSkills(user.skills, user.version)


@route(
    "PUT",
    "/api/v1/agents/{agent_id}/skills",
    summary="Change an agent's skills; who waits for them is matched at once",
    permission=Permission.SUPERVISE_AGENT,
    scope=Scope.agent(),
    request=SkillsChange,
    response=AgentSkills,
    errors=(ApiErrorCode.PERSON_INVALID, ApiErrorCode.CHANGED_MEANWHILE),
    audit=AuditAction.PERSON_CHANGED,
)
async def put_skills(call: Call[Services]) -> AgentSkills:
    """All of them: a skill that is not named is gone."""
    services, wanted = call.services, call.body(SkillsChange)
    user = await _agent(call)
    changed = msgspec.structs.replace(user, skills=wanted.skills)
    check_or_refuse(changed, services.known())
    if changed != user:
        changed = await store_change(call, changed, wanted.based_on)
    await follow_up(services, [changed])
    call.trail.facts |= {"fields": ["skills"]}
    return AgentSkills(changed.skills, changed.version)


ROUTES = (read_user_changes, export_people, import_people, read_skills, put_skills)


async def _agent(call: Call[Services]) -> User:
    user = await call.services.store.users.get(call.parameters["agent_id"])
    if user is None:
        raise ApiError(RefusalCode.AGENT_UNKNOWN, "There is no such agent.", path="$.agent_id")
    return user


def _told(table: Table, *, is_stored: bool) -> PeopleImported:
    return PeopleImported(
        added=[one.username for one in table.users if not one.version],
        changed=[one.username for one in table.users if one.version],
        unchanged=table.unchanged,
        problems=[ImportProblem(one.line, one.column, one.message) for one in table.problems],
        is_stored=is_stored,
    )


async def told(services: Services, found: Sequence[UserChange | TeamChange]) -> PersonChanges:
    """Changes with the names of who made them."""
    names = await services.names.read()
    return PersonChanges(
        [
            PersonChange(
                one.version,
                one.author.at_ms,
                names.get(one.author.by, ""),
                [FieldChange(name, *values) for name, values in one.fields.items()],
            )
            for one in found
        ]
    )
