"""Business time by example; the first part is what other systems got wrong, each a case with its source."""

import msgspec
import pytest

from routing.calendars import (
    EDGES_MAX,
    PAUSES_MAX,
    BeyondHorizon,
    Clock,
    ClockFault,
    ClockPhase,
    OpenHours,
    Part,
    PartKind,
    Pause,
    complement,
    hours_faults,
    hours_of,
    intersection,
    start,
    union,
)

HOUR = 3_600_000
DAY = 24 * HOUR
MON, TUE, WED, THU, FRI, SAT, SUN = (day * DAY for day in range(7))
NEXT = 7 * DAY
HORIZON = 28 * DAY

OFFICE = hours_of(
    [(day * DAY + 9 * HOUR, day * DAY + 17 * HOUR) for day in range(28) if day % 7 < 5],
    from_ms=0,
    until_ms=HORIZON,
)
"""Monday to Friday, 9:00 to 17:00, for four weeks."""


def a_clock(after: Clock | ClockFault | BeyondHorizon) -> Clock:
    """The clock, when there must be one."""
    assert isinstance(after, Clock)
    return after


# ---------------------------------------------------------------- what others got wrong


def test_chatwoot_13392_an_hour_from_friday_half_past_four_ends_on_monday() -> None:
    assert OFFICE.add_open_ms(FRI + 16 * HOUR + HOUR // 2, HOUR) == NEXT + 9 * HOUR + HOUR // 2


def test_chatwoot_13392_two_hours_from_before_opening_end_two_hours_after_it() -> None:
    assert OFFICE.add_open_ms(WED + 7 * HOUR, 2 * HOUR) == WED + 11 * HOUR


def test_glpi_22678_an_hour_before_the_due_date_is_an_hour_of_business() -> None:
    due = OFFICE.add_open_ms(MON + 16 * HOUR, 2 * HOUR)
    assert due == TUE + 10 * HOUR
    assert OFFICE.add_open_ms(due, -HOUR) == TUE + 9 * HOUR
    assert OFFICE.add_open_ms(due, -HOUR - 1) == MON + 17 * HOUR - 1


def test_zammad_3180_all_day_every_day_loses_no_minute_at_midnight() -> None:
    around = hours_of(((d * DAY, (d + 1) * DAY) for d in range(28)), from_ms=0, until_ms=HORIZON)
    assert around == OpenHours(0, HORIZON, (0, HORIZON))
    assert around.add_open_ms(MON + 23 * HOUR, 2 * HOUR) == TUE + HOUR
    assert isinstance(around.next_change(MON), BeyondHorizon)


def test_zammad_390_two_holidays_and_a_late_start_explain_six_days() -> None:
    # Wednesday 23:00, twelve hours a day, forty-eight to go, Friday and Sunday are holidays
    worked = [day for day in range(14) if day not in (4, 6)]
    shop = hours_of(
        ((d * DAY + 9 * HOUR, d * DAY + 21 * HOUR) for d in worked), from_ms=0, until_ms=14 * DAY
    )
    clock = start(WED + 23 * HOUR)
    due = clock.due_ms(shop, 48 * HOUR)
    assert due == NEXT + TUE + 21 * HOUR
    parts = clock.explain(shop, due)
    assert not isinstance(parts, BeyondHorizon)
    counted = [part.from_ms // DAY for part in parts if part.kind is PartKind.COUNTED]
    assert counted == [3, 5, 7, 8]


def test_zammad_2157_and_4432_a_reminder_of_the_night_waits_for_the_morning() -> None:
    assert OFFICE.next_open(TUE + 2 * HOUR) == TUE + 9 * HOUR
    assert OFFICE.next_open(SAT) == NEXT + 9 * HOUR
    assert OFFICE.next_open(TUE + 10 * HOUR) == TUE + 10 * HOUR


def test_zammad_3140_an_answered_customer_is_not_waiting() -> None:
    answered = a_clock(start(MON + 9 * HOUR).pause(MON + 10 * HOUR, "answered"))
    assert answered.due_ms(OFFICE, 2 * HOUR) is None
    asked_again = a_clock(answered.resume(THU + 9 * HOUR))
    assert asked_again.due_ms(OFFICE, 2 * HOUR) == THU + 10 * HOUR


def test_zammad_5177_the_clock_of_updates_says_nothing_before_the_first_response() -> None:
    first_response = start(MON + 9 * HOUR)
    update = a_clock(start(MON + 9 * HOUR).pause(MON + 9 * HOUR, "no response yet"))
    dues = [first_response.due_ms(OFFICE, 4 * HOUR), update.due_ms(OFFICE, HOUR)]
    assert dues == [MON + 13 * HOUR, None]


def test_chatwoot_10178_and_15024_a_resolved_contact_counts_no_more() -> None:
    resolved = a_clock(start(MON + 9 * HOUR).stop(MON + 10 * HOUR))
    assert resolved.elapsed_ms(OFFICE, FRI) == HOUR
    assert resolved.due_ms(OFFICE, 2 * HOUR) is None
    assert resolved.due_ms(OFFICE, HOUR) == MON + 10 * HOUR


def test_glpi_6902_another_target_forgets_no_pause() -> None:
    clock = a_clock(
        a_clock(start(MON + 9 * HOUR).pause(MON + 10 * HOUR, "")).resume(MON + 12 * HOUR)
    )
    assert [clock.due_ms(OFFICE, hours * HOUR) for hours in (4, 2)] == [
        MON + 15 * HOUR,
        MON + 13 * HOUR,
    ]


def test_glpi_687_a_contact_outside_the_hours_still_gets_its_due_date() -> None:
    assert start(SUN + 3 * HOUR).due_ms(OFFICE, 30 * 60_000) == NEXT + 9 * HOUR + 30 * 60_000


# ---------------------------------------------------------------- hours


def test_a_due_date_at_closing_time_is_not_put_off_to_the_next_morning() -> None:
    assert OFFICE.add_open_ms(FRI + 16 * HOUR, HOUR) == FRI + 17 * HOUR
    assert OFFICE.add_open_ms(NEXT + 9 * HOUR, -HOUR) == FRI + 16 * HOUR
    assert OFFICE.add_open_ms(NEXT + 10 * HOUR, -HOUR) == NEXT + 9 * HOUR


def test_nothing_added_is_no_move_even_when_closed() -> None:
    assert OFFICE.add_open_ms(SAT, 0) == SAT


def test_the_end_of_the_horizon_is_known_as_an_end_alone() -> None:
    assert OFFICE.open_ms_between(0, HORIZON) == 20 * 8 * HOUR
    assert OFFICE.is_open(HORIZON) == BeyondHorizon(HORIZON, 0, HORIZON)
    assert OFFICE.add_open_ms(0, 20 * 8 * HOUR) == HORIZON - 2 * DAY - 7 * HOUR
    assert isinstance(OFFICE.add_open_ms(0, 20 * 8 * HOUR + 1), BeyondHorizon)
    assert isinstance(OFFICE.add_open_ms(HORIZON, -20 * 8 * HOUR - 1), BeyondHorizon)


def test_no_answer_is_neither_yes_nor_no() -> None:
    with pytest.raises(TypeError, match="neither true nor false"):
        bool(OFFICE.is_open(-1))


def test_hours_without_a_horizon_know_nothing() -> None:
    apart = union(OpenHours(0, 10, (0, 10)), OpenHours(20, 30, (20, 30)))
    assert apart == OpenHours(20, 20)
    assert intersection(apart, OFFICE) == apart
    assert complement(apart) == apart
    assert isinstance(apart.is_open(20), BeyondHorizon)
    assert apart.open_ms_between(20, 20) == 0


def test_hours_are_plain_data() -> None:
    assert OFFICE.open_ms_between(0, DAY) == 8 * HOUR  # whatever is remembered does not travel
    encoded = msgspec.json.encode(OFFICE)
    assert set(msgspec.json.decode(encoded)) == {"from_ms", "until_ms", "edges_ms"}
    assert msgspec.json.decode(encoded, type=OpenHours) == OFFICE


@pytest.mark.parametrize(
    ("hours", "fault"),
    [
        (OpenHours(10, 0), "the horizon ends before it starts"),
        (OpenHours(0, 10, (1,)), "the last span has no end"),
        (OpenHours(0, 10, (1, 3, 3, 4)), "the edges do not rise strictly"),
        (OpenHours(0, 10, (1, 30)), "an edge lies outside the horizon"),
        (OpenHours(0, 10, (-1, 3)), "an edge lies outside the horizon"),
        (
            OpenHours(0, EDGES_MAX * 2, tuple(range(EDGES_MAX + 2))),
            f"there are {EDGES_MAX + 2} edges, {EDGES_MAX} are allowed",
        ),
    ],
)
def test_a_fault_of_hours_is_named(hours: OpenHours, fault: str) -> None:
    assert hours_faults(hours) == (fault,)


# ---------------------------------------------------------------- clocks


def test_a_clock_explains_itself() -> None:
    clock = a_clock(start(THU + 15 * HOUR).pause(FRI + 10 * HOUR, "with the customer"))
    clock = a_clock(a_clock(clock.resume(FRI + 16 * HOUR)).stop(NEXT + 10 * HOUR))
    assert clock.explain(OFFICE, NEXT + 11 * HOUR) == (
        Part(PartKind.COUNTED, THU + 15 * HOUR, THU + 17 * HOUR, 2 * HOUR),
        Part(PartKind.CLOSED, THU + 17 * HOUR, FRI + 9 * HOUR, 0),
        Part(PartKind.COUNTED, FRI + 9 * HOUR, FRI + 10 * HOUR, HOUR),
        Part(PartKind.PAUSED, FRI + 10 * HOUR, FRI + 16 * HOUR, 0, "with the customer"),
        Part(PartKind.COUNTED, FRI + 16 * HOUR, FRI + 17 * HOUR, HOUR),
        Part(PartKind.CLOSED, FRI + 17 * HOUR, NEXT + 9 * HOUR, 0),
        Part(PartKind.COUNTED, NEXT + 9 * HOUR, NEXT + 10 * HOUR, HOUR),
        Part(PartKind.STOPPED, NEXT + 10 * HOUR, NEXT + 11 * HOUR, 0),
    )
    assert clock.elapsed_ms(OFFICE, NEXT + 11 * HOUR) == 5 * HOUR


def test_an_impossible_transition_is_named_and_changes_nothing() -> None:
    running = start(10)
    paused = a_clock(running.pause(20, ""))
    resumed = a_clock(paused.resume(30))
    stopped = a_clock(paused.stop(40))
    assert stopped.pauses == (Pause(20, 40, ""),)
    phases = [one.phase for one in (running, paused, resumed, stopped)]
    assert phases == [
        ClockPhase.RUNNING,
        ClockPhase.PAUSED,
        ClockPhase.RUNNING,
        ClockPhase.STOPPED,
    ]
    assert running.resume(20) is ClockFault.NOT_PAUSED
    assert paused.pause(30, "") is ClockFault.NOT_RUNNING
    assert [running.pause(9, ""), paused.resume(19), resumed.stop(29)] == [ClockFault.BACKWARDS] * 3
    assert stopped.settle(OFFICE, 39) is ClockFault.BACKWARDS
    assert [stopped.pause(50, ""), stopped.resume(50), stopped.stop(50)] == [ClockFault.STOPPED] * 3


def test_before_it_started_nothing_has_counted() -> None:
    clock = start(TUE)
    assert clock.elapsed_ms(OFFICE, MON) == 0
    assert clock.explain(OFFICE, MON) == ()
    assert clock.due_ms(OFFICE, 0) == TUE


def test_a_clock_with_too_many_pauses_is_settled_and_goes_on() -> None:
    clock = start(0)
    for at in range(PAUSES_MAX):
        clock = a_clock(a_clock(clock.pause(at, "")).resume(at))
    assert clock.pause(PAUSES_MAX, "") is ClockFault.TOO_MANY_PAUSES
    settled = a_clock(clock.settle(OFFICE, PAUSES_MAX))
    assert settled.pauses == ()
    assert a_clock(settled.pause(PAUSES_MAX, "")).phase is ClockPhase.PAUSED


def test_a_settled_clock_goes_on_under_other_hours_and_knows_where_its_past_ends() -> None:
    settled = a_clock(start(MON + 9 * HOUR).settle(OFFICE, TUE + 12 * HOUR))
    around = OpenHours(TUE, HORIZON, (TUE, HORIZON))
    assert settled.elapsed_ms(around, TUE + 20 * HOUR) == 19 * HOUR
    assert settled.due_ms(around, 12 * HOUR) == TUE + 13 * HOUR
    assert settled.explain(around, TUE + 13 * HOUR) == (
        Part(PartKind.CARRIED, MON + 9 * HOUR, TUE + 12 * HOUR, 11 * HOUR),
        Part(PartKind.COUNTED, TUE + 12 * HOUR, TUE + 13 * HOUR, HOUR),
    )
    unknown = BeyondHorizon(TUE, TUE + 12 * HOUR, HORIZON)
    assert settled.elapsed_ms(around, TUE) == unknown
    assert settled.explain(around, TUE) == unknown
    assert isinstance(settled.due_ms(around, 11 * HOUR), BeyondHorizon)


def test_a_pause_that_lasts_is_kept_when_its_clock_is_settled() -> None:
    paused = a_clock(start(MON + 9 * HOUR).pause(MON + 10 * HOUR, "why"))
    settled = a_clock(paused.settle(OFFICE, TUE))
    assert settled.pauses == (Pause(MON + 10 * HOUR, None, "why"),)
    assert a_clock(settled.resume(TUE + 9 * HOUR)).elapsed_ms(OFFICE, TUE + 10 * HOUR) == 2 * HOUR


def test_a_stopped_clock_stays_stopped_where_it_was_when_settled() -> None:
    stopped = a_clock(start(MON + 9 * HOUR).stop(MON + 10 * HOUR))
    settled = a_clock(stopped.settle(OFFICE, FRI))
    assert settled.stopped_ms == settled.since_ms == MON + 10 * HOUR
    assert settled.elapsed_ms(OpenHours(FRI, HORIZON), HORIZON + 1) == HOUR


def test_clocks_do_not_guess_beyond_the_horizon() -> None:
    clock = start(HORIZON - HOUR)
    assert isinstance(clock.elapsed_ms(OFFICE, HORIZON + 1), BeyondHorizon)
    assert isinstance(clock.explain(OFFICE, HORIZON + 1), BeyondHorizon)
    assert isinstance(clock.settle(OFFICE, HORIZON + 1), BeyondHorizon)
    assert isinstance(clock.due_ms(OFFICE, HOUR), BeyondHorizon)


def test_what_was_due_inside_the_horizon_is_known_although_the_run_went_on_beyond_it() -> None:
    long_run = a_clock(start(MON).stop(HORIZON + DAY))
    assert long_run.due_ms(OFFICE, HOUR) == MON + 10 * HOUR
    assert isinstance(long_run.due_ms(OFFICE, 1000 * HOUR), BeyondHorizon)
