"""Campaigns hung into the small API stage: they are made, filled and previewed, and nobody is dialled."""

import asyncio
from typing import TYPE_CHECKING, Final

from aiohttp import web

from callcenter.bootstrap.campaigns import CAMPAIGN_ROUTES
from callcenter.campaigns import preview, service
from callcenter.campaigns.asking import Asking
from callcenter.campaigns.preview import Previews
from callcenter.campaigns.routes import ROUTES, CampaignServices
from callcenter.campaigns.service import CampaignService
from callcenter.campaigns.work_routes import WORK_ROUTES, WorkServices
from callcenter.customers.keys import CustomerKeys
from callcenter.http.serving import Guard, mount
from callcenter.telephony.dial_rules import normalised
from callcenter.telephony.placing import Placing
from callcenter.telephony.protocol import PbxEvent

if TYPE_CHECKING:
    from tests.integration.api_stage import ApiStage

__all__ = ["CAMPAIGN_ROUTES", "CampaignParts"]

_KEYS: Final = CustomerKeys(b"a secret of all tests")


class _NoCalls:
    async def store(self, connection_id: str, events: list[PbxEvent]) -> None:
        raise AssertionError((connection_id, events))


class CampaignParts:
    """The services, and their routes for `build_app`."""

    def __init__(self, stage: "ApiStage") -> None:
        self._stage = stage
        rows, now_ms, lock = stage.store.campaigns, stage.clock.now_ms, asyncio.Lock()
        self.service = CampaignService(
            service.Around(
                rows=rows,
                keys=_KEYS,
                mirror=lambda: stage.host.mirror,
                normal=lambda number: normalised(number, "49"),
                now_ms=now_ms,
                submit=stage.host.submit,
                one_at_a_time=lock,
            )
        )
        placing = Placing(
            "test",
            stage.host,
            _NoCalls(),
            keys=_KEYS,
            placed=stage.store.placed_calls,
            outgoing=lambda: None,
            now_ms=now_ms,
            alert=lambda _contact_id, _agent_id: None,
        )
        asking = Asking(
            rows=rows,
            placing=placing,
            one_at_a_time=lock,
            now_ms=now_ms,
            details=stage.store.details,
        )
        self.previews = Previews(
            preview.Around(
                rows=rows,
                service=self.service,
                asking=asking,
                now_ms=now_ms,
                on_called=lambda _contact_id, _entry: None,
            )
        )

    def extend(self, app: web.Application, guard: Guard) -> None:
        """What `build_app` is given."""
        stage = self._stage
        services = CampaignServices(
            service=self.service,
            rows=stage.store.campaigns,
            calls=stage.store.calls,
            mirror=lambda: stage.host.mirror,
            name=lambda agent_id: agent_id.removeprefix("u-").title(),
            now_ms=stage.clock.now_ms,
        )
        mount(app, ROUTES, services, guard)
        work = WorkServices(
            previews=self.previews,
            rows=stage.store.campaigns,
            interactions=stage.store.interactions,
            mirror=lambda: stage.host.mirror,
            name=lambda agent_id: agent_id.removeprefix("u-").title(),
            look_again=lambda: None,
        )
        mount(app, WORK_ROUTES, work, guard)
