"""Call-backs hung into the small API stage: they are made and listed, and nobody is dialled."""

from typing import TYPE_CHECKING

from aiohttp import web

from callcenter.call_backs.plans import CallBackRule
from callcenter.call_backs.promises import CallBackRefused, NoPhones
from callcenter.call_backs.routes import ROUTES as CALL_BACK_ROUTES
from callcenter.call_backs.routes import CallBackServices
from callcenter.call_backs.service import Around, CallBackService
from callcenter.customers.keys import CustomerKeys
from callcenter.http.serving import Guard, mount
from routing.ids import QueueId

if TYPE_CHECKING:
    from tests.integration.api_stage import ApiStage

__all__ = ["CALL_BACK_ROUTES", "CallBackParts"]


class Silent(NoPhones):
    """Any number may be called."""

    def checked(self, number: str, queue_id: QueueId) -> str:
        """But one."""
        if number.startswith("0900"):
            raise CallBackRefused("call_back_refused", "This number is not called: it is dear.")
        return number


class CallBackParts:
    """The service, and its routes for `build_app`."""

    def __init__(self, stage: "ApiStage") -> None:
        self._stage = stage
        self.service = CallBackService(
            Around(
                rows=stage.store.call_backs,
                interactions=stage.store.interactions,
                host=stage.host,
                keys=CustomerKeys(b"a secret of all tests"),
                rule=lambda queue_id: CallBackRule() if queue_id == "sales" else None,
                now_ms=stage.clock.now_ms,
            )
        )
        self.service.place_by(Silent())

    def extend(self, app: web.Application, guard: Guard) -> None:
        """What `build_app` is given."""
        stage = self._stage
        services = CallBackServices(
            service=self.service,
            rows=stage.store.call_backs,
            details=stage.store.details,
            mirror=lambda: stage.host.mirror,
            now_ms=stage.clock.now_ms,
        )
        mount(app, CALL_BACK_ROUTES, services, guard)
