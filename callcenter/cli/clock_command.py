"""`callcenter clock`: lead a demo's clock ahead."""

import argparse
import re
from datetime import UTC, datetime
from typing import Final

from callcenter.bootstrap.demo_clock import DemoClockRefused, advance
from callcenter.cli.errors import CommandError
from callcenter.cli.options import Subcommands, add_data_dir, say, settings_of
from callcenter.clock import Clock

_UNITS_MS: Final = {"d": 86_400_000, "h": 3_600_000, "min": 60_000, "s": 1_000}
_PART: Final = r"(\d{1,5})(d|h|min|s)"


def add(commands: Subcommands) -> None:
    """Declare the command."""
    clock = commands.add_parser("clock", help="a demo's clock").add_subparsers(required=True)
    parser = clock.add_parser(
        "advance", help="lead it ahead, e.g. by 2d or 1d12h; a running server follows at once"
    )
    parser.add_argument("by", type=duration_ms, help="so much: d, h, min and s")
    add_data_dir(parser)
    parser.set_defaults(action=_advance)


def duration_ms(text: str) -> int:
    """`2d`, `1d12h`, `90min` in milliseconds."""
    if not re.fullmatch(f"(?:{_PART})+", text):
        raise argparse.ArgumentTypeError(f"{text} is no duration: write 2d, 1d12h or 90min")
    return sum(int(count) * _UNITS_MS[unit] for count, unit in re.findall(_PART, text))


def _advance(parsed: argparse.Namespace) -> int:
    try:
        ahead_ms = advance(settings_of(parsed), parsed.by)
    except DemoClockRefused as error:
        raise CommandError(str(error)) from error
    except OSError as error:
        raise CommandError(f"the clock cannot be led: {error.strerror}") from error
    now = datetime.fromtimestamp((Clock().now_ms() + ahead_ms) / 1000, tz=UTC).astimezone()
    say(f"The demo's clock is {_said(ahead_ms)} ahead: {now:%A %Y-%m-%d %H:%M}.")
    return 0


def _said(for_ms: int) -> str:
    """As it may be typed."""
    parts, rest_ms = [], for_ms
    for unit, unit_ms in _UNITS_MS.items():
        count, rest_ms = divmod(rest_ms, unit_ms)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts) or "0s"
