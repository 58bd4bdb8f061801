"""A call in its flow, on paper: what is stored moves it, deadlines end every wait, a changed flow begins anew."""

from typing import Any

import msgspec
import pytest

from callcenter.flows.plans import FlowPlan, digest_of
from callcenter.telephony import flowing
from callcenter.telephony.calls import Call, note
from callcenter.telephony.deciding import decide
from callcenter.telephony.entry import EntryPoint
from callcenter.telephony.protocol import EventType, OrderKind, PbxEvent
from callcenter.telephony.wanted import Standing, Wanted
from ivr.model import Flow
from ivr.session import Answered, AskHours, AskProfile, Outcome
from ivr.waiting import Outlook
from routing.model import TurnAwayReason
from routing.state import ContactState
from tests.unit.callcenter.telephony.paper_call import HELP, SALES, call, enqueued, event

TEXT = {"en": "Press", "zh": "请按"}
WAITING = Standing(ContactState.WAITING, outlook=Outlook(2))


def plan(start: str, **nodes: dict[str, Any]) -> FlowPlan:
    """A flow from plain values."""
    plain = {"id": "main", "name": {}, "start": start, "nodes": nodes}
    flows = {"main": msgspec.convert(plain, Flow)}
    return FlowPlan("main", flows, digest_of(flows))


MENU: dict[str, Any] = {
    "kind": "menu",
    "text": TEXT,
    "choices": {"1": {"to": "hours"}, "2": {"to": "bye"}},
    "attempts": 2,
    "otherwise": "silent",
}
PLAN = plan(
    "menu",
    menu=MENU,
    silent={"kind": "say", "next": "wait"},
    hours={"kind": "hours", "calendar": "office", "open": "who", "closed": "bye"},
    who={"kind": "profile", "next": "wait"},
    wait={
        "kind": "queue",
        "queue": "help",
        "comfort": [{"text": {"en": "Place {position}"}, "after_s": 10, "every_s": 10}],
        "turned_away": "bye",
    },
    bye={"kind": "hang_up", "text": {"en": "Bye"}},
)


class Played:
    """A call, its stored events, and a clock."""

    def __init__(self, flow: FlowPlan = PLAN) -> None:
        self.point = EntryPoint(number="100", queue_id=SALES, flow=flow)
        self.now_ms, self.stored = 1_000, list[PbxEvent]()
        self.call: Call = call(self.point)
        self.look()
        self.take(event(EventType.COMMAND_DONE, command_id="c1.answer"))
        self.look()

    def take(self, one: PbxEvent) -> None:
        """Store an event and fold it."""
        if any(one.event_id == each.event_id for each in self.stored):
            return
        stored = msgspec.structs.replace(one, received_at_ms=self.now_ms)
        self.stored.append(stored)
        note(self.call, stored, self.now_ms)
        flowing.fold(self.call, stored, self.now_ms)

    def look(self, standing: Standing | None = None) -> Wanted:
        """What is wanted once everything that can be told is told."""
        for _ in range(50):
            answer = decide(self.call, standing or Standing(), self.now_ms)
            for order in answer.orders:
                self.call.sent.setdefault(order.command_id, self.now_ms)
            before = len(self.stored)
            for given in answer.inputs:
                self.take(given)
            if len(self.stored) == before:
                return answer
        raise AssertionError("it goes in circles")

    def press(self, digits: str, standing: Standing | None = None) -> Wanted:
        """Answer the gather that is asked for."""
        (order,) = (one for one in self.look().orders if one.kind is OrderKind.GATHER)
        number = len(self.stored) + 10
        self.take(event("gather.result", number, command_id=order.command_id, digits=digits))
        return self.look(standing)

    def again(self) -> Call:
        """The same stored events folded later, as after a restart."""
        other = call(self.point)
        for one in self.stored:
            note(other, one, 10**9)
            flowing.fold(other, one, 10**9)
        return other


def test_silence_leads_to_the_queue_in_time() -> None:
    played = Played()
    for _ in range(2):
        (order,) = played.look().orders
        assert (order.kind, order.text, order.digits_max) == (OrderKind.GATHER, "Press", 1)
        due_ms = played.look().due_ms
        assert due_ms is not None
        played.now_ms = due_ms
    answer = played.look()
    assert enqueued(answer).queue_id == HELP
    assert played.again().flow == played.call.flow


def test_what_the_phone_system_refuses_counts_as_no_answer() -> None:
    played = Played()
    (order,) = played.look().orders
    played.call.done[order.command_id] = "undelivered"
    (second,) = played.look().orders
    assert second.command_id != order.command_id
    failed = event("command.failed", 9, command_id=second.command_id, code="failed")
    played.take(failed)
    assert enqueued(played.look()).queue_id == HELP


def test_what_the_server_knows_is_looked_up() -> None:
    played = Played()
    answer = played.press("1")
    assert [type(one) for one in answer.lookups] == [AskHours]
    run = played.call.flow
    assert run is not None
    ask = answer.lookups[0]
    opened = Answered(ask.number, value="open")
    played.take(flowing.answer_event(played.call, run, opened, played.now_ms))
    assert [type(one) for one in played.look().lookups] == [AskProfile]
    assert played.again().flow == played.call.flow


def test_a_flow_that_hangs_up_says_goodbye_first() -> None:
    played = Played()
    (play,) = played.press("2").orders
    assert (play.kind, play.text) == (OrderKind.PLAY, "Bye")
    played.take(event("command.done", 30, command_id=play.command_id))
    assert [one.kind for one in played.look().orders] == [OrderKind.HANGUP]


def waits() -> Played:
    """A call in the queue."""
    played = Played()
    played.press("9")
    played.press("9")
    played.call.is_enqueued = True
    return played


def test_who_waits_is_comforted_and_hears_music_again() -> None:
    played = waits()
    assert [one.kind for one in played.look(WAITING).orders] == [OrderKind.PARK]
    played.now_ms += 10_000
    play = played.look(WAITING).orders[-1]
    assert (play.kind, play.text) == (OrderKind.PLAY, "Place 2")
    assert len(played.look(WAITING).orders) == 1
    played.take(event("command.done", 40, command_id=play.command_id))
    park = played.look(WAITING).orders[-1]
    assert (park.kind, park.command_id) == (OrderKind.PARK, "c1.park.0.5")


def test_nothing_is_said_while_a_phone_rings_or_what_is_not_known() -> None:
    played = waits()
    played.now_ms += 10_000
    for standing in (Standing(ContactState.OFFERED), Standing(ContactState.WAITING)):
        assert [one.kind for one in played.look(standing).orders] == [OrderKind.PARK]


def test_who_is_turned_away_hears_the_flow() -> None:
    played = waits()
    played.call.turned_away = TurnAwayReason.FULL.value
    (play,) = played.look().orders
    assert (play.kind, play.text) == (OrderKind.PLAY, "Bye")


def test_a_contact_that_is_over_is_hung_up_on() -> None:
    played = waits()
    assert [one.kind for one in played.look(Standing(ContactState.WRAP_UP)).orders] == [
        OrderKind.HANGUP
    ]


def test_who_hangs_up_is_gone() -> None:
    played = Played()
    played.take(event("call.ended", 9, cause="hangup"))
    assert played.call.flow is not None
    assert played.call.flow.session.outcome is Outcome.GONE


def test_a_flow_that_cannot_go_on_leaves_the_caller_to_the_queue_of_the_entry_point() -> None:
    played = Played(plan("a", a={"kind": "set", "values": {"n": 1}, "next": "a"}))
    assert enqueued(played.look()).queue_id == SALES


def test_a_flow_that_has_changed_begins_anew_under_new_ids() -> None:
    played = Played()
    (before,) = played.look().orders
    changed = plan("menu", **{**PLAN_NODES, "menu": {**MENU, "attempts": 1}})
    played.point = EntryPoint(number="100", queue_id=SALES, flow=changed)
    played.call = played.again()
    assert played.call.flow is None
    (after,) = played.look().orders
    assert after.command_id != before.command_id
    late = event("gather.result", 50, command_id=before.command_id, digits="2")
    played.take(late)
    assert [one.command_id for one in played.look().orders] == [after.command_id]


PLAN_NODES: dict[str, Any] = {
    name: msgspec.to_builtins(node) for name, node in PLAN.flows["main"].nodes.items()
}


@pytest.mark.parametrize(
    "command_id", ["", "c1.flow.1", "c1.flow.1.x", "c1.flow.7.1", "c2.flow.1.1"]
)
def test_results_of_other_commands_move_nothing(command_id: str) -> None:
    played = Played()
    before = played.call.flow
    assert before is not None
    session = before.session
    played.take(event("command.done", 60, command_id=command_id))
    assert before.session is session
