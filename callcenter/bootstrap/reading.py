"""What people read: the committed state, the live board, and the interaction log kept up to date."""

from collections.abc import Callable

from callcenter.clock import Clock, day_start_ms
from callcenter.host.envelope import Published
from callcenter.host.host import Host
from callcenter.host.recovery import DECODER
from callcenter.limits import PROJECTION_LAG_MS
from callcenter.projections.feeds import BoardFeed, EstimateFeed, InteractionLogProjection
from callcenter.projections.interactions import NAME
from callcenter.projections.runner import ProjectionRunner
from callcenter.projections.search_texts import TextIndexer
from callcenter.projections.segments import Hours, hours_of
from callcenter.storage.store import SqlStore
from callcenter.supervision.board import LiveBoard
from callcenter.supervision.emergencies import Emergencies
from routing.state import State
from routing.waits import WaitEstimates


class Reading:
    """The read models of the domain. A listener of the host."""

    def __init__(
        self, store: SqlStore, host: Host, agent_name: Callable[[str], str], clock: Clock
    ) -> None:
        """Nothing is read before `start`."""
        self._host = host
        self._clock = clock
        rows = store.statistics
        self._feed = BoardFeed(rows, store.journal, DECODER.decode, self._hours)
        log = InteractionLogProjection(rows, store.campaigns, self._hours)
        self.interaction_log = ProjectionRunner(store.journal, store.rows, log, DECODER.decode)
        self._rows = store.rows
        self.text_indexer = TextIndexer(store.search_texts, store.details)
        self._estimates = EstimateFeed(store.journal, DECODER.decode, self.mirror)
        self.emergencies = Emergencies(agent_name, clock.now_ms)
        self.board = LiveBoard(
            self.mirror,
            lambda: self._feed.board,
            agent_name,
            clock.now_ms,
            estimate=self.estimates.of_newcomer,
        )
        self._day_start_ms = 0
        self._seen_seq = -1
        self._advanced_at_ms = clock.now_ms()

    def mirror(self) -> State:
        """The committed state."""
        return self._host.mirror

    @property
    def estimates(self) -> WaitEstimates:
        """How long waiting contacts will wait."""
        return self._estimates.estimates

    async def start(self) -> None:
        """Build today's board from what is stored, and learn what waits are like."""
        await self.follow_the_day()
        await self._estimates.start()

    async def follow_log(self) -> None:
        """See how far another process has brought the interaction log."""
        self.interaction_log.stored(await self._rows.cursor(NAME))

    async def follow_the_day(self) -> None:
        """Start a new board when a new day has begun. Called every minute."""
        today_ms = day_start_ms(self._clock.now_ms())
        if today_ms != self._day_start_ms:
            await self._feed.restart(today_ms)
            self._day_start_ms = today_ms

    def on_published(self, published: Published) -> None:
        """Hand the events on. A board that cannot follow is built anew at the next look at the day."""
        self.interaction_log.publish(published.first_seq, published.events)
        self._estimates.publish(published.events)
        self.emergencies.on_published(published)
        try:
            self._feed.publish(published.first_seq, published.events)
        except Exception:
            self._day_start_ms = 0
            raise

    def _hours(self) -> Hours:
        configuration = self._host.mirror.configuration
        return {} if configuration is None else hours_of(configuration)

    def not_ready_reason(self) -> str | None:
        """Whether the interaction log stands still while there is something to write."""
        seq, now_ms = self.interaction_log.as_of_seq, self._clock.now_ms()
        if seq != self._seen_seq or seq >= self._host.mirror.seq:
            self._seen_seq, self._advanced_at_ms = seq, now_ms
        is_late = now_ms - self._advanced_at_ms > PROJECTION_LAG_MS
        return "projections_lag" if is_late else None
