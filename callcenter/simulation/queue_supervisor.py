"""A supervisor of queues as a person: moves contacts, gives them to agents, closes, opens and empties queues.

What is asked for is often not possible any more; a supervisor looks at a board that is a moment old.
"""

from collections.abc import Mapping, Sequence

from callcenter.simulation.customers import Customer
from callcenter.simulation.distributions import draw_ms
from callcenter.simulation.stage import Stage
from callcenter.simulation.supervisor_model import SUPERVISOR_ID
from routing import commands as cmd
from routing.ids import AgentId, ContactId
from routing.model import Destination, DestinationKind


class QueueSupervisor:
    """One supervisor, who sees every contact, every agent and every queue."""

    def __init__(
        self, stage: Stage, here: Mapping[ContactId, Customer], agents: Sequence[AgentId]
    ) -> None:
        """`here`: the contacts that are open, as they come and go."""
        self._stage = stage
        self._here = here
        self._agents = agents
        self._queue_ids = [one.queue_id for one in stage.scenario.configurations[0].queues]
        self._luck = stage.streams.of("supervisor of queues")
        self._acts = (
            self._move,
            self._hand_over,
            self._close,
            self._open,
            self._open,
            self._flush,
        )

    def begin(self) -> None:
        """Plan the next act, if there is to be any."""
        every = self._stage.scenario.supervises_every
        if every is not None:
            self._stage.agenda.after(1 + 4 * draw_ms(every, self._luck), self._act)

    def _act(self) -> None:
        self.begin()
        if contacts := [*self._here]:
            act, contact_id = self._luck.choice(self._acts), self._luck.choice(contacts)
            self._stage.send(act(contact_id))

    def _move(self, contact_id: ContactId) -> cmd.Command:
        to_queue_id = self._luck.choice(self._queue_ids)
        return cmd.TransferContact(contact_id, to_queue_id, by=SUPERVISOR_ID)

    def _hand_over(self, contact_id: ContactId) -> cmd.Command:
        to_agent_id = self._luck.choice(self._agents)
        return cmd.TransferContact(contact_id, to_agent_id=to_agent_id, by=SUPERVISOR_ID)

    def _close(self, _contact_id: ContactId) -> cmd.Command:
        return cmd.CloseQueue(self._luck.choice(self._queue_ids), SUPERVISOR_ID)

    def _open(self, _contact_id: ContactId) -> cmd.Command:
        return cmd.OpenQueue(self._luck.choice(self._queue_ids), SUPERVISOR_ID)

    def _flush(self, _contact_id: ContactId) -> cmd.Command:
        queue_id, other = self._luck.choice(self._queue_ids), self._luck.choice(self._queue_ids)
        destination = Destination()
        if other != queue_id:
            destination = Destination(DestinationKind.QUEUE, other)
        return cmd.FlushQueue(queue_id, destination, SUPERVISOR_ID)
