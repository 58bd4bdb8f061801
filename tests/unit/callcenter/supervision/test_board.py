"""The board: fold and state at the same number, and to everybody only what is theirs."""

import msgspec
import pytest

from callcenter.auth.principal import Principal, Role
from callcenter.projections.queue_board import QueueBoard
from callcenter.supervision.board import LiveBoard
from routing.commands import PutAgent
from routing.ids import AgentId, QueueId, TeamId
from routing.model import Party
from routing.waits import Band, Unknown
from tests.unit.routing.scene import HELP, SALES, Scene, capacity

NOW_MS = 99


class Wall:
    """A board over a scene."""

    def __init__(self) -> None:
        self.scene = Scene()
        self._fold = QueueBoard(day_start_ms=0)
        self._told = 0
        self.board = LiveBoard(
            lambda: self.scene.engine.state,
            self.fold,
            lambda agent_id: agent_id.title(),
            lambda: NOW_MS,
            estimate=self.estimate,
        )
        self.band: Band | Unknown = Unknown.NOBODY_ON_DUTY

    def estimate(self, _queue_id: QueueId, now_ms: int) -> Band | Unknown:
        """What the test has set."""
        assert now_ms == NOW_MS
        return self.band

    def fold(self) -> QueueBoard:
        """Up to date."""
        for event in self.scene.journal[self._told :]:
            self._told += 1
            self._fold.apply(self._told, event)
        return self._fold


@pytest.fixture
def wall() -> Wall:
    """One contact in every stage in sales, and people in every state."""
    wall = Wall()
    scene = wall.scene
    scene.ready("ann", capacity(3))
    for contact in ("c1", "c2", "c3", "c4", "c5"):
        scene.let_pass(1_000)
        scene.chat(contact)
    scene.accept("c1")
    scene.accept("c2")
    scene.end("c2")
    scene.end("c5")
    scene.put("off", queues=(HELP,))
    scene.ready("free", queues=(HELP,))
    scene.put("lunch")
    scene.connect("lunch")
    scene.lunch("lunch")
    scene.do(PutAgent(AgentId("south"), TeamId("south"), (HELP,), capacity()))
    return wall


def who(role: Role, queues: tuple[str, ...] = (), teams: tuple[str, ...] = ()) -> Principal:
    """Somebody who looks."""
    return Principal(
        "ann", "ann", "Ann", role, "team", frozenset(queues), frozenset(teams), "en", b"", 10**15
    )


def test_an_agent_about_to_leave_does_not_count_as_free(wall: Wall) -> None:
    wall.scene.chat("c6", HELP)
    wall.scene.accept("c6")
    wall.scene.lunch("free")
    help_ = wall.board.queue_lines()[1]
    assert (help_.agents_ready, help_.agents_busy, help_.agents_not_ready) == (0, 0, 1)


def test_a_queue_line(wall: Wall) -> None:
    sales, help_ = wall.board.queue_lines()
    assert (sales.queue_id, help_.queue_id) == (SALES, HELP)
    assert (sales.waiting, sales.offered, sales.connected, sales.wrap_up) == (1, 1, 1, 1)
    assert sales.oldest_waiting_since_ms == 4_000
    assert (sales.agents_ready, sales.agents_busy, sales.agents_not_ready) == (0, 1, 1)
    assert (help_.agents_ready, help_.agents_busy, help_.agents_not_ready) == (1, 0, 0)
    assert (sales.arrived_today, sales.answered_today, sales.abandoned_today) == (5, 2, 1)
    assert (sales.mean_wait_of_answered_ms, sales.mean_handle_ms) == (None, 0)
    assert (help_.mean_wait_of_answered_ms, help_.mean_handle_ms) == (None, None)
    assert help_.oldest_waiting_since_ms is None


def test_service_level_and_estimate_of_a_queue(wall: Wall) -> None:
    sales, help_ = wall.board.queue_lines()
    assert (sales.service_formula, sales.service_threshold_ms) == (
        "short_abandons_excluded",
        20_000,
    )
    assert (help_.service_level_permille, help_.estimate_p50_ms, help_.estimate_p90_ms) == (
        None,
    ) * 3
    wall.scene.message("c1", Party.AGENT)
    wall.band = Band(30_000, 70_000)
    sales, _ = wall.board.queue_lines()
    assert sales.mean_wait_of_answered_ms == 4_000
    assert (
        sales.service_level_permille == 500
    )  # c1 in time; c2 ended without a reply; c5 left at once
    assert (sales.estimate_p50_ms, sales.estimate_p90_ms) == (30_000, 70_000)


def test_an_agent_line(wall: Wall) -> None:
    lines = {line.agent_id: line for line in wall.board.agent_lines()}
    ann = lines["ann"]
    assert (ann.display_name, ann.state, ann.is_present) == ("Ann", "ready", True)
    assert (ann.capacity_used, ann.capacity_total, ann.is_in_wrap_up) == (3, 3, True)
    assert (lines["lunch"].reason_id, lines["lunch"].is_in_wrap_up) == ("lunch", False)
    assert (lines["off"].state, lines["off"].is_present) == ("logged_out", False)


def test_all_parts_are_of_one_moment(wall: Wall) -> None:
    push = wall.board.for_principal(who(Role.ADMIN))
    assert push.as_of_seq == wall.board.as_of_seq == wall.scene.engine.state.seq
    assert push.server_now_ms == NOW_MS
    assert len(push.queues) == 2
    assert len(push.agents) == 5


@pytest.mark.parametrize(
    ("principal", "queues", "agents"),
    [
        (who(Role.SUPERVISOR, ("sales",), ("south",)), ["sales"], ["south"]),
        (who(Role.SUPERVISOR), [], []),
        (who(Role.AGENT, ("help",)), ["help"], ["ann"]),
    ],
)
def test_everybody_sees_what_is_theirs(
    wall: Wall, principal: Principal, queues: list[str], agents: list[str]
) -> None:
    push = wall.board.for_principal(principal)
    assert [line.queue_id for line in push.queues] == queues
    assert [line.agent_id for line in push.agents] == agents
    assert msgspec.json.encode(push)
