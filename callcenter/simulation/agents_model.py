"""Agents as people: they answer, refuse, let it ring, click twice, forget to finish, take breaks and vanish.

Each agent draws from streams of their own, always the same number of draws for the same occasion, so that one
agent's luck does not depend on another's.
"""

from functools import partial

from callcenter.simulation.distributions import Distribution, draw_ms
from callcenter.simulation.scenario import AgentGroup
from callcenter.simulation.stage import Stage, chance
from routing import commands as cmd
from routing import events as ev
from routing.errors import RefusalCode
from routing.ids import AgentId, ContactId, DispositionId, OfferId, ReasonId, TeamId
from routing.model import BUILT_IN_REASONS, AgentState, CapacityRule, RejectCause


class AgentModel:
    """One agent. `is_here` is the truth about the person, whatever the engine believes."""

    def __init__(self, stage: Stage, agent_id: AgentId, group: AgentGroup) -> None:
        """Known to nobody until `begin`."""
        configuration = stage.scenario.configurations[0]
        self._stage = stage
        self._group = group
        self.agent_id = agent_id
        self.is_here = False
        self._answers = stage.streams.of(f"answers/{agent_id}")
        self._parks = stage.streams.of(f"parks/{agent_id}")
        self._finishes = stage.streams.of(f"finishes/{agent_id}")
        self._breaks = stage.streams.of(f"breaks/{agent_id}")
        self._vanishes = stage.streams.of(f"vanishes/{agent_id}")
        self._reasons = [
            reason.reason_id
            for reason in configuration.not_ready_reasons
            if reason.reason_id not in BUILT_IN_REASONS
        ]

    def begin(self) -> None:
        """Be made known, open the desk, and start the day."""
        self.put(self._group.capacity)
        self.come()
        self._plan_break()
        self._plan_vanishing()

    def put(self, capacity: CapacityRule) -> None:
        """An administrator makes the agent known with this capacity."""
        group = self._group
        team_id = TeamId(group.name)
        self._stage.send(
            cmd.PutAgent(self.agent_id, team_id, group.queue_ids, capacity, group.skills)
        )

    @property
    def usual_capacity(self) -> CapacityRule:
        """What the group gives everybody."""
        return self._group.capacity

    def come(self) -> None:
        """Open the desk, and say ready in a while."""
        self.is_here = True
        self._stage.send(cmd.ConnectAgent(self.agent_id))
        self._plan_ready(self._group.returns_after)

    def _plan_ready(self, after: Distribution) -> None:
        self._stage.agenda.after(draw_ms(after, self._breaks), self._say_ready)

    def _say_ready(self) -> None:
        if self.is_here:
            self._stage.send(cmd.SetAgentState(self.agent_id, AgentState.READY))

    # --- offers ---

    def offered(self, event: ev.OfferMade, colleague: AgentId) -> None:
        """Decide what will become of an offer. `colleague` may answer in this agent's place, wrongly."""
        luck, group = self._answers, self._group
        mood, late, twice, other = luck.random(), luck.random(), luck.random(), luck.random()
        after_ms, fails = draw_ms(group.answers_after, luck), luck.random()
        offer_id, agenda = event.offer_id, self._stage.agenda
        if chance(other, group.answers_for_others):
            wrong = cmd.AcceptOffer(offer_id, colleague)
            agenda.after(after_ms // 2, partial(self._stage.send, wrong))
        if chance(fails, group.phone_fails):
            fault = cmd.RejectOffer(offer_id, self.agent_id, RejectCause.PHONE_FAULT)
            agenda.after(after_ms // 2, partial(self._answer, fault))
            return
        if chance(mood, group.rejects):
            agenda.after(after_ms, partial(self._answer, cmd.RejectOffer(offer_id, self.agent_id)))
            return
        if chance(mood, group.rejects + group.misses):
            if not chance(late, group.answers_late):
                return
            after_ms += event.expires_at_ms - event.at_ms
        self._plan_accept(offer_id, after_ms, is_twice=chance(twice, group.answers_twice))

    def _plan_accept(self, offer_id: OfferId, after_ms: int, *, is_twice: bool) -> None:
        accept = cmd.AcceptOffer(offer_id, self.agent_id)
        self._stage.agenda.after(after_ms, partial(self._answer, accept))
        if is_twice:
            self._stage.agenda.after(after_ms + 200, partial(self._answer, accept))

    def _answer(self, command: cmd.AcceptOffer | cmd.RejectOffer) -> None:
        if self.is_here:
            self._stage.send(command)

    # --- mail ---

    def has_mail(self, contact_id: ContactId) -> None:
        """Decide whether to put it aside, when, and for how long."""
        luck, group = self._parks, self._group
        mood, after_ms = luck.random(), draw_ms(group.parks_after, luck)
        for_ms = draw_ms(group.parks_for, luck)
        if chance(mood, group.parks):
            self._stage.agenda.after(after_ms, partial(self._park, contact_id, for_ms))

    def _park(self, contact_id: ContactId, for_ms: int) -> None:
        if self.is_here:
            self._stage.send(cmd.ParkContact(contact_id, self.agent_id))
            self._stage.agenda.after(for_ms, partial(self._resume, contact_id))

    def _resume(self, contact_id: ContactId) -> None:
        """Take it up again; without room, try again in a minute."""
        handled = self._stage.send(cmd.ResumeContact(contact_id, self.agent_id))
        if handled.refusal is not None and handled.refusal.code is RefusalCode.CAPACITY_FULL:
            self._stage.agenda.after(60_000, partial(self._resume, contact_id))

    # --- wrap-up ---

    def wraps_up(self, event: ev.WrapUpStarted, choices: tuple[DispositionId, ...]) -> None:
        """Decide when to finish and with which disposition, or to forget it."""
        luck, group = self._finishes, self._group
        forgets, extends = luck.random(), luck.random()
        disposition_id = luck.choice(choices)
        after_ms = draw_ms(group.wrap_up, luck)
        contact_id, agenda = event.contact_id, self._stage.agenda
        if chance(extends, group.extends_wrap_up):
            agenda.after(after_ms // 2, partial(self._extend, contact_id))
        if not chance(forgets, group.forgets_wrap_up):
            agenda.after(after_ms, partial(self._finish, contact_id, disposition_id))

    def _extend(self, contact_id: ContactId) -> None:
        if self.is_here:
            self._stage.send(cmd.ExtendWrapUp(contact_id, self.agent_id))

    def _finish(self, contact_id: ContactId, disposition_id: DispositionId) -> None:
        if self.is_here:
            self._stage.send(cmd.CompleteWrapUp(contact_id, self.agent_id, disposition_id))

    # --- breaks, and vanishing ---

    def state_changed(self, event: ev.AgentStateChanged) -> None:
        """Somebody who is not ready comes back in a while: sooner if it was not their idea."""
        if event.state is AgentState.READY:
            return
        was_asked_for = event.cause is ev.StateCause.REQUESTED
        group = self._group
        self._plan_ready(group.break_for if was_asked_for else group.returns_after)

    def _plan_break(self) -> None:
        if self._group.break_every is not None:
            after_ms = draw_ms(self._group.break_every, self._breaks)
            self._stage.agenda.after(after_ms, self._take_break)

    def _take_break(self) -> None:
        self._plan_break()
        logs_out = chance(self._breaks.random(), self._group.logs_out)
        if not self.is_here:
            return
        state, reason_id = AgentState.LOGGED_OUT, None
        if self._reasons and not logs_out:
            state, reason_id = AgentState.NOT_READY, self._choose_reason()
        self._stage.send(cmd.SetAgentState(self.agent_id, state, reason_id))

    def _choose_reason(self) -> ReasonId:
        return self._breaks.choice(self._reasons)

    def _plan_vanishing(self) -> None:
        if self._group.vanish_every is not None:
            after_ms = draw_ms(self._group.vanish_every, self._vanishes)
            self._stage.agenda.after(after_ms, self._vanish)

    def _vanish(self) -> None:
        for_ms = draw_ms(self._group.vanish_for, self._vanishes)
        self.is_here = False
        self._stage.send(cmd.DisconnectAgent(self.agent_id))
        self._stage.agenda.after(for_ms, self.come)
        self._plan_vanishing()
