"""Opening a phone in a browser: one's own, or a customer's for one call."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from callcenter.auth.authorise import Permission
from callcenter.http.contract import Call, route
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.http.serving import Guard, mount
from callcenter.telephony.browser import sockets
from callcenter.telephony.browser.phones import BrowserPhones, Phone
from callcenter.telephony.browser.ports import IceServer
from callcenter.telephony.browser.sip import GUEST_TARGET
from callcenter.telephony.call_routes import NoBody


class PhoneView(msgspec.Struct, frozen=True):
    """The own phone: `in_browser` and perhaps connected there (`is_registered`), or whatever the phone system rings."""

    in_browser: bool
    is_registered: bool


class PhoneOpened(msgspec.Struct, frozen=True):
    """What a page needs to be a phone, for as long as its session lasts. `socket_path` speaks SIP; `target` is what it dials."""

    name: str
    secret: str
    socket_path: str
    ice_servers: list[IceServer]
    target: str = ""


class Throttle:
    """How often one network address may call, in any 60 s; starts anew with the process."""

    def __init__(self, calls_per_minute: int) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = RateLimitItemPerMinute(calls_per_minute, namespace="web calls")

    def check(self, address: str) -> None:
        """Count one. Raises ApiError past the limit."""
        if not self._limiter.hit(self._limit, address):
            raise ApiError(
                ApiErrorCode.WEB_CALLS_THROTTLED,
                "Too many calls were made from here; wait a minute.",
                retry_after_s=30,
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneServices:
    """What these calls stand on. `number_of` a widget: None for one that is not there, "" for one without calls."""

    phones: BrowserPhones
    throttle: Throttle
    number_of: Callable[[str], str | None]
    guard: Guard


@route(
    "GET",
    "/api/v1/phone",
    summary="The own phone: whether it is in the browser, and connected",
    permission=Permission.HOLD_SESSION,
    response=PhoneView,
)
async def read_phone(call: Call[PhoneServices]) -> PhoneView:
    """As of now."""
    phones, user_id = call.services.phones, call.principal.user_id
    return PhoneView(phones.is_in_browser(user_id), phones.is_registered(user_id))


@route(
    "POST",
    "/api/v1/phone",
    summary="Open the own phone in this browser; in another one it is over",
    permission=Permission.HOLD_SESSION,
    request=NoBody,
    response=PhoneOpened,
    status=201,
    errors=(ApiErrorCode.PHONE_NOT_IN_BROWSER, ApiErrorCode.PHONES_UNREACHABLE),
)
async def open_phone(call: Call[PhoneServices]) -> PhoneOpened:
    """The secret is told here alone, and ends with the session."""
    services = call.services
    phone = await services.phones.open_agent(call.principal, services.guard.sessions.watch)
    return _opened(services.phones, phone)


@route(
    "POST",
    "/api/v1/chat/widgets/{widget_id}/calls",
    summary="Open a phone for one call from a page to the widget's number",
    permission=Permission.PUBLIC,
    request=NoBody,
    response=PhoneOpened,
    status=201,
    is_cross_origin=True,
    is_newcomer=True,
    errors=(
        ApiErrorCode.WIDGET_UNKNOWN,
        ApiErrorCode.WEB_CALLS_OFF,
        ApiErrorCode.WEB_CALLS_THROTTLED,
        ApiErrorCode.PHONES_UNREACHABLE,
    ),
)
async def open_guest_phone(call: Call[PhoneServices]) -> PhoneOpened:
    """It can reach that number and nothing else, once."""
    services = call.services
    number = services.number_of(call.parameters["widget_id"])
    if number is None:
        raise ApiError(ApiErrorCode.WIDGET_UNKNOWN, "There is no such chat widget.")
    if not number or not services.phones.can_be_called:
        raise ApiError(ApiErrorCode.WEB_CALLS_OFF, "Nobody can be called from this page now.")
    services.throttle.check(call.request.remote or "")
    phone = await services.phones.open_guest(number)
    return msgspec.structs.replace(_opened(services.phones, phone), target=GUEST_TARGET)


def _opened(phones: BrowserPhones, phone: Phone) -> PhoneOpened:
    account, path = phone.account, sockets.PATH.format(token=phone.token)
    return PhoneOpened(account.name, account.secret, path, phones.ice_servers)


ROUTES = (read_phone, open_phone, open_guest_phone)


def hang_in(
    app: web.Application,
    guard: Guard,
    *,
    phones: BrowserPhones,
    throttle: Throttle,
    number_of: Callable[[str], str | None],
    monotonic_s: Callable[[], float],
) -> None:
    """Calls, the door for SIP, and what a browser asks before another site's page may call."""
    services = PhoneServices(phones=phones, throttle=throttle, number_of=number_of, guard=guard)
    mount(app, ROUTES, services, guard)
    door = sockets.PhoneSockets(phones=phones, guard=guard, monotonic_s=monotonic_s)
    app.router.add_get(sockets.PATH, door.handle)
    app.router.add_route("OPTIONS", open_guest_phone.path, _preflight)


async def _preflight(_request: web.Request) -> web.Response:
    return web.Response(status=204)
