"""The judge of wait estimates: it counts what ends within a band, and is not fooled by customers who leave."""

import random
from pathlib import Path

import pytest

from routing import events as ev
from routing.ids import QueueId
from routing.waits import Band
from tests.validation.estimates import bank
from tests.validation.estimates.__main__ import rows_of
from tests.validation.estimates.coverage import Told, share_of, share_within
from tests.validation.estimates.days import DAYS
from tests.validation.estimates.page import page

BAND = Band(50_000, 90_000)
HEADER = (
    "day,line,cust,prio,type,vru_entry,vru_time,q_start,q_time,outcome,ser_start,ser_time,server\n"
)


def uniform(count: int, patience_ms: float | None, seed: int) -> list[Told]:
    """Waits from 0 to 100 s, all the same likely, of customers who leave after an exponential time."""
    luck = random.Random(seed)
    told = []
    for _ in range(count):
        wait_ms = luck.uniform(0, 100_000)
        patience = luck.expovariate(1 / patience_ms) if patience_ms is not None else 10**9
        told.append(Told(BAND, round(min(wait_ms, patience)), wait_ms <= patience))
    return told


def test_a_right_band_holds_half_and_nine_tenths() -> None:
    share = share_of(uniform(4_000, None, 1))
    assert share.under_p50 == pytest.approx(0.5, abs=0.02)
    assert share.under_p90 == pytest.approx(0.9, abs=0.02)
    assert (share.is_right, share.is_judged, share.left) == (True, True, 0)
    assert (share.p50_median_ms, share.width) == (50_000, 1.8)
    assert share.width_without == pytest.approx(1.8, rel=0.05)


def test_customers_who_leave_do_not_make_a_right_band_look_wrong() -> None:
    told = uniform(8_000, 60_000, 2)
    share = share_of(told)
    assert share.left > 3_000
    assert share.under_p50 == pytest.approx(0.5, abs=0.02)
    assert share.under_p90 == pytest.approx(0.9, abs=0.02)
    answered = [one for one in told if one.is_answered]
    assert (
        sum(one.waited_ms <= 50_000 for one in answered) / len(answered) > 0.6
    )  # what others count


def test_a_wrong_band_is_found() -> None:
    told = [
        Told(Band(30_000, 60_000), one.waited_ms, one.is_answered) for one in uniform(500, None, 3)
    ]
    assert not share_of(told).is_right
    assert not share_of(told[:20]).is_judged


def test_a_wait_that_was_not_seen_to_its_end_is_neither_short_nor_long() -> None:
    assert share_within([(0.5, True), (2.0, True)]) == 0.5
    assert share_within([(0.2, False), (0.5, True), (2.0, True)]) == 0.5
    assert share_within([(0.2, False), (0.5, False)]) == 0
    assert share_within([]) == 0


def test_only_contacts_that_had_to_wait_are_counted() -> None:
    watcher = DAYS["8 agents, lognormal, load 1.20"](7)
    (told,) = watcher.first.values()
    assert len(told) > 1_000
    assert watcher.unknown > 0
    assert all(one.waited_ms > 0 for one in told)
    again = next(iter(watcher.again.values()))
    assert 0 < len(again) < len(told)


def test_the_rows_name_what_was_missed_and_what_was_not_at_hand() -> None:
    queue = QueueId("calls")
    short = [Told(Band(30_000, 60_000), one.waited_ms, True) for one in uniform(300, None, 4)]
    rows = rows_of("a day", [({queue: uniform(300, None, 5)}, {queue: short}, 3)])
    assert [(row["told"], row["verdict"]) for row in rows] == [
        ("at entry", "right"),
        ("after 30 s", "MISSED"),
    ]
    said = {"commit": "c", "seeds": (1,), "real_calls": False, "told_nothing": 3, "missed": 1}
    text = page({**said, "rows": rows})
    assert "2 judged, **1 missed**" in text
    assert "**The real calls were not at hand.**" in text


def test_real_calls_become_events_in_the_order_of_time(tmp_path: Path) -> None:
    file = tmp_path / "calls.csv"
    file.write_text(
        HEADER
        + "1,L,1,2,PS,50,0,100,20,AGENT,120,60,S01\n"
        + "1,L,2,0,NE,90,0,110,15,HANG,0,0,\n"
        + "1,L,3,0,IN,90,0,0,0,AGENT,115,-5,S02\n"
        + "1,L,4,0,PS,90,0,0,0,HANG,0,0,\n"
        + "1,L,5,0,PS,90,0,90,0,PHANTOM,0,0,\n"
    )
    seen = list(bank.events_of(bank.rows_of(file)))
    assert [event.at_ms for event in seen] == sorted(event.at_ms for event in seen)
    arrived = [event for event in seen if isinstance(event, ev.ContactArrived)]
    assert [(event.queue_id, event.credit_ms) for event in arrived] == [
        ("banking", 90_000),
        ("stocks", 0),
        ("internet", 0),
    ]
    assert sum(isinstance(event, ev.ContactClosed) for event in seen) == 3
    assert sum(isinstance(event, ev.OfferAccepted) for event in seen) == 2
    assert list(bank.play(file).first) == []  # nothing was known yet that could be told


def test_absent_calls_are_said_to_be_absent(tmp_path: Path) -> None:
    with pytest.raises(bank.CallsAbsent, match="the real call records are not here"):
        bank.play(tmp_path / "calls.csv")
