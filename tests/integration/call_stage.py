"""The agents' buttons on calls, hung into the small API stage: no phone system is there."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from aiohttp import web

from callcenter.bootstrap.gateway import HostGateway
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.customers.rules import CustomerRules
from callcenter.http.serving import Guard, mount
from callcenter.telephony.book import CallBook, Surroundings
from callcenter.telephony.call_routes import ROUTES as CALL_ROUTES
from callcenter.telephony.call_routes import CallServices
from callcenter.telephony.entering import Entrance
from callcenter.telephony.ingest import EventIntake

if TYPE_CHECKING:
    from tests.integration.api_stage import ApiStage

__all__ = ["CALL_ROUTES", "call_extension"]


def call_extension(stage: "ApiStage") -> Callable[[web.Application, Guard], None]:
    """What `build_app` is given for calls."""
    customers = CustomerLookup(stage.store.profiles, CustomerRules, HostGateway(stage.host))
    keys = CustomerKeys(b"a secret of all tests")
    book = CallBook(
        Surroundings(
            mirror=lambda: stage.host.mirror,
            log=stage.store.calls,
            entrance=Entrance(stage.host, keys, customers, stage.clock.now_ms),
            controls={},
            entry_point=lambda _number: None,
            phone_of=lambda _agent_id: "",
            now_ms=stage.clock.now_ms,
        )
    )
    intake = EventIntake("test", stage.store.calls, book, stage.clock)
    services = CallServices(host=stage.host, book=book, intake=intake)
    return lambda app, guard: mount(app, CALL_ROUTES, services, guard)
