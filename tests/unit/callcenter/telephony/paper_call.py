"""A call on paper: a small model of phone system and engine that plays what `decide` wants, without sockets or clock."""

import msgspec

from callcenter.customers.rules import Attributes
from callcenter.telephony.calls import Call, in_turn, note, overdue
from callcenter.telephony.deciding import decide
from callcenter.telephony.entry import Choice, EntryPoint, Speech
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent
from callcenter.telephony.wanted import Chosen, Standing, Wanted
from routing.ids import AgentId, ContactId, OfferId, QueueId, SkillId
from routing.model import SkillNeed

C1, ANN, LEG = ContactId("c1"), AgentId("ann"), OfferId("c1.1")
ZH = Attributes(needs=(SkillNeed(SkillId("zh"), 2),), credit_ms=60_000)
SALES, HELP = QueueId("sales"), QueueId("help")
PLAIN = EntryPoint(number="100", queue_id=SALES)
GREETED = EntryPoint(number="100", queue_id=SALES, greeting=Speech("Hello", "您好"))
ASKED = EntryPoint(
    number="100",
    queue_id=SALES,
    greeting=Speech("Press", "请按"),
    choices={"1": Choice("zh"), "2": Choice(None, HELP), "3": Choice(attributes=ZH)},
)


def call(plan: EntryPoint | None = PLAIN, **changes: object) -> Call:
    """A call that has arrived."""
    begun = Call(contact_id=C1, connection_id="pbx", call_id="k1", begun_at_ms=0)
    begun.has_arrived, begun.plan, begun.language = True, plan, "en"
    for name, value in changes.items():
        setattr(begun, name, value)
    return begun


def event(kind: str, n: int = 1, **fields: object) -> PbxEvent:
    """An event of the call."""
    return msgspec.convert(
        {"type": kind, "event_id": f"e{n}", "call_id": "k1", "n": n, **fields}, PbxEvent
    )


def wanted(one: Call, standing: Standing | None = None, now_ms: int = 0) -> Wanted:
    """What is wanted; it counts as sent from now on."""
    answer = decide(one, standing or Standing(), now_ms)
    for order in answer.orders:
        one.sent.setdefault(order.command_id, now_ms)
    return answer


def kinds(answer: Wanted) -> list[OrderKind]:
    """What the phone system is asked to do."""
    return [order.kind for order in answer.orders]


def only(answer: Wanted) -> Order:
    """The one order there is."""
    (order,) = answer.orders
    return order


def enqueued(answer: Wanted) -> Chosen:
    """The contact that enters."""
    command = answer.commands["enqueue"]
    assert isinstance(command, Chosen)
    return command


def folded(events: list[PbxEvent], now_ms: int = 0) -> Call:
    """A call made of deliveries, as they came, and of what is not waited for any longer."""
    one = Call(contact_id=C1, connection_id="pbx", call_id="k1", begun_at_ms=0)
    seen = set()
    for each in events:
        if each.event_id not in seen:
            seen.add(each.event_id)
            for ready in in_turn(one, each, now_ms):
                note(one, ready, now_ms)
    while one.held:
        now_ms += 10_000
        for ready in overdue(one, now_ms):
            note(one, ready, 0)
    return one


STORY = [
    event(EventType.CALL_ARRIVED, 1, **{"from": "+491", "to": "100"}),
    event(EventType.COMMAND_DONE, 2, command_id="c1.answer"),
    event(EventType.GATHER_RESULT, 3, command_id="c1.gather.1", digits="2"),
    event(EventType.COMMAND_DONE, 4, command_id=f"{LEG}.ring_agent"),
    event(EventType.LEG_RINGS, 5, leg_id=LEG),
    event(EventType.LEG_ANSWERED, 6, leg_id=LEG),
    event(EventType.BRIDGE_STARTED, 7, leg_id=LEG),
    event(EventType.HOLD_STARTED, 8, leg_id=LEG),
    event(EventType.HOLD_ENDED, 9, leg_id=LEG),
    event("new.thing", 10, leg_id=LEG),
    event(EventType.CALL_ENDED, 11, cause="hangup"),
    event(EventType.LEG_ENDED, 12, leg_id=LEG, cause="released"),
]
"""A whole call as it is told."""
