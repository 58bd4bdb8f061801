"""A call-back's life over a real host: answered, busy, left alone, called in, late, killed at any instant."""

import asyncio
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from callcenter.call_backs import limits
from callcenter.call_backs.following import fate_of
from callcenter.call_backs.promises import CallBackRefused, Round
from callcenter.call_backs.states import Step
from callcenter.ports.call_backs import CallBack, CallBackChange, CallBackState, DialMode
from callcenter.ports.errors import CallBackTaken
from callcenter.ports.read_models import Interaction, Interactions
from callcenter.telephony.promising import Caller
from routing import commands as cmd
from routing.ids import AgentId, ContactId, UserId
from routing.limits import PERMIT_MS
from routing.model import Channel, Destination, DestinationKind, Party
from routing.state import ContactState, State
from tests.unit.callcenter.call_backs.call_back_stage import (
    KEYS,
    NUMBER,
    RING_MS,
    RULE,
    CallBackStage,
    opened,
)
from tests.unit.routing.scene import HELP, SALES, SOLVED, WRAP_UP_LIMIT_MS

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

pytestmark = pytest.mark.looptime

S = CallBackState


def callers_turned_away(stage: CallBackStage, contact_id: str) -> Caller:
    return Caller(
        contact_id=ContactId(contact_id),
        queue_id=SALES,
        number=NUMBER,
        language="zh",
        since_ms=stage.stage.clock.now_ms() - 5_000,
    )


async def test_a_customer_is_called_once_an_agent_is_reserved() -> None:
    async with opened() as stage:
        since_ms = stage.stage.clock.now_ms() - 90_000
        await stage.promise(age_origin_ms=since_ms)
        waiting = await stage.until(S.WAITING)
        assert waiting.age_origin_ms == since_ms
        await stage.ready()
        contact_id = await stage.dial()
        await stage.answer(contact_id)
        await stage.until(S.ANSWERED)
        await stage.accept(contact_id)
        done = await stage.until(S.DONE)
        assert (done.attempts, done.rounds, done.due_at_ms) == (0, 1, None)
        assert await stage.causes() == ["made", "due", "dialled", "answered", "connected"]


async def test_the_agent_first_and_that_agent_alone() -> None:
    async with opened() as stage:
        await stage.ready("bob")
        await stage.promise(mode=DialMode.AGENT_FIRST, agent_id=AgentId("ann"))
        await asyncio.sleep(30)
        assert (await stage.row()).state is S.WAITING
        await stage.ready("ann")
        contact_id = await stage.dial()
        assert stage.stage.state.contacts[contact_id].agent_id == "ann"
        await stage.answer(contact_id)
        await stage.until(S.DONE)


async def test_busy_is_tried_again_after_the_gap_until_attempts_are_used_up() -> None:
    async with opened() as stage:
        await stage.ready()
        await stage.promise()
        await stage.fail(await stage.dial())
        again = await stage.until(S.SCHEDULED, attempts=1)
        assert again.last_outcome == "busy"
        assert again.due_at_ms == pytest.approx(stage.stage.clock.now_ms() + RULE.gap_ms, abs=500)
        contact_id = await stage.dial()
        assert contact_id == "c-b1.2"
        await asyncio.sleep(RING_MS / 1000 + 1)
        failed = await stage.until(S.FAILED)
        assert (failed.attempts, failed.last_outcome) == (2, "no_answer")


async def test_whom_nobody_is_there_for_hears_sorry_and_is_called_again() -> None:
    async with opened() as stage:
        await stage.ready()
        await stage.promise()
        contact_id = await stage.dial()
        await stage.away()
        await stage.answer(contact_id)
        alone = await stage.until(S.SCHEDULED, left_alone=1)
        assert (alone.attempts, alone.last_outcome) == (1, "left_alone")
        assert "We will call you again" in stage.phones.said[contact_id]["en"]
        assert contact_id not in stage.stage.state.contacts


async def test_it_has_its_age_beside_callers_for_an_agent_who_is_soon_free() -> None:
    async with opened() as stage:
        await stage.ready()
        await in_wrap_up(stage)
        await stage.call_in("later")
        older_ms = stage.stage.clock.now_ms() - 300_000
        await stage.promise(age_origin_ms=older_ms)
        contact_id = await stage.dial()
        assert stage.stage.state.contacts[contact_id].agent_id == "ann"
        await stage.answer(contact_id)
        await stage.stage.send(cmd.CompleteWrapUp(ContactId("first"), AgentId("ann"), SOLVED))
        await stage.accept(contact_id)
        await stage.until(S.DONE)
        assert stage.stage.state.contacts[ContactId("later")].state is ContactState.WAITING


async def test_a_caller_who_waits_longer_comes_first() -> None:
    async with opened() as stage:
        await stage.ready()
        await in_wrap_up(stage)
        await stage.call_in("longer")
        await asyncio.sleep(1)
        await stage.promise()
        await asyncio.sleep(WRAP_UP_LIMIT_MS / 1000)
        assert stage.stage.state.contacts[ContactId("longer")].asked
        assert (await stage.row()).rounds == 0


async def test_who_answers_long_before_the_predicted_agent_is_free_is_called_again() -> None:
    async with opened() as stage:
        await stage.ready()
        await in_wrap_up(stage)
        await stage.promise()
        contact_id = await stage.dial()
        await stage.answer(contact_id)
        alone = await stage.until(S.SCHEDULED, left_alone=1)
        assert (alone.attempts, alone.last_outcome) == (1, "left_alone")
        assert "We will call you again" in stage.phones.said[contact_id]["en"]
        assert alone.due_at_ms == pytest.approx(stage.stage.clock.now_ms() + RULE.gap_ms, abs=500)


async def in_wrap_up(stage: CallBackStage) -> None:
    """Ann has just talked with somebody."""
    await stage.call_in("first")
    await stage.accept(ContactId("first"))
    await stage.stage.send(cmd.EndContact(ContactId("first"), Party.CUSTOMER))


async def test_an_agent_who_goes_before_anything_rings_costs_no_attempt() -> None:
    async with opened() as stage:
        await stage.ready()
        await stage.promise()
        await stage.until(S.DIALLING)
        await stage.away()
        await stage.until(S.WAITING, rounds=1)
        await stage.ready("bob")
        contact_id = await stage.dial()
        assert contact_id == "c-b1.2"
        assert (await stage.row()).attempts == 0


async def test_a_phone_system_that_cannot_call_is_given_time() -> None:
    async with opened() as stage:
        await stage.ready()
        await stage.promise()
        await stage.until(S.DIALLING)  # nobody uses the permit
        again = await stage.until(S.SCHEDULED, rounds=1)
        assert (again.attempts, again.last_outcome) == (0, "permit_expired")
        await stage.dial()


async def test_a_customer_who_calls_in_has_its_age_and_is_not_called() -> None:
    async with opened() as stage:
        key = KEYS.key_of(NUMBER)
        await stage.promise(age_origin_ms=stage.stage.clock.now_ms() - 60_000)
        await stage.until(S.WAITING)
        assert stage.service.age_of(key, SALES) >= 60_000
        assert stage.service.age_of(key, HELP) == 0
        await stage.stage.send(cmd.EnqueueContact(ContactId("v1"), Channel.VOICE, SALES, key))
        await stage.until(S.MERGED)
        await stage.ready()
        await asyncio.sleep(10)
        assert stage.dialled() == []


async def test_a_customer_who_calls_in_while_rung_ends_that_call() -> None:
    async with opened() as stage:
        await stage.ready()
        await stage.promise()
        contact_id = await stage.dial()
        arriving = cmd.EnqueueContact(ContactId("v1"), Channel.VOICE, SALES, KEYS.key_of(NUMBER))
        await stage.stage.send(arriving)
        await stage.until(S.MERGED)
        await asyncio.sleep(1)
        assert contact_id not in stage.stage.state.contacts


async def test_one_open_call_back_of_a_customer_in_a_queue() -> None:
    async with opened() as stage:
        first = await stage.promise()
        assert await stage.promise() == await stage.row(first.call_back_id)
        with pytest.raises(CallBackTaken):
            await stage.promise("b2")
        assert await stage.service.promise(callers_turned_away(stage, "v1"))


async def test_what_cannot_be_kept_is_not_promised() -> None:
    async with opened() as stage:
        abroad = CallBackRefused("call_back_refused", "Numbers abroad are not called.")
        stage.phones.forbidden = abroad
        with pytest.raises(CallBackRefused, match="abroad"):
            await stage.promise()
        assert not await stage.service.promise(callers_turned_away(stage, "v1"))
        with pytest.raises(CallBackRefused, match="call_back rules"):
            await stage.promise(queue_id=HELP)


async def test_a_number_that_is_forbidden_meanwhile_is_tried_later() -> None:
    async with opened() as stage:
        await stage.promise()
        await stage.until(S.WAITING)
        stage.phones.forbidden = CallBackRefused("dial_day_cap", "Enough for today.")
        await stage.ready()
        later = await stage.until(S.SCHEDULED)
        assert (later.attempts, later.last_outcome) == (0, "dial_day_cap")


async def test_a_promised_time_is_kept_and_ages_from_then() -> None:
    async with opened() as stage:
        await stage.ready()
        at_ms = stage.stage.clock.now_ms() + 60_000
        made = await stage.promise(promised_at_ms=at_ms, age_origin_ms=1)
        assert (made.due_at_ms, made.age_origin_ms) == (at_ms, at_ms)
        await stage.until(S.DIALLING)
        assert stage.stage.clock.now_ms() >= at_ms


async def test_a_supervisor_hurries_one_and_cancels_another() -> None:
    async with opened() as stage:
        await stage.promise(promised_at_ms=stage.stage.clock.now_ms() + 600_000)
        assert await stage.service.hurry("b1", "sam") is not None
        await stage.ready()
        contact_id = await stage.dial()
        assert await stage.service.hurry("b1", "sam") is None
        assert await stage.service.cancel("b1", "sam") is not None
        assert await stage.service.cancel("b1", "sam") is None
        await asyncio.sleep(1)
        assert contact_id not in stage.stage.state.contacts
        steps = await stage.stage.store.call_backs.changes("b1")
        assert [(one.cause, one.by) for one in steps if one.by] == [
            ("hurried", "sam"),
            ("cancelled", "sam"),
        ]


async def test_what_nobody_gets_to_expires() -> None:
    async with opened() as stage:
        await stage.promise()
        expired = await stage.until(S.EXPIRED)
        assert expired.due_at_ms is None
        assert stage.stage.clock.now_ms() >= expired.expires_at_ms


async def test_call_backs_take_their_share_of_agents_the_oldest_first() -> None:
    async with opened() as stage:
        for number in (1, 2, 3):
            await stage.promise(f"b{number}", number=f"{NUMBER}{number}", age_origin_ms=10 - number)
        for name in ("ann", "bob", "cid"):
            await stage.ready(name)
        await stage.until(S.DIALLING, "b3")
        await asyncio.sleep(1)
        assert [(await stage.row(f"b{n}")).state for n in (1, 2)] == [S.WAITING, S.WAITING]
        await stage.service.cancel("b3", "sam")
        await stage.until(S.DIALLING, "b2")


async def test_a_queue_that_turns_callers_away_promises_and_then_says_so() -> None:
    async with opened() as stage:
        contact_id = ContactId("v1")
        stage.phones.callers[contact_id] = callers_turned_away(stage, "v1")
        arriving = cmd.EnqueueContact(contact_id, Channel.VOICE, SALES, KEYS.key_of(NUMBER))
        await stage.stage.send(arriving)
        back = Destination(DestinationKind.CALLBACK)
        await stage.stage.send(cmd.FlushQueue(SALES, back, UserId("sam")))
        row = await stage.until(S.WAITING, "x-v1")
        assert (row.made_by.value, row.language, row.replaced_contact_id) == ("queue", "zh", "v1")
        assert "给您回电" in stage.phones.said[contact_id]["zh"]


@pytest.mark.parametrize("instant", range(6))
async def test_killed_at_any_instant_a_customer_is_never_called_twice(instant: int) -> None:
    """A new process knows rows and journal alone; what it finds under way it follows, and dials nothing anew."""
    async with opened() as stage:
        contact_id = ContactId("c-b1.1")
        steps: list[Callable[[], Awaitable[object]]] = [
            stage.promise,
            stage.ready,
            lambda: stage.until(S.DIALLING),
            lambda: stage.stage.send(cmd.UsePermit(contact_id)),
            lambda: stage.answer(contact_id),
            lambda: stage.accept(contact_id),
        ]
        for number, step in enumerate(steps):
            await step()
            if number == instant:
                await stage.start()
        await stage.until(S.DONE)
        assert stage.dialled() == ["b1.1"]


async def test_killed_between_the_permit_and_the_row_it_is_the_same_round() -> None:
    async with opened() as stage:
        await stage.promise()
        row = await stage.until(S.WAITING)
        await stage.stop()
        await stage.ready()
        round_ = Round(permit_id="b1.1", contact_id=ContactId("c-b1.1"), call_back=row)
        await stage.phones.ask(round_)
        await stage.start()
        await stage.answer(await stage.dial())
        assert stage.dialled() == ["b1.1"]


async def test_who_was_connected_while_nobody_looked_is_found() -> None:
    async with opened() as stage:
        await stage.ready()
        await stage.promise()
        contact_id = await stage.dial()
        await stage.stop()
        await stage.answer(contact_id)
        await stage.accept(contact_id)
        await stage.start()
        await stage.until(S.DONE)
        assert stage.dialled() == ["b1.1"]


def closed(outcome: str, disposition_id: str | None = None) -> Interaction:
    """The log's row of a round that is over."""
    plain: dict[str, Any] = dict.fromkeys(Interaction.__struct_fields__)
    numbers = dict.fromkeys(("offers", "missed", "rejected", "requeues", "messages"), 0)
    facts = {"contact_id": ContactId("c-b1.1"), "outcome": outcome, "closed_at_ms": 1}
    return Interaction(**{**plain, **numbers, **facts, "disposition_id": disposition_id})


class Log:
    """One row, or none."""

    def __init__(self, row: Interaction | None) -> None:
        self.row = row

    async def get(self, contact_id: ContactId) -> Interaction | None:
        """The row."""
        return self.row


async def permitted(stage: CallBackStage) -> None:
    """The permit is granted, and the process dies."""
    await stage.promise()
    row = await stage.until(S.WAITING)
    await stage.stop()
    await stage.ready()
    await stage.phones.ask(Round(permit_id="b1.1", contact_id=ContactId("c-b1.1"), call_back=row))


async def tried_again(stage: CallBackStage) -> tuple[int, str, bool]:
    """Attempts and outcome once it waits again, and whether that was long before calls are compared with the journal."""
    since_ms = stage.stage.clock.now_ms()
    row = await stage.until(S.SCHEDULED)
    is_soon = stage.stage.clock.now_ms() - since_ms < limits.DIALLING_LOOK_MS / 2
    return row.attempts, row.last_outcome, is_soon


async def test_a_permit_that_expires_while_its_row_is_written_is_noticed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened() as stage:
        await permitted(stage)
        rows = stage.stage.store.call_backs
        put = rows.put

        async def put_late(row: CallBack, change: CallBackChange) -> None:
            await asyncio.sleep(PERMIT_MS / 1000 + 1)
            await put(row, change)

        monkeypatch.setattr(rows, "put", put_late)
        await stage.start()
        assert await tried_again(stage) == (0, "permit_expired", True)


async def test_a_permit_of_whose_end_the_log_has_not_heard_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened() as stage:
        await permitted(stage)
        await asyncio.sleep(PERMIT_MS / 1000 + 1)
        log = Log(msgspec.structs.replace(closed("unreached"), outcome=None, closed_at_ms=None))
        monkeypatch.setattr(stage.stage.store, "interactions", log)
        await stage.start()
        await stage.until(S.DIALLING)
        log.row = closed("unreached", "none_permit_expired")
        assert await tried_again(stage) == (0, "permit_expired", True)


@pytest.mark.parametrize(
    ("row", "steps"),
    [
        (None, None),
        (closed("handled", "solved"), [Step.CONNECTED]),
        (closed("unreached", "none_busy"), [Step.UNANSWERED]),
        (closed("unreached", "none_agent_left"), [Step.RETURNED]),
        (closed("unreached", "solved"), [Step.UNPLACED]),
        (closed("abandoned"), [Step.ANSWERED, Step.LEFT_ALONE]),
        (msgspec.structs.replace(closed("handled"), closed_at_ms=None), []),
    ],
)
async def test_what_the_log_says_of_a_round_that_is_over(
    row: Interaction | None, steps: list[Step] | None
) -> None:
    fate = await fate_of(State(), cast("Interactions", Log(row)), ContactId("c-b1.1"))
    assert (None if fate is None else [one.step for one in fate]) == steps
