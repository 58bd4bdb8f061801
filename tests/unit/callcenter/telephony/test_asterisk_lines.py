"""What is heard of Asterisk, folded: any order, seen again or never, each fact is told once under its name."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.host.envelope import HostOverloaded
from callcenter.telephony import limits
from callcenter.telephony.asterisk.ari import Bridge, Channel, Party, Place, Playback, Reply, Told
from callcenter.telephony.asterisk.guarding import Guard
from callcenter.telephony.asterisk.lines import Gather, Heard, Leg, Lines
from callcenter.telephony.asterisk.sounds import media_of
from callcenter.telephony.asterisk.verbs import Verbs
from callcenter.telephony.protocol import Order, OrderKind, PbxEvent
from callcenter.telephony.telling import Teller

CONTACT = "a" * 32
CALL = "rig-1.0"
LEG = f"{CONTACT}.1"
CALLER = Channel(CALL, "Up", Party("+4930123"), Place("+4930100"))


def lines_with_call() -> Lines:
    lines = Lines(lambda call_id: CONTACT if call_id == CALL else "b" * 32)
    lines.hear(Told("StasisStart", channel=CALLER, args=["caller"]))
    return lines


def leg(kind: str, state: str = "Up", cause: int = 0) -> Told:
    return Told(kind, channel=Channel(LEG, state), cause=cause, args=["leg"])


def told(heard: Heard) -> list[tuple[str, str]]:
    return [(one.type, one.cause) for one in heard.events]


def test_who_calls_and_what_was_dialled() -> None:
    heard = Lines(lambda _: CONTACT).hear(Told("StasisStart", channel=CALLER))
    assert [(one.from_, one.to, one.event_id) for one in heard.events] == [
        ("+4930123", "+4930100", f"{CONTACT}.arrived")
    ]


@pytest.mark.parametrize(
    ("cause", "has_rung", "said"),
    [
        (17, False, "busy"),
        (21, False, "declined"),
        (19, True, "no_answer"),
        (20, False, "unreachable"),
        (0, False, "unreachable"),
        (16, True, "no_answer"),
    ],
)
def test_why_a_leg_was_not_answered(cause: int, has_rung: bool, said: str) -> None:
    lines = lines_with_call()
    if has_rung:
        assert told(lines.hear(leg("ChannelStateChange", "Ringing"))) == [("leg.ringing", "")]
    assert told(lines.hear(leg("ChannelDestroyed", cause=cause))) == [("leg.ended", said)]
    assert told(lines.hear(leg("ChannelDestroyed", cause=cause))) == []


@pytest.mark.parametrize(("cause", "said"), [(16, "hangup"), (38, "failed")])
def test_why_an_answered_leg_ended(cause: int, said: str) -> None:
    lines = lines_with_call()
    lines.hear(leg("StasisStart"))
    heard = lines.hear(leg("ChannelDestroyed", cause=cause))
    assert told(heard) == [("leg.ended", said)]
    assert heard.clear == [("bridges", f"{LEG}.talk")]


def test_a_leg_we_have_ended_is_released_however_it_stood() -> None:
    lines = lines_with_call()
    lines.hear(leg("StasisStart"))
    lines.by_call[CALL].legs[LEG].is_released = True
    assert told(lines.hear(leg("ChannelDestroyed", cause=16))) == [("leg.ended", "released")]


def test_the_customers_end_ends_a_leg_that_rings() -> None:
    lines = lines_with_call()
    lines.hear(leg("ChannelStateChange", "Ringing"))
    heard = lines.hear(Told("StasisEnd", channel=CALLER))
    assert told(heard) == [("call.ended", "hangup")]
    assert heard.clear == [("channels", LEG)]
    assert lines.hear(Told("ChannelDestroyed", channel=CALLER)).events == []
    assert lines.hear(leg("StasisStart")).clear == [
        ("channels", LEG)
    ]  # answered as the customer left


def test_a_digit_while_the_text_is_heard_ends_it() -> None:
    lines = lines_with_call()
    line = lines.by_call[CALL]
    line.gather, line.plays = Gather(f"{CONTACT}.gather.1", 5_000), {f"{CONTACT}.gather.1"}
    heard = lines.hear(Told("ChannelDtmfReceived", channel=CALLER, digit="2"))
    assert [one.digits for one in heard.events] == ["2"]
    assert heard.clear == [("playbacks", f"{CONTACT}.gather.1")]
    assert lines.hear(Told("ChannelDtmfReceived", channel=CALLER, digit="3")).events == []
    assert lines.silence(f"{CONTACT}.gather.1") == []


def test_silence_counts_from_the_end_of_the_text() -> None:
    lines = lines_with_call()
    line = lines.by_call[CALL]
    line.gather, line.plays = Gather(f"{CONTACT}.gather.1", 5_000), {f"{CONTACT}.gather.1"}
    heard = lines.hear(Told("PlaybackFinished", playback=Playback(f"{CONTACT}.gather.1")))
    assert heard.gathering == Gather(f"{CONTACT}.gather.1", 5_000)
    assert [one.timeout for one in lines.silence(f"{CONTACT}.gather.1")] == [True]


def test_music_goes_on_after_a_text() -> None:
    lines = lines_with_call()
    line = lines.by_call[CALL]
    line.plays, line.has_music = {f"{CONTACT}.play.1"}, True
    heard = lines.hear(Told("PlaybackFinished", playback=Playback(f"{CONTACT}.play.1")))
    assert [one.command_id for one in heard.events] == [f"{CONTACT}.play.1"]
    assert heard.resumes is line


FRAMES = [
    Told("StasisStart", channel=CALLER),
    leg("ChannelStateChange", "Ringing"),
    leg("StasisStart"),
    leg("ChannelDestroyed", cause=16),
    Told("StasisEnd", channel=CALLER),
    Told("ChannelDtmfReceived", channel=CALLER, digit="1"),
    Told("PlaybackFinished", playback=Playback(f"{CONTACT}.greeting")),
    Told("SomethingNew"),
]


@given(st.lists(st.sampled_from(FRAMES), max_size=20))
def test_any_order_tells_each_fact_once_and_no_leg_outlives_its_call(frames: list[Told]) -> None:
    lines, teller = Lines(lambda _: CONTACT), Teller(_nowhere)
    cleared: list[tuple[str, str]] = []
    for frame in frames:
        heard = lines.hear(frame)
        cleared += heard.clear
        for event in heard.events:
            teller.tell(event)
    names = [one.event_id for one in teller._waiting]
    assert len(names) == len(set(names))
    assert [one.n for one in teller._waiting] == list(range(1, len(names) + 1))
    if not lines.by_call and leg("StasisStart") in frames:
        assert ("channels", LEG) in cleared or leg("ChannelDestroyed", cause=16) in frames


async def _nowhere(_events: Sequence[PbxEvent]) -> None:
    return


# --- looking again ---


def test_what_is_there_is_adopted_and_what_is_not_has_ended() -> None:
    lines = lines_with_call()
    lines.remember(PbxEvent("command.done", "1", CALL, command_id=f"{LEG}.ring_agent"))
    lines.remember(PbxEvent("leg.answered", "2", CALL, leg_id=LEG))
    gone = "rig-0.9"
    lines.add(gone)
    ghost = f"{'c' * 32}.4"
    heard = lines.look(
        [CALLER, Channel(LEG, "Up"), Channel(ghost, "Ringing"), Channel("elsewhere")],
        {CALL, LEG},
        [Bridge(f"{LEG}.talk", [LEG]), Bridge(f"{ghost}.talk", []), Bridge("somebody's")],
    )
    kinds = {(one.type, one.call_id) for one in heard.events}
    assert ("call.ended", gone) in kinds
    assert ("leg.answered", CALL) in kinds
    assert heard.clear == [("channels", ghost), ("bridges", f"{ghost}.talk")]
    line = lines.by_call[CALL]
    assert (line.talking_to, line.is_held) == (LEG, True)


def test_a_leg_that_went_unnoticed() -> None:
    lines = lines_with_call()
    lines.by_call[CALL].legs[LEG] = Leg(has_rung=True)
    heard = lines.look([CALLER], {CALL}, [])
    assert ("leg.ended", "no_answer") in told(heard)


def test_a_restart_goes_on_with_the_numbers_and_repeats_nothing() -> None:
    teller = Teller(_nowhere)
    teller.remember(PbxEvent("call.arrived", "x.arrived", CALL, n=1))
    teller.remember(PbxEvent("own.hold_wished", "own/1", CALL))
    teller.tell(PbxEvent("call.arrived", "x.arrived", CALL))
    teller.tell(PbxEvent("command.done", "y" * 80, CALL))
    (only,) = teller._waiting
    assert (only.n, len(only.event_id)) == (2, 32)


@pytest.mark.looptime
async def test_what_could_not_be_stored_is_handed_in_again_in_order() -> None:
    stored: list[str] = []
    tries = 0

    async def store(events: Sequence[PbxEvent]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise HostOverloaded
        stored.extend(one.event_id for one in events)

    teller = Teller(store)
    for name in "abc":
        teller.tell(PbxEvent("command.done", name, CALL))
    running = asyncio.ensure_future(teller.run())
    await asyncio.sleep(limits.STORE_RETRY_MS * 3 / 1000)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (stored, tries) == (["a", "b", "c"], 3)


def test_a_text_is_a_file_named_after_it() -> None:
    def media(**fields: str) -> str:
        return media_of("/srv/sounds/", order_of(OrderKind.PLAY, **fields))

    assert media_of("", order_of(OrderKind.PLAY, text="Hello")) == ""
    assert media() == ""
    assert media(text="Hello", file="welcome.wav") == "sound:/srv/sounds/welcome"
    assert media(text="Hello", language="en").startswith("sound:/srv/sounds/")
    assert media(text="Hello", language="en") != media(text="Hello", language="zh")


def test_several_digits_end_with_the_last_with_a_hash_or_with_silence() -> None:
    def pressed(digits: str) -> tuple[str, bool] | None:
        lines = lines_with_call()
        lines.by_call[CALL].gather = Gather("x.gather", 5_000, 3)
        for digit in digits:
            heard = lines.hear(Told("ChannelDtmfReceived", channel=CALLER, digit=digit))
            if heard.events:
                return heard.events[0].digits, heard.events[0].timeout
        return None

    assert pressed("1234") == ("123", False)
    assert pressed("12#4") == ("12#", False)
    assert pressed("12") is None
    lines = lines_with_call()
    lines.by_call[CALL].gather = Gather(f"{CONTACT}.g", 5_000, 3, "1")
    assert [(one.digits, one.timeout) for one in lines.silence(f"{CONTACT}.g")] == [("1", False)]


# --- commands ---


class ScriptedAri:
    """Answers as told; `asked` is what it was asked."""

    def __init__(self, **answers: int) -> None:
        self.answers = answers
        self.asked: list[tuple[str, ...]] = []

    async def ask(self, method: str, *path: str, **query: object) -> Reply:
        """One request."""
        self.asked.append((method, *path))
        word = "originate" if path == ("channels",) else path[-1]
        status = self.answers.get(word, 204)
        return Reply(status, '{"message":"Provided originator channel was not found"}')


def verbs_over(ari: ScriptedAri, lines: Lines, events: list[PbxEvent]) -> Verbs:
    return Verbs(
        ari,  # type: ignore[arg-type]
        "callcenter",
        lines,
        tell=events.append,
        follow=lambda heard: events.extend(heard.events),
        endpoint_of=str,
        trunk_of=str,
        media_of=lambda order: order.text,
        await_digit=lambda _gather: None,
        await_sign=lambda _leg_id: None,
        guard=Guard(ari, 0),  # type: ignore[arg-type]
    )


async def result(order: Order, lines: Lines, **answers: int) -> list[tuple[str, str]]:
    """Types and codes of what is told of a command."""
    events: list[PbxEvent] = []
    await verbs_over(ScriptedAri(**answers), lines, events).carry_out(order)
    return [(one.type, one.code) for one in events]


def order_of(kind: OrderKind, **fields: str) -> Order:
    return msgspec.structs.replace(Order(f"{LEG}.{kind}", kind, CALL), **fields)


async def test_a_repeated_ring_is_the_same_ring() -> None:
    ring = order_of(OrderKind.RING_AGENT, leg_id=LEG, to="1001")
    assert await result(ring, lines_with_call(), originate=409) == [("command.done", "")]


async def test_nobody_is_rung_for_a_customer_who_is_gone() -> None:
    ring = order_of(OrderKind.RING_AGENT, leg_id=LEG, to="1001")
    unknown = [("command.failed", "unknown_call")]
    assert await result(ring, lines_with_call(), originate=400) == unknown
    assert await result(ring, Lines(lambda _: CONTACT)) == unknown


async def test_a_bridge_needs_both() -> None:
    bridge = order_of(OrderKind.BRIDGE, leg_id=LEG)
    lines = lines_with_call()
    assert await result(bridge, lines) == [("command.failed", "unknown_leg")]
    lines.hear(leg("StasisStart"))
    assert await result(bridge, lines, addChannel=400) == [("command.failed", "failed")]
    assert lines.by_call[CALL].talking_to == ""
    done = [("bridge.started", ""), ("command.done", "")]
    assert await result(bridge, lines) == done
    assert (
        await result(bridge, lines, addChannel=400) == done
    )  # told again after a restart: it stands


async def test_what_asterisk_does_not_know_any_more_is_over() -> None:
    lines = lines_with_call()
    lines.hear(leg("StasisStart"))
    of_leg = order_of(OrderKind.HANGUP, leg_id=LEG)
    assert await result(of_leg, lines, **{LEG: 404}) == [("leg.ended", "")]
    assert await result(order_of(OrderKind.HANGUP), lines, **{CALL: 404}) == [("call.ended", "")]


async def test_a_phone_that_rings_cannot_be_made_to_pick_up() -> None:
    answer = order_of(OrderKind.ANSWER, leg_id=LEG)
    assert await result(answer, lines_with_call()) == [("command.failed", "unsupported")]
