"""The soft PBX keeps its side of docs/telephony-protocol.md: numbers without gaps, commands once, ends told once."""

import itertools
from typing import Any

import pytest

from loadtests.softpbx import signing
from loadtests.softpbx.agenda import Agenda
from loadtests.softpbx.calls import Call
from loadtests.softpbx.people import PHONE_MANNERS, Crowd, Temper
from loadtests.softpbx.switch import Switch
from loadtests.softpbx.trouble import Trouble, Way

KEY = "whsec_" + "c2VjcmV0" * 4


class Bench:
    """A switch with one call, driven by commands."""

    def __init__(self, phones: dict[str, str] | None = None, temper: Temper | None = None) -> None:
        self.agenda = Agenda()
        self.events: list[dict[str, Any]] = []
        self.switch = Switch(self.agenda, self.events.append)
        known = {"1": "hand", "2": "answers"} if phones is None else phones
        self.crowd = Crowd(self.switch, temper or Temper(), 7, known)
        self._ids = itertools.count(1)

    def dial(self) -> Call:
        return self.switch.dial("+491", "+492", 1_000)

    def ask(self, call: Call, kind: str, now_ms: int = 2_000, **facts: object) -> str:
        command_id = f"c{next(self._ids)}"
        body = {"command_id": command_id, "call_id": call.call_id, "kind": kind, **facts}
        assert self.switch.command(body, now_ms)
        return command_id

    def ring(self, call: Call, to: str = "1", leg_id: str = "L1") -> None:
        self.ask(call, "ring_agent", leg_id=leg_id, to=to, timeout_ms=20_000)

    def told(self) -> list[str]:
        return [event["type"] for event in self.events]

    def talking(self) -> Call:
        call = self.dial()
        self.ask(call, "answer")
        self.ring(call)
        self.ask(call, "answer", leg_id="L1")
        self.ask(call, "bridge", leg_id="L1")
        return call


def test_a_call_from_start_to_end_is_numbered_without_gaps() -> None:
    bench = Bench()
    call = bench.talking()
    bench.ask(call, "hold", leg_id="L1")
    bench.ask(call, "unhold", leg_id="L1")
    bench.switch.caller_leaves(call, 9_000)
    assert bench.told() == [
        "call.arrived",
        "command.done",
        "command.done",
        "leg.ringing",
        "leg.answered",
        "command.done",
        "bridge.started",
        "hold.started",
        "hold.ended",
        "call.ended",
        "leg.ended",
    ]
    assert [event["n"] for event in bench.events] == list(range(1, 12))
    line = call.line()
    assert (line["outcome"], line["parties"], line["cause"]) == ("handled", ["1"], "hangup")


def test_a_command_is_done_once_however_often_it_is_asked_for() -> None:
    bench = Bench()
    call = bench.dial()
    command_id = bench.ask(call, "answer")
    told = len(bench.events)
    assert bench.switch.command(
        {"command_id": command_id, "call_id": call.call_id, "kind": "answer"}, 3_000
    )
    assert len(bench.events) == told


def test_an_agents_leg_never_takes_the_customer_along() -> None:
    bench = Bench()
    call = bench.talking()
    bench.switch.put_down(call.legs["L1"], 5_000)
    assert not call.is_over
    assert bench.told()[-2:] == ["bridge.ended", "leg.ended"]
    assert bench.events[-1]["cause"] == "hangup"
    bench.ask(call, "park")
    bench.ask(call, "hangup")
    assert call.line()["cause"] == "released"


def test_a_colleague_is_asked_while_the_customer_hears_music() -> None:
    bench = Bench()
    call = bench.talking()
    bench.ring(call, to="2", leg_id="L2")
    legs: dict[str, Any] = {"leg_id": "L1", "other_leg_id": "L2"}
    bench.ask(call, "consult", mode="colleague", **legs)
    assert bench.events[-1]["code"] == "unknown_leg"
    bench.ask(call, "answer", leg_id="L2")
    told = len(bench.events)
    for mode in ("colleague", "all", "customer"):
        bench.ask(call, "consult", mode=mode, **legs)
    assert bench.told()[told:] == [
        "hold.started",
        "command.done",
        "hold.ended",
        "command.done",
        "command.done",
    ]


def test_parking_ends_bridge_and_hold_but_no_leg() -> None:
    bench = Bench()
    call = bench.talking()
    bench.ask(call, "hold", leg_id="L1")
    bench.ask(call, "park")
    assert bench.told()[-2:] == ["command.done", "bridge.ended"]
    assert not call.is_held
    assert bench.switch.live_leg_of("1") is call.legs["L1"]


@pytest.mark.parametrize(("manner", "code"), [("busy", "busy"), ("dead", "unreachable")])
def test_a_phone_that_cannot_be_rung_fails_the_command(manner: str, code: str) -> None:
    bench = Bench({"1": manner})
    bench.ring(bench.dial())
    assert (bench.events[-1]["type"], bench.events[-1]["code"]) == ("command.failed", code)


def test_a_phone_in_use_is_busy_and_a_phone_nobody_has_is_unreachable() -> None:
    bench = Bench()
    bench.talking()
    other = bench.dial()
    bench.ring(other, "1", "L2")
    assert bench.events[-1]["code"] == "busy"
    bench.ring(other, "9", "L3")
    assert bench.events[-1]["code"] == "unreachable"


def test_phones_answer_decline_and_ring_out() -> None:
    bench = Bench({"2": "answers", "3": "declines", "4": "rings_out"})
    for number, address in enumerate(("2", "3", "4")):
        bench.ring(bench.dial(), address, f"L{number}")
    bench.agenda.run(60_000)
    ends = {
        event["leg_id"]: event.get("cause", "answered")
        for event in bench.events
        if "leg_id" in event
    }
    assert ends == {"L0": "answered", "L1": "declined", "L2": "no_answer"}


def test_a_digit_or_silence_answers_a_gather_once() -> None:
    bench = Bench()
    call = bench.dial()
    first = bench.ask(call, "gather", text="Press", timeout_ms=4_000)
    bench.switch.press(call, "2", 3_000)
    bench.switch.press(call, "1", 3_100)
    second = bench.ask(call, "gather", 5_000, text="Press", timeout_ms=4_000)
    bench.agenda.run(60_000)
    results = [event for event in bench.events if event["type"] == "gather.result"]
    assert [(one["command_id"], one.get("digits"), one.get("timeout")) for one in results] == [
        (first, "2", None),
        (second, None, True),
    ]


def test_several_digits_are_told_at_once() -> None:
    bench = Bench()
    call = bench.dial()
    asked = {"text": "Order", "timeout_ms": 4_000, "digits_max": 3}
    for at_ms, digits in ((0, "123"), (20_000, "1#"), (40_000, "12")):
        bench.ask(call, "gather", at_ms, **asked)
        for digit in digits:
            bench.switch.press(call, digit, at_ms + 3_000)
    bench.agenda.run(60_000)
    results = [event for event in bench.events if event["type"] == "gather.result"]
    assert [(one["digits"], one.get("timeout")) for one in results] == [
        ("123", None),
        ("1#", None),
        ("12", None),
    ]


def test_whoever_waits_too_long_leaves_and_may_call_back() -> None:
    bench = Bench(temper=Temper(calls_back=1.0, patience_ms=(1_000, 1_000)))
    bench.crowd.somebody_calls("+491", "+492", 0)
    bench.agenda.run(5_000 + Temper().call_back_ms[1])
    assert bench.told()[:3] == ["call.arrived", "call.ended", "call.arrived"]
    assert {event["from"] for event in bench.events if "from" in event} == {"+491"}


def test_a_call_that_is_over_refuses_and_an_unknown_one_is_not_known() -> None:
    bench = Bench()
    call = bench.dial()
    bench.switch.caller_leaves(call, 1_500)
    bench.ask(call, "answer")
    assert bench.events[-1]["code"] == "unknown_call"
    assert not bench.switch.command({"command_id": "x", "call_id": "?", "kind": "answer"}, 1)


def test_a_restart_tells_of_itself_alone() -> None:
    bench = Bench()
    call = bench.talking()
    told = len(bench.events)
    bench.switch.restart(9_000)
    assert [event["type"] for event in bench.events[told:]] == ["pbx.restarted"]
    assert call.is_over
    assert bench.switch.live_leg_of("1") is None


def test_every_manner_is_a_share_of_one() -> None:
    for odds in PHONE_MANNERS.values():
        assert sum(odds.values()) in (0, pytest.approx(1.0))


def test_trouble_loses_no_event_and_the_same_seed_is_the_same_trouble() -> None:
    trouble = Trouble(duplicate=0.3, delay=0.3, drop=0.2)
    first, again = Way(trouble, 3), Way(trouble, 3)
    sendings = [first.sendings_ms({}, 1_000) for _ in range(500)]
    assert sendings == [again.sendings_ms({}, 1_000) for _ in range(500)]
    assert all(sendings)
    assert max(map(len, sendings)) > 1
    assert Way(Trouble(), 3).sendings_ms({}, 1_000) == [1_000]


def test_a_signature_holds_for_its_body_its_instant_and_its_id_alone() -> None:
    sent = signing.headers(KEY, "msg_1", 1_000, b"{}")
    assert signing.is_signed(KEY, sent, b"{}", now_s=1_001.0)
    assert not signing.is_signed(KEY, sent, b"{ }", now_s=1_001.0)
    assert not signing.is_signed(KEY, sent | {"webhook-id": "msg_2"}, b"{}", now_s=1_001.0)
    assert not signing.is_signed(KEY, sent, b"{}", now_s=1_301.0)
    assert not signing.is_signed(KEY, {}, b"{}", now_s=1_000.0)
