"""The exchange itself: calls, phones and commands, without sockets and without a clock of its own.

Whatever happens to a call becomes an event with the call's next number and goes to `send`, in order
(docs/telephony-protocol.md). A command is done once, however often it is asked for: its id is remembered. People (who pick up,
press digits, lose patience) are told by `People` and act through the same methods as the page by hand.
"""

from collections.abc import Callable
from typing import Protocol

from loadtests.softpbx.agenda import Agenda
from loadtests.softpbx.calls import Call, CallState, Json, Leg, LegState
from loadtests.softpbx.tapes import HOLD, CannotRecord, Tapes

PLAY_MS = 700
RING_MS = 60_000
FREE = "free"
HANG_UP = "hangup"
RELEASED = "released"

Send = Callable[[Json], None]


class Refusal(Exception):
    """A command that cannot be done; the text is its code."""


class People(Protocol):
    """Those at both ends of the lines."""

    def phone_state(self, address: str) -> str:
        """`free`, or the cause for which it cannot be rung: busy or unreachable."""
        ...

    def phone_rings(self, leg: Leg, now_ms: int) -> None:
        """An agent's phone rings."""
        ...

    def customer_rings(self, call: Call, now_ms: int) -> None:
        """The phone of a customer rings, whom the server calls."""
        ...

    def digit_wanted(self, call: Call, now_ms: int) -> None:
        """The caller is asked for a digit."""
        ...

    def talk_begins(self, call: Call, leg: Leg, now_ms: int) -> None:
        """Caller and agent hear each other."""
        ...

    def call_is_over(self, call: Call, now_ms: int) -> None:
        """The caller's line is closed."""
        ...


class Switch:
    """All calls of one phone system."""

    def __init__(
        self, agenda: Agenda, send: Send, *, name: str = "pbx", play_ms: int = PLAY_MS
    ) -> None:
        self.agenda = agenda
        self.people: People | None = None
        self.calls: dict[str, Call] = {}
        self.legs: dict[str, Leg] = {}
        self.commands: dict[str, str] = {}
        self.tapes = Tapes(agenda, self._tell, play_ms=play_ms)
        self.dialled: list[str] = []
        """Every number that was rung for the server, as often as it was."""
        self._in_use: dict[str, str] = {}
        self._send = send
        self._name = name
        self._play_ms = play_ms
        self._count = 0
        self._restarts = 0
        self._verbs: dict[str, Callable[[Call, Json, int], None]] = {
            "gone": self._gone,
            "answer": self._answer,
            "play": self._play,
            "gather": self._gather,
            "park": self._park,
            "ring_agent": self._ring_agent,
            "dial": self._dial,
            "bridge": self._bridge,
            "hold": self._hold,
            "unhold": self._unhold,
            "consult": self._consult,
            "mute": self._mute,
            "unmute": self._mute,
            "record": self.tapes.command,
            "hangup": self._hang_up,
        }

    # --- callers ------------------------------------------------------------------------------------

    def dial(self, caller: str, number: str, now_ms: int) -> Call:
        """Somebody calls one of our numbers."""
        self._count += 1
        call = Call(f"{self._name}-{self._count}", caller, number, now_ms)
        self.calls[call.call_id] = call
        self._tell(call, "call.arrived", now_ms, **{"from": caller, "to": number})
        return call

    def press(self, call: Call, digit: str, now_ms: int) -> None:
        """The caller presses a digit; heard while one is asked for, or a message is left."""
        if digit == "#" and call.tape is not None:
            self.tapes.message_ends(call, call.tape.recording_id, now_ms)
        if call.gathers:
            call.pressed += digit
            if digit == "#" or len(call.pressed) >= call.digits_max:
                self._gathered(call, now_ms)

    def _gathered(self, call: Call, now_ms: int) -> None:
        """What was pressed, all at once; or that nothing was."""
        command_id, call.gathers = call.gathers, ""
        told: Json = {"digits": call.pressed} if call.pressed else {"timeout": True}
        self._tell(call, "gather.result", now_ms, command_id=command_id, **told)

    def caller_leaves(self, call: Call, now_ms: int) -> None:
        """The caller puts the receiver down."""
        self._close(call, HANG_UP, now_ms)

    # --- agents' phones -----------------------------------------------------------------------------

    def pick_up(self, leg: Leg, now_ms: int) -> None:
        """The agent answers the phone."""
        if leg.state is LegState.RINGING:
            leg.state, leg.since_ms, leg.was_answered = LegState.ANSWERED, now_ms, True
            self._tell(self.calls[leg.call_id], "leg.answered", now_ms, leg_id=leg.leg_id)

    def put_down(self, leg: Leg, now_ms: int) -> None:
        """The agent refuses, or hangs up."""
        self._end_leg(leg, "declined" if leg.state is LegState.RINGING else HANG_UP, now_ms)

    def live_leg_of(self, address: str) -> Leg | None:
        """What this phone is busy with."""
        leg = self.legs.get(self._in_use.get(address, ""))
        return None if leg is None or leg.state is LegState.ENDED else leg

    # --- commands -----------------------------------------------------------------------------------

    def command(self, body: Json, now_ms: int) -> bool:
        """Do what we are told, once, and tell what came of it; False when nobody knows the call."""
        command_id, kind = str(body["command_id"]), str(body["kind"])
        if kind == "ping" or command_id in self.commands:
            return True
        call = self.calls.get(str(body["call_id"]))
        if call is None and body.get("is_placed"):
            call = Call(str(body["call_id"]), "", "", now_ms)
            self.calls[call.call_id] = call
        if call is None:
            return False
        self.commands[command_id] = kind
        try:
            self._verbs["gone" if call.is_over else kind](call, body, now_ms)
        except (Refusal, CannotRecord, KeyError) as refusal:
            code = "failed" if isinstance(refusal, KeyError) else str(refusal)
            self._tell(call, "command.failed", now_ms, command_id=command_id, code=code)
        return True

    def _gone(self, _call: Call, _body: Json, _now_ms: int) -> None:
        raise Refusal("unknown_call")

    def _done(self, call: Call, body: Json, now_ms: int) -> None:
        self._tell(call, "command.done", now_ms, command_id=body["command_id"])

    def _answer(self, call: Call, body: Json, now_ms: int) -> None:
        if body.get("leg_id"):
            leg = self._leg_of(call, body)
            if leg.state is LegState.ENDED:
                raise Refusal("unknown_leg")
            self.pick_up(leg, now_ms)
            return
        call.state = CallState.ANSWERED
        self._done(call, body, now_ms)

    def _play(self, call: Call, body: Json, now_ms: int) -> None:
        call.sound = str(body.get("text", "") or body.get("file", ""))

        def is_over(due_ms: int) -> None:
            if not call.is_over:
                call.sound = ""
                self._done(call, body, due_ms)

        self.agenda.at(now_ms + self._play_ms, is_over)

    def _gather(self, call: Call, body: Json, now_ms: int) -> None:
        call.sound, call.gathers = str(body.get("text", "")), str(body["command_id"])
        call.digits_max, call.pressed = int(body.get("digits_max", 1)), ""

        def silence(due_ms: int) -> None:
            if call.gathers == body["command_id"] and not call.is_over:
                self._gathered(call, due_ms)

        self.agenda.at(now_ms + self._play_ms + int(body.get("timeout_ms", 0)), silence)
        if self.people is not None:
            self.people.digit_wanted(call, now_ms)

    def _park(self, call: Call, body: Json, now_ms: int) -> None:
        self._done(call, body, now_ms)
        self._part(call, now_ms)
        call.sound = "music"

    def _ring_agent(self, call: Call, body: Json, now_ms: int) -> None:
        leg = Leg(str(body["leg_id"]), call.call_id, str(body["to"]), since_ms=now_ms)
        fault = FREE if self.people is None else self.people.phone_state(leg.to)
        if fault != FREE:
            raise Refusal(fault)
        call.legs[leg.leg_id] = self.legs[leg.leg_id] = leg
        self._in_use[leg.to] = leg.leg_id
        self._done(call, body, now_ms)
        self._tell(call, "leg.ringing", now_ms, leg_id=leg.leg_id)

        def rings_out(due_ms: int) -> None:
            if leg.state is LegState.RINGING:
                self._end_leg(leg, "no_answer", due_ms)

        self.agenda.at(now_ms + int(body.get("timeout_ms", RING_MS)), rings_out)
        if self.people is not None:
            self.people.phone_rings(leg, now_ms)

    def _dial(self, call: Call, body: Json, now_ms: int) -> None:
        """Ring a customer; what comes of it is told of the call itself."""
        call.caller, call.number = str(body["to"]), str(body.get("from", ""))
        self.dialled.append(call.caller)
        self._done(call, body, now_ms)
        fault = FREE if self.people is None else self.people.phone_state(call.caller)
        if fault != FREE:
            self._close(call, fault, now_ms)
            return
        self._tell(call, "call.ringing", now_ms)

        def rings_out(due_ms: int) -> None:
            if call.state is CallState.ARRIVING:
                self._close(call, "no_answer", due_ms)

        self.agenda.at(now_ms + int(body.get("timeout_ms", RING_MS)), rings_out)
        if self.people is not None:
            self.people.customer_rings(call, now_ms)

    def customer_answers(self, call: Call, now_ms: int) -> None:
        """The customer whom the server calls picks up."""
        if call.state is CallState.ARRIVING:
            call.state = CallState.ANSWERED
            self._tell(call, "call.answered", now_ms)

    def customer_declines(self, call: Call, now_ms: int) -> None:
        """Pressed away."""
        if call.state is CallState.ARRIVING:
            self._close(call, "declined", now_ms)

    def _bridge(self, call: Call, body: Json, now_ms: int) -> None:
        leg = self._leg_of(call, body)
        if leg.state is not LegState.ANSWERED:
            raise Refusal("unknown_leg")
        self._done(call, body, now_ms)
        if call.talking_to == leg.leg_id:
            return
        self._part(call, now_ms)
        call.talking_to, call.sound = leg.leg_id, ""
        call.bridged.append(leg.leg_id)
        self._tell(call, "bridge.started", now_ms, leg_id=leg.leg_id)
        if self.people is not None:
            self.people.talk_begins(call, leg, now_ms)

    def _hold(self, call: Call, body: Json, now_ms: int) -> None:
        self._turn(call, body, now_ms, is_held=True)

    def _unhold(self, call: Call, body: Json, now_ms: int) -> None:
        self._turn(call, body, now_ms, is_held=False)

    def _turn(self, call: Call, body: Json, now_ms: int, *, is_held: bool) -> None:
        leg = self._leg_of(call, body)
        if call.talking_to != leg.leg_id:
            raise Refusal("unknown_leg")
        if is_held and not call.is_held:
            self.tapes.stand_still(call, HOLD, now_ms)
        elif call.is_held and not is_held:
            self.tapes.go_on(call, HOLD, now_ms)
        call.is_held = is_held
        kind = "hold.started" if is_held else "hold.ended"
        self._tell(call, kind, now_ms, leg_id=leg.leg_id)

    def _consult(self, call: Call, body: Json, now_ms: int) -> None:
        """Agent and colleague, agent and customer, or all three hear each other; whoever does not hears music."""
        leg, other = self._leg_of(call, body), call.legs.get(str(body["other_leg_id"]))
        if call.talking_to != leg.leg_id or other is None or other.state is not LegState.ANSWERED:
            raise Refusal("unknown_leg")
        is_held = body["mode"] == "colleague"
        if call.is_held != is_held:
            self._turn(call, body, now_ms, is_held=is_held)
        self._done(call, body, now_ms)

    def _mute(self, call: Call, body: Json, now_ms: int) -> None:
        leg = self._leg_of(call, body)
        if call.talking_to != leg.leg_id:
            raise Refusal("unknown_leg")
        call.is_muted = body["kind"] == "mute"
        kind = "mute.started" if call.is_muted else "mute.ended"
        self._tell(call, kind, now_ms, leg_id=leg.leg_id)

    def _hang_up(self, call: Call, body: Json, now_ms: int) -> None:
        if body.get("leg_id"):
            self._end_leg(self._leg_of(call, body), RELEASED, now_ms)
        else:
            self._close(call, RELEASED, now_ms)

    def restart(self, now_ms: int) -> None:
        """The power fails: every call is gone without a word, and only that is told."""
        for call in self.calls.values():
            if not call.is_over:
                call.state, call.cause, call.ended_at_ms = CallState.ENDED, "pbx_lost", now_ms
            for leg in call.legs.values():
                leg.state = LegState.ENDED
        self._restarts += 1
        event_id = f"{self._name}:restart:{self._restarts}"
        head = {"event_id": event_id, "type": "pbx.restarted", "call_id": ""}
        self._send(head | {"n": 0, "at_ms": now_ms})

    # --- ends ---------------------------------------------------------------------------------------

    def _leg_of(self, call: Call, body: Json) -> Leg:
        leg = call.legs.get(str(body.get("leg_id", "")))
        if leg is None:
            raise Refusal("unknown_leg")
        return leg

    def _end_leg(self, leg: Leg, cause: str, now_ms: int) -> None:
        if leg.state is LegState.ENDED:
            return
        leg.state, leg.cause, leg.since_ms = LegState.ENDED, cause, now_ms
        call = self.calls[leg.call_id]
        if call.talking_to == leg.leg_id:
            self._part(call, now_ms)
        self._tell(call, "leg.ended", now_ms, leg_id=leg.leg_id, cause=cause)

    def _part(self, call: Call, now_ms: int) -> None:
        """Caller and agent no longer hear each other."""
        if call.talking_to:
            self.tapes.end(call, now_ms, "over")
            leg_id, call.talking_to, call.is_held = call.talking_to, "", False
            call.is_muted = False
            self._tell(call, "bridge.ended", now_ms, leg_id=leg_id)

    def _close(self, call: Call, cause: str, now_ms: int) -> None:
        """The caller's line is closed: that is told first, the ends of its legs follow."""
        if call.is_over:
            return
        self.tapes.end(call, now_ms, "over")
        call.state, call.cause, call.ended_at_ms = CallState.ENDED, cause, now_ms
        call.gathers, call.sound, call.talking_to, call.is_held = "", "", "", False
        self._tell(call, "call.ended", now_ms, cause=cause)
        for leg in call.legs.values():
            self._end_leg(leg, RELEASED, now_ms)
        if self.people is not None:
            self.people.call_is_over(call, now_ms)

    def _tell(self, call: Call, kind: str, now_ms: int, **facts: object) -> None:
        call.n += 1
        head = {"event_id": f"{call.call_id}:{call.n}", "type": kind, "call_id": call.call_id}
        self._send(head | {"n": call.n, "at_ms": now_ms} | facts)
