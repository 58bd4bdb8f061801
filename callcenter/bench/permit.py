"""`callcenter bench permit`: how long a campaign waits for the engine's yes or no, among many agents and campaigns.

The world of `bench routing`, its agents with one phone each. Every campaign asks for the skills of one of many kinds, so that
somebody must be found for it. Asked are: for somebody until no more than a fifth of the agents are free (the first question of
a kind has the index learn who could take it), for somebody then, for a named agent, with facts that say no, and with facts
that are older than the suppressions. What is measured is the whole command, by the clock on the wall and by the processor's time of the thread; nothing is stored, so the disk is not in it.
"""

import math
import time
from array import array
from typing import Any, Final

from callcenter import memory
from callcenter.bench.routing import CLOCK_NS, reference_us
from callcenter.bench.routing_world import Kind, Size, World
from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, CampaignId, ContactId, PermitId
from routing.model import CampaignFacts, CapacityRule, Channel, Dial, Party

PHONE: Final = CapacityRule(1, {Channel.VOICE: 1, Channel.OUTBOUND_VOICE: 1})
RING_MS: Final = 30_000
FREE_SHARE: Final = 0.2
LIMIT_PERMILLE: Final = 30


class Asking:
    """Campaigns that ask, talk and end, one command after the other."""

    def __init__(self, world: World, campaigns: int) -> None:
        self.world = world
        self.wall_ns: dict[str, array[int]] = {}
        self.processor_ns: dict[str, array[int]] = {}
        self.talking: list[ContactId] = []
        self._campaigns = [CampaignId(f"k{number}") for number in range(campaigns)]
        self._asked = 0

    def call(
        self, *, fault: str = "", behind: int = 0, agent_id: AgentId | None = None
    ) -> cmd.EnqueueContact:
        """The next campaign's question, for the kind of customer it calls; every second one's answers are counted."""
        self._asked += 1
        number, world = self._asked % len(self._campaigns), self.world
        kind: Kind = world.kinds[number % len(world.kinds)]
        facts = CampaignFacts(
            self._campaigns[number],
            fault,
            world.engine.state.suppression_version - behind,
            LIMIT_PERMILLE if number % 2 else None,
        )
        contact_id = ContactId(f"d{self._asked}")
        dial = Dial(PermitId(f"{contact_id}.1"), RING_MS, agent_id, campaign=facts)
        return cmd.EnqueueContact(
            contact_id, Channel.OUTBOUND_VOICE, kind.queue_id, "", kind.needs, dial=dial
        )

    def ask(self, name: str, command: cmd.EnqueueContact) -> bool:
        """Whether it was permitted; measured under this name and the answer."""
        engine, now_ms = self.world.engine, self.world.now_ms
        wall_ns, processor_ns = time.perf_counter_ns(), time.thread_time_ns()
        handled = engine.handle(command, now_ms)
        processor_ns = time.thread_time_ns() - processor_ns - CLOCK_NS
        wall_ns = time.perf_counter_ns() - wall_ns
        if handled.refusal is not None:
            raise RuntimeError(handled.refusal.detail)
        is_granted = any(type(event) is ev.PermitGranted for event in handled.events)
        told = f"{name}: {'yes' if is_granted else 'no'}"
        self.wall_ns.setdefault(told, array("q")).append(wall_ns)
        self.processor_ns.setdefault(told, array("q")).append(processor_ns)
        return is_granted

    def talk(self, contact_id: ContactId) -> None:
        """Dialled, answered, taken."""
        for command in (cmd.UsePermit(contact_id), cmd.AnswerDial(contact_id)):
            offer = self.world.handle(command)
            if offer is not None:
                self.world.handle(cmd.AcceptOffer(offer.offer_id, offer.agent_id))
        self.talking.append(contact_id)

    def end_one(self) -> None:
        """Some conversation is over."""
        place = self.world.random.randrange(len(self.talking))
        self.talking[place], self.talking[-1] = self.talking[-1], self.talking[place]
        self.world.handle(cmd.EndContact(self.talking.pop(), Party.CUSTOMER))


def run(*, agents: int, campaigns: int, questions: int, seed: int = 1) -> dict[str, Any]:
    """The figures, as JSON tells them."""
    size = Size(agents=agents, kinds=min(2_000, agents // 10))
    world = World(size, seed, PHONE)
    asking = Asking(world, campaigns)
    busy = round(agents * (1 - FREE_SHARE))
    in_vain = 0
    while len(asking.talking) < busy and in_vain < len(world.kinds):
        command = asking.call()
        is_granted = asking.ask("the first of each kind among them", command)
        in_vain = 0 if is_granted else in_vain + 1
        if is_granted:
            asking.talk(command.contact_id)
    memory.settle()
    for _ in range(questions):
        _one_of_each(asking)
    unused = _suppressed(asking, questions=min(questions, agents // 20))
    return {
        "size": {"agents": agents, "campaigns": campaigns, "kinds": size.kinds},
        "reference_us": reference_us(),
        "permits_and_refusals_us": {
            name: {
                "count": len(values),
                "wall": _quantiles_us(values),
                "processor": _quantiles_us(asking.processor_ns[name]),
            }
            for name, values in asking.wall_ns.items()
        },
        "suppression": unused,
    }


def _one_of_each(asking: Asking) -> None:
    world = asking.world
    world.now_ms += world.random.randrange(3)
    command = asking.call()
    if asking.ask("somebody who is free", command):
        asking.talk(command.contact_id)
        asking.end_one()
    named = AgentId(f"a{world.random.randrange(len(world.engine.state.agents))}")
    command = asking.call(agent_id=named)
    if asking.ask("a named agent", command):
        asking.talk(command.contact_id)
        asking.end_one()
    asking.ask("facts that say no", asking.call(fault="outside_window"))
    asking.ask("facts that are too old", asking.call(behind=1))


def _suppressed(asking: Asking, questions: int) -> dict[str, float]:
    """A suppression while many permits are unused: all of them end in one command."""
    world, unused = asking.world, 0
    for _ in range(questions):
        unused += asking.ask("somebody, many permits unused", asking.call())
    began_ns = time.perf_counter_ns()
    newest = world.engine.state.suppression_version
    world.engine.handle(cmd.ChangeSuppressions(newest + 1), world.now_ms)
    taken_ns = time.perf_counter_ns() - began_ns
    return {"unused_permits": unused, "ended_in_ms": round(taken_ns / 1e6, 2)}


def _quantiles_us(values_ns: "array[int]") -> dict[str, float]:
    ordered = sorted(values_ns)
    quantiles = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
    said = {name: ordered[math.ceil(len(ordered) * q) - 1] for name, q in quantiles.items()}
    return {name: round(ns / 1000, 1) for name, ns in (said | {"max": ordered[-1]}).items()}
