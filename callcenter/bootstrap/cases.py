"""Cases, wired: the service and its routes."""

from collections.abc import Callable

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.call_backs.service import CallBackService
from callcenter.cases.routes import ROUTES, CaseServices
from callcenter.cases.service import Around, CaseService
from callcenter.clock import Clock
from callcenter.host.host import Host
from callcenter.http.serving import Extension, extension_of
from callcenter.storage.store import SqlStore
from routing.ids import AgentId


def build_cases(
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    call_backs: CallBackService,
) -> CaseService:
    """Wire it; it asks customers by the domain's call-backs."""
    return CaseService(
        Around(
            rows=store.cases,
            call_backs=call_backs,
            call_back_rows=store.call_backs,
            plan=configuration.case_plan,
            hours=configuration.case_hours,
            mirror=lambda: host.mirror,
            now_ms=clock.now_ms,
        )
    )


def cases_extension(
    service: CaseService,
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    name: Callable[[AgentId], str],
) -> Extension:
    """The routes."""
    services = CaseServices(
        service=service,
        rows=store.cases,
        details=store.details,
        interactions=store.interactions,
        plan=configuration.case_plan,
        mirror=lambda: host.mirror,
        name=name,
        now_ms=clock.now_ms,
    )
    return extension_of(ROUTES, services)
