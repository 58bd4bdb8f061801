"""What the people of a recorded call do: a table of stories, and the people who play them on the soft PBX.

Times are in ms after what they follow. Every call has a number, a queue and two agents of its own, so that whom it is
offered to is no matter of who else calls.
"""

from dataclasses import dataclass

from loadtests.softpbx.calls import Call, Leg, LegState
from loadtests.softpbx.switch import FREE, Switch


@dataclass(frozen=True, slots=True)
class Story:
    """One kind of call. A phone is rung as `first`, after a transfer as `second`: answer, decline, nothing, busy, unreachable."""

    name: str
    first: str = "answer"
    second: str = "answer"
    answer_ms: int = 3_000
    leaves_after_ms: int | None = None
    """The caller hangs up so long after the call came, whatever is going on."""
    leaves_talking_ms: int | None = None
    """The caller hangs up so long after the last talk began."""
    puts_down_ms: int | None = None
    """The agent's phone is put down so long after the last talk began."""
    presses: str = ""
    desk: tuple[str, ...] = ()
    """What the agent does at the desk, one after the other: accept, hold, unhold, transfer, hang_up."""
    is_staffed: bool = True


STORIES = (
    Story("answered, the caller hangs up", leaves_talking_ms=8_000),
    Story("answered, the agent's phone hangs up", puts_down_ms=8_000),
    Story("taken in the console, hung up there", first="nothing", desk=("accept", "hang_up")),
    Story("held and taken back", desk=("hold", "unhold"), leaves_talking_ms=20_000),
    Story("held, and the caller hangs up", desk=("hold",), leaves_talking_ms=9_000),
    Story("handed on, the second agent talks", desk=("transfer",), leaves_talking_ms=12_000),
    Story("handed on, taken nowhere", desk=("transfer",), second="nothing", leaves_after_ms=60_000),
    Story("handed on, refused", desk=("transfer",), second="decline", leaves_after_ms=40_000),
    Story("handed on, then the phone hangs up", desk=("transfer",), puts_down_ms=12_000),
    Story("nobody there, the caller gives up", is_staffed=False, leaves_after_ms=15_000),
    Story("the caller gives up in the greeting", leaves_after_ms=300),
    Story("the caller gives up while it rings", leaves_after_ms=4_000, answer_ms=30_000),
    Story("refused, then given up", first="decline", leaves_after_ms=20_000),
    Story("rung out, then given up", first="nothing", leaves_after_ms=50_000),
    Story("phone busy, then given up", first="busy", leaves_after_ms=20_000),
    Story("phone dead, then given up", first="unreachable", leaves_after_ms=20_000),
    Story("answered, and hung up in the same moment", leaves_talking_ms=0),
    Story("hung up while the two are connected", answer_ms=3_000, leaves_after_ms=-1),
    Story("pressed a digit, answered", presses="1", leaves_talking_ms=5_000),
)
"""`leaves_after_ms` -1: at the very instant at which the phone is answered, right after it."""


class Players:
    """The people of recorded calls."""

    def __init__(self, switch: Switch) -> None:
        self.switch = switch
        self.stories: dict[str, Story] = {}
        switch.people = self

    def call(self, caller: str, number: str, story: Story, now_ms: int) -> Call:
        """Somebody calls, in the manner of the story."""
        call = self.switch.dial(caller, number, now_ms)
        self.stories[call.call_id] = story
        if story.leaves_after_ms is not None and story.leaves_after_ms >= 0:
            self._at(now_ms + story.leaves_after_ms, call)
        return call

    def _at(self, due_ms: int, call: Call) -> None:
        self.switch.agenda.at(due_ms, lambda at_ms: self.switch.caller_leaves(call, at_ms))

    def _manner(self, address: str) -> str:
        """`a-CALL` is the first agent's phone of a call, `b-CALL` the second's."""
        which, _, number = address.partition("-")
        story = self.stories[f"pbx-{number}"]
        return story.first if which == "a" else story.second

    def phone_state(self, address: str) -> str:
        """Free, or why it cannot be rung."""
        manner = self._manner(address)
        return manner if manner in {"busy", "unreachable"} else FREE

    def customer_rings(self, call: Call, now_ms: int) -> None:
        """In no story is a customer called."""

    def phone_rings(self, leg: Leg, now_ms: int) -> None:
        """Answered, refused, or left to ring."""
        call = self.switch.calls[leg.call_id]
        story, manner = self.stories[call.call_id], self._manner(leg.to)

        def reacts(at_ms: int) -> None:
            if leg.state is not LegState.RINGING:
                return
            if manner == "decline":
                self.switch.put_down(leg, at_ms)
                return
            self.switch.pick_up(leg, at_ms)
            if story.leaves_after_ms == -1:
                self.switch.caller_leaves(call, at_ms)

        if manner in {"answer", "decline"}:
            self.switch.agenda.at(now_ms + story.answer_ms, reacts)

    def digit_wanted(self, call: Call, now_ms: int) -> None:
        """Most wait until the machine gives up asking."""
        digit = self.stories[call.call_id].presses
        if digit:
            self.switch.agenda.at(now_ms + 500, lambda at_ms: self.switch.press(call, digit, at_ms))

    def talk_begins(self, call: Call, leg: Leg, now_ms: int) -> None:
        """Whoever is to hang up does, unless the talk has gone on to somebody else."""
        story = self.stories[call.call_id]
        is_last = leg.to.startswith("b") or "transfer" not in story.desk
        if not is_last:
            return
        if story.leaves_talking_ms is not None:
            self._at(now_ms + story.leaves_talking_ms, call)
        elif story.puts_down_ms is not None:
            due_ms = now_ms + story.puts_down_ms
            self.switch.agenda.at(due_ms, lambda at_ms: self.switch.put_down(leg, at_ms))

    def call_is_over(self, call: Call, now_ms: int) -> None:
        """Nothing is left to do."""
