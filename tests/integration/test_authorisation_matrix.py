"""Every route, every role, every relation to the object: made from the routes themselves.

A new route is in here the moment it is declared. What is expected follows from the declaration and from
`authorise` over facts stated below; that the table itself is right is `test_authorise.py`'s business.
"""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from callcenter.articles import schemas as article_schemas
from callcenter.auth.api_keys import PREFIX, program_of
from callcenter.auth.authorise import (
    GRANTS,
    Decision,
    NoObject,
    ObjectFacts,
    ObjectKind,
    Permission,
    Reach,
    authorise,
)
from callcenter.auth.principal import KeyRole, Principal, principal_of
from callcenter.auth.sessions import token_hash
from callcenter.bootstrap.articles import ROUTES as ARTICLE_ROUTES
from callcenter.bootstrap.campaigns import CAMPAIGN_ROUTES
from callcenter.call_backs import routes as call_back_routes
from callcenter.call_backs.routes import ROUTES as CALL_BACK_ROUTES
from callcenter.campaigns import routes as campaign_routes
from callcenter.campaigns import work_views
from callcenter.cases import routes as case_routes
from callcenter.cases.routes import ROUTES as CASE_ROUTES
from callcenter.channels.chat_routes import ROUTES as CHAT_ROUTES
from callcenter.channels.mail import schemas as mail_schemas
from callcenter.channels.mail.routes import ROUTES as MAIL_ROUTES
from callcenter.http.contract import Route
from callcenter.http.serving import OBJECT_UNKNOWN
from callcenter.leads import routes as lead_routes
from callcenter.leads.routes import ROUTES as LEAD_ROUTES
from callcenter.ports.articles import (
    Article,
    ArticleText,
    ArticleWrite,
    Asked,
    Asking,
    Question,
)
from callcenter.ports.call_backs import CallBackChange
from callcenter.ports.integrators import ApiKey, Subscription
from callcenter.ports.people import Session
from callcenter.ports.profiles import Profile
from callcenter.telephony import call_routes, consult_routes, listen_routes
from callcenter.telephony.browser.routes import open_guest_phone
from callcenter.web import (
    configuration_schemas,
    flow_schemas,
    handing_on,
    history_schemas,
    key_routes,
    people_routes,
    profile_routes,
    schemas,
    subscription_routes,
    supervisor_routes,
    team_routes,
    what_if_schemas,
)
from callcenter.web.app import ROUTES as WEB_ROUTES
from tests.contract.test_call_backs import promise
from tests.contract.test_campaigns import campaign
from tests.contract.test_cases import event as case_event
from tests.contract.test_cases import stored as stored_case
from tests.contract.test_leads import event as lead_event
from tests.contract.test_leads import stored as stored_lead
from tests.integration.api_stage import (
    CUSTOMER_KEYS,
    HELP,
    PASSWORD,
    PEOPLE,
    SALES,
    Answer,
    ApiStage,
    api_stage,
)
from tests.integration.call_stage import CALL_ROUTES

PEOPLE_NAMES = frozenset(user.username for user in PEOPLE)
CALLERS: dict[str, Principal | None] = {
    user.username: principal_of(user, Session(b"", user.user_id, 0, 0)) for user in PEOPLE
}
CALLERS["nobody"] = None
KEYS = {
    role: ApiKey(
        key_id=f"k-{role}",
        name="CRM",
        key_hash=token_hash(f"{PREFIX}{role}"),
        role=role,
        queue_ids=("sales",),
        team_ids=("north",),
        created_at_ms=0,
        created_by="u-ada",
    )
    for role in KeyRole
}
CALLERS |= {role: program_of(key) for role, key in KEYS.items()}
"""Other programs are callers too: the token of each is its role behind the prefix."""

ROUTES: tuple[Route[Any], ...] = (
    *WEB_ROUTES,
    *MAIL_ROUTES,
    *CALL_ROUTES,
    *CALL_BACK_ROUTES,
    *CASE_ROUTES,
    *LEAD_ROUTES,
    *CAMPAIGN_ROUTES,
    *ARTICLE_ROUTES,
)
ALL: tuple[Route[Any], ...] = (*ROUTES, *CHAT_ROUTES, open_guest_phone)

CAMPAIGN_PLAN = {"name": "Teapots", "queue_id": "sales", "mode": "preview"}
SAID = {"title": "Parcels", "body": "They are late."}
CAROL = "carol@example.org"
SAMPLES: dict[type[msgspec.Struct], dict[str, Any]] = {
    schemas.LogIn: {"username": "ann", "password": PASSWORD},
    schemas.Nothing: {},
    schemas.ParkUntil: {"until_ms": None},
    mail_schemas.SendMail: {
        "to": ["carol@example.org"],
        "subject": "Re: Parcel",
        "text": "Hello",
    },
    call_routes.NoBody: {},
    consult_routes.Colleague: {"agent_id": "u-bob"},
    consult_routes.Turn: {"mode": "all"},
    listen_routes.ListenIn: {"mode": "listen"},
    call_back_routes.NoBody: {},
    call_back_routes.NewCallBack: {"number": "+4930123456"},
    call_back_routes.ContactCallBack: {"number": "+4930123457"},
    case_routes.OpenCase: {"kind": "complaint", "subject": "The lamp is broken"},
    case_routes.CaseStep: {"step": "note", "based_on": 1, "text": "Seen"},
    lead_routes.MakeLead: {"interest": "Fifty lamps"},
    campaign_routes.AddCampaign: {"campaign_id": "autumn", "plan": CAMPAIGN_PLAN},
    campaign_routes.ChangeCampaign: {"based_on": 1, "plan": CAMPAIGN_PLAN},
    campaign_routes.TurnCampaign: {"based_on": 1, "state": "paused"},
    campaign_routes.TakeList: {"name": "a.csv", "text": "number\n+4930123456"},
    campaign_routes.Suppress: {"number": "+4930123456", "reason": "asked us to"},
    campaign_routes.SuppressList: {"text": "number,reason\n+4930123457,asked us to"},
    campaign_routes.NoBody: {},
    work_views.DialEntry: {"entry_id": "e1"},
    work_views.SkipEntry: {"entry_id": "e1", "reason": "later"},
    lead_routes.MoveLead: {"step": "note", "based_on": 1, "text": "Seen"},
    case_routes.CaseAnswer: {"case_id": "k-care", "answer": "accepted", "based_on": 1},
    schemas.SetState: {"state": "not_ready", "reason_id": "lunch"},
    schemas.SendMessage: {"text": "Hello"},
    schemas.FinishWrapUp: {"disposition_id": "solved", "notes": ""},
    schemas.NewUser: {
        "username": "max",
        "display_name": "Max",
        "role": "agent",
        "team_id": "north",
        "queue_ids": [],
        "chat_capacity": 1,
        "language": "en",
        "password": PASSWORD,
    },
    people_routes.PeopleImport: {"csv": "username"},
    people_routes.SkillsChange: {"skills": {"zh": 5}, "based_on": 1},
    schemas.UserChange: {"display_name": "Another"},
    configuration_schemas.ConfigurationDraft: {"document": {}},
    what_if_schemas.WhatIfWanted: {"document": {}},
    flow_schemas.FlowTrial: {"flow_id": "welcome"},
    configuration_schemas.ConfigurationEdit: {"document": {}},
    configuration_schemas.Restoring: {"number": 1, "based_on": "v1"},
    configuration_schemas.YamlText: {"text": "a: 1"},
    supervisor_routes.PriorityChange: {"credit_ms": 60_000},
    supervisor_routes.Assignment: {"agent_id": "u-ann"},
    supervisor_routes.Emptying: {"kind": "message"},
    supervisor_routes.Closing: {"message": {"en": "Fire.", "zh": "着火了。"}},
    handing_on.HandOn: {"queue_id": "help"},
    profile_routes.PutProfile: {"address": CAROL, "tier": "vip"},
    profile_routes.FindProfile: {"address": CAROL},
    history_schemas.FindCustomer: {"address": CAROL},
    key_routes.NewApiKey: {"name": "CRM", "role": "reader", "queue_ids": ["sales"], "team_ids": []},
    team_routes.NewTeam: {"team_id": "west", "name": {"en": "West", "zh": "西"}},
    team_routes.TeamRenamed: {"name": {"en": "West", "zh": "西"}, "based_on": 1},
    team_routes.TeamPeople: {"joining_ids": ["u-ann"]},
    subscription_routes.NewSubscription: {
        "name": "CRM",
        "url": "https://crm.example/hook",
        "kinds": [],
        "queue_ids": [],
    },
    subscription_routes.SubscriptionChange: {"is_paused": True},
    subscription_routes.Replay: {"from_seq": 1, "until_seq": 2},
    subscription_routes.DeadReplay: {},
    subscription_routes.SecretChange: {"secret_no": 0},
    schemas.NewPassword: {"password": "another long one"},
    schemas.OwnPassword: {"old_password": PASSWORD, "new_password": "another long one"},
    article_schemas.SearchArticles: {"query": "parcel"},
    article_schemas.NewArticle: {"article_id": "new", "en": SAID},
    article_schemas.ArticleChange: {"based_on": 1, "en": SAID},
    article_schemas.ArticleFiles: {"files": [{"name": "new.en.md", "text": "# Parcels\n\nLate."}]},
    article_schemas.SendArticle: {"article_id": "parcels"},
    article_schemas.NoteQuestion: {"query": "Where is my parcel?"},
    article_schemas.MoveQuestion: {"step": "take", "based_on": 1},
}
"""A body that is right, for every type of body a route takes."""

NORTH, SOUTH = "north", "south"
OBJECTS: dict[ObjectKind, dict[str, ObjectFacts]] = {
    ObjectKind.OFFER: {
        "offered-to-ann.1": ObjectFacts("u-ann"),
        "offered-to-eve.1": ObjectFacts("u-eve"),
    },
    ObjectKind.CONTACT: {
        "with-bob": ObjectFacts("u-bob", "sales", NORTH),
        "with-eve": ObjectFacts("u-eve", "help", SOUTH),
        "closed-of-eve": ObjectFacts("u-eve", "help", SOUTH),
    },
    ObjectKind.QUEUE: {
        "sales": ObjectFacts(queue_id="sales"),
        "help": ObjectFacts(queue_id="help"),
    },
    ObjectKind.AGENT: {
        "u-ann": ObjectFacts("u-ann", team_id=NORTH),
        "u-eve": ObjectFacts("u-eve", team_id=SOUTH),
    },
    ObjectKind.USER: {
        "u-sam": ObjectFacts("u-sam", team_id=NORTH),
        "u-sue": ObjectFacts("u-sue", team_id=SOUTH),
    },
    ObjectKind.TEAM: {NORTH: ObjectFacts(), SOUTH: ObjectFacts()},
    ObjectKind.PROFILE: {CUSTOMER_KEYS.key_of(CAROL): ObjectFacts()},
    ObjectKind.API_KEY: {"k-old": ObjectFacts()},
    ObjectKind.SUBSCRIPTION: {"s-1": ObjectFacts()},
    ObjectKind.CALL_BACK: {
        "b-sales": ObjectFacts(queue_id="sales"),
        "b-help": ObjectFacts(queue_id="help"),
    },
    ObjectKind.CASE: {
        "k-care": ObjectFacts("u-bob", wrapped_up_by=("u-bob",), department_team_ids=(NORTH,)),
        "k-works": ObjectFacts("u-eve", wrapped_up_by=("u-eve",), department_team_ids=(SOUTH,)),
    },
    ObjectKind.LEAD: {
        "l-sales": ObjectFacts("u-bob", queue_id="sales", wrapped_up_by=("u-bob",)),
        "l-help": ObjectFacts("u-eve", queue_id="help", wrapped_up_by=("u-eve",)),
    },
    ObjectKind.CAMPAIGN: {
        "spring-sales": ObjectFacts(queue_id="sales"),
        "spring-help": ObjectFacts(queue_id="help"),
    },
    ObjectKind.ARTICLE: {"parcels": ObjectFacts()},
    ObjectKind.ARTICLE_QUESTION: {"q-1": ObjectFacts()},
}
"""Real objects of every kind, of both halves of the domain, and what decides about each."""

NOT_DECLARED = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/openapi.json",
    "/widget-phone.js",
    "/widget.js",
    "/icon.svg",
    "/demo",
    "/assets/{name}",
    "/{page}",
}
"""Addresses outside the contract: health (this machine only), the published document, files everybody may have."""


def title(each: object) -> str:
    return f"{each.method} {each.path}" if isinstance(each, Route) else str(each)


async def set_up(stage: ApiStage) -> None:
    """Make what OBJECTS names."""
    await stage.connect("bob", "with-bob")
    await stage.break_for("bob")
    await stage.offer_to("ann", "offered-to-ann")
    await stage.connect("eve", "with-eve", HELP)
    await stage.connect("eve", "closed-of-eve", HELP)
    for path, body in (("end", {}), ("wrap-up", {"disposition_id": "solved"})):
        await stage.ask("POST", f"/api/v1/contacts/closed-of-eve/{path}", by="eve", body=body)
    await stage.offer_to("eve", "offered-to-eve", HELP)
    old = msgspec.structs.replace(KEYS[KeyRole.READER], key_id="k-old", key_hash=b"old")
    for key in (*KEYS.values(), old):
        await stage.store.api_keys.put(key)
    hook = Subscription(
        subscription_id="s-1",
        name="CRM",
        url="https://crm.example/hook",
        kinds=(),
        queue_ids=(),
        is_paused=True,
        created_at_ms=0,
        created_by="u-ada",
    )
    await stage.store.subscriptions.put(hook)
    for call_back_id, queue_id in (("b-sales", SALES), ("b-help", HELP)):
        row = promise(call_back_id, queue_id=queue_id)
        await stage.store.call_backs.put(row, CallBackChange(call_back_id, 1, 1, row.state, "made"))
    await stage.call_backs.service.load()
    for case_id, department_id, user_id in (
        ("k-care", "care", "u-bob"),
        ("k-works", "works", "u-eve"),
    ):
        filed = stored_case(
            case_id,
            department_id=department_id,
            from_department_id="",
            owner_id=user_id,
            is_major=False,
        )
        filed = msgspec.structs.replace(filed, opened_by=user_id)
        await stage.store.cases.put(filed, case_event(filed))
    for lead_id, of_queue, user_id in (("l-sales", SALES, "u-bob"), ("l-help", HELP, "u-eve")):
        heard = stored_lead(lead_id, queue_id=of_queue, owner_id=user_id)
        heard = msgspec.structs.replace(heard, created_by=user_id)
        await stage.store.leads.put(heard, lead_event(heard))
    for planned_for in (SALES, HELP):
        await stage.store.campaigns.put(campaign(f"spring-{planned_for}", planned_for))
    parcels = Article(article_id="parcels", en=ArticleText("Parcels", "They are late."))
    await stage.store.articles.put([ArticleWrite(parcels, ())])
    await stage.store.article_questions.ask(
        Question(question_id="q-1", query="parcel", first_at_ms=1, last_at_ms=1),
        Asking("a-1", Asked.NO_ANSWER, "u-ann", "", 1),
        open_max=9,
    )
    carol = Profile(customer_key=CUSTOMER_KEYS.key_of(CAROL), address=CAROL)
    await stage.store.profiles.put([carol])
    await stage.catch_up()


def address(each: Route[Any], object_id: str) -> str:
    return each.path.replace(f"{{{each.scope.parameter}}}", object_id) if each.scope else each.path


def sample(each: Route[Any]) -> dict[str, Any] | None:
    return None if each.request is None else SAMPLES[each.request]


def subjects_of(each: Route[Any]) -> dict[str, ObjectFacts | NoObject]:
    """What the route is called with: objects of both halves, and one that is not there; "" where it names none."""
    if each.scope is None:
        return {"": NoObject.NONE_NAMED}
    return {**OBJECTS[each.scope.kind], "no-such.1": NoObject.MISSING}


def may_change(each: Route[Any], caller: str) -> bool:
    """Whether a call leaves something behind: it does more than read, and is allowed for some object."""
    facts = subjects_of(each).values()
    decisions = {authorise(CALLERS[caller], each.permission, subject) for subject in facts}
    return each.method != "GET" and Decision.ALLOWED in decisions


CHANGING = [(each, caller) for each in ROUTES for caller in CALLERS if may_change(each, caller)]
HARMLESS = [(each, caller) for each in ROUTES for caller in CALLERS if not may_change(each, caller)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def untouched(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ApiStage]:
    """One stage for all who leave it as it was."""
    async with api_stage(tmp_path_factory.mktemp("console")) as started:
        await set_up(started)
        yield started


@pytest.mark.parametrize(("each", "caller"), CHANGING, ids=title)
async def test_everybody_gets_what_the_table_grants(
    stage: ApiStage, each: Route[Any], caller: str
) -> None:
    await set_up(stage)
    assert await wrong_answers(stage, each, caller) == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("each", "caller"), HARMLESS, ids=title)
async def test_everybody_reads_and_is_refused_what_the_table_says(
    untouched: ApiStage, each: Route[Any], caller: str
) -> None:
    assert await wrong_answers(untouched, each, caller) == []


async def wrong_answers(stage: ApiStage, each: Route[Any], caller: str) -> list[str]:
    """Call it with every object: each answer that is not what `authorise` says of the object."""
    principal, by = CALLERS[caller], caller if caller in PEOPLE_NAMES else None
    headers = {"Authorization": f"Bearer {PREFIX}{caller}"} if caller in KEYS else None
    wrong, hidden = [], []
    for object_id, subject in reversed(subjects_of(each).items()):
        path = address(each, object_id)
        answer = await stage.ask(each.method, path, by=by, body=sample(each), headers=headers)
        decision = authorise(principal, each.permission, subject)
        if not is_answered_so(answer, decision, each):
            wrong.append(f"{object_id}: {decision}, answered {answer.status} {answer.code}")
        if decision is Decision.HIDDEN:
            hidden.append(answer.without_request_id())
    wrong += [f"hidden in other words: {told}" for told in hidden if told != hidden[0]]
    return wrong


def is_answered_so(answer: Answer, decision: Decision, each: Route[Any]) -> bool:
    """Whether an answer is what a decision means."""
    match decision:
        case Decision.UNAUTHENTICATED:
            return (answer.status, answer.code) == (401, "session_missing")
        case Decision.FORBIDDEN:
            return (answer.status, answer.code) == (403, "forbidden")
        case Decision.HIDDEN:
            unknown = None if each.scope is None else OBJECT_UNKNOWN[each.scope.kind][0]
            return (answer.status, answer.code) == (404, unknown)
        case Decision.ALLOWED:
            # An object the body names is hidden by the handler, and says which field named it.
            is_named = answer.status != 404 or answer.body["error"]["path"] is not None
            is_refused = answer.code in {"session_missing", "forbidden"}
            return answer.status < 500 and is_named and not is_refused


@pytest.mark.parametrize("caller", [name for name in CALLERS if name != "nobody"])
def test_both_halves_of_the_domain_are_asked_for(caller: str) -> None:
    """The matrix would prove nothing if nothing in it were foreign to somebody."""
    principal = CALLERS[caller]
    assert principal is not None
    for each in ROUTES:
        if each.scope is None:
            continue
        if GRANTS[principal.role].get(each.permission) is Reach.DOMAIN:
            continue
        decisions = {
            authorise(principal, each.permission, facts)
            for facts in OBJECTS[each.scope.kind].values()
        }
        assert decisions & {Decision.FORBIDDEN, Decision.HIDDEN}, each.path


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("each", [each for each in ROUTES if each.request is not None], ids=title)
async def test_no_body_sets_what_is_not_asked_for(untouched: ApiStage, each: Route[Any]) -> None:
    by = {
        Permission.MANAGE_PEOPLE: "ada",
        Permission.MANAGE_CONFIGURATION: "ada",
        Permission.MANAGE_PROFILES: "ada",
        Permission.MANAGE_INTEGRATIONS: "ada",
        Permission.SUPERVISE_CONTACT: "sam",
        Permission.SUPERVISE_AGENT: "sam",
        Permission.SUPERVISE_QUEUE: "sam",
        Permission.WORK_CONTACT: "bob",
        Permission.EDIT_ARTICLES: "sam",
        Permission.RUN_CAMPAIGNS: "sam",
        Permission.SUPPRESS_NUMBERS: "sam",
    }.get(each.permission, "ann")
    own = {
        ObjectKind.OFFER: "offered-to-ann.1",
        ObjectKind.CONTACT: "with-bob",
        ObjectKind.AGENT: "u-ann",
        ObjectKind.QUEUE: "sales",
        ObjectKind.TEAM: NORTH,
        ObjectKind.CASE: "k-care",
        ObjectKind.LEAD: "l-sales",
        ObjectKind.SUBSCRIPTION: "s-1",
        ObjectKind.CALL_BACK: "b-sales",
        ObjectKind.CAMPAIGN: "spring-sales",
        ObjectKind.ARTICLE: "parcels",
        ObjectKind.ARTICLE_QUESTION: "q-1",
    }
    object_id = own.get(each.scope.kind, "u-sam") if each.scope else ""
    for field in ("domain_id", "user_id", "password_hash", "version", "priority", "is_admin"):
        body = {**(sample(each) or {}), field: 1}
        answer = await untouched.ask(each.method, address(each, object_id), by=by, body=body)
        assert (answer.status, answer.code) == (422, "request_invalid")
        assert field in answer.body["error"]["message"]


async def test_nothing_is_served_that_is_not_declared(stage: ApiStage) -> None:
    app = stage.app()
    served = {resource.canonical for resource in app.router.resources()}
    assert served - {each.path for each in ROUTES} == NOT_DECLARED


async def test_each_declared_route_is_served(stage: ApiStage) -> None:
    app = stage.app()
    for each in ROUTES:
        request = make_mocked_request(each.method, address(each, "x"), app=app)
        found = await app.router.resolve(request)
        assert isinstance(found.route, web.ResourceRoute)
        assert found.route.resource is not None
        assert found.route.resource.canonical == each.path


def test_every_route_names_a_permission_and_only_these_are_public() -> None:
    every = ALL
    assert all(isinstance(each.permission, Permission) for each in every)
    public = {
        f"{each.method} {each.path}" for each in every if each.permission is Permission.PUBLIC
    }
    assert public == {
        "POST /api/v1/session",
        "GET /api/v1/chat/widgets/{widget_id}",
        "POST /api/v1/chat/widgets/{widget_id}/calls",
        "POST /api/v1/chat/widgets/{widget_id}/contacts",
    }


def test_every_id_in_a_path_is_checked_before_the_handler() -> None:
    for each in ROUTES:
        assert ("{" in each.path) == (each.scope is not None), each.path


def test_every_command_is_idempotent_or_says_why_not() -> None:
    without_key = {
        f"{each.method} {each.path}"
        for each in ROUTES
        if each.method != "GET" and not each.is_idempotent
    }
    # Logging in twice is two sessions; logging out, setting a password and putting or deleting something again change
    # nothing more; checking and finding change nothing at all. A key or a subscription made twice is two, both listed
    # and easily ended; its secret must not be kept for a second answer. A version of an article and a step of a question
    # name the version they start from, and an import of the same changes nothing. A phone opened twice is the newest. A
    # campaign is made under its id and changed from a version, a list is named by its bytes, a number is suppressed once;
    # an agent has one entry, which is dialled by one permit and skipped while it is there. A draft is tried one at a time.
    assert without_key == {
        "POST /api/v1/session",
        "DELETE /api/v1/session",
        "POST /api/v1/session/password",
        "POST /api/v1/users/{user_id}/password",
        "POST /api/v1/people",
        "POST /api/v1/teams",
        "PATCH /api/v1/teams/{team_id}",
        "PUT /api/v1/teams/{team_id}/people",
        "DELETE /api/v1/teams/{team_id}",
        "PUT /api/v1/agents/{agent_id}/skills",
        "POST /api/v1/configuration/check",
        "POST /api/v1/configuration/what-if",
        "DELETE /api/v1/configuration/what-if",
        "PUT /api/v1/configuration/document",
        "POST /api/v1/configuration/restore",
        "POST /api/v1/configuration/yaml/read",
        "POST /api/v1/configuration/yaml/write",
        "POST /api/v1/flows/trial",
        "PUT /api/v1/profiles",
        "POST /api/v1/profiles/find",
        "POST /api/v1/customers/find",
        "DELETE /api/v1/profiles/{customer_key}",
        "POST /api/v1/api-keys",
        "POST /api/v1/phone",
        "POST /api/v1/campaigns",
        "PUT /api/v1/campaigns/{campaign_id}",
        "POST /api/v1/campaigns/{campaign_id}/state",
        "POST /api/v1/campaigns/{campaign_id}/lists",
        "POST /api/v1/campaigns/{campaign_id}/next",
        "POST /api/v1/campaigns/{campaign_id}/dial",
        "POST /api/v1/campaigns/{campaign_id}/skip",
        "POST /api/v1/suppressions",
        "POST /api/v1/suppressions/lists",
        "DELETE /api/v1/api-keys/{key_id}",
        "POST /api/v1/subscriptions",
        "PATCH /api/v1/subscriptions/{subscription_id}",
        "DELETE /api/v1/subscriptions/{subscription_id}",
        "POST /api/v1/subscriptions/{subscription_id}/replay",
        "POST /api/v1/subscriptions/{subscription_id}/dead-letters/replay",
        "POST /api/v1/subscriptions/{subscription_id}/secret",
        "DELETE /api/v1/contacts/{contact_id}/uploads",
        "POST /api/v1/articles/search",
        "POST /api/v1/articles",
        "PUT /api/v1/articles/{article_id}",
        "POST /api/v1/articles/import",
        "POST /api/v1/article-questions/{question_id}/move",
    }


def test_names_are_unique() -> None:
    names = [each.name for each in ALL]
    assert len(names) == len(set(names))
