"""What the calls say of those who made and took them: patience, service, wrap-up, who knows what, who was there when.

Nothing of this stands in a list of calls; each estimate says by which rule it is made.
"""

import math
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from statistics import fmean, pstdev

import msgspec

from callcenter.simulation.queueing.durations import (
    Deterministic,
    Duration,
    Exponential,
    Lognormal,
    Never,
)
from callcenter.simulation.queueing.scenario import AgentGroup, Shift
from callcenter.simulation.trace_import.calls import RealCall

GAP_S_MAX = 3_600.0
"""An agent who takes no call for longer is taken to be away."""

WRAP_UP_S_MAX = 300.0
"""A longer pause before a call that was already waiting is a break, not wrap-up."""

IGNORED_WAIT_S = 30.0
"""An agent who lets customers of its main skills wait longer than this in all, and takes no call, is taken to be away."""

MAIN_SHARE_MIN = 0.1
"""A skill of at least so many of an agent's calls is one of its main skills."""

SKILL_CALLS_MIN = 3
SKILL_SHARE_MIN = 0.01
"""An agent knows what it took at least so often; who took nothing so often knows what it took most."""


class _Work(msgspec.Struct, frozen=True):
    """One call from its agent's side."""

    from_s: float
    until_s: float
    arrived_s: float
    skill: str


def service_of(calls: Sequence[RealCall]) -> Duration:
    """Lognormal with the mean and deviation of the answered calls."""
    times_s = [call.service_s for call in calls if call.agent is not None and call.service_s > 0]
    if not times_s:
        return Deterministic(0)
    mean_s, sd_s = fmean(times_s), pstdev(times_s)
    return Lognormal(round(mean_s, 3), round(sd_s, 3)) if sd_s > 0 else Deterministic(mean_s)


def patience_of(calls: Iterable[RealCall]) -> Exponential | Never:
    """Exponential: all waiting divided by the number who gave up (the estimate of greatest likelihood)."""
    waited_s, left = 0.0, 0
    for call in calls:
        waited_s += call.wait_s
        left += call.agent is None and not call.was_sent_away
    return Exponential(round(waited_s / left, 3)) if left and waited_s else Never()


def wrap_up_s(calls: Iterable[RealCall]) -> float:
    """The mean pause of an agent before a call that was waiting when the one before ended."""
    pauses_s = [
        after.from_s - before.until_s
        for works in _works(calls).values()
        for before, after in pairwise(works)
        if after.arrived_s < before.until_s and 0 <= after.from_s - before.until_s <= WRAP_UP_S_MAX
    ]
    return round(fmean(pauses_s), 1) if pauses_s else 0.0


def agents_of(calls: Sequence[RealCall], wrap_s: float, base_s: float) -> list[AgentGroup]:
    """Every agent by what it took and when; times from `base_s`."""
    waits = _waits(calls)
    groups = []
    for _, works in sorted(_works(calls).items()):
        main = _taken(works, MAIN_SHARE_MIN)
        held = sorted(wait for skill in main for wait in waits[skill])
        skills = dict.fromkeys(_taken(works, SKILL_SHARE_MIN), 1)
        shifts = _shifts(works, held, wrap_s, base_s)
        groups.append(AgentGroup(count=1, skills=skills, shifts=shifts))
    return groups


def _works(calls: Iterable[RealCall]) -> dict[str, list[_Work]]:
    works: dict[str, list[_Work]] = defaultdict(list)
    for call in calls:
        if call.agent is not None:
            from_s = call.at_s + call.wait_s
            work = _Work(from_s, from_s + call.service_s, call.at_s, call.skill)
            works[call.agent].append(work)
    for mine in works.values():
        mine.sort(key=lambda work: work.from_s)
    return works


def _taken(works: Sequence[_Work], share: float) -> list[str]:
    taken = Counter(work.skill for work in works)
    least = max(SKILL_CALLS_MIN, share * len(works))
    known = sorted(skill for skill, count in taken.items() if count >= least)
    return known or [taken.most_common(1)[0][0]]


def _waits(calls: Iterable[RealCall]) -> dict[str, list[tuple[float, float]]]:
    """By skill, when somebody waited for it."""
    waits: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for call in calls:
        if call.wait_s > 0:
            waits[call.skill].append((call.at_s, call.at_s + call.wait_s))
    return waits


def _shifts(
    works: Sequence[_Work], held: Sequence[tuple[float, float]], wrap_s: float, base_s: float
) -> tuple[Shift, ...]:
    """From the first call to the last one taken, without the stretches in which the agent was away.

    When an agent left is seen by nobody: some time between the end of its last call and the first customer it ignored,
    so halfway is taken; at the end, or before an hour without a call, the moment the last call was taken.
    """
    longest_s = max((until_s - from_s for from_s, until_s in held), default=0.0)
    shifts, began_s, end_s = [], works[0].from_s, works[0].until_s
    last_s = works[0].from_s
    for work in works[1:]:
        ignored = _ignored(held, longest_s, end_s + wrap_s, work.from_s)
        is_gone = work.from_s - end_s > GAP_S_MAX
        if is_gone or ignored is not None:
            left_s = last_s if is_gone or ignored is None else (end_s + ignored) / 2
            shifts.append((began_s, left_s))
            began_s = work.from_s
        last_s, end_s = work.from_s, max(end_s, work.until_s)
    shifts.append((began_s, last_s))
    return _whole_seconds(shifts, base_s)


def _whole_seconds(shifts: Sequence[tuple[float, float]], base_s: float) -> tuple[Shift, ...]:
    """Each ends just after its last call was taken, which is finished anyway, and none begins before another ends."""
    rounded: list[Shift] = []
    for from_s, left_s in shifts:
        begin_s = float(math.floor(from_s - base_s))
        if rounded:
            begin_s = max(begin_s, rounded[-1].until_s)
        rounded.append(Shift(begin_s, max(begin_s, math.floor(left_s - base_s)) + 1.0))
    return tuple(rounded)


def _ignored(
    held: Sequence[tuple[float, float]], longest_s: float, from_s: float, until_s: float
) -> float | None:
    """When the first customer began to be ignored, if customers waited too long between two instants."""
    first_s, waited_s, reached_s = None, 0.0, from_s
    for place in range(bisect_left(held, (from_s - longest_s, 0.0)), len(held)):
        began_s, ended_s = held[place]
        if began_s >= until_s:
            break
        begin_s, end_s = max(began_s, reached_s), min(ended_s, until_s)
        if end_s > begin_s:
            first_s = begin_s if first_s is None else first_s
            waited_s += end_s - begin_s
            reached_s = end_s
    return first_s if waited_s > IGNORED_WAIT_S else None
