"""A class: contacts that ask for the same thing, in line, and the agents who are free for them, in line as well.

Law of this file: both lines hold whom the index has entered, in the order of `strategies`. Nothing is deleted from the
middle: what is over no longer `counts`, and is dropped when it comes to the front. The head of the contacts' heap
always counts. A line that is mostly over is made anew.

What a decision costs is mostly waiting for memory, so a class is told by few objects, and what is asked of it first
stands first in it.
"""

import heapq
from bisect import insort
from collections.abc import Iterator

import msgspec

from routing.ids import AgentId, QueueId
from routing.matching import is_kept_from
from routing.model import Channel, QueuePolicy
from routing.state import Contact, Demand
from routing.strategies import urgency

OVER_ALLOWED = 64
"""Entries a line may hold beyond twice those that can count in it before it is made anew."""


class Waiting(msgspec.Struct, order=True):
    """A contact's place in the line of its class. No two contacts have one arrival: they are never compared."""

    negated_level: int
    origin_ms: int
    arrival: int
    contact: Contact
    group: "ContactClass"
    counts: bool = True


class Free(msgspec.Struct, order=True, gc=False):
    """An agent's place among those who are free for a class: the parts of an `AgentKey`, and whether it counts."""

    interrupts: int
    score: int
    idle_since_ms: int
    idle_order: int
    agent_id: AgentId
    counts: bool = True


class ContactClass(msgspec.Struct, eq=False):
    """`live` contacts wait in the heap `waiting`, of which `head` is the first; `staff` of `agents` are ready.

    `free` is sorted, whom to ask first in front. Classes of one `standpoint` see agents alike.
    """

    channel: Channel
    standpoint: int
    head: Waiting | None
    queue_id: QueueId
    demand: Demand
    policy: QueuePolicy
    negated_level: int
    free: list[Free] = []
    waiting: list[Waiting] = []
    agents: dict[AgentId, None] = {}
    live: int = 0
    staff: int = 0


def enter_waiting(group: ContactClass, entry: Waiting) -> None:
    """One more contact waits."""
    group.live += 1
    heapq.heappush(group.waiting, entry)
    if len(group.waiting) > OVER_ALLOWED + 2 * group.live:
        group.waiting = [one for one in group.waiting if one.counts]
        heapq.heapify(group.waiting)
    group.head = group.waiting[0]


def leave_waiting(entry: Waiting) -> None:
    """The contact no longer waits there."""
    entry.counts = False
    entry.group.live -= 1
    drop_from_head(entry.group)


def drop_from_head(group: ContactClass) -> None:
    """Drop what is over from the head of the contacts' line."""
    heap = group.waiting
    while heap and not heap[0].counts:
        heapq.heappop(heap)
    group.head = heap[0] if heap else None


def first_for(group: ContactClass, agent_id: AgentId) -> Waiting | None:
    """The first of the line whose contact is not kept from the agent."""
    heap = group.waiting
    passed: list[Waiting] = []
    while heap and (not heap[0].counts or is_kept_from(heap[0].contact, agent_id)):
        entry = heapq.heappop(heap)
        if entry.counts:
            passed.append(entry)
    found = heap[0] if heap else None
    for entry in passed:
        heapq.heappush(heap, entry)
    return found


def most_urgent(
    heads: list[Waiting], primary_queue_id: QueueId | None, by_age: bool, now_ms: int
) -> Waiting:
    """The head that `choice_rank` puts last; `by_age`: all their queues go by level and age."""
    if primary_queue_id is not None:
        heads = [head for head in heads if head.group.queue_id == primary_queue_id] or heads
    return min(heads) if by_age else min(heads, key=lambda head: _rank(head, now_ms))


def _rank(head: Waiting, now_ms: int) -> tuple[int, int, int, int]:
    """As `contact_rank` has it, negated: the smallest goes first."""
    _, score = urgency(head.origin_ms, head.group.policy.priority, now_ms)
    return (head.negated_level, -score, head.origin_ms, head.arrival)


def enter_free(group: ContactClass, place: Free) -> None:
    """One more agent is free: mostly who became idle last goes last, which costs one look."""
    free = group.free
    if free and place < free[-1]:
        insort(free, place)
    else:
        free.append(place)
    if len(free) > OVER_ALLOWED + 2 * len(group.agents):
        group.free = [one for one in free if one.counts]


def free_agents(group: ContactClass) -> Iterator[Free]:
    """Who is free, in order; what is over at the front is dropped."""
    free, over = group.free, 0
    while over < len(free) and not free[over].counts:
        over += 1
    del free[:over]
    return (place for place in free if place.counts)
