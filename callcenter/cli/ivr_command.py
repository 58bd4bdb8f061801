"""`callcenter ivr`: play a flow in the terminal, draw it, make its sound files."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from callcenter.cli.errors import CommandError
from callcenter.cli.making_prompts import FORMATS, PromptError, make_prompts, spoken_texts
from callcenter.cli.options import Subcommands, say
from callcenter.clock import Clock
from callcenter.config_loader.day_kinds import DayKinds
from callcenter.config_loader.flows import flows_of
from callcenter.config_loader.loader import FLOWS, ConfigError, load_folder
from callcenter.config_loader.schema import Document
from ivr.drawing import drawn
from ivr.session import (
    Answered,
    Ask,
    AskHours,
    AskProfile,
    AskRequest,
    Collect,
    Enqueue,
    HandOver,
    Input,
    Passed,
    Reassure,
    Speak,
    Went,
)
from ivr.stepping import CONNECTED, TURNED_AWAY, begin, step
from ivr.values import language_of
from ivr.waiting import Outlook, told
from routing.expressions import Fact

DEFAULT_FOLDER = Path("config/demo")

_HELP = """\
Type keys or a text and Enter. Enter alone: wait until the time for it is over. +30: 30 seconds pass.
agent: an agent takes the contact. full: the queue does not take it. fail: what is asked fails. Ctrl-D: hang up."""

NOT_SPOKEN = (AskHours, AskProfile, AskRequest, Enqueue)

_OUTLOOK = Outlook(3, 90_000, 200_000)
"""What a customer of the terminal is told of the wait."""


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
    making.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    making.add_argument("--format", choices=sorted(FORMATS), default="wav")
    making.set_defaults(action=_prompts)


def _add_flow(parser: argparse.ArgumentParser) -> None:
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
    document = _loaded(folder)
    known = [one.id for one in document.flows]
    if flow_id not in known:
        raise CommandError(f"there is no flow {flow_id} in {folder}; there are: {', '.join(known)}")
    return document, flow_id


def _loaded(folder: Path) -> Document:
    try:
        return load_folder(folder, Clock().now_ms()).document
    except ConfigError as error:
        raise CommandError(str(error)) from error


def _prompts(parsed: argparse.Namespace) -> int:
    texts = spoken_texts(_loaded(parsed.config))
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
    values: dict[str, Fact] = {"channel": "voice"}
    for one in parsed.set:
        name, equals, value = one.partition("=")
        if not equals:
            raise CommandError(f"--set wants NAME=VALUE, not {one}")
        values[name] = value
    terminal = _Terminal(document, parsed.at_ms or Clock().now_ms())
    say(_HELP)
    terminal.play(flow_id, parsed.language, values)
    return 0


class _Terminal:
    """One customer, who types."""

    def __init__(self, document: Document, now_ms: int) -> None:
        self._flows = flows_of(document.flows)
        self._days = DayKinds(document.calendars)
        self._now_ms = now_ms
        self._began_ms = now_ms

    def play(self, flow_id: str, language: str, values: dict[str, Fact]) -> None:
        """Until the flow ends, or nobody types any more."""
        moved = begin(self._flows, flow_id, language=language, values=values, now_ms=self._now_ms)
        typed = _typed()
        while True:
            answer: Input | None = None
            for ask in moved.asks:
                self._show(ask)
                answer = self._at_once(ask) or answer
            session = moved.session
            if session.outcome is not None:
                say(f"[{self._clock()} the end: {session.outcome}]")
                return
            asked = session.asked
            if answer is None and asked is not None:
                answer = self._asked(asked, session.due_ms or self._now_ms, next(typed, None))
            moved = step(self._flows, session, answer or Passed(), self._now_ms)

    def _clock(self) -> str:
        return f"{(self._now_ms - self._began_ms) / 1000:g} s"

    def _at_once(self, ask: Ask) -> Answered | None:
        """What needs nobody to type."""
        if isinstance(ask, Speak):
            return Answered(ask.number)
        if isinstance(ask, AskHours):
            kind = self._days.kind(ask.calendar_id, self._now_ms)
            say(f"[{ask.calendar_id}: {kind}]")
            return Answered(ask.number, kind is not None, kind or "")
        return None

    def _asked(self, ask: Ask, due_ms: int, line: str | None) -> Input:
        """What a typed line means where the session is."""
        if line is None:
            return Went()
        if not line or (line.startswith("+") and line[1:].isdecimal()):
            later_ms = self._now_ms + int(line[1:] or 0) * 1000
            self._now_ms = later_ms if line else max(self._now_ms, due_ms)
            return Passed()
        if line == "fail":
            return Answered(ask.number, is_done=False)
        if isinstance(ask, Enqueue | HandOver):
            word = {"agent": CONNECTED, "full": TURNED_AWAY}.get(line)
            return Passed() if word is None else Answered(ask.number, value=word)
        values: dict[str, Fact] = {}
        if isinstance(ask, AskProfile | AskRequest):
            values.update(
                (name, value) for name, _, value in (one.partition("=") for one in line.split())
            )
        return Answered(ask.number, value=line, values=values)

    def _show(self, ask: Ask) -> None:
        prompt = None if isinstance(ask, NOT_SPOKEN) else ask.prompt
        if isinstance(ask, Reassure):
            prompt = told(ask.prompt, _OUTLOOK)
        if prompt:
            say(f"({prompt.language}) {prompt.text or f'[{prompt.file}]'}")
        if isinstance(ask, Collect):
            for option in ask.options:
                say(f"    {option.key}  {option.label}")
        elif isinstance(ask, Enqueue):
            say(f"[{self._clock()} waits in the queue {ask.queue_id}]")
        elif isinstance(ask, HandOver):
            say(f"[{self._clock()} is handed over to {ask.to}]")
        elif isinstance(ask, AskProfile):
            say("[who is it? type NAME=VALUE ..., or Enter]")
        elif isinstance(ask, AskRequest):
            say(f"[asks {ask.url} with {ask.sent}; type NAME=VALUE ..., or fail]")


def _typed() -> Iterator[str]:
    for line in sys.stdin:
        yield line.strip()
