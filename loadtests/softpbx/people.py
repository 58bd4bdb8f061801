"""Who is at both ends of the lines: callers with patience, phones with manners. All drawn from one seed.

A caller nobody plays is *by hand*: left alone, for the page. So is a phone whose manner is `hand`: it rings until the
console, or somebody on the page, answers it.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass

from loadtests.softpbx.calls import Call, Leg, LegState
from loadtests.softpbx.switch import FREE, Switch

PHONE_MANNERS: Mapping[str, Mapping[str, float]] = {
    "hand": {},
    "answers": {"answer": 1.0},
    "declines": {"decline": 1.0},
    "rings_out": {},
    "busy": {"busy": 1.0},
    "dead": {"unreachable": 1.0},
    "mixed": {"answer": 0.86, "decline": 0.05, "busy": 0.02, "unreachable": 0.02, "nothing": 0.05},
}
"""Manner of a phone -> what it does when it is rung, and how often."""
FAULTS = ("busy", "unreachable")


@dataclass(frozen=True, slots=True)
class Temper:
    """How the people of a run behave; every span is drawn between its two ends."""

    patience_ms: tuple[int, int] = (20_000, 90_000)
    talk_ms: tuple[int, int] = (15_000, 60_000)
    answer_ms: tuple[int, int] = (500, 4_000)
    press_ms: tuple[int, int] = (300, 2_500)
    call_back_ms: tuple[int, int] = (3_000, 15_000)
    digits: str = "12"
    presses: float = 0.8
    calls_back: float = 0.3
    agent_hangs_up: float = 0.5
    """How often the agent's phone is put down first; else the caller's."""


class Crowd:
    """The people of one phone system."""

    def __init__(
        self, switch: Switch, temper: Temper, seed: int, phones: Mapping[str, str]
    ) -> None:
        """`phones`: address -> manner; an address that is not listed is unreachable unless "*" is."""
        self.switch = switch
        self.phones = dict(phones)
        self._temper = temper
        self._draw = random.Random(seed)
        self._played: set[str] = set()
        self.may_call = True
        switch.people = self

    def _span(self, ends: tuple[int, int]) -> int:
        return self._draw.randint(*ends)

    # --- callers ------------------------------------------------------------------------------------

    def somebody_calls(self, caller: str, number: str, now_ms: int) -> Call:
        """A caller with a patience of their own, who may call back once it has run out."""
        call = self.switch.dial(caller, number, now_ms)
        self._played.add(call.call_id)

        def loses_patience(due_ms: int) -> None:
            if call.is_over or call.bridged:
                return
            self.switch.caller_leaves(call, due_ms)
            if self._draw.random() < self._temper.calls_back:
                self.switch.agenda.at(
                    due_ms + self._span(self._temper.call_back_ms),
                    lambda at_ms: self._call_again(caller, number, at_ms),
                )

        self.switch.agenda.at(now_ms + self._span(self._temper.patience_ms), loses_patience)
        return call

    def _call_again(self, caller: str, number: str, now_ms: int) -> None:
        if self.may_call:
            self.somebody_calls(caller, number, now_ms)

    def digit_wanted(self, call: Call, now_ms: int) -> None:
        """Most press something."""
        if call.call_id not in self._played or self._draw.random() >= self._temper.presses:
            return
        digit = self._draw.choice(self._temper.digits)
        due_ms = now_ms + self._span(self._temper.press_ms)
        self.switch.agenda.at(due_ms, lambda at_ms: self.switch.press(call, digit, at_ms))

    def talk_begins(self, call: Call, leg: Leg, now_ms: int) -> None:
        """Sooner or later one of the two hangs up."""
        if call.call_id not in self._played:
            return
        is_agent_first = (
            self.manner_of(leg.to) != "hand" and self._draw.random() < self._temper.agent_hangs_up
        )

        def good_bye(due_ms: int) -> None:
            if call.talking_to != leg.leg_id:
                return
            if is_agent_first:
                self.switch.put_down(leg, due_ms)
            else:
                self.switch.caller_leaves(call, due_ms)

        self.switch.agenda.at(now_ms + self._span(self._temper.talk_ms), good_bye)

    def call_is_over(self, call: Call, now_ms: int) -> None:
        """Nobody waits for anything any more."""
        self._played.discard(call.call_id)

    # --- agents' phones -----------------------------------------------------------------------------

    def manner_of(self, address: str) -> str:
        """How this phone behaves."""
        return self.phones.get(address, self.phones.get("*", "dead"))

    def phone_state(self, address: str) -> str:
        """Free, or why it cannot be rung."""
        if self.switch.live_leg_of(address) is not None:
            return "busy"
        odds = PHONE_MANNERS[self.manner_of(address)]
        drawn = self._draw.random()
        for what in FAULTS:
            drawn -= odds.get(what, 0.0)
            if drawn < 0:
                return what
        return FREE

    def customer_rings(self, call: Call, now_ms: int) -> None:
        """A customer whom the server calls: answers or declines like any phone of that manner."""
        odds = PHONE_MANNERS[self.manner_of(call.caller)]
        if "answer" in odds:
            act, after_ms = self.switch.customer_answers, self._span(self._temper.answer_ms)
        elif "decline" in odds:
            act, after_ms = self.switch.customer_declines, self._span(self._temper.answer_ms)
        else:
            return
        self.switch.agenda.at(now_ms + after_ms, lambda at_ms: act(call, at_ms))

    def phone_rings(self, leg: Leg, now_ms: int) -> None:
        """It is answered, refused, or left to ring."""
        odds = PHONE_MANNERS[self.manner_of(leg.to)]
        if not odds:
            return
        willing = {what: share for what, share in odds.items() if what not in FAULTS}
        if not willing:
            return
        what = self._draw.choices(list(willing), list(willing.values()))[0]
        due_ms = now_ms + self._span(self._temper.answer_ms)

        def reacts(at_ms: int) -> None:
            if leg.state is not LegState.RINGING:
                return
            if what == "answer":
                self.switch.pick_up(leg, at_ms)
            elif what == "decline":
                self.switch.put_down(leg, at_ms)

        self.switch.agenda.at(due_ms, reacts)
