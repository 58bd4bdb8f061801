"""What holds for every test: how hard hypothesis tries, no blocking call on the loop, a known folder."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

# No deadline anywhere: time is virtual in what is tested, so the wall clock only adds noise.
settings.register_profile("dev", max_examples=50, stateful_step_count=30, deadline=None)
settings.register_profile(
    "ci",
    max_examples=300,
    stateful_step_count=60,
    deadline=None,
    derandomize=True,
    print_blob=True,
)
# What is measured takes twice as long: few examples, the same at every run. The profile `ci` goes on from there.
settings.register_profile(
    "measured",
    max_examples=50,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    print_blob=True,
)
settings.register_profile(
    "nightly",
    max_examples=10_000,
    stateful_step_count=200,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("dev")  # `--hypothesis-profile=ci` replaces it

FOLDERS = (
    "unit",
    "property",
    "tidy",
    "sim",
    "contract",
    "integration",
    "fuzz",
    "asterisk",
    "cluster",
)


def pytest_collect_file(file_path: Path) -> None:
    """Refuse a test module outside the known folders: no stage would run it."""
    folder = file_path.relative_to(Path(__file__).parent).parts[0]
    if file_path.name.startswith("test_") and folder not in FOLDERS:
        msg = f"{file_path}: a test belongs to one of tests/{{{','.join(FOLDERS)}}}"
        raise pytest.UsageError(msg)


def pytest_collection_finish() -> None:
    """Go on as the server does: what was loaded is never looked through for garbage again."""
    from callcenter import memory  # noqa: PLC0415 - what is loaded before the tests is not measured

    memory.settle()


@pytest.fixture(scope="session", autouse=True)
def no_blocking_call_on_the_loop() -> Iterator[None]:
    """Fail any test in which our code blocks the event loop (files, sockets, sleep)."""
    with blockbuster_ctx(["callcenter", "agents"]) as guard:
        # Coverage's tracer takes a lock at every call of ours, and another thread of ours may hold it.
        guard.functions["threading.Lock.acquire"].can_block_in("coverage/collector.py", "lock_data")
        yield


@pytest.fixture(scope="session", autouse=True)
def no_loop_made_in_passing() -> None:
    """Keep looptime, which asks for the current loop before each test, from making one nobody closes."""
    asyncio.set_event_loop(None)
