"""What campaigns need from a store; a part of `ports`, whose promises and errors hold here too."""

import re
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from crm_link.outbound.model import CampaignMode, CampaignState, EntryState, Result
from routing.ids import ContactId, PermitId, QueueId

AT_WORK: Final = (EntryState.PREVIEWED, EntryState.CALLING)
"""Where an entry is in somebody's hands."""


ASKED: Final = (
    "campaign_id",
    "entry_id",
    "permit_id",
    "customer_key",
    "asked_at_ms",
    "pack_id",
    "campaign_version",
    "suppression_version",
    "consent_at_ms",
)
"""What of an attempt is committed with the engine's answer; the rest is folded from the journal."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a campaign does: whom it asks for (`queue_id`), under which rules, and what agents read.

    Minutes are local minutes of a day, weekdays 1 (Monday) to 7. `results` says by disposition what a call led to; one that
    is not in it is `done`. `calls_per_day` None: no cap. With `is_agent_first` the agent is on the line before the customer rings.
    """

    name: str
    queue_id: QueueId
    mode: CampaignMode
    pack_id: str
    shown_number: str = ""
    is_agent_first: bool = True
    from_minute: int
    until_minute: int
    weekdays: tuple[int, ...]
    attempts_max: int
    gap_ms: int
    per_number_day: int
    calls_per_day: int | None = None
    ring_ms: int
    script_en: str = ""
    script_zh: str = ""
    results: dict[str, Result] = {}


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it is kept. `version` counts its changes."""

    campaign_id: str
    plan: Plan
    state: CampaignState
    made_at_ms: int
    made_by: str
    version: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A number of a campaign's list; there is one of each. `number`, `name` and `note` are personal, "" once they are erased.

    `due_at_ms` is when something must happen in its state, None at the end. `rounds` counts permits that were asked for and
    names the next, `attempts` how often the customer's phone was called. `contact_id` is that of its newest round, `agent_id`
    who has it on the screen, or is to talk. `last_result` is a word of `Result`, of the engine or of the rules.
    """

    campaign_id: str
    entry_id: str
    list_id: str
    line: int
    number: str
    customer_key: str
    name: str = ""
    language: str = ""
    zone: str = ""
    consent_at_ms: int | None = None
    consent_source: str = ""
    note: str = ""
    state: EntryState = EntryState.WAITING
    due_at_ms: int | None = 0
    rounds: int = 0
    attempts: int = 0
    last_attempt_at_ms: int | None = None
    last_result: str = ""
    contact_id: ContactId | None = None
    agent_id: str = ""
    version: int = 1


class ListImport(msgspec.Struct, frozen=True, kw_only=True):
    """A list that was taken in, named by its bytes. `faults` are the rows that were not taken: line and code."""

    campaign_id: str
    list_id: str
    name: str
    at_ms: int
    by: str
    taken: int
    faults: tuple[tuple[int, str], ...] = ()


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """A number nobody calls for a campaign, before `until_at_ms` (None: for good). `number` is personal, "" once it is erased: its key goes on counting.

    `version` is its place in the list, given by the store; the greatest is the version of the list.
    """

    customer_key: str
    number: str
    reason: str
    at_ms: int
    by: str
    campaign_id: str = ""
    version: int = 0
    until_at_ms: int | None = None

    def holds(self, at_ms: int) -> bool:
        """Whether nobody may call the number then."""
        return self.until_at_ms is None or self.until_at_ms > at_ms

    def outlasts(self, other: "Suppression") -> bool:
        """Whether it holds longer than another."""
        return other.until_at_ms is not None and self.holds(other.until_at_ms)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A permit that was asked for, and all that became of it: what the evidence tells. Named by its contact.

    The first part is committed with the engine's answer, the second is folded from the journal: `answer` is "granted" or
    "refused" with its `reason`, `outcome` how a granted one ended. The call is over at `ended_at_ms`, the agent's work too at
    `closed_at_ms`.
    """

    contact_id: ContactId
    campaign_id: str
    entry_id: str
    permit_id: PermitId
    customer_key: str
    asked_at_ms: int
    pack_id: str
    campaign_version: int
    suppression_version: int
    consent_at_ms: int | None = None
    answer: str = ""
    reason: str = ""
    answered_by_engine_ms: int | None = None
    agent_id: str = ""
    dialled_at_ms: int | None = None
    answered_at_ms: int | None = None
    connected_at_ms: int | None = None
    ended_at_ms: int | None = None
    closed_at_ms: int | None = None
    outcome: str = ""
    disposition_id: str = ""


class DayCounts(msgspec.Struct, frozen=True):
    """Attempts since an instant, of a number in all campaigns and of one campaign; and the oldest of each."""

    number: int = 0
    number_oldest_ms: int | None = None
    campaign: int = 0
    campaign_oldest_ms: int | None = None


class Campaigns(Protocol):
    """Campaigns, their lists and the suppressions (transaction kind 3); attempts are written with the journal."""

    async def put(self, campaign: Campaign) -> None:
        """Store it; version 1 is a new one. Raises ChangedMeanwhile unless the version before is the stored one."""

    async def get(self, campaign_id: str) -> Campaign | None:
        """By id."""

    async def all(self) -> list[Campaign]:
        """Every one, the newest first."""

    async def counts(self, campaign_id: str) -> dict[str, int]:
        """How many entries are in which state."""

    async def add_list(self, import_: ListImport, entries: Sequence[Entry]) -> ListImport:
        """Take a list in: numbers the campaign has already become faults (`duplicate`). The same list again is told as it was."""

    async def lists(self, campaign_id: str) -> list[ListImport]:
        """Lists that were taken in, the newest first."""

    async def entry(self, campaign_id: str, entry_id: str) -> Entry | None:
        """By id."""

    async def move(self, entry: Entry) -> None:
        """Store an entry that has moved. Raises ChangedMeanwhile unless the version before is the stored one."""

    async def entries(
        self, campaign_id: str, state: EntryState | None, *, after: str, limit: int
    ) -> list[Entry]:
        """A part of the list, by id."""

    async def due(
        self, campaign_id: str, state: EntryState, now_ms: int, *, limit: int
    ) -> list[Entry]:
        """Entries for which something is due, the longest due first, then as the list has them."""

    async def next_due_ms(self, campaign_id: str) -> int | None:
        """When the next of its waiting entries is due."""

    async def held_by(self, agent_id: str) -> list[Entry]:
        """What an agent has on the screen: entries that are previewed, or being called."""

    async def calling(self) -> list[Entry]:
        """Entries of all campaigns that are being called."""

    async def overdue(self, now_ms: int, *, limit: int) -> list[Entry]:
        """Entries of all campaigns that are previewed or being called, and due to be looked at; the longest due first."""

    async def next_overdue_ms(self) -> int | None:
        """When the next of those is due."""

    async def suppress(self, suppression: Suppression) -> Suppression:
        """Put a number on the list, with its version; one that is there already stays as it is, unless this one lasts longer."""

    async def suppress_all(self, suppressions: Sequence[Suppression]) -> list[Suppression | None]:
        """The same for many, in one transaction; None for each that changes nothing."""

    async def suppression(self, customer_key: str) -> tuple[Suppression | None, int]:
        """Whether a number is on the list, and the version of the list, of one moment."""

    async def suppressed(self, customer_keys: Sequence[str]) -> set[str]:
        """Which of these are on the list for good."""

    async def suppressions(self, *, before: int | None, limit: int) -> list[Suppression]:
        """A part of the list, the newest first; `before` is the version of the last one of the part before."""

    async def attempt(self, contact_id: ContactId) -> Attempt | None:
        """By contact."""

    async def attempts(self, campaign_id: str, *, after: str, limit: int) -> list[Attempt]:
        """A part of the evidence, as it was asked for; `after` is the mark of the last one of the part before."""

    async def open_attempts(self) -> list[Attempt]:
        """Attempts whose end the journal has not told yet."""

    async def day_counts(self, campaign_id: str, customer_key: str, since_ms: int) -> DayCounts:
        """What caps count: permits that were granted, unless they ended with nothing dialled."""

    async def refuse(self, attempt: Attempt) -> None:
        """Keep a permit that was asked for and refused."""


_PERMIT: Final = re.compile(r"[a-z0-9_-]{1,64}\.[A-Za-z0-9_-]{32}\.[0-9]+")


def permit_id_of(campaign_id: str, entry_id: str, round_: int) -> PermitId:
    """The permit of an entry's n-th round: the id its line will have."""
    return PermitId(f"{campaign_id}.{entry_id}.{round_}")


def is_of_campaign(permit_id: PermitId) -> bool:
    """Whether a permit was asked for by a campaign."""
    return _PERMIT.fullmatch(permit_id) is not None


def mark_of(attempt: Attempt) -> str:
    """Where the evidence goes on after this one."""
    return f"{attempt.asked_at_ms}-{attempt.contact_id}"
