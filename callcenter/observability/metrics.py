"""Prometheus figures: counters fed by the published events, gauges read from the state when asked.

What each means stands in `figures`. Labels come from bounded sets (queue, channel, outcome, event type), never from people.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Final

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from callcenter.host.envelope import Published
from callcenter.observability.figures import PREFIX, Values, families
from routing.events import ContactClosed
from routing.model import AgentState
from routing.state import State

_APPEND_BUCKETS_S: Final = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


class Metrics(Collector):
    """A listener of the host and a collector of Prometheus in one."""

    def __init__(
        self,
        mirror: Callable[[], State],
        values: Callable[[], Values],
        others: Iterable[Collector] = (),
        *,
        now_ms: Callable[[], int] | None = None,
    ) -> None:
        """`values`: further figures of the process, read at every scrape; `others` tell their own. `now_ms`: of the state's clock, else its newest instant."""
        self._mirror = mirror
        self._values = values
        self._now_ms = now_ms or (lambda: mirror().now_ms)
        self._events: Counter[str] = Counter()
        self._closed: Counter[tuple[str, ...]] = Counter()
        self._commits = 0
        self._append_failures = 0
        self._appends = Histogram(
            f"{PREFIX}journal_append_seconds",
            "time one group commit takes until it is durable",
            buckets=_APPEND_BUCKETS_S,
            registry=None,
        )
        self._registry = CollectorRegistry()
        for one in (self, self._appends, *others):
            self._registry.register(one)

    def on_published(self, published: Published) -> None:
        """Count what became durable."""
        self._commits += 1
        for event in published.events:
            self._events[type(event).__name__] += 1
            if isinstance(event, ContactClosed):
                self._closed[event.queue_id, event.outcome] += 1

    def on_append(self, took_s: float, *, is_done: bool) -> None:
        """Note a group commit, whatever came of it."""
        self._appends.observe(took_s)
        if not is_done:
            self._append_failures += 1

    def render(self) -> bytes:
        """The exposition text."""
        return generate_latest(self._registry)

    def collect(self) -> Iterable[Metric]:
        """Called by the registry."""
        yield from families({**self._counted(), **self._of_state(), **self._values()})

    def _counted(self) -> Values:
        return {
            "events": {(kind,): n for kind, n in sorted(self._events.items())},
            "contacts_closed": dict(sorted(self._closed.items())),
            "commits": self._commits,
            "journal_append_failures": self._append_failures,
        }

    def _of_state(self) -> Values:
        state, now_ms = self._mirror(), self._now_ms()
        lines = state.waiting.items()
        agents = Counter(one.state for one in state.agents.values())
        since_ms = {
            queue_id: min((state.contacts[one].queued_at_ms for one in line), default=now_ms)
            for queue_id, line in lines
        }
        return {
            "waiting_contacts": {(queue_id,): len(line) for queue_id, line in lines},
            "oldest_waiting_seconds": {
                (queue_id,): max(0, now_ms - at_ms) / 1000 for queue_id, at_ms in since_ms.items()
            },
            "agents": {(one.value,): agents[one] for one in AgentState},
        }
