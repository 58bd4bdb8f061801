import pytest

from callcenter.ports.errors import StorageError
from callcenter.ports.store import Store
from tests.contract.rows import session


async def test_a_session_is_found_until_log_out(store: Store) -> None:
    await store.sessions.put(session(b"t-1", "u-1"))
    assert await store.sessions.get(b"t-1") == session(b"t-1", "u-1")
    await store.sessions.delete(b"t-1")
    await store.sessions.delete(b"t-1")
    assert await store.sessions.get(b"t-1") is None


async def test_a_token_is_stored_once(store: Store) -> None:
    await store.sessions.put(session(b"t-1", "u-1"))
    with pytest.raises(StorageError):
        await store.sessions.put(session(b"t-1", "u-2"))
    assert await store.sessions.get(b"t-1") == session(b"t-1", "u-1")


async def test_all_sessions_of_a_person_are_revoked(store: Store) -> None:
    for token, user_id in ((b"t-1", "u-1"), (b"t-2", "u-1"), (b"t-3", "u-2")):
        await store.sessions.put(session(token, user_id))
    assert await store.sessions.delete_of_user("u-1") == 2
    assert await store.sessions.get(b"t-1") is None
    assert await store.sessions.get(b"t-3") is not None


async def test_all_but_one_are_revoked(store: Store) -> None:
    for token, user_id in ((b"t-1", "u-1"), (b"t-2", "u-1"), (b"t-3", "u-2")):
        await store.sessions.put(session(token, user_id))
    assert await store.sessions.delete_of_user("u-1", kept=b"t-2") == 1
    kept = [await store.sessions.get(token) is not None for token in (b"t-1", b"t-2", b"t-3")]
    assert kept == [False, True, True]


async def test_expired_sessions_are_found_until_they_are_forgotten(store: Store) -> None:
    await store.sessions.put(session(b"t-1", "u-1", expires_at_ms=100))
    await store.sessions.put(session(b"t-2", "u-1", expires_at_ms=101))
    assert await store.sessions.get(b"t-1") is not None
    assert await store.sessions.delete_expired(now_ms=100) == 1
    assert await store.sessions.get(b"t-2") is not None
