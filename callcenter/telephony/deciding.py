"""What is to be done about a call now: commands to its phone system, and to the engine.

Law of this file: pure. `decide` compares what the phone system has told with what the journal says of the contact, and
answers with everything that would bring the two together, under ids made from what it is about. Whoever acts on it does
each once; asked again, after a restart or a repeat, it answers the same.

    call            contact                   what is wanted
    not answered    none yet                  answer, greet, gather; then the engine learns of the contact
    open            waits                     park with music; a leg rings for each offer, no other
    open            in an agent's hands       that agent's leg answered and bridged, on hold as the agent wishes
    open            over                      say why if nobody took it, then hang up
    over            open                      the contact ends
"""

import msgspec

from callcenter.customers.rules import PLAIN, Attributes
from callcenter.telephony import flowing, limits
from callcenter.telephony.calls import PBX_LOST, RINGS, Call, Leg, LegStage
from callcenter.telephony.entry import EntryPoint, FlowPlan
from callcenter.telephony.flow_run import FlowRun
from callcenter.telephony.protocol import Order, OrderKind, PbxEvent
from callcenter.telephony.words import sorry
from ivr.session import Ask, Leave
from ivr.session import Enqueue as AskEnqueue
from ivr.waiting import Outlook, told
from routing.commands import (
    AcceptOffer,
    Command,
    EndContact,
    FailLeg,
    HoldCall,
    RejectOffer,
    ResumeCall,
)
from routing.ids import AgentId, OfferId, QueueId
from routing.model import Party, RejectCause
from routing.state import ContactState

UNDELIVERED = "undelivered"
"""Result of a command that the phone system has not taken in time."""


class Ring(msgspec.Struct, frozen=True):
    """A live offer of the contact, and what rings for it; `to` is empty for an agent without a phone."""

    offer_id: OfferId
    agent_id: AgentId
    to: str
    expires_at_ms: int


class Standing(msgspec.Struct, frozen=True):
    """The contact as the journal has it: None for one that is not open. `leg_id` is the offer its agent accepted."""

    state: ContactState | None = None
    rings: tuple[Ring, ...] = ()
    agent_id: AgentId | None = None
    leg_id: OfferId | None = None
    to: str = ""
    accepted_at_ms: int = 0
    is_held: bool = False
    outlook: Outlook = Outlook()

    @property
    def is_over(self) -> bool:
        """Whether customer and company are done with each other."""
        return self.state in (None, ContactState.WRAP_UP)


class Enqueue(msgspec.Struct, frozen=True):
    """The caller has chosen: the engine learns of the contact."""

    queue_id: QueueId
    language: str
    attributes: Attributes = PLAIN


class Wanted(msgspec.Struct):
    """What `decide` answers. `commands` by key; `due_ms`: ask again then; `end_cause`: nothing is left to do.

    `inputs` are to be stored as events of our own, `lookups` to be answered; both lead the call through its flow.
    """

    orders: list[Order] = []
    commands: dict[str, Command | Enqueue] = {}
    inputs: list[PbxEvent] = []
    lookups: list[Ask] = []
    due_ms: int | None = None
    end_cause: str = ""

    def look_again(self, at_ms: int) -> None:
        """Not later than this."""
        self.due_ms = at_ms if self.due_ms is None else min(self.due_ms, at_ms)


_CAUSES: dict[str, RejectCause] = {
    "declined": RejectCause.DECLINED,
    "hangup": RejectCause.DECLINED,
    "busy": RejectCause.BUSY,
    "unreachable": RejectCause.PHONE_FAULT,
    "failed": RejectCause.PHONE_FAULT,
}
"""What an unanswered leg's end says of its agent; a phone that rang out says nothing before the offer's deadline."""

_HUNG_UP = ("hangup", "released")


def decide(call: Call, standing: Standing, now_ms: int) -> Wanted:
    """What is wanted now."""
    deciding = _Deciding(call, standing, now_ms)
    if call.held and call.gap_since_ms is not None:
        deciding.wanted.look_again(call.gap_since_ms + limits.GAP_WAIT_MS)
    if call.end_cause:
        deciding.after_the_end()
    elif not call.has_arrived:
        deciding.without_arrival()
    elif not call.is_enqueued:
        deciding.greet()
    elif standing.is_over:
        deciding.say_goodbye()
    elif standing.state is ContactState.CONNECTED:
        deciding.connect()
    else:
        deciding.let_wait()
    return deciding.wanted


class _Deciding:
    """One look at one call."""

    def __init__(self, call: Call, standing: Standing, now_ms: int) -> None:
        self.call, self.standing, self.now_ms = call, standing, now_ms
        self.wanted = Wanted()

    # --- the ends ---

    def after_the_end(self) -> None:
        call = self.call
        key = "end.customer"
        if self.standing.is_over or key in call.settled:
            self.wanted.end_cause = call.end_cause
            return
        party = Party.SYSTEM if call.end_cause == PBX_LOST else Party.CUSTOMER
        self.wanted.commands[key] = EndContact(call.contact_id, party)

    def without_arrival(self) -> None:
        until_ms = self.call.begun_at_ms + limits.ARRIVAL_WAIT_MS
        self.wanted.look_again(until_ms)
        if self.now_ms >= until_ms:
            self.wanted.end_cause = "unknown"

    def say_goodbye(self) -> None:
        """Whoever was turned away hears why; then the line is closed."""
        call = self.call
        if call.flow is not None and self._goes_on(call.flow):
            return
        if call.turned_away:
            said = call.said.in_language(call.language) if call.said is not None else ""
            text = said or sorry(call.turned_away, call.language)
            self.order("sorry", OrderKind.PLAY, text=text, language=call.language)
            if self.result("sorry", limits.PLAY_MS) is None:
                return
        self.hang_up()

    def hang_up(self) -> None:
        self.order("hangup", OrderKind.HANGUP)
        if self.result("hangup", limits.HANGUP_MS) == "timeout":
            self.wanted.end_cause = "unconfirmed"

    # --- before the queue ---

    def greet(self) -> None:
        plan = self.call.plan
        if plan is None:
            self.hang_up()
            return
        self.order("answer", OrderKind.ANSWER)
        answered = self.result("answer", limits.ANSWER_MS)
        if answered:
            self.hang_up()
        elif answered == "" and plan.flow is not None:
            self._follow(plan, plan.flow)
        elif answered == "":
            chosen = self._chosen(plan) if plan.choices else self._greeted(plan)
            if chosen is not None:
                self.wanted.commands["enqueue"] = chosen

    def _greeted(self, plan: EntryPoint) -> Enqueue | None:
        text = plan.greeting.in_language(plan.language)
        if text:
            self.order("greeting", OrderKind.PLAY, text=text, language=plan.language)
            if self.result("greeting", limits.PLAY_MS) is None:
                return None
        return Enqueue(plan.queue_id, plan.language)

    def _chosen(self, plan: EntryPoint) -> Enqueue | None:
        text = plan.greeting.in_language(plan.language)
        for attempt in range(1, plan.attempts + 1):
            name, wait_ms = f"gather.{attempt}", plan.digit_wait_ms
            self.order(
                name, OrderKind.GATHER, text=text, language=plan.language, timeout_ms=wait_ms
            )
            if self.result(name, wait_ms + limits.PLAY_MS) is None:
                return None
            choice = plan.choices.get(self.call.digits.get(self.id_of(name), ""))
            if choice is not None:
                queue_id = choice.queue_id or plan.queue_id
                language = choice.language or plan.language
                return Enqueue(queue_id, language, choice.attributes)
        return Enqueue(plan.queue_id, plan.language)

    # --- in a flow ---

    def _follow(self, plan: EntryPoint, flow: FlowPlan) -> None:
        run = self.call.flow
        if run is None:
            self.wanted.inputs.append(flowing.beginning(self.call, flow, self.now_ms))
        elif run.session.asked is not None:
            self._ask(run)
        elif run.leave is not None:
            self._leave(run, run.leave)
        else:
            self.wanted.commands["enqueue"] = Enqueue(plan.queue_id, run.session.language)

    def _ask(self, run: FlowRun) -> None:
        call, session = self.call, run.session
        asked, now_ms = session.asked, self.now_ms
        if isinstance(asked, AskEnqueue) and not call.is_enqueued:
            queue_id = QueueId(asked.queue_id)
            self.wanted.commands["enqueue"] = Enqueue(queue_id, session.language)
        elif isinstance(asked, flowing.LOOKED_UP):
            self.wanted.lookups.append(asked)
        elif asked is not None and (order := flowing.order_of(call, run, asked)) is not None:
            self._add(order)
        silent = flowing.nothing_to_hear(call, run, now_ms)
        self.wanted.inputs += [] if silent is None else [silent]
        is_waiting = self.standing.state is ContactState.WAITING
        self.wanted.inputs += flowing.inputs(call, run, now_ms, is_waiting=is_waiting)
        if session.due_ms is not None:
            self.wanted.look_again(session.due_ms)

    def _leave(self, run: FlowRun, leave: Leave) -> None:
        order = flowing.order_of(self.call, run, leave)
        if order is not None:
            self._add(order)
            if self.result(f"{flowing.name_of(run)}.{leave.number}", limits.PLAY_MS) is None:
                return
        self.hang_up()

    def _goes_on(self, run: FlowRun) -> bool:
        """Whether the flow has more to say to somebody whom no queue keeps."""
        asked = run.session.asked
        if asked is None:
            is_left = run.leave is not None
            if run.leave is not None:
                self._leave(run, run.leave)
            return is_left
        if isinstance(asked, AskEnqueue) and not self.call.turned_away:
            return False
        self._ask(run)
        return True

    def _comfort(self, run: FlowRun) -> None:
        """What is said to who waits; afterwards there is music again."""
        comfort = run.comfort
        if comfort is not None:
            name = f"{flowing.name_of(run)}.{comfort.number}"
            prompt = told(comfort.prompt, self.standing.outlook)
            is_begun = self.id_of(name) in self.call.sent
            if prompt is not None and not is_begun:
                comfort = msgspec.structs.replace(comfort, prompt=prompt)
                order = flowing.order_of(self.call, run, comfort)
                self.wanted.orders += [] if order is None else [order]
            elif is_begun and self.result(name, limits.PLAY_MS) is not None:
                park = f"park.{self.call.talks}.{comfort.number}"
                self.order(park, OrderKind.PARK, language=self.call.language)
        self._ask(run)

    # --- in the queue ---

    def let_wait(self) -> None:
        call = self.call
        self.order(f"park.{call.talks}", OrderKind.PARK, language=call.language)
        if call.flow is not None and self.standing.state is ContactState.WAITING:
            self._comfort(call.flow)
        offered = {ring.offer_id for ring in self.standing.rings}
        self.end_other_legs(offered)
        for ring in self.standing.rings:
            self._ring(ring)

    def _ring(self, ring: Ring) -> None:
        leg = self.call.legs.get(ring.offer_id, Leg())
        cause = self._refused_by(ring, leg)
        if cause is not None:
            reject = RejectOffer(ring.offer_id, ring.agent_id, cause)
            self.wanted.commands[f"reject.{ring.offer_id}"] = reject
        elif leg.stage is LegStage.ANSWERED:
            accept = AcceptOffer(ring.offer_id, ring.agent_id)
            self.wanted.commands[f"accept.{ring.offer_id}"] = accept
        elif leg.stage is LegStage.ASKED:
            self.leg_order(
                ring.offer_id,
                OrderKind.RING_AGENT,
                to=ring.to,
                timeout_ms=max(1, ring.expires_at_ms - self.now_ms),
            )

    def _refused_by(self, ring: Ring, leg: Leg) -> RejectCause | None:
        if not ring.to:
            return RejectCause.PHONE_FAULT
        if leg.stage is LegStage.ENDED:
            return _CAUSES.get(leg.cause)
        code = self.call.done.get(f"{ring.offer_id}{RINGS}", "")
        if not code or leg.stage is not LegStage.ASKED:
            return None
        if code == UNDELIVERED:
            return RejectCause.LINE_FAULT
        return RejectCause.BUSY if code == "busy" else RejectCause.PHONE_FAULT

    def end_other_legs(self, kept: set[OfferId]) -> None:
        """What no offer and no agent stands behind any more."""
        for leg_id, leg in self.call.legs.items():
            failed = self.call.done.get(f"{leg_id}{RINGS}") not in (None, "", UNDELIVERED)
            never_rang = failed and leg.stage is LegStage.ASKED
            if leg_id not in kept and leg.stage is not LegStage.ENDED and not never_rang:
                self.leg_order(OfferId(leg_id), OrderKind.HANGUP)

    # --- in an agent's hands ---

    def connect(self) -> None:
        standing = self.standing
        if standing.leg_id is None or standing.agent_id is None:
            return
        self.end_other_legs({standing.leg_id})
        leg = self.call.legs.get(standing.leg_id, Leg())
        if leg.was_bridged:
            self._talk(leg, standing.leg_id, standing.agent_id)
        elif not self._connects(leg, standing.leg_id):
            fail = FailLeg(self.call.contact_id, standing.agent_id, standing.leg_id)
            self.wanted.commands[f"fail.{standing.leg_id}"] = fail

    def _connects(self, leg: Leg, leg_id: OfferId) -> bool:
        """False when customer and agent will not come together."""
        until_ms = self.standing.accepted_at_ms + limits.CONNECT_MS
        self.wanted.look_again(until_ms)
        if self.now_ms >= until_ms or leg.stage is LegStage.ENDED:
            return False
        if leg.stage is LegStage.ANSWERED:
            self.leg_order(leg_id, OrderKind.BRIDGE)
            return not self.call.done.get(f"{leg_id}.{OrderKind.BRIDGE}")
        if leg.stage is LegStage.ASKED:
            timeout_ms = until_ms - self.now_ms
            self.leg_order(leg_id, OrderKind.RING_AGENT, to=self.standing.to, timeout_ms=timeout_ms)
        self.leg_order(leg_id, OrderKind.ANSWER)
        return True

    def _talk(self, leg: Leg, leg_id: OfferId, agent_id: AgentId) -> None:
        contact_id = self.call.contact_id
        if leg.stage is LegStage.ENDED:
            if leg.cause in _HUNG_UP:
                end = EndContact(contact_id, Party.AGENT, agent_id)
                self.wanted.commands[f"end.{leg_id}"] = end
            else:
                fail = FailLeg(contact_id, agent_id, leg_id)
                self.wanted.commands[f"fail.{leg_id}"] = fail
            return
        if leg.hold_wishes and leg.hold_wish != leg.is_held:
            kind = OrderKind.HOLD if leg.hold_wish else OrderKind.UNHOLD
            self.leg_order(leg_id, kind, number=leg.hold_wishes)
        if leg.is_held != self.standing.is_held:
            change = HoldCall if leg.is_held else ResumeCall
            self.wanted.commands[f"hold.{leg_id}.{leg.holds}"] = change(contact_id, agent_id)

    # --- commands to the phone system ---

    def id_of(self, name: str) -> str:
        """The id of a command about the whole call."""
        return f"{self.call.contact_id}.{name}"

    def order(
        self, name: str, kind: OrderKind, *, text: str = "", language: str = "", timeout_ms: int = 0
    ) -> None:
        self._add(
            Order(
                self.id_of(name),
                kind,
                self.call.call_id,
                text=text,
                language=language,
                timeout_ms=timeout_ms,
            )
        )

    def leg_order(
        self,
        leg_id: OfferId,
        kind: OrderKind,
        *,
        to: str = "",
        timeout_ms: int = 0,
        number: int = 0,
    ) -> None:
        command_id = f"{leg_id}.{kind}" + (f".{number}" if number else "")
        call_id = self.call.call_id
        self._add(Order(command_id, kind, call_id, leg_id, to=to, timeout_ms=timeout_ms))

    def _add(self, order: Order) -> None:
        """Unless its result is known."""
        if order.command_id not in self.call.done:
            self.wanted.orders.append(order)

    def result(self, name: str, limit_ms: int) -> str | None:
        """What a command has led to: "" for success, None while it is not known and there is time."""
        command_id = self.id_of(name)
        if command_id in self.call.done:
            return self.call.done[command_id]
        until_ms = self.call.sent.get(command_id, self.now_ms) + limit_ms
        self.wanted.look_again(until_ms)
        return "timeout" if self.now_ms >= until_ms else None


OF_THE_PAST = ("enqueue", "accept", "reject", "end")
"""Keys, up to their first dot, of what may be told to the engine while a call's past is folded again: the rest
compares with the present."""
