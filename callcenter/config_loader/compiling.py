"""From a checked document to what the core gets: seconds become milliseconds, business hours become instants.

Hours are compiled over a horizon around the instant of applying. They are part of the journalled input, so replay
never compiles; `must_be_renewed` says when the horizon has to move on.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from callcenter.config_loader.calendars import CompiledCalendar, compile_calendar
from callcenter.config_loader.queues import Needs, Priority, Queue, Step, TurnedAway
from callcenter.config_loader.schema import Document
from routing.ids import (
    NO_SITE,
    CalendarId,
    DispositionId,
    QueueId,
    ReasonId,
    SiteId,
    SkillId,
    TeamId,
)
from routing.model import (
    Destination,
    NotReadyReason,
    PriorityRule,
    QueuePolicy,
    RoutingConfiguration,
    RoutingStep,
    ServiceLevelRule,
    SkillNeed,
)

HORIZON_PAST_DAYS: Final = 31
"""Days before the instant of applying for which hours are known: waits and clocks may have begun then."""

HORIZON_DAYS: Final = 400
"""Days after the instant of applying for which hours are known."""

RENEW_BEFORE_DAYS: Final = 370
"""Hours known for fewer days than this are compiled anew: about once a month, so that new holidays get in."""

_DAY_MS: Final = 24 * 3600 * 1000


def routing_configuration(document: Document, version: str, at_ms: int) -> RoutingConfiguration:
    """What the core gets when the document is applied at this instant (UTC ms)."""
    timing = document.timing
    return RoutingConfiguration(
        version=version,
        queues=tuple(_policy(queue) for queue in document.queues),
        not_ready_reasons=tuple(
            NotReadyReason(ReasonId(reason.id), reason.alert_after_s * 1000)
            for reason in document.not_ready_reasons
        ),
        presence_grace_ms=timing.presence_grace_s * 1000,
        customer_gone_ms=timing.customer_gone_s * 1000,
        connected_probe_ms=timing.connected_probe_s * 1000,
        missed_limits=dict(timing.missed_limits),
        interrupts={channel: tuple(others) for channel, others in document.interrupts.items()},
        over_wrap_up=tuple(document.over_wrap_up),
        parked_reminder_ms=timing.parked_reminder_s * 1000,
        calendars={
            CalendarId(one.calendar.calendar_id): one.calendar.hours
            for one in compiled_calendars(document, at_ms)
        },
    )


def compiled_calendars(document: Document, at_ms: int) -> tuple[CompiledCalendar, ...]:
    """The document's calendars over the horizon around this instant."""
    today = datetime.fromtimestamp(at_ms / 1000, UTC).date()
    from_day = today - timedelta(days=HORIZON_PAST_DAYS)
    until_day = today + timedelta(days=HORIZON_DAYS)
    return tuple(compile_calendar(one, from_day, until_day) for one in document.calendars)


def must_be_renewed(configuration: RoutingConfiguration, at_ms: int) -> bool:
    """Whether hours in force are known for too short a time to come."""
    known_until_ms = at_ms + RENEW_BEFORE_DAYS * _DAY_MS
    return any(hours.until_ms < known_until_ms for hours in configuration.calendars.values())


def _policy(queue: Queue) -> QueuePolicy:
    return QueuePolicy(
        queue_id=QueueId(queue.id),
        offer_timeout_ms=queue.offer_timeout_s * 1000,
        reoffer_gap_ms=queue.reoffer_gap_s * 1000,
        wrap_up_limit_ms=queue.wrap_up_limit_s * 1000,
        wrap_up_extension_ms=queue.wrap_up_extension_s * 1000,
        wrap_up_extensions_max=queue.wrap_up_extensions_max,
        waiting_alarm_ms=queue.waiting_alarm_s * 1000,
        waiting_max=queue.waiting_max,
        disposition_ids=tuple(DispositionId(one) for one in queue.dispositions),
        needs=_needs(queue.needs),
        agent_strategy=queue.agent_strategy,
        priority=_priority(queue.priority),
        leaves_at_closing=queue.leaves_at_closing,
        is_staff_required=queue.is_staff_required,
        unstaffed_exit_ms=_ms(queue.unstaffed_exit_s),
        wait_max_ms=_ms(queue.wait_max_s),
        waits_for_impossible=queue.waits_for_impossible,
        carried_wait_max_ms=queue.carried_wait_max_s * 1000,
        return_within_ms=queue.return_within_s * 1000,
        destinations={
            reason: _destination(written) for reason, written in queue.turned_away.items()
        },
        steps=tuple(_step(step) for step in queue.steps),
        site=NO_SITE if queue.site is None else SiteId(queue.site),
        site_cost=queue.site_cost,
        broadcast=queue.broadcast,
        broadcast_voice=queue.broadcast_voice,
        calendar_id=None if queue.hours is None else CalendarId(queue.hours),
        service_level=ServiceLevelRule(
            queue.service_level.within_s * 1000, queue.service_level.formula
        ),
    )


def _needs(needs: Needs) -> tuple[SkillNeed, ...]:
    """In the order of the ids, as everywhere in the core."""
    return tuple(SkillNeed(SkillId(skill_id), needs[skill_id]) for skill_id in sorted(needs))


def _ms(seconds: int | None) -> int | None:
    return None if seconds is None else seconds * 1000


def _destination(written: TurnedAway) -> Destination:
    queue_id = None if written.queue is None else QueueId(written.queue)
    return Destination(written.to, queue_id, written.message)


def _step(step: Step) -> RoutingStep:
    return RoutingStep(
        after_ms=step.after_s * 1000,
        needs=None if step.needs is None else _needs(step.needs),
        relax_own=step.relax_own,
        credit_ms=step.credit_s * 1000,
        queue_ids=tuple(QueueId(one) for one in step.queues),
        asks=step.asks,
        team_id=None if step.team is None else TeamId(step.team),
        skip_unstaffed=step.skip_unstaffed,
    )


def _priority(priority: Priority) -> PriorityRule:
    return PriorityRule(
        strategy=priority.strategy,
        credit_ms=priority.credit_s * 1000,
        acceleration_permille=round(priority.acceleration * 1000),
        target_ms=priority.target_s * 1000,
        level=priority.level,
    )
