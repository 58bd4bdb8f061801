"""A real Asterisk for these tests: its root file system is made once; one instance for all, or one to break."""

from collections.abc import Iterator

import pytest

from loadtests.rig.instance import Asterisk, Ports
from loadtests.rig.rootfs import Rootfs, ensure_rootfs
from tests.integration.live_server import dial_patiently


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is about dialling runs out because a machine is slow."""
    dial_patiently(monkeypatch)


@pytest.fixture(scope="session")
def rootfs() -> Rootfs:
    """Made when it is not there; where it cannot be, every test says why."""
    return ensure_rootfs()


@pytest.fixture(scope="session")
def shared(rootfs: Rootfs) -> Iterator[Asterisk]:
    """Running as long as the tests do: each leaves it as it was."""
    yield from running(rootfs)


@pytest.fixture
def asterisk(rootfs: Rootfs) -> Iterator[Asterisk]:
    """One that a test may break."""
    yield from running(rootfs)


def running(rootfs: Rootfs) -> Iterator[Asterisk]:
    """On ports of its own."""
    instance = Asterisk(rootfs, Ports.free(200))
    try:
        instance.start()
        yield instance
    finally:
        instance.stop()


def pytest_itemcollected(item: pytest.Item) -> None:
    """Real processes answer when they can: each step has a limit of its own, the whole has a wider one."""
    item.add_marker(pytest.mark.timeout(150))
