"""The live board: queues from the queue-board fold, agents from the committed state, both at the same seq."""

from collections import Counter
from collections.abc import Callable

from agents.protocol import AgentLine, BoardPush, QueueLine
from callcenter.auth.authorise import ObjectFacts, Permission, may
from callcenter.auth.principal import Principal
from callcenter.projections.queue_board import QueueBoard, QueueRow
from routing.capacity import units_in_use
from routing.ids import QueueId
from routing.model import AgentState, QueuePolicy
from routing.queue_rules import is_closed
from routing.service_level import Running, level, mean_ms
from routing.state import Agent, State
from routing.waits import Band, Unknown


class LiveBoard:
    """Implements the API's and the socket's board over the committed state."""

    def __init__(
        self,
        mirror: Callable[[], State],
        fold: Callable[[], QueueBoard],
        agent_name: Callable[[str], str],
        now_ms: Callable[[], int],
        *,
        estimate: Callable[[QueueId, int], Band | Unknown],
    ) -> None:
        """All parts are read at the same moment, between two group commits, so they agree.

        `estimate` says what somebody who joined a queue at an instant would wait.
        """
        self._estimate = estimate
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
        fold, now_ms = self._fold(), self._now_ms()
        rows = {row.queue_id: row for row in fold.read(state.queues).queues}
        running = fold.running(now_ms)
        return [
            self._queue_line(policy, rows[policy.queue_id], agents, running)
            for policy in state.queues.values()
        ]

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

    def _queue_line(
        self,
        policy: QueuePolicy,
        row: QueueRow,
        agents: Counter[tuple[QueueId, str]],
        running: dict[QueueId, Running],
    ) -> QueueLine:
        queue_id, today, rule = row.queue_id, row.today, policy.service_level
        share = level(rule, today, running.get(queue_id, Running()))
        estimate = self._estimate(queue_id, self._now_ms())
        band = estimate if isinstance(estimate, Band) else None
        return QueueLine(
            queue_id=queue_id,
            waiting=row.waiting,
            oldest_waiting_since_ms=row.oldest_waiting_since_ms,
            offered=row.offered,
            connected=row.connected,
            wrap_up=row.wrap_up,
            agents_ready=agents[queue_id, "ready"],
            agents_busy=agents[queue_id, "busy"],
            agents_not_ready=agents[queue_id, "not_ready"],
            arrived_today=today.entered,
            answered_today=today.answered,
            abandoned_today=today.abandoned,
            mean_wait_of_answered_ms=mean_ms(today.wait_ms, today.stopped),
            mean_handle_ms=mean_ms(today.handle_ms, today.handled),
            service_level_permille=share.permille,
            service_formula=rule.formula,
            service_threshold_ms=rule.threshold_ms,
            estimate_p50_ms=None if band is None else band.p50_ms,
            estimate_p90_ms=None if band is None else band.p90_ms,
            closed=self._closed(policy),
        )

    def _closed(self, policy: QueuePolicy) -> str:
        state = self._mirror()
        if policy.queue_id in state.closed_queues:
            return "by_hand"
        return "by_hours" if is_closed(state, policy, self._now_ms()) else ""

    def _agent_line(self, agent: Agent) -> AgentLine:
        return AgentLine(
            agent_id=agent.agent_id,
            display_name=self._agent_name(agent.agent_id),
            team_id=agent.team_id,
            state=agent.state,
            reason_id=agent.reason_id,
            state_since_ms=agent.state_since_ms,
            is_present=agent.is_present,
            capacity_used=units_in_use(agent),
            capacity_total=agent.capacity.total,
            is_in_wrap_up=bool(agent.wrap_ups),
        )


def _facts_of(line: AgentLine) -> ObjectFacts:
    return ObjectFacts(agent_id=line.agent_id, team_id=line.team_id)


def _group_of(agent: Agent) -> str:
    """ready: could take work now; busy: ready and full; not_ready, or about to be; logged_out."""
    if agent.state is AgentState.READY and agent.next_state is not None:
        return str(AgentState.NOT_READY)
    if agent.state is AgentState.READY:
        is_full = units_in_use(agent) >= agent.capacity.total or bool(agent.interrupted)
        return "busy" if is_full else "ready"
    return str(agent.state)
