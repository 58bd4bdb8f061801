"""What a caller hears: the audio that Asterisk sends, taken off a socket."""

import array
import socket
import struct
import time
from types import TracebackType
from typing import Self

from loadtests.rig.sounds import MUSIC_HZ, RATE_HZ, loudness, tone

HEADER_BYTES = 12
EVENTS = 101
"""Payload type of pressed keys, as the scenarios offer it."""

PACKET_MS = 20
PACKET_SAMPLES = RATE_HZ * PACKET_MS // 1000
PATIENCE_S = 20


def linear(code: int) -> int:
    """A µ-law byte as a 16-bit sample."""
    inverted = ~code & 0xFF
    magnitude = (((inverted & 0x0F) << 3) + 0x84 << ((inverted & 0x70) >> 4)) - 0x84
    return -magnitude if inverted & 0x80 else magnitude


def coded(sample: int) -> int:
    """A 16-bit sample as a µ-law byte: the nearest."""
    return min(range(256), key=lambda code: abs(linear(code) - sample))


class Ear:
    """A UDP port that audio is sent to, and from."""

    def __init__(self) -> None:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.2)
        self._sent = 0
        self._from: tuple[str, int] | None = None
        self.port = int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def listen(self, for_ms: int) -> list[int]:
        """So much of what comes from now on; less when nothing comes any more."""
        self._forget()
        wanted, until_s = RATE_HZ * for_ms // 1000, time.monotonic() + PATIENCE_S
        heard = array.array("h")
        while len(heard) < wanted and time.monotonic() < until_s:
            try:
                packet, self._from = self._socket.recvfrom(2048)
            except TimeoutError:
                continue
            if packet[1] & 0x7F == 0:
                heard.extend(linear(code) for code in packet[HEADER_BYTES:])
        return list(heard)

    def speak(self, frequency_hz: float, for_ms: int) -> None:
        """Say a note to whoever sends us audio, as fast as people speak."""
        self._socket.settimeout(PATIENCE_S)
        _, to = self._socket.recvfrom(2048)
        samples = tone(frequency_hz, for_ms)
        codes = {sample: coded(sample) for sample in set(samples)}
        began_s = time.monotonic()
        for number in range(for_ms // PACKET_MS):
            start = number * PACKET_SAMPLES
            said = bytes(codes[one] for one in samples[start : start + PACKET_SAMPLES])
            self._sent += 1
            header = struct.pack("!BBHII", 0x80, 0, self._sent, self._sent * PACKET_SAMPLES, 7)
            self._socket.sendto(header + said, to)
            time.sleep(max(0.0, began_s + (number + 1) * PACKET_MS / 1000 - time.monotonic()))

    def press(self, digit: int) -> None:
        """Press a key (RFC 4733), for whoever was heard last."""
        assert self._from is not None, "nobody was heard yet"
        self._sent += 1
        pressed_at = self._sent * PACKET_SAMPLES
        lengths = [*range(PACKET_SAMPLES, 9 * PACKET_SAMPLES, PACKET_SAMPLES)]
        for number, length in enumerate([*lengths, lengths[-1], lengths[-1]]):
            end = 0x80 if number >= len(lengths) - 1 else 0
            marker = 0x80 if number == 0 else 0
            header = struct.pack("!BBHII", 0x80, marker | EVENTS, self._sent, pressed_at, 7)
            self._socket.sendto(header + struct.pack("!BBH", digit, end | 10, length), self._from)
            self._sent += 1
            time.sleep(PACKET_MS / 1000)

    def hears_music(self) -> bool:
        """Whether the notes of the music on hold come, within our patience."""
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            if is_music(self.listen(500)):
                return True
        return False

    def hears_silence(self) -> bool:
        """Whether it becomes quiet, within our patience: no audio, or audio without a sound."""
        until_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < until_s:
            if not self._comes() or not is_music(self.listen(500)):
                return True
        return False

    def _comes(self) -> bool:
        self._forget()
        try:
            self._socket.recv(2048)
        except TimeoutError:
            return False
        return True

    def _forget(self) -> None:
        self._socket.setblocking(False)
        try:
            while True:
                self._socket.recv(2048)
        except BlockingIOError:
            self._socket.settimeout(0.2)


def is_music(samples: list[int]) -> bool:
    """Whether nearly all of it is made of the notes of the music."""
    block = RATE_HZ // 10
    blocks = [samples[at : at + block] for at in range(0, len(samples) - block, block)]
    return any(max(loudness(one, note) for note in MUSIC_HZ) > 0.7 for one in blocks)
