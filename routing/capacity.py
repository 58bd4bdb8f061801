"""How much room an agent has, and which work may be pushed aside to make some.

A contact in hand takes the units its channel weighs, out of the agent's total, and one place of its channel. A
contact that may interrupt sees the units of what it may interrupt as free; they are taken from that work when
the offer is accepted, not before. Parked work takes nothing.

Law of this file: it counts. Nothing is remembered, and nothing decided.
"""

from collections.abc import Mapping

from routing.ids import ContactId
from routing.model import Channel
from routing.state import Agent

Channels = tuple[Channel, ...]


def units_in_use(agent: Agent, pushing_aside: Channels = ()) -> int:
    """Units of the agent's total that are taken, but for the work of these channels that may be interrupted."""
    rule, holds = agent.capacity, agent.holds
    if pushing_aside and agent.interruptible:
        kept = [
            channel
            for contact_id, channel in holds.items()
            if channel not in pushing_aside or contact_id not in agent.interruptible
        ]
    elif rule.weights:
        kept = list(holds.values())
    else:
        return len(holds)
    return sum(rule.units(channel) for channel in kept)


def held_of(agent: Agent, channel: Channel) -> int:
    """How many contacts of a channel the agent has in hand."""
    return list(agent.holds.values()).count(channel) if agent.holds else 0


def has_capacity(agent: Agent, channel: Channel, interrupts: Channels = ()) -> bool:
    """Whether the agent may be offered one more contact of this channel: nothing new before what was interrupted."""
    return not agent.interrupted and fits(agent, channel, interrupts)


def fits(agent: Agent, channel: Channel, interrupts: Channels = ()) -> bool:
    """Whether one more contact of this channel fits into what is in hand, in units and in number."""
    rule = agent.capacity
    if units_in_use(agent, interrupts) + rule.units(channel) > rule.total:
        return False
    return held_of(agent, channel) < rule.per_channel.get(channel, 0)


def room_of(agent: Agent, interrupts: Mapping[Channel, Channels]) -> dict[Channel, bool]:
    """The channels of which one more contact fits, each with whether it would interrupt something.

    `interrupts` says which work a contact of a channel may push aside.
    """
    room: dict[Channel, bool] = {}
    if agent.interrupted:
        return room
    rule = agent.capacity
    free = rule.total - units_in_use(agent)
    for channel, places in rule.per_channel.items():
        if held_of(agent, channel) >= places:
            continue
        units = rule.units(channel)
        aside = interrupts.get(channel, ()) if agent.interruptible else ()
        if units <= free:
            room[channel] = False
        elif aside and units_in_use(agent, aside) + units <= rule.total:
            room[channel] = True
    return room


def to_interrupt(agent: Agent, interrupts: Channels) -> list[ContactId]:
    """What must be parked so that everything else in hand fits: what was taken up last comes first."""
    over = units_in_use(agent) - agent.capacity.total
    chosen: list[ContactId] = []
    for contact_id in reversed([*agent.interruptible]):
        if over <= 0:
            break
        channel = agent.holds[contact_id]
        if channel in interrupts:
            chosen.append(contact_id)
            over -= agent.capacity.units(channel)
    return chosen
