"""One domain's store, whole: the ports of this package under one name each."""

from typing import Protocol

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


class Store(Protocol):
    """One domain's store, whole. `probe` raises StorageUnavailable while a durable write is impossible."""

    journal: Journal
    details: Details
    rows: ProjectionRows
    interactions: Interactions
    statistics: Statistics
    search_texts: SearchTexts
    users: Users
    teams: Teams
    sessions: Sessions
    config_versions: ConfigVersions
    closed_messages: ClosedMessages
    profiles: Profiles
    mails: Mails
    placed_calls: PlacedCalls
    uploads: Uploads
    recordings: Recordings
    audit_log: AuditLog
    api_keys: ApiKeys
    subscriptions: Subscriptions
    calls: CallLog
    call_backs: CallBacks
    visits: Visits
    survey_marks: SurveyMarks
    cases: Cases
    leads: Leads
    campaigns: Campaigns
    articles: Articles
    article_questions: ArticleQuestions
    notices: Notices

    async def probe(self) -> None:
        """Write one durable row; used to find out whether a failing disk has recovered."""

    async def close(self) -> None:
        """Finish what is queued and release the files."""
