"""One delivery over HTTP: signed, bounded, never redirected; and what its answer means."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime
from enum import Enum
from typing import Final

import aiohttp
import msgspec
from standardwebhooks import Webhook

from callcenter.integrations.addresses import AddressRefused, GuardedResolver, Network, target_of
from callcenter.integrations.limits import ANSWER_BYTES_MAX, ANSWER_S, CONNECT_S

_TRY_AGAIN: Final = frozenset({408, 425, 429})
_GONE: Final = 410


class Verdict(Enum):
    """What an answer means for the event."""

    TAKEN = "taken"
    FAILING = "failing"
    """The target does not work at the moment."""
    REFUSED = "refused"
    """The target works and does not want this."""
    GONE = "gone"
    """The target says that nobody is there any more."""


class Outcome(msgspec.Struct, frozen=True):
    """What became of a try; `error` is plain words for an administrator, of ours alone."""

    verdict: Verdict
    error: str = ""


class Former(msgspec.Struct, frozen=True):
    """The secret before, and until when it signs too."""

    secret: str
    until_ms: int


def secret_of(domain_secret: bytes, subscription_id: str, secret_no: int = 0) -> str:
    """The secret a subscription's messages are signed with. It is made anew each time and stored nowhere."""
    number = f" {secret_no}" if secret_no else ""
    text = f"subscription {subscription_id}{number}".encode()
    return "whsec_" + base64.b64encode(hmac.digest(domain_secret, text, hashlib.sha256)).decode()


class Poster:
    """Sends to one subscription's address, over a connection that is kept."""

    def __init__(
        self, url: str, secret: str, networks: tuple[Network, ...], former: Former | None = None
    ) -> None:
        """Nothing is opened before the first delivery."""
        self._url = url
        self._networks = networks
        self._webhook = Webhook(secret)
        self._former = former
        self._session: aiohttp.ClientSession | None = None

    async def post(self, message_id: str, body: bytes, now_ms: int) -> Outcome:
        """Deliver once."""
        at = datetime.fromtimestamp(now_ms // 1000, UTC)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "callcenter",
            "webhook-id": message_id,
            "webhook-timestamp": str(now_ms // 1000),
            "webhook-signature": self._signatures(message_id, at, body.decode()),
        }
        try:
            url = target_of(self._url, self._networks)
            async with self._opened(is_plain=url.scheme == "http").post(
                url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                await answer.content.read(ANSWER_BYTES_MAX)
                return _meaning(answer.status)
        except AddressRefused as refused:
            return Outcome(Verdict.FAILING, str(refused))
        except TimeoutError:
            return Outcome(Verdict.FAILING, "no answer in time")
        except (aiohttp.ClientError, OSError) as error:
            cause = error.__cause__ or error
            text = str(cause) if isinstance(cause, AddressRefused) else type(error).__name__
            return Outcome(Verdict.FAILING, f"not delivered: {text}")

    def _signatures(self, message_id: str, at: datetime, body: str) -> str:
        """By the secret, and for a while by the one before it: whoever checks takes either."""
        signed = [self._webhook.sign(message_id, at, body)]
        if self._former is not None and at.timestamp() * 1000 < self._former.until_ms:
            signed.append(Webhook(self._former.secret).sign(message_id, at, body))
        return " ".join(signed)

    async def close(self) -> None:
        """Let the connection go."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self, *, is_plain: bool) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                resolver=GuardedResolver(self._networks, is_plain=is_plain),
                use_dns_cache=False,
                limit=1,
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=ANSWER_S, connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


def _meaning(status: int) -> Outcome:
    if 200 <= status < 300:
        return Outcome(Verdict.TAKEN)
    if status == _GONE:
        return Outcome(Verdict.GONE, "HTTP 410")
    if 300 <= status < 400:
        return Outcome(Verdict.REFUSED, f"HTTP {status}: redirects are not followed")
    if 400 <= status < 500 and status not in _TRY_AGAIN:
        return Outcome(Verdict.REFUSED, f"HTTP {status}")
    return Outcome(Verdict.FAILING, f"HTTP {status}")
