"""People of the domain: what is a valid one, and creating, changing, disabling them.

Used by the API, by the command line and at start-up alike. A change is first a row in the store (the truth about
people) and then, for those who take contacts, a command to the engine. `roster_commands` makes the commands by
comparing the two, so it can be sent after any change, by any process, and again: after a crash between the two, at
the start; for a row that another process wrote, or whose command was refused or overtaken, at the next poll.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from typing import Final

import msgspec

from callcenter.auth.passwords import Passwords
from callcenter.auth.principal import Role
from callcenter.ports.errors import UsernameTaken
from callcenter.ports.people import User, Users
from callcenter.ports.versions import UNSIGNED, Authorship
from routing.commands import Command, PutAgent, RemoveAgent
from routing.ids import AgentId, QueueId, SiteId, SkillId, TeamId
from routing.limits import (
    AGENT_QUEUES_MAX,
    AGENT_SKILLS_MAX,
    CAPACITY_UNITS_MAX,
    LEVEL_MAX,
    LEVEL_MIN,
)
from routing.model import CapacityRule, Channel
from routing.state import Agent

USERNAME_PATTERN: Final = "^[a-z0-9._-]{2,32}$"
DISPLAY_NAME_LENGTH_MAX: Final = 80
PASSWORD_LENGTH_MIN: Final = 10
PASSWORD_LENGTH_MAX: Final = 200
PHONE_PATTERN: Final = "^[A-Za-z0-9+*#._:@/-]{0,64}$"
LANGUAGE_PATTERN: Final = "^[a-z]{2}(-[A-Za-z]{2,4})?$"


class PersonInvalid(Exception):
    """A value of a person that cannot be; `field` names it, the message is a plain sentence without the value."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


class PasswordRefused(PersonInvalid):
    """The password does not meet the rules."""

    def __init__(self, message: str) -> None:
        super().__init__("password", message)


class Known(msgspec.Struct, frozen=True):
    """What a person may refer to: the configuration's queues, teams, skills and sites."""

    queue_ids: Collection[str]
    team_ids: Collection[str]
    skill_ids: Collection[str] = ()
    site_ids: Collection[str] = ()


class NewPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to be created."""

    username: str
    display_name: str
    role: str
    team_id: str
    queue_ids: tuple[str, ...]
    watched_team_ids: tuple[str, ...] = ()
    chat_capacity: int = 3
    language: str = "en"
    skills: dict[str, int] = {}
    site: str = ""
    capacity: CapacityRule | None = None
    primary_queue_id: str = ""
    phone: str = ""


async def create(
    users: Users,
    passwords: Passwords,
    person: NewPerson,
    *,
    user_id: str,
    password: str,
    known: Known,
    author: Authorship = UNSIGNED,
) -> User:
    """Store a new user. Raises PersonInvalid, PasswordsBusy, UsernameTaken."""
    check_password(password, person.username)
    draft = User(
        user_id=user_id,
        username=person.username,
        display_name=person.display_name,
        role=person.role,
        team_id=TeamId(person.team_id),
        queue_ids=person.queue_ids,
        watched_team_ids=person.watched_team_ids,
        chat_capacity=person.chat_capacity,
        password_hash="",
        language=person.language,
        is_disabled=False,
        version=0,
        skills=person.skills,
        site=person.site,
        capacity=person.capacity,
        primary_queue_id=person.primary_queue_id,
        phone=person.phone,
    )
    check_person(draft, known)
    if await users.by_username(person.username) is not None:
        raise UsernameTaken(person.username)
    password_hash = await passwords.hash(password)
    return await users.put(msgspec.structs.replace(draft, password_hash=password_hash), author)


async def set_password(
    users: Users,
    passwords: Passwords,
    user: User,
    password: str,
    *,
    author: Authorship = UNSIGNED,
) -> User:
    """Give a user another password; the caller ends the sessions. Raises PasswordRefused, PasswordsBusy."""
    check_password(password, user.username)
    password_hash = await passwords.hash(password)
    # Hashing took a while: only the password may change, whatever else has changed meanwhile stays.
    newest = await users.get(user.user_id) or user
    return await users.put(msgspec.structs.replace(newest, password_hash=password_hash), author)


async def disable(users: Users, user: User, author: Authorship = UNSIGNED) -> User:
    """The user cannot log in any more; the caller ends the sessions."""
    return await users.put(msgspec.structs.replace(user, is_disabled=True), author)


def check_password(password: str, username: str) -> None:
    """Raise PasswordRefused unless the password is long enough and not the name."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX:
        raise PasswordRefused(
            f"A password has {PASSWORD_LENGTH_MIN} to {PASSWORD_LENGTH_MAX} characters."
        )
    if (
        username
        and username.casefold() in password.casefold()
        and len(password) < len(username) + 6
    ):
        raise PasswordRefused("A password must not be the user name with little added.")
    if len(set(password)) < 4:
        raise PasswordRefused("A password must not be a few characters repeated.")


def check_person(user: User, known: Known) -> None:
    """Raise PersonInvalid at the first value that cannot be."""
    if not re.fullmatch(USERNAME_PATTERN.strip("^$"), user.username, re.ASCII):
        raise PersonInvalid("username", "A user name has 2 to 32 of a-z, 0-9, '.', '_' and '-'.")
    if not is_display_name(user.display_name):
        raise PersonInvalid(
            "display_name",
            f"A display name has 1 to {DISPLAY_NAME_LENGTH_MAX} visible characters, no spaces around them.",
        )
    if user.role not in set(Role):
        raise PersonInvalid("role", "The role is agent, supervisor or admin.")
    if not re.fullmatch(LANGUAGE_PATTERN.strip("^$"), user.language, re.ASCII):
        raise PersonInvalid("language", "The language is a tag such as en or zh-CN.")
    if not 0 <= user.chat_capacity <= CAPACITY_UNITS_MAX:
        raise PersonInvalid("chat_capacity", f"The chat capacity is 0 to {CAPACITY_UNITS_MAX}.")
    if not re.fullmatch(PHONE_PATTERN.strip("^$"), user.phone, re.ASCII):
        raise PersonInvalid(
            "phone", "A phone is a number or an address of the phone system, up to 64 characters."
        )
    _check_capacity(user.capacity)
    _check_references(user, known)


def _check_capacity(capacity: CapacityRule | None) -> None:
    if capacity is None:
        return
    units = (capacity.total, *capacity.per_channel.values(), *capacity.weights.values())
    if min(units) < 0 or max(units) > CAPACITY_UNITS_MAX:
        raise PersonInvalid("capacity", f"Capacities are 0 to {CAPACITY_UNITS_MAX}.")


def is_display_name(name: str) -> bool:
    """Whether a name can be shown: not blank, no line breaks or control characters, not too long."""
    if not 1 <= len(name) <= DISPLAY_NAME_LENGTH_MAX or name != name.strip():
        return False
    return not any(
        unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp") for character in name
    )


def _check_references(user: User, known: Known) -> None:
    if user.team_id not in known.team_ids:
        raise PersonInvalid("team_id", "The configuration has no such team.")
    if len(user.queue_ids) > AGENT_QUEUES_MAX or len(set(user.queue_ids)) != len(user.queue_ids):
        raise PersonInvalid("queue_ids", f"At most {AGENT_QUEUES_MAX} queues, each once.")
    if not all(queue_id in known.queue_ids for queue_id in user.queue_ids):
        raise PersonInvalid("queue_ids", "The configuration has no such queue.")
    if user.primary_queue_id and user.primary_queue_id not in user.queue_ids:
        raise PersonInvalid("primary_queue_id", "The primary queue is one of the person's queues.")
    if not all(team_id in known.team_ids for team_id in user.watched_team_ids):
        raise PersonInvalid("watched_team_ids", "The configuration has no such team.")
    if len(user.skills) > AGENT_SKILLS_MAX:
        raise PersonInvalid("skills", f"At most {AGENT_SKILLS_MAX} skills.")
    if not all(skill_id in known.skill_ids for skill_id in user.skills):
        raise PersonInvalid("skills", "The configuration has no such skill.")
    if not all(LEVEL_MIN <= level <= LEVEL_MAX for level in user.skills.values()):
        raise PersonInvalid("skills", f"A skill has a level from {LEVEL_MIN} to {LEVEL_MAX}.")
    if user.site and user.site not in known.site_ids:
        raise PersonInvalid("site", "The configuration has no such site.")


def agent_facts(user: User) -> PutAgent:
    """What the engine must know of an agent."""
    chats_alone = CapacityRule(user.chat_capacity, {Channel.CHAT: user.chat_capacity})
    return PutAgent(
        agent_id=AgentId(user.user_id),
        team_id=user.team_id,
        queue_ids=tuple(QueueId(queue_id) for queue_id in user.queue_ids),
        capacity=_with_own_calls(user.capacity or chats_alone),
        skills={SkillId(skill_id): level for skill_id, level in user.skills.items()},
        primary_queue_id=QueueId(user.primary_queue_id) if user.primary_queue_id else None,
        site=SiteId(user.site),
    )


def _with_own_calls(capacity: CapacityRule) -> CapacityRule:
    """Whoever takes calls may place them; they weigh the same unless it is said otherwise."""
    places, weights = dict(capacity.per_channel), dict(capacity.weights)
    for rule in (places, weights):
        if Channel.VOICE in rule:
            rule.setdefault(Channel.OUTBOUND_VOICE, rule[Channel.VOICE])
    return CapacityRule(capacity.total, places, weights)


def is_working_agent(user: User) -> bool:
    """Whether the engine should know this user."""
    return user.role == Role.AGENT and not user.is_disabled


def roster_commands(
    users: Iterable[User], agents: dict[AgentId, Agent], queue_ids: Collection[QueueId]
) -> list[Command]:
    """What to tell the engine so that its agents are these users: nothing when they agree already.

    Looks only at the users given: an agent the engine knows and the list does not hold is left alone. A queue that
    the configuration has dropped is left out until it is back.
    """
    commands: list[Command] = []
    for user in users:
        agent = agents.get(AgentId(user.user_id))
        if not is_working_agent(user):
            if agent is not None and not agent.is_removed:
                commands.append(RemoveAgent(AgentId(user.user_id)))
            continue
        facts = agent_facts(user)
        there = tuple(queue_id for queue_id in facts.queue_ids if queue_id in queue_ids)
        first = facts.primary_queue_id if facts.primary_queue_id in there else None
        facts = msgspec.structs.replace(facts, queue_ids=there, primary_queue_id=first)
        if agent is None or agent.is_removed or _differs(agent, facts):
            commands.append(facts)
    return commands


def _differs(agent: Agent, facts: PutAgent) -> bool:
    return any(getattr(agent, name) != getattr(facts, name) for name in facts.__struct_fields__)
