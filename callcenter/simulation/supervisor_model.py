"""A supervisor as a person: raises and lowers contacts, assigns them, changes agents' states; and look-ups that come late.

What is asked for is often not possible any more; a supervisor looks at a board that is a moment old.
"""

from collections.abc import Mapping, Sequence

from callcenter.simulation.customers import Customer
from callcenter.simulation.distributions import draw_ms
from callcenter.simulation.stage import Stage
from routing import commands as cmd
from routing.ids import AgentId, ContactId, UserId
from routing.model import AgentState

SUPERVISOR_ID = UserId("supervisor")
_CREDIT_MS_MAX = 600_000


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
        self._acts = (self._adjust, self._assign, self._assign, self._force, self._learn)

    def begin(self) -> None:
        """Plan the first act, if there is to be any."""
        every = self._stage.scenario.supervises_every
        if every is not None:
            self._stage.agenda.after(1 + draw_ms(every, self._luck), self._act)

    def _act(self) -> None:
        self.begin()
        unanswered = [one.contact_id for one in self._here.values() if one.agent_id is None]
        if contacts := unanswered or [*self._here]:
            act, contact_id = self._luck.choice(self._acts), self._luck.choice(contacts)
            self._stage.send(act(contact_id))

    def _adjust(self, contact_id: ContactId) -> cmd.Command:
        credit_ms = self._luck.randint(-_CREDIT_MS_MAX, _CREDIT_MS_MAX)
        is_total = self._luck.random() < 0.5
        return cmd.AdjustPriority(contact_id, credit_ms, SUPERVISOR_ID, is_total)

    def _assign(self, contact_id: ContactId) -> cmd.Command:
        return cmd.AssignContact(contact_id, self._luck.choice(self._agents), SUPERVISOR_ID)

    def _force(self, _contact_id: ContactId) -> cmd.Command:
        state = self._luck.choice((AgentState.READY, AgentState.LOGGED_OUT))
        return cmd.ForceAgentState(self._luck.choice(self._agents), state, SUPERVISOR_ID)

    def _learn(self, contact_id: ContactId) -> cmd.Command:
        credit_ms = self._luck.choice((0, _CREDIT_MS_MAX))
        return cmd.UpdateContactAttributes(contact_id, (), credit_ms)
