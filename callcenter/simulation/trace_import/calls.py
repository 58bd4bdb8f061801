"""What any source of real calls is read into."""

import msgspec


class RealCall(msgspec.Struct, frozen=True):
    """One call as it went, times in seconds. Nobody answered it if `agent` is None; then `wait_s` is its patience.

    With `was_sent_away` it left the queue by no wish of its own, so its patience was longer than its wait.
    """

    at_s: float
    class_name: str
    skill: str
    wait_s: float
    agent: str | None = None
    service_s: float = 0.0
    was_sent_away: bool = False


class Unused(msgspec.Struct, frozen=True):
    """A row that could not be used: its line in the source, and why."""

    line: int
    reason: str


class Imported(msgspec.Struct):
    """All of a source; every row is a call, or unused, or belongs to one of them."""

    calls: list[RealCall] = []
    unused: list[Unused] = []
    rows: int = 0


class TraceError(Exception):
    """The source or its mapping is something else than it should be; one plain line, with file and line where known."""
