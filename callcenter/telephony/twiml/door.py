"""`POST /telephony/twilio/{connection_id}/{what}`: verified, stored, answered with what the call is to hear.

Outside the declared routes, as the door for events is: who may call is not a role but whoever can sign.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from multidict import MultiDict

from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.telephony.twiml import limits
from callcenter.telephony.twiml.documents import Kind, Webhook
from callcenter.telephony.twiml.lines import CALL_SID, FINAL, ROOM_SID, Line
from callcenter.telephony.twiml.link import TwilioLink
from callcenter.telephony.twiml.signing import SIGNATURE, FieldsInvalid, Signatures, fields_of
from callcenter.telephony.webhook import body_of

_FORM = "application/x-www-form-urlencoded"
Fields = MultiDict[str]


class TwilioDoor:
    """Where Twilio's webhooks come in."""

    def __init__(self, links: Mapping[str, TwilioLink]) -> None:
        """By connection."""
        self._links = dict(links)
        self._signatures = {name: Signatures(one.account.tokens) for name, one in links.items()}
        self._hear: dict[Webhook, Callable[[TwilioLink, Fields, Fields], Awaitable[str]]] = {
            Webhook.VOICE: self._voice,
            Webhook.STATUS: self._status,
            Webhook.NEXT: self._next,
            Webhook.GATHERED: self._gathered,
            Webhook.LEFT: self._left,
            Webhook.AGENT: self._agent,
            Webhook.LEG: self._leg,
            Webhook.CUSTOMER: self._customer,
            Webhook.DIALLED: self._dialled,
            Webhook.ROOM: self._room,
        }

    async def handle(self, request: web.Request) -> web.Response:
        """Answer once everything is stored. Raises ApiError."""
        link, fields = await self._verified(request)
        what = request.match_info["what"]
        # A conference's own events name no call.
        names_call = what == Webhook.ROOM or CALL_SID.fullmatch(fields.get("CallSid", ""))
        if what not in self._hear or not names_call:
            raise ApiError(ApiErrorCode.EVENT_INVALID, "This webhook names no call of Twilio's.")
        link.sign()
        query: Fields = MultiDict(request.query)
        try:
            async with asyncio.timeout((limits.STORE_WAIT_MS + limits.DOCUMENT_WAIT_MS) / 1000):
                text = await self._hear[Webhook(what)](link, fields, query)
                await link.stored()
        except TimeoutError as error:
            raise ApiError(
                ApiErrorCode.STORAGE_UNAVAILABLE,
                "What was told could not be stored. Send it again.",
            ) from error
        if not text:
            return web.Response(status=204)
        return web.Response(text=text, content_type="text/xml")

    async def _verified(self, request: web.Request) -> tuple[TwilioLink, Fields]:
        """The connection and the fields, once they are known to be the provider's."""
        if request.content_type != _FORM:
            raise ApiError(ApiErrorCode.CONTENT_TYPE_UNSUPPORTED, f"Send webhooks as {_FORM}.")
        try:
            fields = fields_of(await body_of(request, limits.BODY_BYTES_MAX))
        except FieldsInvalid as error:
            raise ApiError(ApiErrorCode.EVENT_INVALID, "The body is no form.") from error
        name = request.match_info["connection_id"]
        link, signatures = self._links.get(name), self._signatures.get(name)
        signature = request.headers.get(SIGNATURE, "")
        if link is None or signatures is None:
            raise _not_signed()
        url = f"{link.addresses.public_url}{request.raw_path}"
        if not signatures.is_valid(url, fields, signature):
            raise _not_signed()
        return link, fields

    # --- the customer's call ---

    async def _voice(self, link: TwilioLink, fields: Fields, _query: Fields) -> str:
        call_id = fields["CallSid"]
        link.tell(link.lines.arrived(call_id, fields.get("From", ""), fields.get("To", "")))
        return await self._go_on(link, fields)

    async def _status(self, link: TwilioLink, fields: Fields, _query: Fields) -> str:
        await self._note_end(link, fields)
        return ""

    async def _next(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        line = link.lines.named(fields["CallSid"])
        done = query.get("done", "")
        if line is not None and _is_of(line, done):
            link.tell(link.lines.text_over(line, done))
        return await self._go_on(link, fields, wait_ms=limits.MUSIC_WAIT_MS if done else 0)

    async def _gathered(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        line = link.lines.named(fields["CallSid"])
        command_id = query.get("command", "")
        if line is not None and _is_of(line, command_id):
            link.tell(link.lines.gathered(line, command_id, fields.get("Digits", "")))
        return await self._go_on(link, fields, wait_ms=limits.MUSIC_WAIT_MS)

    async def _left(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        line = link.lines.named(fields["CallSid"])
        if line is not None:
            link.lines.left(line, query.get("leg", ""))
        return await self._go_on(link, fields)

    @staticmethod
    async def _note_end(link: TwilioLink, fields: Fields) -> bool:
        status = fields.get("CallStatus", "")
        if status in FINAL:
            line = link.lines.named(fields["CallSid"])
            if line is not None:
                link.follow(link.lines.end(line.call_id, status))
            await link.notify()
        return status in FINAL

    async def _go_on(self, link: TwilioLink, fields: Fields, wait_ms: int = 0) -> str:
        """What the call is to hear now; silence waits a moment for something better, music for what comes after a text."""
        if await self._note_end(link, fields):
            return ""
        line = link.lines.named(fields["CallSid"])
        if line is None:
            return link.writer.bye()
        link.hear_sign(line)
        edition = line.edition
        line.asking += 1
        try:
            await link.stored()
            if line.document.kind is Kind.SILENCE:
                wait_ms = limits.DOCUMENT_WAIT_MS
            await _wait(
                link,
                wait_ms,
                lambda: line.edition != edition and line.document.kind is not Kind.SILENCE,
            )
            while line.reports:
                reports, line.reports = line.reports, []
                link.tell(*reports)
                await link.stored()
            line.is_served = True
            return link.writer.customer(line.contact_id, line.document)
        finally:
            line.asking -= 1

    # --- a customer whom we call ---

    async def _customer(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        """The customer has answered."""
        await self._dialled(link, fields, query)
        return await self._go_on(link, fields)

    async def _dialled(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        status, code = fields.get("CallStatus", ""), fields.get("SipResponseCode", "")
        call_id, sid = query.get("call", ""), fields["CallSid"]
        link.follow(link.lines.placed_told(call_id, sid, status, code))
        await link.notify()
        return ""

    # --- an agent's leg ---

    async def _agent(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        leg_id, sid = query.get("leg", ""), fields["CallSid"]
        await self._leg(link, fields, query)
        line = link.lines.of_leg(leg_id)
        leg = None if line is None else line.legs.get(leg_id)
        if line is None or leg is None or leg.sid != sid or leg.is_over:
            return link.writer.bye()
        if query.get("left"):
            # The conference is over. Who ended it is told meanwhile: only then the leg ends, too.
            here = line
            await _wait(
                link,
                limits.DOCUMENT_WAIT_MS,
                lambda: leg.is_released or link.lines.of_leg(leg_id) is not here,
            )
            return link.writer.bye()
        await _wait(link, limits.DOCUMENT_WAIT_MS, lambda: leg.has_room or leg.is_over)
        return link.writer.agent(leg_id, has_room=leg.has_room)

    async def _leg(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        status, code = fields.get("CallStatus", ""), fields.get("SipResponseCode", "")
        link.follow(link.lines.leg_told(query.get("leg", ""), fields["CallSid"], status, code))
        await link.notify()
        return ""

    async def _room(self, link: TwilioLink, fields: Fields, query: Fields) -> str:
        what, sid = fields.get("StatusCallbackEvent", ""), fields.get("CallSid", "")
        room_sid = fields.get("ConferenceSid", "")
        if ROOM_SID.fullmatch(room_sid):
            link.follow(link.lines.room_told(query.get("leg", ""), what, sid, room_sid))
        return ""


def _is_of(line: Line, command_id: str) -> bool:
    return command_id.partition(".")[0] == line.contact_id


async def _wait(link: TwilioLink, wait_ms: int, is_so: Callable[[], bool]) -> None:
    """Until it is so, or the time is over."""
    try:
        async with asyncio.timeout(wait_ms / 1000), link.changed:
            await link.changed.wait_for(is_so)
    except TimeoutError:
        return


def _not_signed() -> ApiError:
    return ApiError(
        ApiErrorCode.FORBIDDEN,
        "The webhook is not signed with this connection's token over its public address.",
    )
