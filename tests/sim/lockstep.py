"""Two engines, one world: the index must decide exactly as the naive scanner does, step for step.

`python -m tests.sim.lockstep --steps 1000000` plays until each agent strategy and each contact strategy has been alone
for so many steps (an agent strategy with one contact strategy, then with the next), and stops at the first difference. The steps are hostile on purpose: few agents,
times of a few milliseconds, refusals, vanishing desks, changed facts, reloads and restores in the middle.
"""

import argparse
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import accumulate, count

import msgspec

from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine, restore
from routing.errors import InvariantViolation
from routing.ids import (
    NO_SITE,
    AgentId,
    CampaignId,
    ContactId,
    DispositionId,
    PermitId,
    QueueId,
    ReasonId,
    SiteId,
    SkillId,
    TeamId,
    UserId,
)
from routing.index import IndexedMatcher
from routing.invariants import check_all
from routing.matching import NaiveMatcher
from routing.model import (
    BUILT_IN_REASONS,
    INTERRUPTS,
    AgentState,
    AgentStrategy,
    CampaignFacts,
    CapacityRule,
    Channel,
    ContactStrategy,
    Destination,
    DestinationKind,
    Dial,
    DialFailure,
    NotReadyReason,
    Party,
    PriorityRule,
    QueuePolicy,
    RejectCause,
    RoutingConfiguration,
    RoutingStep,
    SkillNeed,
    StepAsks,
)
from routing.state import BEING_CALLED, Contact, ContactState
from tests.sim.ways_out import with_ways_out

QUEUES = tuple(QueueId(f"q{number}") for number in range(4))
SKILLS = tuple(SkillId(f"s{number}") for number in range(5))
SAM = UserId("sam")
TEAMS = (TeamId("north"), TeamId("south"))
DONE = DispositionId("done")
BREAK = ReasonId("break")
SITES = (SiteId("near"), SiteId("far"))
STRETCH_STEPS = 2_000
LAWS_EVERY = 50


class Different(Exception):
    """The two engines disagree; the message says when and about what."""


class Lockstep:
    """One seed: a world of hostile steps over two engines."""

    def __init__(
        self, seed: int, agents: Sequence[AgentStrategy], contacts: Sequence[ContactStrategy]
    ) -> None:
        self.random = random.Random(seed)
        self.seed = seed
        self.agent_strategies, self.contact_strategies = agents, contacts
        self.indexed, self.naive = Engine(matcher=IndexedMatcher), Engine(matcher=NaiveMatcher)
        self.now_ms, self.steps, self.offers = 1_000, 0, 0
        self.journal: list[ev.Event] = []
        self.contacts = 0
        self.agents = self.random.choice([3, 10, 30, 60])
        self.do(cmd.ApplyConfiguration(self.configuration()))
        for number in range(self.agents):
            self.put(number)
            self.do(cmd.ConnectAgent(AgentId(f"a{number}")))
            self.do(cmd.SetAgentState(AgentId(f"a{number}"), AgentState.READY))

    def run(self, steps: int) -> None:
        """Raises Different, InvariantViolation."""
        actions = self.actions()
        weights = [weight for weight, _ in actions]
        for self.steps in range(steps):
            self.now_ms += self.random.choice([0, 0, 1, 2, 5, self.random.randint(0, 40)])
            self.random.choices(actions, weights)[0][1]()
            if self.steps % LAWS_EVERY == 0:
                check_all(self.indexed.state)
        if self.indexed.snapshot() != self.naive.snapshot():
            raise Different(f"seed {self.seed}: the states differ at the end")

    def do(self, command: cmd.Command) -> None:
        """Hand the command to both and compare what followed."""
        ours = self.indexed.handle(command, self.now_ms)
        theirs = self.naive.handle(command, self.now_ms)
        if ours != theirs:
            pairs = zip(ours.events, theirs.events, strict=False)
            first = next((pair for pair in pairs if pair[0] != pair[1]), (ours, theirs))
            raise Different(f"seed {self.seed} step {self.steps}: {first[0]} and not {first[1]}")
        self.journal.extend(ours.events)
        self.offers += sum(1 for event in ours.events if type(event).__name__ == "OfferMade")

    def actions(self) -> list[tuple[float, Callable[[], None]]]:
        """What can happen next, and how often."""
        return [
            (30, self.arrive),
            (25, self.answer),
            (5, self.place),
            (0.5, self.suppress),
            (5, self.look_ahead),
            (8, lambda: self.with_some_contact(self.dial_on)),
            (30, self.work),
            (7, lambda: self.do(cmd.SetAgentState(self.some_agent(), AgentState.READY))),
            (2, lambda: self.do(cmd.SetAgentState(self.some_agent(), AgentState.NOT_READY, BREAK))),
            (1, lambda: self.do(cmd.DisconnectAgent(self.some_agent()))),
            (2.5, lambda: self.do(cmd.ConnectAgent(self.some_agent()))),
            (1, lambda: self.put(self.random.randrange(self.agents))),
            (0.3, lambda: self.do(cmd.RemoveAgent(self.some_agent()))),
            (0.1, lambda: self.do(cmd.ApplyConfiguration(self.configuration()))),
            (0.2, self.restart),
            (2, lambda: self.with_some_contact(self.adjust)),
            (2, lambda: self.with_some_contact(self.assign)),
            (2, lambda: self.with_some_contact(self.learn)),
            (0.5, self.force),
            (3, lambda: self.with_some_contact(self.hand_on)),
            (0.3, self.rule_queue),
            (1, lambda: self.do(cmd.Tick())),
        ]

    def arrive(self) -> None:
        """A contact, now and then with needs and a credit of its own."""
        self.contacts += 1
        draw = self.random
        needs, credit_ms = self.own_attributes()
        channel = draw.choice([Channel.CHAT, Channel.CHAT, Channel.EMAIL, Channel.VOICE])
        contact_id = ContactId(f"c{self.contacts}")
        queue_id = draw.choice(QUEUES)
        who = draw.choice(["", "kim", "lee", "mia"])
        preferred = draw.choice([None, None, self.some_agent(), AgentId("stranger")])
        barred = draw.choice([(), (), (self.some_agent(), self.some_agent())])
        self.do(
            cmd.EnqueueContact(
                contact_id,
                channel,
                queue_id,
                who,
                needs,
                credit_ms,
                preferred,
                barred,
                draw.choice([NO_SITE, NO_SITE, *SITES]),
            )
        )

    def place(self) -> None:
        """A call of ours: by somebody, or for whoever is free."""
        self.contacts += 1
        draw, needs = self.random, self.own_attributes()[0]
        contact_id = ContactId(f"c{self.contacts}")
        dial = Dial(
            PermitId(contact_id),
            draw.randint(1, 60),
            draw.choice([None, None, self.some_agent()]),
            is_agent_first=draw.random() < 0.5,
            may_be_not_ready=draw.random() < 0.5,
            is_emergency=draw.random() < 0.05,
            wraps_up_unreached=draw.random() < 0.5,
            may_be_in_wrap_up=draw.random() < 0.5,
        )
        if draw.random() < 0.5:
            dial = self.of_campaign(dial)
        queue_id, preferred = draw.choice(QUEUES), draw.choice([None, self.some_agent()])
        self.do(
            cmd.EnqueueContact(
                contact_id,
                Channel.OUTBOUND_VOICE,
                queue_id,
                needs=needs,
                preferred_agent_id=preferred,
                dial=dial,
            )
        )

    def of_campaign(self, dial: Dial) -> Dial:
        """The same for a campaign, whose facts may be old, or say no."""
        draw = self.random
        version = self.indexed.state.suppression_version
        facts = CampaignFacts(
            CampaignId(draw.choice(["spring", "autumn"])),
            draw.choice(["", "", "", "outside_window"]),
            version - draw.choice([0, 0, 0, 1]),
            draw.choice([None, 30, 500]),
        )
        return Dial(
            dial.permit_id, dial.ring_ms, dial.agent_id, dial.is_agent_first, campaign=facts
        )

    def suppress(self) -> None:
        """A number is suppressed; now and then an older one is told late."""
        newest = self.indexed.state.suppression_version
        self.do(cmd.ChangeSuppressions(newest + self.random.choice([1, 1, 0, -1])))

    def look_ahead(self) -> None:
        """Who waits for an agent whose wrap-ups were over."""
        for agent_id, agent in self.indexed.state.agents.items():
            peer = self.naive.state.agents[agent_id]
            ours = self.indexed._matcher.next_contact(agent, self.now_ms)
            theirs = self.naive._matcher.next_contact(peer, self.now_ms)
            if (ours and ours.contact_id) != (theirs and theirs.contact_id):
                raise Different(f"seed {self.seed} step {self.steps}: {ours} next, not {theirs}")

    def dial_on(self, contact: Contact) -> None:
        """The call goes on, or comes to nothing."""
        contact_id = contact.contact_id
        if contact.state not in BEING_CALLED or self.random.random() < 0.2:
            failure = self.random.choice(list(DialFailure))
            self.do(cmd.FailDial(contact_id, failure))
        elif contact.state is ContactState.RESERVED:
            self.do(cmd.UsePermit(contact_id))
        else:
            self.do(cmd.AnswerDial(contact_id))

    def own_attributes(self) -> tuple[tuple[SkillNeed, ...], int]:
        """Needs and a credit, now and then."""
        draw = self.random
        needs = tuple(
            SkillNeed(draw.choice(SKILLS), draw.randint(1, 5))
            for _ in range(draw.choice([0, 0, 1]))
        )
        return needs, draw.choice([0, 0, 0, 70])

    def answer(self) -> None:
        """Some offer is accepted, or rejected."""
        offers = list(self.indexed.state.offers.values())
        if offers:
            offer = self.random.choice(offers)
            if self.random.random() < 0.75:
                self.do(cmd.AcceptOffer(offer.offer_id, offer.agent_id))
            else:
                cause = self.random.choice([RejectCause.DECLINED] * 4 + [RejectCause.PHONE_FAULT])
                self.do(cmd.RejectOffer(offer.offer_id, offer.agent_id, cause))

    def work(self) -> None:
        """Some contact goes on: it ends, is wrapped up, or its customer leaves; mostly one in somebody's hands."""
        contacts = list(self.indexed.state.contacts.values())
        held = [
            one for one in contacts if one.state in (ContactState.CONNECTED, ContactState.WRAP_UP)
        ]
        if held and self.random.random() < 0.8:
            self.go_on(self.random.choice(held))
        elif contacts:
            self.go_on(self.random.choice(contacts))

    def go_on(self, contact: Contact) -> None:
        """The next thing in the life of a contact."""
        agent_id = contact.agent_id
        if agent_id is not None and contact.state is ContactState.PARKED:
            self.do(cmd.ResumeContact(contact.contact_id, agent_id))
        elif agent_id is not None and self.random.random() < 0.2:
            self.do(cmd.ParkContact(contact.contact_id, agent_id))
        elif contact.state is ContactState.CONNECTED:
            self.do(cmd.EndContact(contact.contact_id, Party.AGENT, agent_id))
        elif contact.wrapped_up_by:
            agent_id = self.random.choice(contact.wrapped_up_by)
            self.do(cmd.CompleteWrapUp(contact.contact_id, agent_id, DONE))
        elif self.random.random() < 0.1:
            self.do(cmd.EndContact(contact.contact_id, Party.CUSTOMER))
        elif self.random.random() < 0.1:
            self.do(cmd.DisconnectCustomer(contact.contact_id))

    def with_some_contact(self, do: Callable[[Contact], None]) -> None:
        """Somebody picks any open contact."""
        contacts = list(self.indexed.state.contacts.values())
        if contacts:
            do(self.random.choice(contacts))

    def adjust(self, contact: Contact) -> None:
        """A supervisor raises or lowers it."""
        credit_ms, is_total = self.random.randint(-100, 100), self.random.random() < 0.5
        self.do(cmd.AdjustPriority(contact.contact_id, credit_ms, SAM, is_total))

    def assign(self, contact: Contact) -> None:
        """A supervisor gives it to somebody."""
        self.do(cmd.AssignContact(contact.contact_id, self.some_agent(), SAM))

    def learn(self, contact: Contact) -> None:
        """What is known of the customer changes."""
        needs, credit_ms = self.own_attributes()
        preferred = self.random.choice([None, contact.preferred_agent_id, self.some_agent()])
        self.do(cmd.UpdateContactAttributes(contact.contact_id, needs, credit_ms, preferred))

    def force(self) -> None:
        """A supervisor changes somebody's state."""
        state = self.random.choice([AgentState.READY, AgentState.READY, AgentState.LOGGED_OUT])
        self.do(cmd.ForceAgentState(self.some_agent(), state, SAM))

    def hand_on(self, contact: Contact) -> None:
        """Its agent hands it on, or a supervisor does, to a queue or to somebody."""
        is_by_agent = contact.agent_id is not None and self.random.random() < 0.7
        to_queue = self.random.random() < 0.6
        transfer = cmd.TransferContact(
            contact.contact_id,
            self.random.choice(QUEUES) if to_queue else None,
            None if to_queue else self.some_agent(),
            contact.agent_id if is_by_agent else None,
            None if is_by_agent else SAM,
        )
        self.do(transfer)

    def rule_queue(self) -> None:
        """A supervisor closes a queue, opens one or empties it."""
        queue_id, other = self.random.sample(QUEUES, 2)
        destination = Destination(DestinationKind.QUEUE, other)
        acts = (
            cmd.CloseQueue(queue_id, SAM),
            cmd.OpenQueue(queue_id, SAM),
            cmd.OpenQueue(queue_id, SAM),
            cmd.FlushQueue(queue_id, self.random.choice([destination, Destination()]), SAM),
        )
        self.do(self.random.choice(acts))

    def restart(self) -> None:
        """The indexed engine comes back from a snapshot: its index is built anew."""
        self.indexed = Engine(restore(self.indexed.snapshot()), IndexedMatcher)

    def some_agent(self) -> AgentId:
        """Any agent's id."""
        return AgentId(f"a{self.random.randrange(self.agents)}")

    def put(self, number: int) -> None:
        """An agent's facts are new."""
        draw = self.random
        queues = tuple(sorted(draw.sample(QUEUES, draw.randint(1, len(QUEUES)))))
        units = {Channel.CHAT: draw.randint(0, 3), Channel.EMAIL: 2, Channel.VOICE: 1}
        units[Channel.OUTBOUND_VOICE] = draw.randint(0, 2)
        weights = draw.choice([{}, {}, {Channel.VOICE: 9}, {Channel.CHAT: 2, Channel.VOICE: 3}])
        skills = {one: draw.randint(1, 5) for one in draw.sample(SKILLS, draw.randint(0, 5))}
        capacity = CapacityRule(draw.randint(1, 4), units, weights)
        agent_id, team_id = AgentId(f"a{number}"), draw.choice(TEAMS)
        primary = draw.choice([None, None, None, draw.choice(QUEUES)])
        site = draw.choice(SITES)
        self.do(cmd.PutAgent(agent_id, team_id, queues, capacity, skills, primary, site))

    def configuration(self) -> RoutingConfiguration:
        """Queues with rules at random, of the strategies under test."""
        plain = RoutingConfiguration(
            version=str(self.random.random()),
            queues=tuple(self.policy(queue_id) for queue_id in QUEUES),
            not_ready_reasons=tuple(NotReadyReason(one, 300) for one in (*BUILT_IN_REASONS, BREAK)),
            presence_grace_ms=40,
            customer_gone_ms=60,
            connected_probe_ms=300,
            missed_limits={Channel.CHAT: 2},
            interrupts=self.random.choice([INTERRUPTS, {Channel.VOICE: (Channel.CHAT,)}, {}]),
            over_wrap_up=self.random.choice([(), (Channel.VOICE,), (Channel.CHAT, Channel.VOICE)]),
            parked_reminder_ms=self.random.choice([100, 1_000]),
        )
        if self.random.random() < 0.5:
            return plain
        return with_ways_out(self.random, plain, 150, self.now_ms)

    def policy(self, queue_id: QueueId) -> QueuePolicy:
        """One queue."""
        draw = self.random
        asked = sorted(draw.sample(SKILLS, draw.randint(0, 2)))
        rule = PriorityRule(
            draw.choice(self.contact_strategies),
            draw.choice([0, 0, 50]),
            draw.choice([300, 1000, 2500]),
            draw.choice([20, 200]),
            draw.randint(0, 2),
        )
        return QueuePolicy(
            queue_id=queue_id,
            offer_timeout_ms=draw.randint(5, 60),
            reoffer_gap_ms=draw.randint(5, 200),
            wrap_up_limit_ms=draw.choice([0, 30]),
            wrap_up_extension_ms=10,
            wrap_up_extensions_max=1,
            waiting_alarm_ms=500,
            waiting_max=200,
            disposition_ids=(DONE,),
            waits_for_impossible=draw.random() < 0.8,
            needs=tuple(SkillNeed(skill_id, draw.randint(1, 5)) for skill_id in asked),
            agent_strategy=draw.choice(self.agent_strategies),
            priority=rule,
            broadcast=draw.choice([1, 1, 1, 2, 5]),
            site=draw.choice([NO_SITE, *SITES]),
            site_cost=draw.choice([0, 1, 50]),
            steps=self.stages(),
        )

    def stages(self) -> tuple[RoutingStep, ...]:
        """None at all, or a few at random of which the last asks everybody."""
        draw = self.random
        gaps_ms = [0, *(draw.choice([5, 20, 60]) for _ in range(draw.randint(0, 3)))]
        times_ms = list(accumulate(gaps_ms))
        if len(times_ms) == 1 or draw.random() < 0.3:
            return ()
        last = msgspec.structs.replace(self.step(times_ms[-1]), asks=StepAsks.POOL)
        return (*(self.step(after_ms) for after_ms in times_ms[:-1]), last)

    def step(self, after_ms: int) -> RoutingStep:
        """One step."""
        draw = self.random
        asked = sorted(draw.sample(SKILLS, draw.randint(0, 2)))
        needs = tuple(SkillNeed(skill_id, draw.randint(1, 4)) for skill_id in asked)
        return RoutingStep(
            after_ms=after_ms,
            needs=draw.choice([None, needs]),
            relax_own=draw.random() < 0.3,
            credit_ms=draw.choice([0, 0, 60]),
            queue_ids=tuple(draw.sample(QUEUES, draw.choice([0, 0, 1, 2]))),
            asks=draw.choice(list(StepAsks)),
            team_id=draw.choice([None, *TEAMS]),
            skip_unstaffed=draw.random() < 0.5,
        )


def stretches(seed: int) -> list[tuple[str, list[AgentStrategy], list[ContactStrategy]]]:
    """Each agent strategy with a contact strategy, another one with each seed; every sixth seed, all of them mixed too."""
    agents, contacts = list(AgentStrategy), list(ContactStrategy)
    turn = contacts[seed % len(contacts) :] + contacts[: seed % len(contacts)]
    pairs = [(one, turn[number % len(turn)]) for number, one in enumerate(agents)]
    alone = [(f"{agent}, {contact}", [agent], [contact]) for agent, contact in pairs]
    return alone if seed % 6 else [*alone, ("mixed", agents, contacts)]


def main(arguments: Sequence[str] | None = None) -> int:
    """Play until each strategy has had its steps; exit 1 at the first difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000)
    wanted = parser.parse_args(arguments).steps
    played: Counter[str] = Counter()
    offers = 0
    for seed in count(1):
        for name, agents, contacts in stretches(seed):
            world = Lockstep(seed, agents, contacts)
            try:
                world.run(STRETCH_STEPS)
            except (Different, InvariantViolation) as fault:
                print(f"{name}: {fault}", file=sys.stderr)
                return 1
            played.update(dict.fromkeys(name.split(", "), STRETCH_STEPS))
            offers += world.offers
        least = min(played[one] for one in (*AgentStrategy, *ContactStrategy))
        print(f"seed {seed}: {least} steps of each strategy, {offers} offers equal", flush=True)
        if least >= wanted:
            print(json.dumps({"seeds": seed, "steps": played, "offers": offers, "differences": 0}))
            return 0
    return 1


if __name__ == "__main__":
    sys.exit(main())
