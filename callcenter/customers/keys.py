"""The keyed hash by which the journal, the interaction log and the profiles know a customer.

Without the domain's secret nobody can tell an address from its key, nor try addresses until one fits.
"""

import hashlib
import hmac
import unicodedata
from base64 import urlsafe_b64encode

_NUMBER_PUNCTUATION = str.maketrans("", "", " \t-./()")


def canonical_address(address: str) -> str:
    """One form for the ways in which people write the same address or number; "" for none."""
    stripped = unicodedata.normalize("NFKC", address).strip()
    if "@" in stripped:
        return stripped.casefold()
    digits = stripped.translate(_NUMBER_PUNCTUATION)
    is_number = digits.removeprefix("+").isdecimal()
    return digits if is_number else stripped.casefold()


class CustomerKeys:
    """Makes keys with the domain's secret."""

    def __init__(self, secret: bytes) -> None:
        """`secret`: at least 32 random bytes, kept beside the database."""
        self._secret = secret

    def key_of(self, address: str) -> str:
        """The key of an address or number, however it is written; "" for a customer who left none."""
        canonical = canonical_address(address)
        if not canonical:
            return ""
        digest = hmac.digest(self._secret, f"customer:{canonical}".encode(), hashlib.sha256)
        return urlsafe_b64encode(digest[:24]).decode()
