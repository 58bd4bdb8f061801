"""The command line: `callcenter COMMAND`. Every error is one plain line and a non-zero exit."""

import argparse
import sys
from collections.abc import Sequence

from callcenter import VERSION
from callcenter.cli import (
    admin_commands,
    audit_command,
    backup_command,
    bench_command,
    campaign_command,
    clock_command,
    config_commands,
    doctor_command,
    erase_command,
    explain_command,
    import_articles_command,
    import_profiles_command,
    ivr_command,
    replay_command,
    run_command,
    settings_command,
    simulate_command,
    trace_command,
    user_commands,
)
from callcenter.cli.errors import CommandError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    parser = argparse.ArgumentParser(prog="callcenter", description=__doc__)
    parser.add_argument("--version", action="version", version=f"callcenter {VERSION}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    run_command.add(commands)
    clock_command.add(commands)
    admin_commands.add(commands)
    audit_command.add(commands)
    backup_command.add(commands)
    user_commands.add(commands)
    config_commands.add(commands)
    doctor_command.add(commands)
    explain_command.add(commands)
    erase_command.add(commands)
    import_profiles_command.add(commands)
    campaign_command.add(commands)
    import_articles_command.add(commands)
    ivr_command.add(commands)
    bench_command.add(commands)
    settings_command.add(commands)
    simulate_command.add(commands)
    replay_command.add(commands)
    trace_command.add(commands)
    parsed = parser.parse_args(arguments)
    try:
        code: int = parsed.action(parsed)
    except CommandError as error:
        print(f"callcenter: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return code
