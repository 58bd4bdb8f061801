"""The own signed token of a contact: in the Message-ID of what we send, and in the address answers go to.

An answer is known by it, whatever the sender's program does to subject and references. A token says which contact is meant, not who
writes: whoever uses it must also be on that contact's mails (`callcenter.channels.mail.receiving`).
"""

import hashlib
import hmac
import uuid
from base64 import b32decode, b32encode
from typing import Final

from routing.ids import ContactId, DetailId

_MAC_BYTES: Final = 10
_ID_BYTES: Final = 16
_MARK: Final = "+"
_PLAIN: Final = b"plain"
"""Signed with the id of a call, which is written without dashes: one bit that costs no character."""


class MailTokens:
    """Makes and reads tokens, addresses and Message-IDs with the domain's secret."""

    def __init__(self, secret: bytes, message_domain: str = "") -> None:
        """`secret`: at least 32 random bytes. `message_domain` stands in our Message-IDs; "": the mailbox's own."""
        self._secret = secret
        self._message_domain = message_domain

    def reply_address(self, mailbox_address: str, contact_id: ContactId) -> str:
        """`help+token@shop.example`: where answers about this contact go."""
        local, _, domain = mailbox_address.partition("@")
        return f"{local}{_MARK}{self._token(contact_id)}@{domain}"

    def message_id(self, mailbox_address: str, contact_id: ContactId, mail_id: DetailId) -> str:
        """The Message-ID of a mail of ours: the same mail has the same for ever."""
        domain = self._message_domain or mailbox_address.partition("@")[2]
        return f"<{self._token(contact_id)}.{_short(mail_id)}@{domain}>"

    def message_key(self, mailbox_id: str, message_id: str) -> str:
        """By which a mail is found again when others refer to it; "" for none."""
        return self._hash("message", mailbox_id, message_id) if message_id else ""

    def incoming_id(self, mailbox_id: str, content: bytes) -> DetailId:
        """The id of a mail that came in: the same mail, however often it comes, has the same."""
        return DetailId(self._hash("content", mailbox_id, content.hex()))

    def contact_of_message_id(self, message_id: str) -> ContactId | None:
        """The contact of a Message-ID of ours; None for any other."""
        local = message_id.strip("<>").partition("@")[0]
        return self._contact_of(local.partition(".")[0])

    def mail_of_message_id(self, message_id: str) -> DetailId | None:
        """The mail of a Message-ID of ours; None for any other."""
        if self.contact_of_message_id(message_id) is None:
            return None
        raw = _decode(message_id.strip("<>").partition("@")[0].partition(".")[2])
        return DetailId(str(uuid.UUID(bytes=raw))) if len(raw) == _ID_BYTES else None

    def contact_of_address(self, address: str) -> ContactId | None:
        """The contact named by the address a mail was sent to."""
        return self._contact_of(address.partition("@")[0].rpartition(_MARK)[2])

    def _token(self, contact_id: ContactId) -> str:
        raw = uuid.UUID(contact_id).bytes
        mac = self._mac(raw) if contact_id == _dashed(raw) else self._mac(raw + _PLAIN)
        return b32encode(raw + mac).decode().rstrip("=").lower()

    def _contact_of(self, token: str) -> ContactId | None:
        raw = _decode(token)
        if len(raw) != _ID_BYTES + _MAC_BYTES:
            return None
        contact, mac = raw[:_ID_BYTES], raw[_ID_BYTES:]
        if hmac.compare_digest(mac, self._mac(contact)):
            return ContactId(_dashed(contact))
        is_plain = hmac.compare_digest(mac, self._mac(contact + _PLAIN))
        return ContactId(contact.hex()) if is_plain else None

    def _hash(self, *parts: str) -> str:
        told = "\0".join(parts).encode("utf-8", "replace")
        digest = hmac.digest(self._secret, b"mails:" + told, hashlib.sha256)
        return b32encode(digest[:_ID_BYTES]).decode().rstrip("=").lower()

    def _mac(self, contact: bytes) -> bytes:
        return hmac.digest(self._secret, b"mail:" + contact, hashlib.sha256)[:_MAC_BYTES]


def mailbox_address_of(address: str) -> str:
    """The address of the mailbox itself, small, without what stands behind the mark."""
    local, _, domain = address.strip().casefold().rpartition("@")
    return f"{local.partition(_MARK)[0]}@{domain}"


def _dashed(raw: bytes) -> str:
    return str(uuid.UUID(bytes=raw))


def _short(mail_id: DetailId) -> str:
    return b32encode(uuid.UUID(mail_id).bytes).decode().rstrip("=").lower()


def _decode(token: str) -> bytes:
    """Bytes of a token, or none for what is no base32; mail servers may change its case."""
    if not token or len(token) > 2 * (_ID_BYTES + _MAC_BYTES):
        return b""
    try:
        return b32decode(token.upper() + "=" * (-len(token) % 8))
    except ValueError:
        return b""
