"""Trying a configuration on what has been: the journal's customers and agents, played under the draft."""

import asyncio

from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.limits import CONFIGURATION_BYTES_MAX
from callcenter.web.services import Services
from callcenter.web.what_if_schemas import WhatIfNamed, WhatIfView, WhatIfWanted


@route(
    "POST",
    "/api/v1/configuration/what-if",
    summary="Try a configuration on what has been; nothing is stored, and routing does not notice",
    permission=Permission.MANAGE_CONFIGURATION,
    request=WhatIfWanted,
    response=WhatIfView,
    body_bytes_max=CONFIGURATION_BYTES_MAX,
    errors=(ApiErrorCode.CONFIGURATION_REFUSED, ApiErrorCode.WHAT_IF_RUNNING),
)
async def start_what_if(call: Call[Services]) -> WhatIfView:
    """One at a time, in a process of its own; ask for it by its id."""
    wanted, services = call.body(WhatIfWanted), call.services
    document = bytes(wanted.document)
    checked = await services.configuration_editor.check(document)
    for finding in checked.findings:
        if finding.is_error:
            message = f"The configuration has errors: {finding.message}."
            path = finding.path.replace("$", "$.document", 1)
            raise ApiError(ApiErrorCode.CONFIGURATION_REFUSED, message, path=path)
    text = await asyncio.to_thread(services.configuration_editor.write_yaml, document)
    view = services.what_ifs.start(text, wanted.service_level_s)
    if view is None:
        message = "Another configuration is being tried: wait for it, or stop it."
        raise ApiError(ApiErrorCode.WHAT_IF_RUNNING, message)
    return view


@route(
    "GET",
    "/api/v1/configuration/what-if",
    summary="How far a trial is, and what it has found",
    permission=Permission.MANAGE_CONFIGURATION,
    query=WhatIfNamed,
    response=WhatIfView,
    errors=(ApiErrorCode.WHAT_IF_UNKNOWN,),
)
async def read_what_if(call: Call[Services]) -> WhatIfView:
    """The newest one is known until the next begins or the server ends."""
    return _known(call.services.what_ifs.view(call.query(WhatIfNamed).what_if_id))


@route(
    "DELETE",
    "/api/v1/configuration/what-if",
    summary="Stop a trial; one that has ended stays as it is",
    permission=Permission.MANAGE_CONFIGURATION,
    query=WhatIfNamed,
    response=WhatIfView,
    errors=(ApiErrorCode.WHAT_IF_UNKNOWN,),
)
async def stop_what_if(call: Call[Services]) -> WhatIfView:
    """Its process is ended."""
    return _known(call.services.what_ifs.stop(call.query(WhatIfNamed).what_if_id))


ROUTES = (start_what_if, read_what_if, stop_what_if)


def _known(view: WhatIfView | None) -> WhatIfView:
    if view is None:
        raise ApiError(ApiErrorCode.WHAT_IF_UNKNOWN, "There is no such trial, or a newer one.")
    return view
