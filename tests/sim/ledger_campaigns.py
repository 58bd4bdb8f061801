"""The second set of books: campaigns. Every answer there ever was, looked through anew for each permit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routing.limits import ABANDONMENT_DAYS, DAY_MS, TAKEN_IN_TIME_MS
from tests.sim.known import DIALLING, RESERVED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from routing import events as ev
    from routing.ids import CampaignId, ContactId
    from routing.model import CampaignFacts
    from tests.sim.known import KnownContact
    from tests.sim.ledger import Ledger
    from tests.sim.oracle import Oracle


class CampaignBooks:
    """What became of each live answer, and how far the suppressions have come."""

    def __init__(self) -> None:
        self.version = 0
        self._answers: list[tuple[CampaignId, int, bool]] = []
        self._answered_at_ms: dict[ContactId, int] = {}

    def suppressed(self, event: ev.SuppressionsChanged) -> None:
        """Older versions change nothing."""
        self.version = max(self.version, event.version)

    def answered(self, contact: KnownContact, at_ms: int) -> None:
        """With the agent on the line it is over, otherwise somebody must come."""
        facts = _counted(contact)
        if facts is None or contact.dial is None:
            return
        if contact.dial.is_agent_first:
            self._answers.append((facts.campaign_id, at_ms, False))
        else:
            self._answered_at_ms[contact.contact_id] = at_ms

    def taken(self, contact: KnownContact, at_ms: int) -> None:
        """In time, or too late."""
        self._settle(contact, at_ms, is_over=False)

    def closed(self, contact: KnownContact, at_ms: int) -> None:
        """Who was with nobody was left alone."""
        self._settle(contact, at_ms, is_over=True)

    def _settle(self, contact: KnownContact, at_ms: int, *, is_over: bool) -> None:
        facts, since_ms = _counted(contact), self._answered_at_ms.pop(contact.contact_id, None)
        if facts is not None and since_ms is not None:
            is_alone = is_over or at_ms > since_ms + TAKEN_IN_TIME_MS
            self._answers.append((facts.campaign_id, at_ms, is_alone))

    def must_come_first(self, ledger: Ledger, facts: CampaignFacts, at_ms: int) -> bool:
        """Whether the limit would be broken if everybody who is called answers and is left alone."""
        limit = facts.abandoned_permille_max
        if limit is None:
            return False
        since_ms = (at_ms // DAY_MS - ABANDONMENT_DAYS) * DAY_MS
        found = [
            is_alone
            for campaign_id, when_ms, is_alone in self._answers
            if campaign_id == facts.campaign_id and when_ms >= since_ms
        ]
        found += [True for one in ledger.contacts.values() if self._is_open(one, facts)]
        return sum(found) + 1 > limit * (len(found) + 1) / 1000

    def _is_open(self, contact: KnownContact, facts: CampaignFacts) -> bool:
        counted, dial = _counted(contact), contact.dial
        if counted is None or dial is None or counted.campaign_id != facts.campaign_id:
            return False
        rings = contact.place in (RESERVED, DIALLING) and not dial.is_agent_first
        return rings or contact.contact_id in self._answered_at_ms


def _counted(contact: KnownContact) -> CampaignFacts | None:
    facts = None if contact.dial is None else contact.dial.campaign
    return None if facts is None or facts.abandoned_permille_max is None else facts


def grant_faults(oracle: Oracle, event: ev.PermitGranted, contact: KnownContact) -> Iterator[str]:
    """Whether a campaign may have this permit, and in this way."""
    dial, books = contact.dial, oracle.ledger.campaigns
    facts = None if dial is None else dial.campaign
    if dial is None or facts is None:
        if event.is_agent_first:
            yield f"I3 {event} asks for the agent first without a campaign"
        return
    if facts.fault or facts.suppression_version < books.version:
        yield f"I3 {event} is granted against its facts: {facts}"
    must = books.must_come_first(oracle.ledger, facts, event.at_ms) and not dial.is_agent_first
    if must != event.is_agent_first:
        yield f"I3 {event} does not keep the limit of answers that are left alone"


def refusal_faults(oracle: Oracle, event: ev.PermitRefused) -> Iterator[str]:
    """Whether the reason is the first there is, and there is one."""
    ledger, dial = oracle.ledger, event.arrived.dial
    facts = None if dial is None else dial.campaign
    if dial is None or facts is None:
        yield f"I3 {event} refuses no campaign"
        return
    if facts.fault:
        reasons = [facts.fault]
    elif facts.suppression_version < ledger.campaigns.version:
        reasons = ["facts_changed"]
    elif dial.agent_id is not None:
        reasons = ["agent_unknown", "agent_not_eligible"]
    else:
        reasons = ["no_agent_free"]
    if facts.abandoned_permille_max is not None:
        reasons.append("campaigns_full")
    if event.reason not in reasons:
        yield f"I3 {event} is refused for another reason than {reasons}"
    with ledger.supposing(event.arrived) as contact:
        is_said, has_steps = event.reason == "no_agent_free", ledger.policy_of(contact).steps
        for agent in () if has_steps or not is_said else ledger.agents.values():
            if oracle.refused_by(agent, contact) is None:
                yield f"I5 {event} says nobody is free, and {agent.agent_id} is"


def resting_faults(ledger: Ledger, contact: KnownContact) -> Iterator[str]:
    """Permits that should have ended."""
    facts = None if contact.dial is None else contact.dial.campaign
    is_old = facts is not None and facts.suppression_version < ledger.campaigns.version
    if contact.place == RESERVED and is_old:
        yield f"I7 the permit of {contact.contact_id} goes by facts that have changed"
