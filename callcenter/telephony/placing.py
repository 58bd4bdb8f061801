"""Placing a call: the rules of dialling, the engine's permit, and the order to dial, in this sequence and each once.

Theory: the contact, its numbers and what it counts for the caps become durable with the permit. Only then is the wish to dial
stored as an event of the call; the book of calls does the rest. A process that dies in between leaves a permit, which
expires; nothing is dialled by it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import msgspec

from callcenter.customers.keys import CustomerKeys
from callcenter.host.envelope import Envelope, Submitted
from callcenter.ports.calls import PlacedCalls
from callcenter.ports.journal import Detail, RowChange
from callcenter.projections.transcript import CALL, CUSTOMER, Customer, Numbers
from callcenter.telephony.book import contact_id_of
from callcenter.telephony.cards import masked
from callcenter.telephony.dial_rules import DialAllowed, DialRefused, DialRules, Usage, judge
from callcenter.telephony.protocol import EventType, PbxEvent
from routing.commands import EnqueueContact
from routing.ids import AgentId, ContactId, DetailId, PermitId, QueueId, TeamId
from routing.model import CampaignFacts, Channel, Dial
from routing.state import State

PLACED_TABLE = "placed_calls"

KEPT_MS: Final = 48 * 3_600_000
"""How long a call is kept beyond the day it counts for: zones may be changed."""


class NotAllowed(Exception):
    """The rules of dialling say no; `refused` says which and why."""

    def __init__(self, refused: DialRefused) -> None:
        super().__init__(refused.code)
        self.refused = refused


class PermitRefused(Exception):
    """The engine has answered a campaign, and the answer is no; the journal says why."""


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """How calls are placed: over which phone system, with which number shown, for which queue, under which rules."""

    connection_id: str
    shown_number: str
    queue_id: QueueId
    team_queues: dict[TeamId, QueueId] = {}
    ring_ms: int = 45_000
    may_be_not_ready: bool = True
    wraps_up_unreached: bool = False
    zone: str = "UTC"
    rules: DialRules

    def queue_of(self, team_id: TeamId) -> QueueId:
        """The queue that a team's calls belong to."""
        return self.team_queues.get(team_id, self.queue_id)


_UNRULED: Final = Outgoing(
    connection_id="",
    shown_number="",
    queue_id=QueueId(""),
    rules=DialRules(country_code="", is_international=True),
)
"""For calls placed by themselves where the configuration says nothing of calls placed by hand."""


class Automatic(msgspec.Struct, frozen=True, kw_only=True):
    """How a call is placed that nobody dials by hand: over which phone system, and only to numbers with one of `prefixes`.

    Emergency numbers are none of them.
    """

    connection_id: str
    shown_number: str = ""
    ring_ms: int
    prefixes: tuple[str, ...] = ()


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A call that is to be placed. `permit_id` is the id its line will have: another call, another id.

    `customer_key` where it is known already; without one it is that of the number.
    """

    permit_id: PermitId
    number: str
    queue_id: QueueId
    agent_id: AgentId | None = None
    is_agent_first: bool = False
    may_be_not_ready: bool = False
    language: str = "en"
    customer_name: str = ""
    credit_ms: int = 0
    customer_key: str = ""
    barred_agent_ids: tuple[AgentId, ...] = ()
    automatic: Automatic | None = None
    may_be_in_wrap_up: bool = False
    """An agent who is in wrap-up, and predicted to be free while it rings, will do."""
    campaign: CampaignFacts | None = None
    """With it a refusal is on record: the engine is asked, whatever the facts say."""
    command_id: str
    digest: bytes = b""


class Placed(msgspec.Struct, frozen=True):
    """The permit is granted and the wish to dial stored."""

    contact_id: ContactId
    seq: int
    is_emergency: bool


class Submitting(Protocol):
    """The part of the host that is needed."""

    mirror: State

    async def submit(self, envelope: Envelope) -> Submitted:
        """Raises HostError."""


class Storing(Protocol):
    """The part of the intake that is needed."""

    async def store(self, connection_id: str, events: list[PbxEvent]) -> None:
        """Raises HostError, StorageError."""


class Placing:
    """One for a domain."""

    def __init__(
        self,
        domain_id: str,
        host: Submitting,
        intake: Storing,
        *,
        keys: CustomerKeys,
        placed: PlacedCalls,
        outgoing: Callable[[], Outgoing | None],
        now_ms: Callable[[], int],
        alert: Callable[[ContactId, AgentId | None], None],
    ) -> None:
        """`alert` is told of every emergency call; `outgoing` is None where no calls are placed."""
        self._domain_id = domain_id
        self._host = host
        self._intake = intake
        self._keys = keys
        self._placed = placed
        self._outgoing = outgoing
        self._now_ms = now_ms
        self._alert = alert
        self._one_at_a_time = asyncio.Lock()
        self._forgotten_ms = 0

    def outgoing(self) -> Outgoing | None:
        """How calls are placed; None where none are."""
        return self._outgoing()

    def contact_id(self, permit_id: str, connection_id: str) -> ContactId:
        """The contact of the call with this id."""
        return contact_id_of(self._domain_id, connection_id, permit_id)

    def _way(self, automatic: Automatic | None) -> Outgoing:
        """By what, and under which rules. Calls that are placed by themselves keep the rules of those placed by hand."""
        outgoing = self._outgoing()
        if automatic is None:
            if outgoing is None:
                raise NotAllowed(DialRefused("dial_not_set_up", "No calls are placed from here."))
            return outgoing
        return Outgoing(
            connection_id=automatic.connection_id,
            shown_number=automatic.shown_number,
            queue_id=QueueId(""),
            ring_ms=automatic.ring_ms,
            zone=_UNRULED.zone if outgoing is None else outgoing.zone,
            rules=_UNRULED.rules if outgoing is None else outgoing.rules,
        )

    def checked(self, number: str, automatic: Automatic | None = None) -> DialAllowed:
        """Whether it may be dialled, if not today: caps are not looked at. Raises NotAllowed."""
        return self._judged(number, self._way(automatic).rules, automatic, Usage())

    @staticmethod
    def _judged(
        number: str, rules: DialRules, automatic: Automatic | None, usage: Usage
    ) -> DialAllowed:
        only = () if automatic is None else automatic.prefixes
        is_automatic = automatic is not None
        judged = judge(number, rules, usage, is_automatic=is_automatic, only=only)
        if isinstance(judged, DialRefused):
            raise NotAllowed(judged)
        return judged

    async def place(self, wish: Wish, rows: tuple[RowChange, ...] = ()) -> Placed:
        """Permit first, and with it `rows`, then the wish to dial.

        Raises NotAllowed, PermitRefused (of campaigns), HostError (CommandRefused among them), StorageError.
        """
        way = self._way(wish.automatic)
        contact_id = self.contact_id(wish.permit_id, way.connection_id)
        allowed = self.checked(wish.number, wish.automatic)
        if allowed.is_emergency:
            # Nothing is read and nobody waited for: it goes out whatever the others do.
            submitted = await self._host.submit(self._envelope(wish, way, contact_id, allowed))
            self._alert(contact_id, wish.agent_id)
        else:
            # One after the other: what one counts for the caps is seen by the next.
            async with self._one_at_a_time:
                usage = await self._usage(wish, way, contact_id)
                allowed = self._judged(wish.number, way.rules, wish.automatic, usage)
                envelope = self._envelope(wish, way, contact_id, allowed)
                submitted = await self._host.submit(msgspec.structs.replace(envelope, rows=rows))
            if wish.campaign is not None and contact_id not in self._host.mirror.contacts:
                raise PermitRefused
        event = PbxEvent(
            EventType.DIAL_ASKED,
            f"own/{contact_id}.dial",
            wish.permit_id,
            from_=way.shown_number,
            to=allowed.number,
            value=wish.language,
        )
        await self._intake.store(way.connection_id, [event])
        return Placed(contact_id, submitted.seq, allowed.is_emergency)

    async def refuse(self, wish: Wish, rows: tuple[RowChange, ...]) -> None:
        """Have a campaign's refusal put on record, with `rows`: its facts say no. Raises HostError, StorageError."""
        way = self._way(wish.automatic)
        contact_id = self.contact_id(wish.permit_id, way.connection_id)
        number = DialAllowed(wish.number, is_emergency=False, cost=0)
        envelope = self._envelope(wish, way, contact_id, number)
        bare = msgspec.structs.replace(envelope, details=(), rows=rows, granted_rows=())
        await self._host.submit(bare)

    async def _usage(self, wish: Wish, way: Outgoing, contact_id: ContactId) -> Usage:
        """What was placed today, this call aside: asked for again it is the same call."""
        # In a thread: the first look at a zone reads its file.
        since_ms = await asyncio.to_thread(_day_began_ms, self._now_ms(), way.zone)
        if since_ms > self._forgotten_ms:
            await self._placed.forget(since_ms - KEPT_MS)
            self._forgotten_ms = since_ms
        return Usage(*await self._placed.usage(wish.agent_id or "", since_ms, contact_id))

    def _envelope(
        self, wish: Wish, way: Outgoing, contact_id: ContactId, allowed: DialAllowed
    ) -> Envelope:
        now_ms = self._now_ms()
        dial = Dial(
            wish.permit_id,
            way.ring_ms,
            wish.agent_id,
            is_agent_first=wish.is_agent_first,
            may_be_not_ready=wish.may_be_not_ready or allowed.is_emergency,
            is_emergency=allowed.is_emergency,
            wraps_up_unreached=way.wraps_up_unreached,
            may_be_in_wrap_up=wish.may_be_in_wrap_up,
            campaign=wish.campaign,
        )
        command = EnqueueContact(
            contact_id,
            Channel.OUTBOUND_VOICE,
            wish.queue_id,
            wish.customer_key or self._keys.key_of(allowed.number),
            credit_ms=wish.credit_ms,
            barred_agent_ids=wish.barred_agent_ids,
            dial=dial,
        )
        shown = wish.customer_name or masked(allowed.number)
        bodies = {
            CUSTOMER: msgspec.json.encode(Customer(shown, "", wish.language)),
            CALL: msgspec.json.encode(Numbers(allowed.number, way.shown_number)),
        }
        details = tuple(
            Detail(contact_id, DetailId(f"{contact_id}.{kind}"), kind, body, now_ms)
            for kind, body in bodies.items()
        )
        counted = RowChange(
            PLACED_TABLE,
            {"contact_id": contact_id},
            {"agent_id": wish.agent_id or "", "at_ms": now_ms, "cost": allowed.cost},
        )
        return Envelope(
            command,
            wish.command_id,
            wish.digest,
            {"contact_id": contact_id},
            details,
            granted_rows=() if allowed.is_emergency else (counted,),
        )


def _day_began_ms(now_ms: int, zone: str) -> int:
    """Midnight of the day in that zone."""
    now = datetime.fromtimestamp(now_ms / 1000, ZoneInfo(zone))
    return int(now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp() * 1000)
