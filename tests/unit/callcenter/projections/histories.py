"""Random valid histories, written by hand: the core's transition table is the only rule they know."""

import random

import msgspec
from msgspec.structs import replace

from callcenter.simulation import presets
from routing import events as ev
from routing.ids import (
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
    QueueId,
    ReasonId,
    TeamId,
)
from routing.model import AgentState, CapacityRule, Channel, Party, ServiceLevelRule

QUEUES = (QueueId("support"), QueueId("sales"), QueueId("billing"))
START_MS = 900_000 * 1_000 - 300_000
DAY_START_MS = START_MS + 300_000
"""Midnight falls into the middle: contacts arrive before, and are answered after."""


class _Contact(msgspec.Struct):
    contact_id: ContactId
    queue_id: QueueId
    stage: str = "waiting"
    agent_id: AgentId = AgentId("")
    offer_id: OfferId = OfferId("")


class History:
    """Grows by one random step at a time; every step is something the core could have done."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)
        self._now_ms = START_MS
        self._contacts: list[_Contact] = []
        self._agents: dict[AgentId, AgentState] = {}
        self._made = 0
        self.events: list[ev.Event] = []

    def grow(self, steps: int) -> list[ev.Event]:
        for _ in range(steps):
            self._now_ms += self._random.choice((0, 0, 1, 500, 5_000, 15_000))
            self._random.choice((self._agent_step, self._arrive, *[self._contact_step] * 6))()
            if self._random.random() < 0.03:
                self._configure()
        return self.events

    def _configure(self) -> None:
        """Thresholds change, also in the middle of an interval."""
        usual = presets.configuration(QUEUES)
        queues = tuple(
            replace(
                policy,
                service_level=ServiceLevelRule(self._random.choice((1, 5_000, 20_000, 60_000))),
            )
            for policy in usual.queues
        )
        self._say(ev.ConfigurationApplied(self._now_ms, replace(usual, queues=queues)))

    def _say(self, *events: ev.Event) -> None:
        self.events.extend(events)

    def _new_id(self) -> str:
        self._made += 1
        return str(self._made)

    # --- agents -------------------------------------------------------------------------------------

    def _agent_step(self) -> None:
        agent_id = AgentId(f"a-{self._random.randint(1, 4)}")
        if agent_id not in self._agents or self._random.random() < 0.2:
            team_id = TeamId(self._random.choice(("north", "south")))
            self._say(
                ev.AgentPut(
                    self._now_ms, agent_id, team_id, QUEUES, CapacityRule(3, {Channel.CHAT: 3})
                )
            )
            self._agents.setdefault(agent_id, AgentState.LOGGED_OUT)
        elif self._random.random() < 0.1:
            self._say(ev.AgentRemoved(self._now_ms, agent_id))
            del self._agents[agent_id]
        else:
            state = self._random.choice(list(AgentState))
            reason_id = ReasonId("break") if state is AgentState.NOT_READY else None
            cause = ev.StateCause.REQUESTED
            self._say(ev.AgentStateChanged(self._now_ms, agent_id, state, reason_id, cause))
            self._agents[agent_id] = state

    # --- contacts -----------------------------------------------------------------------------------

    def _arrive(self) -> None:
        contact = _Contact(ContactId(f"c-{self._new_id()}"), self._random.choice(QUEUES))
        now_ms, contact_id, queue_id = self._now_ms, contact.contact_id, contact.queue_id
        channel = self._random.choice((Channel.CHAT, Channel.VOICE))
        self._say(
            ev.ContactArrived(now_ms, contact_id, channel, queue_id, f"key of {contact_id}"),
            ev.ContactQueued(now_ms, contact_id, queue_id, now_ms),
        )
        self._contacts.append(contact)

    def _contact_step(self) -> None:
        if not self._contacts:
            return
        contact = self._random.choice(self._contacts)
        steps = {
            "waiting": (
                self._offer,
                self._offer,
                self._offer,
                self._transfer,
                self._message,
                self._leave,
            ),
            "offered": (self._accept, self._accept, self._end_offer, self._message, self._leave),
            "connected": (self._message, self._message, self._requeue, self._end, self._end),
            "wrap_up": (self._extend, self._finish),
        }
        self._random.choice(steps[contact.stage])(contact)

    def _offer(self, contact: _Contact) -> None:
        if not self._agents:
            return
        contact.stage = "offered"
        contact.agent_id = self._random.choice(list(self._agents))
        contact.offer_id = OfferId(f"o-{self._new_id()}")
        self._say(
            ev.OfferMade(
                self._now_ms, contact.offer_id, contact.contact_id, contact.agent_id,
                contact.queue_id, self._now_ms + 20_000,
            )
        )  # fmt: skip
        if (
            self._random.random() < 0.3
        ):  # a broadcast, of which the other agent's part is over already
            other = (self._now_ms, OfferId(f"o-{self._new_id()}"), contact.contact_id)
            colleague = self._random.choice(list(self._agents))
            self._say(ev.OfferMade(*other, colleague, contact.queue_id, self._now_ms + 20_000))
            self._say(ev.OfferRejected(*other, colleague, contact_waits=False))

    def _transfer(self, contact: _Contact) -> None:
        contact.queue_id = self._random.choice(QUEUES)
        origin_ms = self._now_ms - self._random.randint(0, 60_000)
        self._say(ev.ContactQueued(self._now_ms, contact.contact_id, contact.queue_id, origin_ms))

    def _accept(self, contact: _Contact) -> None:
        contact.stage = "connected"
        self._say(
            ev.OfferAccepted(self._now_ms, contact.offer_id, contact.contact_id, contact.agent_id)
        )

    def _end_offer(self, contact: _Contact) -> None:
        contact.stage = "waiting"
        which = (self._now_ms, contact.offer_id, contact.contact_id, contact.agent_id)
        reason = ev.RescindReason.AGENT_NOT_READY
        self._say(
            self._random.choice(
                (
                    ev.OfferRejected(*which),
                    ev.OfferExpired(*which),
                    ev.OfferRescinded(*which, reason),
                )
            )
        )

    def _message(self, contact: _Contact) -> None:
        detail_id = DetailId(f"d-{self._new_id()}")
        is_agent = contact.stage == "connected" and self._random.random() < 0.5
        author, agent_id = (Party.AGENT, contact.agent_id) if is_agent else (Party.CUSTOMER, None)
        self._say(ev.MessageAdded(self._now_ms, contact.contact_id, detail_id, author, agent_id))

    def _requeue(self, contact: _Contact) -> None:
        contact.stage = "waiting"
        contact.queue_id = self._random.choice(QUEUES)
        self._say(
            ev.ContactRequeued(
                self._now_ms, contact.contact_id, contact.agent_id, contact.queue_id,
                ev.RequeueReason.PRESENCE_LOST, self._now_ms - 7,
            )
        )  # fmt: skip

    def _leave(self, contact: _Contact) -> None:
        """The customer goes: by saying so, or by just not being there any more."""
        now_ms, contact_id = self._now_ms, contact.contact_id
        if self._random.random() < 0.5:
            self._say(ev.ContactEnded(now_ms, contact_id, Party.CUSTOMER, None))
        if contact.stage == "offered":
            reason = ev.RescindReason.CUSTOMER_LEFT
            self._say(
                ev.OfferRescinded(now_ms, contact.offer_id, contact_id, contact.agent_id, reason)
            )
        self._close(contact, ev.ContactOutcome.ABANDONED, None)

    def _end(self, contact: _Contact) -> None:
        party = self._random.choice((Party.CUSTOMER, Party.AGENT))
        agent_id = contact.agent_id if party is Party.AGENT else None
        self._say(ev.ContactEnded(self._now_ms, contact.contact_id, party, agent_id))
        if self._random.random() < 0.2:  # a queue without wrap-up
            self._close(contact, ev.ContactOutcome.HANDLED, None)
            return
        contact.stage = "wrap_up"
        until_ms = self._now_ms + 60_000
        self._say(ev.WrapUpStarted(self._now_ms, contact.contact_id, contact.agent_id, until_ms))

    def _extend(self, contact: _Contact) -> None:
        until_ms = self._now_ms + 30_000
        self._say(ev.WrapUpExtended(self._now_ms, contact.contact_id, contact.agent_id, until_ms))

    def _finish(self, contact: _Contact) -> None:
        disposition_id = DispositionId("solved")
        which = (self._now_ms, contact.contact_id, contact.agent_id, disposition_id)
        kind = self._random.choice((ev.WrapUpCompleted, ev.WrapUpExpired))
        self._say(kind(*which))
        self._close(contact, ev.ContactOutcome.HANDLED, disposition_id)

    def _close(
        self, contact: _Contact, outcome: ev.ContactOutcome, disposition_id: DispositionId | None
    ) -> None:
        agent_id = contact.agent_id if outcome is ev.ContactOutcome.HANDLED else None
        self._say(
            ev.ContactClosed(
                self._now_ms,
                contact.contact_id,
                contact.queue_id,
                outcome,
                agent_id,
                disposition_id,
            )
        )
        self._contacts.remove(contact)
