"""Leads hung into the small API stage: the queue `sales` works on them, one disposition makes one."""

from typing import TYPE_CHECKING, Final

from aiohttp import web

from callcenter.http.serving import Guard, mount
from callcenter.leads.entrance import LeadEntrance
from callcenter.leads.interest import LeadMaker
from callcenter.leads.plans import LeadPlan
from callcenter.leads.routes import ROUTES as LEAD_ROUTES
from callcenter.leads.routes import LeadServices
from callcenter.leads.service import Around, LeadService
from routing.ids import ContactId, DispositionId, QueueId

if TYPE_CHECKING:
    from tests.integration.api_stage import ApiStage

__all__ = ["HOUR_MS", "LEAD_ROUTES", "PLAN", "LeadParts"]

HOUR_MS: Final = 3_600_000
PLAN: Final = LeadPlan(QueueId("sales"), 24 * HOUR_MS, (DispositionId("solved"),))


class LeadParts:
    """The service, and its routes for `build_app`."""

    def __init__(self, stage: "ApiStage") -> None:
        self._stage = stage
        self.plan: LeadPlan | None = None
        """None until a test wants leads: `solved` would make one of every contact."""
        self.service = self.with_entrance(LeadEntrance(stage.host))
        self.maker = LeadMaker(
            service=self.service,
            rows=stage.store.leads,
            details=stage.store.details,
            interactions=stage.store.interactions,
            campaign_of=self._campaign_of,
            plan=lambda: self.plan,
            mirror=lambda: stage.host.mirror,
        )

    def with_entrance(self, entrance: LeadEntrance) -> LeadService:
        """A service whose leads come in so."""
        stage = self._stage
        around = Around(
            rows=stage.store.leads,
            entrance=entrance,
            plan=lambda: self.plan,
            mirror=lambda: stage.host.mirror,
            now_ms=stage.clock.now_ms,
        )
        return LeadService(around)

    async def _campaign_of(self, contact_id: ContactId) -> str:
        attempt = await self._stage.store.campaigns.attempt(contact_id)
        return "" if attempt is None else attempt.campaign_id

    def extend(self, app: web.Application, guard: Guard) -> None:
        """What `build_app` is given."""
        stage = self._stage
        services = LeadServices(
            service=self.service,
            maker=self.maker,
            rows=stage.store.leads,
            interactions=stage.store.interactions,
            plan=lambda: self.plan,
            mirror=lambda: stage.host.mirror,
            name=lambda agent_id: agent_id.removeprefix("u-").title(),
            now_ms=stage.clock.now_ms,
        )
        mount(app, LEAD_ROUTES, services, guard)
