"""Signatures of Standard Webhooks, both ways: what is signed is the id, the time and the body.

The library makes the signature. Comparing is done here: its own check takes a signature with a byte changed where
base64 has no bits, reads the clock itself, and stumbles over headers that are no signature at all.
"""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from callcenter.telephony.limits import SIGNATURE_AGE_S

ID: Final = "webhook-id"
TIMESTAMP: Final = "webhook-timestamp"
SIGNATURE: Final = "webhook-signature"

_ID = re.compile(r"[!-~]{1,256}", re.ASCII)
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,11}", re.ASCII)
_SIGNATURES_MAX: Final = 8


class SignatureInvalid(Exception):
    """Nobody with a key has said this, or not now. The sender is not told which."""


class Keys:
    """The keys of one connection: the first signs, each is accepted."""

    def __init__(self, secrets: Sequence[str]) -> None:
        """`secrets` as in the setting: `whsec_` and base64."""
        self._keys = [Webhook(secret) for secret in secrets]

    def headers(self, message_id: str, body: bytes, now_ms: int) -> dict[str, str]:
        """The headers of a message of ours."""
        timestamp = now_ms // 1000
        return {
            ID: message_id,
            TIMESTAMP: str(timestamp),
            SIGNATURE: _signature(self._keys[0], message_id, timestamp, body.decode()),
        }

    def check(self, headers: Mapping[str, str], body: bytes, now_ms: int) -> None:
        """Raise SignatureInvalid unless the message is signed with one of the keys, and lately."""
        message_id, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
        if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
            raise SignatureInvalid
        if abs(int(timestamp) - now_ms // 1000) > SIGNATURE_AGE_S:
            raise SignatureInvalid
        try:
            text = body.decode()
        except UnicodeDecodeError as error:
            raise SignatureInvalid from error
        given = headers.get(SIGNATURE, "").split(" ")[:_SIGNATURES_MAX]
        right = [_signature(key, message_id, int(timestamp), text) for key in self._keys]
        matches = [
            hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())
            for one in given
            for other in right
        ]
        if not any(matches):
            raise SignatureInvalid


def _signature(key: Webhook, message_id: str, timestamp: int, body: str) -> str:
    return key.sign(message_id, datetime.fromtimestamp(timestamp, UTC), body)


NO_KEYS: Final = Keys(())
"""Of a connection that is not known: it fails in the same way, after the same checks."""
