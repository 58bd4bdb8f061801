"""`callcenter bench routing`: what a decision costs, in the matcher alone and through the whole engine.

Two situations. *Saturated*: everybody talks and many wait; an agent who ends is given the most urgent contact of all
that wait (saturated completion), a customer who calls joins the line (saturated arrival). *Surplus*: a fifth of the
agents are idle; who calls is given an agent (surplus arrival), who ends finds nothing to do (surplus completion).

Each situation is played by the real engine three times over one state: plainly, for commands a second; with a matcher
that measures every question and every event it follows, for the cost of a decision; and with one that counts what it
looks at, which does not depend on the machine. A command's cost is the processor time of the thread, less what reading
that clock costs. A decision is shorter than such a reading, which is a call of the system and leaves the caches cold
besides: it is measured by the clock on the wall, and left out where the processor was taken away in its course. Pauses
are by the clock on the wall as well, told with their cause.
"""

import gc
import heapq
import math
import os
import time
from array import array
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from callcenter import memory
from callcenter.bench import explanations
from callcenter.bench.routing_world import Kind, Size, World
from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import ContactId
from routing.index import IndexedMatcher, _Seat
from routing.state import Agent, Contact, State

SATURATED = ("saturated completion", "saturated arrival")
SURPLUS = ("surplus arrival", "surplus completion")
DECISIONS = (*SATURATED, *SURPLUS)
"""The four decisions; beside them stand the commands between two decisions."""

FIRST = "first of its kind"
BUSY_SHARE = 0.8
PAUSE_NS = 1_000_000
"""A command that takes longer is a pause, and is told with its cause."""

QUANTILES = (0.5, 0.99, 0.999)


TAKEN_AWAY_NS = 20_000
"""A command that takes so much longer by the wall than by the processor was interrupted."""


def _clock_ns(clock: Callable[[], int]) -> int:
    """What reading a clock costs: the median of many."""
    costs = []
    for _ in range(1001):
        began = clock()
        costs.append(clock() - began)
    return sorted(costs)[len(costs) // 2]


CLOCK_NS = _clock_ns(time.thread_time_ns)
WALL_CLOCK_NS = _clock_ns(time.perf_counter_ns)


class Timed(IndexedMatcher):
    """Adds up the time its questions and events take."""

    spent = 0

    def note(self, event: ev.Event) -> None:
        """Timed."""
        began = time.perf_counter_ns()
        IndexedMatcher.note(self, event)
        self.spent += time.perf_counter_ns() - began - WALL_CLOCK_NS

    def best_agent(self, contact: Contact, now_ms: int) -> Agent | None:
        """Timed."""
        began = time.perf_counter_ns()
        found = IndexedMatcher.best_agent(self, contact, now_ms)
        self.spent += time.perf_counter_ns() - began - WALL_CLOCK_NS
        return found

    def best_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """Timed."""
        began = time.perf_counter_ns()
        found = IndexedMatcher.best_contact(self, agent, now_ms)
        self.spent += time.perf_counter_ns() - began - WALL_CLOCK_NS
        return found


class Counting(IndexedMatcher):
    """Counts the entries it looks at: heads, entries found dead, entries pushed, and places of agents who moved."""

    spent = 0

    def best_contact(self, agent: Agent, now_ms: int) -> Contact | None:
        """A head for each class of the agent."""
        self.spent += len(self._seats[agent.agent_id].classes)
        return super().best_contact(agent, now_ms)

    def best_agent(self, contact: Contact, now_ms: int) -> Agent | None:
        """Who is first in line, and whoever was there before."""
        self._place_changed()
        free = self._live[contact.contact_id].group.free
        before = len(free)
        agent = super().best_agent(contact, now_ms)
        self.spent += 1 + before - len(free)
        return agent

    def _leave_waiting(self, contact_id: ContactId) -> None:
        entry = self._live.get(contact_id)
        before = len(entry.group.waiting) if entry else 0
        super()._leave_waiting(contact_id)
        self.spent += before - len(entry.group.waiting) if entry else 0

    def _place(self, seat: _Seat) -> None:
        before = seat.places
        super()._place(seat)
        self.spent += len(seat.classes) if before != seat.places else 1

    def _enter_waiting(self, contact_id: ContactId) -> None:
        self.spent += 1
        super()._enter_waiting(contact_id)


class Measured:
    """What was measured of each kind of step, in the order of the steps."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.handle_ns: dict[str, array[int]] = {}
        self.matcher: dict[str, array[int]] = {}
        self.pauses: list[tuple[int, str, str]] = []

    def add(self, name: str, handle_ns: int, matcher: int | None) -> None:
        """One step; what its matcher took is None if that could not be told."""
        if name not in self.handle_ns:
            self.handle_ns[name], self.matcher[name] = array("q"), array("q")
        self.handle_ns[name].append(handle_ns)
        if matcher is not None:
            self.matcher[name].append(matcher)


class Play:
    """A situation played on with one matcher over the world's state."""

    def __init__(self, world: World, matcher: type[IndexedMatcher]) -> None:
        """Index the state anew; `index_s` says how long that took."""
        self._world = world
        began_s = time.perf_counter()
        self._matcher: IndexedMatcher | None = None

        def build(state: State) -> IndexedMatcher:
            self._matcher = matcher(state)
            return self._matcher

        world.engine = Engine(world.engine.state, build)
        self.index_s = time.perf_counter() - began_s
        self.measured = Measured()
        self._collected: list[str] = []

    def run(self, pairs: int, *, saturated: bool) -> Measured:
        """So many conversations end and so many customers call, in turn.

        Where nobody waits, the index has met no kind yet: one customer of each comes first, told as `first of its kind`.
        """
        world = self._world
        with _collections() as self._collected:
            if not saturated:
                for kind in world.kinds:
                    self._surplus(kind, {True: FIRST, False: FIRST})
            for _ in range(pairs):
                if saturated:
                    self._saturated()
                else:
                    names = {True: SURPLUS[0], False: "arrival, nobody is free"}
                    self._surplus(world.some_kind(), names)
        return self.measured

    def _saturated(self) -> None:
        world = self._world
        offer = self._do(world.next_end(), {True: SATURATED[0], False: "completion, nothing fits"})
        if offer is not None:
            kind = world.kind_of(offer.contact_id)
            self._do(world.next_accept(offer), _ACCEPTED)
            offer = self._do(
                world.next_arrival(kind), {True: "arrival, somebody is free", False: SATURATED[1]}
            )
        if offer is not None:
            self._do(world.next_accept(offer), _ACCEPTED)

    def _surplus(self, kind: Kind, names: dict[bool, str]) -> None:
        world = self._world
        arrival = world.next_arrival(kind)
        offer = self._do(arrival, names)
        if offer is None:
            self._do(world.next_leave(arrival), {False: "customer leaves"})
            return
        self._do(world.next_accept(offer), _ACCEPTED)
        self._do(world.next_end(), {False: SURPLUS[1]})

    def _do(self, command: cmd.Command, names: dict[bool, str]) -> ev.OfferMade | None:
        """One command, measured; it is named by whether it led to an offer."""
        matcher, collections = self._matcher, len(self._collected)
        spent = getattr(matcher, "spent", 0)
        wall_ns, cpu_ns = time.perf_counter_ns(), time.thread_time_ns()
        offer = self._world.handle(command)
        cpu_ns = time.thread_time_ns() - cpu_ns - CLOCK_NS
        wall_ns = time.perf_counter_ns() - wall_ns
        name = names[offer is not None]
        was_interrupted = type(matcher) is Timed and wall_ns - cpu_ns > TAKEN_AWAY_NS
        spent = getattr(matcher, "spent", 0) - spent
        self.measured.add(name, cpu_ns, None if was_interrupted else spent)
        if wall_ns > PAUSE_NS:
            cause = self._cause(collections, wall_ns, cpu_ns)
            self.measured.pauses.append((wall_ns, name, cause))
        return offer

    def _cause(self, collections: int, wall_ns: int, cpu_ns: int) -> str:
        if cpu_ns < wall_ns / 2:
            return "not running: the machine did something else"
        if len(self._collected) > collections:
            return self._collected[-1]
        return "the step itself"


_ACCEPTED = {False: "accept"}


@contextmanager
def _collections() -> Iterator[list[str]]:
    """The garbage collections of a stretch; all that was there before it is frozen, as the server does at its start."""
    seen: list[str] = []

    def watch(phase: str, info: dict[str, int]) -> None:
        if phase == "stop":
            seen.append(f"garbage collection of generation {info['generation']}")

    before = gc.get_threshold()
    memory.settle()
    gc.callbacks.append(watch)
    try:
        yield seen
    finally:
        gc.callbacks.remove(watch)
        gc.unfreeze()
        gc.set_threshold(*before)


# --- telling -----------------------------------------------------------------------------------------


def reference_us() -> float:
    """What a fixed piece of work costs here and now: the yardstick by which figures of two runs can be compared.

    The median of many, each a thousand pushes to and pops from a heap of ten thousand tuples, per push and pop.
    """
    heap = [(number * 7919 % 10_007, number) for number in range(10_000)]
    heapq.heapify(heap)
    costs = []
    for _ in range(101):
        began = time.thread_time_ns()
        for number in range(1000):
            heapq.heappush(heap, (heap[0][0] + number * 31 % 997, number))
            heapq.heappop(heap)
        costs.append(time.thread_time_ns() - began)
    return round(sorted(costs)[len(costs) // 2] / 1e6, 3)


def _quantiles_us(values_ns: "array[int]") -> dict[str, float]:
    ordered = sorted(values_ns)
    said = {"mean": sum(ordered) / len(ordered)}
    for quantile in QUANTILES:
        said[f"p{100 * quantile:g}"] = ordered[math.ceil(len(ordered) * quantile) - 1]
    said["max"] = ordered[-1]
    return {name: round(value / 1000, 2) for name, value in said.items()}


def _counted(values: "array[int]") -> dict[str, float]:
    ordered = sorted(values)
    p99 = ordered[math.ceil(len(ordered) * 0.99) - 1]
    return {"mean": round(sum(ordered) / len(ordered), 2), "p99": p99, "max": ordered[-1]}


def _rss_mb() -> float:
    """Resident memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _loaded(size: Size, seed: int, *, saturated: bool) -> tuple[World, dict[str, float]]:
    gc.collect()
    before_mb, began_s = _rss_mb(), time.perf_counter()
    world = World(size, seed)
    staffed_s = time.perf_counter() - began_s
    if saturated:
        world.saturate()
    else:
        world.staff(BUSY_SHARE)
    gc.collect()
    return world, {
        "staffing_s": round(staffed_s, 2),
        "loading_s": round(time.perf_counter() - began_s, 2),
        "memory_mb": round(_rss_mb() - before_mb, 1),
    }


def situation(size: Size, pairs: int, seed: int, *, saturated: bool) -> dict[str, Any]:
    """One situation of one size, in a process of its own."""
    world, loading = _loaded(size, seed, saturated=saturated)
    plain = Play(world, IndexedMatcher)
    commands = plain.run(pairs, saturated=saturated)
    timed = Play(world, Timed).run(pairs, saturated=saturated)
    counted = Play(world, Counting).run(pairs, saturated=saturated)
    handled = [ns for values in commands.handle_ns.values() for ns in values]
    names = SATURATED if saturated else SURPLUS
    return {
        "reference_us": reference_us(),
        "loading": loading | {"index_again_s": round(plain.index_s, 2)},
        "commands_per_s": round(len(handled) / sum(handled) * 1e9),
        "handle_us": {name: _quantiles_us(ns) for name, ns in commands.handle_ns.items()},
        "decision_us": {name: _quantiles_us(timed.matcher[name]) for name in names},
        "other_steps_us": {
            name: _quantiles_us(ns) for name, ns in timed.matcher.items() if name not in names
        },
        "entries_looked_at": {name: _counted(counted.matcher[name]) for name in names},
        "pauses": _pauses(commands),
        "explanations": explanations.costs(world.engine.state, sum(handled) / len(handled) / 1_000),
    }


def _pauses(measured: Measured) -> dict[str, Any]:
    longest = sorted(measured.pauses, reverse=True)[:5]
    return {
        "over_1_ms": len(measured.pauses),
        "longest": [
            {"ms": round(ns / 1e6, 2), "step": name, "cause": cause} for ns, name, cause in longest
        ],
    }


def one_size(size: Size, pairs: int, seed: int) -> dict[str, Any]:
    """Both situations of a size, one after the other, each in a fresh process so that memory can be told."""
    said: dict[str, Any] = {"size": {name: getattr(size, name) for name in size.__struct_fields__}}
    for name, is_saturated in (("saturated", True), ("surplus", False)):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            said[name] = pool.submit(situation, size, pairs, seed, saturated=is_saturated).result()
    means = _means(said)
    said["decisions_per_s"] = {name: round(1e6 / mean) for name, mean in means.items()}
    said["decisions_per_s"]["all four alike"] = round(4e6 / sum(means.values()))
    return said


def _means(said: dict[str, Any]) -> dict[str, float]:
    both = said["saturated"]["decision_us"] | said["surplus"]["decision_us"]
    return {name: both[name]["mean"] for name in DECISIONS}


def _exponents(small: dict[str, Any], large: dict[str, Any], factor: float) -> dict[str, float]:
    """The power of the size that the cost of each decision grows with."""
    before, after = _means(small), _means(large)
    return {
        name: round(math.log(after[name] / before[name]) / math.log(factor), 3)
        for name in DECISIONS
    }


def run(
    size: Size, *, pairs: int, seed: int, factors: tuple[float, ...], say: Callable[[str], None]
) -> dict[str, Any]:
    """Measure `size`, and sizes that many times as many agents and contacts; returns the figures."""
    measured: dict[float, dict[str, Any]] = {}
    for factor in sorted({1.0, *factors}):
        scaled = Size(
            agents=round(size.agents * factor),
            skills=size.skills,
            kinds=size.kinds,
            waiting=round(size.waiting * factor),
        )
        say(f"{scaled.agents} agents, {scaled.waiting} waiting ...")
        measured[factor] = one_size(scaled, pairs, seed)
    base = measured[1.0]
    return {
        "benchmark": "routing",
        "seed": seed,
        "pairs": pairs,
        "decision_names": DECISIONS,
        "cpu_count": len(os.sched_getaffinity(0)),
        **base,
        "exponents": {
            f"{factor:g} times the agents and contacts": _exponents(base, other, factor)
            for factor, other in measured.items()
            if factor != 1.0
        },
        "other_sizes": [other for factor, other in measured.items() if factor != 1.0],
    }
