"""The way to each phone system, by its kind."""

from collections.abc import Callable

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.clock import Clock
from callcenter.settings import AsteriskSystem, PhoneSystem
from callcenter.telephony.asterisk.ari import Account
from callcenter.telephony.asterisk.link import AriLink, AriSurroundings
from callcenter.telephony.asterisk.sounds import media_of
from callcenter.telephony.book import CallBook, contact_id_of
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.link import PbxLink
from callcenter.telephony.ports import Errand
from callcenter.telephony.signing import Keys

Link = PbxLink | AriLink


class Links:
    """Makes links that report to one book of calls."""

    def __init__(
        self,
        domain_id: str,
        configuration: ConfigurationInForce,
        clock: Clock,
        *,
        book: CallBook,
        intake: EventIntake,
        on_sent: Callable[[Errand], None],
    ) -> None:
        """`on_sent` is told of each command before it is first tried."""
        self._domain_id = domain_id
        self._configuration = configuration
        self._clock = clock
        self._book = book
        self._intake = intake
        self._on_sent = on_sent

    def to(self, name: str, system: PhoneSystem | AsteriskSystem) -> Link:
        """The link to one phone system."""
        url = self._address(name, system.control_url)
        told, sent = self._book.undelivered, self._on_sent
        if isinstance(system, PhoneSystem):
            keys = Keys(system.keys)
            return PbxLink(keys, url, self._clock, on_undelivered=told, on_sent=sent)
        around = AriSurroundings(
            connection_id=name,
            url=url,
            account=Account(system.user, system.password, system.app),
            clock=self._clock,
            contact_of=lambda call_id: contact_id_of(self._domain_id, name, call_id),
            endpoint_of=lambda phone: system.endpoint.replace("{phone}", phone),
            media_of=lambda order: media_of(system.sounds, order),
            store=lambda events: self._intake.store(name, events),
            open_calls=lambda: {one.call_id: one.begun_at_ms for one in self._book.calls_of(name)},
        )
        return AriLink(around, on_undelivered=told, on_sent=sent)

    def _address(self, name: str, instead: str) -> Callable[[], str]:
        return lambda: instead or self._configuration.control_url(name)
