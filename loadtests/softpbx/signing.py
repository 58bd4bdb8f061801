"""Standard Webhooks signatures, written from the specification alone, so that both sides prove each other."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

PREFIX = "whsec_"
VERSION = "v1"
TOLERANCE_S = 300


def signature(secret: str, webhook_id: str, timestamp_s: int, body: bytes) -> str:
    """`v1,` and the HMAC-SHA256 over id, instant and body."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{webhook_id}.{timestamp_s}.".encode() + body
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode()}"


def headers(secret: str, webhook_id: str, timestamp_s: int, body: bytes) -> dict[str, str]:
    """The three headers of a signed request."""
    return {
        "webhook-id": webhook_id,
        "webhook-timestamp": str(timestamp_s),
        "webhook-signature": signature(secret, webhook_id, timestamp_s, body),
    }


def is_signed(secret: str, sent: Mapping[str, str], body: bytes, *, now_s: float) -> bool:
    """One of the request's signatures is ours and its instant is near."""
    given_id, given_s = sent.get("webhook-id", ""), sent.get("webhook-timestamp", "")
    if not given_s.isdecimal() or abs(now_s - int(given_s)) > TOLERANCE_S:
        return False
    expected = signature(secret, given_id, int(given_s), body)
    offered = sent.get("webhook-signature", "").split()
    return any(hmac.compare_digest(expected, one) for one in offered)
