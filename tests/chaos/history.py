"""What the checkers compare: the journal as it lies on disk, and what clients were told.

Nothing here knows how the server came to its journal. A rule's name is that of reliability.md section 3 (I1 to I8),
or a word for what is checked beside them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from loadtests.observing import Seen
from routing.events import Event


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken promise: which rule, at which journal seq (0 = none in particular), in a sentence; in which scene."""

    rule: str
    seq: int
    text: str
    scene: str = ""

    def __str__(self) -> str:
        where = f"{self.scene}: " if self.scene and self.scene != self.rule else ""
        return f"{where}{self.rule}{f' at seq {self.seq}' if self.seq else ''}: {self.text}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the journal."""

    seq: int
    event: Event


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """One message as the detail rows hold it."""

    seq: int
    contact_id: str
    detail_id: str
    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Transcript:
    """The messages one client (an agent's id, or "customer") has of one contact, by seq, when it went home."""

    reader: str
    contact_id: str
    seqs: frozenset[int]
    is_from_start: bool


@dataclass(slots=True)
class Notes:
    """Everything clients were promised or shown, in the order they learned it."""

    seen: list[Seen] = field(default_factory=list)
    transcripts: list[Transcript] = field(default_factory=list)

    def take(self, seen: Seen) -> None:
        """The observer to hand to clients."""
        self.seen.append(seen)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All a run leaves behind."""

    entries: Sequence[Entry]
    messages: Sequence[StoredMessage]
    seen: Sequence[Seen]
    wrap_up_notes: Sequence[StoredMessage] = ()
    transcripts: Sequence[Transcript] = ()

    @property
    def last_seq(self) -> int:
        """The newest seq of the journal."""
        return self.entries[-1].seq if self.entries else 0


def check_sequence(entries: Iterable[Entry]) -> list[Problem]:
    """Seqs run from 1 without a gap and time never goes back."""
    problems = []
    expected, newest_ms = 1, 0
    for entry in entries:
        if entry.seq != expected:
            problems.append(Problem("sequence", entry.seq, f"expected seq {expected}"))
        if entry.event.at_ms < newest_ms:
            problems.append(
                Problem(
                    "sequence",
                    entry.seq,
                    f"time goes back from {newest_ms} ms to {entry.event.at_ms} ms",
                )
            )
        expected, newest_ms = entry.seq + 1, max(newest_ms, entry.event.at_ms)
    return problems
