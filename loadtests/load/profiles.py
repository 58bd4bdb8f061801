"""How many come when, and what a run must not exceed: one table, read by the driver and by locust."""

from dataclasses import dataclass

REACHED = "chat: an agent has written"
OFFERED = "desk: offer seen"
BACK = "desk: back"
ASKED = "chat: asked for"
SAID = "chat: said"
ENDED = "chat: over"
ACCEPT = "desk: accept"
WRAP_UP = "desk: wrap-up"
BOARD = "board: age"
LATE = "generator: late"


@dataclass(frozen=True, slots=True)
class Limit:
    """The share `quantile` of what is measured under `name` takes at most `ms`."""

    name: str
    quantile: float
    ms: float


@dataclass(frozen=True, slots=True)
class Profile:
    """One kind of day. `chats` are (share of the run, newcomers a second) from that instant on."""

    desks: int
    chats: tuple[tuple[float, float], ...]
    calls_per_s: float
    limits: tuple[Limit, ...]
    pulls_plug: bool = False
    """The server is killed and started again in the middle."""

    def chats_per_s(self, share: float) -> float:
        """Newcomers a second once that share of the run is over; none at its end, so that all can be served."""
        rates = [rate for since, rate in self.chats if since <= share]
        return rates[-1] if rates else 0.0


_USUAL = (
    Limit(LATE, 0.99, 250),
    Limit(ASKED, 0.99, 500),
    Limit(OFFERED, 0.99, 250),
    Limit(ACCEPT, 0.99, 500),
    Limit(WRAP_UP, 0.99, 500),
    Limit(BOARD, 0.99, 2_000),
)

PROFILES = {
    "busy_hour": Profile(
        desks=40,
        chats=((0.0, 2.0), (0.2, 6.0), (0.5, 8.0), (0.7, 4.0), (0.9, 0.0)),
        calls_per_s=2.0,
        limits=_USUAL,
    ),
    "spike": Profile(
        desks=40,
        chats=((0.0, 2.0), (0.4, 25.0), (0.55, 2.0), (0.8, 0.0)),
        calls_per_s=2.0,
        limits=_USUAL,
    ),
    "reconnect": Profile(
        desks=300,
        chats=((0.0, 1.0), (0.8, 0.0)),
        calls_per_s=1.0,
        limits=(Limit(LATE, 0.99, 250), Limit(BACK, 0.99, 10_000), Limit(BOARD, 0.99, 10_000)),
        pulls_plug=True,
    ),
}
