"""Which command ids were used, so that a repeat gets the first answer.

The truth is the outcome row committed with the events. In memory there is a filter of ids: while it holds every
id that is still valid, an id it does not know is certainly new and costs no look-up.
"""

from collections.abc import Iterable

from callcenter.limits import COMMAND_IDS_REMEMBERED, OUTCOMES_KEPT_MS


class SeenCommands:
    """A two-generation set of the ids' hashes: bounded, may say yes wrongly, never no wrongly."""

    def __init__(self, known: Iterable[str], *, is_complete: bool) -> None:
        """`known`: ids from the store; `is_complete`: whether these are all that are still valid."""
        self._young = {hash(command_id) for command_id in known}
        self._old: set[int] = set()
        self._is_complete = is_complete
        self._old_until_ms = 0

    def add(self, command_id: str, now_ms: int) -> None:
        """Remember an id that has become durable at `now_ms`."""
        self._young.add(hash(command_id))
        if len(self._young) * 2 > COMMAND_IDS_REMEMBERED:
            is_old_expired = self._old_until_ms + OUTCOMES_KEPT_MS < now_ms
            self._is_complete = self._is_complete and (not self._old or is_old_expired)
            self._old, self._young, self._old_until_ms = self._young, set(), now_ms

    def may_have(self, command_id: str) -> bool:
        """False = certainly new. True = ask the store."""
        key = hash(command_id)
        return not self._is_complete or key in self._young or key in self._old
