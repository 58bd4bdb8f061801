"""What the shell needs from a store about files that agents have handed in and not sent yet, said by the consumer."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from routing.ids import AgentId, ContactId


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """A file beside a mail that is being written. `digest` is of the request that brought it: a repeat is known by it.

    Name and content are personal data of the contact. `expires_at_ms`: it is deleted then.
    """

    upload_id: str
    contact_id: ContactId
    agent_id: AgentId
    name: str
    content_type: str
    size_bytes: int
    digest: bytes
    expires_at_ms: int


class Uploads(Protocol):
    """Files handed in, each with its content (transaction kind 3)."""

    async def put(self, upload: Upload, content: bytes) -> None:
        """Store one durably; the same id again changes nothing."""

    async def of_contact(self, contact_id: ContactId) -> list[Upload]:
        """All of a contact, by id, expired or not."""

    async def content(self, upload_id: str) -> bytes | None:
        """The bytes of one; None when there is none."""

    async def expire(self, upload_ids: Sequence[str], at_ms: int) -> None:
        """Let them go at an instant instead."""

    async def delete(self, upload_id: str) -> None:
        """Forget one."""

    async def delete_expired(self, now_ms: int) -> int:
        """Forget what has expired; returns how many."""
