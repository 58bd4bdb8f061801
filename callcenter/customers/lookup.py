"""The look-up at arrival: a contact enters with what the own store says at once, and never waits for more.

Within PROFILE_WAIT_MS the profile is there and the contact enters with what the rules make of it. Otherwise it enters
plain, and what the store says later is sent after it as `UpdateContactAttributes`. A look-up that fails, takes longer
than PROFILE_LATE_MS, or would be one too many leaves the contact plain: routing goes on without it.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import structlog

from agents.ports import EngineGateway
from callcenter.customers.rules import PLAIN, Attributes, CustomerRules, together
from callcenter.limits import PROFILE_LATE_MS, PROFILE_LOOKUPS_MAX, PROFILE_WAIT_MS
from callcenter.ports.errors import StorageError
from callcenter.ports.profiles import Profile, Profiles
from routing.commands import UpdateContactAttributes
from routing.ids import ContactId

_log = structlog.get_logger("callcenter.customers")


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What a contact enters with, and what may still come."""

    attributes: Attributes
    late: asyncio.Task[Attributes] | None = None


class CustomerLookup:
    """One for a domain. `run` owns every look-up; before it runs, and after, contacts enter plain."""

    def __init__(
        self, profiles: Profiles, rules: Callable[[], CustomerRules], gateway: EngineGateway
    ) -> None:
        """`rules`: those in force."""
        self._profiles = profiles
        self._rules = rules
        self._gateway = gateway
        self._tasks: asyncio.TaskGroup | None = None
        self._under_way = 0
        self.counts: Counter[str] = Counter(in_time=0, late=0, failed=0, skipped=0)

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            try:
                await asyncio.Event().wait()
            finally:
                self._tasks = None

    async def look_up(self, customer_key: str) -> LookedUp:
        """What is known of this customer; returns within PROFILE_WAIT_MS."""
        rules = self._rules()
        if not rules or not customer_key:
            return LookedUp(rules.attributes_of(None))
        if self._tasks is None or self._under_way >= PROFILE_LOOKUPS_MAX:
            self.counts["skipped"] += 1
            return LookedUp(PLAIN)
        task = self._tasks.create_task(self._read(customer_key))
        await asyncio.wait((task,), timeout=PROFILE_WAIT_MS / 1000)
        if task.done():
            self.counts["in_time"] += 1
            return LookedUp(task.result())
        self.counts["late"] += 1
        return LookedUp(PLAIN, task)

    async def profile(self, customer_key: str) -> Profile | None:
        """The profile itself; None for nobody, and where the store does not say within PROFILE_LATE_MS."""
        try:
            async with asyncio.timeout(PROFILE_LATE_MS / 1000):
                return await self._profiles.get(customer_key) if customer_key else None
        except (StorageError, TimeoutError) as error:
            self.counts["failed"] += 1
            _log.warning("profile_not_read", kind=type(error).__name__)
            return None

    def follow(
        self, contact_id: ContactId, looked_up: LookedUp, chosen: Attributes = PLAIN
    ) -> None:
        """The contact is in its queue: what comes late is sent after it, beside what was `chosen` by whoever came."""
        if looked_up.late is not None and self._tasks is not None:
            self._tasks.create_task(self._send(contact_id, looked_up.late, chosen))

    async def _read(self, customer_key: str) -> Attributes:
        self._under_way += 1
        try:
            async with asyncio.timeout(PROFILE_LATE_MS / 1000):
                profile = await self._profiles.get(customer_key)
        except (StorageError, TimeoutError) as error:
            self.counts["failed"] += 1
            _log.warning("profile_not_read", kind=type(error).__name__)
            return PLAIN
        finally:
            self._under_way -= 1
        return self._rules().attributes_of(profile)

    async def _send(
        self, contact_id: ContactId, late: asyncio.Task[Attributes], chosen: Attributes
    ) -> None:
        found = await late
        attributes = together(chosen, found)
        if found != PLAIN:
            command = UpdateContactAttributes(
                contact_id,
                attributes.needs,
                attributes.credit_ms,
                attributes.preferred_agent_id,
            )
            if not await self._gateway.send(command) and attributes.needs:
                # Perhaps a rule asks for what nobody there has; the rest still counts.
                await self._gateway.send(msgspec.structs.replace(command, needs=chosen.needs))
