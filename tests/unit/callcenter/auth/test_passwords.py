"""Passwords are hashed off the loop, in a bounded line, at the same cost for everybody."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from callcenter.auth.passwords import (
    ITERATIONS,
    MEMORY_KIB,
    PARALLELISM,
    Passwords,
    PasswordsBusy,
    argon2id,
)


class SlowHasher:
    """Counts its work and waits for the test."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.verified = 0

    def hash(self, password: str) -> str:
        return f"hash of {password}"

    def verify(self, password: str, hash: str) -> bool:  # noqa: A002 - the protocol's name
        self.go.wait(10)
        self.verified += 1
        return hash == self.hash(password)


@pytest.fixture
def hasher() -> Iterator[SlowHasher]:
    slow = SlowHasher()
    yield slow
    slow.go.set()


async def test_a_password_is_known_again() -> None:
    passwords = Passwords()
    stored = await passwords.hash("correct horse")
    assert stored.startswith(f"$argon2id$v=19$m={MEMORY_KIB},t={ITERATIONS},p={PARALLELISM}$")
    assert await passwords.verify("correct horse", stored)
    assert not await passwords.verify("wrong horse", stored)
    assert not await passwords.verify("correct horse", "not a hash at all")
    passwords.close()


def test_the_cost_is_what_the_design_says() -> None:
    assert (MEMORY_KIB, ITERATIONS, PARALLELISM) == (19_456, 2, 1)
    assert argon2id().hash("x") != argon2id().hash("x")


async def test_somebody_who_does_not_exist_costs_a_hash_too(hasher: SlowHasher) -> None:
    hasher.go.set()
    passwords = Passwords(hasher)
    assert not await passwords.verify("anything", None)
    assert hasher.verified == 1
    passwords.close()


async def test_the_line_is_bounded_and_says_how_long(hasher: SlowHasher) -> None:
    passwords = Passwords(hasher, workers=1, waiting_max=1)
    async with asyncio.TaskGroup() as group:
        waiting = [group.create_task(passwords.verify("x", "y")) for _ in range(2)]
        await asyncio.sleep(0)
        assert passwords.pending == 2
        with pytest.raises(PasswordsBusy) as raised:
            await passwords.verify("x", "y")
        assert raised.value.retry_after_s >= 1
        hasher.go.set()
    assert [task.result() for task in waiting] == [False, False]
    assert passwords.pending == 0
    assert not await passwords.verify("x", "y")
    passwords.close()
