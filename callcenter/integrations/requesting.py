"""Flows ask other programs: one HTTP request inside a deadline, to public addresses alone, and never a program that is down.

Theory: what is asked comes from a flow, so a customer waits for it: whatever goes wrong is an answer too (None), in time.
A host that has failed so often in a row is left alone for a while; after that one request tries it again, and the others
are let through once that has been answered.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping

import aiohttp
import msgspec
import structlog

from callcenter.integrations.addresses import GuardedResolver, Network, target_of
from callcenter.integrations.limits import (
    CONNECT_S,
    REQUEST_ANSWER_BYTES_MAX,
    REQUEST_FAILURES_MAX,
    REQUEST_PAUSE_S,
    REQUESTS_MAX,
)
from ivr.limits import VALUE_CHARACTERS_MAX
from ivr.session import AskRequest
from routing.expressions import Fact

_log = structlog.get_logger("callcenter.requests")


class RequestFailed(Exception):
    """The other program has not answered as it should; the message is for the log."""


class Requester:
    """One for a domain. Nothing is kept between requests but how often each host has failed in a row."""

    def __init__(self, networks: tuple[Network, ...], monotonic_s: Callable[[], float]) -> None:
        """`networks`: those that may be asked besides public addresses."""
        self._networks = networks
        self._monotonic_s = monotonic_s
        self._failures: Counter[str] = Counter()
        self._left_alone_until_s: dict[str, float] = {}
        self._under_way = 0
        self.counts: Counter[str] = Counter(answered=0, failed=0, skipped=0)

    async def ask(self, request: AskRequest, effect_id: str) -> Mapping[str, Fact] | None:
        """The wanted fields of the answer; None for no answer, a bad one, or a host that is left alone.

        `effect_id` is the same for the same ask, should it be asked again after a crash.
        """
        host = request.url.split("/", 3)[2]
        if self._is_left_alone(host) or self._under_way >= REQUESTS_MAX:
            self.counts["skipped"] += 1
            return None
        self._under_way += 1
        try:
            async with asyncio.timeout(request.within_ms / 1000):
                answer = await self._ask(request, effect_id)
        except (RequestFailed, OSError, TimeoutError, aiohttp.ClientError) as error:
            self._failed(host, error)
            return None
        finally:
            self._under_way -= 1
        self._failures.pop(host, None)
        self._left_alone_until_s.pop(host, None)
        self.counts["answered"] += 1
        return {name: field_of(answer, path) for name, path in request.into.items()}

    def _is_left_alone(self, host: str) -> bool:
        """Whether it is; who is the first to hear that it is not any more tries it, and the others go on without it."""
        left_alone_until_s = self._left_alone_until_s.get(host)
        if left_alone_until_s is None:
            return False
        now_s = self._monotonic_s()
        if now_s < left_alone_until_s:
            return True
        self._left_alone_until_s[host] = now_s + REQUEST_PAUSE_S
        return False

    def _failed(self, host: str, error: Exception) -> None:
        self.counts["failed"] += 1
        self._failures[host] += 1
        if self._failures[host] >= REQUEST_FAILURES_MAX:
            self._left_alone_until_s[host] = self._monotonic_s() + REQUEST_PAUSE_S
        _log.warning(
            "flow_request_failed", kind=type(error).__name__, failures=self._failures[host]
        )

    async def _ask(self, request: AskRequest, effect_id: str) -> object:
        url = target_of(request.url, self._networks)
        connector = aiohttp.TCPConnector(
            resolver=GuardedResolver(self._networks, is_plain=url.scheme == "http"),
            use_dns_cache=False,
            limit=1,
        )
        async with (
            aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=request.within_ms / 1000, connect=CONNECT_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            ) as session,
            session.request(
                "POST" if request.sent else "GET",
                url,
                json=dict(request.sent) if request.sent else None,
                headers={
                    "User-Agent": "callcenter",
                    "Accept": "application/json",
                    "Idempotency-Key": effect_id,
                },
                allow_redirects=False,
            ) as answer,
        ):
            if not 200 <= answer.status < 300:
                raise RequestFailed(f"HTTP {answer.status}")
            return await _decoded(answer)


async def _decoded(answer: aiohttp.ClientResponse) -> object:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(REQUEST_ANSWER_BYTES_MAX):
        body += chunk
        if len(body) > REQUEST_ANSWER_BYTES_MAX:
            raise RequestFailed("the answer is too long")
    try:
        return msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise RequestFailed("the answer is no JSON") from error


def field_of(answer: object, path: str) -> str:
    """A field by its path (`order.state`, `lines.0`), as a text; "" for what is not there or holds more than one value."""
    found = answer
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isascii() and step.isdecimal():
            found = found[int(step)] if int(step) < len(found) else None
        else:
            return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    return str(found)[:VALUE_CHARACTERS_MAX] if isinstance(found, str | int | float) else ""
