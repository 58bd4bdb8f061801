"""The customer's proof: a token for one contact.

A token is the contact id with an HMAC over it, so nothing has to be stored and a guess is hopeless. It ends with
the contact: a closed contact is answered for 24 h only.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from routing.ids import ContactId

_TOKEN_LENGTH_MAX = 200


class ChatTokens:
    """Makes and checks tokens with the domain's secret."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: at least 32 random bytes, kept beside the database."""
        self._secret = secret

    def token_of(self, contact_id: ContactId) -> str:
        """The token of a contact; always the same."""
        return f"{contact_id}.{self._mac(contact_id)}"

    def contact_of(self, token: str) -> ContactId | None:
        """The contact a token proves, or None."""
        contact_id, dot, mac = token[:_TOKEN_LENGTH_MAX].rpartition(".")
        expected = self._mac(contact_id)
        is_genuine = hmac.compare_digest(mac.encode(), expected.encode())
        return ContactId(contact_id) if dot and is_genuine else None

    def _mac(self, contact_id: str) -> str:
        digest = hmac.digest(self._secret, f"chat:{contact_id}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:24]).decode()
