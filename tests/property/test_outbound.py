"""No permit outside a window, over a cap or to a suppressed number: in any zone, at any instant, by either pack."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given
from hypothesis import strategies as st

from crm_link.outbound.judging import judge
from crm_link.outbound.model import CampaignState, Fault, Rules, Standing
from crm_link.outbound.packs import EVERY_DAY, PACKS
from crm_link.outbound.windows import is_open, next_open_ms
from crm_link.outbound.zones import ZONES, zones_of
from routing.limits import PERMIT_MS

HOUR = 3_600_000
ALL_ZONES = sorted({zone for zones in ZONES.values() for zone in zones})
FIRST_MS = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp() * 1000)
LAST_MS = int(datetime(2030, 1, 1, tzinfo=UTC).timestamp() * 1000)


def _changes_of_clocks() -> list[int]:
    """Instants within two hours of every change of a clock in 2026, by zone."""
    first_ms = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    found: set[int] = set()
    for name in ALL_ZONES:
        zone = ZoneInfo(name)
        offsets = [
            datetime.fromtimestamp((first_ms + hour * HOUR) / 1000, zone).utcoffset()
            for hour in range(0, 366 * 24, 6)
        ]
        for index in range(1, len(offsets)):
            if offsets[index] != offsets[index - 1]:
                found.add(first_ms + index * 6 * HOUR)
    return sorted(found)


CHANGES = _changes_of_clocks()
INSTANTS = st.one_of(
    st.integers(FIRST_MS, LAST_MS),
    st.builds(int.__add__, st.sampled_from(CHANGES), st.integers(-12 * HOUR, 12 * HOUR)),
)
PREFIXES = st.one_of(st.sampled_from(sorted(ZONES)), st.sampled_from(("+999", "+35")))
RULES = st.builds(
    Rules,
    pack=st.sampled_from(sorted(PACKS)).map(PACKS.__getitem__),
    state=st.sampled_from(CampaignState),
    from_minute=st.integers(0, 96).map(lambda quarter: quarter * 15),
    until_minute=st.integers(0, 96).map(lambda quarter: quarter * 15),
    weekdays=st.lists(st.sampled_from(EVERY_DAY), unique=True).map(tuple),
    attempts_max=st.integers(1, 5),
    gap_ms=st.integers(0, 48 * HOUR),
    per_number_day=st.integers(1, 5),
    calls_per_day=st.one_of(st.none(), st.integers(0, 5)),
)
USUAL_RULES = st.builds(
    Rules,
    pack=st.sampled_from(sorted(PACKS)).map(PACKS.__getitem__),
    state=st.just(CampaignState.RUNNING),
    from_minute=st.just(0),
    until_minute=st.just(24 * 60),
    weekdays=st.just(EVERY_DAY),
    attempts_max=st.just(5),
    gap_ms=st.just(HOUR),
    per_number_day=st.just(3),
)
STANDINGS = st.builds(
    Standing,
    number=PREFIXES.map(lambda prefix: f"{prefix}5550100"),
    zone=st.one_of(st.just(""), st.sampled_from((*ALL_ZONES, "Mars/Olympus"))),
    consent_at_ms=st.one_of(st.none(), st.just(1)),
    is_suppressed=st.sampled_from((False, False, False, True)),
    attempts=st.integers(0, 5),
    last_attempt_at_ms=st.one_of(st.none(), INSTANTS),
    number_day=st.integers(0, 3),
    campaign_day=st.integers(0, 5),
)


def _local(at_ms: int, zone: str) -> tuple[int, int]:
    """Minute of the day and weekday, by the wall there."""
    there = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(zone))
    return there.hour * 60 + there.minute, there.isoweekday()


@given(rules=st.one_of(RULES, USUAL_RULES), facts=STANDINGS, now_ms=INSTANTS)
@example(
    rules=Rules(
        pack=PACKS["ftc"],
        state=CampaignState.RUNNING,
        from_minute=0,
        until_minute=24 * 60,
        weekdays=EVERY_DAY,
        attempts_max=5,
        gap_ms=HOUR,
        per_number_day=3,
    ),
    facts=Standing(number="+18005550100"),
    now_ms=CHANGES[0] + 12 * HOUR,
)
def test_what_is_permitted_breaks_no_rule(rules: Rules, facts: Standing, now_ms: int) -> None:
    if judge(rules, facts, now_ms) is not None:
        return
    pack = rules.pack
    assert rules.state is CampaignState.RUNNING
    assert not facts.is_suppressed
    assert facts.consent_at_ms is not None or not pack.needs_consent
    assert facts.attempts < rules.attempts_max
    assert facts.number_day < min(pack.per_number_day_max, rules.per_number_day)
    assert rules.calls_per_day is None or facts.campaign_day < rules.calls_per_day
    assert facts.last_attempt_at_ms is None or now_ms - facts.last_attempt_at_ms >= rules.gap_ms
    zones = [*zones_of(facts.number), *([facts.zone] if facts.zone else [])]
    assert zones
    for zone in zones:
        for instant_ms in (now_ms, now_ms + PERMIT_MS):
            minute, weekday = _local(instant_ms, zone)
            assert max(pack.from_minute, rules.from_minute) <= minute
            assert minute < min(pack.until_minute, rules.until_minute)
            assert weekday in rules.weekdays


@given(rules=st.one_of(RULES, USUAL_RULES), facts=STANDINGS, now_ms=INSTANTS)
def test_a_refusal_names_what_is_so_and_when_to_ask_again(
    rules: Rules, facts: Standing, now_ms: int
) -> None:
    refused = judge(rules, facts, now_ms)
    if refused is None or refused.fault is not Fault.OUTSIDE_WINDOW or refused.until_ms is None:
        return
    assert refused.until_ms > now_ms
    later = judge(rules, facts, refused.until_ms)
    assert later is None or later.fault is not Fault.OUTSIDE_WINDOW


@given(
    rules=RULES, names=st.lists(st.sampled_from(ALL_ZONES), min_size=1, max_size=3), at_ms=INSTANTS
)
def test_the_next_opening_is_the_first(rules: Rules, names: list[str], at_ms: int) -> None:
    zones = [ZoneInfo(name) for name in names]
    found_ms = next_open_ms(rules, zones, at_ms)
    if found_ms is None:
        return
    assert is_open(rules, zones, found_ms)
    minute_ms = 60_000
    before = range(at_ms // minute_ms + 1, min(found_ms // minute_ms, at_ms // minute_ms + 300))
    was_open = is_open(rules, zones, at_ms)
    assert was_open or not any(is_open(rules, zones, one * minute_ms) for one in before)
