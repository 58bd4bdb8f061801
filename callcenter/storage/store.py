"""One domain's store over a database: the object that bootstrap hands to everybody else."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa

from callcenter.ports.errors import StorageError
from callcenter.storage.article_questions import SqlArticleQuestions
from callcenter.storage.articles import SqlArticles
from callcenter.storage.audit_log import SqlAuditLog
from callcenter.storage.call_backs import SqlCallBacks
from callcenter.storage.calls import SqlCallLog
from callcenter.storage.campaigns import SqlCampaigns
from callcenter.storage.cases import SqlCases
from callcenter.storage.closed_messages import SqlClosedMessages
from callcenter.storage.config_versions import SqlConfigVersions
from callcenter.storage.database import Database, insert_rows
from callcenter.storage.details import SqlDetails
from callcenter.storage.erasing import erase_contacts
from callcenter.storage.integrators import SqlApiKeys, SqlSubscriptions
from callcenter.storage.interactions import SqlInteractions
from callcenter.storage.journal import SqlJournal
from callcenter.storage.leads import SqlLeads
from callcenter.storage.mails import SqlMails
from callcenter.storage.notices import SqlNotices
from callcenter.storage.placed_calls import SqlPlacedCalls
from callcenter.storage.profiles import SqlProfiles
from callcenter.storage.projection_rows import SqlProjectionRows
from callcenter.storage.recordings import SqlRecordings
from callcenter.storage.schema import revision_of
from callcenter.storage.search_texts import SqlSearchTexts
from callcenter.storage.sessions import SqlSessions
from callcenter.storage.statistics import SqlStatistics
from callcenter.storage.tables.main import HEAD, probe
from callcenter.storage.teams import SqlTeams
from callcenter.storage.uploads import SqlUploads
from callcenter.storage.users import SqlUsers
from callcenter.storage.visits import SqlSurveyMarks, SqlVisits
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
    from callcenter.ports.journal import Details, Journal
    from callcenter.ports.leads import Leads
    from callcenter.ports.mails import Mails
    from callcenter.ports.people import Sessions, Users
    from callcenter.ports.profiles import Profiles
    from callcenter.ports.read_models import Interactions, ProjectionRows, Statistics
    from callcenter.ports.recordings import Recordings
    from callcenter.ports.uploads import Uploads
    from callcenter.ports.versions import ClosedMessages, ConfigVersions, Teams
    from callcenter.ports.visits import SurveyMarks, Visits

PROBE_BYTES: Final = 64 * 1024
"""What a probe writes: enough that a disk with room for one more row, and no second, still counts as full."""


class SchemaOutdated(StorageError):
    """The database is not at the revision this code needs."""


class SqlStore:
    """`ports.store.Store` over a database, for one domain."""

    def __init__(self, database: Database, domain_id: str) -> None:
        self._database = database
        self._domain_id = domain_id
        self.journal: Journal = SqlJournal(database, domain_id)
        self.details: Details = SqlDetails(database, domain_id)
        self.rows: ProjectionRows = SqlProjectionRows(database, domain_id)
        self.interactions: Interactions = SqlInteractions(database, domain_id)
        self.statistics: Statistics = SqlStatistics(database, domain_id)
        self.search_texts: SearchTexts = SqlSearchTexts(database, domain_id)
        self.users: Users = SqlUsers(database, domain_id)
        self.teams: Teams = SqlTeams(database, domain_id)
        self.sessions: Sessions = SqlSessions(database, domain_id)
        self.config_versions: ConfigVersions = SqlConfigVersions(database, domain_id)
        self.closed_messages: ClosedMessages = SqlClosedMessages(database, domain_id)
        self.profiles: Profiles = SqlProfiles(database, domain_id)
        self.mails: Mails = SqlMails(database, domain_id)
        self.placed_calls: PlacedCalls = SqlPlacedCalls(database, domain_id)
        self.uploads: Uploads = SqlUploads(database, domain_id)
        self.audit_log: AuditLog = SqlAuditLog(database, domain_id)
        self.api_keys: ApiKeys = SqlApiKeys(database, domain_id)
        self.subscriptions: Subscriptions = SqlSubscriptions(database, domain_id)
        self.calls: CallLog = SqlCallLog(database, domain_id)
        self.call_backs: CallBacks = SqlCallBacks(database, domain_id)
        self.cases: Cases = SqlCases(database, domain_id)
        self.leads: Leads = SqlLeads(database, domain_id)
        self.campaigns: Campaigns = SqlCampaigns(database, domain_id)
        self.recordings: Recordings = SqlRecordings(database, domain_id)
        self.visits: Visits = SqlVisits(database, domain_id)
        self.survey_marks: SurveyMarks = SqlSurveyMarks(database, domain_id)
        self.articles: Articles = SqlArticles(database, domain_id)
        self.article_questions: ArticleQuestions = SqlArticleQuestions(database, domain_id)
        self.notices: Notices = SqlNotices(database, domain_id)

    async def probe(self) -> None:
        """Write one durable row, larger than a journal row, in new pages; then drop the one before.

        Rewriting a row in place would succeed on a disk that has no room for an append.
        """
        mine = probe.c.domain_id == self._domain_id
        newest = sa.select(sa.func.max(probe.c.probe_no)).where(mine)

        def job(connection: sa.Connection) -> None:
            probe_no = (connection.scalar(newest) or 0) + 1
            insert_rows(connection, probe, [(self._domain_id, probe_no, bytes(PROBE_BYTES))])
            connection.execute(sa.delete(probe).where(mine, probe.c.probe_no < probe_no))

        await self._database.write(job)

    async def erase_contacts(self, contact_ids: Sequence[ContactId]) -> int:
        """Erase everything personal of these contacts, in one transaction; returns how many rows held something."""
        return await self._database.write(
            lambda connection: erase_contacts(connection, self._domain_id, contact_ids)
        )

    async def limit_pages(self, pages_max: int | None) -> None:
        """Bound the file's size in pages of 4 KiB; None removes the bound. Full then means StorageUnavailable."""
        await self._database.limit_pages(pages_max)

    async def close(self) -> None:
        """Finish what is queued and release the files."""
        await self._database.close()


async def open_store(url: str, domain_id: str) -> SqlStore:
    """Open the store of a domain in a database that is migrated to this code's revision."""
    database = Database(url)
    try:
        await database.read(_check_revision)
    except BaseException:
        await database.close()
        raise
    return SqlStore(database, domain_id)


def _check_revision(connection: sa.Connection) -> None:
    revision = revision_of(connection)
    if revision != HEAD:
        raise SchemaOutdated(
            f"database_outdated: the database is at revision {revision or 'none'}, this version needs "
            f"{HEAD}: run `callcenter db upgrade`"
        )
