"""Rules by which queues let nobody in, send on and are left, drawn at random: always such that a configuration takes them."""

import random
from collections.abc import Sequence

import msgspec

from routing.calendars import OpenHours
from routing.ids import CalendarId, QueueId
from routing.model import (
    Destination,
    DestinationKind,
    QueuePolicy,
    RoutingConfiguration,
    TurnAwayReason,
)

SHIFTS = CalendarId("shifts")


def with_ways_out(
    luck: random.Random, configuration: RoutingConfiguration, unit_ms: int, start_ms: int
) -> RoutingConfiguration:
    """The configuration with such rules; durations around `unit_ms`, hours of many short shifts from `start_ms`."""
    queue_ids = [policy.queue_id for policy in configuration.queues]
    queues = tuple(_way_out(luck, policy, queue_ids, unit_ms) for policy in configuration.queues)
    edges_ms = tuple(start_ms + unit_ms * step for step in range(0, 80, 2))
    hours = OpenHours(start_ms, start_ms + 100 * unit_ms, edges_ms)
    return msgspec.structs.replace(configuration, queues=queues, calendars={SHIFTS: hours})


def _way_out(
    luck: random.Random, policy: QueuePolicy, queue_ids: Sequence[QueueId], unit_ms: int
) -> QueuePolicy:
    others = [queue_id for queue_id in queue_ids if queue_id != policy.queue_id]
    return msgspec.structs.replace(
        policy,
        waiting_max=luck.choice([2, policy.waiting_max]),
        carried_wait_max_ms=luck.choice([0, unit_ms, 100 * unit_ms]),
        return_within_ms=luck.choice([0, 10 * unit_ms]),
        waits_for_impossible=luck.random() < 0.7,
        is_staff_required=luck.random() < 0.3,
        unstaffed_exit_ms=luck.choice([None, 0, unit_ms]),
        wait_max_ms=luck.choice([None, unit_ms]),
        calendar_id=luck.choice([None, None, SHIFTS]),
        leaves_at_closing=luck.random() < 0.5,
        destinations={reason: _destination(luck, others) for reason in TurnAwayReason},
    )


def _destination(luck: random.Random, others: Sequence[QueueId]) -> Destination:
    if others and luck.random() < 0.7:
        return Destination(DestinationKind.QUEUE, luck.choice(others))
    return Destination(luck.choice([DestinationKind.MESSAGE, DestinationKind.CALLBACK]))
