"""Teams, for administrators: add, rename, fill, remove, and what was changed about one.

A team's row is its name. Who is in it and who supervises it are facts of people, so those are changed as people are:
rows with their history first, then what the engine must know of its agents, by command.
"""

from typing import Annotated

import msgspec
from msgspec import Meta

from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind, Permission
from callcenter.auth.principal import Role
from callcenter.http.contract import Call, Scope, route
from callcenter.http.decoding import NOT_BLANK
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import USER_CHANGES_TOLD_MAX
from callcenter.ports.errors import ChangedMeanwhile, TeamInUse
from callcenter.ports.people import User
from callcenter.ports.versions import Team
from callcenter.web.people_routes import PersonChanges, told
from callcenter.web.schemas import Id, LocalName, Request, Seq
from callcenter.web.services import Services
from callcenter.web.user_routes import author_of, follow_up
from routing.ids import TeamId

TeamIdText = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,31}$")]
Text = Annotated[str, Meta(min_length=1, max_length=200, pattern=NOT_BLANK)]
UserIds = Annotated[tuple[Id, ...], Meta(max_length=1_000)]


class TeamName(Request, frozen=True):
    """What a team is called, in both languages."""

    en: Text
    zh: Text


class NewTeam(Request, frozen=True):
    """A team to add; the id stays, the name can be changed."""

    team_id: TeamIdText
    name: TeamName


class TeamRenamed(Request, frozen=True):
    """Another name; `based_on` is the version the change started from."""

    name: TeamName
    based_on: Seq


class TeamRemoval(Request, frozen=True):
    """Which version is to go."""

    based_on: Seq


class TeamPeople(Request, frozen=True):
    """Who moves into the team, and which supervisors begin and cease to watch it; everybody else stays as they are."""

    joining_ids: UserIds = ()
    watching_ids: UserIds = ()
    ceasing_ids: UserIds = ()


class TeamPerson(msgspec.Struct, frozen=True):
    """Somebody in a team, or who supervises it."""

    user_id: str
    display_name: str
    role: Role
    is_disabled: bool


class TeamRow(msgspec.Struct, frozen=True):
    """A team with its people. `supervisors` watch it, whichever team they are in themselves."""

    team_id: str
    name: LocalName
    version: int
    members: list[TeamPerson]
    supervisors: list[TeamPerson]


class TeamsView(msgspec.Struct, frozen=True):
    """Every team, by id."""

    teams: list[TeamRow]


class TeamView(msgspec.Struct, frozen=True):
    """One team."""

    team: TeamRow


@route(
    "GET",
    "/api/v1/teams",
    summary="Every team with its people",
    permission=Permission.MANAGE_PEOPLE,
    response=TeamsView,
)
async def read_teams(call: Call[Services]) -> TeamsView:
    """By id."""
    store = call.services.store
    users = await store.users.all()
    return TeamsView([_row(team, users) for team in await store.teams.all()])


@route(
    "POST",
    "/api/v1/teams",
    summary="Add a team",
    permission=Permission.MANAGE_PEOPLE,
    request=NewTeam,
    response=TeamView,
    status=201,
    errors=(ApiErrorCode.TEAM_TAKEN,),
    audit=AuditAction.TEAM_ADDED,
)
async def add_team(call: Call[Services]) -> TeamView:
    """Nobody is in it at first. The same again changes nothing; the id of another team is refused."""
    services, wanted = call.services, call.body(NewTeam)
    draft = Team(wanted.team_id, wanted.name.en, wanted.name.zh)
    try:
        team = await services.store.teams.put(draft, author_of(call), based_on=0)
    except ChangedMeanwhile as error:
        team = await _team(call, wanted.team_id)
        if msgspec.structs.replace(team, version=0) != draft:
            message = "There is a team with this id: take another."
            raise ApiError(ApiErrorCode.TEAM_TAKEN, message, path="$.team_id") from error
    await services.team_book.follow()
    call.trail.object_kind, call.trail.object_id = ObjectKind.TEAM, team.team_id
    return TeamView(await _told(call, team))


@route(
    "PATCH",
    "/api/v1/teams/{team_id}",
    summary="Rename a team",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.team(),
    request=TeamRenamed,
    response=TeamView,
    errors=(ApiErrorCode.CHANGED_MEANWHILE,),
    audit=AuditAction.TEAM_CHANGED,
)
async def rename_team(call: Call[Services]) -> TeamView:
    """The name it has changes nothing."""
    services, wanted = call.services, call.body(TeamRenamed)
    team = await _team(call, call.parameters["team_id"])
    named = msgspec.structs.replace(team, en=wanted.name.en, zh=wanted.name.zh)
    if named != team:
        try:
            team = await services.store.teams.put(named, author_of(call), based_on=wanted.based_on)
        except ChangedMeanwhile as error:
            raise await _changed_meanwhile(call, wanted.based_on) from error
        await services.team_book.follow()
    call.trail.facts |= {"fields": ["name"]}
    return TeamView(await _told(call, team))


@route(
    "PUT",
    "/api/v1/teams/{team_id}/people",
    summary="Move people into a team, and say who supervises it",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.team(),
    request=TeamPeople,
    response=TeamView,
    errors=(ApiErrorCode.USER_UNKNOWN, ApiErrorCode.PERSON_INVALID, ApiErrorCode.CHANGED_MEANWHILE),
    audit=AuditAction.TEAM_CHANGED,
)
async def put_team_people(call: Call[Services]) -> TeamView:
    """All of them or none. Everybody is in one team: who joins this one leaves another."""
    services, wanted = call.services, call.body(TeamPeople)
    team = await _team(call, call.parameters["team_id"])
    before = {user.user_id: user for user in await services.store.users.all()}
    after = dict(before)
    for name in ("joining_ids", "watching_ids", "ceasing_ids"):
        for number, user_id in enumerate(getattr(wanted, name)):
            path = f"$.{name}[{number}]"
            if user_id not in after:
                raise ApiError(ApiErrorCode.USER_UNKNOWN, "There is no such user.", path=path)
            after[user_id] = _moved(after[user_id], team.team_id, name, path)
    changed = [user for user_id, user in after.items() if user != before[user_id]]
    try:
        stored = await services.store.users.put_all(changed, author_of(call))
    except ChangedMeanwhile as error:
        message = "Somebody has changed one of these people meanwhile: read them again."
        raise ApiError(ApiErrorCode.CHANGED_MEANWHILE, message) from error
    await follow_up(services, stored)
    call.trail.facts |= {
        name: list(getattr(wanted, name)) for name in ("joining_ids", "watching_ids", "ceasing_ids")
    }
    return TeamView(await _told(call, team))


@route(
    "DELETE",
    "/api/v1/teams/{team_id}",
    summary="Remove a team that nobody is in",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.team(),
    query=TeamRemoval,
    status=204,
    errors=(ApiErrorCode.TEAM_IN_USE, ApiErrorCode.CHANGED_MEANWHILE),
    audit=AuditAction.TEAM_REMOVED,
)
async def remove_team(call: Call[Services]) -> None:
    """Refused while anybody is in it or watches it, or a queue's step asks it; the refusal names them."""
    services, wanted = call.services, call.query(TeamRemoval)
    team = await _team(call, call.parameters["team_id"])
    row = await _told(call, team)
    stored = await services.configuration_editor.stored()
    queues = [] if stored is None else _queues_that_ask(bytes(stored.document), team.team_id)
    if row.members or row.supervisors or queues:
        raise ApiError(ApiErrorCode.TEAM_IN_USE, _in_use(row, queues))
    try:
        await services.store.teams.remove(team.team_id, author_of(call), based_on=wanted.based_on)
    except ChangedMeanwhile as error:
        raise await _changed_meanwhile(call, wanted.based_on) from error
    except TeamInUse as error:
        raise ApiError(ApiErrorCode.TEAM_IN_USE, "Somebody has just joined this team.") from error
    await services.team_book.follow()


@route(
    "GET",
    "/api/v1/teams/{team_id}/changes",
    summary="What was changed about a team's name, by whom",
    permission=Permission.MANAGE_PEOPLE,
    scope=Scope.team(),
    response=PersonChanges,
)
async def read_team_changes(call: Call[Services]) -> PersonChanges:
    """The newest hundred."""
    services = call.services
    found = await services.store.teams.changes(
        call.parameters["team_id"], limit=USER_CHANGES_TOLD_MAX
    )
    return await told(services, found)


ROUTES = (read_teams, add_team, rename_team, put_team_people, remove_team, read_team_changes)


def _moved(user: User, team_id: str, how: str, path: str) -> User:
    if how == "joining_ids":
        return msgspec.structs.replace(user, team_id=TeamId(team_id))
    if user.role == Role.AGENT and how == "watching_ids":
        message = (
            f"{user.display_name} is an agent: only supervisors and administrators watch a team."
        )
        raise ApiError(ApiErrorCode.PERSON_INVALID, message, path=path)
    others = tuple(one for one in user.watched_team_ids if one != team_id)
    watched = (*others, team_id) if how == "watching_ids" else others
    return msgspec.structs.replace(user, watched_team_ids=watched)


async def _team(call: Call[Services], team_id: str) -> Team:
    team = await call.services.store.teams.get(team_id)
    if team is None:
        raise ApiError(ApiErrorCode.TEAM_UNKNOWN, "There is no such team.")
    return team


async def _told(call: Call[Services], team: Team) -> TeamRow:
    return _row(team, await call.services.store.users.all())


def _row(team: Team, users: list[User]) -> TeamRow:
    return TeamRow(
        team.team_id,
        LocalName(team.en, team.zh),
        team.version,
        [_person(user) for user in users if user.team_id == team.team_id],
        [_person(user) for user in users if team.team_id in user.watched_team_ids],
    )


def _person(user: User) -> TeamPerson:
    return TeamPerson(user.user_id, user.display_name, Role(user.role), user.is_disabled)


def _queues_that_ask(document: bytes, team_id: str) -> list[str]:
    """Queues of the newest configuration with a step that asks this team."""
    queues = msgspec.json.decode(document)["queues"]
    return [
        queue["id"] for queue in queues if any(step["team"] == team_id for step in queue["steps"])
    ]


def _in_use(row: TeamRow, queues: list[str]) -> str:
    """Who and what holds the team, in one sentence."""
    parts = [
        (f"in it: {_listed(row.members)}", row.members),
        (f"supervised by: {_listed(row.supervisors)}", row.supervisors),
        (f"asked by the queues: {', '.join(queues)}", queues),
    ]
    return f"The team cannot go ({'; '.join(text for text, any_ in parts if any_)})."


def _listed(people: list[TeamPerson]) -> str:
    return ", ".join(one.display_name for one in people)


async def _changed_meanwhile(call: Call[Services], based_on: int) -> ApiError:
    """Who was faster."""
    services = call.services
    changes = await services.store.teams.changes(
        call.parameters["team_id"], limit=USER_CHANGES_TOLD_MAX
    )
    names = await services.names.read()
    who = [names.get(one.author.by, "") for one in changes if one.version > based_on]
    by = ", ".join(dict.fromkeys(name for name in who if name)) or "Somebody"
    message = f"{by} has changed this team since you began: read it again and repeat your change."
    return ApiError(ApiErrorCode.CHANGED_MEANWHILE, message, path="$.based_on")
