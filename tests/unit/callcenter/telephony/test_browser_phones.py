"""Phones in browsers: who gets one, how long its secret is worth anything, and what is taken back."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from callcenter.auth.principal import Principal, Role
from callcenter.http.errors import ApiError, ApiErrorCode
from callcenter.telephony.browser import limits
from callcenter.telephony.browser.phones import (
    AGENT_NAME,
    IN_BROWSER,
    SESSION_OVER,
    TAKEN_OVER,
    BrowserPhones,
    address_of,
)
from callcenter.telephony.browser.ports import IceServer, PhoneAccount, PhonesUnreachable


@dataclass
class Directory:
    """A phone system that remembers whom it knows."""

    known: dict[str, str] = field(default_factory=dict)
    is_up: bool = True
    socket_url: str = "ws://127.0.0.1:1/ws"
    ice_servers: list[IceServer] = field(default_factory=list)

    async def add(self, account: PhoneAccount) -> None:
        if not self.is_up:
            raise PhonesUnreachable
        self.known[account.name] = account.secret

    async def remove(self, name: str) -> None:
        self.known.pop(name, None)

    async def names(self) -> list[str]:
        return list(self.known)


class World:
    """A book of phones, its phone system, a clock and sessions."""

    def __init__(self) -> None:
        self.directory = Directory()
        self.chosen = {"ann": IN_BROWSER, "bob": "1002"}
        self.now_ms = 0
        self.ends: list[Callable[[], None]] = []
        self.phones = BrowserPhones(
            self.directory, lambda user_id: self.chosen.get(user_id, ""), lambda: self.now_ms
        )

    def watch(self, _principal: Principal, on_end: Callable[[], None]) -> Callable[[], None]:
        self.ends.append(on_end)
        return lambda: self.ends.remove(on_end)


def principal(user_id: str) -> Principal:
    return Principal(
        user_id=user_id,
        username=user_id,
        display_name=user_id,
        role=Role.AGENT,
        team_id="north",
        queue_ids=frozenset(),
        watched_team_ids=frozenset(),
        language="en",
        session_hash=user_id.encode(),
        expires_at_ms=1,
    )


async def settle(world: World) -> None:
    """What the task does, once."""
    world.phones._look()
    await world.phones._take_back(is_swept=True)


async def test_only_who_has_it_in_the_browser_gets_one() -> None:
    world = World()
    with pytest.raises(ApiError) as refused:
        await world.phones.open_agent(principal("bob"), world.watch)
    assert refused.value.code is ApiErrorCode.PHONE_NOT_IN_BROWSER
    assert not world.phones.is_missing("bob")
    assert world.phones.is_missing("ann")
    phone = await world.phones.open_agent(principal("ann"), world.watch)
    assert world.directory.known == {f"{AGENT_NAME}ann": phone.account.secret}
    assert world.phones.is_missing("ann")  # opened, and not registered yet
    phone.is_registered = True
    assert not world.phones.is_missing("ann")


def test_what_rings_somebody() -> None:
    assert address_of("ann", "1001") == "1001"
    assert address_of("ann", "") == ""
    assert address_of("ann", IN_BROWSER) == f"browser:{AGENT_NAME}ann"


async def test_opened_in_another_place_the_first_secret_is_worth_nothing() -> None:
    world, closed = World(), list[int]()
    first = await world.phones.open_agent(principal("ann"), world.watch)
    world.phones.attach(first, closed.append)
    second = await world.phones.open_agent(principal("ann"), world.watch)
    assert closed == [TAKEN_OVER]
    assert world.phones.of_token(first.token) is None
    assert world.directory.known[second.name] == second.account.secret != first.account.secret
    assert len(world.ends) == 1
    await settle(world)
    assert second.name in world.directory.known


async def test_the_secret_ends_with_the_session() -> None:
    world, closed = World(), list[int]()
    phone = await world.phones.open_agent(principal("ann"), world.watch)
    world.phones.attach(phone, closed.append)
    world.ends[0]()
    assert closed == [SESSION_OVER]
    assert world.phones.of_token(phone.token) is None
    await settle(world)
    assert world.directory.known == {}


async def test_a_page_that_is_gone_may_come_back_for_a_while() -> None:
    world, closed = World(), list[int]()
    phone = await world.phones.open_agent(principal("ann"), world.watch)
    world.phones.attach(phone, closed.append)
    phone.is_registered = True
    world.phones.detach(phone, closed.append)
    assert not phone.is_registered
    world.now_ms = limits.SOCKET_GRACE_MS
    await settle(world)
    assert world.phones.of_token(phone.token) is phone
    world.now_ms += 1
    await settle(world)
    assert world.phones.of_token(phone.token) is None
    assert world.directory.known == {}


async def test_a_customers_phone_that_does_not_call_is_taken_back() -> None:
    world = World()
    idle = await world.phones.open_guest("+4930100")
    calling = await world.phones.open_guest("+4930100")
    world.phones.attach(calling, lambda _code: None)
    calling.gate.has_called = True
    world.now_ms = limits.GUEST_CALL_MS + 1
    await settle(world)
    assert list(world.directory.known) == [calling.name]
    assert world.phones.of_token(idle.token) is None
    world.now_ms = limits.GUEST_LIFE_MS + 1
    await settle(world)
    assert world.directory.known == {}


async def test_there_is_a_bound() -> None:
    world = World()
    for _ in range(limits.GUESTS_MAX):
        await world.phones.open_guest("+4930100")
    with pytest.raises(ApiError) as refused:
        await world.phones.open_guest("+4930100")
    assert refused.value.code is ApiErrorCode.OVERLOADED


async def test_without_a_phone_system_nobody_calls() -> None:
    world = World()
    world.directory.is_up = False
    assert not world.phones.can_be_called
    for phones in (world.phones, BrowserPhones(None, lambda _user_id: IN_BROWSER, lambda: 0)):
        with pytest.raises(ApiError) as refused:
            await phones.open_guest("+4930100")
        assert refused.value.code is ApiErrorCode.PHONES_UNREACHABLE
    assert world.phones.counts == {"agents": 0, "guests": 0}


async def test_what_a_process_before_us_left_is_cleared_away() -> None:
    world = World()
    world.directory.known = {"agent-gone": "old", "web-gone": "old"}
    phone = await world.phones.open_agent(principal("ann"), world.watch)
    assert await world.phones._take_back(is_swept=False)
    assert list(world.directory.known) == [phone.name]
