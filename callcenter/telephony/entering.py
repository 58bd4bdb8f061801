"""How calls speak to the engine: each command once, under an id made from the call; a new contact with who calls."""

import hashlib
from collections.abc import Callable

import msgspec

from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.customers.rules import Attributes, together
from callcenter.flows.given import given_line
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.ports.journal import Detail
from callcenter.projections.transcript import CALL, CUSTOMER, MESSAGE, Customer, Numbers
from callcenter.telephony.calls import Call
from callcenter.telephony.cards import masked
from callcenter.telephony.promising import NoPromises, Promises
from callcenter.telephony.wanted import Chosen
from routing.commands import Command, EnqueueContact
from routing.errors import RefusalCode
from routing.ids import DetailId
from routing.model import Channel


class Entrance:
    """The way from calls into the engine."""

    def __init__(
        self,
        host: Host,
        keys: CustomerKeys,
        customers: CustomerLookup,
        now_ms: Callable[[], int],
        *,
        promises: Promises | None = None,
    ) -> None:
        self._host = host
        self._keys = keys
        self._customers = customers
        self._now_ms = now_ms
        self.promises = promises or NoPromises()

    async def submit(self, call: Call, key: str, command: Command) -> None:
        """Any command about a call. Raises CommandRefused, HostError."""
        await self._host.submit(Envelope(command, f"call:{call.contact_id}:{key}"))

    async def enqueue(self, call: Call, wanted: Chosen) -> None:
        """The contact and who calls become durable together, once for ever. Raises CommandRefused, HostError.

        Where nobody has everything that is asked for, the caller's own choice goes before the customer's needs. Who was
        promised a call-back and calls in has its age.
        """
        customer_key = self._keys.key_of(call.caller)
        customer = await self._customers.look_up(customer_key)
        promised = Attributes(credit_ms=self.promises.age_of(customer_key, wanted.queue_id))
        own = together(wanted.attributes, promised)
        attributes = together(own, customer.attributes)
        command = EnqueueContact(
            call.contact_id,
            Channel.VOICE,
            wanted.queue_id,
            customer_key,
            attributes.needs,
            attributes.credit_ms,
            attributes.preferred_agent_id,
        )
        command_id = f"call:{call.contact_id}:enqueue"
        # The digest is of the call alone: should the configuration have changed, the repeat is still the same call.
        digest = hashlib.sha256(command_id.encode()).digest()
        envelope = Envelope(command, command_id, digest, {}, self._details(call, wanted))
        for fewer in (wanted.attributes.needs, ()):
            try:
                await self._host.submit(envelope)
                break
            except CommandRefused as error:
                if error.refusal.code is not RefusalCode.NEEDS_IMPOSSIBLE or not command.needs:
                    raise
                command = msgspec.structs.replace(command, needs=fewer)
                envelope = msgspec.structs.replace(envelope, command=command)
        else:
            await self._host.submit(envelope)
        self._customers.follow(call.contact_id, customer, own)

    def _details(self, call: Call, wanted: Chosen) -> tuple[Detail, ...]:
        now_ms = self._now_ms()
        bodies = {
            CUSTOMER: msgspec.json.encode(Customer(masked(call.caller), "", wanted.language)),
            CALL: msgspec.json.encode(Numbers(call.caller, call.dialled)),
        }
        if call.flow is not None and call.flow.session.given:
            bodies[MESSAGE] = msgspec.json.encode(given_line(call.flow.session))
        return tuple(
            Detail(call.contact_id, DetailId(f"{call.contact_id}.{kind}"), kind, body, now_ms)
            for kind, body in bodies.items()
        )
