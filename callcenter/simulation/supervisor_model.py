"""A supervisor as a person: raises and lowers contacts, assigns them, changes agents' states; and look-ups that come late.

What is asked for is often not possible any more; a supervisor looks at a board that is a moment old.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from callcenter.simulation.customers import Customer
from callcenter.simulation.distributions import draw_ms
from callcenter.simulation.stage import Stage, chance
from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, ContactId, UserId
from routing.model import AgentState

SUPERVISOR_ID = UserId("supervisor")
_CREDIT_MS_MAX = 600_000
_TAKES_OFFERS = 0.05


class SupervisorModel:
    """One supervisor, who sees every contact and every agent."""

    def __init__(
        self, stage: Stage, here: Mapping[ContactId, Customer], agents: Sequence[AgentId]
    ) -> None:
        """`here`: the contacts that are open, as they come and go."""
        self._stage = stage
        self._here = here
        self._agents = agents
        self._luck = stage.streams.of("supervisor")
        self._acts = (self._adjust, self._assign, self._force, self._learn)

    def begin(self) -> None:
        """Plan the first act, if there is to be any."""
        every = self._stage.scenario.supervises_every
        if every is not None:
            self._stage.agenda.after(1 + draw_ms(every, self._luck), self._act)

    def _act(self) -> None:
        self.begin()
        unanswered = [one.contact_id for one in self._here.values() if one.agent_id is None]
        if contacts := unanswered or [*self._here]:
            self._luck.choice(self._acts)(self._luck.choice(contacts))

    def offered(self, event: ev.OfferMade) -> None:
        """See an offer ring, and now and then take it to somebody else."""
        if self._stage.scenario.supervises_every is not None:
            takes, after_ms = self._luck.random(), self._luck.randint(1, 3_000)
            if chance(takes, _TAKES_OFFERS):
                self._stage.agenda.after(after_ms, partial(self._assign, event.contact_id))

    def _adjust(self, contact_id: ContactId) -> None:
        credit_ms = self._luck.randint(-_CREDIT_MS_MAX, _CREDIT_MS_MAX)
        is_total = self._luck.random() < 0.5
        self._stage.send(cmd.AdjustPriority(contact_id, credit_ms, SUPERVISOR_ID, is_total))

    def _assign(self, contact_id: ContactId) -> None:
        """Try one agent after the other until somebody can take it."""
        for agent_id in self._luck.sample(self._agents, len(self._agents)):
            handled = self._stage.send(cmd.AssignContact(contact_id, agent_id, SUPERVISOR_ID))
            if handled.refusal is None:
                return

    def _force(self, _contact_id: ContactId) -> None:
        state = self._luck.choice((AgentState.READY, AgentState.LOGGED_OUT))
        agent_id = self._luck.choice(self._agents)
        self._stage.send(cmd.ForceAgentState(agent_id, state, SUPERVISOR_ID))

    def _learn(self, contact_id: ContactId) -> None:
        credit_ms = self._luck.choice((0, _CREDIT_MS_MAX))
        preferred_agent_id = self._luck.choice((None, *self._agents))
        command = cmd.UpdateContactAttributes(contact_id, (), credit_ms, preferred_agent_id)
        self._stage.send(command)
