"""When somebody who waits in a queue is told something."""

from ivr.limits import QUEUED_MS
from ivr.model import Comfort, Queue
from ivr.session import Session


def due_in_queue(node: Queue, session: Session) -> int:
    """When the session is to be looked at next: something is to be said, or it has gone on long enough."""
    nexts = (_next_ms(one, session) for one in node.comfort)
    return min((one for one in nexts if one is not None), default=end_ms(session))


def end_ms(session: Session) -> int:
    """When a session in a queue ends at last."""
    return session.queued_ms + QUEUED_MS


def last_due(node: Queue, session: Session) -> tuple[int, Comfort] | None:
    """What is to be said now, and the instant it was due; what was due earlier and never said is not made up for."""
    found: tuple[int, Comfort] | None = None
    for comfort in node.comfort:
        first_ms = _next_ms(comfort, session)
        if first_ms is None or first_ms > session.now_ms:
            continue
        at_ms = first_ms
        if comfort.every_s is not None:
            every_ms = comfort.every_s * 1000
            at_ms += (session.now_ms - first_ms) // every_ms * every_ms
        if found is None or at_ms >= found[0]:
            found = at_ms, comfort
    return found


def _next_ms(comfort: Comfort, session: Session) -> int | None:
    """The first instant after what has been told; None when there is none."""
    first_ms = session.queued_ms + comfort.after_s * 1000
    if first_ms > session.told_ms:
        return first_ms
    if comfort.every_s is None:
        return None
    every_ms = comfort.every_s * 1000
    return first_ms + ((session.told_ms - first_ms) // every_ms + 1) * every_ms
