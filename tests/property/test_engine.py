"""The engine against every order of commands hypothesis can think of."""

import pytest

from tests.property.machine import EngineMachine

# No timeout: the profile bounds it by examples, however busy the machine is.
TestEngine = pytest.mark.timeout(0)(EngineMachine.TestCase)
