"""Who may do what to which object: one function over one table.

A role grants a permission with a reach; the reach is compared with the facts of the object. What a role may
never do is FORBIDDEN (403), whether or not the object exists. An object out of reach is HIDDEN (404), exactly
like one that is not there, so that nobody can find out what exists by asking.

Routes, sockets and lists all ask `authorise`; there is no second place that decides.
"""

from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from callcenter.auth.principal import KeyRole, Principal, Role


class Permission(StrEnum):
    """What a route lets somebody do. Every route names one."""

    PUBLIC = "public"
    HOLD_SESSION = "hold_session"
    USE_DESK = "use_desk"
    ANSWER_OFFER = "answer_offer"
    WORK_CONTACT = "work_contact"
    READ_CONTACT = "read_contact"
    EXPLAIN_CONTACT = "explain_contact"
    READ_QUEUE = "read_queue"
    READ_AGENT = "read_agent"
    LIST_AGENTS = "list_agents"
    READ_CONFIGURATION = "read_configuration"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_PROFILES = "manage_profiles"
    SUPERVISE_CONTACT = "supervise_contact"
    SUPERVISE_AGENT = "supervise_agent"
    SUPERVISE_QUEUE = "supervise_queue"
    MANAGE_CONFIGURATION = "manage_configuration"
    READ_AUDIT = "read_audit"
    MANAGE_INTEGRATIONS = "manage_integrations"
    EXPORT_LOG = "export_log"
    READ_NUMBER = "read_number"
    LISTEN = "listen"
    READ_TELEPHONY = "read_telephony"
    USE_CASES = "use_cases"
    READ_CASE = "read_case"
    WORK_CASE = "work_case"
    USE_LEADS = "use_leads"
    READ_LEAD = "read_lead"
    WORK_LEAD = "work_lead"
    READ_ARTICLES = "read_articles"
    EDIT_ARTICLES = "edit_articles"
    READ_CAMPAIGNS = "read_campaigns"
    RUN_CAMPAIGNS = "run_campaigns"
    WORK_CAMPAIGN = "work_campaign"
    SUPPRESS_NUMBERS = "suppress_numbers"


class ObjectKind(StrEnum):
    """What a path can name."""

    OFFER = "offer"
    CONTACT = "contact"
    QUEUE = "queue"
    AGENT = "agent"
    USER = "user"
    TEAM = "team"
    PROFILE = "profile"
    API_KEY = "api_key"
    SUBSCRIPTION = "subscription"
    CALL_BACK = "call_back"
    CASE = "case"
    LEAD = "lead"
    ARTICLE = "article"
    ARTICLE_QUESTION = "article_question"
    CAMPAIGN = "campaign"


class ObjectFacts(msgspec.Struct, frozen=True):
    """What of an object decides who may reach it: whose it is, its queue, its agent's team.

    `wrapped_up_by` are agents who have something left to do for a contact that may be with others by now.
    `department_team_ids`: teams of the departments that have a case, or had it before.
    """

    agent_id: str | None = None
    queue_id: str | None = None
    team_id: str | None = None
    wrapped_up_by: tuple[str, ...] = ()
    department_team_ids: tuple[str, ...] = ()


class NoObject(StrEnum):
    """The two ways in which there are no facts."""

    NONE_NAMED = "none_named"
    MISSING = "missing"


Subject: TypeAlias = ObjectFacts | NoObject


class Reach(StrEnum):
    """How far a granted permission goes."""

    OWN = "own"
    """What is the agent's own."""
    OWN_DEPARTMENTS = "own_departments"
    """What is the agent's own, or of departments the agent's team belongs to."""
    OWN_QUEUES = "own_queues"
    """What is the agent's own, or of the agent's queues."""
    WATCHED = "watched"
    """What is of the queues and teams a supervisor watches."""
    DOMAIN = "domain"
    """Everything of the domain."""


class Decision(StrEnum):
    """What `authorise` answers."""

    ALLOWED = "allowed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    HIDDEN = "hidden"


_READS: Final = {
    Permission.READ_CONTACT: Reach.WATCHED,
    Permission.EXPLAIN_CONTACT: Reach.WATCHED,
    Permission.READ_QUEUE: Reach.WATCHED,
    Permission.READ_AGENT: Reach.WATCHED,
    Permission.LIST_AGENTS: Reach.WATCHED,
    Permission.READ_CONFIGURATION: Reach.DOMAIN,
    Permission.USE_CASES: Reach.WATCHED,
    Permission.READ_CASE: Reach.WATCHED,
    Permission.USE_LEADS: Reach.WATCHED,
    Permission.READ_LEAD: Reach.WATCHED,
    Permission.READ_ARTICLES: Reach.DOMAIN,
}
"""What every key may read, of the queues and teams it was made for."""

GRANTS: Final[dict[Role | KeyRole, dict[Permission, Reach]]] = {
    Role.AGENT: {
        Permission.HOLD_SESSION: Reach.OWN,
        Permission.USE_DESK: Reach.OWN,
        Permission.ANSWER_OFFER: Reach.OWN_QUEUES,
        Permission.WORK_CONTACT: Reach.OWN_QUEUES,
        Permission.READ_CONTACT: Reach.OWN_QUEUES,
        Permission.EXPLAIN_CONTACT: Reach.OWN,
        Permission.READ_QUEUE: Reach.OWN_QUEUES,
        Permission.READ_AGENT: Reach.OWN,
        Permission.READ_CONFIGURATION: Reach.OWN_QUEUES,
        Permission.READ_NUMBER: Reach.OWN,
        Permission.LISTEN: Reach.OWN,
        Permission.USE_CASES: Reach.OWN,
        Permission.READ_CASE: Reach.OWN_DEPARTMENTS,
        Permission.WORK_CASE: Reach.OWN_DEPARTMENTS,
        Permission.USE_LEADS: Reach.OWN_QUEUES,
        Permission.READ_LEAD: Reach.OWN_QUEUES,
        Permission.WORK_LEAD: Reach.OWN_QUEUES,
        Permission.READ_ARTICLES: Reach.DOMAIN,
        Permission.READ_CAMPAIGNS: Reach.OWN_QUEUES,
        Permission.WORK_CAMPAIGN: Reach.OWN_QUEUES,
    },
    Role.SUPERVISOR: {
        Permission.HOLD_SESSION: Reach.OWN,
        Permission.READ_CONTACT: Reach.WATCHED,
        Permission.EXPLAIN_CONTACT: Reach.WATCHED,
        Permission.READ_QUEUE: Reach.WATCHED,
        Permission.READ_AGENT: Reach.WATCHED,
        Permission.LIST_AGENTS: Reach.WATCHED,
        Permission.SUPERVISE_CONTACT: Reach.WATCHED,
        Permission.SUPERVISE_AGENT: Reach.WATCHED,
        Permission.SUPERVISE_QUEUE: Reach.WATCHED,
        Permission.EXPORT_LOG: Reach.WATCHED,
        Permission.READ_NUMBER: Reach.WATCHED,
        Permission.LISTEN: Reach.WATCHED,
        Permission.READ_TELEPHONY: Reach.DOMAIN,
        Permission.READ_ARTICLES: Reach.DOMAIN,
        Permission.EDIT_ARTICLES: Reach.DOMAIN,
        Permission.READ_CONFIGURATION: Reach.DOMAIN,
        Permission.USE_CASES: Reach.WATCHED,
        Permission.READ_CASE: Reach.WATCHED,
        Permission.WORK_CASE: Reach.WATCHED,
        Permission.USE_LEADS: Reach.WATCHED,
        Permission.READ_LEAD: Reach.WATCHED,
        Permission.WORK_LEAD: Reach.WATCHED,
        Permission.READ_CAMPAIGNS: Reach.WATCHED,
        Permission.RUN_CAMPAIGNS: Reach.WATCHED,
        Permission.SUPPRESS_NUMBERS: Reach.DOMAIN,
    },
    Role.ADMIN: {
        Permission.HOLD_SESSION: Reach.OWN,
        Permission.READ_CONTACT: Reach.DOMAIN,
        Permission.EXPLAIN_CONTACT: Reach.DOMAIN,
        Permission.READ_QUEUE: Reach.DOMAIN,
        Permission.READ_AGENT: Reach.DOMAIN,
        Permission.LIST_AGENTS: Reach.DOMAIN,
        Permission.READ_CONFIGURATION: Reach.DOMAIN,
        Permission.MANAGE_PEOPLE: Reach.DOMAIN,
        Permission.MANAGE_PROFILES: Reach.DOMAIN,
        Permission.SUPERVISE_CONTACT: Reach.DOMAIN,
        Permission.SUPERVISE_AGENT: Reach.DOMAIN,
        Permission.SUPERVISE_QUEUE: Reach.DOMAIN,
        Permission.MANAGE_CONFIGURATION: Reach.DOMAIN,
        Permission.READ_AUDIT: Reach.DOMAIN,
        Permission.MANAGE_INTEGRATIONS: Reach.DOMAIN,
        Permission.EXPORT_LOG: Reach.DOMAIN,
        Permission.READ_NUMBER: Reach.DOMAIN,
        Permission.LISTEN: Reach.DOMAIN,
        Permission.READ_TELEPHONY: Reach.DOMAIN,
        Permission.USE_CASES: Reach.DOMAIN,
        Permission.READ_CASE: Reach.DOMAIN,
        Permission.WORK_CASE: Reach.DOMAIN,
        Permission.USE_LEADS: Reach.DOMAIN,
        Permission.READ_LEAD: Reach.DOMAIN,
        Permission.WORK_LEAD: Reach.DOMAIN,
        Permission.READ_ARTICLES: Reach.DOMAIN,
        Permission.EDIT_ARTICLES: Reach.DOMAIN,
        Permission.READ_CAMPAIGNS: Reach.DOMAIN,
        Permission.RUN_CAMPAIGNS: Reach.DOMAIN,
        Permission.SUPPRESS_NUMBERS: Reach.DOMAIN,
    },
    KeyRole.READER: _READS,
    KeyRole.COORDINATOR: {
        **_READS,
        Permission.SUPERVISE_CONTACT: Reach.WATCHED,
        Permission.SUPERVISE_AGENT: Reach.WATCHED,
        Permission.SUPERVISE_QUEUE: Reach.WATCHED,
        Permission.MANAGE_PROFILES: Reach.DOMAIN,
        Permission.EDIT_ARTICLES: Reach.DOMAIN,
        Permission.SUPPRESS_NUMBERS: Reach.DOMAIN,
    },
}
"""`WORK_CONTACT` reaches the agent's queues only so that a colleague's contact, which the agent can see, is
refused by the engine as `not_your_contact` and not told to be missing; nobody but its holder changes it.
`ANSWER_OFFER` reaches them because an offer that has ended has no owner any more, only its contact's queue, and
a late answer must learn the outcome; an offer that lives is its agent's alone."""


def authorise(principal: Principal | None, permission: Permission, subject: Subject) -> Decision:
    """Whether this caller may do this to this subject."""
    if permission is Permission.PUBLIC:
        return Decision.ALLOWED
    if principal is None:
        return Decision.UNAUTHENTICATED
    reach = GRANTS[principal.role].get(permission)
    if reach is None:
        return Decision.FORBIDDEN
    if subject is NoObject.NONE_NAMED:
        return Decision.ALLOWED
    if subject is NoObject.MISSING or not _is_within(principal, reach, subject):
        return Decision.HIDDEN
    return Decision.ALLOWED


def may(principal: Principal | None, permission: Permission, subject: Subject) -> bool:
    """`authorise` for lists: whether the subject belongs in what this caller is shown."""
    return authorise(principal, permission, subject) is Decision.ALLOWED


def _is_within(principal: Principal, reach: Reach, facts: ObjectFacts) -> bool:
    is_own = principal.user_id in (facts.agent_id, *facts.wrapped_up_by)
    is_of_queue = facts.queue_id is not None and facts.queue_id in principal.queue_ids
    match reach:
        case Reach.OWN:
            return is_own
        case Reach.OWN_DEPARTMENTS:
            return is_own or principal.team_id in facts.department_team_ids
        case Reach.OWN_QUEUES:
            return is_own or is_of_queue
        case Reach.WATCHED:
            is_of_team = facts.team_id is not None and facts.team_id in principal.watched_team_ids
            is_of_case = not principal.watched_team_ids.isdisjoint(facts.department_team_ids)
            return is_of_queue or is_of_team or is_of_case
        case Reach.DOMAIN:
            return True
