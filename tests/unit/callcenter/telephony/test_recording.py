"""What is recorded, what is left out, and what is asked of the phone system about it."""

import array

import pytest

from callcenter.telephony import limits, recording
from callcenter.telephony.calls import Leg
from callcenter.telephony.entry import Speech
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent
from callcenter.telephony.recording import Gap, Recording, RecordingPlan
from callcenter.telephony.waves import WaveRead, audible_ms
from routing.ids import QueueId
from tests.unit.callcenter.telephony.paper_call import LEG, call

PLAN = RecordingPlan(notice=Speech("Recorded", "录音"), kept_ms=1_000, refuse_key="9")
RECORDING = f"{LEG}.record"
NOTICE = "c1.notice.9"


def told(*events: tuple[EventType, str, int]) -> dict[str, Recording]:
    """What is known after these: type, cause, instant."""
    known: dict[str, Recording] = {}
    for kind, cause, at_ms in events:
        recording.note(known, PbxEvent(kind, "e", recording_id=RECORDING, cause=cause), at_ms)
    return known


def test_gaps_are_counted_once_whatever_they_are_for() -> None:
    known = told(
        (EventType.RECORDING_PAUSED, "asked", 0),
        (EventType.RECORDING_STARTED, "", 100),
        (EventType.RECORDING_STARTED, "", 150),
        (EventType.RECORDING_PAUSED, "asked", 300),
        (EventType.RECORDING_PAUSED, "hold", 350),
        (EventType.RECORDING_RESUMED, "asked", 400),
        (EventType.RECORDING_RESUMED, "asked", 450),
        (EventType.RECORDING_RESUMED, "hold", 500),
        (EventType.RECORDING_PAUSED, "asked", 600),
        (EventType.RECORDING_ENDED, "over", 900),
        (EventType.RECORDING_PAUSED, "asked", 950),
    )
    one = known[RECORDING]
    assert one.gaps == [Gap(200, 200, "hold"), Gap(300, 300, "asked")]
    assert (one.heard_ms, one.end_cause, one.is_paused) == (300, "over", False)


@pytest.mark.parametrize(
    ("plan", "is_outbound", "language", "is_recorded"),
    [
        (PLAN, False, "en", True),
        (PLAN, True, "zh", True),
        (RecordingPlan(notice=Speech(), kept_ms=1, outbound=False), True, "en", False),
        (RecordingPlan(notice=Speech(), kept_ms=1, languages=("zh",)), False, "en", False),
    ],
)
def test_what_a_queue_wants_recorded(
    plan: RecordingPlan, is_outbound: bool, language: str, is_recorded: bool
) -> None:
    one, queue_id = call(is_outbound=is_outbound), QueueId("sales")
    found = recording.plan_for(one, {queue_id: plan}, queue_id, language)
    assert (found is not None) == is_recorded
    assert recording.plan_for(one, {queue_id: plan}, None, language) is None


def test_nothing_is_recorded_before_the_notice_or_against_a_refusal() -> None:
    order = recording.notice_order(call(), PLAN, "zh")
    assert (order.command_id, order.kind, order.text) == (NOTICE, OrderKind.GATHER, "录音")
    for done, digits, starts in (
        ({}, {}, False),
        ({NOTICE: "unheard"}, {}, False),
        ({NOTICE: ""}, {NOTICE: "9"}, False),
        ({NOTICE: ""}, {NOTICE: "1"}, True),
        ({NOTICE: "timeout"}, {}, True),
    ):
        one = call(done=done, digits=digits)
        taped = recording.tape(one, Leg(), LEG, is_wanted=True, now_ms=0)
        assert [order.action for order in taped.orders] == (["start"] if starts else [])
        assert not recording.tape(one, Leg(), LEG, is_wanted=False, now_ms=0).orders


@pytest.mark.parametrize("result", ["failed", ""])
def test_a_pause_that_does_not_come_about_ends_the_recording(result: str) -> None:
    """Refused, or said to be done and never seen."""
    leg = Leg(pause_wish=True, pause_wishes=1)
    one = call(recordings={RECORDING: Recording(0)}, sent={f"{LEG}.pause.1": 1_000})
    first = recording.tape(one, leg, LEG, is_wanted=True, now_ms=1_000)
    assert ([order.action for order in first.orders], first.due_ms) == (
        ["pause"],
        1_000 + limits.TAPING_MS,
    )
    assert recording.shown(one, leg, LEG) == "pausing"
    one.done[f"{LEG}.pause.1"] = result
    at_ms = 1_001 if result else 1_000 + limits.TAPING_MS
    (order,) = recording.tape(one, leg, LEG, is_wanted=True, now_ms=at_ms).orders
    assert order.action == "stop"
    one.sent[order.command_id] = at_ms
    assert recording.shown(one, leg, LEG) == "stopping"
    one.recordings[RECORDING].end_cause = "stopped"
    assert recording.shown(one, leg, LEG) == "stopped"
    assert not recording.tape(one, leg, LEG, is_wanted=True, now_ms=at_ms).orders


def test_what_the_desk_shows() -> None:
    leg = Leg()
    assert recording.shown(call(), leg, LEG) == ""
    assert recording.shown(call(done={RECORDING: "failed"}), leg, LEG) == "failed"
    assert recording.shown(call(digits={NOTICE: "9"}), leg, LEG) == "refused"
    assert recording.shown(call(recordings={RECORDING: Recording(0)}), leg, LEG) == "on"
    still = Recording(0, still=["asked"])
    assert recording.shown(call(recordings={RECORDING: still}), leg, LEG) == "paused"


def test_a_file_that_is_no_telephones_has_no_length() -> None:
    read = WaveRead(8, is_listened_to=True)
    parts = [*read.add(b"RIFF plain "), *read.add(b"words"), *read.rest()]
    assert b"".join(parts) == b"RIFF plain words"
    assert (read.length_ms, read.voice_ms, [len(one) for one in parts]) == (0, 0, [8, 8])


def test_what_can_be_heard_is_told_from_silence() -> None:
    loud = array.array("h", [3_000, -3_000] * 80).tobytes()
    assert audible_ms(bytes(320 * 10) + loud * 3) == 3 * 20
    assert audible_ms(b"") == 0
