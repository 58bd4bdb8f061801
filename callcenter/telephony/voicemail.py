"""A message a caller has left becomes a contact of its own: a task for the agents of a queue, with the recording."""

import hashlib

import msgspec

from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.ports.journal import Detail
from callcenter.ports.recordings import RecordingRow
from callcenter.projections.transcript import CALL, CUSTOMER, Customer, Numbers
from callcenter.telephony.cards import masked
from routing.commands import EnqueueContact
from routing.errors import RefusalCode
from routing.ids import ContactId, DetailId
from routing.model import Channel


def message_contact_id(recording_id: str) -> ContactId:
    """The contact of a message: the same recording always has the same."""
    return ContactId(hashlib.sha256(f"voicemail\x00{recording_id}".encode()).hexdigest()[:32])


class MessageEntrance:
    """The way of messages into the engine."""

    def __init__(self, host: Host, keys: CustomerKeys, customers: CustomerLookup) -> None:
        self._host = host
        self._keys = keys
        self._customers = customers

    async def enter(self, row: RecordingRow) -> None:
        """Contact and who called become durable together, once for ever. Raises CommandRefused, HostError."""
        customer_key = self._keys.key_of(row.caller)
        customer = await self._customers.look_up(customer_key)
        attributes = customer.attributes
        command = EnqueueContact(
            row.contact_id,
            Channel.TASK,
            row.queue_id,
            customer_key,
            attributes.needs,
            attributes.credit_ms,
            attributes.preferred_agent_id,
        )
        command_id = f"voicemail:{row.recording_id}"
        digest = hashlib.sha256(command_id.encode()).digest()
        envelope = Envelope(command, command_id, digest, {}, _details(row))
        try:
            await self._host.submit(envelope)
        except CommandRefused as error:
            if error.refusal.code is not RefusalCode.NEEDS_IMPOSSIBLE or not command.needs:
                raise
            plain = msgspec.structs.replace(command, needs=())
            await self._host.submit(msgspec.structs.replace(envelope, command=plain))
        self._customers.follow(row.contact_id, customer)


def _details(row: RecordingRow) -> tuple[Detail, ...]:
    bodies = {
        CUSTOMER: msgspec.json.encode(Customer(masked(row.caller), "", row.language)),
        CALL: msgspec.json.encode(Numbers(row.caller, row.dialled)),
    }
    return tuple(
        Detail(row.contact_id, DetailId(f"{row.contact_id}.{kind}"), kind, body, row.began_at_ms)
        for kind, body in bodies.items()
    )
