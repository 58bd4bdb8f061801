"""Sounds that are made, not recorded: a test can tell them by their pitch, and nobody owns them."""

import array
import math
import wave
from collections.abc import Sequence
from pathlib import Path
from typing import Final

RATE_HZ: Final = 8_000
MUSIC_HZ: Final = (440.0, 554.4, 659.3)
"""Notes of the music on hold, half a second each, over and over."""

BEEP_HZ: Final = 1_000.0
NOTE_MS: Final = 500
_LOUDNESS: Final = 8_000
_FADE_MS: Final = 20


def tone(frequency_hz: float, length_ms: int) -> list[int]:
    """Samples of one note, faded at both ends so that it does not click."""
    count, fade = RATE_HZ * length_ms // 1000, RATE_HZ * _FADE_MS // 1000
    step = 2 * math.pi * frequency_hz / RATE_HZ
    return [
        round(_LOUDNESS * min(1.0, at / fade, (count - at) / fade) * math.sin(step * at))
        for at in range(count)
    ]


def write_wave(path: Path, samples: list[int]) -> None:
    """As telephones have it: 8 kHz, 16 bit, one channel."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(array.array("h", samples).tobytes())


def write_sounds(folder: Path) -> None:
    """The music on hold, and a beep where there are no words."""
    music: list[int] = []
    for _ in range(8):
        for note_hz in MUSIC_HZ:
            music.extend(tone(note_hz, NOTE_MS))
    write_wave(folder / "moh" / "music.wav", music)
    write_wave(folder / "sounds" / "beep.wav", tone(BEEP_HZ, 300))


def loudness(samples: Sequence[int], frequency_hz: float) -> float:
    """How much of a pitch is in there, from 0 to 1 (Goertzel)."""
    coefficient = 2 * math.cos(2 * math.pi * frequency_hz / RATE_HZ)
    before, last, energy = 0.0, 0.0, 0.0
    for sample in samples:
        before, last = last, sample + coefficient * last - before
        energy += sample * sample
    if not energy:
        return 0.0
    power = last * last + before * before - coefficient * last * before
    return 2 * power / (len(samples) * energy)
