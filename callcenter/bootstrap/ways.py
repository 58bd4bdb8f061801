"""How customers come in, by phone and by the chat widget, and what flows ask on both: wired."""

from collections.abc import Callable
from dataclasses import dataclass

from agents.presence import PresenceKeeper
from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.people import Roster
from callcenter.bootstrap.telephony import Telephony, build_telephony, outlook_of
from callcenter.bootstrap.visits import build_visits
from callcenter.channels.chat_entrance import ChatEntrance
from callcenter.channels.chat_hub import ChatHub
from callcenter.channels.visit_book import VisitBook
from callcenter.clock import Clock, new_id
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.flows.lookups import FlowLookups
from callcenter.host.host import Host
from callcenter.integrations.addresses import networks_of
from callcenter.integrations.requesting import Requester
from callcenter.projections.closed_messages import ClosedMessages
from callcenter.projections.introductions import Introductions
from callcenter.settings import Settings
from callcenter.storage.store import SqlStore
from callcenter.telephony.promising import Promises
from routing.ids import ContactId
from routing.waits import Band, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """All ways in."""

    requester: Requester
    telephony: Telephony
    entrance: ChatEntrance
    visits: VisitBook
    presence: PresenceKeeper[ContactId]
    chat_hub: ChatHub


def build_ways(
    settings: Settings,
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    roster: Roster,
    customers: CustomerLookup,
    customer_keys: CustomerKeys,
    closed_messages: ClosedMessages,
    introductions: Introductions,
    estimate: Callable[[ContactId, int], Band | Unknown],
    presence: PresenceKeeper[ContactId],
    promises: Promises,
) -> Ways:
    """Wire them; nothing runs before their `run` do."""
    requester = Requester(networks_of(settings.subscriber_networks), clock.monotonic_s)
    lookups = FlowLookups(
        configuration.day_kind,
        keys=customer_keys,
        customers=customers,
        clock=clock,
        request=requester.ask,
    )
    telephony = build_telephony(
        settings,
        store,
        host,
        clock,
        configuration=configuration,
        roster=roster,
        customers=customers,
        customer_keys=customer_keys,
        closed_messages=closed_messages,
        estimate=estimate,
        lookups=lookups,
        promises=promises,
    )
    entrance = ChatEntrance(host, customer_keys, customers, now_ms=clock.now_ms, new_id=new_id)
    visits = build_visits(
        store,
        host,
        clock,
        configuration=configuration,
        entrance=entrance,
        lookups=lookups,
        introductions=introductions,
        presence=presence,
        outlook=outlook_of(host, clock, estimate),
        promises=promises,
    )
    chat_hub = ChatHub(
        lambda: host.mirror,
        roster.name,
        clock.now_ms,
        estimate=estimate,
        said=closed_messages.said,
        flow=visits.view,
    )
    visits.listen(chat_hub.flow_changed)
    return Ways(
        requester=requester,
        telephony=telephony,
        entrance=entrance,
        visits=visits,
        presence=presence,
        chat_hub=chat_hub,
    )
