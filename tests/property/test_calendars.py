"""Laws of business time, against an oracle that looks at every single minute."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from routing.calendars import (
    BeyondHorizon,
    Clock,
    ClockFault,
    ClockPhase,
    OpenHours,
    PartKind,
    complement,
    hours_faults,
    hours_of,
    intersection,
    start,
    union,
)

MINUTE_MS = 60_000
WEEK = 7 * 24 * 60
HORIZON = 90

instants = st.integers(0, HORIZON)
spans = st.lists(st.tuples(st.integers(-5, HORIZON + 5), st.integers(-5, HORIZON + 5)), max_size=12)


@st.composite
def open_hours(draw: st.DrawFn, *, from_ms: int = 0, until_ms: int = HORIZON) -> OpenHours:
    """Hours of overlapping, touching, empty and reversed spans over a short horizon."""
    return hours_of(draw(spans), from_ms=from_ms, until_ms=until_ms)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[list[bool], OpenHours]:
    """A random week in minutes, open or not, and the same as hours."""
    cuts = sorted(draw(st.lists(st.integers(0, WEEK), min_size=0, max_size=30, unique=True)))
    pairs = list(zip(cuts[::2], cuts[1::2], strict=False))
    minutes = [False] * WEEK
    for a, b in pairs:
        minutes[a:b] = [True] * (b - a)
    in_ms = [(a * MINUTE_MS, b * MINUTE_MS) for a, b in pairs]
    return minutes, hours_of(in_ms, from_ms=0, until_ms=WEEK * MINUTE_MS)


def reads_open(hours: OpenHours) -> list[bool]:
    """Every instant of the horizon, asked one by one."""
    answers = [hours.is_open(at_ms) for at_ms in range(hours.from_ms, hours.until_ms)]
    assert not any(isinstance(one, BeyondHorizon) for one in answers)
    return [one is True for one in answers]


# ---------------------------------------------------------------- hours


@given(weeks(), st.data())
def test_hours_agree_with_looking_at_every_minute(
    week: tuple[list[bool], OpenHours], data: st.DataObject
) -> None:
    minutes, hours = week
    a, b = sorted(data.draw(st.tuples(st.integers(0, WEEK - 1), st.integers(0, WEEK - 1))))
    assert hours.is_open(a * MINUTE_MS) == minutes[a]
    assert hours.open_ms_between(a * MINUTE_MS, b * MINUTE_MS) == sum(minutes[a:b]) * MINUTE_MS
    change = next((m for m in range(a + 1, WEEK) if minutes[m] != minutes[m - 1]), None)
    opening = next((m for m in range(a, WEEK) if minutes[m]), None)
    for asked, found in ((hours.next_change, change), (hours.next_open, opening)):
        answer = asked(a * MINUTE_MS)
        assert isinstance(answer, BeyondHorizon) if found is None else answer == found * MINUTE_MS


@given(weeks(), st.integers(0, WEEK), st.integers(-WEEK, WEEK))
def test_due_dates_agree_with_counting_minutes(
    week: tuple[list[bool], OpenHours], at: int, wanted: int
) -> None:
    minutes, hours = week
    now, left, step = at, abs(wanted), 1 if wanted > 0 else -1
    while left and (0 <= now < WEEK if wanted > 0 else 0 < now <= WEEK):
        left -= minutes[now if wanted > 0 else now - 1]
        now += step
    due = hours.add_open_ms(at * MINUTE_MS, wanted * MINUTE_MS)
    assert isinstance(due, BeyondHorizon) if left else due == now * MINUTE_MS


@given(open_hours(), instants, instants, instants)
def test_open_time_adds_up_and_never_falls(hours: OpenHours, a: int, b: int, c: int) -> None:
    between = hours.open_ms_between
    ab, bc, ac = between(a, b), between(b, c), between(a, c)
    assert isinstance(ab, int)
    assert isinstance(bc, int)
    assert ac == ab + bc
    assert between(b, a) == -ab
    assert 0 <= ab * (1 if a <= b else -1) <= abs(b - a)


@given(open_hours(), instants, st.integers(-HORIZON, HORIZON))
def test_due_dates_and_open_time_are_inverse(hours: OpenHours, at: int, for_ms: int) -> None:
    due = hours.add_open_ms(at, for_ms)
    ends = (hours.open_ms_between(0, at), hours.open_ms_between(at, HORIZON))
    assert isinstance(ends[0], int)
    assert isinstance(ends[1], int)
    if isinstance(due, BeyondHorizon):
        assert for_ms > ends[1] or -for_ms > ends[0]
        return
    assert hours.open_ms_between(at, due) == for_ms
    nearer = due - (for_ms > 0) + (for_ms < 0)
    assert due == at or hours.open_ms_between(at, nearer) != for_ms


@given(open_hours(), instants, instants)
def test_open_time_added_leads_back_to_the_same_or_an_equal_instant(
    hours: OpenHours, a: int, b: int
) -> None:
    passed = hours.open_ms_between(a, b)
    assert isinstance(passed, int)
    due = hours.add_open_ms(a, passed)
    assert isinstance(due, int)
    assert hours.open_ms_between(due, b) == 0


@given(open_hours(), instants, st.integers(0, HORIZON), st.integers(0, HORIZON))
def test_due_dates_add_up_and_never_fall(hours: OpenHours, at: int, one: int, two: int) -> None:
    both = hours.add_open_ms(at, one + two)
    first = hours.add_open_ms(at, one)
    if isinstance(both, int):
        assert isinstance(first, int)
        assert first <= both
        assert hours.add_open_ms(first, two) == both


@given(open_hours(), instants, instants)
def test_pieces_cover_the_time_without_gaps(hours: OpenHours, a: int, b: int) -> None:
    pieces = hours.pieces(a, b)
    assert not isinstance(pieces, BeyondHorizon)
    assert [at for begin, end, _ in pieces for at in range(begin, end)] == list(range(a, b))
    assert all(
        hours.is_open(at) is opened for begin, end, opened in pieces for at in range(begin, end)
    )
    assert all(one[2] != other[2] for one, other in pairwise(pieces))


@given(st.integers(-20, HORIZON), st.integers(0, HORIZON), st.data())
def test_outside_the_horizon_nothing_is_answered(
    from_ms: int, length: int, data: st.DataObject
) -> None:
    hours = data.draw(open_hours(from_ms=from_ms, until_ms=from_ms + length))
    outside = data.draw(
        st.one_of(st.integers(max_value=from_ms - 1), st.integers(hours.until_ms + 1))
    )
    inside = data.draw(st.integers(from_ms, hours.until_ms))
    for answer in (
        hours.is_open(outside),
        hours.is_open(hours.until_ms),
        hours.next_change(outside),
        hours.next_open(outside),
        hours.open_ms_between(outside, inside),
        hours.open_ms_between(inside, outside),
        hours.add_open_ms(outside, 0),
        hours.pieces(inside, outside),
    ):
        assert isinstance(answer, BeyondHorizon)
        assert answer.asked_ms in (outside, hours.until_ms)
        assert (answer.from_ms, answer.until_ms) == (from_ms, hours.until_ms)


# ---------------------------------------------------------------- union, intersection, complement


@given(open_hours(), open_hours())
def test_union_and_intersection_read_like_or_and_and(left: OpenHours, right: OpenHours) -> None:
    one, other = reads_open(left), reads_open(right)
    assert reads_open(union(left, right)) == [a or b for a, b in zip(one, other, strict=True)]
    both = intersection(left, right)
    assert reads_open(both) == [a and b for a, b in zip(one, other, strict=True)]
    assert reads_open(complement(left)) == [not a for a in one]
    assert not any(hours_faults(one) for one in (union(left, right), both, complement(left)))


@given(open_hours(), open_hours(), open_hours())
def test_hours_form_a_boolean_algebra(a: OpenHours, b: OpenHours, c: OpenHours) -> None:
    nothing = OpenHours(0, HORIZON)
    assert union(a, b) == union(b, a)
    assert intersection(a, b) == intersection(b, a)
    assert union(a, union(b, c)) == union(union(a, b), c)
    assert intersection(a, intersection(b, c)) == intersection(intersection(a, b), c)
    assert intersection(a, union(b, c)) == union(intersection(a, b), intersection(a, c))
    assert union(a, intersection(a, b)) == a
    assert union(a, nothing) == a
    assert intersection(a, nothing) == nothing
    assert complement(complement(a)) == a
    assert complement(union(a, b)) == intersection(complement(a), complement(b))
    assert union(a, complement(a)) == complement(nothing)


@given(st.data(), st.tuples(instants, instants), st.tuples(instants, instants))
def test_what_only_one_side_knows_is_not_known(
    data: st.DataObject, one: tuple[int, int], other: tuple[int, int]
) -> None:
    left = data.draw(open_hours(from_ms=min(one), until_ms=max(one)))
    right = data.draw(open_hours(from_ms=min(other), until_ms=max(other)))
    for both in (union(left, right), intersection(left, right)):
        assert hours_faults(both) == ()
        for at in range(HORIZON):
            knows = isinstance(left.is_open(at), bool) and isinstance(right.is_open(at), bool)
            assert isinstance(both.is_open(at), bool) == knows


@given(spans)
def test_hours_of_spans_are_sound_and_read_like_the_spans(pairs: list[tuple[int, int]]) -> None:
    hours = hours_of(pairs, from_ms=0, until_ms=HORIZON)
    assert hours_faults(hours) == ()
    assert reads_open(hours) == [any(a <= at < b for a, b in pairs) for at in range(HORIZON)]
    assert hours_of(hours.spans(), from_ms=0, until_ms=HORIZON) == hours


# ---------------------------------------------------------------- clocks

steps = st.lists(
    st.tuples(st.sampled_from(["pause", "resume", "pause", "resume", "stop"]), st.integers(0, 20)),
    max_size=10,
)


def walked(origin: int, way: list[tuple[str, int]]) -> list[Clock]:
    """The clock after each step that could be made; waits add up."""
    clocks, now = [start(origin)], origin
    for verb, wait in way:
        now += wait
        clock = clocks[-1]
        after = clock.pause(now, "why") if verb == "pause" else getattr(clock, verb)(now)
        if isinstance(after, Clock):
            clocks.append(after)
    return clocks


def counts_at(clock: Clock, at: int) -> bool:
    """The oracle: does this clock run at this instant?"""
    paused = any(
        one.from_ms <= at and (one.until_ms is None or at < one.until_ms) for one in clock.pauses
    )
    return (
        at >= clock.origin_ms and not paused and (clock.stopped_ms is None or at < clock.stopped_ms)
    )


@given(open_hours(), instants, steps, instants)
def test_elapsed_is_what_counting_gives(
    hours: OpenHours, origin: int, way: list[tuple[str, int]], at: int
) -> None:
    clock = walked(origin, way)[-1]
    naive = sum(hours.is_open(one) is True and counts_at(clock, one) for one in range(at))
    assert clock.elapsed_ms(hours, at) == naive
    parts = clock.explain(hours, at)
    assert not isinstance(parts, BeyondHorizon)
    assert sum(part.counted_ms for part in parts) == naive
    assert [one for part in parts for one in range(part.from_ms, part.until_ms)] == list(
        range(origin, at)
    )
    for part in parts:
        for one in range(part.from_ms, part.until_ms):
            is_counted = hours.is_open(one) is True and counts_at(clock, one)
            assert (part.kind is PartKind.COUNTED) == is_counted


@given(open_hours(), instants, steps, st.integers(-3, HORIZON))
def test_due_is_the_first_instant_at_which_so_much_has_counted(
    hours: OpenHours, origin: int, way: list[tuple[str, int]], target: int
) -> None:
    clock = walked(origin, way)[-1]
    due = clock.due_ms(hours, target)
    reached = [at for at in range(origin, HORIZON + 1) if clock.elapsed_ms(hours, at) == target]
    if target <= 0:
        assert due == origin
    elif reached:
        assert due == reached[0]
    elif due is None:
        assert clock.phase is not ClockPhase.RUNNING
    else:
        assert isinstance(due, BeyondHorizon)


@given(open_hours(), instants, steps)
def test_elapsed_never_falls_and_never_outruns_time(
    hours: OpenHours, origin: int, way: list[tuple[str, int]]
) -> None:
    clock = walked(origin, way)[-1]
    readings = [clock.elapsed_ms(hours, at) for at in range(HORIZON + 1)]
    values = [one for one in readings if isinstance(one, int)]
    assert len(values) == len(readings)
    assert all(0 <= b - a <= 1 for a, b in pairwise(values))


@given(open_hours(), instants, steps, instants)
def test_pausing_or_stopping_never_increases_what_has_elapsed(
    hours: OpenHours, origin: int, way: list[tuple[str, int]], at: int
) -> None:
    for before in walked(origin, way):
        for after in (before.pause(at, ""), before.stop(at)):
            if isinstance(after, Clock):
                for one in range(HORIZON + 1):
                    with_it, without = after.elapsed_ms(hours, one), before.elapsed_ms(hours, one)
                    assert isinstance(with_it, int)
                    assert isinstance(without, int)
                    assert with_it <= without
                    assert one > at or with_it == without


@given(open_hours(), instants, steps, st.data())
def test_settling_changes_no_later_reading(
    hours: OpenHours, origin: int, way: list[tuple[str, int]], data: st.DataObject
) -> None:
    clock = walked(origin, way)[-1]
    at, target = data.draw(instants), data.draw(st.integers(1, HORIZON))
    settled = clock.settle(hours, at)
    assert not isinstance(settled, BeyondHorizon)
    if isinstance(settled, ClockFault):
        return
    assert settled.phase is clock.phase
    assert len(settled.pauses) <= 1
    for one in range(at, HORIZON + 1):
        assert settled.elapsed_ms(hours, one) == clock.elapsed_ms(hours, one)
        parts = settled.explain(hours, one)
        assert not isinstance(parts, BeyondHorizon)
        assert sum(part.counted_ms for part in parts) == settled.elapsed_ms(hours, one)
    due = clock.due_ms(hours, target)
    if target > settled.carried_ms and not isinstance(due, BeyondHorizon):
        assert settled.due_ms(hours, target) == due


@given(instants, steps, st.data())
def test_clocks_meet_the_end_of_what_is_known_aloud(
    origin: int, way: list[tuple[str, int]], data: st.DataObject
) -> None:
    hours = data.draw(open_hours(from_ms=30, until_ms=60))
    clock = walked(origin, way)[-1]
    at = data.draw(instants)
    runs_unseen = any(counts_at(clock, one) for one in range(at) if not 30 <= one < 60)
    for answer in (clock.elapsed_ms(hours, at), clock.explain(hours, at)):
        assert isinstance(answer, BeyondHorizon) or not runs_unseen
