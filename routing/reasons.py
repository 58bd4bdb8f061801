"""Why an agent is not asked for a contact: what each filter of `matching.FILTERS` saw, in numbers.

Law of this file: nothing is decided here. A filter says no, and the function of the same name says what it was
about; a test holds the two tables against each other. A code is public API and is never renamed; the words that
people read stand in the shell.
"""

from collections.abc import Callable
from enum import StrEnum

import msgspec

from routing.capacity import held_of, units_in_use
from routing.model import AgentState
from routing.state import Agent, Contact

Facts = dict[str, int | str]
"""Numbers and ids; the ending of a name says the unit (`_ms`, `_at_ms`) or what the id names (`skill_id`)."""


class ReasonCode(StrEnum):
    """Every way in which an agent can be removed for a contact."""

    NOT_OF_QUEUE = "not_of_queue"
    REMOVED = "removed"
    NOT_PRESENT = "not_present"
    LOGGED_OUT = "logged_out"
    NOT_READY = "not_ready"
    LEAVING = "leaving"
    CHANNEL_NOT_TAKEN = "channel_not_taken"
    NOT_OF_TEAM = "not_of_team"
    NOT_ASKED = "not_asked"
    SKILL_MISSING = "skill_missing"
    SKILL_TOO_LOW = "skill_too_low"
    ASKED = "asked"
    CHANNEL_FULL = "channel_full"
    FULL = "full"
    INTERRUPTED = "interrupted"
    EXCLUDED = "excluded"
    BARRED = "barred"
    WRAPPING_UP = "wrapping_up"


class Reason(msgspec.Struct, frozen=True):
    """One fact that speaks against the pair, and its numbers."""

    code: ReasonCode
    facts: Facts = {}


Reasons = tuple[Reason, ...]


def _permission(_agent: Agent, contact: Contact) -> Reasons:
    return (Reason(ReasonCode.NOT_OF_QUEUE, {"queue_id": contact.queue_id}),)


def _presence(agent: Agent, _contact: Contact) -> Reasons:
    return (Reason(ReasonCode.REMOVED if agent.is_removed else ReasonCode.NOT_PRESENT),)


def _readiness(agent: Agent, _contact: Contact) -> Reasons:
    since: Facts = {"since_at_ms": agent.state_since_ms}
    if agent.state is AgentState.LOGGED_OUT:
        return (Reason(ReasonCode.LOGGED_OUT, since),)
    if agent.state is AgentState.NOT_READY:
        return (Reason(ReasonCode.NOT_READY, {"reason_id": agent.reason_id or "", **since}),)
    return (Reason(ReasonCode.LEAVING, {"contacts": agent.assignment_count}),)


def _channel(_agent: Agent, contact: Contact) -> Reasons:
    return (Reason(ReasonCode.CHANNEL_NOT_TAKEN, {"channel": contact.channel}),)


def _step(agent: Agent, contact: Contact) -> Reasons:
    demand, step = contact.demand, contact.step + 1
    if demand.agent_id is not None and demand.agent_id != agent.agent_id:
        return (Reason(ReasonCode.NOT_ASKED, {"step": step}),)
    return (Reason(ReasonCode.NOT_OF_TEAM, {"step": step, "team_id": demand.team_id or ""}),)


def _skills(agent: Agent, contact: Contact) -> Reasons:
    lacking = []
    for need in contact.needs:
        held = agent.skills.get(need.skill_id, 0)
        facts: Facts = {"skill_id": need.skill_id, "level": need.level}
        if not held:
            lacking.append(Reason(ReasonCode.SKILL_MISSING, facts))
        elif held < need.level:
            lacking.append(Reason(ReasonCode.SKILL_TOO_LOW, {**facts, "held_level": held}))
    return tuple(lacking)


def _asked(_agent: Agent, _contact: Contact) -> Reasons:
    return (Reason(ReasonCode.ASKED),)


def _capacity(agent: Agent, contact: Contact) -> Reasons:
    if agent.interrupted:
        return (Reason(ReasonCode.INTERRUPTED, {"contacts": len(agent.interrupted)}),)
    rule, channel = agent.capacity, contact.channel
    over = contact.is_over_wrap_up
    used = units_in_use(agent, contact.may_interrupt, is_over_wrap_up=over)
    weighs = rule.units(channel)
    if used + weighs > rule.total:
        return (Reason(ReasonCode.FULL, {"held": used, "total": rule.total, "weighs": weighs}),)
    held = held_of(agent, channel, is_over_wrap_up=over)
    places = rule.per_channel.get(channel, 0)
    return (Reason(ReasonCode.CHANNEL_FULL, {"channel": channel, "held": held, "total": places}),)


def _barred(_agent: Agent, _contact: Contact) -> Reasons:
    return (Reason(ReasonCode.BARRED),)


def _wrap_up(agent: Agent, contact: Contact) -> Reasons:
    since_ms = agent.wrap_ups[contact.contact_id].started_at_ms
    return (Reason(ReasonCode.WRAPPING_UP, {"since_at_ms": since_ms}),)


def _exclusion(agent: Agent, contact: Contact) -> Reasons:
    return (Reason(ReasonCode.EXCLUDED, {"until_at_ms": contact.excluded[agent.agent_id]}),)


REASONS: dict[str, Callable[[Agent, Contact], Reasons]] = {
    "permission": _permission,
    "presence": _presence,
    "readiness": _readiness,
    "channel": _channel,
    "step": _step,
    "skills": _skills,
    "asked": _asked,
    "capacity": _capacity,
    "barred": _barred,
    "wrap_up": _wrap_up,
    "exclusion": _exclusion,
}
"""One function for each filter; it is asked only about a pair that the filter has refused."""
