"""Journals made by the real engine from random commands: what the checkers must find nothing wrong with."""

import random

import msgspec

from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import AgentId, ContactId, DetailId, OfferId, ReasonId
from routing.model import (
    AgentState,
    CapacityRule,
    Channel,
    NotReadyReason,
    Party,
    RejectCause,
    RoutingStep,
)
from tests.unit.chaos import histories as h

AGENTS = [AgentId(f"a{number}") for number in range(5)]
CAUSES = [RejectCause.DECLINED, RejectCause.DECLINED, RejectCause.DECLINED, RejectCause.BUSY]
START_MS = 1_000_000


def _configuration() -> cmd.ApplyConfiguration:
    reasons = tuple(
        NotReadyReason(ReasonId(name), 60_000) for name in ("missed", "signed_in", "break")
    )
    steps = (RoutingStep(), RoutingStep(after_ms=10_000, credit_ms=1_000))
    queues = tuple(msgspec.structs.replace(one, steps=steps) for one in h.CONFIGURATION.queues)
    return cmd.ApplyConfiguration(
        msgspec.structs.replace(h.CONFIGURATION, queues=queues, not_ready_reasons=reasons)
    )


class Day:
    """Random people for a while; `events` is the journal."""

    def __init__(self, seed: int, steps: int = 400) -> None:
        self.events: list[ev.Event] = []
        self._draw = random.Random(seed)
        self._engine = Engine()
        self._now_ms = START_MS
        self._contacts = 0
        self._do(_configuration())
        for agent_id in AGENTS:
            capacity = self._draw.randint(1, 3)
            rule = CapacityRule(total=capacity, per_channel={Channel.CHAT: capacity})
            self._do(cmd.PutAgent(agent_id, h.TEAM, (h.SALES,), rule))
        for _ in range(steps):
            self._now_ms += self._draw.choice((0, 5, 500, 3_000, 20_000))
            self._do(self._any())

    def _do(self, command: cmd.Command) -> None:
        self.events += self._engine.handle(command, self._now_ms).events

    def _any(self) -> cmd.Command:
        draw, state = self._draw, self._engine.state
        agent_id = draw.choice(AGENTS)
        contact_id = draw.choice([*state.contacts, ContactId("none")])
        contact = state.contacts.get(contact_id)
        holder = contact.agent_id if contact is not None else None
        offer_id = draw.choice([*state.offers, OfferId("none")])
        offer = state.offers.get(offer_id)
        taker = offer.agent_id if offer is not None else agent_id
        self._contacts += 1
        choices: list[cmd.Command] = [
            cmd.EnqueueContact(ContactId(f"c{self._contacts}"), Channel.CHAT, h.SALES),
            cmd.EnqueueContact(ContactId(f"c{self._contacts}"), Channel.CHAT, h.SALES),
            cmd.ConnectAgent(agent_id),
            cmd.ConnectAgent(agent_id),
            cmd.DisconnectAgent(agent_id),
            cmd.SetAgentState(agent_id, AgentState.READY),
            cmd.SetAgentState(agent_id, AgentState.READY),
            cmd.SetAgentState(agent_id, AgentState.NOT_READY, ReasonId("break")),
            cmd.AcceptOffer(offer_id, taker),
            cmd.AcceptOffer(offer_id, taker),
            cmd.AcceptOffer(offer_id, taker),
            cmd.RejectOffer(offer_id, taker, draw.choice(CAUSES)),
            cmd.AddMessage(contact_id, DetailId(f"m{self._contacts}"), Party.CUSTOMER),
            cmd.DisconnectCustomer(contact_id),
            cmd.ReturnCustomer(contact_id),
            cmd.EndContact(contact_id, Party.CUSTOMER),
            cmd.Tick(),
        ]
        if holder is not None:
            choices += [
                cmd.AddMessage(contact_id, DetailId(f"m{self._contacts}"), Party.AGENT, holder),
                cmd.EndContact(contact_id, Party.AGENT, holder),
                cmd.CompleteWrapUp(contact_id, holder, h.DONE),
                cmd.CompleteWrapUp(contact_id, holder, h.DONE),
                cmd.ExtendWrapUp(contact_id, holder),
            ]
        return draw.choice(choices)
