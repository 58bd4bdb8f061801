"""May this number be dialled now, and what follows from how an attempt ended.

Law of this file: pure, and tables tried in their order; the first that says no is the reason.
"""

from typing import Final
from zoneinfo import ZoneInfo

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
from crm_link.outbound.windows import is_open, next_open_ms, zone_of
from crm_link.outbound.zones import zones_of
from routing.limits import PERMIT_MS
from routing.model import DialFailure

FOR_GOOD: Final = (
    Fault.NUMBER_SUPPRESSED,
    Fault.CONSENT_MISSING,
    Fault.ZONE_UNKNOWN,
    Fault.ATTEMPTS_USED_UP,
)
"""Time alone changes nothing about these, unless they say until when: the entry is not asked about again."""

SOON_MS: Final = 60_000
"""After how long an entry is tried again whose call never reached the customer's phone."""

NEVER_DIALLED: Final = (
    DialFailure.AGENT_UNREACHED,
    DialFailure.AGENT_LEFT,
    DialFailure.PERMIT_EXPIRED,
    DialFailure.FACTS_CHANGED,
)
"""Ends by which nothing has left for the customer's phone: no attempt, and nothing that a cap counts."""


def judge(rules: Rules, standing: Standing, now_ms: int) -> Refused | None:
    """Why the number must not be dialled now; None where it may."""
    refused = _for_good(rules, standing)
    if refused is not None:
        return refused
    if rules.state is not CampaignState.RUNNING:
        return Refused(Fault.CAMPAIGN_NOT_RUNNING)
    zones = _zones(standing)
    if not zones:
        return Refused(Fault.ZONE_UNKNOWN)
    # A permit may be used at its last instant, so the window must hold until then.
    if not (is_open(rules, zones, now_ms) and is_open(rules, zones, now_ms + PERMIT_MS)):
        return Refused(Fault.OUTSIDE_WINDOW, next_open_ms(rules, zones, now_ms))
    return _over_a_cap(rules, standing, now_ms)


def _for_good(rules: Rules, standing: Standing) -> Refused | None:
    if standing.is_suppressed:
        return Refused(Fault.NUMBER_SUPPRESSED, standing.suppressed_until_ms)
    if rules.pack.needs_consent and standing.consent_at_ms is None:
        return Refused(Fault.CONSENT_MISSING)
    if standing.attempts >= rules.attempts_max:
        return Refused(Fault.ATTEMPTS_USED_UP)
    return None


def _zones(standing: Standing) -> list[ZoneInfo]:
    """Where the number may be; none where that is not known, or a stated zone is none."""
    names = [*zones_of(standing.number), *((standing.zone,) if standing.zone else ())]
    found = [zone_of(name) for name in names]
    return [one for one in found if one is not None] if all(found) else []


def _over_a_cap(rules: Rules, standing: Standing, now_ms: int) -> Refused | None:
    last_ms = standing.last_attempt_at_ms
    if last_ms is not None and now_ms < last_ms + rules.gap_ms:
        return Refused(Fault.TOO_SOON, last_ms + rules.gap_ms)
    if standing.number_day >= min(rules.per_number_day, rules.pack.per_number_day_max):
        return Refused(Fault.NUMBER_DAY_CAP, standing.number_day_ends_ms)
    if rules.calls_per_day is not None and standing.campaign_day >= rules.calls_per_day:
        return Refused(Fault.CAMPAIGN_DAY_CAP, standing.campaign_day_ends_ms)
    return None


def after(rules: Rules, attempts: int, ending: Ending) -> Next:
    """What follows for an entry that was attempted `attempts` times, this one included."""
    if ending.failure in NEVER_DIALLED:
        return Next(EntryState.WAITING, SOON_MS, is_attempt=False)
    if ending.failure is DialFailure.UNREACHABLE:
        return Next(EntryState.GIVEN_UP)
    if ending.failure is None and not ending.is_left_alone:
        if ending.result is Result.DO_NOT_CALL:
            return Next(EntryState.DONE, suppresses=True)
        if ending.result is not Result.CALL_AGAIN:
            return Next(EntryState.DONE)
    if attempts >= rules.attempts_max:
        return Next(EntryState.GIVEN_UP)
    return Next(EntryState.WAITING, rules.gap_ms)
