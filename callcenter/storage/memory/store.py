"""The store in memory: the same promises without a file, for unit tests and simulations.

A dead process loses it, of course. Everything else, down to the order of errors, is what the SQL store does,
because both run the same contract tests. `fail_writes` stands for the full disk.
"""

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Final

from callcenter.ports.errors import StaleWriter, StorageError
from callcenter.ports.journal import (
    CommandOutcome,
    Detail,
    Details,
    Journal,
    JournalBatch,
    JournalRecord,
    Snapshot,
)
from callcenter.storage.memory.articles import MemoryArticleQuestions, MemoryArticles
from callcenter.storage.memory.audit import MemoryAuditLog
from callcenter.storage.memory.call_backs import MemoryCallBacks
from callcenter.storage.memory.calls import MemoryCallLog
from callcenter.storage.memory.campaigns import MemoryCampaigns
from callcenter.storage.memory.cases import MemoryCases
from callcenter.storage.memory.disk import Disk
from callcenter.storage.memory.integrators import MemoryApiKeys, MemorySubscriptions
from callcenter.storage.memory.leads import MemoryLeads
from callcenter.storage.memory.log import MemoryInteractions, MemorySearchTexts
from callcenter.storage.memory.mails import MemoryMails
from callcenter.storage.memory.notices import MemoryNotices
from callcenter.storage.memory.people import (
    MemoryClosedMessages,
    MemoryConfigVersions,
    MemoryProfiles,
    MemorySessions,
    MemoryUsers,
)
from callcenter.storage.memory.recordings import MemoryRecordings
from callcenter.storage.memory.rows import (
    MemoryProjectionRows,
    MemoryStatistics,
)
from callcenter.storage.memory.teams import MemoryTeams
from callcenter.storage.memory.uploads import MemoryUploads
from callcenter.storage.memory.visits import MemorySurveyMarks, MemoryVisits
from callcenter.storage.placed_calls import MemoryPlacedCalls
from routing.ids import ContactId

if TYPE_CHECKING:
    from callcenter.log_rows import SearchTexts
    from callcenter.ports.articles import ArticleQuestions, Articles
    from callcenter.ports.audit import AuditLog
    from callcenter.ports.call_backs import CallBacks
    from callcenter.ports.calls import CallLog, PlacedCalls
    from callcenter.ports.campaigns import Campaigns
    from callcenter.ports.cases import Cases
    from callcenter.ports.integrators import ApiKeys, Notices, Subscriptions
    from callcenter.ports.leads import Leads
    from callcenter.ports.mails import Mails
    from callcenter.ports.people import Sessions, Users
    from callcenter.ports.profiles import Profiles
    from callcenter.ports.read_models import Interactions, ProjectionRows, Statistics
    from callcenter.ports.recordings import Recordings
    from callcenter.ports.uploads import Uploads
    from callcenter.ports.versions import ClosedMessages, ConfigVersions, Teams
    from callcenter.ports.visits import SurveyMarks, Visits

ZERO_CHAIN: Final = bytes(32)


class MemoryDetails:
    """`ports.journal.Details` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.by_contact: dict[str, dict[str, Detail]] = {}

    def has(self, detail: Detail) -> bool:
        """Whether the detail's id is taken."""
        return detail.detail_id in self.by_contact.get(detail.contact_id, {})

    def add(self, detail: Detail) -> None:
        """Store one; the journal's append calls this after it has checked the whole batch."""
        self.by_contact.setdefault(detail.contact_id, {})[detail.detail_id] = detail

    async def of_contact(
        self, contact_id: ContactId, *, kind: str, after_seq: int = 0, limit: int = 500
    ) -> list[Detail]:
        """Details of a kind, oldest first."""
        found = [
            detail
            for detail in self.by_contact.get(contact_id, {}).values()
            if detail.kind == kind and detail.seq > after_seq
        ]
        found.sort(key=lambda detail: (detail.seq, detail.detail_id))
        return found[:limit]

    async def of_contacts(
        self, contact_ids: Sequence[ContactId], kinds: Sequence[str], limit: int
    ) -> list[Detail]:
        """Details of several contacts."""
        rows = [one for each in contact_ids for one in self.by_contact.get(each, {}).values()]
        found = [one for one in rows if one.kind in kinds]
        found.sort(key=lambda detail: (detail.contact_id, detail.seq, detail.detail_id))
        return found[:limit]

    async def of_events(
        self, contact_ids: Sequence[ContactId], first_seq: int, last_seq: int
    ) -> list[Detail]:
        """Details of some events."""
        stored = (self.by_contact.get(each, {}).values() for each in contact_ids)
        found = [one for some in stored for one in some if first_seq <= one.seq <= last_seq]
        return sorted(found, key=lambda detail: (detail.seq, detail.detail_id))

    async def erase(self, contact_id: ContactId) -> int:
        """Delete all details of a contact."""
        self._disk.check()
        return len(self.by_contact.pop(contact_id, {}))


class MemoryJournal:
    """`ports.journal.Journal` in memory."""

    def __init__(self, disk: Disk, details: MemoryDetails, mails: MemoryMails) -> None:
        self._disk = disk
        self._details = details
        self._mails = mails
        self._records: dict[int, JournalRecord] = {}
        self._outcomes: dict[str, CommandOutcome] = {}
        self._snapshots: dict[int, Snapshot] = {}

    async def append(self, batch: JournalBatch) -> None:
        """Check everything, then store everything."""
        self._disk.check()
        seqs = [record.seq for record in batch.records]
        if len(set(seqs)) < len(seqs) or any(seq in self._records for seq in seqs):
            raise StaleWriter("another writer has appended to this domain's journal")
        details = [(detail.contact_id, detail.detail_id) for detail in batch.details]
        commands = [outcome.command_id for outcome in batch.outcomes]
        if (
            len(set(details)) < len(details)
            or len(set(commands)) < len(commands)
            or any(self._details.has(detail) for detail in batch.details)
            or any(command_id in self._outcomes for command_id in commands)
        ):
            raise StorageError("a detail or a command id is stored already")
        self._mails.commit(batch.rows)
        self._records.update((record.seq, record) for record in batch.records)
        self._outcomes.update((outcome.command_id, outcome) for outcome in batch.outcomes)
        for detail in batch.details:
            self._details.add(detail)

    async def last(self) -> tuple[int, bytes]:
        """The newest record's seq and chain value."""
        if not self._records:
            return 0, ZERO_CHAIN
        newest = self._records[max(self._records)]
        return newest.seq, newest.chain

    async def read(self, after_seq: int) -> AsyncIterator[JournalRecord]:
        """Records after a seq, in order."""
        for seq in sorted(seq for seq in self._records if seq > after_seq):
            yield self._records[seq]

    async def outcome(self, command_id: str) -> CommandOutcome | None:
        """The outcome of a command id."""
        return self._outcomes.get(command_id)

    async def command_ids(self, limit: int) -> list[str]:
        """The newest command ids that have an outcome."""
        newest = sorted(self._outcomes.values(), key=lambda o: (-o.at_ms, o.command_id))
        return [outcome.command_id for outcome in newest[:limit]]

    async def forget_outcomes(self, before_ms: int) -> int:
        """Delete old outcomes."""
        self._disk.check()
        old = [key for key, outcome in self._outcomes.items() if outcome.at_ms < before_ms]
        for key in old:
            del self._outcomes[key]
        return len(old)

    async def snapshot(self) -> Snapshot | None:
        """The newest snapshot."""
        return self._snapshots[max(self._snapshots)] if self._snapshots else None

    async def put_snapshot(self, snapshot: Snapshot) -> None:
        """Store a snapshot and drop all but the newest two."""
        self._disk.check()
        self._snapshots[snapshot.seq] = snapshot
        for seq in sorted(self._snapshots)[:-2]:
            del self._snapshots[seq]


class MemoryStore:
    """`ports.store.Store` in memory, one domain each."""

    def __init__(self) -> None:
        self._disk = Disk()
        details = MemoryDetails(self._disk)
        rows = MemoryProjectionRows(self._disk)
        self.details: Details = details
        mails = MemoryMails(self._disk)
        notices = MemoryNotices(self._disk, mails)
        self.notices: Notices = notices
        self.mails: Mails = mails
        self.placed_calls: PlacedCalls = MemoryPlacedCalls(mails)
        self.uploads: Uploads = MemoryUploads(self._disk)
        self.recordings: Recordings = MemoryRecordings(self._disk)
        self.journal: Journal = MemoryJournal(self._disk, details, mails)
        self.rows: ProjectionRows = rows
        search_texts = MemorySearchTexts(self._disk, rows)
        self.interactions: Interactions = MemoryInteractions(rows, search_texts)
        self.search_texts: SearchTexts = search_texts
        self.statistics: Statistics = MemoryStatistics(rows)
        self.users: Users = MemoryUsers(self._disk)
        self.teams: Teams = MemoryTeams(self._disk, self.users)
        self.sessions: Sessions = MemorySessions(self._disk)
        self.config_versions: ConfigVersions = MemoryConfigVersions(self._disk)
        self.closed_messages: ClosedMessages = MemoryClosedMessages(self._disk)
        self.profiles: Profiles = MemoryProfiles(self._disk)
        self.audit_log: AuditLog = MemoryAuditLog(self._disk)
        self.api_keys: ApiKeys = MemoryApiKeys(self._disk)
        self.subscriptions: Subscriptions = MemorySubscriptions(self._disk)
        self.calls: CallLog = MemoryCallLog(self._disk)
        self.call_backs: CallBacks = MemoryCallBacks(self._disk)
        self.visits: Visits = MemoryVisits(self._disk)
        self.survey_marks: SurveyMarks = MemorySurveyMarks(self._disk)
        self.cases: Cases = MemoryCases(self._disk, notices)
        self.leads: Leads = MemoryLeads(self._disk, notices)
        self.campaigns: Campaigns = MemoryCampaigns(self._disk, mails, rows, notices)
        self.articles: Articles = MemoryArticles(self._disk, mails)
        self.article_questions: ArticleQuestions = MemoryArticleQuestions(self._disk)

    def fail_writes(self, *, fail: bool = True) -> None:
        """Behave like a store whose disk is full, or recover."""
        self._disk.is_failing = fail

    async def probe(self) -> None:
        """Raise while writes fail."""
        self._disk.check()

    async def close(self) -> None:
        """Refuse writes from now on."""
        self._disk.is_closed = True
