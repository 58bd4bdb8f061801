"""Each numbered law notices when it is broken; a sound state breaks none."""

from collections.abc import Callable

import msgspec
import pytest

from routing import timers
from routing.commands import DisconnectCustomer, Tick
from routing.errors import InvariantViolation
from routing.ids import AgentId, CampaignId, ContactId, OfferId
from routing.invariants import INVARIANTS, broken, check_all
from routing.model import Channel, RoutingStep
from routing.state import CampaignAnswers, ContactState, Deadline, DeadlineKind, Offer, State
from tests.unit.routing.scene import HELP, SALES, Scene, capacity, configuration, policy

ANN, BOB = AgentId("ann"), AgentId("bob")
WAITS, OFFERED, TALKS = ContactId("waits"), ContactId("offered"), ContactId("talks")
WRAPS = ContactId("wraps")


@pytest.fixture
def state() -> State:
    """Ann wraps one up, talks with one, is offered one, and one more waits for room; bob is at lunch."""
    steps = (RoutingStep(), RoutingStep(after_ms=1_000))
    scene = Scene(configuration(policy(SALES, steps=steps), policy(HELP)))
    scene.ready("ann", capacity(3))
    scene.chat("wraps")
    scene.accept("wraps")
    scene.end("wraps")
    scene.chat("talks")
    scene.accept("talks")
    scene.chat("offered")
    scene.chat("waits")
    scene.do(DisconnectCustomer(WAITS))
    scene.ready("bob", capacity(1, voice=1))
    scene.lunch("bob")
    check_all(scene.engine.state)
    return scene.engine.state


def drop(state: State, key: str) -> None:
    del state.deadlines[key]


def forge_offer(state: State) -> None:
    state.offers[OfferId("x.1")] = Offer(OfferId("x.1"), ContactId("x"), AgentId("x"), 0, 1)


def misdirect_offer(state: State) -> None:
    (offer_id,) = state.contacts[OFFERED].asked.values()
    state.offers[offer_id] = msgspec.structs.replace(state.offers[offer_id], agent_id=BOB)


def exclude_without_deadline(state: State) -> None:
    state.contacts[WAITS].excluded = {BOB: 1}


def deadline_of(kind: DeadlineKind, contact: str = "", agent: str = "") -> Deadline:
    return Deadline(10**9, 10**6, kind, ContactId(contact), AgentId(agent))


BREAKS: list[tuple[str, Callable[[State], object]]] = [
    ("INV-1 a contact waits in two", lambda s: s.waiting[HELP].update({WAITS: None})),
    ("INV-1 the waiting lines", lambda s: s.waiting[SALES].clear()),
    ("INV-2 held and named", lambda s: setattr(s.agents[ANN], "holds", {})),
    ("INV-2 held and named", lambda s: setattr(s.agents[BOB], "holds", {TALKS: Channel.CHAT})),
    ("INV-2 agent ann is wrong about", lambda s: setattr(s.agents[ANN], "interruptible", {})),
    (
        "INV-6 contact talks stays interrupted while bob has room",
        lambda s: setattr(s.agents[BOB], "interrupted", {TALKS: Channel.VOICE}),
    ),
    ("INV-3 offer x.1 is not its contact's", forge_offer),
    ("INV-3 offer x.1 is not among its agent's", forge_offer),
    ("INV-3 offer offered.1 is not among its agent's", misdirect_offer),
    ("INV-3 agents asked and live offers", lambda s: s.offers.clear()),
    (
        "INV-3 contact offered is offered with 0 offers",
        lambda s: setattr(s.contacts[OFFERED], "asked", {}),
    ),
    (
        "INV-3 contact waits is waiting with 1 offers",
        lambda s: setattr(s.contacts[WAITS], "asked", {ANN: OfferId("x.1")}),
    ),
    (
        "INV-4 contact waits rests",
        lambda s: setattr(s.contacts[WAITS], "state", ContactState.CLOSED),
    ),
    ("INV-5 contact talks has no deadline", lambda s: drop(s, timers.contact_key(TALKS))),
    (
        "INV-5 contact talks has no deadline",
        lambda s: s.deadlines.update(
            {timers.contact_key(TALKS): deadline_of(DeadlineKind.EXPIRE_OFFER, "talks")}
        ),
    ),
    ("INV-5 contact wraps has no deadline", lambda s: setattr(s.contacts[WRAPS], "agent_id", BOB)),
    ("INV-5 the wrap-up of wraps by ann", lambda s: drop(s, timers.wrap_up_key(WRAPS, ANN))),
    ("INV-5 the gone customer of waits", lambda s: drop(s, timers.gone_key(WAITS))),
    ("INV-5 an exclusion of waits", exclude_without_deadline),
    ("INV-5 agent bob is not ready", lambda s: drop(s, timers.agent_key(BOB))),
    ("INV-5 the lost presence of agent bob", lambda s: setattr(s.agents[BOB], "is_present", False)),
    (
        "INV-6 contact waits waits while ann is free",
        lambda s: setattr(s.agents[ANN], "capacity", capacity(4)),
    ),
    (
        "INV-7 deadline k belongs to nothing",
        lambda s: s.deadlines.update(k=deadline_of(DeadlineKind.ALARM_WAITING, contact="nobody")),
    ),
    (
        "INV-7 deadline k belongs to nothing",
        lambda s: s.deadlines.update(k=deadline_of(DeadlineKind.END_PRESENCE, agent="nobody")),
    ),
    ("INV-5 contact waits has no deadline for its next", lambda s: drop(s, timers.step_key(WAITS))),
    ("INV-9 contact waits rests in step 0 instead of 1", lambda s: setattr(s, "now_ms", 1_000)),
    (
        "INV-7 deadline k belongs to nothing",
        lambda s: s.deadlines.update(k=deadline_of(DeadlineKind.FINISH_WRAP_UP, "talks", "ann")),
    ),
    ("INV-10 the unused permits", lambda s: s.unused_permits.update({WAITS: 1})),
    (
        "INV-10 calls of campaigns under way",
        lambda s: s.campaigns.update(
            {CampaignId("spring"): CampaignAnswers(under_way={WAITS: None})}
        ),
    ),
]


@pytest.mark.parametrize(("fault", "break_it"), BREAKS, ids=[f"{n}" for n in range(len(BREAKS))])
def test_a_broken_law_is_named(
    state: State, fault: str, break_it: Callable[[State], object]
) -> None:
    break_it(state)
    assert any(found.startswith(fault) for found in broken(state)), broken(state)
    with pytest.raises(InvariantViolation, match=fault.split(maxsplit=1)[0]):
        check_all(state)


def test_every_numbered_law_is_broken_by_some_test_here() -> None:
    in_a_step = {"INV-8"}
    numbers = range(1, len(INVARIANTS) + len(in_a_step) + 1)
    assert {fault.split()[0] for fault, _ in BREAKS} | in_a_step == {f"INV-{n}" for n in numbers}


@pytest.mark.parametrize(
    "kind", [DeadlineKind.EXPIRE_OFFER, DeadlineKind.PROBE_CONNECTED, DeadlineKind.LEAVE_QUEUE]
)
def test_inv_8_a_deadline_without_any_effect_stops_the_engine(kind: DeadlineKind) -> None:
    scene = Scene()
    scene.chat("c1")
    timers.arm(scene.engine.state, "k", kind, 1, contact_id=ContactId("c1"))
    with pytest.raises(InvariantViolation, match=f"INV-8 deadline {kind} fired without any effect"):
        scene.engine.handle(Tick(), 1)
