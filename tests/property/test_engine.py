"""The engine against every order of commands hypothesis can think of."""

from tests.property.machine import EngineMachine

TestEngine = EngineMachine.TestCase
