"""What a configuration must be before the engine takes it.

Law of this file: it reads a configuration and nothing else. The shell has named every fault with its line before;
what stands here keeps the core whole whoever calls it, so the first fault is enough.
"""

from collections.abc import Iterator

from routing.calendars import hours_faults
from routing.ids import QueueId
from routing.limits import (
    BROADCAST_AGENTS_MAX,
    BROADCAST_VOICE_AGENTS_MAX,
    DURATION_MS_MIN,
    LEVEL_MAX,
    LEVEL_MIN,
    QUEUE_STEPS_MAX,
    QUEUES_MAX,
)
from routing.model import (
    CALLS,
    REASON_MISSED,
    REASON_SIGNED_IN,
    DestinationKind,
    QueuePolicy,
    RoutingConfiguration,
    RoutingStep,
    StepAsks,
    TurnAwayReason,
)


def configuration_fault(configuration: RoutingConfiguration) -> str | None:
    """The first thing wrong with a configuration; None when the engine may take it."""
    return next(_faults(configuration), None)


def _faults(configuration: RoutingConfiguration) -> Iterator[str]:
    queue_ids = {policy.queue_id for policy in configuration.queues}
    if len(queue_ids) != len(configuration.queues) or len(queue_ids) > QUEUES_MAX:
        yield "queues are repeated or too many"
    if min(_durations_ms(configuration)) < DURATION_MS_MIN:
        yield "a duration is shorter than 1 ms"
    known = {reason.reason_id for reason in configuration.not_ready_reasons}
    needed = (REASON_MISSED, REASON_SIGNED_IN)  # a phone fault alarms as a missed offer does
    missing = [reason_id for reason_id in needed if reason_id not in known]
    if missing:
        yield f"the built-in reasons {missing} are missing"
    for channel, others in configuration.interrupts.items():
        if channel in others or any(other in CALLS for other in others):
            yield f"{channel} may interrupt neither calls nor its like"
    for calendar_id, hours in configuration.calendars.items():
        for fault in hours_faults(hours):
            yield f"calendar {calendar_id}: {fault}"
    for policy in configuration.queues:
        yield from _queue_faults(configuration, policy, queue_ids)


def _durations_ms(configuration: RoutingConfiguration) -> Iterator[int]:
    yield from (
        configuration.presence_grace_ms,
        configuration.customer_gone_ms,
        configuration.connected_probe_ms,
        configuration.parked_reminder_ms,
    )
    for reason in configuration.not_ready_reasons:
        yield reason.alert_after_ms
    for policy in configuration.queues:
        yield from (
            policy.offer_timeout_ms,
            policy.reoffer_gap_ms,
            policy.wrap_up_extension_ms,
            policy.waiting_alarm_ms,
            policy.service_level.threshold_ms,
            *([] if policy.wait_max_ms is None else [policy.wait_max_ms]),
        )


def _queue_faults(
    configuration: RoutingConfiguration, policy: QueuePolicy, queue_ids: set[QueueId]
) -> Iterator[str]:
    priority = policy.priority
    if min(priority.target_ms, priority.acceleration_permille) < 1:
        yield f"queue {policy.queue_id}: the target and the acceleration must be at least 1"
    if any(not LEVEL_MIN <= need.level <= LEVEL_MAX for need in policy.needs):
        yield f"queue {policy.queue_id}: a skill is asked for at a level outside 1 to 10"
    if policy.site_cost < 0:
        yield f"queue {policy.queue_id}: the cost of another site is negative"
    if not 1 <= policy.broadcast <= BROADCAST_AGENTS_MAX:
        yield f"queue {policy.queue_id}: a broadcast asks 1 to {BROADCAST_AGENTS_MAX} agents"
    if not 1 <= policy.broadcast_voice <= BROADCAST_VOICE_AGENTS_MAX:
        yield f"queue {policy.queue_id}: a broadcast rings 1 to {BROADCAST_VOICE_AGENTS_MAX} phones"
    if policy.calendar_id is not None and policy.calendar_id not in configuration.calendars:
        yield f"queue {policy.queue_id}: there is no calendar {policy.calendar_id}"
    for fault in (*_step_faults(policy.steps, queue_ids), *_exit_faults(policy, queue_ids)):
        yield f"queue {policy.queue_id}: {fault}"


def _step_faults(steps: tuple[RoutingStep, ...], queue_ids: set[QueueId]) -> Iterator[str]:
    if not steps:
        return
    times_ms = [step.after_ms for step in steps]
    if len(steps) > QUEUE_STEPS_MAX:
        yield f"more than {QUEUE_STEPS_MAX} steps"
    if times_ms[0] != 0 or times_ms != sorted(set(times_ms)):
        yield "the first step must begin at 0 and each other after the one before"
    if steps[-1].asks is StepAsks.AGENT or (
        steps[-1].asks is StepAsks.TEAM and steps[-1].team_id is None
    ):
        yield "the last step asks the preferred agent or their team, which not every contact has"
    for step in steps:
        if step.credit_ms < 0:
            yield "a step takes age away"
        if any(not LEVEL_MIN <= need.level <= LEVEL_MAX for need in step.needs or ()):
            yield "a step asks for a skill at a level outside 1 to 10"
        if any(queue_id not in queue_ids for queue_id in step.queue_ids):
            yield "a step adds the agents of a queue that there is not"


def _exit_faults(policy: QueuePolicy, queue_ids: set[QueueId]) -> Iterator[str]:
    """What is wrong with the ways out of a queue."""
    if min(policy.carried_wait_max_ms, policy.return_within_ms, policy.unstaffed_exit_ms or 0) < 0:
        yield "a duration is negative"
    leaves = {
        TurnAwayReason.OVERDUE: policy.wait_max_ms is not None,
        TurnAwayReason.UNSTAFFED: policy.unstaffed_exit_ms is not None,
        TurnAwayReason.CLOSED: policy.leaves_at_closing,
    }
    for reason, does_leave in leaves.items():
        if does_leave and reason not in policy.destinations:
            yield f"contacts that leave as {reason} need a destination"
    for reason, destination in policy.destinations.items():
        is_named = destination.queue_id is not None
        if is_named != (destination.kind is DestinationKind.QUEUE):
            yield f"the destination of {reason} names a queue and is of another kind, or the other way round"
        elif is_named and destination.queue_id not in queue_ids - {policy.queue_id}:
            yield f"the destination of {reason} is a queue that there is not, or the queue itself"
