"""Callers and agents' phones, played by sipp: one process serves any number of either.

A scenario's times and digits are filled in before it starts, since sipp takes no variable where they stand.
"""

import contextlib
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from loadtests.rig.rootfs import RigError
from loadtests.server_process import free_port

SCENARIOS: Final = Path(__file__).with_name("scenarios")
START_S: Final = 20
STOP_S: Final = 5


def is_bound(port: int) -> bool:
    """Whether somebody has this UDP port; looked up, because whoever tries it has it for a moment."""
    ports = Path("/proc/net/udp").read_text(encoding="ascii").splitlines()[1:]
    return any(line.split()[1].endswith(f":{port:04X}") for line in ports)


class Sipp:
    """One process with one scenario; ends with the block it is used in."""

    def __init__(
        self,
        scenario: str,
        *arguments: str,
        port: int = 0,
        audio_port: int = 0,
        digit: str = "1",
        after_ms: int = 1_500,
        **times_ms: int,
    ) -> None:
        """`times_ms`: `ring`, `talk`, `wait` of the scenario. `audio_port`: where its audio is sent to."""
        if not shutil.which("sipp"):
            raise RigError("missing on this machine: sipp (Debian: apt-get install sip-tester)")
        self.port = port or free_port(socket.SOCK_DGRAM)
        self._folder = tempfile.TemporaryDirectory(prefix="sipp-")
        text = (SCENARIOS / f"{scenario}.xml").read_text(encoding="utf-8")
        for name, time_ms in times_ms.items():
            pattern = rf'timeout="\d+" ontimeout="after_{name}"'
            text = re.sub(pattern, f'timeout="{time_ms}" ontimeout="after_{name}"', text)
        text = text.replace("@DIGIT@", digit).replace("@AFTER_MS@", str(after_ms))
        if audio_port:
            text = text.replace("[auto_media_port]", str(audio_port))
        file = Path(self._folder.name) / f"{scenario}.xml"
        file.write_text(text, encoding="utf-8")
        local = ["-i", "127.0.0.1", "-mi", "127.0.0.1", "-mp", str(free_port(socket.SOCK_DGRAM))]
        self._process = subprocess.Popen(
            ["sipp", "-sf", str(file), "-nostdin", *local, "-p", str(self.port), *arguments],
            cwd=self._folder.name,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            process_group=0,
        )
        self._waits_for_calls = not any(one.startswith("127.0.0.1:") for one in arguments)
        self._wait_until_there()

    def _wait_until_there(self) -> None:
        """Its socket is open, or all is over already."""
        until_s = time.monotonic() + START_S
        while not is_bound(self.port) and self._process.poll() is None:
            if time.monotonic() > until_s:
                self.stop()
                raise RigError(f"sipp did not open port {self.port}")
            time.sleep(0.005)
        if self._waits_for_calls and self._process.poll() is not None:
            raise RigError(f"sipp ended at once: is port {self.port} somebody else's by now?")

    @classmethod
    def caller(cls, scenario: str, sip_port: int, number: str, **more: int) -> Self:
        """One caller of a number; `more` are the constructor's `audio_port`, `after_ms` and times."""
        to = [f"127.0.0.1:{sip_port}", "-s", number, "-m", "1"]
        digit = str(more.pop("digit", 1))
        return cls(scenario, *to, digit=digit, **more)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    @property
    def is_over(self) -> bool:
        """Whether all its calls are through."""
        return self._process.poll() is not None

    @property
    def status(self) -> int | None:
        """0 when every call went as the scenario says; None while it runs."""
        return self._process.poll()

    def wait(self) -> None:
        """Until all its calls are through."""
        self._process.wait()

    def stop(self) -> None:
        """End it: open calls are ended politely by sipp itself, as far as it can in time."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, 9)
                self._process.wait()
        self._folder.cleanup()
