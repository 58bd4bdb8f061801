"""What a valid profile is, whoever brings it: the import, the API."""

import re
from typing import Final

from callcenter.ports.profiles import Profile

ADDRESS_CHARACTERS_MAX: Final = 200
WORD_PATTERN: Final = r"^[a-z0-9][a-z0-9_-]{0,31}$"
"""A tier or a region: words a condition can compare with."""
LANGUAGE_PATTERN: Final = r"^[a-z]{2}(-[A-Za-z]{2,4})?$"

_WORD = re.compile(WORD_PATTERN)
_MAIL_ADDRESS = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[^\s@<>,;:\"()\[\]\\]{1,253}")
_LANGUAGE = re.compile(LANGUAGE_PATTERN)


def profile_fault(profile: Profile) -> tuple[str, str] | None:
    """The first field that cannot be, and a sentence why; the sentence never repeats the address."""
    address = profile.address
    if not profile.customer_key or len(address) > ADDRESS_CHARACTERS_MAX or not _is_text(address):
        rule = f"an address or number has 1 to {ADDRESS_CHARACTERS_MAX} printable characters"
        return "address", rule
    if profile.email and not can_be_mailed(profile.email):
        return "email", "an e-mail address is like mia@shop.example, with nothing beside it"
    for field, value in (("tier", profile.tier), ("region", profile.region)):
        if value and not _WORD.fullmatch(value):
            allowed = "small letters, digits, - and _, up to 32 characters"
            return field, f"a {field} has {allowed}"
    if profile.language and not _LANGUAGE.fullmatch(profile.language):
        return "language", "a language is like zh, en or zh-CN"
    return None


def is_mail_address(text: str) -> bool:
    """Whether this is one plain e-mail address and nothing beside it."""
    return bool(_MAIL_ADDRESS.fullmatch(text))


def can_be_mailed(text: str) -> bool:
    """Whether a mail can go there from here: our servers take no address beyond ASCII."""
    return len(text) <= ADDRESS_CHARACTERS_MAX and text.isascii() and is_mail_address(text)


def mail_addresses_of(profile: Profile | None) -> list[str]:
    """Where mail reaches the customer; none for somebody unknown."""
    known = () if profile is None else (profile.address, profile.email)
    return [one for one in dict.fromkeys(known) if can_be_mailed(one)]


def _is_text(text: str) -> bool:
    return all(character.isprintable() for character in text)
