"""Ties the folds to a store: where each starts from, and how the board stays live.

The folds themselves are pure; these few lines are what they need of the world.
"""

from collections.abc import Callable, Sequence
from typing import Final

from callcenter.limits import ESTIMATES_LEARN_FROM_EVENTS
from callcenter.ports.campaigns import Campaigns
from callcenter.ports.journal import Journal
from callcenter.ports.read_models import Statistics
from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.projections.queue_board import QueueBoard
from callcenter.projections.runner import Decode
from callcenter.projections.segments import Hours
from routing.events import Event
from routing.state import State
from routing.waits import WaitEstimates

NEVER_MS: Final = 2**62
"""Later than anything arrives: `beginning(NEVER_MS)` gives what is open alone."""


class InteractionLogProjection(InteractionLog):
    """The interaction log as the runner wants it."""

    name = NAME

    def __init__(self, rows: Statistics, campaigns: Campaigns, hours: Callable[[], Hours]) -> None:
        """`rows` and `campaigns` are where it starts from, `hours` the open hours of the newest configuration."""
        super().__init__()
        self._rows = rows
        self._campaigns = campaigns
        self._hours = hours

    async def restart(self) -> int:
        """Go on from the stored rows."""
        beginning = await self._rows.beginning(NEVER_MS)
        self.start(beginning, self._hours(), await self._campaigns.open_attempts())
        return beginning.as_of_seq


class BoardFeed:
    """A board that follows what is published. Call `restart` once the host runs, and at each midnight."""

    def __init__(
        self, rows: Statistics, journal: Journal, decode: Decode, hours: Callable[[], Hours]
    ) -> None:
        """Nothing is read yet."""
        self._rows = rows
        self._hours = hours
        self._journal = journal
        self._decode = decode
        self._published_seq = 0
        self._is_live = False
        self.board = QueueBoard(day_start_ms=0)

    def publish(self, first_seq: int, events: Sequence[Event]) -> None:
        """Fold events that are durable now."""
        self._published_seq = first_seq + len(events) - 1
        if self._is_live:
            for seq, event in enumerate(events, first_seq):
                self.board.apply(seq, event)

    async def restart(self, day_start_ms: int) -> None:
        """Build the board of a day; the one before stays live until the new one has caught up."""
        board = QueueBoard(day_start_ms)
        board.start(await self._rows.beginning(day_start_ms), self._hours())
        while True:
            async for record in self._journal.read(board.as_of_seq):
                board.apply(record.seq, self._decode(record.payload))
            # Whatever is published is in the journal; nothing can be published between this and the swap.
            if board.as_of_seq >= self._published_seq:
                break
        self.board, self._is_live = board, True


class EstimateFeed:
    """Wait estimates that follow what is published. They learn from the newest part of the journal at a start."""

    def __init__(self, journal: Journal, decode: Decode, mirror: Callable[[], State]) -> None:
        """Nothing is known yet."""
        self._journal = journal
        self._decode = decode
        self._mirror = mirror
        self._is_live = False
        self.estimates = WaitEstimates()

    def publish(self, events: Sequence[Event]) -> None:
        """Fold events that are durable now."""
        for event in events if self._is_live else ():
            self.estimates.note(event)

    async def start(self) -> None:
        """Learn from the last events before now, then take agents and lines from the committed state."""
        seq = max(0, self._mirror().seq - ESTIMATES_LEARN_FROM_EVENTS)
        while seq < self._mirror().seq:
            async for record in self._journal.read(seq):
                self.estimates.note(self._decode(record.payload))
                seq = record.seq
        self.estimates.settle(self._mirror())
        self._is_live = True
