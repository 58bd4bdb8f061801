"""What agents see of campaigns: what there is to do, and the entry on their screen."""

from typing import Annotated

import msgspec
from msgspec import Meta

from agents.protocol import LastContact
from callcenter.campaigns.words import SkipReason
from callcenter.ports.campaigns import Campaign, Entry
from callcenter.telephony.cards import masked
from crm_link.outbound.model import EntryState


class CampaignToDo(msgspec.Struct, frozen=True):
    """A campaign that agents of a queue work on; `waiting` entries are left."""

    campaign_id: str
    name: str
    queue_id: str
    waiting: int


class EntryCard(msgspec.Struct, frozen=True):
    """An entry on an agent's screen; of the number the end alone. `contact_id` is that of its call, `until_ms` when it goes back."""

    campaign_id: str
    campaign_name: str
    entry_id: str
    version: int
    state: EntryState
    contact_id: str | None
    until_ms: int | None
    number: str
    name: str
    language: str
    note: str
    attempts: int
    attempts_max: int
    last_attempt_at_ms: int | None
    last_result: str
    script_en: str
    script_zh: str
    last_contacts: list[LastContact]


class CampaignWork(msgspec.Struct, frozen=True):
    """What an agent may call by preview, and what the agent has of it: previewed, or being called."""

    campaigns: list[CampaignToDo]
    entries: list[EntryCard]


class PreviewView(msgspec.Struct, frozen=True):
    """The entry on the screen. None: nothing may be called now; `next_due_at_ms` is when the next is due, if any is."""

    entry: EntryCard | None
    next_due_at_ms: int | None = None


class DialView(msgspec.Struct, frozen=True):
    """The entry after a permit was asked for. `reason` "" : it is being called; otherwise why not, and when to ask again."""

    entry: EntryCard
    reason: str
    until_ms: int | None


EntryId = Annotated[str, Meta(min_length=1, max_length=64)]


class DialEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Call this entry."""

    entry_id: EntryId


class SkipEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Do not call this entry, for this reason."""

    entry_id: EntryId
    reason: SkipReason


def card_of(campaign: Campaign, entry: Entry, last_contacts: list[LastContact]) -> EntryCard:
    """With what agents say."""
    plan = campaign.plan
    return EntryCard(
        campaign_id=campaign.campaign_id,
        campaign_name=plan.name,
        entry_id=entry.entry_id,
        version=entry.version,
        state=entry.state,
        contact_id=entry.contact_id if entry.state is EntryState.CALLING else None,
        until_ms=entry.due_at_ms if entry.state is EntryState.PREVIEWED else None,
        number=masked(entry.number),
        name=entry.name,
        language=entry.language,
        note=entry.note,
        attempts=entry.attempts,
        attempts_max=plan.attempts_max,
        last_attempt_at_ms=entry.last_attempt_at_ms,
        last_result=entry.last_result,
        script_en=plan.script_en,
        script_zh=plan.script_zh,
        last_contacts=last_contacts,
    )
