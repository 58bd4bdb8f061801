"""Phones of browsers at an Asterisk: an endpoint each, put into its memory by ARI and taken out again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import msgspec

from callcenter.telephony.asterisk.ari import AriLost, Reply
from callcenter.telephony.browser.limits import NO_AUDIO_S
from callcenter.telephony.browser.phones import ADDRESS, AGENT_NAME, GUEST_NAME
from callcenter.telephony.browser.ports import IceServer, PhoneAccount, PhonesUnreachable

ENTRY_VARIABLE: Final = "CC_ENTRY"
"""The channel variable by which the dial plan learns which number a customer's phone calls."""

LEG_HEADER: Final = "X-Callcenter-Leg"
"""By this header of the call a page knows which offer rings."""

_PATH: Final = ("asterisk", "config", "dynamic", "res_pjsip")
_KINDS: Final = ("endpoint", "auth", "aor")
_GONE: Final = 404


class _Endpoint(msgspec.Struct, frozen=True):
    resource: str = ""


def endpoint_of(pattern: str, phone: str) -> str:
    """What rings a phone: a browser's by its name, every other as the pattern says."""
    if phone.startswith(ADDRESS):
        return f"PJSIP/{phone.removeprefix(ADDRESS)}"
    return pattern.replace("{phone}", phone)


def variables_of(phone: str, leg_id: str) -> dict[str, str] | None:
    """What a leg's channel is given on its way."""
    if not phone.startswith(ADDRESS):
        return None
    return {f"PJSIP_HEADER(add,{LEG_HEADER})": leg_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class AsteriskPhones:
    """`ask` and `read_list` over the connection there is. Contexts as in the dial plan; `options` go into every endpoint."""

    ask: Callable[..., Awaitable[Reply]]
    read_list: Callable[..., Awaitable[Reply]]
    is_connected: Callable[[], bool]
    url: Callable[[], str]
    agents_context: str
    guests_context: str
    options: dict[str, str]
    ice_servers: list[IceServer]

    @property
    def is_up(self) -> bool:
        """While there is a connection."""
        return self.is_connected()

    @property
    def socket_url(self) -> str:
        """Beside ARI, on the same server."""
        return f"ws{self.url().rstrip('/').removeprefix('http')}/ws"

    async def add(self, account: PhoneAccount) -> None:
        """What the endpoint refers to first. Raises PhonesUnreachable."""
        await self._put("auth", account.name, _auth(account))
        if not account.entry_number:
            await self._put("aor", account.name, {"max_contacts": "1", "remove_existing": "yes"})
        await self._put("endpoint", account.name, self._endpoint(account))

    async def remove(self, name: str) -> None:
        """The endpoint first: from then on nobody is it. Raises PhonesUnreachable."""
        for kind in _KINDS:
            reply = await self._ask("DELETE", *_PATH, kind, name)
            if not reply.is_done and reply.status != _GONE:
                raise PhonesUnreachable

    async def names(self) -> list[str]:
        """By what they are called. Raises PhonesUnreachable."""
        try:
            reply = await self.read_list("endpoints", "PJSIP")
        except AriLost as lost:
            raise PhonesUnreachable from lost
        if not reply.is_done:
            raise PhonesUnreachable
        try:
            found = msgspec.json.decode(reply.body, type=list[_Endpoint])
        except msgspec.MsgspecError as error:
            raise PhonesUnreachable from error
        return [one.resource for one in found if one.resource.startswith((AGENT_NAME, GUEST_NAME))]

    def _endpoint(self, account: PhoneAccount) -> dict[str, str]:
        is_guest = account.entry_number != ""
        own = (
            {"context": self.guests_context, "set_var": f"{ENTRY_VARIABLE}={account.entry_number}"}
            if is_guest
            else {"context": self.agents_context, "aors": account.name}
        )
        return {
            "webrtc": "yes",
            "dtls_auto_generate_cert": "yes",
            "disallow": "all",
            "allow": "ulaw,alaw",
            "auth": account.name,
            "allow_transfer": "no",
            "allow_subscribe": "no",
            "direct_media": "no",
            "rtp_symmetric": "yes",
            "rtp_timeout": str(NO_AUDIO_S),
            "rtp_timeout_hold": str(NO_AUDIO_S),
            **self.options,
            **own,
        }

    async def _put(self, kind: str, name: str, options: dict[str, str]) -> None:
        fields = [{"attribute": key, "value": value} for key, value in options.items()]
        path, body = (*_PATH, kind, name), {"fields": fields}
        reply = await self._ask("PUT", *path, body=body)
        if not reply.is_done:
            # An endpoint with a variable is known already, and cannot be put over itself: it is made anew.
            await self._ask("DELETE", *path)
            reply = await self._ask("PUT", *path, body=body)
        if not reply.is_done:
            raise PhonesUnreachable(f"{kind}: {reply.status}")

    async def _ask(self, method: str, *path: str, body: object = None) -> Reply:
        try:
            return await self.ask(method, *path, body=body)
        except AriLost as error:
            raise PhonesUnreachable from error


def _auth(account: PhoneAccount) -> dict[str, str]:
    return {"auth_type": "userpass", "username": account.name, "password": account.secret}
