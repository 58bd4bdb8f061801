"""One run: arrivals, patience, rings, talks and wrap-ups on a heap of virtual time; the real engine decides.

A contact costs three commands (arrive, accept, end) and a fourth where its class wraps up. An agent who is offered
a contact accepts after the class's ring time, at once if it is 0. Arrivals that find neither an agent nor a shared
waiting place leave at the same instant and count as blocked.

Each purpose (arrivals, service, patience of a class) draws from a stream of its own, in order of arrival, so that
two strategies meet the same customers. The measuring window is [warm-up, warm-up + duration); the world runs on
until everybody who came in it has been answered or has left, at most for a second duration.
"""

import gc
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from callcenter.simulation.queueing.durations import Draw, Duration, drawer
from callcenter.simulation.queueing.scenario import Call, CustomerClass, Scenario, Traces
from callcenter.simulation.queueing.setup import DONE, EngineRefused, staffed_engine
from callcenter.simulation.queueing.tally import Cell, Gauge
from callcenter.simulation.randomness import Streams
from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, ContactId, OfferId, QueueId
from routing.model import AgentState, Channel, Party

_Happening = tuple[int, int, Callable[[Any], None], Any]


class Lane:
    """One class at work: its streams, its gauges and its cells."""

    def __init__(self, one: CustomerClass, streams: Streams, calls: tuple[Call, ...]) -> None:
        """Nobody has come yet."""
        name = one.name
        self.queue_id = QueueId(name)
        self.ring_ms = round(one.ring_s * 1000)
        self.wrap_up_ms = round(one.wrap_up_s * 1000)
        self.service = _stream(one.service, streams, f"service/{name}")
        self.patience = _stream(one.patience, streams, f"patience/{name}")
        self.calls = iter(calls)
        self.luck = streams.of(f"arrivals/{name}")
        per_h = one.arrivals.poisson_per_h
        self.per_ms = per_h / 3_600_000 if per_h is not None else None
        self.at_ms = 0.0
        self.steps_ms = [round(step.after_s * 1000) for step in one.steps[1:]]
        self.waiting, self.talking, self.busy = Gauge(), Gauge(), Gauge()
        self.cells: list[Cell] = []

    def next_call(self) -> Call | None:
        """Who comes next; times are added up unrounded, so that rounding does not add up."""
        if self.per_ms is None:
            return next(self.calls, None)
        self.at_ms += self.luck.expovariate(self.per_ms)
        return Call(round(self.at_ms), None, None)


class Caller(msgspec.Struct, gc=False):
    """One customer; `cell` is None outside the measuring window."""

    lane: Lane
    contact_id: ContactId
    arrived_ms: int
    service_ms: int
    patience_ms: int | None
    cell: Cell | None
    offer_id: OfferId | None = None
    agent_id: AgentId | None = None
    is_waiting: bool = True


def _stream(duration: Duration | None, streams: Streams, purpose: str) -> Draw | None:
    return drawer(duration, streams.of(purpose)) if duration is not None else None


class Run:
    """One scenario with one seed. `play` once."""

    def __init__(self, scenario: Scenario, traces: Traces, seed: int, *, batches: int = 1) -> None:
        """The window is cut into `batches` of equal length."""
        streams = Streams(seed)
        self._engine, self._changes = staffed_engine(scenario)
        self._places = scenario.limits.waiting
        self._lanes = [Lane(one, streams, traces.get(one.name, ())) for one in scenario.classes]
        self._callers: dict[ContactId, Caller] = {}
        self._heap: list[_Happening] = []
        self._planned = 0
        self._now_ms = 0
        self._unanswered = 0
        self._undecided = 0
        self._total = Gauge()
        self.total_squares: list[int] = []
        """Per batch, the area under the square of all classes' waiting together."""
        self.contacts = 0
        self._is_measuring = False
        start_ms, for_ms = round(scenario.warmup_s * 1000), round(scenario.duration_s * 1000)
        self._edges = [start_ms + for_ms * number // batches for number in range(batches + 1)]

    def play(self) -> dict[str, list[Cell]]:
        """Class name -> its cells, one for each batch."""
        for edge_ms in self._edges:
            self._at(edge_ms, self._turn, edge_ms)
        for at_ms, agent_id, state in self._changes:
            self._at(at_ms, self._come_or_go, (agent_id, state))
        for lane in self._lanes:
            self._plan_arrival(lane)
        last_ms = 2 * self._edges[-1] - self._edges[0]
        heap, pop = self._heap, heapq.heappop
        with _no_garbage_collection():
            while heap and heap[0][0] <= last_ms:
                self._now_ms, _, happen, what = pop(heap)
                happen(what)
                if self._is_over():
                    break
        return {lane.queue_id: lane.cells for lane in self._lanes}

    def _is_over(self) -> bool:
        return self._undecided == 0 and not self._is_measuring and bool(self.total_squares)

    def _at(self, at_ms: int, happen: Callable[[Any], None], what: object) -> None:
        self._planned += 1
        heapq.heappush(self._heap, (at_ms, self._planned, happen, what))

    def _turn(self, edge_ms: int) -> None:
        """One batch ends, the next begins."""
        if edge_ms != self._edges[0]:
            for lane in self._lanes:
                _book(lane, edge_ms)
            self.total_squares.append(self._total.take(edge_ms)[1])
        else:
            self._total.take(edge_ms)
            for lane in self._lanes:
                for gauge in (lane.waiting, lane.talking, lane.busy):
                    gauge.take(edge_ms)
        self._is_measuring = edge_ms != self._edges[-1]
        if self._is_measuring:
            for_ms = self._edges[self._edges.index(edge_ms) + 1] - edge_ms
            for lane in self._lanes:
                lane.cells.append(Cell(for_ms=for_ms))

    # --- customers ---

    def _plan_arrival(self, lane: Lane) -> None:
        call = lane.next_call()
        if call is not None:
            self._at(call.at_ms, self._arrive, (lane, call))

    def _arrive(self, what: tuple[Lane, Call]) -> None:
        lane, call = what
        self._plan_arrival(lane)
        now_ms = self._now_ms
        caller = self._caller(lane, call)
        self._unanswered += 1
        self._total.change(1, now_ms)
        lane.waiting.change(1, now_ms)
        self._send(cmd.EnqueueContact(caller.contact_id, Channel.VOICE, lane.queue_id))
        if not caller.is_waiting:
            return
        if caller.offer_id is None and self._places is not None and self._unanswered > self._places:
            self._leave(caller, is_blocked=True)
            return
        if caller.patience_ms is not None:
            self._at(now_ms + caller.patience_ms, self._give_up, caller)
        for after_ms in lane.steps_ms:
            self._at(now_ms + after_ms, self._widen, caller)

    def _widen(self, caller: Caller) -> None:
        """The caller's next step is due: the engine looks at the clock then, not at the next command."""
        if caller.is_waiting:
            self._send(cmd.Tick())

    def _caller(self, lane: Lane, call: Call) -> Caller:
        self.contacts += 1
        service_ms = call.service_ms
        if service_ms is None:
            if lane.service is None:
                raise EngineRefused("a call without a service time")
            service_ms = lane.service()
        patience_ms = call.patience_ms
        if patience_ms is None and lane.patience is not None:
            patience_ms = lane.patience()
        contact_id = ContactId(f"c{self.contacts}")
        cell = None
        if self._is_measuring:
            cell = lane.cells[-1]
            cell.offered += 1
            self._undecided += 1
        caller = Caller(lane, contact_id, self._now_ms, service_ms, patience_ms, cell)
        self._callers[contact_id] = caller
        return caller

    def _give_up(self, caller: Caller) -> None:
        if caller.is_waiting:
            self._leave(caller, is_blocked=False)

    def _leave(self, caller: Caller, *, is_blocked: bool) -> None:
        if caller.offer_id is None:
            self._unanswered -= 1
        else:
            caller.offer_id = None
            caller.lane.busy.change(-1, self._now_ms)
        self._stop_waiting(caller)
        cell = caller.cell
        if cell is not None:
            if is_blocked:
                cell.blocked += 1
            else:
                cell.abandoned_ms.append(self._now_ms - caller.arrived_ms)
        del self._callers[caller.contact_id]
        self._send(cmd.EndContact(caller.contact_id, Party.CUSTOMER))

    def _stop_waiting(self, caller: Caller) -> None:
        caller.is_waiting = False
        self._total.change(-1, self._now_ms)
        caller.lane.waiting.change(-1, self._now_ms)
        if caller.cell is not None:
            self._undecided -= 1

    # --- agents ---

    def _come_or_go(self, what: tuple[AgentId, AgentState]) -> None:
        """Who goes while somebody talks goes afterwards."""
        self._send(cmd.SetAgentState(*what))

    def _send(self, command: cmd.Command) -> None:
        """The engine must take it; whoever is offered something sees it."""
        handled = self._engine.handle(command, self._now_ms)
        if handled.refusal is not None:
            raise EngineRefused(handled.refusal.detail)
        for event in handled.events:
            if type(event) is ev.OfferMade:
                self._offered(event)
            elif type(event) is ev.OfferRescinded:
                self._withdrawn(event)

    def _offered(self, event: ev.OfferMade) -> None:
        caller = self._callers[event.contact_id]
        lane = caller.lane
        caller.offer_id = event.offer_id
        caller.agent_id = event.agent_id
        self._unanswered -= 1
        lane.busy.change(1, self._now_ms)
        if lane.ring_ms:
            self._at(self._now_ms + lane.ring_ms, self._answer, (caller, event.offer_id))
        else:
            self._answer((caller, event.offer_id))

    def _withdrawn(self, event: ev.OfferRescinded) -> None:
        """The agent went before answering; who left has been booked already."""
        caller = self._callers.get(event.contact_id)
        if caller is not None and caller.offer_id == event.offer_id:
            caller.offer_id = None
            self._unanswered += 1
            caller.lane.busy.change(-1, self._now_ms)

    def _answer(self, what: tuple[Caller, OfferId]) -> None:
        caller, offer_id = what
        agent_id = caller.agent_id
        if caller.offer_id != offer_id or agent_id is None:
            return
        self._stop_waiting(caller)
        now_ms = self._now_ms
        caller.lane.talking.change(1, now_ms)
        if caller.cell is not None:
            caller.cell.answered_ms.append(now_ms - caller.arrived_ms)
        self._at(now_ms + caller.service_ms, self._end, caller)
        self._send(cmd.AcceptOffer(offer_id, agent_id))

    def _end(self, caller: Caller) -> None:
        lane = caller.lane
        lane.talking.change(-1, self._now_ms)
        if lane.wrap_up_ms:
            self._at(self._now_ms + lane.wrap_up_ms, self._wrap_up, caller)
        else:
            lane.busy.change(-1, self._now_ms)
            del self._callers[caller.contact_id]
        self._send(cmd.EndContact(caller.contact_id, Party.CUSTOMER))

    def _wrap_up(self, caller: Caller) -> None:
        caller.lane.busy.change(-1, self._now_ms)
        del self._callers[caller.contact_id]
        if caller.agent_id is not None:
            self._send(cmd.CompleteWrapUp(caller.contact_id, caller.agent_id, DONE))


def _book(lane: Lane, now_ms: int) -> None:
    """Put the areas since the last edge into the cell that ends here."""
    cell = lane.cells[-1]
    cell.waiting_area, cell.waiting_square = lane.waiting.take(now_ms)
    cell.talking_area, _ = lane.talking.take(now_ms)
    cell.busy_area, _ = lane.busy.take(now_ms)


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """The run makes no cycles, and looking for some among thousands of live contacts costs a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
