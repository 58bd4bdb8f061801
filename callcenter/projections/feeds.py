"""Ties the folds to a store: where each starts from, and how the board stays live.

The folds themselves are pure; these few lines are what they need of the world.
"""

from collections.abc import Sequence
from typing import Final, Protocol

from callcenter.ports import Journal
from callcenter.projections.interactions import NAME, InteractionLog
from callcenter.projections.queue_board import ANSWERED_IN_TIME_MS, BoardStart, QueueBoard
from callcenter.projections.runner import Decode
from routing.events import Event

NEVER_MS: Final = 2**62
"""Later than anything arrives: `board(NEVER_MS, 0)` gives the open contacts alone."""


class BoardRows(Protocol):
    """Reads what a board starts from, all of it at one seq."""

    async def board(self, arrived_at_ms: int, in_time_ms: int, /) -> BoardStart:
        """All open contacts, all agents, and counts of the closed contacts that arrived since."""


class InteractionLogProjection(InteractionLog):
    """The interaction log as the runner wants it."""

    name = NAME

    def __init__(self, rows: BoardRows) -> None:
        """`rows` is where it starts from."""
        super().__init__()
        self._rows = rows

    async def restart(self) -> int:
        """Go on from the stored rows."""
        as_of_seq, open_contacts, agents, _ = await self._rows.board(NEVER_MS, 0)
        self.start((row for row, *_ in open_contacts), agents)
        return as_of_seq


class BoardFeed:
    """A board that follows what is published. Call `restart` once the host runs, and at each midnight."""

    def __init__(self, rows: BoardRows, journal: Journal, decode: Decode) -> None:
        """Nothing is read yet."""
        self._rows = rows
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
        board.start(*await self._rows.board(day_start_ms, ANSWERED_IN_TIME_MS))
        while True:
            async for record in self._journal.read(board.as_of_seq):
                board.apply(record.seq, self._decode(record.payload))
            # Whatever is published is in the journal; nothing can be published between this and the swap.
            if board.as_of_seq >= self._published_seq:
                break
        self.board, self._is_live = board, True
