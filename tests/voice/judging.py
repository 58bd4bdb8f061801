"""What a stopped server has left behind after a drill over calls: figures, and every problem in words."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from routing import events as ev
from tests.chaos.history import Notes
from tests.chaos.judging import judge
from tests.chaos.reading import database_of, read_all

if TYPE_CHECKING:
    from routing.ids import ContactId


@dataclass(frozen=True, slots=True)
class Verdict:
    """`calls` by how they ended, `offers` by theirs, `outcomes` of contacts; who had the old age again; all that is wrong."""

    calls: dict[str, int]
    offers: dict[str, int]
    outcomes: dict[str, int]
    came_back: int
    problems: list[str]


_OFFER_ENDS = (ev.OfferAccepted, ev.OfferRejected, ev.OfferExpired, ev.OfferRescinded)


async def judged(data_dir: Path) -> Verdict:
    """The checks of all drills, and that each contact ended once."""
    stored = await read_all(data_dir, Notes())
    problems = [f"{one.rule} at {one.seq}: {one.text}" for one in judge(stored)]
    events = [entry.event for entry in stored.evidence.entries]
    closed = [one for one in events if isinstance(one, ev.ContactClosed)]
    times = Counter(one.contact_id for one in closed)
    arrived = [one.contact_id for one in events if isinstance(one, ev.ContactArrived)]
    problems += [f"{one} ended {times[one]} times" for one in arrived if times[one] != 1]
    problems += [f"call {one.call_id} is not over" for one in stored.calls]
    return Verdict(
        calls=calls_of(data_dir),
        offers=Counter(type(one).__name__ for one in events if isinstance(one, _OFFER_ENDS)),
        outcomes=Counter(one.outcome.value for one in closed),
        came_back=came_back(events),
        problems=problems,
    )


def came_back(events: Sequence[ev.Event]) -> int:
    """Customers who gave up waiting, or were lost, and came again with exactly the age they had."""
    keys: dict[ContactId, str] = {}
    origins: dict[ContactId, int] = {}
    waited: dict[str, int] = {}
    count = 0
    for event in events:
        if isinstance(event, ev.ContactArrived):
            keys[event.contact_id] = event.customer_key
        elif isinstance(event, ev.ContactQueued):
            origins[event.contact_id] = event.age_origin_ms
            before_ms = waited.pop(keys[event.contact_id], None)
            count += before_ms is not None and event.at_ms - event.age_origin_ms == before_ms
        elif isinstance(event, ev.ContactClosed) and event.outcome is ev.ContactOutcome.ABANDONED:
            waited[keys[event.contact_id]] = event.at_ms - origins[event.contact_id]
    return count


def calls_of(data_dir: Path) -> dict[str, int]:
    """Calls that have ever come, by how they ended."""
    connection = sqlite3.connect(database_of(data_dir)[0])
    try:
        rows = connection.execute("SELECT end_cause, count(*) FROM calls GROUP BY end_cause")
        return {str(cause): int(count) for cause, count in rows}
    finally:
        connection.close()
