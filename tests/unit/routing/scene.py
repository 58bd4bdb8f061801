"""A small stage for scenarios: an engine, a clock in the test's hand, and commands in few words.

Every scenario is also a test of the invariants (after each command), of refusals that change nothing, and, at
its end, of replay, folding and snapshots.
"""

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from routing import commands as cmd
from routing import events as ev
from routing import invariants
from routing.engine import Engine
from routing.errors import Refusal, RefusalCode
from routing.ids import (
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
    QueueId,
    ReasonId,
    TeamId,
)
from routing.model import (
    REASON_MISSED,
    REASON_SIGNED_IN,
    AgentState,
    CapacityRule,
    Channel,
    NotReadyReason,
    Party,
    QueuePolicy,
    RoutingConfiguration,
)
from routing.state import Agent, Contact
from tests.sim.oracle import Oracle
from tests.sim.replay import replay_faults

E = TypeVar("E", bound=ev.Event)

SALES = QueueId("sales")
HELP = QueueId("help")
LUNCH = ReasonId("lunch")
SOLVED = DispositionId("solved")

OFFER_TIMEOUT_MS = 20_000
REOFFER_GAP_MS = 60_000
WRAP_UP_LIMIT_MS = 30_000
WRAP_UP_EXTENSION_MS = 10_000
WAITING_ALARM_MS = 300_000
PRESENCE_GRACE_MS = 15_000
CUSTOMER_GONE_MS = 40_000
CONNECTED_PROBE_MS = 1_800_000
ALERT_AFTER_MS = 600_000


def policy(queue_id: QueueId = SALES, /, **changes: object) -> QueuePolicy:
    """A queue with the durations above, unless told otherwise."""
    standard = QueuePolicy(
        queue_id=queue_id,
        offer_timeout_ms=OFFER_TIMEOUT_MS,
        reoffer_gap_ms=REOFFER_GAP_MS,
        wrap_up_limit_ms=WRAP_UP_LIMIT_MS,
        wrap_up_extension_ms=WRAP_UP_EXTENSION_MS,
        wrap_up_extensions_max=2,
        waiting_alarm_ms=WAITING_ALARM_MS,
        waiting_max=10,
        disposition_ids=(SOLVED,),
        waits_for_impossible=True,
    )
    return msgspec.structs.replace(standard, **changes)


def configuration(*queues: QueuePolicy, **changes: object) -> RoutingConfiguration:
    """Two queues and one reason of our own, unless told otherwise."""
    reasons = (REASON_MISSED, REASON_SIGNED_IN, LUNCH)
    standard = RoutingConfiguration(
        version="v1",
        queues=queues or (policy(SALES), policy(HELP)),
        not_ready_reasons=tuple(NotReadyReason(reason, ALERT_AFTER_MS) for reason in reasons),
        presence_grace_ms=PRESENCE_GRACE_MS,
        customer_gone_ms=CUSTOMER_GONE_MS,
        connected_probe_ms=CONNECTED_PROBE_MS,
        missed_limits={Channel.VOICE: 1, Channel.CHAT: 2},
    )
    return msgspec.structs.replace(standard, **changes)


def capacity(total: int = 1, **per_channel: int) -> CapacityRule:
    """`capacity(2, chat=2, voice=1)`; chats alone by default."""
    units = per_channel or {"chat": total}
    return CapacityRule(total, {Channel(name): count for name, count in units.items()})


class Scene:
    """One engine at one time of day. Times are ms since the scene began."""

    def __init__(self, first: RoutingConfiguration | None = None) -> None:
        self.engine = Engine()
        self.now_ms = 0
        self.journal: list[ev.Event] = []
        self.oracle = Oracle()
        self.do(cmd.ApplyConfiguration(first or configuration()))

    # --- the stage ---

    def handle(self, command: cmd.Command) -> tuple[tuple[ev.Event, ...], Refusal | None]:
        """Hand a command to the engine and check every law."""
        handled = self.engine.handle(command, self.now_ms)
        self.journal.extend(handled.events)
        assert invariants.broken(self.engine.state) == []
        assert self.oracle.judge(handled.events, self.now_ms) == []
        return handled.events, handled.refusal

    def do(self, command: cmd.Command) -> tuple[ev.Event, ...]:
        """Hand over a command that is accepted; return what followed."""
        events, refusal = self.handle(command)
        assert refusal is None
        return events

    def refused(self, command: cmd.Command) -> Refusal:
        """Hand over a command that is refused, and see that nothing changed by it."""
        self.handle(cmd.Tick())
        before = self.engine.snapshot()
        events, refusal = self.handle(command)
        assert refusal is not None
        assert events == ()
        assert self.engine.snapshot() == before
        return refusal

    def code(self, command: cmd.Command) -> RefusalCode:
        """The code of a command that is refused."""
        return self.refused(command).code

    def wait(self, for_ms: int) -> tuple[ev.Event, ...]:
        """Let time pass, and the clock be looked at when it has."""
        self.now_ms += for_ms
        return self.do(cmd.Tick())

    def let_pass(self, for_ms: int) -> None:
        """Let time pass without anybody looking at the clock."""
        self.now_ms += for_ms

    def check_replay(self) -> None:
        """Replay, fold and restore what happened."""
        self.do(cmd.Tick())
        assert replay_faults(self.engine, self.journal, self.now_ms) == []

    def seen(self, kind: type[E]) -> list[E]:
        """Every event of this kind so far."""
        return [event for event in self.journal if isinstance(event, kind)]

    # --- people ---

    def put(
        self, agent: str, units: CapacityRule | None = None, queues: tuple[QueueId, ...] = (SALES,)
    ) -> tuple[ev.Event, ...]:
        """Make an agent known, with room for one chat unless told otherwise."""
        return self.do(cmd.PutAgent(AgentId(agent), TeamId("team"), queues, units or capacity()))

    def ready(
        self, agent: str, units: CapacityRule | None = None, queues: tuple[QueueId, ...] = (SALES,)
    ) -> tuple[ev.Event, ...]:
        """An agent at the desk and ready."""
        self.put(agent, units, queues)
        self.connect(agent)
        return self.set_state(agent, AgentState.READY)

    def connect(self, agent: str) -> tuple[ev.Event, ...]:
        """The agent's desk opens."""
        return self.do(cmd.ConnectAgent(AgentId(agent)))

    def disconnect(self, agent: str) -> tuple[ev.Event, ...]:
        """The agent's desk is gone."""
        return self.do(cmd.DisconnectAgent(AgentId(agent)))

    def set_state(
        self, agent: str, state: AgentState, reason: ReasonId | None = None
    ) -> tuple[ev.Event, ...]:
        """The agent asks for a state."""
        return self.do(cmd.SetAgentState(AgentId(agent), state, reason))

    def lunch(self, agent: str) -> tuple[ev.Event, ...]:
        """The agent goes to lunch."""
        return self.set_state(agent, AgentState.NOT_READY, LUNCH)

    # --- contacts ---

    def chat(self, contact: str, queue: QueueId = SALES) -> tuple[ev.Event, ...]:
        """A chat arrives."""
        return self.arrive(contact, Channel.CHAT, queue)

    def arrive(
        self, contact: str, channel: Channel, queue: QueueId = SALES
    ) -> tuple[ev.Event, ...]:
        """A contact of any channel arrives."""
        return self.do(cmd.EnqueueContact(ContactId(contact), channel, queue))

    def offer_of(self, contact: str) -> OfferId:
        """The offer of a contact that is offered now."""
        (offer_id,) = self.contact(contact).asked.values()
        return offer_id

    def contact(self, contact: str) -> Contact:
        """An open contact."""
        return self.engine.state.contacts[ContactId(contact)]

    def is_open(self, contact: str) -> bool:
        """Whether the contact has not been closed."""
        return contact in self.engine.state.contacts

    def agent(self, agent: str) -> Agent:
        """An agent as the engine sees them."""
        return self.engine.state.agents[AgentId(agent)]

    def holder_of(self, contact: str) -> str | None:
        """Who has the contact, offered or in hand; None if nobody has, or several are asked."""
        asked = [*self.contact(contact).asked]
        return asked[0] if len(asked) == 1 else self.contact(contact).agent_id

    def accept(self, contact: str) -> tuple[ev.Event, ...]:
        """The agent who is offered the contact takes it."""
        return self.do(cmd.AcceptOffer(self.offer_of(contact), self._agent_of(contact)))

    def reject(self, contact: str) -> tuple[ev.Event, ...]:
        """The agent who is offered the contact says no."""
        return self.do(cmd.RejectOffer(self.offer_of(contact), self._agent_of(contact)))

    def message(self, contact: str, author: Party) -> tuple[ev.Event, ...]:
        """Somebody writes."""
        agent = self._agent_of(contact) if author is Party.AGENT else None
        return self.do(cmd.AddMessage(ContactId(contact), DetailId("d1"), author, agent))

    def end(self, contact: str, by: Party = Party.CUSTOMER) -> tuple[ev.Event, ...]:
        """The conversation ends."""
        agent = self._agent_of(contact) if by is Party.AGENT else None
        return self.do(cmd.EndContact(ContactId(contact), by, agent))

    def wrap_up(self, contact: str) -> tuple[ev.Event, ...]:
        """The agent finishes the wrap-up."""
        return self.do(cmd.CompleteWrapUp(ContactId(contact), self._agent_of(contact), SOLVED))

    def handled(self, contact: str) -> tuple[ev.Event, ...]:
        """From the offer to the end of the wrap-up, in no time."""
        self.accept(contact)
        self.end(contact)
        return self.wrap_up(contact)

    def _agent_of(self, contact: str) -> AgentId:
        agent_id = self.holder_of(contact)
        assert agent_id is not None
        return AgentId(agent_id)


def only(events: tuple[ev.Event, ...], kind: type[E]) -> E:
    """The one event of this kind."""
    found = list(of_kind(events, kind))
    assert len(found) == 1
    return found[0]


def of_kind(events: tuple[ev.Event, ...], kind: type[E]) -> Iterator[E]:
    """The events of this kind."""
    return (event for event in events if isinstance(event, kind))


def kinds(events: tuple[ev.Event, ...]) -> list[str]:
    """What happened, by name."""
    return [type(event).__name__ for event in events]
