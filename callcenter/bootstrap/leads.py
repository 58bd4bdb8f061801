"""Leads, wired: the service and its routes."""

from collections.abc import Callable

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.clock import Clock
from callcenter.host.host import Host
from callcenter.http.serving import Extension, extension_of
from callcenter.leads.entrance import LeadEntrance
from callcenter.leads.interest import LeadMaker
from callcenter.leads.routes import ROUTES, LeadServices
from callcenter.leads.service import Around, LeadService
from callcenter.storage.store import SqlStore
from routing.ids import AgentId, ContactId


def build_leads(
    store: SqlStore, host: Host, clock: Clock, *, configuration: ConfigurationInForce
) -> LeadMaker:
    """Wire it."""
    service = LeadService(
        Around(
            rows=store.leads,
            entrance=LeadEntrance(host),
            plan=configuration.lead_plan,
            mirror=lambda: host.mirror,
            now_ms=clock.now_ms,
        )
    )

    async def campaign_of(contact_id: ContactId) -> str:
        attempt = await store.campaigns.attempt(contact_id)
        return "" if attempt is None else attempt.campaign_id

    return LeadMaker(
        service=service,
        rows=store.leads,
        details=store.details,
        interactions=store.interactions,
        campaign_of=campaign_of,
        plan=configuration.lead_plan,
        mirror=lambda: host.mirror,
    )


def leads_extension(
    maker: LeadMaker,
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    name: Callable[[AgentId], str],
) -> Extension:
    """The routes."""
    services = LeadServices(
        service=maker.service,
        maker=maker,
        rows=store.leads,
        interactions=store.interactions,
        plan=configuration.lead_plan,
        mirror=lambda: host.mirror,
        name=name,
        now_ms=clock.now_ms,
    )
    return extension_of(ROUTES, services)
