"""Which request each idempotency key was used for, where no command's outcome remembers it."""

from collections import OrderedDict

KEYS_REMEMBERED_MAX = 10_000
"""Keys remembered; the oldest is forgotten first, and a repeat is then only told by what it finds done."""


class UsedKeys:
    """Lives as long as the process."""

    def __init__(self) -> None:
        self._digests: OrderedDict[str, bytes] = OrderedDict()

    def is_free(self, key: str, digest: bytes) -> bool:
        """Whether the key is new, or was used for the same request."""
        return self._digests.get(key, digest) == digest

    def remember(self, key: str, digest: bytes) -> None:
        """The request was done; a refused one is not remembered, its key may be used again."""
        self._digests[key] = digest
        while len(self._digests) > KEYS_REMEMBERED_MAX:
            self._digests.popitem(last=False)
