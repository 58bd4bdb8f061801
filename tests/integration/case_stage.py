"""Cases hung into the small API stage: two departments, the teams of the two halves of the domain."""

from typing import TYPE_CHECKING, Final

from aiohttp import web

from callcenter.auth.authorise import ObjectFacts
from callcenter.cases.plans import CasePlan, Department, facts_of
from callcenter.cases.routes import ROUTES as CASE_ROUTES
from callcenter.cases.routes import CaseServices
from callcenter.cases.service import Around, CaseService
from callcenter.http.serving import Guard, mount
from callcenter.ports.cases import StoredCase
from crm_link.cases.model import Hours, Rules
from routing.ids import QueueId

if TYPE_CHECKING:
    from tests.integration.api_stage import ApiStage

__all__ = ["CASE_ROUTES", "PLAN", "CaseParts"]

PLAN: Final = CasePlan(
    Rules(intake_id="care", department_ids=("care", "works"), top_id="care"),
    (
        Department("care", "Customer care", "客户关怀部", ("north",)),
        Department("works", "Workshop", "维修部", ("south",)),
    ),
    QueueId("sales"),
)


class CaseParts:
    """The service, and its routes for `build_app`."""

    def __init__(self, stage: "ApiStage") -> None:
        self._stage = stage
        self.plan: CasePlan | None = PLAN
        self.service = CaseService(
            Around(
                rows=stage.store.cases,
                call_backs=stage.call_backs.service,
                call_back_rows=stage.store.call_backs,
                plan=lambda: self.plan,
                hours=Hours,
                mirror=lambda: stage.host.mirror,
                now_ms=stage.clock.now_ms,
            )
        )

    def facts(self, stored: StoredCase) -> ObjectFacts:
        """Who may reach a case."""
        return facts_of(self.plan, stored)

    def extend(self, app: web.Application, guard: Guard) -> None:
        """What `build_app` is given."""
        stage = self._stage
        services = CaseServices(
            service=self.service,
            rows=stage.store.cases,
            details=stage.store.details,
            interactions=stage.store.interactions,
            plan=lambda: self.plan,
            mirror=lambda: stage.host.mirror,
            name=lambda agent_id: agent_id.removeprefix("u-").title(),
            now_ms=stage.clock.now_ms,
        )
        mount(app, CASE_ROUTES, services, guard)
