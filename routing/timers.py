"""Deadlines: a dict that is the truth, and a heap over it that may hold some that no longer count.

A deadline is armed and cancelled by the reducer alone, so it is part of the fold: recovery brings back exactly
the deadlines that were live. One that is cancelled or replaced leaves the dict and counts no longer; the heap drops it
when it comes to the front, and is rebuilt when more than half of it is dead. Arming costs O(log n).
"""

import heapq

from routing.ids import NO_AGENT, NO_CONTACT, AgentId, ContactId
from routing.state import Deadline, DeadlineKind, State

_DEAD_ENTRIES_ALLOWED = 64
"""Dead heap entries tolerated beyond one for each live deadline before the heap is rebuilt."""


def contact_key(contact_id: ContactId) -> str:
    """The deadline of a contact's present state."""
    return f"contact/{contact_id}"


def step_key(contact_id: ContactId) -> str:
    """The deadline of a waiting contact's next step."""
    return f"step/{contact_id}"


def exit_key(contact_id: ContactId) -> str:
    """The deadline by which a waiting contact leaves its queue."""
    return f"exit/{contact_id}"


def gone_key(contact_id: ContactId) -> str:
    """The deadline of a customer whose socket is gone."""
    return f"gone/{contact_id}"


def wrap_up_key(contact_id: ContactId, agent_id: AgentId) -> str:
    """The deadline of one agent's wrap-up of one contact."""
    return f"wrap_up/{contact_id}/{agent_id}"


def exclusion_key(contact_id: ContactId, agent_id: AgentId) -> str:
    """The deadline of one agent's exclusion from one contact."""
    return f"exclusion/{contact_id}/{agent_id}"


def agent_key(agent_id: AgentId) -> str:
    """The deadline of an agent's present state."""
    return f"agent/{agent_id}"


def presence_key(agent_id: AgentId) -> str:
    """The deadline of a lost presence."""
    return f"presence/{agent_id}"


def arm(
    state: State,
    key: str,
    kind: DeadlineKind,
    due_ms: int,
    *,
    contact_id: ContactId = NO_CONTACT,
    agent_id: AgentId = NO_AGENT,
) -> None:
    """Set the deadline of `key`, replacing any it had."""
    state.armed += 1
    replaced = state.deadlines.get(key)
    if replaced is not None:
        replaced.counts = False
    deadline = Deadline(due_ms, state.armed, kind, contact_id, agent_id)
    state.deadlines[key] = deadline
    heapq.heappush(state.deadline_heap, deadline)
    if len(state.deadline_heap) > _DEAD_ENTRIES_ALLOWED + 2 * len(state.deadlines):
        rebuild(state)


def cancel(state: State, key: str) -> None:
    """Remove the deadline of `key`, if it has one."""
    deadline = state.deadlines.pop(key, None)
    if deadline is not None:
        deadline.counts = False


def rebuild(state: State) -> None:
    """Make the heap anew from the live deadlines."""
    state.deadline_heap = [*state.deadlines.values()]
    heapq.heapify(state.deadline_heap)


def next_deadline(state: State) -> Deadline | None:
    """The live deadline that is due first; drops dead heap entries on the way."""
    heap = state.deadline_heap
    while heap and not heap[0].counts:
        heapq.heappop(heap)
    return heap[0] if heap else None


def following(origin_ms: int, every_ms: int, now_ms: int) -> int:
    """The first instant after `now_ms` that lies a whole number of `every_ms` after `origin_ms`."""
    return origin_ms + ((now_ms - origin_ms) // every_ms + 1) * every_ms
