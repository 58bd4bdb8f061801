"""What is known of a number at the instant a permit is asked for, as the rules want it."""

import asyncio

from callcenter.campaigns.plans import rules_of
from callcenter.ports.campaigns import Campaign, Campaigns, Entry
from crm_link.outbound.judging import judge
from crm_link.outbound.limits import DAY_MS
from crm_link.outbound.model import Refused, Standing


async def standing_of(rows: Campaigns, entry: Entry, now_ms: int) -> Standing:
    """Read now. Raises StorageError."""
    suppression, version = await rows.suppression(entry.customer_key)
    is_suppressed = suppression is not None and suppression.holds(now_ms)
    counts = await rows.day_counts(entry.campaign_id, entry.customer_key, now_ms - DAY_MS)
    return Standing(
        number=entry.number,
        zone=entry.zone,
        consent_at_ms=entry.consent_at_ms,
        is_suppressed=is_suppressed,
        suppressed_until_ms=None if suppression is None else suppression.until_at_ms,
        suppression_version=version,
        attempts=entry.attempts,
        last_attempt_at_ms=entry.last_attempt_at_ms,
        number_day=counts.number,
        number_day_ends_ms=_ends_ms(counts.number_oldest_ms),
        campaign_day=counts.campaign,
        campaign_day_ends_ms=_ends_ms(counts.campaign_oldest_ms),
    )


async def judged(campaign: Campaign, standing: Standing, now_ms: int) -> Refused | None:
    """Why the number must not be dialled now. In a thread: the first look at a zone reads its file."""
    return await asyncio.to_thread(judge, rules_of(campaign), standing, now_ms)


def _ends_ms(oldest_ms: int | None) -> int | None:
    """When the oldest of a day's calls counts no more."""
    return None if oldest_ms is None else oldest_ms + DAY_MS
