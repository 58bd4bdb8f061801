"""What a call is to the phone system: its caller, the phones it rings, and what it writes down about both.

CallState: arriving -> answered -> ended          LegState: ringing -> answered -> ended
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Json = dict[str, Any]


class CallState(StrEnum):
    """How far the customer's connection has come."""

    ARRIVING = "arriving"
    ANSWERED = "answered"
    ENDED = "ended"


class LegState(StrEnum):
    """How far the connection to an agent's phone has come."""

    RINGING = "ringing"
    ANSWERED = "answered"
    ENDED = "ended"


@dataclass(slots=True)
class Leg:
    """An agent's phone that is rung for a call."""

    leg_id: str
    call_id: str
    to: str
    state: LegState = LegState.RINGING
    cause: str = ""
    since_ms: int = 0
    was_answered: bool = False

    def line(self) -> Json:
        """What the log keeps of it."""
        return {"to": self.to, "was_answered": self.was_answered, "cause": self.cause}


@dataclass(slots=True)
class Tape:
    """A recording: of a talk, while neither `still` nor on hold, or of a caller's message. `heard_ms` is what is on it."""

    recording_id: str
    leg_id: str
    since_ms: int
    heard_ms: int = 0
    still: list[str] = field(default_factory=list)
    is_over: bool = False

    def stand_still(self, why: str, now_ms: int) -> None:
        """Nothing comes onto it from now on."""
        if not self.still:
            self.heard_ms += now_ms - self.since_ms
        self.still.append(why)

    def go_on(self, why: str, now_ms: int) -> None:
        """One reason less not to."""
        if why in self.still:
            self.still.remove(why)
            self.since_ms = now_ms

    def so_far_ms(self, now_ms: int) -> int:
        """What is on it by now."""
        return self.heard_ms + (0 if self.still else now_ms - self.since_ms)

    def end(self, now_ms: int) -> None:
        """It is whole."""
        self.heard_ms = self.so_far_ms(now_ms)
        self.is_over = True


@dataclass(slots=True)
class Call:
    """One customer's call; `n` counts its events, `gathers` is the command that waits for digits, `pressed` what came so far.

    `tape` is what is being recorded; `is_muted`: the caller does not hear the agent.
    """

    call_id: str
    caller: str
    number: str
    arrived_at_ms: int
    state: CallState = CallState.ARRIVING
    n: int = 0
    legs: dict[str, Leg] = field(default_factory=dict)
    talking_to: str = ""
    is_held: bool = False
    sound: str = ""
    gathers: str = ""
    digits_max: int = 1
    pressed: str = ""
    tape: Tape | None = None
    is_muted: bool = False
    bridged: list[str] = field(default_factory=list)
    cause: str = ""
    ended_at_ms: int = 0

    @property
    def is_over(self) -> bool:
        """The caller is gone."""
        return self.state is CallState.ENDED

    def line(self) -> Json:
        """The call's row of the system's own log: who, how it ended, why."""
        return {
            "call_id": self.call_id,
            "from": self.caller,
            "to": self.number,
            "parties": [self.legs[leg_id].to for leg_id in self.bridged],
            "bridged": list(self.bridged),
            "outcome": "handled" if self.bridged else "abandoned",
            "cause": self.cause,
            "arrived_at_ms": self.arrived_at_ms,
            "ended_at_ms": self.ended_at_ms,
            "is_over": self.is_over,
            "events": self.n,
            "legs": {leg_id: leg.line() for leg_id, leg in self.legs.items()},
        }
