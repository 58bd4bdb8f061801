"""How long customers who were answered would have waited: nobody knows, so three answers are given, and the range told.

Who gave up is known to have waited exactly so long. Who was answered after a wait W would have waited at least W. The
middle answer takes W and an exponential time with the mean of the queue, estimated as all waiting in the queue divided
by the number who gave up; the other two are the ends of what is possible.
"""

import random
from collections.abc import Iterable

from callcenter.simulation.what_if.observed import Seen
from routing.ids import QueueId

ESTIMATED, PATIENT, IMPATIENT = "estimated", "patient", "impatient"
MODELS: dict[str, str] = {
    ESTIMATED: "answered customers would have left after their wait and an exponential time with the queue's mean patience",
    PATIENT: "answered customers would never have left",
    IMPATIENT: "answered customers would have left as soon as they waited longer than they did",
}


def mean_patience_ms(contacts: Iterable[Seen], last_ms: int) -> dict[QueueId, float | None]:
    """Per queue: all waiting divided by the number who gave up; None where nobody did."""
    waited: dict[QueueId, int] = {}
    left: dict[QueueId, int] = {}
    for seen in contacts:
        until_ms = last_ms if seen.closed_ms is None else seen.closed_ms
        wait_ms = until_ms - seen.arrived_ms if seen.wait_ms is None else seen.wait_ms
        is_left = seen.wait_ms is None and seen.closed_ms is not None
        waited[seen.queue_id] = waited.get(seen.queue_id, 0) + wait_ms
        left[seen.queue_id] = left.get(seen.queue_id, 0) + is_left
    return {
        queue_id: waited[queue_id] / count if count else None for queue_id, count in left.items()
    }


def patience_ms(model: str, seen: Seen, mean_ms: float | None, luck: random.Random) -> int | None:
    """After how long this customer leaves unless answered; None = never, or at the time the journal shows."""
    if seen.wait_ms is None or model == PATIENT:
        return None
    if model == IMPATIENT:
        return seen.wait_ms + 1
    return None if mean_ms is None else seen.wait_ms + round(luck.expovariate(1 / mean_ms))
