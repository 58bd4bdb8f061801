"""The way from call-backs to phones: calls that are placed by themselves. The same round again is the same call."""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from callcenter.call_backs.plans import CallBackRule
from callcenter.call_backs.promises import CallBackRefused, Round
from callcenter.ports.call_backs import CallBack, DialMode
from callcenter.telephony.book import CallBook
from callcenter.telephony.entry import Speech
from callcenter.telephony.placing import Automatic, NotAllowed, Placing, Wish
from callcenter.telephony.promising import Caller
from ivr.calling_back import diallable
from routing.ids import AgentId, ContactId, PermitId, QueueId


@dataclass(frozen=True, slots=True, kw_only=True)
class Phones:
    """`promises.Placing` by the same way as calls that are placed by hand: one permit, one set of rules."""

    placing: Placing
    book: CallBook
    rule: Callable[[QueueId], CallBackRule | None]
    now_ms: Callable[[], int]
    barred: Callable[[CallBack], Awaitable[tuple[AgentId, ...]]]

    def is_set_up(self, queue_id: QueueId) -> bool:
        """Whether the queue's rules name a phone system."""
        rule = self.rule(queue_id)
        return rule is not None and bool(rule.connection_id)

    def checked(self, number: str, queue_id: QueueId) -> str:
        """The number without punctuation, if it may be called. Raises CallBackRefused."""
        rule, plain = self.rule(queue_id), diallable(number)
        if rule is None or not rule.connection_id:
            message = "The call_back rules of this queue name no phone system."
            raise CallBackRefused("call_back_refused", message)
        try:
            self.placing.checked(plain, _automatic(rule))
        except NotAllowed as error:
            raise CallBackRefused("call_back_refused", error.refused.detail) from error
        return plain

    def contact_id_of(self, permit_id: str, queue_id: QueueId) -> ContactId:
        """As the book of calls names it."""
        rule = self.rule(queue_id) or CallBackRule()
        return self.placing.contact_id(permit_id, rule.connection_id)

    async def ask(self, round_: Round) -> None:
        """Have an agent reserved and the customer called. Raises CallBackRefused, CommandRefused, HostError, StorageError."""
        row = round_.call_back
        command_id = f"call-back:{round_.permit_id}"
        wish = Wish(
            permit_id=PermitId(round_.permit_id),
            number=self.checked(row.number, row.queue_id),
            queue_id=row.queue_id,
            agent_id=row.agent_id,
            is_agent_first=row.mode is DialMode.AGENT_FIRST,
            language=row.language,
            credit_ms=max(0, self.now_ms() - row.age_origin_ms),
            customer_key=row.customer_key,
            barred_agent_ids=await self.barred(row),
            may_be_in_wrap_up=row.mode is DialMode.CUSTOMER_FIRST,
            automatic=_automatic(self.rule(row.queue_id) or CallBackRule()),
            command_id=command_id,
            digest=hashlib.sha256(command_id.encode()).digest(),
        )
        try:
            await self.placing.place(wish)
        except NotAllowed as error:
            raise CallBackRefused(error.refused.code, error.refused.detail) from error

    def say_at_end(self, contact_id: ContactId, words: dict[str, str]) -> None:
        """By the book of calls."""
        said = Speech(words["en"], words["zh"]) if words else None
        self.book.say_at_end(contact_id, said)

    def caller_of(self, contact_id: ContactId, queue_id: QueueId) -> Caller | None:
        """From the book of calls."""
        call = self.book.call_of(contact_id)
        number = "" if call is None else diallable(call.caller)
        if call is None or not number:
            return None
        return Caller(
            contact_id=contact_id,
            queue_id=queue_id,
            number=number,
            language=call.language,
            since_ms=call.begun_at_ms,
        )


def _automatic(rule: CallBackRule) -> Automatic:
    return Automatic(
        connection_id=rule.connection_id,
        shown_number=rule.shown_number,
        ring_ms=rule.ring_ms,
        prefixes=rule.prefixes,
    )
