"""Recordings of a call: what a queue wants recorded, what the phone system tells of it, and what is to be asked of it next.

Law of this file: pure. Nothing is recorded before the notice was heard out, and nothing after somebody has refused. What
is recorded is what customer and agent say to each other: a recording belongs to one agent's leg, stands still while the
customer is on hold, and ends with the leg. A pause that does not come about in time ends the recording.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

from callcenter.telephony.entry import Speech
from callcenter.telephony.limits import NOTICE_WAIT_MS, TAPING_MS
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent, Taping
from routing.ids import OfferId, QueueId

if TYPE_CHECKING:
    from callcenter.telephony.calls import Call, Leg

NOT_BEGUN: Final = "not_begun"
"""End cause of a recording that nobody has said had begun."""

ASKED: Final = "asked"
"""Why a recording stands still: its agent has asked for it. The other reason is `hold`."""

_NOTICE: Final = "notice"
_HEARD: Final = ("", "timeout")
"""Results of a notice that was heard out: a refusal is a digit beside them."""


class RecordingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a queue wants recorded: empty `languages` are all; `refuse_key` "" lets nobody refuse. Kept for `kept_ms`."""

    notice: Speech
    kept_ms: int
    inbound: bool = True
    outbound: bool = True
    languages: tuple[str, ...] = ()
    refuse_key: str = ""


Plans = Mapping[QueueId, RecordingPlan]
NO_PLANS: Final[Plans] = {}


class Gap(msgspec.Struct, frozen=True):
    """Where in the recording something is left out: after `at_ms` of it, for `for_ms`, because it was `asked` or `hold`."""

    at_ms: int
    for_ms: int
    why: str


class Recording(msgspec.Struct):
    """One recording. `still` are the reasons for which it stands still; `heard_ms` is what is on it, up to `since_ms`."""

    since_ms: int
    heard_ms: int = 0
    still: list[str] = []
    gaps: list[Gap] = []
    end_cause: str = ""

    @property
    def is_paused(self) -> bool:
        """Whether its agent has it stand still."""
        return ASKED in self.still


def note(recordings: dict[str, Recording], event: PbxEvent, now_ms: int) -> None:
    """Fold one event about a recording."""
    at_ms = event.received_at_ms or now_ms
    known = recordings.get(event.recording_id)
    if known is None:
        if event.type in (EventType.RECORDING_STARTED, EventType.RECORDING_ENDED):
            cause = event.cause if event.type == EventType.RECORDING_ENDED else ""
            recordings[event.recording_id] = Recording(at_ms, end_cause=cause)
        return
    if known.end_cause:
        return
    match event.type:
        case EventType.RECORDING_PAUSED:
            _stand_still(known, event.cause, at_ms)
        case EventType.RECORDING_RESUMED:
            _go_on(known, event.cause or ASKED, at_ms)
        case EventType.RECORDING_ENDED:
            for why in tuple(known.still):
                _go_on(known, why, at_ms)
            known.heard_ms += at_ms - known.since_ms
            known.end_cause = event.cause
        case _:
            return


def _stand_still(recording: Recording, why: str, at_ms: int) -> None:
    if not recording.still:
        recording.heard_ms += at_ms - recording.since_ms
        recording.since_ms = at_ms
    if why not in recording.still:
        recording.still.append(why)


def _go_on(recording: Recording, why: str, at_ms: int) -> None:
    if why not in recording.still:
        return
    recording.still.remove(why)
    if not recording.still:
        gap = Gap(recording.heard_ms, at_ms - recording.since_ms, why)
        recording.gaps.append(gap)
        recording.since_ms = at_ms


# --- the notice -----------------------------------------------------------------------------------


def plan_for(
    call: "Call", plans: Plans, queue_id: QueueId | None, language: str
) -> RecordingPlan | None:
    """What is wanted of this call in a queue; None when it is not to be recorded there."""
    plan = None if queue_id is None else plans.get(queue_id)
    if plan is None or not (plan.outbound if call.is_outbound else plan.inbound):
        return None
    return plan if not plan.languages or language in plan.languages else None


def notice_order(call: "Call", plan: RecordingPlan, language: str) -> Order:
    """The notice, with the time to refuse after it. Its name holds the key, so that an answer is understood later too."""
    name = f"{call.contact_id}.{_NOTICE}"
    order = Order(
        f"{name}.{plan.refuse_key}" if plan.refuse_key else name,
        OrderKind.PLAY,
        call.call_id,
        text=plan.notice.in_language(language),
        language=language,
        must_be_heard=True,
    )
    if not plan.refuse_key:
        return order
    return msgspec.structs.replace(
        order, kind=OrderKind.GATHER, timeout_ms=NOTICE_WAIT_MS, digits_max=1
    )


def notice_result(call: "Call") -> str | None:
    """What became of the notice: "" once it was heard, None while there is none or it is under way."""
    name = f"{call.contact_id}.{_NOTICE}"
    for command_id, result in call.done.items():
        if command_id == name or command_id.startswith(f"{name}."):
            return "" if result in _HEARD else result
    return None


def was_said_since(call: "Call", at_ms: int) -> bool:
    """Whether the notice was begun at that instant or later."""
    name = f"{call.contact_id}.{_NOTICE}"
    sent = call.sent.items()
    return any(
        sent_ms >= at_ms
        for command_id, sent_ms in sent
        if command_id == name or command_id.startswith(f"{name}.")
    )


def is_refused(call: "Call") -> bool:
    """Whether the customer has pressed the key that refuses."""
    name = f"{call.contact_id}.{_NOTICE}."
    return any(
        command_id.startswith(name) and digits == command_id.removeprefix(name)
        for command_id, digits in call.digits.items()
    )


# --- a talk ---------------------------------------------------------------------------------------


class Taped(msgspec.Struct):
    """What is to be asked of the phone system about a recording now; `due_ms`: look again then."""

    orders: list[Order] = []
    due_ms: int | None = None


def recording_id_of(leg_id: str) -> str:
    """The recording of an agent's leg."""
    return f"{leg_id}.{OrderKind.RECORD}"


def _stop_id(leg_id: str) -> str:
    return f"{leg_id}.{OrderKind.RECORD}.{Taping.STOP}"


def tape(call: "Call", leg: "Leg", leg_id: OfferId, *, is_wanted: bool, now_ms: int) -> Taped:
    """Of a leg that is in a talk: begin, stand still, go on, or end."""
    recording_id, taped = recording_id_of(leg_id), Taped()
    recording = call.recordings.get(recording_id)
    if recording is None:
        if is_wanted and notice_result(call) == "" and not is_refused(call):
            _add(call, taped, _order(call, leg_id, recording_id, Taping.START))
        return taped
    if recording.end_cause or not leg.pause_wishes or leg.pause_wish == recording.is_paused:
        return taped
    action = Taping.PAUSE if leg.pause_wish else Taping.RESUME
    command_id = f"{leg_id}.{action}.{leg.pause_wishes}"
    until_ms = call.sent.get(command_id, now_ms) + TAPING_MS
    if leg.pause_wish and (call.done.get(command_id) or now_ms >= until_ms):
        # Nobody knows whether it stands still: what must not be heard would be on it.
        _add(call, taped, _order(call, leg_id, _stop_id(leg_id), Taping.STOP))
        return taped
    taped.due_ms = until_ms if leg.pause_wish else None
    _add(call, taped, _order(call, leg_id, command_id, action))
    return taped


def _add(call: "Call", taped: Taped, order: Order) -> None:
    if order.command_id not in call.done:
        taped.orders.append(order)


def _order(call: "Call", leg_id: str, command_id: str, action: Taping) -> Order:
    return Order(
        command_id,
        OrderKind.RECORD,
        call.call_id,
        leg_id,
        recording_id=recording_id_of(leg_id),
        action=action,
    )


def shown(call: "Call", leg: "Leg", leg_id: str) -> str:
    """What the desk shows of the recording: "" where there is none to speak of.

    `on`, `pausing`, `paused`; `refused` by the customer; `failed`: it did not begin; `stopping`: a pause did not come
    about; `stopped`: it has ended before the talk.
    """
    recording = call.recordings.get(recording_id_of(leg_id))
    if recording is None:
        if is_refused(call):
            return "refused"
        return "failed" if call.done.get(recording_id_of(leg_id)) else ""
    if recording.end_cause:
        return "stopped"
    if _stop_id(leg_id) in call.sent or _stop_id(leg_id) in call.done:
        return "stopping"
    if recording.is_paused:
        return "paused"
    return "pausing" if leg.pause_wish and leg.pause_wishes else "on"
