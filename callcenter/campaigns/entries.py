"""Where an entry goes from where it is. Pure: entries in, entries out, the version one higher."""

from typing import Final

import msgspec

from callcenter.campaigns.plans import rules_of
from callcenter.campaigns.words import SkipReason
from callcenter.ports.campaigns import Attempt, Campaign, Entry
from callcenter.projections.attempt_rows import LEFT_ALONE, TALKED
from crm_link.outbound.judging import FOR_GOOD, SOON_MS, after
from crm_link.outbound.model import Ending, EntryState, Fault, Next, Refused, Result
from routing.ids import ContactId
from routing.model import DialFailure

REFUSED_FOR_GOOD: Final = {fault.value for fault in FOR_GOOD} | {
    "dial_denied",
    "dial_international",
    "dial_number_invalid",
}
"""Reasons that time alone does not mend."""


def previewed(entry: Entry, agent_id: str, until_ms: int) -> Entry:
    """On the agent's screen, at the latest until then."""
    return _moved(entry, state=EntryState.PREVIEWED, agent_id=agent_id, due_at_ms=until_ms)


def called(entry: Entry, contact_id: ContactId, agent_id: str, look_at_ms: int) -> Entry:
    """A permit is asked for."""
    return _moved(
        entry,
        state=EntryState.CALLING,
        contact_id=contact_id,
        agent_id=agent_id,
        rounds=entry.rounds + 1,
        due_at_ms=look_at_ms,
    )


def given_to(entry: Entry, agent_id: str) -> Entry:
    """A permit was granted: this agent is to talk."""
    return _moved(entry, agent_id=agent_id)


def looked_at(entry: Entry, look_at_ms: int) -> Entry:
    """Nothing new is known of it."""
    return _moved(entry, due_at_ms=look_at_ms)


def given_back(entry: Entry, word: str, due_at_ms: int) -> Entry:
    """Waits again; nobody was called."""
    return _moved(
        entry, state=EntryState.WAITING, agent_id="", due_at_ms=due_at_ms, last_result=word
    )


def refused(entry: Entry, reason: str, until_ms: int | None, now_ms: int) -> Entry:
    """The rules, or the engine, said no."""
    if reason == Fault.ATTEMPTS_USED_UP:
        return _over(entry, EntryState.GIVEN_UP, entry.last_result or reason)
    if reason in REFUSED_FOR_GOOD and until_ms is None:
        return _over(entry, EntryState.REFUSED, reason)
    return given_back(entry, reason, until_ms or now_ms + SOON_MS)


def refusal_of(reason: str, found: Refused | None) -> tuple[str, int | None]:
    """The word, and when to ask again."""
    return (reason, None) if found is None else (found.fault.value, found.until_ms)


def skipped(campaign: Campaign, entry: Entry, reason: SkipReason, now_ms: int) -> Entry:
    """The agent did not call: later again, or never."""
    word = f"skipped_{reason}"
    if reason is SkipReason.LATER:
        return given_back(entry, word, now_ms + campaign.plan.gap_ms)
    return _over(entry, EntryState.GIVEN_UP, word)


def ended(campaign: Campaign, entry: Entry, attempt: Attempt, now_ms: int) -> tuple[Entry, Next]:
    """After a call that is over, and what follows from it."""
    ending = _ending_of(campaign, attempt)
    word = ending.result.value if attempt.outcome == TALKED else attempt.outcome
    next_ = after(rules_of(campaign), entry.attempts + 1, ending)
    counted = entry
    if next_.is_attempt:
        at_ms = attempt.dialled_at_ms or attempt.asked_at_ms
        counted = msgspec.structs.replace(
            entry, attempts=entry.attempts + 1, last_attempt_at_ms=at_ms
        )
    if next_.after_ms is not None:
        return given_back(counted, word, now_ms + next_.after_ms), next_
    return _over(counted, next_.state, word), next_


def _ending_of(campaign: Campaign, attempt: Attempt) -> Ending:
    if attempt.outcome == TALKED:
        result = campaign.plan.results.get(attempt.disposition_id, Result.DONE)
        return Ending(result=result)
    if attempt.outcome == LEFT_ALONE:
        return Ending(is_left_alone=True)
    return Ending(failure=DialFailure(attempt.outcome))


def _over(entry: Entry, state: EntryState, word: str) -> Entry:
    return _moved(entry, state=state, due_at_ms=None, last_result=word)


def _moved(entry: Entry, **columns: object) -> Entry:
    return msgspec.structs.replace(entry, version=entry.version + 1, **columns)
