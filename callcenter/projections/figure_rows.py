"""The stored figures: what each event adds to a queue's and to an agent's quarter of an hour.

The folds are those of the live board (`segments`) and of agents' time (`agent_times`); here their results become row
changes, together with the little that the folds need to go on after a restart.
"""

from callcenter.ports.journal import RowChange
from callcenter.ports.read_models import Beginning, wrap_ups_text
from callcenter.projections.agent_times import AgentClocks, Piece, Standing
from callcenter.projections.segments import Delta, Hours, Segments
from routing import events as ev
from routing.ids import NO_AGENT, NO_CONTACT, AgentId, ContactId, QueueId
from routing.service_level import Figures, Segment, interval_start_ms, values

_NAMES = Figures.__struct_fields__


class FigureRows:
    """Folds events into changes of intervals, and of the columns that remember what is not over."""

    def __init__(self) -> None:
        """Begin at seq 0; `start` begins later."""
        self._segments = Segments()
        self._clocks = AgentClocks()

    def start(self, beginning: Beginning, hours: Hours) -> None:
        """Go on from stored rows."""
        self._segments.start(beginning, hours)
        self._clocks.start(beginning)

    def changes(self, event: ev.Event) -> list[RowChange]:
        """What an event adds."""
        changes = [_queue_row(delta) for delta in self._segments.apply(event)]
        contact_id = ContactId(getattr(event, "contact_id", NO_CONTACT))
        segment = self._segments.open.get(contact_id)
        if segment is not None and (changes or isinstance(event, ev.OfferAccepted)):
            changes.append(_remembered(contact_id, segment))
        if isinstance(event, ev.ConfigurationApplied):
            changes += [_threshold_row(*one) for one in self._segments.thresholds.items()]
        pieces = self._clocks.apply(event)
        changes += [_agent_row(piece) for piece in pieces]
        changes += self._standing_rows(event)
        return changes

    def _standing_rows(self, event: ev.Event) -> list[RowChange]:
        agent_id = AgentId(getattr(event, "agent_id", None) or NO_AGENT)
        standing = self._clocks.standings.get(agent_id)
        if isinstance(event, ev.AgentRemoved):
            standing = Standing()
        if standing is None or type(event) not in self._clocks.handled:
            return []
        put = {
            "offered": standing.offered,
            "talking": standing.talking,
            "wrap_ups": wrap_ups_text(self._segments.wrap_ups.get(agent_id, {}).values()),
            "kind_since_ms": standing.kind_since_ms,
        }
        return [RowChange("agent_states", {"agent_id": agent_id}, put)]


def _queue_row(delta: Delta) -> RowChange:
    key = {
        "queue_id": delta.queue_id,
        "start_ms": interval_start_ms(delta.entered_at_ms),
        "threshold_ms": delta.threshold_ms,
    }
    # All columns each time: rows of one shape are written with one statement.
    return RowChange(
        "queue_intervals", key, {}, dict(zip(_NAMES, values(delta.figures), strict=True))
    )


def _remembered(contact_id: ContactId, segment: Segment) -> RowChange:
    put = {
        "segment_entered_at_ms": segment.entered_at_ms,
        "segment_threshold_ms": segment.threshold_ms,
        "segment_is_answered": segment.is_answered,
        "segment_is_stopped": segment.is_stopped,
        "talk_since_ms": segment.talk_since_ms,
    }
    return RowChange("interactions", {"contact_id": contact_id}, put)


def _threshold_row(queue_id: QueueId, threshold_ms: int) -> RowChange:
    return RowChange("queue_thresholds", {"queue_id": queue_id}, {"threshold_ms": threshold_ms})


def _agent_row(piece: Piece) -> RowChange:
    key = {"agent_id": piece.agent_id, "start_ms": piece.start_ms}
    return RowChange("agent_intervals", key, {}, {piece.kind: piece.for_ms})
