"""How a lead comes into the engine: as a task of its queue, under ids made from the lead, so that again it is the same."""

import hashlib
from typing import Final

import msgspec

from callcenter.call_backs.plans import hours_of, window
from callcenter.host.envelope import CommandRefused, Envelope
from callcenter.host.host import Host
from callcenter.ports.journal import Detail
from callcenter.ports.leads import StoredLead
from callcenter.projections.transcript import CALL, CUSTOMER, NOTES, Customer, Line, Numbers
from routing.commands import EnqueueContact
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, DetailId, QueueId
from routing.model import Channel, Party

_NOBODY: Final = ""

ABOUT_LEAD: Final = "lead"
"""Detail of a task: the lead it is about, known as soon as the task is there."""


def contact_id_of(stored: StoredLead, round_: int) -> ContactId:
    """The contact as which a lead comes for the n-th time."""
    name = f"lead\x00{stored.lead.lead_id}.{round_}"
    return ContactId(hashlib.sha256(name.encode()).hexdigest()[:32])


class LeadEntrance:
    """The way of leads into the engine."""

    def __init__(self, host: Host) -> None:
        self._host = host

    def is_there(self, stored: StoredLead) -> bool:
        """Whether its last contact waits or is worked on still."""
        return contact_id_of(stored, stored.lead.rounds) in self._host.mirror.contacts

    def next_contact(self, stored: StoredLead) -> ContactId | None:
        """The contact of its next time, when that is there although the lead's row does not tell of it yet."""
        contact_id = contact_id_of(stored, stored.lead.rounds + 1)
        return contact_id if contact_id in self._host.mirror.contacts else None

    def queue_of(self, stored: StoredLead, queue_id: QueueId) -> QueueId:
        """Its own, unless there is none of that name any more: then the one that leads come to."""
        own = QueueId(stored.lead.queue_id)
        return own if own in self._host.mirror.queues else queue_id

    def opens_at_ms(self, queue_id: QueueId, now_ms: int) -> int | None:
        """When the queue takes it; None for never, as far as is known."""
        opening = window(hours_of(self._host.mirror, queue_id), now_ms)
        return None if opening is None else opening.from_ms

    async def enter(self, stored: StoredLead, queue_id: QueueId, now_ms: int) -> ContactId:
        """The next round, with what is known of the customer; once. Raises CommandRefused, HostError, StorageError."""
        round_ = stored.lead.rounds + 1
        contact_id = contact_id_of(stored, round_)
        owner_id = stored.lead.owner_id
        command = EnqueueContact(
            contact_id,
            Channel.TASK,
            queue_id,
            stored.customer_key,
            preferred_agent_id=AgentId(owner_id) if owner_id else None,
        )
        command_id = f"lead:{stored.lead.lead_id}.{round_}"
        digest = hashlib.sha256(command_id.encode()).digest()
        details = _details(stored, contact_id, now_ms)
        try:
            await self._host.submit(Envelope(command, command_id, digest, {}, details))
        except CommandRefused as error:
            if error.refusal.code is not RefusalCode.CONTACT_EXISTS:
                raise
        return contact_id


def _details(stored: StoredLead, contact_id: ContactId, at_ms: int) -> tuple[Detail, ...]:
    words = stored.words
    bodies = {
        CUSTOMER: msgspec.json.encode(Customer(words.customer_name, "", stored.language)),
        NOTES: msgspec.json.encode(Line(Party.SYSTEM, _NOBODY, words.interest)),
        ABOUT_LEAD: msgspec.json.encode(stored.lead.lead_id),
    }
    if words.number:
        bodies[CALL] = msgspec.json.encode(Numbers(words.number, ""))
    return tuple(
        Detail(contact_id, DetailId(f"{contact_id}.{kind}"), kind, body, at_ms)
        for kind, body in bodies.items()
    )
