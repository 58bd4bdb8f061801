"""`callcenter import-trace`: a scenario and its trace from calls as another system wrote them down."""

import argparse
import json
from pathlib import Path

import msgspec

from callcenter.cli.errors import CommandError
from callcenter.cli.options import Subcommands, say
from callcenter.simulation.trace_import.calls import Imported, TraceError
from callcenter.simulation.trace_import.making import Wishes, make
from callcenter.simulation.trace_import.mapped_csv import Mapping, read_csv
from callcenter.simulation.trace_import.queue_log import QueueLogReader


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "import-trace",
        help="make a scenario for `simulate` from real calls",
        description="Reads Asterisk's queue_log, or with --map any CSV with one call in a row.",
    )
    parser.add_argument("source", type=Path, metavar="FILE")
    parser.add_argument("--map", type=Path, metavar="MAP.yaml", help="what the CSV's columns are")
    parser.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--seed", type=int, default=1, help="of the patience that is drawn")
    parser.add_argument("--service-level-s", type=float, default=20.0, metavar="S")
    parser.add_argument("--json", action="store_true", help="tell what was found as JSON")
    parser.set_defaults(action=_import)


def _import(parsed: argparse.Namespace) -> int:
    mapping = _mapping(parsed.map) if parsed.map is not None else None
    wishes = Wishes(
        seed=parsed.seed,
        service_level_s=parsed.service_level_s,
        credit_s=mapping.credit_s if mapping else {},
        priority=mapping.priority if mapping else {},
    )
    try:
        made = make(_read(parsed.source, mapping), wishes, "trace.csv")
        parsed.out.mkdir(parents=True, exist_ok=True)
        for name, text in (
            ("scenario.yaml", made.scenario_yaml),
            ("trace.csv", made.trace_csv),
            ("unused.csv", made.unused_csv),
        ):
            (parsed.out / name).write_text(text, encoding="utf-8")
    except TraceError as error:
        raise CommandError(f"{parsed.source}: {error}") from error
    except OSError as error:
        raise CommandError(str(error)) from error
    told = made.told
    if parsed.json:
        say(json.dumps(told, indent=2))
        return 0
    say(
        f"{told['calls']} calls of {told['rows']} rows, {told['agents']} agents: {parsed.out}/scenario.yaml"
    )
    for reason, count in told["unused"].items():
        say(f"  not used: {count} x {reason}")
    if told["unused"]:
        say(f"  each with its line: {parsed.out}/unused.csv")
    return 0


def _mapping(path: Path) -> Mapping:
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=Mapping)
    except (OSError, msgspec.MsgspecError) as error:
        raise CommandError(f"{path}: {error}") from error


def _read(path: Path, mapping: Mapping | None) -> Imported:
    try:
        with path.open(encoding="utf-8", newline="" if mapping else None) as lines:
            return QueueLogReader().read(lines) if mapping is None else read_csv(lines, mapping)
    except UnicodeDecodeError as error:
        raise TraceError(f"this is not text in UTF-8: {error}") from error
