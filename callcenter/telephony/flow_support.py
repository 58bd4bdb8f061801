"""What a flow needs beyond phones: its inputs stored, and answers that the server itself knows."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.customers.rules import facts_of
from callcenter.telephony.calls import Call
from callcenter.telephony.flowing import answer_event
from callcenter.telephony.protocol import PbxEvent
from ivr.session import Answered, Ask, AskHours, AskProfile

Store = Callable[[str, Sequence[PbxEvent]], Awaitable[None]]


class FlowSupport(Protocol):
    """Both raise StorageError, HostError: nothing is known to be stored."""

    async def store(self, call: Call, event: PbxEvent) -> None:
        """Make an input durable; it comes back as an event of the call."""

    async def look_up(self, call: Call, ask: Ask) -> None:
        """Find the answer to an ask, and store it as an input."""


class NoFlows:
    """Where no call is ever in a flow."""

    async def store(self, call: Call, event: PbxEvent) -> None:
        """Nothing is stored."""

    async def look_up(self, call: Call, ask: Ask) -> None:
        """Nothing is found."""


class Support:
    """The server's own."""

    def __init__(
        self,
        store: Store,
        day_kind: Callable[[str, int], str | None],
        *,
        keys: CustomerKeys,
        customers: CustomerLookup,
        clock: Clock,
    ) -> None:
        """`day_kind` says of a calendar and an instant (UTC ms) whether it is open, closed or a holiday."""
        self._store = store
        self._day_kind = day_kind
        self._keys = keys
        self._customers = customers
        self._clock = clock

    async def store(self, call: Call, event: PbxEvent) -> None:
        """As the events of its phone system are."""
        await self._store(call.connection_id, [event])

    async def look_up(self, call: Call, ask: Ask) -> None:
        """Hours from the calendar, a profile from the own store."""
        answer = Answered(ask.number, is_done=False)
        if isinstance(ask, AskHours):
            kind = self._day_kind(ask.calendar_id, self._clock.now_ms())
            answer = Answered(ask.number, kind is not None, kind or "")
        elif isinstance(ask, AskProfile):
            profile = await self._customers.profile(self._keys.key_of(call.caller))
            if profile is not None:
                answer = Answered(ask.number, values=facts_of(profile))
        if call.flow is not None:
            await self.store(call, answer_event(call, call.flow, answer, self._clock.now_ms()))
