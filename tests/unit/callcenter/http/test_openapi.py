"""The published document is valid, whole, and always the same."""

from typing import Any

import msgspec
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from callcenter.auth.authorise import Permission
from callcenter.channels.chat_app import FRAMES as CHAT_FRAMES
from callcenter.channels.chat_routes import ROUTES as CHAT_ROUTES
from callcenter.channels.mail.routes import ROUTES as MAIL_ROUTES
from callcenter.http.contract import Call, Route, Scope, route
from callcenter.http.openapi import document, errors_of
from callcenter.web.app import FRAMES, ROUTES

ALL: tuple[Route[Any], ...] = (*ROUTES, *CHAT_ROUTES, *MAIL_ROUTES)


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    return document(ALL, {**FRAMES, **CHAT_FRAMES})


def test_the_document_is_valid(published: dict[str, Any]) -> None:
    assert list(OpenAPIV31SpecValidator(published).iter_errors()) == []


def test_the_order_of_the_routes_does_not_show(published: dict[str, Any]) -> None:
    again = document(tuple(reversed(ALL)), {**FRAMES, **CHAT_FRAMES})
    assert msgspec.json.encode(again["paths"]) == msgspec.json.encode(published["paths"])


def test_every_route_is_described(published: dict[str, Any]) -> None:
    described = {
        (method.upper(), path) for path, item in published["paths"].items() for method in item
    }
    assert described == {(each.method, each.path) for each in ALL}


def test_frames_of_the_sockets_stand_among_the_components(published: dict[str, Any]) -> None:
    schemas = published["components"]["schemas"]
    assert {"FromConsole", "ToConsole", "FromCustomer", "ToCustomer"} <= set(schemas)
    kinds = set(schemas["FromConsole"]["discriminator"]["mapping"])
    assert kinds == {"hello", "typing", "watch_board"}


def test_requests_are_closed(published: dict[str, Any]) -> None:
    schemas = published["components"]["schemas"]
    for each in ALL:
        for kind in (each.request, each.query):
            if kind is not None:
                assert schemas[kind.__name__]["additionalProperties"] is False


def test_commands_take_a_key_and_log_in_is_the_cookie(published: dict[str, Any]) -> None:
    accept = published["paths"]["/api/v1/offers/{offer_id}/accept"]["post"]
    names = {parameter["name"] for parameter in accept["parameters"]}
    assert names == {"offer_id", "Idempotency-Key"}
    assert accept["security"] == [{"session": []}]
    assert published["paths"]["/api/v1/session"]["post"]["security"] == []
    assert "Retry-After" in accept["responses"]["503"]["headers"]
    assert "offer_unknown" in accept["responses"]["404"]["description"]


def test_a_query_never_says_null(published: dict[str, Any]) -> None:
    parameters = published["paths"]["/api/v1/interactions"]["get"]["parameters"]
    before = next(p["schema"] for p in parameters if p["name"] == "before")
    assert before["type"] == "string"
    assert "pattern" in before
    assert "anyOf" not in before


def test_a_scope_must_be_in_the_path() -> None:
    with pytest.raises(ValueError, match="contact_id"):
        route("GET", "/x", summary="", permission=Permission.READ_CONTACT, scope=Scope.contact())


def test_a_declared_route_is_a_value() -> None:
    @route("GET", "/x", summary="Nothing", permission=Permission.PUBLIC)
    async def nothing(_call: Call[None]) -> None:
        """Do nothing."""

    assert isinstance(nothing, Route)
    assert (nothing.name, nothing.status, nothing.is_idempotent) == ("nothing", 200, False)
    assert "session_missing" not in {str(code) for code in errors_of(nothing)}
