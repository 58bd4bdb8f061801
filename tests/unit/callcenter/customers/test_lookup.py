"""A contact never waits for its customer's profile longer than 20 ms, whatever the store does."""

import asyncio
from collections.abc import Sequence

import pytest

from callcenter.config_loader.customer_rules import CustomerRuleEntry, compiled_rules
from callcenter.customers.lookup import CustomerLookup, LookedUp
from callcenter.customers.rules import PLAIN, Attributes, CustomerRules
from callcenter.limits import PROFILE_LATE_MS, PROFILE_LOOKUPS_MAX, PROFILE_WAIT_MS
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.profiles import Profile
from callcenter.tasks import owned
from routing.commands import Command, UpdateContactAttributes
from routing.ids import AgentId, ContactId, SkillId
from routing.model import SkillNeed

pytestmark = pytest.mark.looptime

C1 = ContactId("c1")
ANN = AgentId("u-ann")
VIP = Profile(customer_key="vip", address="carol@example.org", tier="vip", owner_agent_id=ANN)
ENTRY = CustomerRuleEntry.model_validate(
    {"when": 'tier = "vip"', "credit_s": 120, "preferred": "owner"}
)
RULES = CustomerRules(compiled_rules([ENTRY]))
CREDIT = Attributes((), 120_000, ANN)


class SlowProfiles:
    """A store that takes its time, or fails."""

    def __init__(self, takes_ms: int, error: Exception | None = None) -> None:
        self._takes_s = takes_ms / 1000
        self._error = error
        self.reads = 0

    async def get(self, customer_key: str) -> Profile | None:
        """After a while."""
        self.reads += 1
        await asyncio.sleep(self._takes_s)
        if self._error is not None:
            raise self._error
        return VIP if customer_key == "vip" else None

    async def put(self, profiles: Sequence[Profile]) -> None:
        """Not here."""
        raise NotImplementedError

    async def delete(self, customer_key: str) -> bool:
        """Not here."""
        raise NotImplementedError


class Sent:
    """A gateway that keeps what it is given; needs are impossible if so told."""

    def __init__(self) -> None:
        self.commands: list[Command] = []
        self.refuses_needs = False

    async def send(self, command: Command) -> bool:
        """Keep it."""
        self.commands.append(command)
        asks = isinstance(command, UpdateContactAttributes) and command.needs
        return not (self.refuses_needs and asks)


class Stage:
    """A look-up over a store of this speed."""

    def __init__(
        self, takes_ms: int, rules: CustomerRules = RULES, error: Exception | None = None
    ) -> None:
        self.profiles, self.sent = SlowProfiles(takes_ms, error), Sent()
        self.lookup = CustomerLookup(self.profiles, lambda: rules, self.sent)

    async def arrive(self, customer_key: str = "vip") -> tuple[LookedUp, float]:
        """What a contact enters with, and how many ms that took."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        looked_up = await self.lookup.look_up(customer_key)
        took_ms = (loop.time() - began_s) * 1000
        self.lookup.follow(C1, looked_up)
        return looked_up, took_ms


async def test_what_is_there_in_time_is_what_the_contact_enters_with() -> None:
    stage = Stage(takes_ms=PROFILE_WAIT_MS - 1)
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        looked_up, _ = await stage.arrive()
        await asyncio.sleep(PROFILE_LATE_MS / 1000)
    assert looked_up == LookedUp(CREDIT)
    assert stage.sent.commands == []
    assert stage.lookup.counts["in_time"] == 1


async def test_a_slow_store_keeps_nobody_waiting_and_what_it_says_follows() -> None:
    stage = Stage(takes_ms=400)
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        looked_up, took_ms = await stage.arrive()
        assert looked_up.attributes == PLAIN
        assert took_ms == pytest.approx(PROFILE_WAIT_MS, abs=1)
        await asyncio.sleep(0.379)
        assert stage.sent.commands == []
        await asyncio.sleep(0.01)
    assert stage.sent.commands == [UpdateContactAttributes(C1, (), 120_000, ANN)]
    assert stage.lookup.counts["late"] == 1


async def test_late_needs_that_nobody_there_has_are_left_out() -> None:
    entry = CustomerRuleEntry(when="always", credit_s=5, needs={"zh": 3})
    stage = Stage(takes_ms=400, rules=CustomerRules(compiled_rules([entry])))
    stage.sent.refuses_needs = True
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        await stage.arrive()
        await asyncio.sleep(1)
    need = SkillNeed(SkillId("zh"), 3)
    assert stage.sent.commands == [
        UpdateContactAttributes(C1, (need,), 5_000),
        UpdateContactAttributes(C1, (), 5_000),
    ]


async def test_what_the_caller_chose_is_kept_by_what_follows() -> None:
    chosen = Attributes((SkillNeed(SkillId("zh"), 3),), 5_000)
    stage = Stage(takes_ms=400)
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        looked_up = await stage.lookup.look_up("vip")
        stage.lookup.follow(C1, looked_up, chosen)
        await asyncio.sleep(1)
    assert stage.sent.commands == [UpdateContactAttributes(C1, chosen.needs, 120_000, ANN)]


async def test_nothing_follows_where_nothing_changes() -> None:
    stage = Stage(takes_ms=400)
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        await stage.arrive("somebody else")
        await asyncio.sleep(1)
    assert stage.sent.commands == []


async def test_what_comes_too_late_is_dropped() -> None:
    stage = Stage(takes_ms=PROFILE_LATE_MS + 1)
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        await stage.arrive()
        await asyncio.sleep(2 * PROFILE_LATE_MS / 1000)
    assert stage.sent.commands == []
    assert stage.lookup.counts["failed"] == 1


async def test_a_store_that_fails_leaves_the_contact_plain() -> None:
    stage = Stage(takes_ms=1, error=StorageUnavailable("disk"))
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        looked_up, _ = await stage.arrive()
    assert looked_up == LookedUp(PLAIN)
    assert stage.lookup.counts["failed"] == 1


async def test_too_many_at_once_are_not_looked_up() -> None:
    stage = Stage(takes_ms=400)
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        async with asyncio.TaskGroup() as group:
            for _ in range(PROFILE_LOOKUPS_MAX):
                group.create_task(stage.arrive())
        looked_up, took_ms = await stage.arrive()
    assert (looked_up, took_ms) == (LookedUp(PLAIN), 0)
    assert stage.profiles.reads == PROFILE_LOOKUPS_MAX
    assert stage.lookup.counts["skipped"] == 1


async def test_before_and_after_the_run_contacts_enter_plain() -> None:
    stage = Stage(takes_ms=400)
    assert (await stage.arrive())[0] == LookedUp(PLAIN)
    async with owned(stage.lookup.run(), "look-ups"):
        await asyncio.sleep(0)
        late, _ = await stage.arrive()
    stage.lookup.follow(C1, late)
    assert (await stage.arrive())[0] == LookedUp(PLAIN)
    assert stage.sent.commands == []


async def test_without_rules_or_an_address_nothing_is_read() -> None:
    unruled = Stage(takes_ms=1, rules=CustomerRules())
    everybody = CustomerRuleEntry(when="always", credit_s=5)
    ruled = Stage(takes_ms=1, rules=CustomerRules(compiled_rules([everybody])))
    assert (await unruled.arrive())[0] == LookedUp(PLAIN)
    assert (await ruled.arrive(""))[0] == LookedUp(Attributes(credit_ms=5_000))
    assert unruled.profiles.reads == ruled.profiles.reads == 0
