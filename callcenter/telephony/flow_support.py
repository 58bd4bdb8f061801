"""What a flow needs beyond phones: its inputs stored, and answers that the server itself knows."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from callcenter.clock import Clock
from callcenter.flows.lookups import FlowLookups
from callcenter.flows.marks import NOBODY, marks_of
from callcenter.ports.visits import SurveyMarks
from callcenter.telephony.calls import Call
from callcenter.telephony.flowing import answer_event
from callcenter.telephony.promising import Caller, Promises
from callcenter.telephony.protocol import PbxEvent
from ivr.calling_back import ACCEPTED
from ivr.session import Answered, Ask, BookCallBack, Session
from routing.ids import QueueId

Store = Callable[[str, Sequence[PbxEvent]], Awaitable[None]]


class FlowSupport(Protocol):
    """Both raise StorageError, HostError: nothing is known to be stored."""

    async def store(self, call: Call, event: PbxEvent) -> None:
        """Make an input durable; it comes back as an event of the call."""

    async def look_up(self, call: Call, ask: Ask) -> None:
        """Find the answer to an ask, and store it as an input."""

    async def keep_marks(self, call: Call, session: Session) -> None:
        """Keep what the customer has answered to a survey."""


class NoFlows:
    """Where no call is ever in a flow."""

    async def store(self, call: Call, event: PbxEvent) -> None:
        """Nothing is stored."""

    async def look_up(self, call: Call, ask: Ask) -> None:
        """Nothing is found."""

    async def keep_marks(self, call: Call, session: Session) -> None:
        """Nothing is kept."""


class Support:
    """The server's own."""

    def __init__(
        self,
        store: Store,
        lookups: FlowLookups,
        clock: Clock,
        *,
        marks: SurveyMarks,
        promises: Promises,
    ) -> None:
        self._store = store
        self._marks = marks
        self._lookups = lookups
        self._promises = promises
        self._clock = clock

    async def store(self, call: Call, event: PbxEvent) -> None:
        """As the events of its phone system are."""
        await self._store(call.connection_id, [event])

    async def look_up(self, call: Call, ask: Ask) -> None:
        """As for every channel; a call-back is promised."""
        if isinstance(ask, BookCallBack):
            answer = Answered(ask.number, await self._promised(call, ask), ACCEPTED)
        else:
            run = 0 if call.flow is None else call.flow.run
            answer = await self._lookups.answer(ask, call.caller, f"{call.contact_id}.{run}")
        if call.flow is not None:
            await self.store(call, answer_event(call, call.flow, answer, self._clock.now_ms()))

    async def _promised(self, call: Call, ask: BookCallBack) -> bool:
        language = call.language if call.flow is None else call.flow.session.language
        caller = Caller(
            contact_id=call.contact_id,
            queue_id=QueueId(ask.queue_id),
            number=ask.to,
            language=language,
            since_ms=call.begun_at_ms,
        )
        return await self._promises.promise(caller)

    async def keep_marks(self, call: Call, session: Session) -> None:
        """The same marks again are the same rows."""
        await self._marks.put(marks_of(call.contact_id, session, call.served or NOBODY))
