"""The way from the chat widget into the engine: contact, customer and first words become durable together."""

from collections.abc import Callable
from typing import Final

import msgspec

from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import CUSTOMER, MESSAGE, Customer, Line
from routing.commands import EnqueueContact
from routing.errors import RefusalCode
from routing.ids import ContactId, DetailId, QueueId
from routing.model import Channel, Party

OPENING: Final = "opening"
"""Id of a first message that a customer's page has shown already, in its flow."""


class Newcomer(msgspec.Struct, frozen=True, kw_only=True):
    """Who comes to which queue, the opening message, and what was given in a flow, if there was one.

    A message that is left, for whoever reads it later, is of the channel `task`.
    """

    contact_id: ContactId
    queue_id: QueueId
    name: str
    email: str
    language: str
    text: str
    given: Line | None = None
    channel: Channel = Channel.CHAT


class ChatEntrance:
    """One for a domain."""

    def __init__(
        self,
        host: Host,
        keys: CustomerKeys,
        customers: CustomerLookup,
        *,
        now_ms: Callable[[], int],
        new_id: Callable[[], str],
    ) -> None:
        self._host = host
        self._keys = keys
        self._customers = customers
        self._now_ms = now_ms
        self._new_id = new_id

    async def admit(self, newcomer: Newcomer, command_id: str, digest: bytes) -> ContactId:
        """The contact's id: the first one's, for a repeat. Raises CommandRefused, HostError."""
        customer_key = self._keys.key_of(newcomer.email)
        customer = await self._customers.look_up(customer_key)
        envelope = Envelope(
            EnqueueContact(
                newcomer.contact_id,
                newcomer.channel,
                newcomer.queue_id,
                customer_key,
                customer.attributes.needs,
                customer.attributes.credit_ms,
                customer.attributes.preferred_agent_id,
            ),
            command_id,
            digest,
            {"contact_id": newcomer.contact_id},
            self._details(newcomer),
        )
        try:
            submitted = await self._host.submit(envelope)
        except CommandRefused as error:
            is_impossible = error.refusal.code is RefusalCode.NEEDS_IMPOSSIBLE
            if not is_impossible or not customer.attributes.needs:
                raise
            # A rule asks for what nobody here has: the customer is better served by anybody than turned away.
            plainer = msgspec.structs.replace(envelope.command, needs=())
            plain = msgspec.structs.replace(envelope, command=plainer)
            submitted = await self._host.submit(plain)
        known_id = ContactId(submitted.reply["contact_id"])
        self._customers.follow(known_id, customer)
        return known_id

    def _details(self, newcomer: Newcomer) -> tuple[Detail, ...]:
        now_ms = self._now_ms()
        customer = Customer(newcomer.name.strip(), newcomer.email.strip(), newcomer.language)
        opening = Line(Party.CUSTOMER, customer.name, newcomer.text.strip())
        if newcomer.given is not None:
            # One line: rows of one event have one number, and readers know a line by it.
            given = newcomer.given.given
            opening = msgspec.structs.replace(opening, client_id=OPENING, given=given)
        bodies = (
            (CUSTOMER, msgspec.json.encode(customer)),
            (MESSAGE, msgspec.json.encode(opening)),
        )
        return tuple(
            Detail(newcomer.contact_id, DetailId(self._new_id()), kind, body, now_ms)
            for kind, body in bodies
        )
