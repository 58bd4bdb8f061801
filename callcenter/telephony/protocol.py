"""Version 1 of the protocol with phone systems: what comes in, what goes out. docs/telephony-protocol.md is its text."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from callcenter.telephony.limits import EVENTS_PER_DELIVERY_MAX, VALUE_CHARACTERS_MAX
from callcenter.texts import NUL_IN_JSON, storable_message

ID_PATTERN: Final = "^[ -~]{0,64}$"

UNKNOWN_CALL: Final = "unknown_call"
"""Why a command about a call fails that is over; its end is told as well, before or after."""


Id = Annotated[str, Meta(pattern=ID_PATTERN)]
LongId = Annotated[str, Meta(max_length=160)]
Number = Annotated[str, Meta(max_length=64)]
Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class EventType(StrEnum):
    """Types of events. Those that begin with `own.` are ours: stored like the others, so that a restart finds them again."""

    CALL_ARRIVED = "call.arrived"
    CALL_RINGS = "call.ringing"
    CALL_ANSWERED = "call.answered"
    CALL_ENDED = "call.ended"
    LEG_RINGS = "leg.ringing"
    LEG_ANSWERED = "leg.answered"
    LEG_ENDED = "leg.ended"
    COMMAND_DONE = "command.done"
    COMMAND_FAILED = "command.failed"
    GATHER_RESULT = "gather.result"
    BRIDGE_STARTED = "bridge.started"
    BRIDGE_ENDED = "bridge.ended"
    HOLD_STARTED = "hold.started"
    HOLD_ENDED = "hold.ended"
    MUTE_STARTED = "mute.started"
    MUTE_ENDED = "mute.ended"
    RECORDING_STARTED = "recording.started"
    RECORDING_PAUSED = "recording.paused"
    RECORDING_RESUMED = "recording.resumed"
    RECORDING_ENDED = "recording.ended"
    PBX_RESTARTED = "pbx.restarted"
    CALL_LOST = "own.call_lost"
    HOLD_WISHED = "own.hold_wished"
    UNHOLD_WISHED = "own.unhold_wished"
    FLOW_INPUT = "own.flow_input"
    CONSULT_WISHED = "own.consult_wished"
    CONSULT_TURNED = "own.consult_turned"
    LEG_TAKEN_OVER = "own.leg_taken_over"
    MUTE_WISHED = "own.mute_wished"
    UNMUTE_WISHED = "own.unmute_wished"
    PAUSE_WISHED = "own.pause_wished"
    RESUME_WISHED = "own.resume_wished"
    DIAL_ASKED = "own.dial_asked"
    DIAL_BEGUN = "own.dial_begun"
    LISTEN_WISHED = "own.listen_wished"
    LISTEN_TURNED = "own.listen_turned"


OWN: Final = frozenset(
    {
        EventType.CALL_LOST,
        EventType.HOLD_WISHED,
        EventType.UNHOLD_WISHED,
        EventType.FLOW_INPUT,
        EventType.CONSULT_WISHED,
        EventType.CONSULT_TURNED,
        EventType.LEG_TAKEN_OVER,
        EventType.MUTE_WISHED,
        EventType.UNMUTE_WISHED,
        EventType.PAUSE_WISHED,
        EventType.RESUME_WISHED,
        EventType.DIAL_ASKED,
        EventType.DIAL_BEGUN,
        EventType.LISTEN_WISHED,
        EventType.LISTEN_TURNED,
    }
)
"""What no phone system may say."""


class PbxEvent(msgspec.Struct, frozen=True, rename={"from_": "from"}, omit_defaults=True):
    """One event. Which of the later fields count follows from its type. `value` and what begins with `received` are ours.

    `received_n` orders what came in one millisecond.
    """

    type: Annotated[str, Meta(min_length=1, max_length=64)]
    event_id: Annotated[str, Meta(pattern="^[ -~]{1,64}$")]
    call_id: Id = ""
    n: Count = 0
    at_ms: Count = 0
    leg_id: LongId = ""
    cause: Id = ""
    command_id: LongId = ""
    code: Id = ""
    digits: Annotated[str, Meta(max_length=64)] = ""
    timeout: bool = False
    from_: Number = ""
    to: Number = ""
    value: Annotated[str, Meta(max_length=VALUE_CHARACTERS_MAX)] = ""
    received_at_ms: Count = 0
    recording_id: LongId = ""
    received_n: Count = 0


_NEEDED: Final[dict[str, tuple[str, ...]]] = {
    EventType.CALL_ARRIVED: ("to",),
    EventType.LEG_RINGS: ("leg_id",),
    EventType.LEG_ANSWERED: ("leg_id",),
    EventType.LEG_ENDED: ("leg_id", "cause"),
    EventType.CALL_ENDED: ("cause",),
    EventType.COMMAND_DONE: ("command_id",),
    EventType.COMMAND_FAILED: ("command_id",),
    EventType.GATHER_RESULT: ("command_id",),
    EventType.BRIDGE_STARTED: ("leg_id",),
    EventType.BRIDGE_ENDED: ("leg_id",),
    EventType.HOLD_STARTED: ("leg_id",),
    EventType.HOLD_ENDED: ("leg_id",),
    EventType.MUTE_STARTED: ("leg_id",),
    EventType.MUTE_ENDED: ("leg_id",),
    EventType.RECORDING_STARTED: ("recording_id",),
    EventType.RECORDING_PAUSED: ("recording_id", "cause"),
    EventType.RECORDING_RESUMED: ("recording_id",),
    EventType.RECORDING_ENDED: ("recording_id", "cause"),
}
"""Fields that a type cannot do without. A type that is not here is of a newer phone system: stored, not understood."""


class EventInvalid(Exception):
    """The body is no delivery of this protocol; `path` names the field, the message says what is wrong."""

    def __init__(self, message: str, path: str = "$") -> None:
        super().__init__(message)
        self.path = path


Batch = Annotated[list[PbxEvent], Meta(min_length=1, max_length=EVENTS_PER_DELIVERY_MAX)]
_DECODER: Final = msgspec.json.Decoder(PbxEvent | Batch)
_ONE: Final = msgspec.json.Decoder(PbxEvent)


def events_of(body: bytes) -> list[PbxEvent]:
    """The events of a delivery. Raises EventInvalid."""
    try:
        decoded = _DECODER.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        message, _, path = str(error).partition(" - at `")
        raise EventInvalid(message, path.rstrip("`") or "$") from error
    events = decoded if isinstance(decoded, list) else [decoded]
    if NUL_IN_JSON in body:
        events = [storable_message(event, PbxEvent) for event in events]
    for index, event in enumerate(events):
        where = f"$[{index}]" if isinstance(decoded, list) else "$"
        _check(event, where)
    return events


def _check(event: PbxEvent, where: str) -> None:
    if event.type in OWN:
        raise EventInvalid("no phone system may say this", f"{where}.type")
    is_of_call = event.type != EventType.PBX_RESTARTED
    if is_of_call and (not event.call_id or event.n < 1):
        raise EventInvalid("an event of a call has a call_id, and an n from 1", where)
    for name in _NEEDED.get(event.type, ()):
        if not getattr(event, name):
            raise EventInvalid(f"{event.type} needs {name}", f"{where}.{name}")


def encoded(event: PbxEvent) -> bytes:
    """As it is stored."""
    return msgspec.json.encode(event)


def stored_event(body: bytes) -> PbxEvent:
    """What was stored."""
    return _ONE.decode(body)


class OrderKind(StrEnum):
    """What a phone system can be asked to do."""

    ANSWER = "answer"
    PLAY = "play"
    GATHER = "gather"
    PARK = "park"
    RING_AGENT = "ring_agent"
    DIAL = "dial"
    BRIDGE = "bridge"
    HOLD = "hold"
    UNHOLD = "unhold"
    CONSULT = "consult"
    MUTE = "mute"
    UNMUTE = "unmute"
    RECORD = "record"
    SNOOP = "snoop"
    HANGUP = "hangup"
    PING = "ping"


class Taping(StrEnum):
    """What a `record` command does to its recording."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"


class Order(msgspec.Struct, frozen=True, omit_defaults=True, rename={"from_": "from"}):
    """One command to a phone system. The same `command_id` again is the same command.

    `parts` is `text` in pieces, for who has sound files of those alone. `is_placed`: of a call that we place; it may be the
    first that the phone system hears of that call. `is_emergency`: nothing holds it up.
    """

    command_id: str
    kind: OrderKind
    call_id: str = ""
    leg_id: str = ""
    to: str = ""
    text: str = ""
    language: str = ""
    timeout_ms: int = 0
    file: str = ""
    digits_max: int = 0
    music: str = ""
    parts: tuple[str, ...] = ()
    other_leg_id: str = ""
    mode: str = ""
    recording_id: str = ""
    action: str = ""
    must_be_heard: bool = False
    from_: str = ""
    is_placed: bool = False
    is_emergency: bool = False


def order_body(order: Order) -> bytes:
    """As it is sent; a call's id stands there even where it is empty."""
    plain = {"call_id": "", **msgspec.to_builtins(order)}
    return msgspec.json.encode(plain)
