"""Whether a webhook is the provider's: its signature is over the public address as it was called, and the fields."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import parse_qsl

from multidict import MultiDict
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

from callcenter.telephony.twiml.limits import FIELDS_MAX

SIGNATURE: Final = "X-Twilio-Signature"


class FieldsInvalid(Exception):
    """The body is no form of this size."""


def fields_of(body: bytes) -> MultiDict[str]:
    """The fields of a form. Raises FieldsInvalid."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
        )
    except ValueError as error:
        raise FieldsInvalid from error
    return MultiDict(pairs)


class Signatures:
    """Those of one account."""

    def __init__(self, tokens: Sequence[str]) -> None:
        """Each of the tokens is accepted, so that one can be changed."""
        self._validators = [RequestValidator(token) for token in tokens]

    def is_valid(self, url: str, fields: MultiDict[str], signature: str) -> bool:
        """`url`: as the provider called it, with its query."""
        checks = [one.validate(url, fields, signature) for one in self._validators]
        return any(checks)
