"""The clock of a demo: led ahead from the command line, so that a story that takes days can be shown in minutes.

How far it is ahead stands in a file of the data directory: the server looks at it, and a restart begins with it. It is
refused where somebody outside would be told a time that is not theirs: with real phone systems and mail servers.
"""

import asyncio
import fcntl
import ipaddress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from callcenter.bootstrap.data_dir import write_private
from callcenter.clock import Clock
from callcenter.limits import CLOCK_AHEAD_MS_MAX
from callcenter.settings import PhoneSystem, Settings

FILE: Final = "demo-clock.json"
CODE: Final = "demo_clock_refused"


class DemoClockRefused(Exception):
    """The text says why, and what to do."""


class _Lead(msgspec.Struct, frozen=True):
    """What stands in the file."""

    ahead_ms: int


def begin(settings: Settings, clock: Clock) -> None:
    """Before anything reads the clock: lead it as far as it was before. Raises DemoClockRefused, OSError."""
    file = settings.data_dir / FILE
    ahead_ms = _read(file)
    if settings.clock == "wall":
        if ahead_ms:
            raise DemoClockRefused(
                f"{CODE}: the clock of {settings.data_dir} was led ahead for a demo, and time does not go back: "
                "start it with CC_CLOCK=demo (make run CLOCK=demo), or take another data directory"
            )
        file.unlink(missing_ok=True)
        return
    if outside := _outside(settings):
        raise DemoClockRefused(
            f"{CODE}: a demo's clock is for this machine alone, and {outside} would be told its time: "
            "start without CC_CLOCK=demo, or without that"
        )
    if ahead_ms is None:
        _write(file, 0)
    clock.lead(ahead_ms or 0)


def advance(settings: Settings, by_ms: int) -> int:
    """Lead the clock of a data directory further ahead; how far it is ahead now, in ms. Raises DemoClockRefused, OSError."""
    file = settings.data_dir / FILE
    if not file.exists():
        raise DemoClockRefused(
            f"{CODE}: {settings.data_dir} goes by the clock on the wall: "
            "start it with CC_CLOCK=demo (make run CLOCK=demo) first"
        )
    with (settings.data_dir / f"{FILE}.lock").open("a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ahead_ms = (_read(file) or 0) + by_ms
        if ahead_ms > CLOCK_AHEAD_MS_MAX:
            days = CLOCK_AHEAD_MS_MAX // 86_400_000
            raise DemoClockRefused(f"{CODE}: a demo's clock is at most {days} days ahead")
        _write(file, ahead_ms)
    return ahead_ms


async def follow(data_dir: Path, clock: Clock) -> None:
    """Lead the clock as far as the file says."""
    ahead_ms = await asyncio.to_thread(_read, data_dir / FILE)
    clock.lead(ahead_ms or 0)


def _outside(settings: Settings) -> str:
    """What reaches beyond this machine; "" for nothing."""
    hosts = {
        f"the address {settings.host}": settings.host,
        f"the mail server {settings.smtp_out_host}": settings.smtp_out_host,
    }
    if settings.smtp_listen_port is not None:
        hosts[f"mail at {settings.smtp_listen_host}"] = settings.smtp_listen_host
    for name, system in settings.telephony.items():
        if not isinstance(system, PhoneSystem):
            return f"the phone system {name} ({system.kind})"
        if system.control_url:
            hosts[f"the phone system {name}"] = urlsplit(system.control_url).hostname or ""
    return next((name for name, host in hosts.items() if not is_loopback(host)), "")


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine is there."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _read(file: Path) -> int | None:
    """None for no file. Raises DemoClockRefused for one that cannot be read."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=_Lead).ahead_ms
    except FileNotFoundError:
        return None
    except msgspec.MsgspecError as error:
        raise DemoClockRefused(f"{CODE}: {file} is damaged: remove it or mend it") from error


def _write(file: Path, ahead_ms: int) -> None:
    write_private(file, msgspec.json.encode(_Lead(ahead_ms)))
