"""What a recording's bytes say of themselves: how long it is, and how much of it is audible. Read piece by piece.

Telephones have 8,000 samples a second of 16 bit, in a WAV file; what is no such file has no length that we know of.
"""

import array
import sys
from collections.abc import Iterator
from typing import Final

_BYTES_PER_MS: Final = 16
_HEADER_BYTES: Final = 44
_FORMAT: Final = slice(20, 36)
_TELEPHONE: Final = bytes.fromhex("01000100401f0000803e000002001000")
"""PCM, one channel, 8,000 samples of 2 bytes a second, 16 bit."""

_BLOCK_MS: Final = 20
_AUDIBLE: Final = 300
"""The mean height of samples from which a block counts as audible: speech over a telephone is ten times as high."""

_EVERY: Final = 4
"""One sample of so many is looked at: enough for a mean."""


class WaveRead:
    """A file that comes in pieces of any size and leaves in parts of one."""

    def __init__(self, part_bytes: int, *, is_listened_to: bool) -> None:
        """`is_listened_to`: `voice_ms` is reckoned."""
        self.size_bytes = 0
        self.voice_ms = 0
        self._part_bytes = part_bytes
        self._is_listened_to = is_listened_to
        self._held = bytearray()
        self._is_telephone = False
        self._parts = 0

    @property
    def length_ms(self) -> int:
        """How long it is; 0 where that cannot be told."""
        return max(0, self.size_bytes - _HEADER_BYTES) // _BYTES_PER_MS if self._is_telephone else 0

    def add(self, content: bytes) -> Iterator[bytes]:
        """A piece; yields the parts that are whole with it."""
        self.size_bytes += len(content)
        self._held += content
        while len(self._held) >= self._part_bytes:
            part = bytes(self._held[: self._part_bytes])
            del self._held[: self._part_bytes]
            yield self._looked_at(part)

    def rest(self) -> Iterator[bytes]:
        """The last part, if there is one."""
        if self._held:
            part, self._held = bytes(self._held), bytearray()
            yield self._looked_at(part)

    def _looked_at(self, part: bytes) -> bytes:
        samples = part
        if not self._parts:
            self._is_telephone = part[_FORMAT] == _TELEPHONE
            samples = part[_HEADER_BYTES:]
        self._parts += 1
        if self._is_listened_to and self._is_telephone:
            self.voice_ms += audible_ms(samples)
        return part


def audible_ms(content: bytes) -> int:
    """How much of these 16-bit samples can be heard."""
    samples = array.array("h", content[: len(content) // 2 * 2])
    if sys.byteorder == "big":
        samples.byteswap()
    block = _BLOCK_MS * _BYTES_PER_MS // 2
    blocks = (samples[at : at + block : _EVERY] for at in range(0, len(samples) - block + 1, block))
    return sum(_BLOCK_MS for one in blocks if sum(map(abs, one)) > _AUDIBLE * len(one))
