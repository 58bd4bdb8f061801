"""Answers to a flow's asks that the server finds itself: hours, profiles, other programs."""

from collections.abc import Awaitable, Callable, Mapping

from callcenter.clock import Clock
from callcenter.customers.keys import CustomerKeys
from callcenter.customers.lookup import CustomerLookup
from callcenter.customers.rules import facts_of
from ivr.session import Answered, Ask, AskHours, AskProfile, AskRequest
from routing.expressions import Fact

Requesting = Callable[[AskRequest, str], Awaitable[Mapping[str, Fact] | None]]
"""Asks another program, under an id that is the same for a repeat; None where it has not answered as it should, in time."""


class FlowLookups:
    """One for a domain, for every channel."""

    def __init__(
        self,
        day_kind: Callable[[str, int], str | None],
        *,
        keys: CustomerKeys,
        customers: CustomerLookup,
        clock: Clock,
        request: Requesting,
    ) -> None:
        """`day_kind` says of a calendar and an instant (UTC ms) whether it is open, closed or a holiday."""
        self._day_kind = day_kind
        self._keys = keys
        self._customers = customers
        self._clock = clock
        self._request = request

    async def answer(self, ask: Ask, customer: str, session_id: str) -> Answered:
        """The answer; `customer` is the number or address of who is asked about. Raises StorageError."""
        if isinstance(ask, AskHours):
            kind = self._day_kind(ask.calendar_id, self._clock.now_ms())
            return Answered(ask.number, kind is not None, kind or "")
        if isinstance(ask, AskProfile):
            profile = await self._customers.profile(self._keys.key_of(customer))
            if profile is not None:
                return Answered(ask.number, values=facts_of(profile))
        if isinstance(ask, AskRequest):
            values = await self._request(ask, f"{session_id}.{ask.number}")
            if values is not None:
                return Answered(ask.number, values=dict(values))
        return Answered(ask.number, is_done=False)
