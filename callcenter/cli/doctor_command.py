"""`callcenter doctor`: whether everything a server needs is there; each line says what to do."""

import argparse
import asyncio
import os
import sys
from typing import TYPE_CHECKING, Final

import msgspec

from callcenter.bootstrap.doctor import DoctorCode, Finding, fine, looked_at_here, warn
from callcenter.bootstrap.doctor_outside import looked_at_outside
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.cli.settings_command import unknown_variables
from callcenter.clock import Clock
from callcenter.settings import Role, Settings

if TYPE_CHECKING:
    from callcenter.config_loader.schema import Document

_COLOURS: Final = {"ok": "\x1b[32m", "warn": "\x1b[33m", "fail": "\x1b[31m"}


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "doctor", help="whether settings, data, database, ports and phone systems are in order"
    )
    parser.add_argument("--role", choices=[role.value for role in Role], help="of this process")
    parser.add_argument("--json", action="store_true", help="for programs")
    add_data_dir(parser)
    parser.set_defaults(action=_doctor)


def _doctor(parsed: argparse.Namespace) -> int:
    settings = settings_of(parsed, ("data_dir", "role"))
    findings = asyncio.run(_findings(settings, is_told=not parsed.json))
    if parsed.json:
        say(msgspec.json.format(msgspec.json.encode(findings)).decode())
    counts = {level: sum(one.level == level for one in findings) for level in _COLOURS}
    if not parsed.json:
        say(f"{counts['ok']} in order, {counts['warn']} to look at, {counts['fail']} wrong.")
    return 1 if counts["fail"] else 0


async def _findings(settings: Settings, *, is_told: bool) -> list[Finding]:
    found: list[Finding] = []
    documents: list[Document] = []

    def note(finding: Finding) -> None:
        found.append(finding)
        if is_told:
            _tell(finding)

    for finding in _of_settings():
        note(finding)
    async for finding in looked_at_here(settings, Clock().now_ms(), documents.append):
        note(finding)
    document = documents[0] if documents else None
    async for finding in looked_at_outside(settings, document):
        note(finding)
    return found


def _of_settings() -> list[Finding]:
    unknown = unknown_variables(os.environ)
    if not unknown:
        return [fine("settings", "each is known, and of its type")]
    return [
        warn(
            DoctorCode.SETTING_UNKNOWN,
            "settings",
            f"{name} is no setting and has no effect",
            "callcenter settings lists all of them",
        )
        for name in unknown
    ]


def _tell(finding: Finding) -> None:
    mark = finding.level
    if sys.stdout.isatty():
        mark = f"{_COLOURS[mark]}{mark}\x1b[0m"
    pad = " " * (5 - len(finding.level))
    code = f" [{finding.code}]" if finding.code else ""
    say(f"{mark}{pad}{finding.what}: {finding.says}{code}")
    if finding.do:
        say(f"     -> {finding.do}")
