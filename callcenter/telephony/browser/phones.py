"""Which phones are open in browsers: a name, a secret and a token each, for as long as somebody has the page open.

Theory: nothing of this is stored. A page asks for a phone, is told a secret that the phone system has just learned, and
comes with the token to the door for SIP. Whatever is over (session, page, time) is taken back from the phone system by
one task, which also clears away what a process before us has left there.
"""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from callcenter.auth.principal import Principal
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.telephony.browser import limits
from callcenter.telephony.browser.ports import (
    IceServer,
    PhoneAccount,
    PhoneDirectory,
    PhonesUnreachable,
)
from callcenter.telephony.browser.sip import Gate

IN_BROWSER: Final = "browser"
"""What stands for the phone of somebody who has it in the browser."""

ADDRESS: Final = "browser:"
"""What stands before the name of such a phone where a leg is rung."""

AGENT_NAME: Final = "agent-"
GUEST_NAME: Final = "web-"

_log = structlog.get_logger("callcenter.telephony")


def address_of(user_id: str, phone: str) -> str:
    """What rings somebody: their number, or their phone in the browser."""
    return f"{ADDRESS}{AGENT_NAME}{user_id}" if phone == IN_BROWSER else phone


@dataclass(slots=True, kw_only=True)
class Phone:
    """One that is open. `principal` is None for a customer's; `close` ends its socket with a code, while it has one."""

    account: PhoneAccount
    token: str
    opened_at_ms: int
    gate: Gate
    principal: Principal | None = None
    is_registered: bool = False
    close: Callable[[int], None] | None = None
    left_at_ms: int
    """When its socket was last gone; when it was opened, before it had one."""
    unwatch: Callable[[], None] = field(default=lambda: None)

    @property
    def name(self) -> str:
        """At the phone system."""
        return self.account.name


TAKEN_OVER: Final = 4001
"""Why a socket is closed: the same person's phone was opened in another place."""

SESSION_OVER: Final = 4002
TIME_OVER: Final = 4003
STOPPING: Final = 1012


class BrowserPhones:
    """Those of one domain. Without a `directory` nobody has any."""

    def __init__(
        self,
        directory: PhoneDirectory | None,
        phone_of: Callable[[str], str],
        now_ms: Callable[[], int],
    ) -> None:
        """`phone_of` somebody, as configured."""
        self.directory = directory
        self._phone_of = phone_of
        self._now_ms = now_ms
        self._by_token: dict[str, Phone] = {}
        self._over: dict[str, None] = {}
        """Names to be taken back from the phone system."""
        self._opening: list[str] = []
        self._changed = asyncio.Event()

    # --- what others ask ------------------------------------------------------------------------

    @property
    def can_be_called(self) -> bool:
        """Whether pages may call now."""
        return self.directory is not None and self.directory.is_up

    @property
    def ice_servers(self) -> list[IceServer]:
        """What pages are told of the network."""
        return [] if self.directory is None else self.directory.ice_servers

    def is_in_browser(self, user_id: str) -> bool:
        """Whether somebody's phone is to be in the browser."""
        return self._phone_of(user_id) == IN_BROWSER

    def is_registered(self, user_id: str) -> bool:
        """Whether it could ring now."""
        name = f"{AGENT_NAME}{user_id}"
        return any(one.is_registered for one in self._by_token.values() if one.name == name)

    def is_missing(self, user_id: str) -> bool:
        """Whether calls would find no phone: it is to be in the browser, and is not."""
        return self.is_in_browser(user_id) and not self.is_registered(user_id)

    def of_token(self, token: str) -> Phone | None:
        """The phone a page comes for."""
        return self._by_token.get(token)

    @property
    def counts(self) -> dict[str, int]:
        """For the metrics."""
        phones = self._by_token.values()
        guests = sum(one.principal is None for one in phones)
        return {"agents": len(phones) - guests, "guests": guests}

    # --- opened and closed ----------------------------------------------------------------------

    async def open_agent(
        self,
        principal: Principal,
        watch: Callable[[Principal, Callable[[], None]], Callable[[], None]],
    ) -> Phone:
        """A new secret; one that was open elsewhere is over. `watch` calls when the session ends. Raises ApiError."""
        if not self.is_in_browser(principal.user_id):
            raise ApiError(
                ApiErrorCode.PHONE_NOT_IN_BROWSER,
                "Your phone is not in the browser: an administrator chooses that among the people.",
            )
        name = f"{AGENT_NAME}{principal.user_id}"
        phone = await self._open(PhoneAccount(name, _secret()), principal)
        for other in [one for one in self._by_token.values() if one.name == name]:
            if other is not phone:
                self._forget(other, TAKEN_OVER)
        phone.unwatch = watch(principal, lambda: self._end(phone, SESSION_OVER))
        return phone

    async def open_guest(self, entry_number: str) -> Phone:
        """For one call to that number. Raises ApiError."""
        if self.counts["guests"] >= limits.GUESTS_MAX:
            raise ApiError(
                ApiErrorCode.OVERLOADED, "Very many people are calling; try again in a moment."
            )
        name = f"{GUEST_NAME}{secrets.token_hex(limits.NAME_BYTES)}"
        return await self._open(PhoneAccount(name, _secret(), entry_number), None)

    async def _open(self, account: PhoneAccount, principal: Principal | None) -> Phone:
        if self.directory is None:
            raise unreachable()
        # Whatever was to be taken back under this name is not any more: the new secret has replaced it.
        self._over.pop(account.name, None)
        self._opening.append(account.name)
        try:
            await self.directory.add(account)
        except PhonesUnreachable as error:
            raise unreachable() from error
        finally:
            self._opening.remove(account.name)
        now_ms = self._now_ms()
        phone = Phone(
            account=account,
            token=_secret(),
            opened_at_ms=now_ms,
            gate=Gate(account.name, is_guest=principal is None),
            principal=principal,
            left_at_ms=now_ms,
        )
        self._by_token[phone.token] = phone
        return phone

    def attach(self, phone: Phone, close: Callable[[int], None]) -> None:
        """A page has come for it; one that had come before is gone, or does not know it yet."""
        if phone.close is not None:
            phone.close(TAKEN_OVER)
        phone.close = close

    def detach(self, phone: Phone, close: Callable[[int], None]) -> None:
        """That page's socket is gone."""
        if phone.close == close:
            phone.close = None
            phone.is_registered = False
            phone.left_at_ms = self._now_ms()

    def close_all(self) -> None:
        """The server stops: pages come back by themselves."""
        for phone in self._by_token.values():
            if phone.close is not None:
                phone.close(STOPPING)

    # --- ends -----------------------------------------------------------------------------------

    async def run(self) -> None:
        """Until cancelled: take back what is over."""
        is_swept = False
        while True:
            self._changed.clear()
            try:
                async with asyncio.timeout(limits.SWEEP_MS / 1000):
                    await self._changed.wait()
            except TimeoutError:
                self._look()
            if self.can_be_called:
                is_swept = await self._take_back(is_swept=is_swept)

    def _look(self) -> None:
        now_ms = self._now_ms()
        for phone in list(self._by_token.values()):
            is_left = phone.close is None and now_ms - phone.left_at_ms > limits.SOCKET_GRACE_MS
            age_ms = now_ms - phone.opened_at_ms
            is_idle = not phone.gate.has_called and age_ms > limits.GUEST_CALL_MS
            is_old = phone.principal is None and (is_idle or age_ms > limits.GUEST_LIFE_MS)
            if is_left or is_old:
                self._end(phone, TIME_OVER)

    async def _take_back(self, *, is_swept: bool) -> bool:
        """Whether nothing of a process before us is left any more."""
        if self.directory is None:
            return True
        try:
            if not is_swept:
                for name in await self.directory.names():
                    if name not in self._known():
                        self._over[name] = None
            while self._over:
                name, _ = self._over.popitem()
                await self.directory.remove(name)
        except PhonesUnreachable:
            return is_swept
        return True

    def _known(self) -> list[str]:
        return [*self._opening, *(one.name for one in self._by_token.values())]

    def _end(self, phone: Phone, code: int) -> None:
        self._forget(phone, code)
        self._over[phone.name] = None
        self._changed.set()

    def _forget(self, phone: Phone, code: int) -> None:
        self._by_token.pop(phone.token, None)
        phone.unwatch()
        if phone.close is not None:
            phone.close(code)
            phone.close = None


def _secret() -> str:
    return secrets.token_urlsafe(limits.SECRET_BYTES)


def unreachable() -> ApiError:
    """What a page is told meanwhile."""
    return ApiError(
        ApiErrorCode.PHONES_UNREACHABLE,
        "The phone system takes no phones of browsers now; try again in a moment.",
        retry_after_s=5,
    )
