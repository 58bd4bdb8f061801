"""A real Asterisk for these tests: its root file system is made once, each test has an instance of its own."""

from collections.abc import Iterator

import pytest

from loadtests.rig.instance import Asterisk, Ports
from loadtests.rig.rootfs import Rootfs, ensure_rootfs


@pytest.fixture(scope="session")
def rootfs() -> Rootfs:
    """Made when it is not there; where it cannot be, every test says why."""
    return ensure_rootfs()


@pytest.fixture
def asterisk(rootfs: Rootfs) -> Iterator[Asterisk]:
    """Running, on ports of its own."""
    instance = Asterisk(rootfs, Ports.free(200))
    try:
        instance.start()
        yield instance
    finally:
        instance.stop()
