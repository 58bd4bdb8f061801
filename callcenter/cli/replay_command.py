"""`callcenter replay`: the journal decided again, by the same rules or, with `--config`, by others."""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from callcenter.cli.errors import CommandError
from callcenter.cli.on_store import on_store, team_ids
from callcenter.cli.options import Subcommands, add_data_dir, say
from callcenter.clock import Clock
from callcenter.config_loader.compiling import routing_configuration
from callcenter.config_loader.loader import load_folder
from callcenter.host.recovery import DECODER
from callcenter.host.replay import Replayer
from callcenter.simulation.what_if.fates import Fates
from callcenter.simulation.what_if.observed import Observer
from callcenter.simulation.what_if.tell import compared, table
from callcenter.storage.store import SqlStore

PROGRESS_EVERY_S = 2.0


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "replay",
        help="decide the journal's inputs again and compare every decision",
        description="Without --config every decision must be the recorded one. With it: what this journal's"
        " customers and agents would have met under another configuration.",
    )
    add_data_dir(parser)
    parser.add_argument("--config", type=Path, metavar="DIR", help="another configuration folder")
    parser.add_argument("--json", action="store_true", help="with --config: print JSON")
    parser.add_argument(
        "--changes",
        type=int,
        metavar="N",
        help="with --config --json: tell no more than N of the contacts that changed",
    )
    parser.add_argument("--seed", type=int, default=1, help="with --config: of what is drawn")
    parser.add_argument("--service-level-s", type=float, default=20.0, metavar="S")
    parser.set_defaults(action=on_store(_replay))


class _Progress:
    """A line on standard error once in a while."""

    def __init__(self) -> None:
        self._clock = Clock()
        self._said_s = self.began_s = self._clock.monotonic_s()

    @property
    def elapsed_s(self) -> float:
        return max(self._clock.monotonic_s() - self.began_s, 0.001)

    def __call__(self, line: str) -> None:
        now_s = self._clock.monotonic_s()
        if now_s - self._said_s >= PROGRESS_EVERY_S:
            self._said_s = now_s
            print(line, file=sys.stderr, flush=True)


async def _replay(opened: SqlStore, parsed: argparse.Namespace) -> int:
    if parsed.config is not None:
        return await _what_if(opened, parsed)
    progress, replayer = _Progress(), Replayer()
    difference = None
    async for record in opened.journal.read(0):
        difference = replayer.follow(DECODER.decode(record.payload))
        if difference is not None:
            break
        if replayer.events % 1000 == 0:
            progress(f"  {replayer.events} events ...")
    difference = difference or replayer.finish()
    if difference is not None:
        raise CommandError(
            f"event {difference.seq} was {difference.recorded}, but decided again it is "
            f"{difference.decided}"
        )
    rate = replayer.events / progress.elapsed_s
    say(f"{replayer.events} events, every decision the same ({rate:.0f} events/s).")
    return 0


async def _what_if(opened: SqlStore, parsed: argparse.Namespace) -> int:
    loaded = load_folder(parsed.config, Clock().now_ms(), team_ids=await team_ids(opened))
    progress, observer, fates = _Progress(), Observer(), Fates()
    async for record in opened.journal.read(0):
        event = DECODER.decode(record.payload)
        observer.follow(event)
        fates.follow(event)
        if observer.observed.events % 1000 == 0:
            progress(f"  {observer.observed.events} events read ...")
    if not fates.of:
        raise CommandError("the journal holds no contacts: there is nothing to compare")
    observed = observer.finish()
    configuration = routing_configuration(loaded.document, loaded.version, observed.first_ms)
    said: dict[str, Any] = compared(
        observed,
        fates,
        configuration,
        seed=parsed.seed,
        service_level_s=parsed.service_level_s,
        progress=progress,
    )
    if parsed.json:
        said["changes"] = said["changes"][: parsed.changes]
        say(json.dumps(said, indent=2))
    else:
        say("\n".join(table(said)))
    return 0
