"""Prometheus figures: counters fed by the published events, gauges read from the state when asked.

Labels come from bounded sets (queue, channel, outcome, event type), never from people.
"""

from collections import Counter
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from callcenter.host.envelope import Published
from routing.events import ContactClosed
from routing.state import State


class Metrics(Collector):
    """A listener of the host and a collector of Prometheus in one."""

    def __init__(
        self,
        mirror: Callable[[], State],
        gauges: Callable[[], dict[str, float]],
        others: Iterable[Collector] = (),
    ) -> None:
        """`gauges`: further figures of the process, name -> value, read at every scrape; `others` tell their own."""
        self._mirror = mirror
        self._gauges = gauges
        self._events: Counter[str] = Counter()
        self._closed: Counter[tuple[str, str]] = Counter()
        self._commits = 0
        self._registry = CollectorRegistry()
        self._registry.register(self)
        for other in others:
            self._registry.register(other)

    def on_published(self, published: Published) -> None:
        """Count what became durable."""
        self._commits += 1
        for event in published.events:
            self._events[type(event).__name__] += 1
            if isinstance(event, ContactClosed):
                self._closed[event.queue_id, event.outcome] += 1

    def render(self) -> bytes:
        """The exposition text."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Called by the registry."""
        yield from self._counters()
        state = self._mirror()
        waiting = GaugeMetricFamily(
            "callcenter_waiting_contacts", "Contacts waiting now", labels=["queue"]
        )
        for queue_id, line in state.waiting.items():
            waiting.add_metric([queue_id], len(line))
        yield waiting
        agents = GaugeMetricFamily("callcenter_agents", "Agents by state now", labels=["state"])
        for agent_state, number in Counter(a.state for a in state.agents.values()).items():
            agents.add_metric([agent_state], number)
        yield agents
        for name, value in self._gauges().items():
            yield GaugeMetricFamily(f"callcenter_{name}", name.replace("_", " "), value=value)

    def _counters(self) -> Iterable[Metric]:
        events = CounterMetricFamily(
            "callcenter_events", "Events made durable since the start", labels=["type"]
        )
        for event_type, number in sorted(self._events.items()):
            events.add_metric([event_type], number)
        yield events
        closed = CounterMetricFamily(
            "callcenter_contacts_closed", "Contacts closed", labels=["queue", "outcome"]
        )
        for (queue_id, outcome), number in sorted(self._closed.items()):
            closed.add_metric([queue_id, outcome], number)
        yield closed
        yield CounterMetricFamily("callcenter_commits", "Group commits", value=self._commits)
