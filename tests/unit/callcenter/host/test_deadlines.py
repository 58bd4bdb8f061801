"""Time: deadlines fire by themselves, health is told truly, broken laws are survived."""

import asyncio

import pytest

from callcenter.host.envelope import CommandRefused, HostUnavailable
from callcenter.limits import STALLED_AFTER_MS, VIOLATIONS_TOLERATED
from routing import commands as cmd
from routing import events as ev
from routing.engine import Engine, Handled
from routing.errors import InvariantViolation
from routing.ids import AgentId, ContactId
from routing.model import AgentState, Party
from tests.unit.callcenter.host.host_stage import (
    START_MS,
    HostStage,
    LoopClock,
    as_bytes,
    chat,
    running,
    settle,
)
from tests.unit.routing.scene import LUNCH, OFFER_TIMEOUT_MS, WAITING_ALARM_MS, WRAP_UP_LIMIT_MS

pytestmark = pytest.mark.looptime


async def test_a_deadline_fires_at_its_time_with_no_command_coming() -> None:
    async with running(HostStage()) as stage:
        await stage.ready("ann")
        await stage.send(chat("c1"))
        await asyncio.sleep((OFFER_TIMEOUT_MS - 1) / 1000)
        assert not [event for event in stage.events if isinstance(event, ev.OfferExpired)]
        await asyncio.sleep(0.002)
        expired = [event for event in stage.events if isinstance(event, ev.OfferExpired)]
        assert [event.at_ms for event in expired] == [START_MS + OFFER_TIMEOUT_MS]
        assert as_bytes(await stage.recovered()) == as_bytes(stage.state)


async def test_a_whole_day_runs_on_its_own_deadlines() -> None:
    async with running(HostStage()) as stage:
        await stage.ready("ann")
        await stage.send(chat("c1"))
        (offer_id,) = stage.state.contacts[ContactId("c1")].asked.values()
        await stage.send(cmd.AcceptOffer(offer_id, AgentId("ann")))
        await stage.send(cmd.EndContact(ContactId("c1"), Party.CUSTOMER))
        await stage.send(chat("c2"))
        await asyncio.sleep((WRAP_UP_LIMIT_MS + 2 * WAITING_ALARM_MS + 3 * OFFER_TIMEOUT_MS) / 1000)
        kinds = {type(event) for event in stage.events}
        assert {ev.WrapUpExpired, ev.OfferMade, ev.OfferExpired} <= kinds
        times = [event.at_ms for event in stage.events]
        assert times == sorted(times)


async def test_an_earlier_deadline_moves_the_alarm_forward() -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))  # its alarm is minutes away
        await stage.ready("ann")
        await asyncio.sleep(OFFER_TIMEOUT_MS / 1000 + 0.01)
        assert [event for event in stage.events if isinstance(event, ev.OfferExpired)]


async def test_a_clock_that_is_led_ahead_takes_every_deadline_along() -> None:
    clock = LoopClock()
    async with running(HostStage(clock=clock)) as stage:
        await stage.ready("ann")
        await stage.send(chat("c1"))
        clock.lead(OFFER_TIMEOUT_MS)
        await settle()
        expired = [event for event in stage.events if isinstance(event, ev.OfferExpired)]
        assert [event.at_ms for event in expired] == [START_MS + OFFER_TIMEOUT_MS]
        assert clock.monotonic_s() * 1_000 < OFFER_TIMEOUT_MS, "it was not waited for"
        assert stage.host.not_ready_reason() is None


# --- health -----------------------------------------------------------------------------------------


async def test_waiting_contacts_and_idle_hours_are_healthy() -> None:
    async with running(HostStage()) as stage:
        assert stage.host.not_ready_reason() is None
        for number in range(5):
            await stage.send(chat(f"c{number}"))
        for _ in range(10):
            await asyncio.sleep(360)
            assert stage.host.not_ready_reason() is None


async def test_a_command_that_is_not_decided_makes_it_not_ready() -> None:
    async with running(HostStage()) as stage:
        stage.journal.hold()
        sender = stage.start(stage.envelope(chat("c1")))
        await stage.journal.entered.wait()
        assert stage.host.not_ready_reason() is None
        await asyncio.sleep(STALLED_AFTER_MS / 1000)
        assert stage.host.not_ready_reason() is None
        await asyncio.sleep(0.01)
        assert stage.host.not_ready_reason() == "decision_loop_stalled"
        stage.journal.let_go.set()
        await sender
        await settle()
        assert stage.host.not_ready_reason() is None


async def test_a_command_after_a_quiet_hour_is_no_stall() -> None:
    async with running(HostStage()) as stage:
        await asyncio.sleep(3_600)
        sender = stage.start(stage.envelope(chat("c1")))
        await asyncio.sleep(0)
        assert stage.host.not_ready_reason() is None
        await sender


async def test_an_overdue_deadline_makes_it_not_ready() -> None:
    clock = LoopClock()
    async with running(HostStage(clock=clock)) as stage:
        await stage.send(chat("c1"))
        await settle()
        clock._started_at_ms += (
            WAITING_ALARM_MS + STALLED_AFTER_MS + 1
        )  # the loop did not see it pass
        assert stage.host.not_ready_reason() == "decision_loop_stalled"
        with pytest.raises(CommandRefused):
            await stage.send(cmd.SetAgentState(AgentId("nobody"), AgentState.NOT_READY, LUNCH))
        assert stage.host.not_ready_reason() is None
        assert [event for event in stage.events if isinstance(event, ev.WaitingOverdue)]


# --- broken laws ------------------------------------------------------------------------------------


class Breaking:
    """An engine that breaks a law when it meets a certain contact."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, contact: str) -> None:
        self.times = 0
        original = Engine.handle

        def handle(engine: Engine, command: cmd.Command, now_ms: int) -> Handled:
            handled = original(engine, command, now_ms)
            if isinstance(command, cmd.EnqueueContact) and command.contact_id == contact:
                self.times += 1
                raise InvariantViolation("INV-0 made up")
            return handled

        monkeypatch.setattr(Engine, "handle", handle)


async def test_a_broken_law_puts_the_engine_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(HostStage()) as stage:
        Breaking(monkeypatch, "bad")
        appended = len(stage.journal.batches)
        told = await asyncio.gather(
            stage.send(chat("c1")),
            stage.send(chat("bad")),
            stage.send(chat("c2")),
            return_exceptions=True,
        )
        assert [type(one).__name__ for one in told] == [
            "HostUnavailable",
            "HostUnavailable",
            "Submitted",
        ]
        assert len(stage.journal.batches) == appended + 1
        assert set(stage.state.contacts) == {"c2"}
        assert as_bytes(stage.host._engine.state) == as_bytes(stage.state)
        await stage.send(chat("c1"))
        assert set(stage.state.contacts) == {"c1", "c2"}


async def test_laws_broken_now_and_then_are_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(HostStage()) as stage:
        breaking = Breaking(monkeypatch, "bad")
        for _ in range(3 * VIOLATIONS_TOLERATED):
            with pytest.raises(HostUnavailable):
                await stage.send(chat("bad"))
            await asyncio.sleep(31)
        assert breaking.times == 3 * VIOLATIONS_TOLERATED
        await stage.send(chat("c1"))


async def test_laws_broken_three_times_a_minute_end_the_host(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(HostStage()) as stage:
        Breaking(monkeypatch, "bad")
        for _ in range(VIOLATIONS_TOLERATED):
            with pytest.raises(HostUnavailable):
                await stage.send(chat("bad"))
        await settle()
        assert stage.host.finished is not None
        assert isinstance(stage.host.finished.exception(), InvariantViolation)
        with pytest.raises(HostUnavailable):
            await stage.send(chat("c1"))
        assert stage.host.not_ready_reason() == "journal_not_writable"
        await stage.host.stop()
        assert stage.journal.snapshots == {}


async def test_a_deadline_that_breaks_a_law_does_not_spin_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running(HostStage()) as stage:
        await stage.send(chat("c1"))

        def handle(*_: object) -> Handled:
            raise InvariantViolation("INV-0 made up")

        monkeypatch.setattr(Engine, "handle", handle)
        await asyncio.sleep(WAITING_ALARM_MS / 1000 + 1)
        assert stage.host.finished is not None
        assert stage.host.finished.done()
