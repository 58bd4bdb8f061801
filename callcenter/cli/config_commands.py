"""`callcenter check-config` and `callcenter config`: a folder of YAML files against the rules, and into the store."""

import argparse
import asyncio
from collections import Counter
from collections.abc import Collection
from pathlib import Path

from callcenter.auth.audit import AuditAction
from callcenter.auth.people import agent_facts, is_working_agent
from callcenter.bootstrap.configuration import holder_of, store_configuration
from callcenter.cli.audit_command import on_record
from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import newest_configuration, on_store, signed_now, team_ids
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock
from callcenter.config_loader.compiling import routing_configuration
from callcenter.config_loader.differences import differences, effects
from callcenter.config_loader.in_use import in_use
from callcenter.config_loader.loader import ConfigError, Configuration, load_folder, of_stored
from callcenter.host.recovery import JournalDamaged, recover
from callcenter.storage.store import SqlStore
from routing.commands import PutAgent
from routing.ids import AgentId


def add(commands: Subcommands) -> None:
    """Declare the commands."""
    checking = commands.add_parser(
        "check-config",
        help="check a configuration folder; with --data-dir also against the people stored there",
    )
    checking.add_argument("folder", type=Path)
    add_data_dir(checking)
    checking.set_defaults(action=_check_config)
    group = commands.add_parser("config", help="configuration").add_subparsers(required=True)
    applying = group.add_parser("apply", help="check a folder and put it in force")
    applying.add_argument("folder", type=Path)
    add_data_dir(applying)
    applying.set_defaults(action=on_store(_config_apply))
    comparing = group.add_parser("diff", help="say what a folder would change; changes nothing")
    comparing.add_argument("folder", type=Path)
    add_data_dir(comparing)
    comparing.set_defaults(action=on_store(_config_diff))


def _check_config(parsed: argparse.Namespace) -> int:
    if parsed.data_dir is None:
        return _check(parsed.folder, None, ())

    async def with_people(opened: SqlStore, _parsed: argparse.Namespace) -> int:
        agents, teams = await _agents(opened), await team_ids(opened)
        return await asyncio.to_thread(_check, parsed.folder, agents, teams)

    return on_store(with_people)(parsed)


def _check(folder: Path, agents: list[PutAgent] | None, teams: Collection[str]) -> int:
    configuration = _loaded(folder, agents, teams)
    say(f"{folder} is correct (version {configuration.version[:12]}).")
    return 0


async def _config_apply(opened: SqlStore, parsed: argparse.Namespace) -> int:
    users = await opened.users.all()
    working = [one for one in users if is_working_agent(one)]
    configuration = _loaded(
        parsed.folder, [agent_facts(one) for one in working], await team_ids(opened)
    )
    newest = await opened.config_versions.newest()
    if newest is not None:
        holders = [holder_of(one) for one in working]
        before = of_stored(newest.document).document
        found = in_use(before, configuration.document, holders, {})
        if faults := [f"{parsed.folder}: {one.message} [{one.code}]" for one in found]:
            raise CommandError("\n".join(faults))
    await store_configuration(opened, configuration, signed_now())
    await on_record(
        opened,
        parsed,
        AuditAction.CONFIGURATION_APPLIED,
        object_kind="configuration",
        object_id=configuration.version,
    )
    say(
        f"Configuration {configuration.version[:12]} is stored; a running server applies it in 2 s."
    )
    return 0


async def _config_diff(opened: SqlStore, parsed: argparse.Namespace) -> int:
    users = await opened.users.all()
    agents = [agent_facts(user) for user in users if is_working_agent(user)]
    names = {AgentId(user.user_id): user.display_name for user in users}
    now_ms = Clock().now_ms()
    before = await newest_configuration(opened)
    after = _loaded(parsed.folder, agents, await team_ids(opened))
    try:
        recovered = await recover(opened.journal, settings_of(parsed).domain_id)
    except JournalDamaged as error:
        raise CommandError(str(error)) from error
    contacts = Counter(contact.queue_id for contact in recovered.state.contacts.values())
    old, new = (routing_configuration(one.document, one.version, now_ms) for one in (before, after))
    was, will_be = (one.document.model_dump(mode="json") for one in (before, after))
    concerns = effects(old, new, agents=agents, name_of=names.__getitem__, contacts=contacts)
    lines = [one.told() for one in differences(was, will_be)] + [one.told() for one in concerns]
    for line in lines or ["Nothing would change."]:
        say(line)
    return 0


def _loaded(folder: Path, agents: list[PutAgent] | None, teams: Collection[str]) -> Configuration:
    """The folder's configuration, its warnings printed."""
    try:
        configuration = load_folder(folder, Clock().now_ms(), agents, teams)
    except ConfigError as error:
        count = f"{len(error.faults)} faults\n" if len(error.faults) > 1 else ""
        raise CommandError(f"{count}{error}") from error
    for warning in configuration.warnings:
        say(warning)
    return configuration


async def _agents(opened: SqlStore) -> list[PutAgent]:
    """The facts of everybody who takes contacts."""
    return [agent_facts(one) for one in await opened.users.all() if is_working_agent(one)]
