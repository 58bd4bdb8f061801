"""Call-backs over a real host on virtual time; the phones are in the test's hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import pytest

from callcenter.call_backs.plans import CallBackRule
from callcenter.call_backs.promises import CallBackRefused, Promise, Round
from callcenter.call_backs.service import Around, CallBackService
from callcenter.customers.keys import CustomerKeys
from callcenter.host.envelope import Envelope, Published
from callcenter.ports.call_backs import CallBack, CallBackState, MadeBy
from callcenter.telephony.promising import Caller
from routing import commands as cmd
from routing.events import PermitGranted
from routing.ids import AgentId, ContactId, PermitId, QueueId, TeamId
from routing.model import AgentState, Channel, Dial, DialFailure
from tests.unit.callcenter.host.host_stage import HostStage, LoopClock, running
from tests.unit.routing.scene import SALES, capacity

pytestmark = pytest.mark.looptime

KEYS = CustomerKeys(b"a secret of all tests")
RULE = CallBackRule(attempts_max=2, gap_ms=60_000, expires_after_ms=600_000)
RING_MS = 20_000
NUMBER = "+4930123456"


class Phones:
    """Asks the engine as telephony does; whether anybody answers is the test's business."""

    def __init__(self, stage: HostStage) -> None:
        self._stage = stage
        self.asked: list[Round] = []
        self.said: dict[ContactId, dict[str, str]] = {}
        self.callers: dict[ContactId, Caller] = {}
        self.forbidden: CallBackRefused | None = None

    def is_set_up(self, queue_id: QueueId) -> bool:
        """Always."""
        return True

    def checked(self, number: str, queue_id: QueueId) -> str:
        """But for what the test forbids."""
        if self.forbidden is not None:
            raise self.forbidden
        return number

    def contact_id_of(self, permit_id: str, queue_id: QueueId) -> ContactId:
        """Named after its permit."""
        return ContactId(f"c-{permit_id}")

    async def ask(self, round_: Round) -> None:
        """Once for each permit."""
        self.asked.append(round_)
        self.checked(round_.call_back.number, SALES)
        row = round_.call_back
        dial = Dial(
            PermitId(round_.permit_id),
            RING_MS,
            agent_id=row.agent_id,
            is_agent_first=row.mode.value == "agent_first",
            may_be_in_wrap_up=row.mode.value == "customer_first",
        )
        command = cmd.EnqueueContact(
            round_.contact_id,
            Channel.OUTBOUND_VOICE,
            row.queue_id,
            row.customer_key,
            credit_ms=max(0, self._stage.clock.now_ms() - row.age_origin_ms),
            dial=dial,
        )
        await self._stage.host.submit(Envelope(command, f"dial:{round_.permit_id}", b"dial"))

    def say_at_end(self, contact_id: ContactId, words: dict[str, str]) -> None:
        """Remembered."""
        self.said[contact_id] = words

    def caller_of(self, contact_id: ContactId, queue_id: QueueId) -> Caller | None:
        """Whom the test has on the line."""
        return self.callers.get(contact_id)


class CallBackStage:
    """One queue with rules, hands for phones and agents."""

    def __init__(self, stage: HostStage, rule: CallBackRule | None = RULE) -> None:
        self.stage, self.phones = stage, Phones(stage)
        self.rule = rule
        self.service = self._service()
        stage.host.listen(self._heard)
        self._task: asyncio.Task[None] | None = None

    def _heard(self, published: Published) -> None:
        """By whichever service runs now."""
        self.service.on_published(published)

    def _service(self) -> CallBackService:
        service = CallBackService(
            Around(
                rows=self.stage.store.call_backs,
                interactions=self.stage.store.interactions,
                host=self.stage.host,
                keys=KEYS,
                rule=lambda queue_id: self.rule if queue_id == SALES else None,
                now_ms=self.stage.clock.now_ms,
            )
        )
        service.place_by(self.phones)
        return service

    async def start(self) -> None:
        """Run, after a crash too: nothing but rows and the journal is kept."""
        await self.stop()
        self.service = self._service()
        await self.service.load()
        self._task = asyncio.get_running_loop().create_task(self.service.run())

    async def stop(self) -> None:
        """Nobody looks any more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def ready(self, name: str = "ann") -> None:
        """An agent with a phone."""
        agent_id = AgentId(name)
        phone = capacity(1, outbound_voice=1, voice=1)
        await self.stage.send(cmd.PutAgent(agent_id, TeamId("team"), (SALES,), phone))
        await self.stage.send(cmd.ConnectAgent(agent_id))
        await self.stage.send(cmd.SetAgentState(agent_id, AgentState.READY))

    async def away(self, name: str = "ann") -> None:
        """The agent's desk is gone."""
        await self.stage.send(cmd.DisconnectAgent(AgentId(name)))

    async def promise(self, call_back_id: str = "b1", **fields: object) -> CallBack:
        """A call-back for the customer."""
        plain = Promise(
            call_back_id=call_back_id, queue_id=SALES, number=NUMBER, made_by=MadeBy.FLOW
        )
        return await self.service.make(msgspec.structs.replace(plain, **fields))

    async def row(self, call_back_id: str = "b1") -> CallBack:
        """As it is stored."""
        row = await self.stage.store.call_backs.get(call_back_id)
        assert row is not None
        return row

    async def until(
        self, state: CallBackState, call_back_id: str = "b1", **facts: object
    ) -> CallBack:
        """The row once it stands like this; time jumps meanwhile."""
        async with asyncio.timeout(3_600):
            while True:
                row = await self.row(call_back_id)
                if row.state is state and all(getattr(row, k) == v for k, v in facts.items()):
                    return row
                await asyncio.sleep(0.25)

    async def call_in(self, contact_id: str) -> None:
        """Somebody calls the queue."""
        await self.stage.send(cmd.EnqueueContact(ContactId(contact_id), Channel.VOICE, SALES))

    async def dial(self, call_back_id: str = "b1") -> ContactId:
        """The customer's phone rings: the contact of the round."""
        row = await self.until(CallBackState.DIALLING, call_back_id)
        assert row.contact_id is not None
        await self.stage.send(cmd.UsePermit(row.contact_id))
        return row.contact_id

    async def fail(self, contact_id: ContactId, failure: DialFailure = DialFailure.BUSY) -> None:
        """The call comes to nothing."""
        await self.stage.send(cmd.FailDial(contact_id, failure))

    async def answer(self, contact_id: ContactId) -> None:
        """The customer says hello."""
        await self.stage.send(cmd.AnswerDial(contact_id))

    async def accept(self, contact_id: ContactId) -> None:
        """The agent who is asked picks up."""
        offer_id = next(iter(self.stage.state.contacts[contact_id].asked.values()))
        agent_id = self.stage.state.offers[offer_id].agent_id
        await self.stage.send(cmd.AcceptOffer(offer_id, agent_id))

    async def causes(self, call_back_id: str = "b1") -> list[str]:
        """What has happened to it, in words."""
        return [one.cause for one in await self.stage.store.call_backs.changes(call_back_id)]

    def dialled(self) -> list[str]:
        """The permits that were granted, in order."""
        return [one.permit_id for one in self.stage.events if isinstance(one, PermitGranted)]


@asynccontextmanager
async def opened(rule: CallBackRule | None = RULE) -> AsyncIterator[CallBackStage]:
    """A stage whose service runs."""
    async with running(HostStage(clock=LoopClock())) as stage:
        made = CallBackStage(stage, rule)
        await made.start()
        try:
            yield made
        finally:
            await made.stop()
