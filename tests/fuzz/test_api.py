"""Every operation of the published document, attacked with what it allows and with what it does not.

Whatever is sent: no 5xx, no answer the document does not name, no body that is not as described, nothing
accepted that the document forbids, nothing refused for its form that the document allows. Bounded, so that it
ends within two minutes on two cores.
"""

from typing import Any
from urllib.parse import urlencode

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from callcenter.auth.authorise import Permission
from callcenter.bootstrap.articles import ROUTES as ARTICLE_ROUTES
from callcenter.bootstrap.campaigns import CAMPAIGN_ROUTES
from callcenter.cases.routes import ROUTES as CASE_ROUTES
from callcenter.channels.chat_routes import ROUTES as CHAT_ROUTES
from callcenter.channels.mail.routes import ROUTES as MAIL_ROUTES
from callcenter.http.contract import SESSION_COOKIE, Route
from callcenter.http.openapi import document
from callcenter.leads.routes import ROUTES as LEAD_ROUTES
from callcenter.web.app import FRAMES, ROUTES
from tests.fuzz.conftest import Target
from tests.integration.api_stage import CUSTOMER_KEYS

EXAMPLES = 50
BUDGET = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

ALL: tuple[Route[Any], ...] = (
    *ROUTES,
    *CHAT_ROUTES,
    *MAIL_ROUTES,
    *ARTICLE_ROUTES,
    *CASE_ROUTES,
    *LEAD_ROUTES,
    *CAMPAIGN_ROUTES,
)
SCHEMA = schemathesis.openapi.from_dict(document(ALL, FRAMES))
SCHEMA.config.generation.update(with_security_parameters=False)  # who calls is ours to say

REAL_IDS = {
    "offer_id": "offered-to-ann.1",
    "contact_id": "with-ann",
    "queue_id": "sales",
    "agent_id": "u-ann",
    "user_id": "u-sam",
    "widget_id": "shop",
    "subscription_id": "s-1",
    "key_id": "k-old",
    "article_id": "parcels",
    "lead_id": "l-sales",
    "case_id": "k-care",
    "campaign_id": "spring",
    "question_id": "q-1",
    "customer_key": CUSTOMER_KEYS.key_of("carol@example.org"),
}
CALLER = {
    Permission.MANAGE_PEOPLE: "ada",
    Permission.MANAGE_CONFIGURATION: "ada",
    Permission.MANAGE_PROFILES: "ada",
    Permission.READ_AUDIT: "ada",
    Permission.EXPORT_LOG: "sam",
    Permission.MANAGE_INTEGRATIONS: "ada",
    Permission.LIST_AGENTS: "sam",
    Permission.SUPERVISE_CONTACT: "sam",
    Permission.SUPERVISE_AGENT: "sam",
    Permission.SUPERVISE_QUEUE: "sam",
    Permission.EDIT_ARTICLES: "sam",
    Permission.READ_CAMPAIGNS: "sam",
    Permission.RUN_CAMPAIGNS: "sam",
    Permission.SUPPRESS_NUMBERS: "sam",
}
"""Who may call; agents may do the rest."""

ALWAYS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
REFUSED_FOR_WHAT_IT_MEANS = {
    "add_user",
    "change_user",
    "set_password",
    "change_own_password",
    "read_interactions",
    "export_interactions",
    "put_configuration_document",
    "start_what_if",
    "put_profile",
    "put_skills",
    "queue_statistics",
    "queue_intervals",
    "agent_statistics",
    "survey_averages",
    "make_key",
    "add_subscription",
    "change_subscription",
    "replay_events",
    "add_article",
    "change_article",
    "read_leads",
    "read_evidence",
    "read_cases",
}
"""Rules beyond a schema: a team that must exist, a password that is not one character repeated, an end after its begin."""

URL_BYTES_MAX = 7_500
"""A longer one never reaches the server's own code: the HTTP parser ends the connection with a bare 400."""


def attacks() -> list[Any]:
    """Each operation with what its schema allows, and, where it says anything, with what it forbids."""
    found = []
    for each in ALL:
        modes = list(GenerationMode)
        if "{" not in each.path and each.query is None and each.request is None:
            modes.remove(GenerationMode.NEGATIVE)
        found += [pytest.param(each, mode, id=f"{each.name} {mode.value}") for mode in modes]
    return found


def checks_of(mode: GenerationMode, name: str) -> list[Any]:
    """What must hold for a call made in this mode."""
    names = list(ALWAYS)
    if mode is GenerationMode.NEGATIVE:
        names.append("negative_data_rejection")
    elif name not in REFUSED_FOR_WHAT_IT_MEANS:
        names.append("positive_data_acceptance")
    return CHECKS.get_by_names(names)


@pytest.mark.timeout(120)
@pytest.mark.parametrize(("each", "mode"), attacks())
def test_no_call_is_answered_otherwise_than_published(
    target: Target, each: Route[Any], mode: GenerationMode
) -> None:
    operation = SCHEMA[each.path][each.method]
    checks = checks_of(mode, each.name)
    caller = CALLER.get(each.permission, "ann")
    names = [name for name in REAL_IDS if f"{{{name}}}" in each.path]
    real = {name: REAL_IDS[name] for name in names}

    @BUDGET
    @given(st.data())
    def attack(data: st.DataObject) -> None:
        is_real = bool(names) and data.draw(st.booleans())
        strategy = operation.as_strategy(mode, path_parameters=real if is_real else None)
        case = data.draw(strategy)
        assume(len(urlencode(case.query or {}, doseq=True)) < URL_BYTES_MAX)
        response = case.call(
            base_url=target.stage.origin,
            headers={"Origin": target.stage.origin},
            cookies={SESSION_COOKIE: target.cookie_of(caller)},
        )
        case.validate_response(response, checks=checks)

    attack()
