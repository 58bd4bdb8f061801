"""`callcenter user`: people, beside the running server, which takes over a change within two seconds."""

import argparse
import getpass
import sys

import msgspec

from callcenter.auth import people
from callcenter.auth.audit import AuditAction
from callcenter.auth.authorise import ObjectKind
from callcenter.auth.passwords import Passwords, argon2id
from callcenter.bootstrap.configuration import known_of
from callcenter.cli.audit_command import on_record
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import (
    Work,
    create_person,
    new_person,
    newest_configuration,
    on_store,
    signed_now,
)
from callcenter.cli.options import Subcommands, add_data_dir, say
from callcenter.ports.people import User
from callcenter.storage.store import SqlStore
from routing.ids import TeamId
from routing.model import CapacityRule, Channel


def add(commands: Subcommands) -> None:
    """Declare the commands."""
    group = commands.add_parser("user", help="people").add_subparsers(required=True)
    adding = group.add_parser("add", help="add a person")
    adding.add_argument("username")
    adding.add_argument("--role", choices=["agent", "supervisor", "admin"], default="agent")
    adding.add_argument("--language", default="en")
    _add_facts(adding)
    _add_password(adding)
    _add_action(adding, _add_user)
    changing = group.add_parser("change", help="change what is given, leave the rest")
    changing.add_argument("username")
    _add_facts(changing)
    _add_action(changing, _change_user)
    resetting = group.add_parser("reset-password", help="set a new password; ends all sessions")
    resetting.add_argument("username")
    _add_password(resetting)
    _add_action(resetting, _reset_password)
    disabling = group.add_parser("disable", help="the person cannot log in; ends all sessions")
    disabling.add_argument("username")
    _add_action(disabling, _disable_user)


def _add_facts(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="display name (at first: the log-in name)")
    parser.add_argument("--team", help="team id (at first: the first there is)")
    parser.add_argument("--queues", help="queue ids, separated by commas")
    parser.add_argument("--watched-teams", help="teams a supervisor sees")
    parser.add_argument("--chat-capacity", type=int, help="chats at once (at first: 3)")
    parser.add_argument(
        "--capacity",
        help="contacts at once per channel and in total, such as chat=3,voice=1,total=3; instead of --chat-capacity",
    )
    parser.add_argument(
        "--weights", help="units one contact of a channel takes of the total, such as voice=3"
    )
    parser.add_argument("--primary-queue", help="queue id whose contacts go first; empty for none")
    parser.add_argument("--skills", help="skills and levels from 1 to 10, such as zh=9,en=4")
    parser.add_argument("--phone", help="what the phone system rings; empty for none")
    parser.add_argument("--site", help="site id; empty for none")


def _add_password(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--password-stdin", action="store_true", help="read the password from standard input"
    )


def _add_action(parser: argparse.ArgumentParser, work: Work) -> None:
    add_data_dir(parser)
    parser.set_defaults(action=on_store(work))


def _facts(parsed: argparse.Namespace) -> dict[str, object]:
    """Field -> value of what was given on the command line."""
    given = {
        "display_name": parsed.name,
        "team_id": None if parsed.team is None else TeamId(parsed.team),
        "queue_ids": None if parsed.queues is None else _listed(parsed.queues),
        "watched_team_ids": None if parsed.watched_teams is None else _listed(parsed.watched_teams),
        "chat_capacity": parsed.chat_capacity,
        "skills": None if parsed.skills is None else _numbers(parsed.skills, "--skills"),
        "site": parsed.site,
        "phone": parsed.phone,
        "capacity": None if parsed.capacity is None else _capacity(parsed.capacity, parsed.weights),
        "primary_queue_id": parsed.primary_queue,
    }
    return {name: value for name, value in given.items() if value is not None}


async def _add_user(opened: SqlStore, parsed: argparse.Namespace) -> int:
    configuration = await newest_configuration(opened)
    standard = await new_person(opened, parsed.username, parsed.role, configuration)
    queue_ids = () if parsed.queues is None else _listed(parsed.queues)
    facts = {"queue_ids": queue_ids, "language": parsed.language, **_facts(parsed)}
    person = msgspec.structs.replace(standard, **facts)
    user = await create_person(opened, person, _password(parsed), configuration)
    await _on_record(opened, parsed, AuditAction.PERSON_ADDED, user)
    say(f"Added {person.role} {person.username}.")
    return 0


async def _change_user(opened: SqlStore, parsed: argparse.Namespace) -> int:
    configuration = await newest_configuration(opened)
    user = await _user(opened, parsed.username)
    changed = msgspec.structs.replace(user, **_facts(parsed))
    people.check_person(changed, known_of(configuration.document, await opened.teams.all()))
    await opened.users.put(changed, signed_now())
    await _on_record(opened, parsed, AuditAction.PERSON_CHANGED, user)
    say(f"{user.username} is changed; a running server takes it over in 2 s.")
    return 0


async def _reset_password(opened: SqlStore, parsed: argparse.Namespace) -> int:
    user = await _user(opened, parsed.username)
    hasher, password = Passwords(argon2id()), _password(parsed)
    await people.set_password(opened.users, hasher, user, password, author=signed_now())
    ended = await opened.sessions.delete_of_user(user.user_id)
    await _on_record(opened, parsed, AuditAction.PASSWORD_SET, user)
    say(f"{user.username} has a new password; {ended} sessions ended.")
    return 0


async def _disable_user(opened: SqlStore, parsed: argparse.Namespace) -> int:
    user = await _user(opened, parsed.username)
    await people.disable(opened.users, user, signed_now())
    ended = await opened.sessions.delete_of_user(user.user_id)
    await _on_record(opened, parsed, AuditAction.PERSON_CHANGED, user)
    say(f"{user.username} is disabled; {ended} sessions ended.")
    return 0


async def _on_record(
    opened: SqlStore, parsed: argparse.Namespace, action: AuditAction, user: User
) -> None:
    await on_record(opened, parsed, action, object_kind=ObjectKind.USER, object_id=user.user_id)


async def _user(opened: SqlStore, username: str) -> User:
    user = await opened.users.by_username(username)
    if user is None:
        raise CommandError(f"there is no user {username}")
    return user


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _numbers(text: str, option: str) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for one in _listed(text):
        name, _, number = one.partition("=")
        if not (number.isascii() and number.isdigit()) or name in numbers:
            raise CommandError(f"{option}: {one} is not a name and its number, such as zh=9, once")
        numbers[name] = int(number)
    return numbers


def _capacity(text: str, weights_text: str | None) -> CapacityRule:
    """Without a total, all channels may be full at once."""
    numbers = _numbers(text, "--capacity")
    total = numbers.pop("total", sum(numbers.values()))
    weights = _numbers(weights_text or "", "--weights")
    unknown = [name for name in (*numbers, *weights) if name not in set(Channel)]
    if unknown:
        raise CommandError(f"--capacity: {unknown[0]} is none of {', '.join(Channel)}")
    return CapacityRule(
        total,
        {Channel(name): number for name, number in numbers.items()},
        {Channel(name): number for name, number in weights.items()},
    )


def _password(parsed: argparse.Namespace) -> str:
    if parsed.password_stdin:
        return sys.stdin.readline().rstrip("\n")
    return getpass.getpass("Password: ")
