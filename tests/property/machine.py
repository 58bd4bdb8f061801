"""Every command in every order, on a domain small enough that everything meets everything.

After each command: every numbered law, the naive oracle on every offer, the promises about ends and refusals.
At the end: replay of the inputs, fold of the journal, restored snapshot, all equal to the byte.
"""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from routing import commands as cmd
from routing import events as ev
from routing import invariants
from routing.engine import Engine, Handled, restore
from routing.ids import (
    NO_SITE,
    AgentId,
    ContactId,
    DetailId,
    DispositionId,
    OfferId,
    QueueId,
    ReasonId,
    SiteId,
    SkillId,
    TeamId,
)
from routing.model import (
    AgentState,
    CapacityRule,
    Channel,
    Destination,
    Dial,
    DialFailure,
    Party,
    RejectCause,
    RoutingConfiguration,
    SkillNeed,
)
from routing.state import ContactState
from tests import strategies as some
from tests.sim.oracle import Oracle
from tests.sim.replay import replay_faults


class EngineMachine(RuleBasedStateMachine):
    """One engine, a clock that sometimes steps back, and a journal."""

    def __init__(self) -> None:
        super().__init__()
        self.engine = Engine()
        self.now_ms = 1_000
        self.latest_ms = 1_000
        self.journal: list[ev.Event] = []
        self.oracle = Oracle()
        self.open: set[ContactId] = set()
        self.arrivals = 0

    # --- the world ---

    @initialize(
        configuration=some.configurations(),
        agents=st.lists(
            st.tuples(some.agent_queues, some.capacities, some.skills), min_size=1, max_size=4
        ),
    )
    def begin(
        self,
        configuration: RoutingConfiguration,
        agents: list[tuple[tuple[QueueId, ...], CapacityRule, dict[SkillId, int]]],
    ) -> None:
        """A configuration, and agents at their desks, ready."""
        self.give(cmd.ApplyConfiguration(configuration))
        for agent_id, (queue_ids, capacity, skills) in zip(some.AGENT_IDS, agents, strict=False):
            self.put_agent(agent_id, queue_ids, capacity, skills)
            self.come_to_work(agent_id)

    @rule(data=st.data(), what=st.integers(0, 3))
    def administrate(self, data: st.DataObject, what: int) -> None:
        """One rule for all of it, or nobody would ever get to work."""
        agent_id = data.draw(some.agent_ids)
        if what == 0:
            self.reload(data.draw(some.configurations()))
        elif what == 1:
            self.give(cmd.RemoveAgent(agent_id))
        else:
            queue_ids, capacity = data.draw(some.agent_queues), data.draw(some.capacities)
            self.put_agent(
                agent_id,
                queue_ids,
                capacity,
                data.draw(some.skills),
                team_id=data.draw(some.team_ids),
            )

    def reload(self, configuration: RoutingConfiguration) -> None:
        """Whatever changes, no agent's state does, and no contact is dropped or taken from anybody."""
        self.settle()
        before = self.standing()
        handled = self.give(cmd.ApplyConfiguration(configuration))
        taken = (ev.AgentStateChanged, ev.ContactClosed, ev.ContactRequeued, ev.OfferRescinded)
        assert not any(isinstance(event, taken) for event in handled.events)
        assert self.standing() == before

    def standing(self) -> tuple[object, ...]:
        """What a reload must leave alone: everybody's state, and where each contact is unless it waits for an offer."""
        state = self.engine.state
        free = (ContactState.WAITING, ContactState.OFFERED)
        return (
            [
                (agent.agent_id, agent.state, agent.reason_id, agent.next_state, agent.is_present)
                for agent in state.agents.values()
            ],
            [
                (one.contact_id, one.queue_id, one.agent_id if one.state not in free else None)
                for one in state.contacts.values()
            ],
            [one.state in free for one in state.contacts.values()],
        )

    def put_agent(
        self,
        agent_id: AgentId,
        queue_ids: tuple[QueueId, ...],
        capacity: CapacityRule,
        skills: dict[SkillId, int],
        *,
        team_id: TeamId = some.TEAM_IDS[0],
    ) -> None:
        """Put an agent into those of the queues there are."""
        known = tuple(queue_id for queue_id in queue_ids if queue_id in self.engine.state.queues)
        site = SiteId("near") if agent_id in some.AGENT_IDS[:2] else SiteId("far")
        primary = known[0] if known and team_id is some.TEAM_IDS[1] else None
        self.give(cmd.PutAgent(agent_id, team_id, known, capacity, skills, primary, site))

    @rule(agent_id=some.agent_ids, opens=st.booleans())
    def desk(self, agent_id: AgentId, opens: bool) -> None:
        change = cmd.ConnectAgent if opens else cmd.DisconnectAgent
        self.give(change(agent_id))

    @rule(agent_id=some.agent_ids, state=some.agent_states, reason_id=some.reason_ids)
    def set_agent_state(
        self, agent_id: AgentId, state: AgentState, reason_id: ReasonId | None
    ) -> None:
        self.give(cmd.SetAgentState(agent_id, state, reason_id))

    @rule(agent_id=some.agent_ids)
    def come_to_work(self, agent_id: AgentId) -> None:
        self.give(cmd.ConnectAgent(agent_id))
        self.give(cmd.SetAgentState(agent_id, AgentState.READY))

    @rule(queue_id=some.queue_ids)
    def chat(self, queue_id: QueueId) -> None:
        self.arrive(Channel.CHAT, queue_id)

    @rule(
        channel=some.channels,
        queue_id=some.queue_ids,
        who=st.sampled_from(["", "kim", "lee"]),
        needs=some.needs,
        preferred=some.preferred_agent_ids,
        barred=some.barred_agent_ids,
        site=some.sites,
    )
    def arrive(
        self,
        channel: Channel,
        queue_id: QueueId,
        *,
        who: str = "",
        needs: tuple[SkillNeed, ...] = (),
        preferred: AgentId | None = None,
        barred: tuple[AgentId, ...] = (),
        site: SiteId = NO_SITE,
    ) -> None:
        self.arrivals += 1
        contact_id = ContactId(f"c{self.arrivals}")
        self.give(
            cmd.EnqueueContact(
                contact_id,
                channel,
                queue_id,
                who,
                needs=needs,
                preferred_agent_id=preferred,
                barred_agent_ids=barred,
                site=site,
            )
        )

    @rule(version=st.integers(0, 9))
    def suppress(self, version: int) -> None:
        self.give(cmd.ChangeSuppressions(version))

    @rule(
        queue_id=some.queue_ids,
        dial=some.dials | some.campaign_dials,
        needs=some.needs,
        then=st.integers(0, 3),
    )
    def place(self, queue_id: QueueId, dial: Dial, needs: tuple[SkillNeed, ...], then: int) -> None:
        """A call of ours, dialled or not, answered or not."""
        self.arrivals += 1
        contact_id = ContactId(f"c{self.arrivals}")
        call = cmd.EnqueueContact(
            contact_id, Channel.OUTBOUND_VOICE, queue_id, needs=needs, dial=dial
        )
        self.give(call)
        for command in (cmd.UsePermit(contact_id), cmd.AnswerDial(contact_id))[:then]:
            self.give(command)

    @rule(data=st.data(), what=st.integers(0, 2), failure=st.sampled_from(DialFailure))
    def dial_on(self, data: st.DataObject, what: int, failure: DialFailure) -> None:
        contact_id = self.pick_contact(data)
        commands = (
            cmd.UsePermit(contact_id),
            cmd.AnswerDial(contact_id),
            cmd.FailDial(contact_id, failure),
        )
        self.give(commands[what])

    @rule(data=st.data(), channel=some.channels, queue_id=some.queue_ids)
    def arrive_twice(self, data: st.DataObject, channel: Channel, queue_id: QueueId) -> None:
        if self.open:
            contact_id = self.pick_contact(data)
            handled = self.give(cmd.EnqueueContact(contact_id, channel, queue_id))
            arrived = any(isinstance(event, ev.ContactArrived) for event in handled.events)
            assert arrived is (handled.refusal is None)

    @rule(data=st.data())
    def accept_live_offer(self, data: st.DataObject) -> None:
        offers = self.engine.state.offers
        if offers:
            offer = offers[data.draw(st.sampled_from([*offers]))]
            self.give(cmd.AcceptOffer(offer.offer_id, offer.agent_id))

    @rule(data=st.data(), cause=st.sampled_from(RejectCause))
    def reject_live_offer(self, data: st.DataObject, cause: RejectCause) -> None:
        offers = self.engine.state.offers
        if offers:
            offer = offers[data.draw(st.sampled_from([*offers]))]
            self.give(cmd.RejectOffer(offer.offer_id, offer.agent_id, cause))

    @rule(data=st.data(), agent_id=some.agent_ids, accepts=st.booleans())
    def answer_any_offer(self, data: st.DataObject, agent_id: AgentId, accepts: bool) -> None:
        state = self.engine.state
        offer_id = data.draw(
            st.sampled_from([*state.offers, *state.ended_offers, OfferId("nobody.1")])
        )
        answer = cmd.AcceptOffer if accepts else cmd.RejectOffer
        self.give(answer(offer_id, agent_id))

    @rule()
    def everybody_answers(self) -> None:
        for offer in [*self.engine.state.offers.values()]:
            self.give(cmd.AcceptOffer(offer.offer_id, offer.agent_id))

    @rule(data=st.data(), author=some.parties)
    def add_message(self, data: st.DataObject, author: Party) -> None:
        contact_id = self.pick_contact(data)
        agent_id = self.pick_agent(data, contact_id) if author is Party.AGENT else None
        self.give(cmd.AddMessage(contact_id, DetailId("d1"), author, agent_id))

    @rule(data=st.data(), comes_back=st.booleans())
    def customer_socket(self, data: st.DataObject, comes_back: bool) -> None:
        contact_id = self.pick_contact(data)
        change = cmd.ReturnCustomer if comes_back else cmd.DisconnectCustomer
        self.give(change(contact_id))

    @rule(data=st.data(), party=some.parties)
    def end_contact(self, data: st.DataObject, party: Party) -> None:
        contact_id = self.pick_contact(data)
        agent_id = self.pick_agent(data, contact_id) if party is Party.AGENT else None
        self.give(cmd.EndContact(contact_id, party, agent_id))

    @rule(data=st.data(), disposition_id=some.disposition_ids)
    def complete_wrap_up(self, data: st.DataObject, disposition_id: DispositionId) -> None:
        contact_id, agent_id = self.pick_wrap_up(data)
        self.give(cmd.CompleteWrapUp(contact_id, agent_id, disposition_id))

    @rule(data=st.data(), for_ms=st.none() | st.integers(-1, 100))
    def put_aside(self, data: st.DataObject, for_ms: int | None) -> None:
        contact_id = self.pick_contact(data)
        until_ms = None if for_ms is None else self.now_ms + for_ms
        self.give(cmd.ParkContact(contact_id, self.pick_agent(data, contact_id), until_ms))

    @rule(data=st.data())
    def take_up(self, data: st.DataObject) -> None:
        contact_id = self.pick_contact(data)
        self.give(cmd.ResumeContact(contact_id, self.pick_agent(data, contact_id)))

    @rule(data=st.data(), what=st.sampled_from([cmd.HoldCall, cmd.ResumeCall]))
    def hold(self, data: st.DataObject, what: type[cmd.HoldCall | cmd.ResumeCall]) -> None:
        contact_id = self.pick_contact(data)
        self.give(what(contact_id, self.pick_agent(data, contact_id)))

    @rule(data=st.data())
    def fail_leg(self, data: st.DataObject) -> None:
        contact_id = self.pick_contact(data)
        agent_id = self.pick_agent(data, contact_id)
        self.give(cmd.FailLeg(contact_id, agent_id, OfferId(f"{contact_id}.1")))

    @rule(queue_id=some.queue_ids)
    def call_over_mail(self, queue_id: QueueId) -> None:
        """Mail is taken up everywhere, and calls come in."""
        for channel in (Channel.EMAIL, Channel.VOICE, Channel.VOICE):
            self.arrive(channel, queue_id)
            self.everybody_answers()

    @rule(data=st.data())
    def extend_wrap_up(self, data: st.DataObject) -> None:
        self.give(cmd.ExtendWrapUp(*self.pick_wrap_up(data)))

    # --- supervisors ---

    @rule(data=st.data(), credit_ms=st.integers(-20, 20), is_total=st.booleans())
    def adjust_priority(self, data: st.DataObject, credit_ms: int, is_total: bool) -> None:
        self.give(cmd.AdjustPriority(self.pick_contact(data), credit_ms, some.SAM, is_total))

    @rule(data=st.data(), agent_id=some.agent_ids)
    def assign(self, data: st.DataObject, agent_id: AgentId) -> None:
        self.give(cmd.AssignContact(self.pick_contact(data), agent_id, some.SAM))

    @rule(agent_id=some.agent_ids, state=some.agent_states, reason_id=some.reason_ids)
    def force_state(self, agent_id: AgentId, state: AgentState, reason_id: ReasonId | None) -> None:
        self.give(cmd.ForceAgentState(agent_id, state, some.SAM, reason_id))

    @rule(data=st.data(), credit_ms=st.integers(0, 20), needs=some.needs)
    def learn(self, data: st.DataObject, credit_ms: int, needs: tuple[SkillNeed, ...]) -> None:
        contact_id, preferred = self.pick_contact(data), data.draw(some.preferred_agent_ids)
        self.give(cmd.UpdateContactAttributes(contact_id, needs, credit_ms, preferred))

    # --- handed on; queues ---

    @rule(data=st.data(), queue_id=some.queue_ids, by_agent=st.booleans())
    def hand_on_to_queue(self, data: st.DataObject, queue_id: QueueId, by_agent: bool) -> None:
        contact_id = self.pick_contact(data)
        agent_id = self.pick_agent(data, contact_id) if by_agent else None
        by = None if by_agent else some.SAM
        self.give(cmd.TransferContact(contact_id, queue_id, None, agent_id, by))

    @rule(data=st.data(), to_agent_id=some.agent_ids, by_agent=st.booleans())
    def hand_on_to_agent(self, data: st.DataObject, to_agent_id: AgentId, by_agent: bool) -> None:
        contact_id = self.pick_contact(data)
        agent_id = self.pick_agent(data, contact_id) if by_agent else None
        by = None if by_agent else some.SAM
        self.give(cmd.TransferContact(contact_id, None, to_agent_id, agent_id, by))

    @rule(queue_id=some.queue_ids, what=st.integers(0, 4), destination=some.destinations)
    def rule_queue(self, queue_id: QueueId, what: int, destination: Destination) -> None:
        if what == 0:
            self.give(cmd.CloseQueue(queue_id, some.SAM, destination.message_id))
        elif what == 1:
            self.give(cmd.FlushQueue(queue_id, destination, some.SAM))
        else:
            self.give(cmd.OpenQueue(queue_id, some.SAM))

    # --- time ---

    @rule(for_ms=some.waits_ms)
    def tick(self, for_ms: int) -> None:
        self.now_ms += for_ms
        self.give(cmd.Tick())

    @rule(for_ms=some.waits_ms)
    def let_pass(self, for_ms: int) -> None:
        self.now_ms += for_ms

    @rule(for_ms=some.steps_back_ms)
    def step_back(self, for_ms: int) -> None:
        self.now_ms -= for_ms

    @rule()
    def restart(self) -> None:
        self.engine = Engine(restore(self.engine.snapshot()))

    # --- what must hold ---

    def give(self, command: cmd.Command) -> Handled:
        """Hand the command over and check every promise about what follows."""
        self.settle()
        before = self.engine.snapshot()
        handled = self.engine.handle(command, self.now_ms)
        self.book(handled)
        if handled.refusal is not None:
            assert handled.events == ()
            assert self.engine.snapshot() == before
        return handled

    def settle(self) -> None:
        """Fire what is due, so that the command's own effect stands alone."""
        self.book(self.engine.handle(cmd.Tick(), self.now_ms))

    def book(self, handled: Handled) -> None:
        """Journal what happened, and check it."""
        self.latest_ms = max(self.latest_ms, self.now_ms)
        for event in handled.events:
            self.check_ends(event)
        times = [event.at_ms for event in (*self.journal[-1:], *handled.events)]
        assert times == sorted(times)
        found = self.oracle.judge(handled.events, self.now_ms)
        assert found == [], found
        self.journal.extend(handled.events)
        if handled.events:
            invariants.check_all(self.engine.state)

    def check_ends(self, event: ev.Event) -> None:
        """A contact ends exactly once, and what has ended is offered to nobody."""
        match event:
            case ev.ContactArrived(contact_id=contact_id):
                assert contact_id not in self.open
                self.open.add(contact_id)
            case ev.ContactClosed(contact_id=contact_id):
                self.open.remove(contact_id)
            case ev.OfferMade(contact_id=contact_id):
                assert contact_id in self.open
            case _:
                pass

    def teardown(self) -> None:
        """Replay, fold, restore; and nothing is open that the state does not hold."""
        if not self.journal:
            return
        self.now_ms = self.latest_ms
        self.settle()
        assert self.open == set(self.engine.state.contacts)
        assert replay_faults(self.engine, self.journal, self.now_ms) == []

    def pick_contact(self, data: st.DataObject) -> ContactId:
        """Mostly one that is open."""
        return data.draw(st.sampled_from([*sorted(self.open), ContactId("nobody")]))

    def pick_wrap_up(self, data: st.DataObject) -> tuple[ContactId, AgentId]:
        """A wrap-up that is open, if there is any: its contact, and mostly its agent."""
        agents = self.engine.state.agents.values()
        wrapping = [(one, agent.agent_id) for agent in agents for one in agent.wrap_ups]
        if wrapping:
            contact_id, agent_id = data.draw(st.sampled_from(wrapping))
            others = [agent_id, agent_id, *some.AGENT_IDS[:2]]
            return contact_id, data.draw(st.sampled_from(others))
        contact_id = self.pick_contact(data)
        return contact_id, self.pick_agent(data, contact_id)

    def pick_agent(self, data: st.DataObject, contact_id: ContactId) -> AgentId:
        """Mostly the one who holds it."""
        contact = self.engine.state.contacts.get(contact_id)
        holder = contact.agent_id if contact is not None else None
        others = [*some.AGENT_IDS[:2]]
        return data.draw(st.sampled_from(others if holder is None else [holder, holder, *others]))
