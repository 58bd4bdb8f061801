"""What-if: under the journal's own configuration the journal comes out; under another, what the models say."""

import msgspec
import pytest

from callcenter.simulation.what_if.fates import Fates, differences
from callcenter.simulation.what_if.observed import Observed, Observer
from callcenter.simulation.what_if.play import WhatIf
from callcenter.simulation.what_if.tell import compared, table
from callcenter.simulation.world import World
from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine
from routing.ids import AgentId, ContactId, DispositionId
from routing.inputs import is_input
from routing.model import PriorityRule, RoutingConfiguration
from tests.sim.scenarios import scenario_of
from tests.unit.routing.scene import HELP, SALES, Scene, configuration, policy


def journal_of(seed: int) -> list[ev.Event]:
    """A simulated day with refusals, misses, lost desks and restarts."""
    journal: list[ev.Event] = []
    scenario = scenario_of(seed, 1)
    World(scenario, seed, Engine(), watch=lambda said: journal.extend(said.handled.events)).run()
    return journal


def observed_of(journal: list[ev.Event]) -> tuple[Observed, Fates]:
    observer, fates = Observer(), Fates()
    for event in journal:
        observer.follow(event)
        fates.follow(event)
    return observer.finish(), fates


def configuration_of(journal: list[ev.Event]) -> RoutingConfiguration:
    return next(one for one in journal if isinstance(one, ev.ConfigurationApplied)).configuration


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 6])
def test_the_control_is_the_journal_itself(seed: int) -> None:
    observed, before = observed_of(journal_of(seed))
    control = WhatIf(observed, None, patience=None, seed=1)
    assert differences(before, control.play()) == []
    assert not control.refused


@pytest.mark.parametrize("tenths", range(1, 10))
def test_a_journal_that_ends_anywhere_is_its_own_control(tenths: int) -> None:
    """As while people work, between two commands: offers ring, conversations go on."""
    journal = journal_of(2)
    places = range(len(journal) * tenths // 10, len(journal))
    observed, before = observed_of(journal[: next(at for at in places if is_input(journal[at]))])
    assert differences(before, WhatIf(observed, None, patience=None, seed=1).play()) == []


def test_every_model_is_told_and_the_same_seed_tells_the_same() -> None:
    journal = journal_of(2)
    observed, before = observed_of(journal)
    slower = msgspec.structs.replace(configuration_of(journal), version="slower")
    lines: list[str] = []
    said = compared(observed, before, slower, seed=1, service_level_s=20, progress=lines.append)
    assert said["control_contacts_changed"] == 0
    total = said["queues"]["total"]
    assert total["journal"]["offered"] == total["estimated"]["offered"] == len(before.of)
    shown = list(table(said))
    assert any("control" in line for line in shown)
    assert sum(line.startswith("total") for line in shown) == 1
    again = compared(observed, before, slower, seed=1, service_level_s=20)
    assert again == said


# --- one queue, by hand ---


def played(scene: Scene, other: RoutingConfiguration, patience: str) -> WhatIf:
    observed, _ = observed_of(scene.journal)
    what_if = WhatIf(observed, other, patience=patience, seed=1)
    what_if.play()
    return what_if


def told(what_if: WhatIf, contact: str) -> tuple[str, str | None, int | None]:
    fate = what_if.fates.of[ContactId(contact)]
    return fate.outcome, fate.agent_id, fate.wait_ms


def busy_morning() -> Scene:
    """Ann takes first; then help, which came earlier, and sales; carl gives up after 50 s."""
    scene = Scene(
        configuration(policy(SALES, wrap_up_limit_ms=0), policy(HELP, wrap_up_limit_ms=0))
    )
    scene.ready("ann", queues=(SALES, HELP))
    scene.chat("first")
    scene.wait(2_000)
    scene.accept("first")
    scene.chat("help", HELP)
    scene.wait(5_000)
    scene.chat("sales")
    scene.chat("carl")
    scene.wait(10_000)
    scene.end("first")
    scene.wait(3_000)
    scene.accept("help")
    scene.wait(20_000)
    scene.end("help")
    scene.wait(1_000)
    scene.accept("sales")
    scene.wait(16_000)
    scene.end("carl")
    scene.wait(30_000)
    scene.end("sales")
    scene.wait(60_000)
    return scene


def credit() -> RoutingConfiguration:
    """Sales is given a minute."""
    return configuration(
        policy(SALES, wrap_up_limit_ms=0, priority=PriorityRule(credit_ms=60_000)),
        policy(HELP, wrap_up_limit_ms=0),
        version="other",
    )


def test_another_order_with_the_same_reactions_and_talks() -> None:
    scene = busy_morning()
    what_if = played(scene, credit(), "patient")
    # first: answered after 2 s, talks 15 s; then sales, whom ann took after 1 s before, talks 46 s
    assert told(what_if, "first") == ("answered", "ann", 2_000)
    assert told(what_if, "sales") == ("answered", "ann", 11_000)
    # carl, who gave up after 50 s, still does: ann talks with sales
    assert told(what_if, "carl") == ("abandoned", None, 50_000)
    # help is answered last, after ann's usual 3 s with it
    assert told(what_if, "help") == ("answered", "ann", 15_000 + 1_000 + 46_000 + 3_000)


def test_the_impatient_leave_when_they_wait_longer_than_they_did() -> None:
    scene = busy_morning()
    what_if = played(scene, credit(), "impatient")
    assert told(what_if, "help") == ("abandoned", None, 18_001)


def test_who_is_answered_now_talks_like_another_of_the_queue() -> None:
    scene = busy_morning()
    everybody = configuration(
        policy(SALES, wrap_up_limit_ms=0, priority=PriorityRule(credit_ms=60_000)),
        policy(HELP, wrap_up_limit_ms=0, offer_timeout_ms=1_000),
        version="other",
    )
    # an offer of help now expires before ann's 3 s have passed: she misses it and is asked again later
    what_if = played(scene, everybody, "patient")
    assert what_if.fates.missed == {HELP: 1}
    assert told(what_if, "help")[0] == "open"


def test_what_the_other_configuration_does_not_have_is_counted() -> None:
    scene = busy_morning()
    other = configuration(policy(SALES, disposition_ids=(DispositionId("other"),)), version="other")
    what_if = played(scene, other, "patient")
    assert dict(what_if.refused) == {"EnqueueContact: queue_unknown": 1}
    observed, before = observed_of(scene.journal)
    said = compared(observed, before, other, seed=1, service_level_s=20)
    gone = next(one for one in said["changes"] if one["contact_id"] == "help")
    assert gone["after"] is None
    assert any("no such queue" in line for line in table(said))


def test_dispositions_and_extensions_fit_the_other_queue() -> None:
    scene = Scene()
    scene.ready("ann")
    scene.chat("c1")
    scene.wait(1_000)
    scene.accept("c1")
    scene.wait(10_000)
    scene.end("c1")
    scene.wait(5_000)
    scene.do(cmd.ExtendWrapUp(ContactId("c1"), AgentId("ann")))
    scene.wait(30_000)
    scene.wrap_up("c1")
    other = configuration(policy(SALES, disposition_ids=(DispositionId("other"),)), version="other")
    what_if = played(scene, other, "patient")
    assert not what_if.refused
    assert not what_if._engine.state.agents[AgentId("ann")].wrap_ups
    without = configuration(policy(SALES, wrap_up_limit_ms=0), version="other")
    assert not played(scene, without, "patient").refused
