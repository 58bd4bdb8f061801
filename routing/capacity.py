"""How much room an agent has, and which work may be pushed aside to make some.

A contact in hand takes the units its channel weighs, out of the agent's total, and one place of its channel. A
contact that may interrupt sees the units of what it may interrupt as free; they are taken from that work when
the offer is accepted, not before. Parked work takes nothing. A contact that may come over wrap-up sees the units
and the places of wrap-ups as free, as long as there are few; they stay open, and nothing is taken from them.

Law of this file: it counts. Nothing is remembered, and nothing decided.
"""

from collections.abc import Mapping

from routing.ids import ContactId
from routing.limits import WRAP_UPS_COME_OVER_MAX
from routing.model import CALLS, Channel
from routing.state import Agent, Contact, WrapUp

Channels = tuple[Channel, ...]


def units_in_use(
    agent: Agent, pushing_aside: Channels = (), *, is_over_wrap_up: bool = False
) -> int:
    """Units of the agent's total that are taken, but for the work of these channels that may be interrupted."""
    rule, holds = agent.capacity, agent.holds
    open_wrap_ups = _come_over(agent) if is_over_wrap_up else {}
    if open_wrap_ups or (pushing_aside and agent.interruptible):
        kept = [
            channel
            for contact_id, channel in holds.items()
            if contact_id not in open_wrap_ups
            and (channel not in pushing_aside or contact_id not in agent.interruptible)
        ]
    elif rule.weights:
        kept = list(holds.values())
    else:
        return len(holds)
    return sum(rule.units(channel) for channel in kept)


def held_of(agent: Agent, channel: Channel, *, is_over_wrap_up: bool = False) -> int:
    """How many contacts of a channel the agent has in hand; calls of all kinds take the one phone there is."""
    if not agent.holds:
        return 0
    alike = CALLS if channel in CALLS else (channel,)
    held = sum(one in alike for one in agent.holds.values())
    if is_over_wrap_up:
        held -= sum(agent.holds[contact_id] in alike for contact_id in _come_over(agent))
    return held


def _come_over(agent: Agent) -> Mapping[ContactId, WrapUp]:
    """The agent's wrap-ups, if something more may come over them."""
    return agent.wrap_ups if len(agent.wrap_ups) <= WRAP_UPS_COME_OVER_MAX else {}


def has_capacity(
    agent: Agent, channel: Channel, interrupts: Channels = (), *, is_over_wrap_up: bool = False
) -> bool:
    """Whether the agent may be offered one more contact of this channel: nothing new before what was interrupted."""
    return not agent.interrupted and fits(
        agent, channel, interrupts, is_over_wrap_up=is_over_wrap_up
    )


def has_room(agent: Agent, contact: Contact) -> bool:
    """Whether the agent may be offered this contact, with all that it may push aside or come over."""
    return has_capacity(
        agent, contact.channel, contact.may_interrupt, is_over_wrap_up=contact.is_over_wrap_up
    )


def exceeds(agent: Agent, contact: Contact) -> bool:
    """Whether what the agent has in hand, this contact in it, is more than fits, whatever the contact pushes aside."""
    over = contact.is_over_wrap_up
    held = held_of(agent, contact.channel, is_over_wrap_up=over)
    if held > agent.capacity.per_channel.get(contact.channel, 0):
        return True
    return units_in_use(agent, contact.may_interrupt, is_over_wrap_up=over) > agent.capacity.total


def fits(
    agent: Agent, channel: Channel, interrupts: Channels = (), *, is_over_wrap_up: bool = False
) -> bool:
    """Whether one more contact of this channel fits into what is in hand, in units and in number."""
    rule = agent.capacity
    used = units_in_use(agent, interrupts, is_over_wrap_up=is_over_wrap_up)
    if used + rule.units(channel) > rule.total:
        return False
    held = held_of(agent, channel, is_over_wrap_up=is_over_wrap_up)
    return held < rule.per_channel.get(channel, 0)


def room_of(
    agent: Agent, interrupts: Mapping[Channel, Channels], over_wrap_up: Channels = ()
) -> dict[Channel, bool]:
    """The channels of which one more contact fits, each with whether it would come over something.

    `interrupts` says which work a contact of a channel may push aside, `over_wrap_up` which channels' contacts come
    over wrap-up.
    """
    room: dict[Channel, bool] = {}
    if agent.interrupted:
        return room
    rule = agent.capacity
    free = rule.total - units_in_use(agent)
    for channel, places in rule.per_channel.items():
        if rule.units(channel) <= free and held_of(agent, channel) < places:
            room[channel] = False
        elif agent.interruptible or agent.wrap_ups:
            aside, is_over_wrap_up = interrupts.get(channel, ()), channel in over_wrap_up
            if fits(agent, channel, aside, is_over_wrap_up=is_over_wrap_up):
                room[channel] = True
    return room


def to_interrupt(agent: Agent, accepted: Contact) -> list[ContactId]:
    """What must be parked so that everything else in hand fits: what was taken up last comes first."""
    over = units_in_use(agent, is_over_wrap_up=accepted.is_over_wrap_up) - agent.capacity.total
    chosen: list[ContactId] = []
    for contact_id in reversed([*agent.interruptible]):
        if over <= 0:
            break
        channel = agent.holds[contact_id]
        if channel in accepted.may_interrupt:
            chosen.append(contact_id)
            over -= agent.capacity.units(channel)
    return chosen
