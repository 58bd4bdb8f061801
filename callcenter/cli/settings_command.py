"""`callcenter settings`: every setting of the process, what it is now, and where that comes from.

docs/settings.md is what `--markdown` prints; a test keeps them equal.
"""

import argparse
import ast
import inspect
import json
import os
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import msgspec
from pydantic_core import PydanticUndefined

from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.settings import Settings

PREFIX: Final = "CC_"
_SECRET: Final = frozenset(
    {"database_url", "redis_url", "smtp_out_password", "telephony", "demo_password"}
)
"""Settings that hold passwords or keys: their values are not shown."""

_SHOWN_DEFAULTS: Final = {
    "console_dir": "inside the installation",
    "demo_config_dir": "inside the installation",
}


class Described(msgspec.Struct, frozen=True):
    """One setting. `default` as it is written in the environment."""

    name: str
    variable: str
    default: str
    meaning: str


def add(commands: Subcommands) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "settings", help="every CC_ setting: its value and where it is from"
    )
    parser.add_argument("--markdown", action="store_true", help="the reference, as in the docs")
    add_data_dir(parser)
    parser.set_defaults(action=_settings)


def described() -> list[Described]:
    """All of them, in the order they are declared."""
    meanings = _meanings()
    return [
        Described(name, PREFIX + name.upper(), _default_of(name), meanings[name])
        for name in Settings.model_fields
    ]


def unknown_variables(environment: Iterable[str]) -> list[str]:
    """Variables that look like settings and are none: a slip of the pen has no effect."""
    known = {one.variable for one in described()}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


def markdown() -> str:
    """The table of the reference."""
    lines = ["| variable | default | meaning |", "|---|---|---|"]
    for one in described():
        default = f"`{one.default}`" if one.name not in _SHOWN_DEFAULTS else one.default
        meaning = one.meaning.replace("|", "\\|")
        lines.append(f"| `{one.variable}` | {default if one.default else 'empty'} | {meaning} |")
    return "\n".join(lines)


def _settings(parsed: argparse.Namespace) -> int:
    if parsed.markdown:
        say(markdown())
        return 0
    settings = settings_of(parsed)
    for one in described():
        if parsed.data_dir is not None and one.name == "data_dir":
            source = "flag"
        else:
            source = "environment" if one.variable in os.environ else "default"
        value = _written(getattr(settings, one.name))
        if one.name in _SECRET and value not in {"", "{}"}:
            value = "(set, not shown)"
        say(f"{one.variable:<28} {source:<12} {value}")
    for name in unknown_variables(os.environ):
        say(f"{name:<28} {'unknown':<12} it is no setting and has no effect")
    return 0


def _default_of(name: str) -> str:
    if name in _SHOWN_DEFAULTS:
        return _SHOWN_DEFAULTS[name]
    default = Settings.model_fields[name].default
    return "" if default is PydanticUndefined else _written(default)


def _written(value: Any) -> str:  # noqa: ANN401 - of any setting
    """As it is written in the environment."""
    if value is None:
        return ""
    if isinstance(value, (str, int, Path)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, frozenset):
        return json.dumps(sorted(value))
    if isinstance(value, dict):
        return "{}" if not value else json.dumps(sorted(value))
    return json.dumps(value)


def _meanings() -> dict[str, str]:
    """By name: the text below each setting in its module."""
    module = inspect.getsource(inspect.getmodule(Settings) or Settings)
    classes = [node for node in ast.parse(module).body if isinstance(node, ast.ClassDef)]
    body = next(node for node in classes if node.name == Settings.__name__).body
    found = {}
    for statement, after in pairwise(body):
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[statement.target.id] = " ".join(str(after.value.value).split())
    return found
