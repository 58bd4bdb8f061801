"""Campaigns, wired: the service, what agents do, who calls by itself, the runner, and their routes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.campaigns import pacing, preview, runner, service
from callcenter.campaigns.asking import Asking
from callcenter.campaigns.pacing import Pacer
from callcenter.campaigns.preview import Previews
from callcenter.campaigns.routes import ROUTES, CampaignServices
from callcenter.campaigns.runner import CampaignRunner
from callcenter.campaigns.service import CampaignService
from callcenter.campaigns.suppressing import campaign_number
from callcenter.campaigns.work_routes import WORK_ROUTES, WorkServices
from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.host.host import Host
from callcenter.http.serving import Extension, Guard, mount
from callcenter.storage.store import SqlStore
from callcenter.telephony.placing import Placing
from routing.ids import AgentId

CAMPAIGN_ROUTES = (*ROUTES, *WORK_ROUTES)


@dataclass(frozen=True, slots=True)
class CampaignParts:
    """Campaigns of a domain."""

    service: CampaignService
    previews: Previews
    runner: CampaignRunner
    pacer: Pacer


def build_campaigns(
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    customer_keys: CustomerKeys,
    placing: Placing,
    folded: Callable[[int], Awaitable[None]],
) -> CampaignParts:
    """Wire it. `folded` returns when the rows of attempts stand at a seq."""

    def normal(number: str) -> str | None:
        """In E.164, with the country's code of calls placed by hand where one is missing."""
        outgoing = configuration.outbound()
        return campaign_number(number, "" if outgoing is None else outgoing.country_code)

    rows, now_ms, one_at_a_time = store.campaigns, clock.now_ms, asyncio.Lock()
    changing = CampaignService(
        service.Around(
            rows=rows,
            keys=customer_keys,
            mirror=lambda: host.mirror,
            normal=normal,
            now_ms=now_ms,
            submit=host.submit,
            one_at_a_time=one_at_a_time,
        )
    )
    asking = Asking(
        rows=rows,
        placing=placing,
        one_at_a_time=one_at_a_time,
        now_ms=now_ms,
        details=store.details,
    )
    following = CampaignRunner(
        runner.Around(
            rows=rows,
            service=changing,
            asking=asking,
            seq=lambda: host.mirror.seq,
            folded=folded,
            now_ms=now_ms,
        )
    )
    pacer = Pacer(
        pacing.Around(
            rows=rows,
            asking=asking,
            mirror=lambda: host.mirror,
            now_ms=now_ms,
            on_called=following.on_called,
        )
    )
    for listener in (asking, following, pacer):
        host.act_on(listener.on_published)
    for looks in (following, pacer):
        clock.on_led(looks.look_again)
    previews = Previews(
        preview.Around(
            rows=rows,
            service=changing,
            asking=asking,
            now_ms=now_ms,
            on_called=following.on_called,
        )
    )
    return CampaignParts(changing, previews, following, pacer)


def campaigns_extension(
    parts: CampaignParts,
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    name: Callable[[AgentId], str],
) -> Extension:
    """Hangs the routes into the application."""

    def extend(app: web.Application, guard: Guard) -> None:
        services = CampaignServices(
            service=parts.service,
            rows=store.campaigns,
            calls=store.calls,
            mirror=lambda: host.mirror,
            name=name,
            now_ms=clock.now_ms,
        )
        mount(app, ROUTES, services, guard)
        work = WorkServices(
            previews=parts.previews,
            rows=store.campaigns,
            interactions=store.interactions,
            mirror=lambda: host.mirror,
            name=name,
            look_again=parts.runner.look_again,
        )
        mount(app, WORK_ROUTES, work, guard)

    return extend
