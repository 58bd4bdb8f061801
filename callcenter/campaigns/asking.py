"""One round of an entry: the facts are read and judged, the permit is asked for, and only then is anything dialled.

Theory: that the entry is being called, and as which contact, is durable before the permit is asked for; what the evidence
says of the permit is durable with it. A process that dies in between leaves an entry without an attempt (nobody was asked:
it goes back), or a permit that nobody uses (it expires). Another round has another permit, so nobody is dialled twice by one.
A number that is suppressed and a permit that is asked for wait for each other: whoever is told of a suppression knows that no
permit follows.
"""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import msgspec

from callcenter.campaigns import entries, limits
from callcenter.campaigns.facts import judged, standing_of
from callcenter.host.envelope import CommandRefused, Published
from callcenter.ports.campaigns import ASKED, Attempt, Campaign, Campaigns, Entry, permit_id_of
from callcenter.ports.journal import Details, RowChange
from callcenter.projections.attempt_rows import TABLE
from callcenter.telephony.placing import (
    Automatic,
    NotAllowed,
    Outgoing,
    PermitRefused,
    Placing,
    Wish,
)
from crm_link.outbound.packs import PACKS
from routing import events as ev
from routing.ids import AgentId, CampaignId, ContactId
from routing.model import CampaignFacts, PermitFault


class NoPhones(Exception):
    """The configuration says nothing of calls that are placed."""


class Asked(msgspec.Struct, frozen=True):
    """The entry after a permit was asked for; `reason` is "" where it was granted, `until_ms` when to ask again."""

    entry: Entry
    reason: str = ""
    until_ms: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One for a domain. `one_at_a_time` is held by who suppresses a number, too."""

    rows: Campaigns
    placing: Placing
    one_at_a_time: asyncio.Lock
    now_ms: Callable[[], int]
    details: Details
    heard: dict[ContactId, str] = field(default_factory=dict)
    """What the engine has said of the permits that are being asked for."""

    def outgoing(self) -> Outgoing:
        """How calls are placed. Raises NoPhones."""
        found = self.placing.outgoing()
        if found is None:
            raise NoPhones
        return found

    async def ask(self, campaign: Campaign, entry: Entry, agent_id: AgentId | None = None) -> Asked:
        """The next round, for this agent or for whoever is free. Raises NoPhones, ChangedMeanwhile, HostError, StorageError.

        After HostError or StorageError nobody knows what was granted: the entry is looked at again.
        """
        outgoing = self.outgoing()
        async with self.one_at_a_time:
            now_ms = self.now_ms()
            permit_id = permit_id_of(entry.campaign_id, entry.entry_id, entry.rounds + 1)
            contact_id = self.placing.contact_id(permit_id, outgoing.connection_id)
            standing = await standing_of(self.rows, entry, now_ms)
            refused = await judged(campaign, standing, now_ms)
            look_at_ms = now_ms + limits.ASKED_LOOK_MS
            calling = entries.called(entry, contact_id, agent_id or entry.agent_id, look_at_ms)
            await self.rows.move(calling)
            attempt = Attempt(
                contact_id=contact_id,
                campaign_id=entry.campaign_id,
                entry_id=entry.entry_id,
                permit_id=permit_id,
                customer_key=entry.customer_key,
                asked_at_ms=now_ms,
                pack_id=campaign.plan.pack_id,
                campaign_version=campaign.version,
                suppression_version=standing.suppression_version,
                consent_at_ms=entry.consent_at_ms,
            )
            fault = "" if refused is None else refused.fault.value
            wish = self._wish(campaign, calling, attempt, agent_id)
            reason = await self._place(_with_fault(wish, fault), attempt)
            until_ms = None if refused is None else refused.until_ms
            return Asked(calling, reason, until_ms)

    async def _place(self, wish: Wish, attempt: Attempt) -> str:
        """Why not, in a word; "" where the permit is granted. Every answer of the engine is in the journal."""
        contact_id, rows = attempt.contact_id, _rows(attempt)
        self.heard[contact_id] = ""
        try:
            if wish.campaign is None or wish.campaign.fault:
                await self.placing.refuse(wish, rows)
            else:
                await self.placing.place(wish, rows)
                return ""
        except NotAllowed as error:
            await self.placing.refuse(_with_fault(wish, error.refused.code), rows)
        except PermitRefused:
            await self.details.erase(contact_id)
        except CommandRefused as error:
            # It could be asked by nobody: the engine keeps nothing of it.
            reason = error.refusal.code.value
            await self.rows.refuse(_refused(attempt, reason, attempt.asked_at_ms))
            return reason
        finally:
            reason = self.heard.pop(contact_id)
        return reason or NO_ANSWER

    def on_published(self, published: Published) -> None:
        """Hear what the engine refuses. A listener of the host, which publishes before it answers."""
        for event in published.events:
            if isinstance(event, ev.PermitRefused) and event.arrived.contact_id in self.heard:
                self.heard[event.arrived.contact_id] = event.reason

    def _wish(
        self, campaign: Campaign, entry: Entry, attempt: Attempt, agent_id: AgentId | None
    ) -> Wish:
        plan, outgoing = campaign.plan, self.outgoing()
        permit_id, pack = attempt.permit_id, PACKS[plan.pack_id]
        command_id = f"campaign:{permit_id}"
        return Wish(
            permit_id=permit_id,
            number=entry.number,
            queue_id=plan.queue_id,
            agent_id=agent_id,
            is_agent_first=plan.is_agent_first,
            language=entry.language or "en",
            customer_name=entry.name,
            customer_key=entry.customer_key,
            automatic=Automatic(
                connection_id=outgoing.connection_id,
                shown_number=plan.shown_number or outgoing.shown_number,
                ring_ms=plan.ring_ms,
            ),
            campaign=CampaignFacts(
                campaign_id=CampaignId(campaign.campaign_id),
                suppression_version=attempt.suppression_version,
                abandoned_permille_max=pack.abandoned_permille_max,
            ),
            command_id=command_id,
            digest=hashlib.sha256(command_id.encode()).digest(),
        )

    async def attempt_of(self, contact_id: ContactId) -> Attempt | None:
        """Whether a permit was asked for; not while one is being asked for. Raises StorageError."""
        async with self.one_at_a_time:
            return await self.rows.attempt(contact_id)


NO_ANSWER: Final = PermitFault.NO_AGENT_FREE.value
"""Should a refusal not have been heard."""


def _with_fault(wish: Wish, fault: str) -> Wish:
    facts = wish.campaign
    if facts is None or not fault:
        return wish
    return msgspec.structs.replace(wish, campaign=msgspec.structs.replace(facts, fault=fault))


def _rows(attempt: Attempt) -> tuple[RowChange, ...]:
    """What is durable with the permit."""
    put = {name: getattr(attempt, name) for name in ASKED}
    return (RowChange(TABLE, {"contact_id": attempt.contact_id}, put),)


def _refused(attempt: Attempt, reason: str, now_ms: int) -> Attempt:
    return msgspec.structs.replace(
        attempt,
        answer="refused",
        reason=reason,
        answered_by_engine_ms=now_ms,
        ended_at_ms=now_ms,
        closed_at_ms=now_ms,
    )
