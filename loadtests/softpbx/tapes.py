"""What is recorded: talks and messages, kept as small sounds until somebody fetches and deletes them.

Nobody talks here: a recording is a tone as long as what would be on it.
"""

import io
import math
import wave
from array import array
from collections.abc import Callable
from typing import Final

from loadtests.softpbx.agenda import Agenda
from loadtests.softpbx.calls import Call, Json, Tape

RATE_HZ: Final = 8_000
TONE_HZ: Final = 300
LOUDNESS: Final = 6_000
LENGTH_MS_MAX: Final = 60_000
HOLD: Final = "hold"

Tell = Callable[..., None]


class CannotRecord(Exception):
    """The text is the code of the failure."""


class Tapes:
    """All recordings of one phone system."""

    def __init__(self, agenda: Agenda, tell: Tell, *, play_ms: int) -> None:
        """`tell` a call's event: the call, its type, the instant, facts."""
        self.whole: dict[str, Tape] = {}
        self.fails: set[str] = set()
        """Actions that fail from now on, to see what happens then."""
        self._agenda = agenda
        self._tell = tell
        self._play_ms = play_ms

    def command(self, call: Call, body: Json, now_ms: int) -> None:
        """`record`, whatever is to be done; its result is told."""
        action = str(body["action"])
        if action in self.fails:
            raise CannotRecord("failed")
        if action == "start":
            self._start(call, body, now_ms)
            return
        tape = call.tape
        if tape is None or tape.recording_id != body["recording_id"]:
            raise CannotRecord("unknown_recording")
        if action == "stop":
            self.end(call, now_ms, "stopped")
        elif action == "pause":
            self.stand_still(call, "asked", now_ms)
        else:
            self.go_on(call, "asked", now_ms)
        self._done(call, body, now_ms)

    def _start(self, call: Call, body: Json, now_ms: int) -> None:
        leg_id = str(body.get("leg_id", ""))
        if leg_id:
            if call.talking_to != leg_id:
                raise CannotRecord("unknown_leg")
            self._begin(call, body, leg_id, now_ms)
            if call.is_held:
                self.stand_still(call, HOLD, now_ms)
            self._done(call, body, now_ms)
            return

        def words_are_over(due_ms: int) -> None:
            if not call.is_over:
                self._begin(call, body, "", due_ms)
                self._agenda.at(due_ms + int(body["timeout_ms"]), is_full)

        def is_full(due_ms: int) -> None:
            self.message_ends(call, str(body["command_id"]), due_ms)

        self._agenda.at(now_ms + self._play_ms, words_are_over)

    def _begin(self, call: Call, body: Json, leg_id: str, now_ms: int) -> None:
        call.tape = Tape(str(body["recording_id"]), leg_id, now_ms)
        self._about(call, "recording.started", now_ms)

    def message_ends(self, call: Call, command_id: str, now_ms: int) -> None:
        """The caller has pressed the key, or the time is over."""
        tape = call.tape
        if tape is not None and not tape.leg_id and tape.recording_id == command_id:
            self.end(call, now_ms, "over")
            self._tell(call, "command.done", now_ms, command_id=command_id)

    def stand_still(self, call: Call, why: str, now_ms: int) -> None:
        """Nothing more is recorded."""
        if call.tape is not None:
            call.tape.stand_still(why, now_ms)
            self._about(call, "recording.paused", now_ms, cause=why)

    def go_on(self, call: Call, why: str, now_ms: int) -> None:
        """It is recorded again, unless there is another reason not to."""
        if call.tape is not None:
            call.tape.go_on(why, now_ms)
            self._about(call, "recording.resumed", now_ms, cause=why)

    def end(self, call: Call, now_ms: int, cause: str) -> None:
        """It can be fetched from now on."""
        tape = call.tape
        if tape is not None:
            tape.end(now_ms)
            self.whole[tape.recording_id] = tape
            self._about(call, "recording.ended", now_ms, cause=cause)
            call.tape = None

    def _about(self, call: Call, kind: str, now_ms: int, **facts: str) -> None:
        if call.tape is not None:
            self._tell(call, kind, now_ms, recording_id=call.tape.recording_id, **facts)

    def _done(self, call: Call, body: Json, now_ms: int) -> None:
        self._tell(call, "command.done", now_ms, command_id=body["command_id"])


def sound_of(tape: Tape) -> bytes:
    """The recording as a file: telephones have 8,000 samples of 16 bit a second."""
    count = RATE_HZ * min(tape.heard_ms, LENGTH_MS_MAX) // 1000
    step = 2 * math.pi * TONE_HZ / RATE_HZ
    samples = array("h", (round(LOUDNESS * math.sin(step * at)) for at in range(count)))
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RATE_HZ)
        written.writeframes(samples.tobytes())
    return file.getvalue()
