"""What a call is to hear, and as TwiML. Documents end where the call asks again; none runs out, since that hangs up."""

from collections.abc import Mapping
from enum import StrEnum
from math import ceil
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from twilio.twiml.voice_response import Dial, VoiceResponse  # type: ignore[import-untyped]

from callcenter.telephony.protocol import Order
from callcenter.telephony.twiml import limits

PATH: Final = "/telephony/twilio/{connection_id}/{what}"
WAITING_ROOM: Final = ".wait"
"""What stands behind a contact's id in the name of the conference in which it waits."""

_OVERRIDES: Final = "#rc=5&rp=ct,rt,5xx"
"""How webhooks are to be tried again: five times, when we cannot be reached or cannot store."""

_DELETED_BY_XML: Final = dict.fromkeys(
    (*range(9), 11, 12, *range(14, 32), 65534, 65535)
) | dict.fromkeys(range(0xD800, 0xE000))


class Webhook(StrEnum):
    """What the provider calls: the last part of the address."""

    VOICE = "voice"
    STATUS = "status"
    NEXT = "next"
    GATHERED = "gathered"
    LEFT = "left"
    AGENT = "agent"
    LEG = "leg"
    CUSTOMER = "customer"
    DIALLED = "dialled"
    ROOM = "room"


class Kind(StrEnum):
    """What a customer can hear."""

    SILENCE = "silence"
    MUSIC = "music"
    TEXT = "text"
    GATHER = "gather"
    ROOM = "room"


class Document(msgspec.Struct, frozen=True):
    """What a customer is to hear. `order` is what to say, `leg_id` whom to talk with, `music` names a kind ("": the usual)."""

    kind: Kind
    order: Order | None = None
    leg_id: str = ""
    music: str = ""


SILENCE: Final = Document(Kind.SILENCE)
MUSIC: Final = Document(Kind.MUSIC)


class Addresses:
    """Where the provider reaches us."""

    def __init__(self, public_url: str, connection_id: str) -> None:
        self.public_url = public_url.rstrip("/")
        self._connection_id = connection_id

    def of(self, what: Webhook, **query: str) -> str:
        """With how to try again."""
        path = PATH.format(connection_id=self._connection_id, what=what)
        asked = f"?{urlencode(query)}" if query else ""
        return f"{self.public_url}{path}{asked}{_OVERRIDES}"


class Voice(msgspec.Struct, frozen=True):
    """How a language is spoken, in the provider's words; an empty `voice` leaves it to the provider."""

    language: str
    voice: str = ""


class Sounds(msgspec.Struct, frozen=True):
    """What calls can hear: voices by our language, where files of sounds are (""), and music by its name.

    The music without a name is the usual one; where there is none, it is the provider's own.
    """

    voices: Mapping[str, Voice]
    sounds_url: str = ""
    music_urls: Mapping[str, str] = {}

    def music_url(self, name: str) -> str:
        """Of a kind of music, or of the usual."""
        return self.music_urls.get(name) or self.music_urls.get("", "")

    def has_words(self, order: Order) -> bool:
        """Whether there is anything to hear."""
        return bool(order.text or (order.file and self.sounds_url))


class Writer:
    """Writes the documents of one connection."""

    def __init__(self, addresses: Addresses, sounds: Sounds) -> None:
        self._addresses = addresses
        self._sounds = sounds

    def customer(self, contact_id: str, document: Document) -> str:
        """For the customer's call."""
        response = VoiceResponse()
        order, again = document.order, self._addresses.of(Webhook.NEXT)
        match document.kind:
            case Kind.TEXT if order is not None:
                self._say(response, order)
                again = self._addresses.of(Webhook.NEXT, done=order.command_id)
            case Kind.GATHER if order is not None:
                again = self._addresses.of(Webhook.GATHERED, command=order.command_id)
                self._gather(response, order, again)
            case Kind.MUSIC:
                # A conference that never starts plays its waiting music for as long as it takes.
                room = self._dial(response, again)
                url = self._sounds.music_url(document.music)
                music = {"wait_url": url} if url else {}
                room.conference(
                    f"{contact_id}{WAITING_ROOM}",
                    beep="false",
                    start_conference_on_enter=False,
                    **music,
                )
                return str(response)
            case Kind.ROOM:
                left = self._addresses.of(Webhook.LEFT, leg=document.leg_id)
                self._room(self._dial(response, left), document.leg_id)
                return str(response)
            case _:
                response.pause(length=limits.PAUSE_S)
        response.redirect(again, method="POST")
        return str(response)

    def agent(self, leg_id: str, *, has_room: bool) -> str:
        """For an agent's leg that has been answered."""
        response = VoiceResponse()
        if has_room:
            left = self._addresses.of(Webhook.AGENT, leg=leg_id, left="1")
            self._room(self._dial(response, left), leg_id)
            return str(response)
        response.pause(length=limits.PAUSE_S)
        response.redirect(self._addresses.of(Webhook.AGENT, leg=leg_id), method="POST")
        return str(response)

    @staticmethod
    def bye() -> str:
        """For a call that is none of ours any more."""
        response = VoiceResponse()
        response.hangup()
        return str(response)

    # --- parts ---

    @staticmethod
    def _dial(response: Any, action: str) -> Dial:  # noqa: ANN401 - the library has no types
        return response.dial(action=action, method="POST")

    def _room(self, dial: Dial, leg_id: str) -> None:
        """Whoever leaves ends it: where we are not there to say so, nobody is left in it alone."""
        dial.conference(
            leg_id,
            beep="false",
            start_conference_on_enter=True,
            end_conference_on_exit=True,
            wait_url="",
            status_callback=self._addresses.of(Webhook.ROOM, leg=leg_id),
            status_callback_event="start join",
            status_callback_method="POST",
        )

    def _gather(self, response: VoiceResponse, order: Order, action: str) -> None:
        is_one_key = order.digits_max <= 1
        gather = response.gather(
            input="dtmf",
            action=action,
            method="POST",
            timeout=max(1, ceil(order.timeout_ms / 1000)),
            num_digits=order.digits_max or 1,
            # Where one key is enough, each of them is an answer.
            finish_on_key="" if is_one_key else "#",
        )
        self._say(gather, order)

    def _say(self, parent: Any, order: Order) -> None:  # noqa: ANN401 - a document or a part of one
        sounds = self._sounds
        if order.file and sounds.sounds_url:
            parent.play(f"{sounds.sounds_url.rstrip('/')}/{order.file}")
        elif order.text:
            voice = sounds.voices.get(order.language) or sounds.voices["en"]
            text = order.text.translate(_DELETED_BY_XML)
            parent.say(text, voice=voice.voice or None, language=voice.language)
