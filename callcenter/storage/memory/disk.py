"""The disk that a memory store does not have, and how it fails."""

from callcenter.ports.errors import StorageUnavailable


class Disk:
    """What all parts of one memory store share: whether it takes writes."""

    def __init__(self) -> None:
        self.is_failing = False
        self.is_closed = False

    def check(self) -> None:
        """Raise as a broken or closed store does."""
        if self.is_closed:
            raise StorageUnavailable("the store is closed")
        if self.is_failing:
            raise StorageUnavailable("database or disk is full")
