"""Passwords: argon2id in a small thread pool with a bounded waiting line.

Hashing is slow on purpose, so it must never run on the loop, and a rush of log-ins at the start of a shift
must queue here instead of taking both cores from the offers. A user who does not exist costs the same hash as
one who does, so that the time of the answer does not tell which names are taken.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Protocol, TypeVar

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from callcenter.auth.limits import PASSWORD_COST_MS, PASSWORD_WAITING_MAX, PASSWORD_WORKERS

MEMORY_KIB: Final = 19_456
ITERATIONS: Final = 2
PARALLELISM: Final = 1

_UNUSABLE: Final = "a value nobody can log in with"

T = TypeVar("T")


class PasswordsBusy(Exception):
    """Too many log-ins wait already; ask again after `retry_after_s`."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__("too many log-ins are waiting")
        self.retry_after_s = retry_after_s


class Hasher(Protocol):
    """What a password library must do; `pwdlib.PasswordHash` does."""

    def hash(self, password: str) -> str:
        """A new salted hash in its portable form."""

    def verify(self, password: str, hash: str) -> bool:  # noqa: A002 - pwdlib's own name for it
        """Whether the password made this hash."""


def argon2id() -> Hasher:
    """The product's hasher: OWASP's first choice for argon2id (19 MiB, 2 passes, 1 lane)."""
    return PasswordHash((Argon2Hasher(ITERATIONS, MEMORY_KIB, PARALLELISM),))


class Passwords:
    """Hashes and verifies off the loop; owns its threads, `close` ends them."""

    def __init__(
        self,
        hasher: Hasher | None = None,
        *,
        workers: int = PASSWORD_WORKERS,
        waiting_max: int = PASSWORD_WAITING_MAX,
    ) -> None:
        self._hasher = hasher or argon2id()
        self._workers = workers
        self._bound = workers + waiting_max
        self._pending = 0
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="password")
        self._decoy: str | None = None

    @property
    def pending(self) -> int:
        """Log-ins being hashed or waiting for it."""
        return self._pending

    async def hash(self, password: str) -> str:
        """A hash to store. Raises PasswordsBusy."""
        return await self._run(lambda: self._hasher.hash(password))

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether `password` made `stored`; None (no such user) costs the same and is False.

        Raises PasswordsBusy.
        """
        return await self._run(lambda: self._verify(password, stored))

    def close(self) -> None:
        """End the threads without waiting: what is being hashed is finished, what waits is dropped."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _verify(self, password: str, stored: str | None) -> bool:
        """Runs in a thread."""
        if stored is None:
            if self._decoy is None:
                self._decoy = self._hasher.hash(_UNUSABLE)
            self._hasher.verify(password, self._decoy)
            return False
        try:
            return self._hasher.verify(password, stored)
        except UnknownHashError:
            return False

    async def _run(self, work: Callable[[], T]) -> T:
        if self._pending >= self._bound:
            raise PasswordsBusy(
                retry_after_s=1 + self._pending * PASSWORD_COST_MS // 1000 // self._workers
            )
        self._pending += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            self._pending -= 1
