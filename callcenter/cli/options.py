"""Flags that several commands share, and the settings they lead to."""

import argparse
import contextlib
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias

from pydantic import ValidationError

from callcenter.cli.errors import CommandError
from callcenter.settings import Settings

Subcommands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001 - it has no public name
"""What `add_subparsers` returns."""


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """`--data-dir`, which every command takes."""
    parser.add_argument(
        "--data-dir", help="where the data lives (CC_DATA_DIR; default: ./var)", default=None
    )


def settings_of(parsed: argparse.Namespace, names: Sequence[str] = ("data_dir",)) -> Settings:
    """Settings from the environment, overruled by the flags given. Raises CommandError."""
    given: dict[str, Any] = {name: getattr(parsed, name, None) for name in names}
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        faults = [
            f"setting {'.'.join(str(part) for part in one['loc'])}: {one['msg']}"
            for one in error.errors()
        ]
        raise CommandError("; ".join(faults)) from error


def say(line: str) -> None:
    """Print a line for a person, at once."""
    with contextlib.suppress(OSError):  # the disk it is written to may be full
        print(line, file=sys.stdout, flush=True)
