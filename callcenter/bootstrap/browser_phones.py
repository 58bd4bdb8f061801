"""Phones in browsers, wired: the one Asterisk they register with, and whose they are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from aiohttp import web

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.bootstrap.people import Roster
from callcenter.bootstrap.phone_systems import Link
from callcenter.clock import Clock
from callcenter.http.serving import Guard
from callcenter.settings import AsteriskSystem, BrowserSystem, Settings
from callcenter.telephony.asterisk.browsers import AsteriskPhones
from callcenter.telephony.asterisk.link import AriLink
from callcenter.telephony.browser.phones import BrowserPhones
from callcenter.telephony.browser.ports import IceServer
from callcenter.telephony.browser.routes import Throttle, hang_in


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserParts:
    """The phones, and what stands before a customer's. `number_of` a widget."""

    phones: BrowserPhones
    throttle: Throttle
    number_of: Callable[[str], str | None]
    clock: Clock

    def hang_in(self, app: web.Application, guard: Guard) -> None:
        """Their calls, and the door for SIP."""
        hang_in(
            app,
            guard,
            phones=self.phones,
            throttle=self.throttle,
            number_of=self.number_of,
            monotonic_s=self.clock.monotonic_s,
        )


def build_browser(
    settings: Settings,
    links: Mapping[str, Link],
    roster: Roster,
    *,
    clock: Clock,
    configuration: ConfigurationInForce,
) -> BrowserParts:
    """Nobody has a phone in the browser where no Asterisk takes them."""
    directory = None
    for name, system in settings.telephony.items():
        link = links[name]
        if isinstance(system, AsteriskSystem) and isinstance(link, AriLink) and system.browsers:
            directory = _directory(link, system.browsers)
    return BrowserParts(
        phones=BrowserPhones(directory, roster.chosen_phone, clock.now_ms),
        throttle=Throttle(settings.web_calls_per_minute),
        number_of=configuration.web_call_number,
        clock=clock,
    )


def _directory(link: AriLink, system: BrowserSystem) -> AsteriskPhones:
    return AsteriskPhones(
        ask=link.ask,
        read_list=link.read_list,
        is_connected=lambda: link.is_connected,
        url=link.url,
        agents_context=system.agents_context,
        guests_context=system.guests_context,
        options=system.options,
        ice_servers=[
            IceServer(list(one.urls), one.username, one.credential) for one in system.ice_servers
        ],
    )
