"""Real calls as events: what a call centre's records say happened, told to the estimator in the order of time.

The records give each call's entry, wait, outcome, service and agent, but not when agents were logged in: an agent counts
as on duty from the first to the last call of the day, which a live system knows and these records only show
afterwards. Which queues an agent serves is taken from all calls they served.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from routing import events as ev
from routing.ids import AgentId, ContactId, OfferId, QueueId, TeamId
from routing.model import AgentState, CapacityRule, Channel
from routing.waits import WaitEstimates
from tests.validation.estimates.coverage import Watcher

PRIORITY_CREDIT_MS = 90_000
"""Priority callers entered with so much waiting credited."""

QUEUES = {
    "PS": "banking",
    "PE": "banking",
    "TT": "banking",
    "NW": "prospects",
    "NE": "stocks",
    "IN": "internet",
}

_Row = dict[str, str]
_Timed = tuple[int, int, int, ev.Event]


class CallsAbsent(Exception):
    """There is no file of call records at the path; it is never part of the repository."""


def rows_of(path: Path) -> list[_Row]:
    """The calls that were served or given up. Raises CallsAbsent."""
    if not path.is_file():
        raise CallsAbsent(
            f"{path}: the real call records are not here; without them nothing is said of real calls"
        )
    with path.open(encoding="utf-8", newline="") as lines:
        return [row for row in csv.DictReader(lines) if row["outcome"] in ("AGENT", "HANG")]


def events_of(rows: list[_Row]) -> Iterator[ev.Event]:
    """What happened, in order."""
    for _, _, _, event in sorted(_events(rows), key=lambda one: one[:3]):
        yield event


def play(path: Path) -> Watcher:
    """All days of a file of call records. Raises CallsAbsent."""
    watcher = Watcher(WaitEstimates())
    for event in events_of(rows_of(path)):
        watcher.see(event)
    return watcher


def _events(rows: list[_Row]) -> Iterator[_Timed]:
    """(at_ms, rank within the instant, number, event): ends first, then people, then arrivals, then answers."""
    numbers = count()
    for row in rows:
        for rank, event in _of_call(row, ContactId(f"c{next(numbers)}")):
            yield event.at_ms, rank, next(numbers), event
    for rank, event in _of_agents(rows):
        yield event.at_ms, rank, next(numbers), event


def _at_ms(row: _Row, column: str) -> int:
    return (int(row["day"]) * 86_400 + int(row[column])) * 1000


def _of_call(row: _Row, contact_id: ContactId) -> Iterator[tuple[int, ev.Event]]:
    was_queued, was_served = int(row["q_start"]) > 0, row["outcome"] == "AGENT"
    if not was_queued and not was_served:
        return
    entered_ms = _at_ms(row, "q_start" if was_queued else "ser_start")
    over_ms = entered_ms + max(0, int(row["q_time"])) * 1000 if was_queued else entered_ms
    queue_id = QueueId(QUEUES[row["type"]])
    credit_ms = PRIORITY_CREDIT_MS if was_queued and row["prio"] == "2" else 0
    channel = Channel.VOICE
    yield 2, ev.ContactArrived(entered_ms, contact_id, channel, queue_id, "", credit_ms=credit_ms)
    yield 3, ev.ContactQueued(entered_ms, contact_id, queue_id, entered_ms)
    if not was_served:
        left_ms = max(entered_ms + 1, over_ms)
        yield 0, _closed(left_ms, contact_id, queue_id, ev.ContactOutcome.ABANDONED)
        return
    agent_id, offer_id = AgentId(row["server"]), OfferId(contact_id)
    yield 4, ev.OfferMade(over_ms, offer_id, contact_id, agent_id, queue_id, over_ms + 1)
    yield 5, ev.OfferAccepted(over_ms, offer_id, contact_id, agent_id)
    ended_ms = max(over_ms + 1, _at_ms(row, "ser_start") + max(0, int(row["ser_time"])) * 1000)
    yield 0, _closed(ended_ms, contact_id, queue_id, ev.ContactOutcome.HANDLED)


def _closed(
    at_ms: int, contact_id: ContactId, queue_id: QueueId, outcome: ev.ContactOutcome
) -> ev.Event:
    return ev.ContactClosed(at_ms, contact_id, queue_id, outcome, None, None)


def _of_agents(rows: list[_Row]) -> Iterator[tuple[int, ev.Event]]:
    queues: dict[str, dict[QueueId, None]] = defaultdict(dict)
    days: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        if row["outcome"] == "AGENT" and row["server"]:
            queues[row["server"]][QueueId(QUEUES[row["type"]])] = None
            ended_s = int(row["ser_start"]) + max(0, int(row["ser_time"]))
            days[row["server"], row["day"]] += (int(row["ser_start"]), ended_s)
    capacity = CapacityRule(1, {Channel.VOICE: 1})
    for server, served in queues.items():
        yield 1, ev.AgentPut(0, AgentId(server), TeamId("all"), tuple(served), capacity)
    for (server, day), seconds in days.items():
        for at_s, state in (
            (min(seconds), AgentState.READY),
            (max(seconds), AgentState.LOGGED_OUT),
        ):
            at_ms = (int(day) * 86_400 + at_s) * 1000
            cause = ev.StateCause.REQUESTED
            yield 1, ev.AgentStateChanged(at_ms, AgentId(server), state, None, cause)
