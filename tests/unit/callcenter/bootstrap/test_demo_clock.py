"""A demo's clock: led ahead by a file, kept over a restart, refused where somebody outside would be told its time."""

import argparse
import asyncio
from pathlib import Path
from typing import Any

import pytest

from callcenter.bootstrap.demo_clock import DemoClockRefused, advance, begin, follow, is_loopback
from callcenter.cli.clock_command import duration_ms
from callcenter.clock import Clock
from callcenter.limits import CLOCK_AHEAD_MS_MAX
from callcenter.settings import Settings

DAY_MS = 86_400_000
KEY = "whsec_" + "a" * 32


def demo(data_dir: Path, **more: str | int | dict[str, Any]) -> Settings:
    return Settings.model_validate({"data_dir": data_dir, "clock": "demo", **more})


def test_it_is_led_ahead_and_a_restart_begins_there(tmp_path: Path) -> None:
    first, told = Clock(), []
    first.on_led(lambda: told.append(first.ahead_ms))
    begin(demo(tmp_path), first)
    assert first.ahead_ms == 0
    assert advance(demo(tmp_path), 2 * DAY_MS) == 2 * DAY_MS
    for _ in range(2):
        asyncio.run(follow(tmp_path, first))
    assert told == [2 * DAY_MS], "once for each time it is led"
    assert first.now_ms() - first.world_ms() == 2 * DAY_MS
    assert advance(demo(tmp_path), 3_600_000) == 2 * DAY_MS + 3_600_000

    second = Clock()
    begin(demo(tmp_path), second)
    assert second.ahead_ms == 2 * DAY_MS + 3_600_000
    with pytest.raises(DemoClockRefused, match="at most 366 days"):
        advance(demo(tmp_path), CLOCK_AHEAD_MS_MAX)


def test_time_does_not_go_back(tmp_path: Path) -> None:
    begin(demo(tmp_path), Clock())
    wall = Settings(data_dir=tmp_path)
    begin(wall, Clock())
    with pytest.raises(DemoClockRefused, match="goes by the clock on the wall"):
        advance(wall, DAY_MS)
    begin(demo(tmp_path), Clock())
    advance(demo(tmp_path), DAY_MS)
    with pytest.raises(DemoClockRefused, match="CC_CLOCK=demo"):
        begin(wall, Clock())
    clock = Clock()
    clock.lead(2)
    clock.lead(1)
    assert clock.ahead_ms == 2


def test_a_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    (tmp_path / "demo-clock.json").write_text("two days")
    with pytest.raises(DemoClockRefused, match=r"demo-clock\.json is damaged"):
        begin(demo(tmp_path), Clock())


ASTERISK = {"kind": "asterisk", "user": "u", "password": "p"}


@pytest.mark.parametrize(
    ("outside", "named"),
    [
        ({"telephony": {"office": ASTERISK}}, r"office \(asterisk\)"),
        (
            {"telephony": {"pbx": {"keys": [KEY], "control_url": "http://pbx.example:80"}}},
            "the phone system pbx",
        ),
        ({"smtp_out_host": "relay.example"}, "the mail server relay.example"),
        ({"smtp_listen_host": "0.0.0.0", "smtp_listen_port": 25}, "mail at 0.0.0.0"),  # noqa: S104 - refused
        ({"host": "10.0.0.1"}, "the address 10.0.0.1"),
    ],
)
def test_it_is_refused_with_real_channels(
    tmp_path: Path, outside: dict[str, Any], named: str
) -> None:
    with pytest.raises(DemoClockRefused, match=f"demo_clock_refused: .*{named}"):
        begin(demo(tmp_path, **outside), Clock())
    begin(Settings(data_dir=tmp_path, **outside), Clock())


def test_a_phone_system_of_this_machine_is_none(tmp_path: Path) -> None:
    here = {"demo": {"keys": [KEY], "control_url": "http://127.0.0.1:8090"}}
    begin(demo(tmp_path, telephony=here, smtp_listen_port=0), Clock())
    assert is_loopback("localhost")
    assert not is_loopback("relay.example")


@pytest.mark.parametrize(
    ("text", "for_ms"),
    [("2d", 2 * DAY_MS), ("1d12h", 129_600_000), ("90min", 5_400_000), ("5s", 5_000)],
)
def test_durations_are_typed_short(text: str, for_ms: int) -> None:
    assert duration_ms(text) == for_ms


@pytest.mark.parametrize("text", ["", "2", "2w", "-1d", "d", "1d 2h", "999999d"])
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="write 2d"):
        duration_ms(text)
