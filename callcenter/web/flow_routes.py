"""Flows as an administrator looks at them: which there are, where each is used, its picture."""

import asyncio

from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.web.flow_schemas import (
    FlowPicture,
    FlowsView,
    FlowTrial,
    FlowTrialView,
    PictureQuery,
)
from callcenter.web.services import Services


@route(
    "GET",
    "/api/v1/flows",
    summary="The flows in force, and where each is used",
    permission=Permission.MANAGE_CONFIGURATION,
    response=FlowsView,
)
async def read_flows(call: Call[Services]) -> FlowsView:
    """In the order of the configuration."""
    return call.services.flows.view()


@route(
    "GET",
    "/api/v1/flows/picture",
    summary="A flow as a picture",
    permission=Permission.MANAGE_CONFIGURATION,
    query=PictureQuery,
    response=FlowPicture,
    errors=(ApiErrorCode.FLOW_UNKNOWN,),
)
async def read_flow_picture(call: Call[Services]) -> FlowPicture:
    """Drawn when it is asked for, beside the loop: a large flow takes a moment."""
    wanted = call.query(PictureQuery)
    svg = await asyncio.to_thread(call.services.flows.picture, wanted.flow_id, wanted.language)
    if svg is None:
        raise ApiError(ApiErrorCode.FLOW_UNKNOWN, "There is no such flow.")
    return FlowPicture(svg)


@route(
    "POST",
    "/api/v1/flows/trial",
    summary="Go through a flow as a customer would; nothing is stored, nobody is asked or called",
    permission=Permission.MANAGE_CONFIGURATION,
    request=FlowTrial,
    response=FlowTrialView,
    errors=(ApiErrorCode.FLOW_UNKNOWN,),
)
async def try_flow(call: Call[Services]) -> FlowTrialView:
    """From the beginning each time, beside the loop: the same lines lead the same way."""
    services, wanted = call.services, call.body(FlowTrial)
    at_ms = services.now_ms() if wanted.at_ms is None else wanted.at_ms
    view = await asyncio.to_thread(services.flows.trial, wanted, at_ms)
    if view is None:
        raise ApiError(ApiErrorCode.FLOW_UNKNOWN, "There is no such flow.")
    return view


ROUTES = (read_flows, read_flow_picture, try_flow)
