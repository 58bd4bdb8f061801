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
    ours            being called              the permit used, the agent's phone rung if that comes first, the customer dialled
"""

import msgspec

from callcenter.flows.inputs import LOOKED_UP
from callcenter.flows.plans import FlowPlan
from callcenter.telephony import consulting, dialling, flowing, limits, listening, recording
from callcenter.telephony.calls import ENDED_BY, RINGS, Call, Consult, Leg, LegStage
from callcenter.telephony.entry import EntryPoint
from callcenter.telephony.flow_run import FlowRun
from callcenter.telephony.protocol import EventType, Order, OrderKind, PbxEvent, Taping
from callcenter.telephony.recording import RecordingPlan
from callcenter.telephony.wanted import UNDELIVERED, Chosen, Opening, Ring, Standing, Wanted
from callcenter.telephony.words import sorry, voicemail_words
from ivr.session import Enqueue, Leave
from ivr.session import Record as AskRecord
from ivr.waiting import told
from routing.commands import (
    AcceptOffer,
    EndContact,
    FailLeg,
    HoldCall,
    RejectOffer,
    ResumeCall,
    TransferContact,
)
from routing.ids import AgentId, OfferId, QueueId
from routing.model import Party, RejectCause
from routing.state import BEING_CALLED, ContactState

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
    elif call.unknown_since_ms is not None:
        deciding.await_the_end(call.unknown_since_ms)
    elif call.is_outbound and standing.state in BEING_CALLED:
        dialling.place(deciding)
    elif not call.has_arrived and not call.is_outbound:
        deciding.without_arrival()
    elif not call.is_enqueued:
        deciding.greet()
    elif standing.is_over:
        deciding.say_goodbye()
    elif standing.state is ContactState.CONNECTED:
        deciding.connect()
    else:
        deciding.let_wait()
    return dialling.hurried(deciding.wanted, standing)


class _Deciding:
    """One look at one call."""

    def __init__(self, call: Call, standing: Standing, now_ms: int) -> None:
        self.call, self.standing, self.now_ms = call, standing, now_ms
        self.wanted = Wanted()

    # --- the ends ---

    def after_the_end(self) -> None:
        call = self.call
        if call.is_outbound and self.standing.state in BEING_CALLED:
            dialling.fail(self, call.end_cause)
            return
        key = "end.customer"
        if self.standing.is_over or key in call.settled:
            self.wanted.end_cause = call.end_cause
            return
        party = ENDED_BY.get(call.end_cause, Party.CUSTOMER)
        self.wanted.commands[key] = EndContact(call.contact_id, party)

    def await_the_end(self, since_ms: int) -> None:
        """Its phone system says it knows no such call: nobody is asked or blamed for anything, as its end is about to be told."""
        until_ms = since_ms + limits.GAP_WAIT_MS
        self.wanted.look_again(until_ms)
        if self.now_ms >= until_ms:
            call = self.call
            lost = PbxEvent(EventType.CALL_LOST, f"lost/{call.contact_id}", call.call_id)
            self.wanted.inputs.append(lost)

    def without_arrival(self) -> None:
        until_ms = self.call.begun_at_ms + limits.ARRIVAL_WAIT_MS
        self.wanted.look_again(until_ms)
        if self.now_ms >= until_ms:
            self.wanted.end_cause = "unknown"

    def say_goodbye(self) -> None:
        """Whoever was turned away hears why; then the line is closed."""
        call = self.call
        if survey := flowing.survey_due(call, self.standing.survey, self.now_ms):
            self.end_other_legs(set())
            self.wanted.inputs.append(survey)
            return
        if call.flow is not None and self._goes_on(call.flow):
            return
        if call.promise_due_ms is not None and self.now_ms < call.promise_due_ms:
            self.wanted.look_again(call.promise_due_ms)
            return
        if call.message_for is not None and not self._took_message(call.message_for):
            return
        if call.turned_away and call.message_for is None:
            said = call.said.in_language(call.language) if call.said is not None else ""
            text = said or sorry(call.turned_away, call.language)
            self.order("sorry", OrderKind.PLAY, text=text, language=call.language)
            if self.result("sorry", limits.PLAY_MS) is None:
                return
        self.hang_up()

    def _took_message(self, queue_id: QueueId) -> bool:
        """Whether a caller whom the queue sends there has left a message, or had the time to."""
        words, language = voicemail_words(self.call.language), self.call.language
        name = "voicemail"
        self._open_message(self.id_of(name), queue_id)
        self.add(
            Order(
                self.id_of(name),
                OrderKind.RECORD,
                self.call.call_id,
                text=words,
                language=language,
                timeout_ms=limits.VOICEMAIL_MS,
                recording_id=self.id_of(name),
                action=Taping.START,
            )
        )
        return self.result(name, limits.VOICEMAIL_MS + limits.PLAY_MS) is not None

    def _open_message(self, recording_id: str, queue_id: QueueId) -> None:
        opening = Opening(recording_id, queue_id, limits.VOICEMAIL_KEPT_MS)
        self.wanted.openings.append(opening)

    def hang_up(self) -> None:
        self.order("hangup", OrderKind.HANGUP)
        result = self.result("hangup", limits.HANGUP_MS)
        if result == "timeout" or (result and self.call.is_outbound and not self.call.has_arrived):
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
                self._enqueue(chosen)

    def _enqueue(self, chosen: Chosen) -> None:
        """Whoever will be recorded hears so first: an agent need not wait for it then."""
        plan = recording.plan_for(self.call, self.standing.plans, chosen.queue_id, chosen.language)
        if plan is None or self._has_said(plan, chosen.language):
            self.wanted.commands["enqueue"] = chosen

    def _has_said(self, plan: RecordingPlan, language: str) -> bool:
        """Whether the notice is over, heard or not."""
        if recording.notice_result(self.call) is not None:
            return True
        order = recording.notice_order(self.call, plan, language)
        self.add(order)
        until_ms = self.call.sent.get(order.command_id, self.now_ms) + limits.PLAY_MS
        self.wanted.look_again(until_ms)
        return self.now_ms >= until_ms

    def _greeted(self, plan: EntryPoint) -> Chosen | None:
        text = plan.greeting.in_language(plan.language)
        if text:
            self.order("greeting", OrderKind.PLAY, text=text, language=plan.language)
            if self.result("greeting", limits.PLAY_MS) is None:
                return None
        return Chosen(plan.queue_id, plan.language)

    def _chosen(self, plan: EntryPoint) -> Chosen | None:
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
                return Chosen(queue_id, language, choice.attributes)
        return Chosen(plan.queue_id, plan.language)

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
            self._enqueue(Chosen(plan.queue_id, run.session.language))

    def _ask(self, run: FlowRun) -> None:
        call, session = self.call, run.session
        asked, now_ms = session.asked, self.now_ms
        if isinstance(asked, Enqueue) and not call.is_enqueued:
            self._enqueue(Chosen(QueueId(asked.queue_id), session.language))
        elif isinstance(asked, LOOKED_UP):
            self.wanted.lookups.append(asked)
        elif asked is not None and (order := flowing.order_of(call, run, asked)) is not None:
            self.add(order)
            if isinstance(asked, AskRecord):
                self._open_message(order.recording_id, QueueId(asked.queue_id))
        is_waiting = self.standing.state is ContactState.WAITING
        self.wanted.inputs += flowing.inputs(call, run, now_ms, is_waiting=is_waiting)
        if session.due_ms is not None:
            self.wanted.look_again(session.due_ms)

    def _leave(self, run: FlowRun, leave: Leave) -> None:
        order = flowing.order_of(self.call, run, leave)
        if order is not None:
            self.add(order)
            if self.result(f"{flowing.name_of(run)}.{leave.number}", limits.PLAY_MS) is None:
                return
        self.hang_up()

    def _goes_on(self, run: FlowRun) -> bool:
        """Whether the flow has more to say to somebody whom no queue keeps."""
        asked = run.session.asked
        if asked is None and run.leave is not None:
            self._leave(run, run.leave)
            return True
        if asked is None or (isinstance(asked, Enqueue) and not self.call.turned_away):
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
                self._park(park)
        self._ask(run)

    # --- in the queue ---

    def let_wait(self) -> None:
        call = self.call
        if self._goes_to_colleague():
            return
        self._park(f"park.{call.talks}")
        if call.flow is not None and self.standing.state is ContactState.WAITING:
            self._comfort(call.flow)
        offered = {ring.offer_id for ring in self.standing.rings}
        self.end_other_legs(offered)
        for ring in self.standing.rings:
            self._ring(ring)

    def _park(self, name: str) -> None:
        music = flowing.music_of(self.call)
        self.order(name, OrderKind.PARK, language=self.call.language, music=music)

    def _goes_to_colleague(self) -> bool:
        """Whether the contact is offered to the colleague who is on the line already: then nothing rings and nobody is parked."""
        call = self.call
        for ring in self.standing.rings:
            consult = consulting.takes_over(call, ring.agent_id)
            if consult is not None and ring.offer_id not in call.taken_over:
                event = consulting.taken_over(call, ring.offer_id, consult, self.now_ms)
                self.wanted.inputs.append(event)
            elif ring.offer_id not in call.taken_over:
                continue
            else:
                self.end_other_legs({OfferId(call.taken_over[ring.offer_id])})
                self._ring(ring)
            return True
        return False

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
        if ring.is_consulted:
            return RejectCause.LINE_FAULT
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
            is_kept = leg_id in kept or leg_id in self.call.taken_over
            if not is_kept and leg.stage is not LegStage.ENDED and not never_rang:
                self.leg_order(OfferId(leg_id), OrderKind.HANGUP)

    # --- in an agent's hands ---

    def connect(self) -> None:
        standing = self.standing
        if standing.leg_id is None or standing.agent_id is None:
            return
        leg_id = OfferId(self.call.taken_over.get(standing.leg_id, standing.leg_id))
        consult = consulting.live(self.call, standing.leg_id)
        beside = [] if consult is None else [consult.leg_id]
        beside += [one.leg_id for one in listening.live(self.call)]
        self.end_other_legs({leg_id, *map(OfferId, beside)})
        leg = self.call.legs.get(leg_id, Leg())
        if leg.was_bridged:
            self._talk(leg, leg_id, standing.agent_id, consult)
        elif not self._connects(leg, leg_id):
            fail = FailLeg(self.call.contact_id, standing.agent_id, standing.leg_id)
            self.wanted.commands[f"fail.{standing.leg_id}"] = fail

    def _connects(self, leg: Leg, leg_id: OfferId) -> bool:
        """False when customer and agent will not come together."""
        until_ms = self.standing.accepted_at_ms + limits.CONNECT_MS
        plan = self._plan()
        if plan is not None and recording.was_said_since(self.call, self.standing.accepted_at_ms):
            until_ms += limits.PLAY_MS
        self.wanted.look_again(until_ms)
        if self.now_ms >= until_ms or leg.stage is LegStage.ENDED:
            return False
        if leg.stage is LegStage.ANSWERED:
            if plan is not None and not self._has_said(plan, self.call.language):
                return True
            self.leg_order(leg_id, OrderKind.BRIDGE)
            return not self.call.done.get(f"{leg_id}.{OrderKind.BRIDGE}")
        if leg.stage is LegStage.ASKED:
            timeout_ms = until_ms - self.now_ms
            self.leg_order(leg_id, OrderKind.RING_AGENT, to=self.standing.to, timeout_ms=timeout_ms)
        self.leg_order(leg_id, OrderKind.ANSWER)
        return True

    def _talk(self, leg: Leg, leg_id: OfferId, agent_id: AgentId, consult: Consult | None) -> None:
        contact_id = self.call.contact_id
        if leg.stage is LegStage.ENDED:
            self._without_agent(leg, leg_id, agent_id, consult)
            return
        if consult is not None:
            to, now_ms = self.standing.consult_to, self.now_ms
            orders, due_ms = consulting.orders(self.call, consult, to, now_ms)
            for order in orders:
                self.add(order)
            if due_ms is not None:
                self.wanted.look_again(due_ms)
        elif leg.hold_wishes and leg.hold_wish != leg.is_held:
            kind = OrderKind.HOLD if leg.hold_wish else OrderKind.UNHOLD
            self.leg_order(leg_id, kind, number=leg.hold_wishes)
        if leg.mute_wishes and leg.mute_wish != leg.is_muted:
            kind = OrderKind.MUTE if leg.mute_wish else OrderKind.UNMUTE
            self.leg_order(leg_id, kind, number=leg.mute_wishes)
        self._tape(leg, leg_id, agent_id)
        for order in listening.orders(self.call, leg_id, self.standing.phones):
            self.add(order)
        if leg.is_held != self.standing.is_held:
            change = HoldCall if leg.is_held else ResumeCall
            self.wanted.commands[f"hold.{leg_id}.{leg.holds}"] = change(contact_id, agent_id)

    def _without_agent(
        self, leg: Leg, leg_id: OfferId, agent_id: AgentId, consult: Consult | None
    ) -> None:
        """The agent is gone. Whoever hangs up on customer and colleague leaves the one to the other."""
        contact_id = self.call.contact_id
        key = "" if consult is None else f"hand_over.{consult.leg_id}"
        hung_up = leg.cause in _HUNG_UP
        if hung_up and consult is not None and key not in self.call.settled:
            to = TransferContact(contact_id, None, consult.agent_id, agent_id)
            self.wanted.commands[key] = to
        elif hung_up and consult is None:
            self.wanted.commands[f"end.{leg_id}"] = EndContact(contact_id, Party.AGENT, agent_id)
        else:
            fail = FailLeg(contact_id, agent_id, self.standing.leg_id or leg_id)
            self.wanted.commands[f"fail.{leg_id}"] = fail

    # --- recording ---

    def _plan(self) -> RecordingPlan | None:
        """What is wanted of the call where its contact is."""
        standing, call = self.standing, self.call
        return recording.plan_for(call, standing.plans, standing.queue_id, call.language)

    def _tape(self, leg: Leg, leg_id: OfferId, agent_id: AgentId) -> None:
        plan, queue_id = self._plan(), self.standing.queue_id
        taped = recording.tape(
            self.call, leg, leg_id, is_wanted=plan is not None, now_ms=self.now_ms
        )
        self.wanted.orders += taped.orders
        if taped.due_ms is not None:
            self.wanted.look_again(taped.due_ms)
        is_new = any(order.action == Taping.START for order in taped.orders)
        if is_new and plan is not None and queue_id is not None:
            recording_id = recording.recording_id_of(leg_id)
            opening = Opening(recording_id, queue_id, plan.kept_ms, agent_id)
            self.wanted.openings.append(opening)

    # --- commands to the phone system ---

    def id_of(self, name: str) -> str:
        """The id of a command about the whole call."""
        return f"{self.call.contact_id}.{name}"

    def order(
        self,
        name: str,
        kind: OrderKind,
        *,
        text: str = "",
        language: str = "",
        timeout_ms: int = 0,
        music: str = "",
    ) -> None:
        self.add(
            Order(
                self.id_of(name),
                kind,
                self.call.call_id,
                text=text,
                language=language,
                timeout_ms=timeout_ms,
                music=music,
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
        is_placed: bool = False,
    ) -> None:
        """A command about one leg."""
        command_id = f"{leg_id}.{kind}" + (f".{number}" if number else "")
        call_id = self.call.call_id
        self.add(
            Order(
                command_id, kind, call_id, leg_id, to=to, timeout_ms=timeout_ms, is_placed=is_placed
            )
        )

    def add(self, order: Order) -> None:
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
