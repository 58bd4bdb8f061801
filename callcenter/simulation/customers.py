"""Customers: they arrive, lose patience, talk, close the tab, come back, and send things twice.

All that a customer will do is drawn at arrival, in order of arrival, each kind of choice from its own stream:
what happens to one customer never changes what another is like.
"""

from functools import partial

import msgspec

from callcenter.simulation.distributions import draw_ms
from callcenter.simulation.scenario import Load, people_of
from callcenter.simulation.stage import Reactions, Stage, chance
from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, ContactId, DetailId
from routing.model import Party

_CALLERS = ("", *(f"caller{number}" for number in range(20)))
"""Whom the customers are known as: few enough that some come back."""


class Customer(msgspec.Struct, kw_only=True):
    """One customer: what was drawn for them, and where they are. `spell` counts waits and talks."""

    contact_id: ContactId
    load: Load
    patience_ms: int
    talk_ms: int
    messages: int
    hangs_up: bool
    sends_twice: bool
    arrival: cmd.EnqueueContact
    is_handed_on: bool
    spell: int = 0
    agent_id: AgentId | None = None


class Customers:
    """Everybody who is in contact or may come to be."""

    def __init__(self, stage: Stage) -> None:
        """Nobody is here yet; `begin` opens the doors."""
        self._stage = stage
        self._agenda = stage.agenda
        self._habits = stage.scenario.habits
        self._arrivals = 0
        self._agent_ids = [*people_of(stage.scenario)]
        self._stale = stage.streams.of("stale")
        self.here: dict[ContactId, Customer] = {}
        self.reactions: Reactions = {
            ev.OfferAccepted: self._answered,
            ev.ContactParked: self._put_aside,
            ev.ContactInterrupted: self._put_aside,
            ev.ContactResumed: self._goes_on,
            ev.InterruptionEnded: self._goes_on,
            ev.ContactRequeued: self._waits_again,
            ev.ContactClosed: self._is_done,
        }

    def begin(self) -> None:
        """Plan the first arrival of each queue."""
        for load in self._stage.scenario.loads:
            self._plan_arrival(load)

    # --- arriving ---

    def _plan_arrival(self, load: Load) -> None:
        luck = self._stage.streams.of(f"arrivals/{load.queue_id}/{load.channel}")
        gap_ms = round(luck.expovariate(1.0) * load.gap_ms)
        if self._agenda.now_ms + gap_ms < self._stage.scenario.for_ms:
            self._agenda.after(gap_ms, partial(self._arrive, load))

    def _arrive(self, load: Load) -> None:
        customer = self._draw(load)
        contact_id = customer.contact_id
        self._plan_arrival(load)
        self._plan_tab(contact_id)
        self.here[contact_id] = customer
        if self._stage.send(customer.arrival).refusal is not None:
            del self.here[contact_id]
        if contact_id not in self.here:
            return
        self._agenda.after(customer.patience_ms, partial(self._give_up, customer, customer.spell))
        if customer.sends_twice:
            self._agenda.after(1_000, partial(self._arrive_again, customer))

    def _draw(self, load: Load) -> Customer:
        self._arrivals += 1
        streams, habits = self._stage.streams, self._habits
        kind = f"{load.queue_id}/{load.channel}"
        contact_id = ContactId(f"c{self._arrivals}")
        return Customer(
            contact_id=contact_id,
            load=load,
            arrival=self._arrival(contact_id, load),
            patience_ms=draw_ms(load.patience, streams.of(f"patience/{kind}")),
            talk_ms=draw_ms(load.talk, streams.of(f"talk/{kind}")),
            messages=streams.of("messages").randint(0, habits.messages_max),
            hangs_up=chance(streams.of("hangs_up").random(), habits.hangs_up),
            is_handed_on=chance(streams.of("handed_on").random(), habits.is_handed_on),
            sends_twice=chance(streams.of("twice").random(), habits.sends_twice),
        )

    def _arrival(self, contact_id: ContactId, load: Load) -> cmd.EnqueueContact:
        luck, habits = self._stage.streams.of("acquaintances"), self._habits
        prefers, bars = chance(luck.random(), habits.prefers), chance(luck.random(), habits.bars)
        preferred, barred = luck.choice(self._agent_ids), luck.choice(self._agent_ids)
        return cmd.EnqueueContact(
            contact_id,
            load.channel,
            load.queue_id,
            self._stage.streams.of("who").choice(_CALLERS),
            preferred_agent_id=preferred if prefers else None,
            barred_agent_ids=(barred,) if bars else (),
        )

    def _arrive_again(self, customer: Customer) -> None:
        if customer.contact_id in self.here:
            self._stage.send(customer.arrival)

    # --- waiting and leaving ---

    def _give_up(self, customer: Customer, spell: int) -> None:
        if customer.spell == spell and customer.contact_id in self.here:
            self._stage.send(cmd.EndContact(customer.contact_id, Party.CUSTOMER))

    def _plan_tab(self, contact_id: ContactId) -> None:
        luck, habits = self._stage.streams.of("tab"), self._habits
        closes, comes_back = luck.random(), luck.random()
        after_ms = draw_ms(habits.tab_closed_after, luck)
        for_ms = draw_ms(habits.tab_closed_for, luck)
        if not chance(closes, habits.closes_tab):
            return
        self._agenda.after(after_ms, partial(self._tab, cmd.DisconnectCustomer(contact_id)))
        if chance(comes_back, habits.comes_back):
            back = cmd.ReturnCustomer(contact_id)
            self._agenda.after(after_ms + for_ms, partial(self._tab, back))

    def _tab(self, command: cmd.DisconnectCustomer | cmd.ReturnCustomer) -> None:
        if command.contact_id in self.here:
            self._stage.send(command)

    # --- talking ---

    def _answered(self, event: ev.OfferAccepted) -> None:
        customer = self.here[event.contact_id]
        customer.spell += 1
        customer.agent_id = event.agent_id
        spell, gaps = customer.spell, customer.messages + 1
        for number in range(1, gaps):
            written = partial(self._write, customer, spell, number)
            self._agenda.after(customer.talk_ms * number // gaps, written)
        self._agenda.after(customer.talk_ms, partial(self._end, customer, spell))

    def _put_aside(self, event: ev.ContactParked | ev.ContactInterrupted) -> None:
        """What was planned for the conversation does not happen."""
        self.here[event.contact_id].spell += 1

    def _goes_on(self, event: ev.ContactResumed | ev.InterruptionEnded) -> None:
        """It takes as long again: whoever was interrupted has to find in again."""
        customer = self.here[event.contact_id]
        customer.spell += 1
        self._agenda.after(customer.talk_ms, partial(self._end, customer, customer.spell))

    def _write(self, customer: Customer, spell: int, number: int) -> None:
        if customer.spell != spell or customer.contact_id not in self.here:
            return
        detail_id = DetailId(f"{customer.contact_id}/{spell}/{number}")
        author = Party.AGENT if number % 2 else Party.CUSTOMER
        agent_id = customer.agent_id if author is Party.AGENT else None
        self._stage.send(cmd.AddMessage(customer.contact_id, detail_id, author, agent_id))

    def _end(self, customer: Customer, spell: int) -> None:
        if customer.spell != spell or customer.contact_id not in self.here:
            return
        if customer.is_handed_on and self._hand_on(customer):
            return
        party = Party.CUSTOMER if customer.hangs_up else Party.AGENT
        agent_id = None if customer.hangs_up else customer.agent_id
        self._stage.send(cmd.EndContact(customer.contact_id, party, agent_id))
        if customer.sends_twice:
            self._stage.send(cmd.EndContact(customer.contact_id, party, agent_id))

    def _hand_on(self, customer: Customer) -> bool:
        """The agent sends the customer on, once; False if that is not possible."""
        customer.is_handed_on = False
        luck = self._stage.streams.of("handed_on_to")
        to_queue_id = luck.choice([load.queue_id for load in self._stage.scenario.loads])
        to_agent_id = None if luck.random() < 0.5 else luck.choice(self._agent_ids)
        transfer = cmd.TransferContact(
            customer.contact_id,
            to_queue_id if to_agent_id is None else None,
            to_agent_id,
            customer.agent_id,
        )
        return self._stage.send(transfer).refusal is None

    def _waits_again(self, event: ev.ContactRequeued) -> None:
        customer = self.here[event.contact_id]
        customer.spell += 1
        customer.agent_id = None
        patience = partial(self._give_up, customer, customer.spell)
        self._agenda.after(customer.patience_ms, patience)

    def _is_done(self, event: ev.ContactClosed) -> None:
        del self.here[event.contact_id]
        if not chance(self._stale.random(), self._stage.scenario.faults.stale):
            return
        contact_id = event.contact_id
        late: cmd.Command = cmd.EndContact(contact_id, Party.CUSTOMER)
        if self._stale.random() < 0.5:
            late = cmd.AddMessage(contact_id, DetailId(f"{contact_id}/late"), Party.CUSTOMER)
        self._agenda.after(self._stale.randint(1, 60_000), partial(self._stage.send, late))
