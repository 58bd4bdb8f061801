"""Wait estimates: what is not known is unknown, what is learnt is learnt from waits, and nobody who left is forgotten."""

import random

import pytest

from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, ContactId, OfferId, QueueId, TeamId, UserId
from routing.model import AgentState, CapacityRule, Channel
from routing.waits import (
    FIRST_FACTORS,
    REVIEW_MS,
    Band,
    Unknown,
    WaitEstimates,
    _correct,
    _Line,
    size_of,
)
from tests.unit.routing.scene import SALES, Scene, capacity

Q = SALES
CAUSE = ev.StateCause.REQUESTED
RULE = CapacityRule(1, {Channel.VOICE: 1})


class Floor:
    """Events by hand: agents, and contacts that come, are answered and leave."""

    def __init__(self, agents: int = 1) -> None:
        self.estimates = WaitEstimates()
        self.now_ms = 0
        for number in range(agents):
            self.put(f"a{number}")
            self.state(f"a{number}", AgentState.READY)

    def put(self, agent: str, *queues: QueueId) -> None:
        self.note(ev.AgentPut(self.now_ms, AgentId(agent), TeamId("t"), queues or (Q,), RULE))

    def state(self, agent: str, state: AgentState) -> None:
        self.note(ev.AgentStateChanged(self.now_ms, AgentId(agent), state, None, CAUSE))

    def note(self, event: ev.Event) -> None:
        self.estimates.note(event)

    def come(self, contact: str, credit_ms: int = 0) -> None:
        one = ContactId(contact)
        self.note(ev.ContactArrived(self.now_ms, one, Channel.VOICE, Q, "", credit_ms=credit_ms))
        self.note(ev.ContactQueued(self.now_ms, one, Q, self.now_ms))

    def offer(self, contact: str) -> None:
        self.note(
            ev.OfferMade(
                self.now_ms, OfferId(contact), ContactId(contact), AgentId("a0"), Q, self.now_ms + 9
            )
        )

    def accept(self, contact: str) -> None:
        one = ContactId(contact)
        self.note(ev.OfferAccepted(self.now_ms, OfferId(contact), one, AgentId("a0")))

    def leave(self, contact: str) -> None:
        outcome = ev.ContactOutcome.ABANDONED
        self.note(ev.ContactClosed(self.now_ms, ContactId(contact), Q, outcome, None, None))

    def serve(self, count: int, each_ms: int = 10_000) -> None:
        """So many contacts wait together, and one is answered each time so much time has passed."""
        names = [f"s{self.now_ms}-{number}" for number in range(count)]
        for name in names:
            self.come(name)
        for name in names:
            self.now_ms += each_ms
            self.offer(name)
            self.accept(name)

    def band(self, contact: str) -> Band:
        found = self.estimates.of_contact(ContactId(contact), self.now_ms)
        assert isinstance(found, Band)
        return found

    def newcomer(self) -> Band | Unknown:
        return self.estimates.of_newcomer(Q, self.now_ms)


def test_what_is_not_known_is_unknown() -> None:
    floor = Floor()
    assert WaitEstimates().of_newcomer(Q, 0) is Unknown.TOO_LITTLE_SEEN
    assert floor.newcomer() is Unknown.TOO_LITTLE_SEEN
    assert floor.estimates.of_contact(ContactId("c"), 0) is Unknown.NOT_WAITING
    floor.serve(10)
    assert isinstance(floor.newcomer(), Band)


def test_nobody_on_duty_is_no_wait_of_nothing() -> None:
    floor = Floor()
    floor.serve(10)
    floor.come("c")
    floor.state("a0", AgentState.NOT_READY)
    assert floor.newcomer() is Unknown.NOBODY_ON_DUTY
    assert floor.estimates.of_contact(ContactId("c"), floor.now_ms) is Unknown.NOBODY_ON_DUTY
    floor.state("a0", AgentState.READY)
    assert isinstance(floor.newcomer(), Band)
    floor.note(ev.AgentRemoved(floor.now_ms, AgentId("a0")))
    assert floor.newcomer() is Unknown.NOBODY_ON_DUTY


def test_the_estimate_follows_place_and_people() -> None:
    floor = Floor()
    floor.serve(20)
    first_half, first_most = FIRST_FACTORS[0]
    lone = floor.newcomer()
    assert isinstance(lone, Band)
    assert lone.p50_ms == pytest.approx(first_half * 10_000, rel=0.02)
    assert lone.p90_ms == pytest.approx(first_most * 10_000, rel=0.02)
    for contact in ("c1", "c2", "c3"):
        floor.come(contact)
    assert floor.band("c1") == lone
    assert lone.p50_ms < floor.band("c2").p50_ms < floor.band("c3").p50_ms
    floor.put("a9")
    floor.state("a9", AgentState.READY)
    assert floor.band("c1").p50_ms == pytest.approx(lone.p50_ms / 2, abs=1)
    floor.put("a9", QueueId("elsewhere"))
    assert floor.band("c1") == lone


def test_the_estimate_moves_on_with_the_line() -> None:
    floor = Floor()
    floor.serve(20)
    for contact in ("c1", "c2", "c3"):
        floor.come(contact)
    before = floor.band("c3")
    floor.now_ms += 5_000
    floor.offer("c1")
    assert floor.band("c3").p50_ms < before.p50_ms
    standing = floor.band("c3")
    floor.now_ms += 60_000  # nothing moves: that says something too
    assert floor.band("c3").p50_ms > standing.p50_ms


def test_who_has_credit_stands_in_front() -> None:
    floor = Floor()
    floor.serve(20)
    floor.come("c1")
    floor.now_ms += 1_000
    floor.come("vip", credit_ms=60_000)
    assert floor.band("vip").p50_ms < floor.band("c1").p50_ms
    floor.leave("vip")
    assert floor.estimates._given == {}


def test_age_that_is_given_later_moves_the_contact() -> None:
    floor = Floor()
    floor.serve(20)
    for contact in ("c1", "c2"):
        floor.come(contact)
    first, second = floor.band("c1"), floor.band("c2")
    one, now_ms = ContactId("c2"), floor.now_ms
    floor.note(ev.ContactAttributesUpdated(now_ms, one, (), 5_000))
    assert (floor.band("c1"), floor.band("c2")) == (second, first)
    floor.note(ev.PriorityAdjusted(now_ms, one, -9_000, UserId("sam"), False, -9_000))
    assert (floor.band("c1"), floor.band("c2")) == (first, second)
    floor.offer("c2")
    floor.note(ev.PriorityAdjusted(now_ms, one, 0, UserId("sam"), True, 0))
    assert [key[2] for key in floor.estimates._lines[Q].order] == ["c1"]
    floor.note(ev.OfferExpired(now_ms, OfferId("c2"), one, AgentId("a0")))
    assert [key[2] for key in floor.estimates._lines[Q].order] == ["c2", "c1"]


def test_those_ahead_who_leave_shorten_the_wait() -> None:
    patient, few, many = (
        _Line(agents=2, answers=20.0, agent_ms=400_000.0, waited_ms=600_000.0, leavers=leavers)
        for leavers in (0.0, 0.01, 10.0)
    )
    for ahead in (0, 3, 30):
        exact = sum(1 / (20 / 400_000 * 2 + place * 10 / 600_000) for place in range(ahead + 1))
        assert many.mean_ms(ahead, 0) == pytest.approx(exact, rel=0.04)
        assert patient.mean_ms(ahead, 0) == pytest.approx(10_000 * (ahead + 1))
        assert few.mean_ms(ahead, 0) == pytest.approx(10_000 * (ahead + 1), rel=0.01)


def test_a_missed_offer_puts_the_contact_back_to_its_place() -> None:
    floor = Floor()
    floor.serve(20)
    floor.come("c1")
    floor.now_ms += 1
    floor.come("c2")
    floor.now_ms += 4_000
    one = (OfferId("c1"), ContactId("c1"), AgentId("a0"))
    place = floor.band("c1")
    floor.offer("c1")
    assert floor.band("c2") == floor.band("c1")
    floor.note(ev.OfferExpired(floor.now_ms, *one))
    assert floor.band("c1").p50_ms == pytest.approx(place.p50_ms, rel=0.1)
    assert floor.band("c2").p50_ms > floor.band("c1").p50_ms
    floor.note(ev.OfferRejected(floor.now_ms, *one))  # said twice: it stands there once
    floor.leave("c1")
    assert floor.estimates._lines[Q].order == [floor.estimates._waits[ContactId("c2")].key]


def test_a_contact_offered_at_once_has_not_waited() -> None:
    floor = Floor()
    floor.serve(20)
    answers = floor.estimates._lines[Q].answers
    floor.come("c1")
    floor.offer("c1")
    floor.note(ev.OfferRescinded(floor.now_ms, OfferId("c1"), ContactId("c1"), AgentId("a0"),
                                 ev.RescindReason.AGENT_NOT_READY))  # fmt: skip
    floor.offer("c1")
    floor.now_ms += 3_000
    floor.accept("c1")
    line = floor.estimates._lines[Q]
    assert line.answers == answers
    assert line.ring_ms == 30


def test_two_offers_of_one_contact_count_as_one() -> None:
    floor = Floor()
    floor.serve(20)
    floor.come("c1")
    floor.now_ms += 1_000
    floor.offer("c1")
    answers = floor.estimates._lines[Q].answers
    floor.offer("c1")
    assert floor.estimates._lines[Q].answers == answers


def test_a_contact_that_moves_waits_in_one_line() -> None:
    floor = Floor()
    floor.come("c1")
    other = QueueId("other")
    floor.note(ev.ContactQueued(5, ContactId("c1"), other, 0))
    assert floor.estimates._lines[Q].order == []
    assert len(floor.estimates._lines[other].order) == 1


def test_what_is_not_known_of_a_contact_is_passed_over() -> None:
    floor = Floor()
    floor.offer("gone")
    floor.note(ev.OfferExpired(1, OfferId("gone"), ContactId("gone"), AgentId("a0")))
    floor.accept("gone")
    floor.leave("gone")
    floor.note(ev.WrapUpStarted(1, ContactId("gone"), AgentId("a0"), 9))
    assert floor.newcomer() is Unknown.TOO_LITTLE_SEEN


def test_waits_are_reviewed_as_they_grow_longer() -> None:
    floor = Floor()
    floor.serve(20)
    floor.come("c1")
    floor.come("c2")
    start_ms = floor.now_ms
    floor.now_ms += 5 * REVIEW_MS
    floor.offer("c1")
    told = [one.at_ms - start_ms for one in floor.estimates._waits[ContactId("c2")].expected]
    assert told == [0, REVIEW_MS, 2 * REVIEW_MS, 4 * REVIEW_MS]
    later = [list(pair) for pair in floor.estimates._lines[Q].later]
    floor.accept("c1")
    assert floor.estimates._lines[Q].later != later
    floor.leave("c2")
    floor.now_ms += 100 * REVIEW_MS
    floor.come("c3")
    assert len(floor.estimates._reviews) == 1  # those of the others are over


def test_a_contact_that_came_again_is_reviewed_as_what_it_is_now() -> None:
    floor = Floor()
    floor.serve(20)
    floor.come("c1")
    floor.now_ms += REVIEW_MS // 2
    floor.note(ev.ContactQueued(floor.now_ms, ContactId("c1"), Q, floor.now_ms))
    floor.now_ms += REVIEW_MS // 2
    floor.come("c2")
    assert len(floor.estimates._waits[ContactId("c1")].expected) == 1


def test_nothing_is_expected_while_nobody_is_on_duty() -> None:
    floor = Floor(agents=0)
    floor.come("c1")
    floor.now_ms += REVIEW_MS
    floor.come("c2")
    assert floor.estimates._waits[ContactId("c1")].expected == []


@pytest.mark.parametrize(
    ("ahead", "size"), [(0, 0), (1, 1), (2, 1), (3, 2), (62, 5), (63, 6), (9_999, 6)]
)
def test_sizes(ahead: int, size: int) -> None:
    assert size_of(ahead) == size


def test_factors_find_the_quantiles_of_what_happens() -> None:
    luck = random.Random(1)
    factors = [0.69, 2.3]
    for _ in range(5_000):
        _correct(factors, luck.uniform(0, 10), is_answered=True)
    assert factors[0] == pytest.approx(5, rel=0.2)
    assert factors[1] == pytest.approx(9, rel=0.1)


def test_those_who_left_do_not_make_the_estimates_short() -> None:
    """Waits are uniform from 0 to 10 all the same, but a third of the customers leaves before the end."""
    luck = random.Random(2)
    factors = [0.69, 2.3]
    halves, most = [], []
    for _ in range(30_000):
        wait, patience = luck.uniform(0, 10), luck.expovariate(0.1)
        _correct(factors, min(wait, patience), is_answered=wait <= patience)
        halves.append(factors[0])
        most.append(factors[1])
    assert sum(halves[5_000:]) / 25_000 == pytest.approx(5, rel=0.05)
    assert sum(most[5_000:]) / 25_000 == pytest.approx(9, rel=0.05)


def test_the_upper_end_never_falls_below_the_lower() -> None:
    factors = [1.0, 1.0]
    _correct(factors, 1.01, is_answered=True)
    _correct(factors, 0.5, is_answered=True)
    assert factors[0] <= factors[1]


def test_settling_takes_people_and_lines_from_the_state() -> None:
    scene = Scene()
    scene.ready("ann", capacity(1))
    for contact in ("c1", "c2", "c3"):
        scene.chat(contact)
        scene.let_pass(1_000)
    scene.accept("c1")
    scene.do(cmd.UpdateContactAttributes(ContactId("c3"), (), 500))
    whole, tail = WaitEstimates(), WaitEstimates()
    for event in scene.journal:
        whole.note(event)
    for event in scene.journal[-3:]:
        tail.note(event)
    tail.settle(scene.engine.state)
    assert [key[2] for key in tail._lines[SALES].order] == ["c2", "c3"]
    assert tail._lines[SALES].order == whole._lines[SALES].order
    assert tail._lines[SALES].agents == 1
    scene.end("c1")
    scene.wrap_up("c1")
    offered = WaitEstimates()
    offered.settle(scene.engine.state)
    assert [key[2] for key in offered._lines[SALES].order] == ["c3"]
    assert list(offered._waits) == ["c2", "c3"]
    whole.settle(scene.engine.state)
    assert list(whole._waits) == ["c2", "c3"]
