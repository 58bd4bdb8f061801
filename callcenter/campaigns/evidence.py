"""The evidence of a campaign: its attempts, with what the phone system said of each call."""

from callcenter.campaigns.views import EvidenceView, attempt_view
from callcenter.ports.calls import CallLog, CallRow
from callcenter.ports.campaigns import Attempt, Campaigns, mark_of


async def lines_of(
    rows: Campaigns, calls: CallLog, campaign_id: str, *, after: str, limit: int
) -> EvidenceView:
    """A part, as it was asked for. Raises StorageError, and ValueError for a mark that is none."""
    found = await rows.attempts(campaign_id, after=after, limit=limit + 1)
    page = found[:limit]
    lines = [attempt_view(one, await _call_of(calls, one)) for one in page]
    return EvidenceView(lines, mark_of(page[-1]) if len(found) > limit else "")


async def _call_of(calls: CallLog, attempt: Attempt) -> CallRow | None:
    return None if attempt.dialled_at_ms is None else await calls.get(attempt.contact_id)
