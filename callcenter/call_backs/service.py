"""Call-backs as they are made, dialled and followed to their end.

Theory: a row and its step are durable before anything follows from them, and each round has an id made from the row's,
so that whatever is asked of the engine a second time is the same round. What the journal says of a round is taken in
its order; after a restart, and when nothing was heard for long, a row is compared with where its contact stands. Nobody
scans: a heap knows what is due, and the engine is asked for agents only while somebody waits for one.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from callcenter.call_backs import limits
from callcenter.call_backs.following import Fact, fact_of, fate_of
from callcenter.call_backs.plans import PROMISED, CallBackRule, apology, hours_of, places, window
from callcenter.call_backs.promises import CallBackRefused, NoPhones, Placing, Promise, Round
from callcenter.call_backs.register import Register
from callcenter.call_backs.states import Step, after
from callcenter.customers.keys import CustomerKeys
from callcenter.host.envelope import CommandRefused, Envelope, HostError, Published
from callcenter.host.host import Host
from callcenter.ports.call_backs import (
    CallBack,
    CallBackChange,
    CallBacks,
    CallBackState,
    MadeBy,
)
from callcenter.ports.errors import CallBackTaken, StorageError
from callcenter.ports.read_models import Interactions
from callcenter.tasks import woken
from callcenter.telephony.promising import Caller
from routing.commands import EndContact
from routing.errors import RefusalCode
from routing.events import ContactArrived, ContactTurnedAway
from routing.ids import ContactId, QueueId
from routing.model import Channel, DestinationKind, Party
from routing.state import ContactState

_log = structlog.get_logger("callcenter.call_backs")


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What the service stands in. `rule` is None for a queue that calls nobody back."""

    rows: CallBacks
    interactions: Interactions
    host: Host
    keys: CustomerKeys
    rule: Callable[[QueueId], CallBackRule | None]
    now_ms: Callable[[], int]


class CallBackService:
    """One for a domain; a listener of the host. `run` does what is due."""

    def __init__(self, around: Around) -> None:
        """Nothing is known before `load`, and nobody is called before `place_by`."""
        self._around = around
        self._placing: Placing = NoPhones()
        self._register = Register()
        self._facts: deque[Fact] = deque()
        self._wake = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._asked_ms = 0
        self._taken: dict[ContactId, QueueId] = {}
        self._on_changed: Callable[[ContactId], None] = lambda _contact_id: None
        self._on_row: Callable[[CallBack], None] = lambda _row: None
        self.counts = {step.value: 0 for step in Step}

    def place_by(self, placing: Placing) -> None:
        """Call by these phones."""
        self._placing = placing

    def listen(self, on_changed: Callable[[ContactId], None]) -> None:
        """Call this whenever what a desk shows of a contact's call-back looks different."""
        self._on_changed = on_changed

    def follow(self, on_row: Callable[[CallBack], None]) -> None:
        """Call this with every row once it is durable."""
        self._on_row = on_row

    # --- what others ask ------------------------------------------------------------------------

    @property
    def register(self) -> Register:
        """The open ones."""
        return self._register

    def rule(self, queue_id: QueueId) -> CallBackRule | None:
        """How a queue calls its customers back."""
        return self._around.rule(queue_id)

    def keeps(self, queue_id: QueueId) -> bool:
        """Whether this queue calls anybody back."""
        return self._around.rule(queue_id) is not None

    async def promise(self, caller: Caller) -> bool:
        """Promise the caller of a contact a call-back: there is one of them then. Raises StorageError."""
        wanted = Promise(
            call_back_id=f"f-{caller.contact_id}",
            queue_id=caller.queue_id,
            number=caller.number,
            made_by=MadeBy.FLOW,
            language=caller.language,
            replaced_contact_id=caller.contact_id,
            age_origin_ms=caller.since_ms,
        )
        try:
            await self.make(wanted)
        except CallBackRefused:
            return False
        except CallBackTaken:
            return True
        return True

    def age_of(self, customer_key: str, queue_id: QueueId) -> int:
        """The age in ms that a customer who calls in brings along; 0 without a promise."""
        promised = self._register.of_customer(queue_id, customer_key)
        return 0 if promised is None else max(0, self._around.now_ms() - promised.age_origin_ms)

    # --- making and changing --------------------------------------------------------------------

    async def make(self, wanted: Promise, by: str = "") -> CallBack:
        """Promise it; the same id again is the same. Raises CallBackRefused, CallBackTaken, StorageError."""
        around = self._around
        rule = around.rule(wanted.queue_id)
        if rule is None:
            message = "This queue has no call_back rules, so nobody is called back."
            raise CallBackRefused("call_back_unruled", message)
        async with self._one_at_a_time:
            known = await around.rows.get(wanted.call_back_id)
            if known is not None:
                return known
            if len(self._register) >= limits.OPEN_MAX:
                raise CallBackRefused("call_back_refused", "There are too many open call-backs.")
            number = self._placing.checked(wanted.number, wanted.queue_id)
            row = self._promised(msgspec.structs.replace(wanted, number=number), rule)
            await self._write(row, Step.MADE, by)
        self._wake.set()
        return row

    def _promised(self, wanted: Promise, rule: CallBackRule) -> CallBack:
        around, now_ms = self._around, self._around.now_ms()
        from_ms = max(now_ms, wanted.promised_at_ms or 0)
        origin_ms = wanted.promised_at_ms or wanted.age_origin_ms or now_ms
        return CallBack(
            call_back_id=wanted.call_back_id,
            queue_id=wanted.queue_id,
            number=wanted.number,
            customer_key=around.keys.key_of(wanted.number),
            state=CallBackState.SCHEDULED,
            mode=wanted.mode or rule.mode,
            made_by=wanted.made_by,
            made_at_ms=now_ms,
            age_origin_ms=origin_ms,
            expires_at_ms=from_ms + rule.expires_after_ms,
            language=wanted.language,
            note=wanted.note,
            agent_id=wanted.agent_id,
            replaced_contact_id=wanted.replaced_contact_id,
            promised_at_ms=wanted.promised_at_ms,
            due_at_ms=self._opening(wanted.queue_id, from_ms, from_ms + rule.expires_after_ms),
            version=1,
        )

    async def cancel(self, call_back_id: str, by: str) -> CallBack | None:
        """Take the promise back; None where it is over already. Raises StorageError."""
        async with self._one_at_a_time:
            before = self._register.get(call_back_id)
            moved = await self._move(call_back_id, Step.CANCELLED, by)
        if before is not None:
            await self._end_round(before)
        return moved

    async def hurry(self, call_back_id: str, by: str) -> CallBack | None:
        """Have it called as soon as an agent is free, whatever was promised; None where that means nothing."""
        async with self._one_at_a_time:
            row = self._register.get(call_back_id)
            due_at_ms = None if row is None else self._waits_until(row)
            moved = await self._move(call_back_id, Step.HURRIED, by, due_at_ms=due_at_ms)
        self._wake.set()
        return moved

    # --- what the journal says ------------------------------------------------------------------

    def on_published(self, published: Published) -> None:
        """See what concerns call-backs. A listener of the host."""
        for event in published.events:
            if isinstance(event, ContactArrived) and event.channel is Channel.VOICE:
                promised = self._register.of_customer(event.queue_id, event.customer_key)
                if promised is not None:
                    self._facts.append(Fact(Step.CALLED_IN, call_back_id=promised.call_back_id))
            elif isinstance(event, ContactTurnedAway):
                self._facts += self._turned_away(event)
            elif (fact := fact_of(event)) is not None and self._is_ours(fact.contact_id):
                self._facts.append(fact)
        if self._facts or self._register.next_due_ms() is not None:
            self._wake.set()

    def _is_ours(self, contact_id: ContactId) -> bool:
        return contact_id in self._taken or self._register.of_contact(contact_id) is not None

    def _turned_away(self, event: ContactTurnedAway) -> list[Fact]:
        if event.destination.kind is not DestinationKind.CALLBACK:
            return []
        if self._around.rule(event.queue_id) is None:
            return []
        caller = self._placing.caller_of(event.contact_id, event.queue_id)
        if caller is None:
            return []
        promise = Promise(
            call_back_id=f"x-{event.contact_id}",
            queue_id=event.queue_id,
            number=caller.number,
            made_by=MadeBy.QUEUE,
            language=caller.language,
            replaced_contact_id=event.contact_id,
            age_origin_ms=caller.since_ms,
        )
        return [Fact(Step.MADE, event.contact_id, promise=promise)]

    # --- life -----------------------------------------------------------------------------------

    async def load(self) -> None:
        """Take up what is open, and compare it with the journal. Raises StorageError."""
        rows, contacts = self._around.rows, self._around.host.mirror.contacts
        for row in await rows.ended(None, limit=limits.KEPT_LOOK):
            if row.contact_id is not None and row.contact_id in contacts:
                self._register.put(row)
                self._taken[row.contact_id] = row.queue_id
        for row in await rows.open():
            self._register.put(row)
        for row in self._register.all():
            self._register.look_at(row.call_back_id, row.due_at_ms or 0)
            if row.state is not CallBackState.SCHEDULED:
                await self._compare(row)

    def look_again(self) -> None:
        """Time was skipped: something may be due."""
        self._wake.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            self._wake.clear()
            try:
                await self.work()
            except (StorageError, HostError) as error:
                _log.warning("call_backs_wait", kind=type(error).__name__)
                await asyncio.sleep(limits.RETRY_MS / 1000)
                self._wake.set()
            await self._rest()

    async def _rest(self) -> None:
        """Until something happens, or is due."""
        now_ms, due_ms = self._around.now_ms(), self._register.next_due_ms()
        wait_ms = limits.LOOK_EVERY_MS if due_ms is None else due_ms - now_ms
        wait_ms = max(0, min(wait_ms, limits.LOOK_EVERY_MS))
        asked_lately_ms = self._asked_ms + limits.ASK_EVERY_MS - now_ms
        await woken(self._wake, wait_ms)
        if asked_lately_ms > 0 and not self._facts:
            await asyncio.sleep(asked_lately_ms / 1000)

    async def work(self) -> None:
        """Everything that is to be done now. Raises StorageError, HostError: what was not done is done next time."""
        while self._facts:
            await self._take(self._facts[0])
            self._facts.popleft()
        for row in self._register.due(self._around.now_ms()):
            try:
                await self._fall_due(row)
            except (StorageError, HostError):
                self._register.look_at(row.call_back_id, row.due_at_ms or 0)
                raise
        await self._ask_for_agents()

    async def _take(self, fact: Fact) -> None:
        if fact.promise is not None:
            await self._keep_word(fact.contact_id, fact.promise)
            return
        if fact.step is Step.CALLED_IN:
            async with self._one_at_a_time:
                before = self._register.get(fact.call_back_id)
                await self._move(fact.call_back_id, Step.CALLED_IN, "")
            if before is not None:
                await self._end_round(before)
            return
        async with self._one_at_a_time:
            row = self._register.of_contact(fact.contact_id)
            if fact.is_end:
                self._taken.pop(fact.contact_id, None)
            if row is not None and fact.step is not None:
                await self._step(row, fact.step, fact.outcome)
            if fact.is_end:
                self._register.let_go(fact.contact_id)

    async def _keep_word(self, contact_id: ContactId, promise: Promise) -> None:
        """A caller whom the queue has turned away is told so only once the promise is durable."""
        try:
            await self.make(promise)
        except CallBackTaken:
            pass  # there is one already: that one holds
        except CallBackRefused:
            self._placing.say_at_end(contact_id, {})
            return
        self._placing.say_at_end(contact_id, PROMISED)

    async def _step(self, row: CallBack, step: Step, outcome: str) -> None:
        """What a word of the journal means for a row."""
        now_ms = self._around.now_ms()
        match step:
            case Step.UNANSWERED | Step.LEFT_ALONE:
                await self._once_more(row, step, outcome)
            case Step.UNPLACED:
                due_at_ms = now_ms + limits.UNPLACED_PAUSE_MS
                await self._move(
                    row.call_back_id, step, "", due_at_ms=due_at_ms, last_outcome=outcome
                )
            case Step.RETURNED:
                await self._move(row.call_back_id, step, "", due_at_ms=self._waits_until(row))
            case Step.ANSWERED:
                due_at_ms = now_ms + limits.ANSWERED_WAIT_MS
                await self._move(row.call_back_id, step, "", due_at_ms=due_at_ms)
            case _:
                await self._move(row.call_back_id, step, "", due_at_ms=None, last_outcome=outcome)

    async def _once_more(self, row: CallBack, step: Step, outcome: str) -> None:
        rule = self._around.rule(row.queue_id) or CallBackRule()
        attempts = row.attempts + 1
        left_alone = row.left_alone + (step is Step.LEFT_ALONE)
        counted = {"attempts": attempts, "left_alone": left_alone, "last_outcome": outcome}
        if attempts >= rule.attempts_max:
            await self._move(row.call_back_id, Step.USED_UP, "", due_at_ms=None, **counted)
            return
        from_ms = self._around.now_ms() + rule.gap_ms
        due_at_ms = self._opening(row.queue_id, from_ms, row.expires_at_ms)
        await self._move(row.call_back_id, step, "", due_at_ms=due_at_ms, **counted)

    async def _fall_due(self, row: CallBack) -> None:
        now_ms = self._around.now_ms()
        match row.state:
            case CallBackState.SCHEDULED | CallBackState.WAITING:
                async with self._one_at_a_time:
                    await self._come_due(row, now_ms)
            case CallBackState.DIALLING:
                await self._compare(row)
                self._register.look_at(row.call_back_id, self._next_look_ms(row.contact_id))
            case _:
                await self._leave_alone(row)

    async def _come_due(self, row: CallBack, now_ms: int) -> None:
        if now_ms >= row.expires_at_ms:
            await self._move(row.call_back_id, Step.EXPIRED, "", due_at_ms=None)
            return
        opening = window(hours_of(self._around.host.mirror, row.queue_id), now_ms)
        if opening is not None and opening.from_ms <= now_ms:
            await self._move(row.call_back_id, Step.DUE, "", due_at_ms=self._waits_until(row))
            return
        due_at_ms = self._opening(row.queue_id, now_ms, row.expires_at_ms)
        await self._move(row.call_back_id, Step.POSTPONED, "", due_at_ms=due_at_ms)

    async def _leave_alone(self, row: CallBack) -> None:
        """The customer has waited on the line long enough: says sorry, and ends it. The journal's word of it moves the row."""
        mirror, contact_id = self._around.host.mirror, row.contact_id
        contact = None if contact_id is None else mirror.contacts.get(contact_id)
        if contact is None:
            await self._compare(row)
        elif contact.state in (ContactState.WAITING, ContactState.OFFERED):
            rule = self._around.rule(row.queue_id) or CallBackRule()
            self._placing.say_at_end(contact.contact_id, apology(rule))
            await self._end_round(row)
        self._register.look_at(row.call_back_id, self._around.now_ms() + limits.ANSWERED_WAIT_MS)

    async def _compare(self, row: CallBack) -> None:
        """Where the journal has the round of a row, or the round it would have been."""
        if not self._placing.is_set_up(row.queue_id):
            return
        round_ = self._next_round(row) if row.state is CallBackState.WAITING else None
        contact_id = row.contact_id if round_ is None else round_.contact_id
        if contact_id is None:
            return
        was_taken = contact_id in self._taken
        # From here on what the journal says of it is heard, so that nothing falls between the look and the row.
        self._taken[contact_id] = row.queue_id
        fate = await fate_of(self._around.host.mirror, self._around.interactions, contact_id)
        if fate is None:
            if not was_taken:
                self._taken.pop(contact_id)
            return
        async with self._one_at_a_time:
            if round_ is not None:
                await self._begun(row, round_.contact_id)
            for fact in fate:
                current = self._register.of_contact(contact_id)
                if current is not None and fact.step is not None:
                    await self._step(current, fact.step, fact.outcome)
                if fact.is_end:
                    self._taken.pop(contact_id, None)

    def _next_look_ms(self, contact_id: ContactId | None) -> int:
        """Where the journal is done with a round already, its log says in a moment how it ended."""
        is_open = contact_id in self._around.host.mirror.contacts
        wait_ms = limits.DIALLING_LOOK_MS if is_open else limits.RETRY_MS
        return self._around.now_ms() + wait_ms

    # --- asking for agents ----------------------------------------------------------------------

    async def _ask_for_agents(self) -> None:
        """The oldest of each queue first, as many as its share allows."""
        waiting = self._register.waiting()
        if not waiting:
            return
        self._asked_ms = self._around.now_ms()
        for queue_id, rows in waiting.items():
            rule = self._around.rule(queue_id)
            if rule is None or not self._placing.is_set_up(queue_id):
                continue
            free = places(self._around.host.mirror, queue_id, rule.share_percent)
            free -= sum(one == queue_id for one in self._taken.values())
            nobody = False
            for row in rows[: max(0, free)]:
                if not (nobody and row.agent_id is None):
                    # Where a case bars the free agents, others may still have them.
                    is_asked = await self._ask(row, rule)
                    nobody |= not is_asked and row.made_by is not MadeBy.CASE

    async def _ask(self, row: CallBack, rule: CallBackRule) -> bool:
        """Whether an agent is reserved now."""
        round_ = self._next_round(row)
        self._taken[round_.contact_id] = row.queue_id
        try:
            await self._placing.ask(round_)
        except CommandRefused as refused:
            if refused.refusal.code is not RefusalCode.CONTACT_EXISTS:
                self._taken.pop(round_.contact_id, None)
                return False
        except CallBackRefused as refused:
            self._taken.pop(round_.contact_id, None)
            due_at_ms = self._around.now_ms() + limits.NOT_ALLOWED_PAUSE_MS
            async with self._one_at_a_time:
                await self._move(
                    row.call_back_id,
                    Step.POSTPONED,
                    "",
                    due_at_ms=min(due_at_ms, row.expires_at_ms),
                    last_outcome=refused.code,
                )
            return True
        except (HostError, StorageError):
            # Perhaps it is done: the journal's word, or the next look, says so.
            self._register.look_at(row.call_back_id, self._around.now_ms() + limits.RETRY_MS)
            raise
        async with self._one_at_a_time:
            current = self._register.get(row.call_back_id)
            if current is None or current.state is not CallBackState.WAITING:
                await self._end(round_.contact_id)
            else:
                await self._begun(current, round_.contact_id)
        return True

    async def _begun(self, row: CallBack, contact_id: ContactId) -> None:
        await self._move(
            row.call_back_id,
            Step.DIALLED,
            "",
            due_at_ms=self._next_look_ms(contact_id),
            contact_id=contact_id,
            rounds=row.rounds + 1,
        )

    def _next_round(self, row: CallBack) -> Round:
        permit_id = f"{row.call_back_id}.{row.rounds + 1}"
        contact_id = self._placing.contact_id_of(permit_id, row.queue_id)
        return Round(permit_id=permit_id, contact_id=contact_id, call_back=row)

    async def _end_round(self, row: CallBack) -> None:
        if row.contact_id is not None:
            await self._end(row.contact_id)

    async def _end(self, contact_id: ContactId) -> None:
        """Unless an agent talks with the customer."""
        contact = self._around.host.mirror.contacts.get(contact_id)
        if contact is None or contact.state in (ContactState.CONNECTED, ContactState.WRAP_UP):
            return
        command = EndContact(contact_id, Party.SYSTEM)
        try:
            await self._around.host.submit(Envelope(command, f"call-back:{contact_id}:end"))
        except CommandRefused:
            return

    # --- rows -----------------------------------------------------------------------------------

    def _opening(self, queue_id: QueueId, from_ms: int, expires_at_ms: int) -> int:
        """When it may be called at the earliest: in the queue's hours; where those never come, it runs out."""
        opening = window(hours_of(self._around.host.mirror, queue_id), from_ms)
        return expires_at_ms if opening is None else min(opening.from_ms, expires_at_ms)

    def _waits_until(self, row: CallBack) -> int:
        opening = window(hours_of(self._around.host.mirror, row.queue_id), self._around.now_ms())
        closing_ms = None if opening is None else opening.until_ms
        return row.expires_at_ms if closing_ms is None else min(closing_ms, row.expires_at_ms)

    async def _move(
        self, call_back_id: str, step: Step, by: str, **fields: object
    ) -> CallBack | None:
        """The row after a step, durable; None where the step means nothing to it."""
        row = self._register.get(call_back_id)
        state = None if row is None else after(row.state, step)
        if row is None or state is None:
            return None
        moved = msgspec.structs.replace(row, state=state, version=row.version + 1, **fields)
        if not moved.is_open:
            moved = msgspec.structs.replace(moved, due_at_ms=None)
        await self._write(moved, step, by)
        return moved

    async def _write(self, row: CallBack, step: Step, by: str) -> None:
        change = CallBackChange(
            row.call_back_id, row.version, self._around.now_ms(), row.state, step.value, by
        )
        await self._around.rows.put(row, change)
        self._register.put(row)
        self.counts[step.value] += 1
        self._on_row(row)
        if row.contact_id is not None:
            self._on_changed(row.contact_id)
