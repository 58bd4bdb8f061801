"""`python -m tests.voice hangups|plug`: a real Asterisk, callers who leave at any instant, either side killed (docs/reliability.md).

Ends with status 1 when anything was cut, leaked, stuck or ended twice.
"""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from loadtests.rig.rootfs import RigError
from loadtests.server_process import run_drill
from tests.voice import hangups, plug

SHOWN_PROBLEMS = 20


def hang_up(asked: argparse.Namespace, where: Path) -> dict[str, Any]:
    """Callers who hang up at any instant."""
    plan = hangups.Plan(calls=asked.calls, agents=asked.agents, seed=asked.seed)
    return run_drill(hangups.play(plan, where))


def pull(asked: argparse.Namespace, where: Path) -> dict[str, Any]:
    """Either side killed."""
    return run_drill(plug.play(asked.talking, asked.waiting, where))


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.voice", description=__doc__)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", action="store_true", help="leave the data directory behind")
    drills = parser.add_subparsers(dest="drill", required=True)
    leaving = drills.add_parser("hangups")
    leaving.add_argument("--calls", type=int, default=1_000)
    leaving.add_argument("--agents", type=int, default=10)
    leaving.add_argument("--seed", type=int, default=1)
    leaving.set_defaults(play=hang_up)
    pulling = drills.add_parser("plug")
    pulling.add_argument("--talking", type=int, default=20)
    pulling.add_argument("--waiting", type=int, default=20)
    pulling.set_defaults(play=pull)
    asked = parser.parse_args()
    where = Path(tempfile.mkdtemp(prefix="voice-"))
    try:
        figures = asked.play(asked, where)
    except RigError as error:
        print(f"rig: {error}", file=sys.stderr)
        return 1
    finally:
        if not asked.keep:
            shutil.rmtree(where, ignore_errors=True)
    problems = figures["problems"]
    figures["problems"] = len(problems)
    text = json.dumps(figures, indent=2)
    print(text)
    for problem in problems[:SHOWN_PROBLEMS]:
        print(problem, file=sys.stderr)
    if asked.json is not None:
        asked.json.write_text(text + "\n", encoding="utf-8")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
