from collections.abc import Iterator

import pytest

from tests.unit.routing.scene import Scene


@pytest.fixture
def scene() -> Iterator[Scene]:
    """A scene of the standard configuration, replayed after the test."""
    scene = Scene()
    yield scene
    scene.check_replay()
