"""Sessions end when they should, for everybody who relies on them."""

import asyncio

import msgspec
import pytest

from callcenter.auth.limits import FORGET_EXPIRED_EVERY_MS
from callcenter.auth.sessions import SessionKeeper, token_hash
from callcenter.ports.errors import StorageUnavailable
from callcenter.ports.people import User
from callcenter.storage.memory.store import MemoryStore
from routing.ids import TeamId

LIFETIME_MS = 1_000


def somebody(name: str = "ann", **changes: object) -> User:
    user = User(
        user_id=f"u-{name}",
        username=name,
        display_name=name.title(),
        role="agent",
        team_id=TeamId("team"),
        queue_ids=("sales",),
        watched_team_ids=(),
        chat_capacity=3,
        password_hash="secret hash",  # noqa: S106 - a stand-in
        language="en",
        is_disabled=False,
        version=0,
    )
    return msgspec.structs.replace(user, **changes)


class Stage:
    """A keeper over a memory store, and the time."""

    def __init__(self) -> None:
        self.now_ms = 5_000
        self.store = MemoryStore()
        self.keeper = self.another()

    def another(self, cache_max: int = 10) -> SessionKeeper:
        """A keeper of another process over the same store."""
        return SessionKeeper(
            self.store.sessions,
            self.store.users,
            lambda: self.now_ms,
            lifetime_ms=LIFETIME_MS,
            cache_max=cache_max,
        )

    async def add(self, user: User) -> User:
        return await self.store.users.put(user)


@pytest.fixture
def stage() -> Stage:
    return Stage()


async def test_a_token_names_its_user_until_it_expires(stage: Stage) -> None:
    token, opened = await stage.keeper.open(await stage.add(somebody()))
    resolved = await stage.keeper.resolve(token)
    assert resolved == opened
    assert resolved is not None
    assert resolved.user_id == "u-ann"
    assert not hasattr(resolved, "password_hash")
    stage.now_ms += LIFETIME_MS
    assert await stage.keeper.resolve(token) is None
    assert await stage.another().resolve(token) is None


async def test_only_the_hash_is_stored(stage: Stage) -> None:
    token, _ = await stage.keeper.open(await stage.add(somebody()))
    assert len(token) >= 43
    stored = await stage.store.sessions.get(token_hash(token))
    assert stored is not None
    assert token.encode() not in msgspec.json.encode(stored)


@pytest.mark.parametrize("token", [None, "", "x", "x" * 10_000, "\ud800"])
async def test_a_bad_token_is_nobody(stage: Stage, token: str | None) -> None:
    assert await stage.keeper.resolve(token) is None


async def test_log_out_ends_it_for_all_who_watch(stage: Stage) -> None:
    token, principal = await stage.keeper.open(await stage.add(somebody()))
    ended: list[str] = []
    stage.keeper.watch(principal, lambda: ended.append("tab 1"))
    stage.keeper.watch(principal, lambda: ended.append("tab 2"))
    unwatch = stage.keeper.watch(principal, lambda: ended.append("closed tab"))
    unwatch()
    unwatch()
    await stage.keeper.close(principal)
    assert ended == ["tab 1", "tab 2"]
    assert await stage.keeper.resolve(token) is None


async def test_one_session_of_a_user_can_end_alone(stage: Stage) -> None:
    user = await stage.add(somebody())
    first, principal = await stage.keeper.open(user)
    second, _ = await stage.keeper.open(user)
    await stage.keeper.close(principal)
    assert await stage.keeper.resolve(first) is None
    assert await stage.keeper.resolve(second) is not None


async def test_all_sessions_of_a_user_end_and_nobody_elses(stage: Stage) -> None:
    ann, bob = await stage.add(somebody()), await stage.add(somebody("bob"))
    token, principal = await stage.keeper.open(ann)
    other, _ = await stage.keeper.open(bob)
    ended: list[str] = []
    stage.keeper.watch(principal, lambda: ended.append("ann"))
    assert await stage.keeper.close_of_user("u-ann") == 1
    assert ended == ["ann"]
    assert await stage.keeper.resolve(token) is None
    assert await stage.keeper.resolve(other) is not None


async def test_a_user_disabled_by_another_process_is_out_at_the_next_poll(stage: Stage) -> None:
    user = await stage.add(somebody())
    token, principal = await stage.keeper.open(user)
    ended: list[str] = []
    stage.keeper.watch(principal, lambda: ended.append("ann"))
    assert [changed.user_id for changed in await stage.keeper.poll()] == ["u-ann"]
    assert await stage.keeper.poll() == []
    await stage.store.users.put(msgspec.structs.replace(user, is_disabled=True))
    assert [changed.user_id for changed in await stage.keeper.poll()] == ["u-ann"]
    assert ended == ["ann"]
    assert await stage.keeper.resolve(token) is None


async def test_a_user_changed_by_another_process_is_seen_changed(stage: Stage) -> None:
    user = await stage.add(somebody())
    token, _ = await stage.keeper.open(user)
    await stage.keeper.poll()
    await stage.store.users.put(msgspec.structs.replace(user, queue_ids=("help",)))
    await stage.keeper.poll()
    resolved = await stage.keeper.resolve(token)
    assert resolved is not None
    assert resolved.queue_ids == {"help"}


async def test_what_is_open_for_long_judges_by_the_newest(stage: Stage) -> None:
    user = await stage.add(somebody())
    _, principal = await stage.keeper.open(user)
    stage.keeper.watch(principal, lambda: None)
    await stage.keeper.poll()
    await stage.store.users.put(msgspec.structs.replace(user, queue_ids=("help",)))
    await stage.keeper.poll()
    assert stage.keeper.current(principal).queue_ids == {"help"}
    await stage.keeper.close(principal)
    assert stage.keeper.current(principal) == principal


async def test_a_poll_that_fails_finds_the_same_change_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = await stage.add(somebody())
    _, principal = await stage.keeper.open(user)
    ended: list[str] = []
    stage.keeper.watch(principal, lambda: ended.append("ann"))
    await stage.keeper.poll()
    await stage.store.users.put(msgspec.structs.replace(user, is_disabled=True))

    async def fail(_token_hash: bytes) -> None:
        raise StorageUnavailable

    with monkeypatch.context() as broken:
        broken.setattr(stage.store.sessions, "get", fail)
        with pytest.raises(StorageUnavailable):
            await stage.keeper.poll()
    assert [changed.user_id for changed in await stage.keeper.poll()] == ["u-ann"]
    assert ended == ["ann"]


async def test_rows_of_expired_sessions_are_deleted_now_and_then(stage: Stage) -> None:
    token, _ = await stage.keeper.open(await stage.add(somebody()))
    await stage.keeper.poll()
    stage.now_ms += LIFETIME_MS
    await stage.keeper.poll()
    assert await stage.store.sessions.get(token_hash(token)) is not None
    stage.now_ms += FORGET_EXPIRED_EVERY_MS
    stage.store.fail_writes()
    await stage.keeper.poll()
    stage.store.fail_writes(fail=False)
    stage.now_ms += FORGET_EXPIRED_EVERY_MS
    await stage.keeper.poll()
    assert await stage.store.sessions.get(token_hash(token)) is None


async def test_an_expired_session_is_closed_by_the_poll(stage: Stage) -> None:
    _, principal = await stage.keeper.open(await stage.add(somebody()))
    ended: list[str] = []
    stage.keeper.watch(principal, lambda: ended.append("ann"))
    stage.now_ms += LIFETIME_MS
    await stage.keeper.poll()
    await stage.keeper.poll()
    assert ended == ["ann"]


async def test_a_session_that_ended_before_it_was_watched_is_noticed(stage: Stage) -> None:
    _, principal = await stage.keeper.open(await stage.add(somebody()))
    await stage.keeper.close(principal)
    ended: list[str] = []
    stage.keeper.watch(principal, lambda: ended.append("ann"))
    await stage.keeper.poll()
    assert ended == ["ann"]


async def test_who_logged_out_at_another_process_is_out_when_sessions_are_read_again(
    stage: Stage,
) -> None:
    token, opened = await stage.keeper.open(await stage.add(somebody()))
    stayed, _ = await stage.keeper.open(await stage.add(somebody("bob")))
    ended: list[str] = []
    stage.keeper.watch(opened, lambda: ended.append("ann"))
    await stage.another().close(opened)
    assert await stage.keeper.resolve(token) == opened
    await stage.keeper.reread()
    assert ended == ["ann"]
    assert await stage.keeper.resolve(token) is None
    assert await stage.keeper.resolve(stayed) is not None


async def test_a_small_cache_forgets_nobody(stage: Stage) -> None:
    keeper = stage.another(cache_max=1)
    tokens = [(await keeper.open(await stage.add(somebody(name))))[0] for name in ("ann", "bob")]
    for token in tokens * 2:
        assert await keeper.resolve(token) is not None


async def test_the_tabs_of_a_person_that_come_back_together_are_one_read(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, principal = await stage.keeper.open(await stage.add(somebody()))
    read, reads = stage.store.users.get, 0

    async def read_slowly(user_id: str) -> User | None:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0)
        return await read(user_id)

    monkeypatch.setattr(stage.store.users, "get", read_slowly)
    keeper = stage.another()
    found = await asyncio.gather(*(keeper.resolve(token) for _ in range(20)))
    assert found == [principal] * 20
    assert reads == 1


async def test_what_ends_while_it_is_read_is_not_kept(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, principal = await stage.keeper.open(await stage.add(somebody()))
    keeper = stage.another()
    read = stage.store.users.get

    async def read_slowly(user_id: str) -> User | None:
        user = await read(user_id)
        await keeper.close(principal)
        return user

    monkeypatch.setattr(stage.store.users, "get", read_slowly)
    await keeper.resolve(token)
    monkeypatch.setattr(stage.store.users, "get", read)
    assert await keeper.resolve(token) is None
