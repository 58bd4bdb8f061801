"""`callcenter ivr`: play a flow in the terminal, draw it, make its sound files."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callcenter.cli.errors import CommandError
from callcenter.cli.making_prompts import FORMATS, PromptError, make_prompts, spoken_texts
from callcenter.cli.on_store import on_store, team_ids
from callcenter.cli.options import Subcommands, add_data_dir, say
from callcenter.clock import Clock
from callcenter.config_loader.day_kinds import DayKinds
from callcenter.config_loader.flows import flows_of
from callcenter.config_loader.loader import FLOWS, ConfigError, load_folder
from callcenter.config_loader.schema import Document
from callcenter.flows.trying import Kind, Shown, Trial
from callcenter.storage.store import SqlStore
from ivr.drawing import drawn
from ivr.values import language_of

DEFAULT_FOLDER = Path("config/demo")

_HELP = """\
Type keys or a text and Enter. Enter alone: wait until the time for it is over. +30: 30 seconds pass.
agent: an agent takes the contact. full: the queue does not take it. fail: what is asked fails. Ctrl-D: hang up."""


def add(commands: Subcommands) -> None:
    """Declare the commands."""
    group = commands.add_parser("ivr", help="flows").add_subparsers(required=True)
    trying = group.add_parser("try", help="go through a flow in the terminal", epilog=_HELP)
    _add_flow(trying)
    trying.add_argument("--language", choices=("en", "zh"), default="en")
    trying.add_argument(
        "--set", action="append", default=[], metavar="NAME=VALUE", help="a variable known before"
    )
    trying.add_argument("--at-ms", type=int, help="what time it is (UTC ms; default: now)")
    trying.set_defaults(action=_try)

    drawing = group.add_parser("draw", help="draw a flow as SVG")
    _add_flow(drawing)
    drawing.add_argument("--language", choices=("en", "zh"), default="en")
    drawing.add_argument("--out", type=Path, metavar="FILE.svg", help="default: standard output")
    drawing.set_defaults(action=_draw)

    making = group.add_parser(
        "prompts", help="make sound files of what flows and entry points say (espeak-ng, sox)"
    )
    making.add_argument(
        "--config", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER", help="default: config/demo"
    )
    add_data_dir(making)
    making.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    making.add_argument("--format", choices=sorted(FORMATS), default="wav")
    making.set_defaults(action=_prompts)


def _add_flow(parser: argparse.ArgumentParser) -> None:
    add_data_dir(parser)
    parser.add_argument("flow", help="its id in the configuration folder, or its file")
    parser.add_argument(
        "--config", type=Path, default=DEFAULT_FOLDER, metavar="FOLDER", help="default: config/demo"
    )


def _chosen(parsed: argparse.Namespace) -> tuple[Document, str]:
    """The configuration that is meant, and which of its flows. Raises CommandError."""
    folder, flow_id = parsed.config, parsed.flow
    file = Path(flow_id)
    if file.suffix == ".yaml":
        if file.parent.name != FLOWS:
            raise CommandError(
                f"{file}: a flow's file lies in the folder {FLOWS} of a configuration"
            )
        folder, flow_id = file.parent.parent, file.stem
    document = _loaded(folder, parsed)
    known = [one.id for one in document.flows]
    if flow_id not in known:
        raise CommandError(f"there is no flow {flow_id} in {folder}; there are: {', '.join(known)}")
    return document, flow_id


def _loaded(folder: Path, parsed: argparse.Namespace) -> Document:
    try:
        return load_folder(folder, Clock().now_ms(), team_ids=_team_ids(parsed)).document
    except ConfigError as error:
        raise CommandError(str(error)) from error


def _team_ids(parsed: argparse.Namespace) -> list[str]:
    """The teams there are beside those the folder names; none without a data directory."""
    found: list[str] = []

    async def read(opened: SqlStore, _parsed: argparse.Namespace) -> int:
        found.extend(await team_ids(opened))
        return 0

    if parsed.data_dir is not None:
        on_store(read)(parsed)
    return found


def _prompts(parsed: argparse.Namespace) -> int:
    texts = spoken_texts(_loaded(parsed.config, parsed))
    try:
        made = make_prompts(texts, parsed.out, parsed.format)
    except PromptError as error:
        raise CommandError(str(error)) from error
    say(f"{made} of {len(texts)} sound files were made in {parsed.out}; the others were there.")
    return 0


def _draw(parsed: argparse.Namespace) -> int:
    document, flow_id = _chosen(parsed)
    picture = drawn(flows_of(document.flows)[flow_id], language_of(parsed.language))
    if parsed.out is None:
        say(picture.rstrip())
        return 0
    try:
        parsed.out.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{parsed.out} cannot be written: {error.strerror}") from error
    return 0


def _try(parsed: argparse.Namespace) -> int:
    document, flow_id = _chosen(parsed)
    values: dict[str, bool | int | str] = {"channel": "voice"}
    for one in parsed.set:
        name, equals, value = one.partition("=")
        if not equals:
            raise CommandError(f"--set wants NAME=VALUE, not {one}")
        values[name] = value
    days = DayKinds(document.calendars)
    trial = Trial(flows_of(document.flows), days.kind, parsed.at_ms or Clock().now_ms())
    say(_HELP)
    trial.begin(flow_id, language=parsed.language, values=values)
    _play(trial)
    return 0


_TOLD: Final[dict[Kind, str]] = {
    Kind.HOURS: "{text}: {more}",
    Kind.CALL_BACK: "a call-back to {more} is promised for the queue {text}",
    Kind.QUEUE: "{at} waits in the queue {text}",
    Kind.RECORD: "{at} records a message for the queue {text}; type it, or fail",
    Kind.HAND_OVER: "{at} is handed over to {text}",
    Kind.PROFILE: "who is it? type NAME=VALUE ..., or Enter",
    Kind.REQUEST: "asks {text} with {more}; type NAME=VALUE ..., or fail",
    Kind.END: "{at} the end: {text}",
}


def _play(trial: Trial) -> None:
    """Until the flow ends, or nobody types any more."""
    typed, seen = _typed(), 0
    while True:
        for one in trial.shown[seen:]:
            _say(one)
        seen = len(trial.shown)
        if trial.asked is None:
            return
        trial.type(next(typed, None))


def _say(one: Shown) -> None:
    if one.kind is Kind.SAID:
        if one.text:
            say(f"({one.language}) {one.text}")
        for option in one.options:
            say(f"    {option.key}  {option.label}")
    elif one.kind is not Kind.TYPED:
        at = f"{one.at_ms / 1000:g} s"
        say(f"[{_TOLD[one.kind].format(text=one.text, more=one.more or None, at=at)}]")


def _typed() -> Iterator[str]:
    for line in sys.stdin:
        yield line.strip()
