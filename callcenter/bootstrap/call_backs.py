"""Call-backs, wired: the service, its routes, and the way from it to phones."""

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.telephony import Telephony
from callcenter.call_backs.phones import Phones
from callcenter.call_backs.routes import ROUTES, CallBackServices
from callcenter.call_backs.service import Around, CallBackService
from callcenter.cases.service import CaseService
from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.host.host import Host
from callcenter.http.serving import Extension, extension_of
from callcenter.storage.store import SqlStore


def build_call_backs(
    store: SqlStore,
    host: Host,
    clock: Clock,
    *,
    configuration: ConfigurationInForce,
    customer_keys: CustomerKeys,
) -> CallBackService:
    """Wire it; nobody is called before it is told by which phones."""
    service = CallBackService(
        Around(
            rows=store.call_backs,
            interactions=store.interactions,
            host=host,
            keys=customer_keys,
            rule=configuration.call_back_rule,
            now_ms=clock.now_ms,
        )
    )
    host.act_on(service.on_published)
    return service


def find_phones(
    service: CallBackService,
    cases: CaseService,
    telephony: Telephony,
    configuration: ConfigurationInForce,
) -> None:
    """Have it call over the domain's phone systems."""
    phones = Phones(
        placing=telephony.placing,
        book=telephony.book,
        rule=configuration.call_back_rule,
        now_ms=telephony.clock.now_ms,
        barred=cases.barred,
    )
    service.place_by(phones)


def call_backs_extension(
    service: CallBackService, store: SqlStore, host: Host, clock: Clock
) -> Extension:
    """The routes."""
    services = CallBackServices(
        service=service,
        rows=store.call_backs,
        details=store.details,
        mirror=lambda: host.mirror,
        now_ms=clock.now_ms,
    )
    return extension_of(ROUTES, services)
