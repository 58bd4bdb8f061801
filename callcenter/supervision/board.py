"""The live board: queues from the queue-board fold, agents from the committed state, both at the same seq."""

from collections import Counter
from collections.abc import Callable

from agents.protocol import AgentLine, BoardPush, QueueLine
from callcenter.auth.authorise import ObjectFacts, Permission, may
from callcenter.auth.principal import Principal
from callcenter.projections.queue_board import QueueBoard, QueueRow
from routing.ids import QueueId
from routing.model import AgentState
from routing.state import Agent, State


class LiveBoard:
    """Implements the API's and the socket's board over the committed state."""

    def __init__(
        self,
        mirror: Callable[[], State],
        fold: Callable[[], QueueBoard],
        agent_name: Callable[[str], str],
        now_ms: Callable[[], int],
    ) -> None:
        """All parts are read at the same moment, between two group commits, so they agree."""
        self._mirror = mirror
        self._fold = fold
        self._agent_name = agent_name
        self._now_ms = now_ms

    @property
    def as_of_seq(self) -> int:
        """The journal's seq the lines are true as of."""
        return self._mirror().seq

    def queue_lines(self) -> list[QueueLine]:
        """One line for each queue, in the order of the configuration."""
        state = self._mirror()
        agents: Counter[tuple[QueueId, str]] = Counter()
        for agent in state.agents.values():
            group = _group_of(agent)
            for queue_id in agent.queue_ids:
                agents[queue_id, group] += 1
        rows = {row.queue_id: row for row in self._fold().read(state.queues).queues}
        return [_queue_line(rows[queue_id], agents) for queue_id in state.queues]

    def agent_lines(self) -> list[AgentLine]:
        """One line for each agent."""
        return [self._agent_line(agent) for agent in self._mirror().agents.values()]

    def for_principal(self, principal: Principal) -> BoardPush:
        """What this user may see."""
        queues = [
            line
            for line in self.queue_lines()
            if may(principal, Permission.READ_QUEUE, ObjectFacts(queue_id=line.queue_id))
        ]
        agents = [
            line
            for line in self.agent_lines()
            if may(principal, Permission.READ_AGENT, _facts_of(line))
        ]
        return BoardPush(self.as_of_seq, self._now_ms(), queues, agents)

    def _agent_line(self, agent: Agent) -> AgentLine:
        return AgentLine(
            agent_id=agent.agent_id,
            display_name=self._agent_name(agent.agent_id),
            team_id=agent.team_id,
            state=agent.state,
            reason_id=agent.reason_id,
            state_since_ms=agent.state_since_ms,
            is_present=agent.is_present,
            capacity_used=len(agent.holds),
            capacity_total=agent.capacity.total,
            is_in_wrap_up=bool(agent.wrap_ups),
        )


def _queue_line(row: QueueRow, agents: Counter[tuple[QueueId, str]]) -> QueueLine:
    answered = row.answered_today
    mean_wait_ms = row.answered_wait_ms_sum_today // answered if answered else None
    return QueueLine(
        queue_id=row.queue_id,
        waiting=row.waiting,
        oldest_waiting_since_ms=row.oldest_waiting_since_ms,
        offered=row.offered,
        connected=row.connected,
        wrap_up=row.wrap_up,
        agents_ready=agents[row.queue_id, "ready"],
        agents_busy=agents[row.queue_id, "busy"],
        agents_not_ready=agents[row.queue_id, "not_ready"],
        arrived_today=row.arrived_today,
        answered_today=row.answered_today,
        abandoned_today=row.abandoned_today,
        mean_wait_of_answered_ms=mean_wait_ms,
    )


def _facts_of(line: AgentLine) -> ObjectFacts:
    return ObjectFacts(agent_id=line.agent_id, team_id=line.team_id)


def _group_of(agent: Agent) -> str:
    """ready: could take work now; busy: ready and full; not_ready, or about to be; logged_out."""
    if agent.state is AgentState.READY and agent.next_state is not None:
        return str(AgentState.NOT_READY)
    if agent.state is AgentState.READY:
        is_full = len(agent.holds) >= agent.capacity.total
        return "busy" if is_full else "ready"
    return str(agent.state)
