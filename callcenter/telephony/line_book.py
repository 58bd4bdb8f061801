"""The open calls of one phone system, found by their own id and by anything named after their contact: a leg, a command."""

from collections.abc import Callable
from typing import Generic, Protocol, TypeVar


class HasContact(Protocol):
    """A call knows whose it is."""

    contact_id: str


L = TypeVar("L", bound=HasContact)


class LineBook(Generic[L]):
    """What every fold of a phone system's events begins with."""

    def __init__(self, contact_of: Callable[[str], str], make: Callable[[str, str], L]) -> None:
        """`contact_of` a call's id; `make` a line of call and contact."""
        self.by_call: dict[str, L] = {}
        self._by_contact: dict[str, L] = {}
        self._contact_of = contact_of
        self._make = make

    def add(self, call_id: str) -> L:
        """The line of a call, made when it is not known."""
        line = self.by_call.get(call_id)
        if line is None:
            line = self.by_call[call_id] = self._make(call_id, self._contact_of(call_id))
            self._by_contact[line.contact_id] = line
        return line

    def of_leg(self, leg_id: str) -> L | None:
        """The call a leg or a command belongs to, unless it is over."""
        return self._by_contact.get(leg_id.partition(".")[0])

    def drop(self, call_id: str) -> L | None:
        """It is over, whoever said so."""
        line = self.by_call.pop(call_id, None)
        if line is not None:
            del self._by_contact[line.contact_id]
        return line
