"""The way to each phone system, by its kind."""

from collections.abc import Callable
from functools import partial
from typing import Final

from callcenter.bootstrap.configuration import ConfigurationInForce
from callcenter.clock import Clock
from callcenter.settings import AnyPhoneSystem, AsteriskSystem, PhoneSystem, TwilioSystem
from callcenter.telephony.asterisk.ari import Account
from callcenter.telephony.asterisk.browsers import endpoint_of
from callcenter.telephony.asterisk.link import AriLink, AriSurroundings
from callcenter.telephony.asterisk.sounds import media_of
from callcenter.telephony.book import CallBook, contact_id_of
from callcenter.telephony.ingest import EventIntake
from callcenter.telephony.link import PbxLink
from callcenter.telephony.ports import Errand
from callcenter.telephony.signing import Keys
from callcenter.telephony.twiml import rest
from callcenter.telephony.twiml.documents import Sounds, Voice
from callcenter.telephony.twiml.link import TwilioLink, TwilioSurroundings

Link = PbxLink | AriLink | TwilioLink

_VOICES: Final = {"en": Voice("en-US"), "zh": Voice("cmn-CN", "Polly.Zhiyu")}


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

    def to(self, name: str, system: AnyPhoneSystem) -> Link:
        """The link to one phone system."""
        url = self._address(name, system.control_url)
        told, sent = self._book.undelivered, self._on_sent
        if isinstance(system, PhoneSystem):
            keys = Keys(system.keys)
            return PbxLink(keys, url, self._clock, on_undelivered=told, on_sent=sent)
        if isinstance(system, TwilioSystem):
            return TwilioLink(self._twilio(name, system, url), on_undelivered=told, on_sent=sent)
        return AriLink(self._asterisk(name, system, url), on_undelivered=told, on_sent=sent)

    def _asterisk(
        self, name: str, system: AsteriskSystem, url: Callable[[], str]
    ) -> AriSurroundings:
        return AriSurroundings(
            connection_id=name,
            url=url,
            account=Account(system.user, system.password, system.app),
            clock=self._clock,
            contact_of=partial(contact_id_of, self._domain_id, name),
            endpoint_of=partial(endpoint_of, system.endpoint),
            trunk_of=lambda number: system.trunk.replace("{number}", number),
            media_of=lambda order: media_of(system.sounds, order),
            store=lambda events: self._intake.store(name, events),
            open_calls=lambda: self._open_calls(name),
            outside_after_s=system.outside_after_s,
        )

    def _twilio(
        self, name: str, system: TwilioSystem, url: Callable[[], str]
    ) -> TwilioSurroundings:
        voices = {key: Voice(one.language, one.voice) for key, one in system.voices.items()}
        return TwilioSurroundings(
            connection_id=name,
            url=url,
            public_url=system.public_url,
            account=rest.Account(system.account_sid, system.auth_tokens),
            clock=self._clock,
            sounds=Sounds({**_VOICES, **voices}, system.sounds_url, system.music_urls),
            contact_of=partial(contact_id_of, self._domain_id, name),
            address_of=lambda phone: system.agent_address.replace("{phone}", phone),
            shown_number=system.shown_number,
            store=lambda events: self._intake.store(name, events),
            open_calls=lambda: self._open_calls(name),
        )

    def _open_calls(self, name: str) -> dict[str, int]:
        return {one.call_id: one.begun_at_ms for one in self._book.calls_of(name)}

    def _address(self, name: str, instead: str) -> Callable[[], str]:
        return lambda: instead or self._configuration.control_url(name)
