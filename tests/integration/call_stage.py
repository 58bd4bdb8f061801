"""The agents' buttons on calls, hung into the small API stage: no phone system is there."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aiohttp import web

from callcenter.bootstrap.gateway import HostGateway
from callcenter.bootstrap.telephony import ROUTES as TELEPHONY_ROUTES
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.customers.rules import CustomerRules
from callcenter.http.contract import Route
from callcenter.http.serving import Guard, mount
from callcenter.telephony import recording_routes
from callcenter.telephony.book import CallBook, Surroundings
from callcenter.telephony.browser.phones import BrowserPhones
from callcenter.telephony.browser.routes import (
    PhoneServices,
    Throttle,
    open_phone,
    read_phone,
)
from callcenter.telephony.call_routes import CallServices
from callcenter.telephony.entering import Entrance
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.recording_routes import RecordingServices
from callcenter.telephony.trunks import TelephonyPlan, Trunks

if TYPE_CHECKING:
    from tests.integration.api_stage import ApiStage

CALL_ROUTES: tuple[Route[Any], ...] = (
    *TELEPHONY_ROUTES,
    *recording_routes.ROUTES,
    read_phone,
    open_phone,
)
"""What it hangs in."""


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
    trunks = Trunks(
        book=book,
        log=stage.store.calls,
        controls={},
        kinds={},
        plan=TelephonyPlan,
        now_ms=stage.clock.now_ms,
    )
    services = CallServices(
        host=stage.host,
        book=book,
        intake=intake,
        phone_of=lambda _agent_id: "",
        trunks=trunks,
        can_listen=lambda _connection_id: True,
    )
    listening = RecordingServices(
        recordings=stage.store.recordings,
        agent_name=lambda agent_id: agent_id,
        now_ms=stage.clock.now_ms,
    )

    def extend(app: web.Application, guard: Guard) -> None:
        mount(app, TELEPHONY_ROUTES, services, guard)
        mount(app, recording_routes.ROUTES, listening, guard)
        phones = PhoneServices(
            phones=BrowserPhones(None, lambda _user_id: "", stage.clock.now_ms),
            throttle=Throttle(1_000),
            number_of=lambda _widget_id: None,
            guard=guard,
        )
        mount(app, (read_phone, open_phone), phones, guard)

    return extend
