"""May a number be dialled now: each reason alone, their order, and what follows from the end of an attempt."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec
import pytest

from crm_link.outbound.judging import FOR_GOOD, SOON_MS, after, judge
from crm_link.outbound.limits import DAY_MS
from crm_link.outbound.model import (
    CampaignState,
    Ending,
    EntryState,
    Fault,
    Next,
    Refused,
    Result,
    Rules,
    Standing,
)
from crm_link.outbound.packs import CN, EVERY_DAY, FTC, PACKS
from crm_link.outbound.windows import next_open_ms, zone_of
from crm_link.outbound.zones import ZONES, zones_of
from routing.limits import PERMIT_MS
from routing.model import DialFailure

HOUR = 3_600_000
WORKDAYS = (1, 2, 3, 4, 5)


def at(text: str) -> int:
    """An instant of UTC in ms."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def rules(**changes: object) -> Rules:
    """A running campaign under the Chinese rules, no stricter than they are."""
    plain = Rules(
        pack=CN,
        state=CampaignState.RUNNING,
        from_minute=0,
        until_minute=24 * 60,
        weekdays=EVERY_DAY,
        attempts_max=3,
        gap_ms=4 * HOUR,
        per_number_day=5,
    )
    return msgspec.structs.replace(plain, **changes)


def standing(**changes: object) -> Standing:
    """A number in Shanghai that has said yes and was never called."""
    plain = Standing(number="+861062345678", consent_at_ms=1)
    return msgspec.structs.replace(plain, **changes)


NOON = at("2026-03-02T04:00")
"""12:00 in Shanghai, a Monday."""


def test_what_nothing_forbids_may_be_dialled() -> None:
    assert judge(rules(), standing(), NOON) is None
    american = standing(number="+12125550100", consent_at_ms=None)
    assert judge(rules(pack=FTC), american, at("2026-03-02T15:00")) is None


@pytest.mark.parametrize(
    ("changed_rules", "changed", "expected"),
    [
        ({}, {"is_suppressed": True}, Refused(Fault.NUMBER_SUPPRESSED)),
        (
            {},
            {"is_suppressed": True, "suppressed_until_ms": NOON + HOUR},
            Refused(Fault.NUMBER_SUPPRESSED, NOON + HOUR),
        ),
        ({}, {"consent_at_ms": None}, Refused(Fault.CONSENT_MISSING)),
        ({}, {"attempts": 3}, Refused(Fault.ATTEMPTS_USED_UP)),
        ({"state": CampaignState.PAUSED}, {}, Refused(Fault.CAMPAIGN_NOT_RUNNING)),
        ({}, {"number": "+99912345"}, Refused(Fault.ZONE_UNKNOWN)),
        ({}, {"zone": "Mars/Olympus"}, Refused(Fault.ZONE_UNKNOWN)),
        ({}, {"zone": "../etc/passwd"}, Refused(Fault.ZONE_UNKNOWN)),
        (
            {},
            {"last_attempt_at_ms": NOON - HOUR},
            Refused(Fault.TOO_SOON, NOON + 3 * HOUR),
        ),
        (
            {},
            {"number_day": 2, "number_day_ends_ms": NOON + HOUR},
            Refused(Fault.NUMBER_DAY_CAP, NOON + HOUR),
        ),
        (
            {"per_number_day": 1},
            {"number_day": 1, "number_day_ends_ms": NOON + HOUR},
            Refused(Fault.NUMBER_DAY_CAP, NOON + HOUR),
        ),
        (
            {"calls_per_day": 100},
            {"campaign_day": 100, "campaign_day_ends_ms": NOON + 2 * HOUR},
            Refused(Fault.CAMPAIGN_DAY_CAP, NOON + 2 * HOUR),
        ),
    ],
)
def test_each_reason_alone(
    changed_rules: dict[str, object], changed: dict[str, object], expected: Refused
) -> None:
    assert judge(rules(**changed_rules), standing(**changed), NOON) == expected


def test_what_is_no_reason_yet() -> None:
    near = standing(attempts=2, last_attempt_at_ms=NOON - 4 * HOUR, number_day=1, campaign_day=99)
    assert judge(rules(calls_per_day=100), near, NOON) is None
    assert judge(rules(pack=FTC), standing(consent_at_ms=None), NOON) is None
    stated_alone = standing(number="+99912345", zone="Asia/Shanghai")
    assert judge(rules(), stated_alone, NOON) is None


def test_what_is_for_good_comes_before_what_time_changes() -> None:
    everything = standing(is_suppressed=True, consent_at_ms=None, attempts=9, number_day=9)
    refused = judge(rules(state=CampaignState.DRAFT), everything, at("2026-03-02T20:00"))
    assert refused == Refused(Fault.NUMBER_SUPPRESSED)
    assert {Fault.NUMBER_SUPPRESSED, Fault.CONSENT_MISSING} < {*FOR_GOOD}
    assert Fault.OUTSIDE_WINDOW not in FOR_GOOD


def test_the_window_is_local_and_holds_for_the_life_of_a_permit() -> None:
    opens, closes = at("2026-03-02T01:00"), at("2026-03-02T12:00")
    assert judge(rules(), standing(), opens) is None
    assert judge(rules(), standing(), opens - 1) == Refused(Fault.OUTSIDE_WINDOW, opens)
    assert judge(rules(), standing(), closes - PERMIT_MS - 1) is None
    tomorrow = opens + DAY_MS
    assert judge(rules(), standing(), closes - PERMIT_MS) == Refused(Fault.OUTSIDE_WINDOW, tomorrow)
    assert judge(rules(), standing(), closes) == Refused(Fault.OUTSIDE_WINDOW, tomorrow)


def test_a_campaign_is_stricter_than_its_pack_and_never_laxer() -> None:
    strict = rules(from_minute=10 * 60, until_minute=11 * 60, weekdays=WORKDAYS)
    saturday = at("2026-03-07T02:30")
    assert judge(strict, standing(), at("2026-03-06T02:30")) is None
    assert judge(strict, standing(), saturday) == Refused(
        Fault.OUTSIDE_WINDOW, at("2026-03-09T02:00")
    )
    never = rules(from_minute=21 * 60)
    assert judge(never, standing(), NOON) == Refused(Fault.OUTSIDE_WINDOW, None)


def test_a_stated_zone_counts_beside_that_of_the_number() -> None:
    travelled = standing(number="+12125550100", zone="Asia/Shanghai")
    both = at("2026-03-02T00:30")  # 19:30 in New York, 8:30 in Shanghai
    assert judge(rules(pack=FTC), travelled, both) is None
    assert judge(rules(pack=CN), travelled, both) == Refused(Fault.OUTSIDE_WINDOW, None)
    assert judge(rules(pack=FTC), travelled, both + 2 * HOUR) == Refused(
        Fault.OUTSIDE_WINDOW, at("2026-03-03T00:00")
    )


def test_a_number_that_may_be_in_several_zones_is_called_where_all_of_them_allow_it() -> None:
    anywhere, zones = standing(number="+18005550100"), zones_of("+18005550100")
    assert len(zones) == 8
    assert judge(rules(pack=FTC), anywhere, at("2026-01-12T18:00")) is None
    assert judge(rules(pack=FTC), anywhere, at("2026-01-12T17:59")) is not None  # Honolulu sleeps
    assert judge(rules(pack=FTC), anywhere, at("2026-01-13T00:30")) is not None  # St John's sleeps


def test_daylight_saving_moves_the_window() -> None:
    berlin = standing(number="+493012345")
    assert judge(rules(), berlin, at("2026-03-28T08:00")) is None
    assert judge(rules(), berlin, at("2026-03-28T07:30")) is not None
    assert judge(rules(), berlin, at("2026-03-29T07:30")) is None  # the clocks went forward at 1:00
    found = next_open_ms(rules(), [_zone("Europe/Berlin")], at("2026-10-24T20:00"))
    assert found == at("2026-10-25T08:00")  # and back again


def _zone(name: str) -> ZoneInfo:
    zone = zone_of(name)
    assert zone is not None
    return zone


def test_the_longest_beginning_names_the_zones_and_all_of_them_exist() -> None:
    assert zones_of("+13125550100") == ("America/Chicago",)
    assert zones_of("+8861234567") == ("Asia/Taipei",)
    assert zones_of("+8612345678") == ("Asia/Shanghai",)
    assert zones_of("0301234") == zones_of("+") == zones_of("") == ()
    assert all(zone_of(name) is not None for names in ZONES.values() for name in names)


def test_packs_say_what_the_law_says() -> None:
    assert {*PACKS} == {"cn", "ftc"}
    assert PACKS["cn"].needs_consent
    assert PACKS["cn"].abandoned_permille_max is None
    assert (FTC.from_minute, FTC.until_minute) == (8 * 60, 21 * 60)
    assert (FTC.abandoned_permille_max, FTC.ring_ms_min) == (30, 15_000)


@pytest.mark.parametrize(
    ("attempts", "ending", "expected"),
    [
        (1, Ending(), Next(EntryState.DONE)),
        (1, Ending(result=Result.INTERESTED), Next(EntryState.DONE)),
        (1, Ending(result=Result.DO_NOT_CALL), Next(EntryState.DONE, suppresses=True)),
        (1, Ending(result=Result.CALL_AGAIN), Next(EntryState.WAITING, 4 * HOUR)),
        (3, Ending(result=Result.CALL_AGAIN), Next(EntryState.GIVEN_UP)),
        (1, Ending(failure=DialFailure.BUSY), Next(EntryState.WAITING, 4 * HOUR)),
        (3, Ending(failure=DialFailure.NO_ANSWER), Next(EntryState.GIVEN_UP)),
        (1, Ending(failure=DialFailure.UNREACHABLE), Next(EntryState.GIVEN_UP)),
        (1, Ending(failure=DialFailure.FAILED), Next(EntryState.WAITING, 4 * HOUR)),
        (3, Ending(failure=DialFailure.FAILED), Next(EntryState.GIVEN_UP)),
        (1, Ending(is_left_alone=True), Next(EntryState.WAITING, 4 * HOUR)),
        (
            1,
            Ending(is_left_alone=True, result=Result.DO_NOT_CALL),
            Next(EntryState.WAITING, 4 * HOUR),
        ),
        *(
            (attempts, Ending(failure=fault), Next(EntryState.WAITING, SOON_MS, is_attempt=False))
            for attempts in (1, 3)
            for fault in (
                DialFailure.AGENT_LEFT,
                DialFailure.AGENT_UNREACHED,
                DialFailure.PERMIT_EXPIRED,
                DialFailure.FACTS_CHANGED,
            )
        ),
    ],
)
def test_what_follows_from_an_ending(attempts: int, ending: Ending, expected: Next) -> None:
    assert after(rules(), attempts, ending) == expected
