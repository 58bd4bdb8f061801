"""Calls that we place over Asterisk: dialled once, whatever is lost, and what becomes of them told by its causes."""

import pytest

from callcenter.telephony.asterisk import limits
from callcenter.telephony.asterisk.ari import Channel, Place, Told
from callcenter.telephony.asterisk.lines import PLACED, Heard, Lines
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent
from tests.unit.callcenter.telephony.test_asterisk_lines import ScriptedAri, told, verbs_over

CONTACT = "0123456789abcdef" * 2
CALL, LEG = "dial-1", f"{CONTACT}.0"
RING = Order(f"{LEG}.ring_agent", OrderKind.RING_AGENT, CALL, LEG, to="1001", is_placed=True)
DIAL = Order(f"{CONTACT}.dial", OrderKind.DIAL, CALL, LEG, to="+4930", from_="+491", is_placed=True)


def customer(kind: str, state: str = "Up", cause: int = 0) -> Told:
    return Told(kind, channel=Channel(CALL, state), cause=cause, args=[PLACED])


class Stage:
    """An Asterisk that answers as scripted, and what it was asked."""

    def __init__(self, **answers: int) -> None:
        self.lines = Lines(lambda _: CONTACT)
        self.ari = ScriptedAri(**answers)
        self.told: list[PbxEvent] = []
        self.verbs = verbs_over(self.ari, self.lines, self.told)

    async def agent_is_on_the_line(self) -> None:
        """Rung first, and picked up."""
        await self.verbs.carry_out(RING)
        self.lines.hear(Told("StasisStart", channel=Channel(LEG, "Up"), args=["leg"]))

    def said(self) -> list[tuple[str, str]]:
        """Types of what was told, with code or cause."""
        return [(one.type, one.code or one.cause) for one in self.told]

    @property
    def dials(self) -> int:
        """How often a channel was asked for."""
        return self.ari.asked.count(("POST", "channels"))


async def test_the_agent_is_rung_first_then_the_customer_who_answers() -> None:
    stage = Stage()
    await stage.agent_is_on_the_line()
    await stage.verbs.carry_out(DIAL)
    assert stage.said() == [("command.done", ""), ("command.done", "")]
    assert ("POST", "channels", LEG, "play", f"{LEG}.tone") in stage.ari.asked
    rings = stage.lines.hear(customer("ChannelStateChange", "Ringing"))
    answers = stage.lines.hear(customer("StasisStart"))
    assert told(rings) == [("call.ringing", "")]
    assert told(answers) == [("call.answered", "")]
    assert answers.clear == [("playbacks", f"{LEG}.tone")]
    assert told(stage.lines.hear(customer("StasisEnd"))) == [("call.ended", "hangup")]


@pytest.mark.parametrize(
    ("cause", "has_rung", "said"),
    [
        (17, True, "busy"),
        (19, True, "no_answer"),
        (21, False, "declined"),
        (1, False, "unreachable"),
        (34, False, "failed"),
        (38, False, "failed"),
        (0, True, "no_answer"),
        (0, False, "unreachable"),
    ],
)
async def test_why_a_customer_was_not_reached(cause: int, has_rung: bool, said: str) -> None:
    stage = Stage()
    await stage.agent_is_on_the_line()
    await stage.verbs.carry_out(DIAL)
    if has_rung:
        stage.lines.hear(customer("ChannelStateChange", "Ringing"))
    heard = stage.lines.hear(customer("ChannelDestroyed", "Down", cause))
    assert told(heard) == [("call.ended", said)]
    assert ("channels", LEG) in heard.clear


async def test_asked_again_it_dials_nobody_again() -> None:
    stage = Stage()
    await stage.agent_is_on_the_line()
    await stage.verbs.carry_out(DIAL)
    await stage.verbs.carry_out(DIAL)
    assert stage.dials == 2  # the agent's leg, the customer's
    stage.lines.hear(customer("ChannelDestroyed", "Down", 17))
    await stage.verbs.carry_out(DIAL)
    assert (stage.dials, stage.said()[-1]) == (2, ("command.failed", "unknown_call"))


async def test_what_is_gone_when_we_look_is_not_dialled_again() -> None:
    stage = Stage()
    await stage.verbs.carry_out(DIAL)
    heard = stage.lines.look([], set(), [])
    assert told(heard) == [("call.ended", "failed")]
    await stage.verbs.carry_out(DIAL)
    assert stage.dials == 1


async def test_an_agent_who_is_rung_keeps_the_call_and_one_who_rings_is_adopted() -> None:
    stage = Stage()
    await stage.verbs.carry_out(RING)
    assert told(stage.lines.look([Channel(LEG, "Ringing")], {LEG}, [])) == [("leg.ringing", "")]
    await stage.verbs.carry_out(DIAL)
    there = [Channel(LEG, "Up"), Channel(CALL, "Ringing", dialplan=Place(app_name="AppDial2"))]
    assert ("call.ringing", "") in told(stage.lines.look(there, {LEG, CALL}, []))
    there[1] = Channel(CALL, "Up", dialplan=Place(app_data=f"callcenter,{PLACED}"))
    assert ("call.answered", "") in told(stage.lines.look(there, {LEG, CALL}, []))


def test_a_line_of_ours_that_nobody_knows_is_ended() -> None:
    lines = Lines(lambda _: CONTACT)
    assert lines.hear(customer("StasisStart")).clear == [("channels", CALL)]
    strange = Channel(CALL, "Ringing", dialplan=Place(app_name="AppDial2"))
    assert lines.look([strange], {CALL}, []).clear == [("channels", CALL)]


@pytest.mark.parametrize(
    ("stored", "dials"),
    [
        ([], 0),
        ([PbxEvent(EventType.COMMAND_DONE, "r", CALL, command_id=RING.command_id)], 1),
        ([PbxEvent(EventType.LEG_ANSWERED, "a", CALL, leg_id=LEG)], 0),
        ([PbxEvent(EventType.CALL_RINGS, "r", CALL)], 0),
        ([PbxEvent(EventType.COMMAND_DONE, "d", CALL, command_id=DIAL.command_id)], 0),
    ],
)
async def test_after_a_restart_it_is_dialled_only_if_it_cannot_have_been(
    stored: list[PbxEvent], dials: int
) -> None:
    stage = Stage(**{CALL: 404})
    for event in [PbxEvent(EventType.DIAL_ASKED, "own", CALL), *stored]:
        stage.lines.remember(event)
    stage.lines.settle(CALL)
    await stage.verbs.carry_out(DIAL)
    assert stage.dials == dials


async def test_without_a_trunk_nobody_is_dialled() -> None:
    stage = Stage()
    stage.verbs._trunk_of = lambda _number: ""
    await stage.verbs.carry_out(DIAL)
    assert stage.said() == [("command.failed", "unsupported")]
    unknown = Order("x", OrderKind.PING, CALL)
    del stage.verbs._verbs[OrderKind.HOLD]
    await stage.verbs.carry_out(Order("h", OrderKind.HOLD, CALL))
    await stage.verbs.carry_out(unknown)
    assert stage.said()[1:] == [("command.failed", "unsupported")]


def test_calls_that_are_over_are_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PLACED_REMEMBERED", 1)
    lines = Lines(lambda call_id: call_id)
    for call_id in ("a", "b"):
        assert lines.place(call_id) is not None
        lines.end(call_id, Heard())
    assert lines.place("b") is None
    assert lines.place("a") is not None
