"""Campaigns from the list to the evidence: the whole server, a scripted phone system, one agent's desk."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from callcenter.campaigns.entries import called
from crm_link.outbound.model import EntryState
from routing.ids import ContactId
from routing.state import ContactState
from tests.integration.campaign_floor import PLAN, CampaignFloor
from tests.integration.live_server import PATIENCE_S, PATIENT_PERMIT_MS, LiveServer
from tests.integration.scripted_pbx import ScriptedPbx
from tests.integration.terminal import Terminal
from tests.looking import pause

NUMBERS = [f"+99930765432{n}" for n in range(10)]
"""Of no country: where their customers are is what the list says."""


@pytest.fixture
async def pbx() -> AsyncIterator[ScriptedPbx]:
    async with ScriptedPbx() as opened:
        yield opened


@pytest.fixture
async def server(pbx: ScriptedPbx, tmp_path: Path) -> AsyncIterator[LiveServer]:
    running = pbx.server(tmp_path)
    written = running.folder / "all.yaml"
    text = written.read_text(encoding="utf-8").replace('"49"', '"999"')
    written.write_text(text.replace("calls_per_agent_day: 3", ""), encoding="utf-8")
    async with running:
        yield running


class Floor(CampaignFloor):
    """With the phone system that a test plays."""

    def __init__(self, server: LiveServer, pbx: ScriptedPbx) -> None:
        super().__init__(server)
        self.pbx = pbx

    async def picked_up(self, contact_id: str) -> Any:  # noqa: ANN401 - JSON
        """Ann's phone was picked up, and the customer's rings."""
        ring = await self.pbx.order("ring_agent", lambda one: one["leg_id"].startswith(contact_id))
        await self.pbx.pick_up(ring)
        dial = await self.pbx.order("dial", lambda one: one["call_id"] == ring["call_id"])
        await self.pbx.say("command.done", dial["call_id"], command_id=dial["command_id"])
        await self.pbx.say("call.ringing", dial["call_id"])
        return dial


@pytest.fixture
async def floor(server: LiveServer, pbx: ScriptedPbx) -> Floor:
    await server.ready_desk("ann")
    return Floor(server, pbx)


async def test_an_entry_is_previewed_called_and_done(floor: Floor) -> None:
    await floor.begin(NUMBERS[0], NUMBERS[1])
    work = await floor.ask("GET me/campaigns", "ann")
    assert [(one["name"], one["waiting"]) for one in work["campaigns"]] == [("Teapots", 2)]
    entry = await floor.next()
    assert (entry["name"], entry["number"], entry["last_contacts"]) == ("Kim Roe", "•••• 4320", [])
    assert entry["script_en"].startswith("Good day")
    assert (await floor.next())["entry_id"] == entry["entry_id"]

    called = await floor.dial(entry["entry_id"])
    assert (called["reason"], called["entry"]["state"]) == ("", "calling")
    again = await floor.dial(entry["entry_id"])
    assert again["entry"]["contact_id"] == called["entry"]["contact_id"]
    contact_id = called["entry"]["contact_id"]
    line = await floor.picked_up(contact_id)
    assert line["to"] == NUMBERS[0]
    held = await floor.ask("GET me/campaigns", "ann")
    assert [one["contact_id"] for one in held["entries"]] == [contact_id]
    await floor.pbx.say("call.answered", line["call_id"])
    await floor.pbx.order("bridge")
    await floor.server.until(lambda: _state(floor, contact_id) is ContactState.CONNECTED)
    await floor.pbx.say("call.ended", line["call_id"], cause="hangup")
    await floor.server.until(lambda: _state(floor, contact_id) is ContactState.WRAP_UP)
    await floor.wrapped_up(contact_id)
    done = await floor.entry(entry["entry_id"], EntryState.DONE)
    assert (done.attempts, done.last_result) == (1, "done")
    assert await floor.pbx.over(contact_id) == "hangup"
    [told] = await floor.evidence()
    assert (told["answer"], told["outcome"], told["line_cause"]) == ("granted", "talked", "hangup")
    assert told["dial_id"] == line["call_id"]
    names = ("asked", "dialled", "line_dialled", "answered", "connected", "ended")
    instants = [told[f"{name}_at_ms"] for name in names]
    assert instants == sorted(instants)
    assert floor.pbx.kinds().count("dial") == 1


def _state(floor: Floor, contact_id: str) -> ContactState | None:
    contact = floor.server.contact(contact_id)
    return None if contact is None else contact.state


@pytest.mark.parametrize(
    ("cause", "state"),
    [
        ("busy", "waiting"),
        ("no_answer", "waiting"),
        ("failed", "waiting"),
        ("unreachable", "given_up"),
    ],
)
async def test_whoever_is_not_reached_is_called_again_or_given_up(
    floor: Floor, cause: str, state: str
) -> None:
    await floor.begin(NUMBERS[0])
    entry_id = (await floor.next())["entry_id"]
    contact_id = (await floor.dial(entry_id))["entry"]["contact_id"]
    line = await floor.picked_up(contact_id)
    await floor.pbx.say("call.ended", line["call_id"], cause=cause)
    found = await floor.entry(entry_id, EntryState(state))
    assert (found.last_result, found.attempts) == (cause, 1)
    assert await floor.next() is None
    [told] = await floor.evidence()
    assert told["outcome"] == cause


async def test_a_phone_system_that_always_fails_uses_the_attempts_up(floor: Floor) -> None:
    await floor.begin(NUMBERS[0], attempts_max=1)
    entry_id = (await floor.next())["entry_id"]
    contact_id = (await floor.dial(entry_id))["entry"]["contact_id"]
    line = await floor.picked_up(contact_id)
    await floor.pbx.say("call.ended", line["call_id"], cause="failed")
    found = await floor.entry(entry_id, EntryState.GIVEN_UP)
    assert (found.last_result, found.attempts, found.due_at_ms) == ("failed", 1, None)
    assert await floor.pbx.over(contact_id) == "failed"
    [told] = await floor.evidence()
    assert (told["outcome"], told["line_cause"]) == ("failed", "failed")
    assert await floor.next() is None


async def test_a_call_whose_agent_does_not_pick_up_counts_for_nothing(floor: Floor) -> None:
    await floor.begin(NUMBERS[0], attempts_max=1, per_number_day=1)
    entry_id = (await floor.next())["entry_id"]
    contact_id = (await floor.dial(entry_id))["entry"]["contact_id"]
    ring = await floor.pbx.order("ring_agent", lambda one: one["leg_id"].startswith(contact_id))
    await floor.pbx.say("leg.ended", ring["call_id"], leg_id=ring["leg_id"], cause="no_answer")
    found = await floor.entry(entry_id, EntryState.WAITING)
    assert (found.last_result, found.attempts) == ("agent_unreached", 0)
    await floor.pbx.say("call.ended", ring["call_id"], cause="released")
    assert await floor.pbx.over(contact_id) == "released"
    [told] = await floor.evidence()
    assert (told["outcome"], told["dialled_at_ms"], told["line_dialled_at_ms"]) == (
        "agent_unreached",
        None,
        None,
    )
    counts = await floor.server.parts.store.campaigns.day_counts("tea", found.customer_key, 0)
    assert (counts.number, counts.campaign) == (0, 0)


async def test_a_number_suppressed_while_it_is_previewed_is_refused_and_stands_in_the_evidence(
    floor: Floor,
) -> None:
    await floor.begin(NUMBERS[0], NUMBERS[1])
    first = await floor.next()
    body = {"number": NUMBERS[0], "reason": "asked us by letter"}
    await floor.ask("POST suppressions", "sam", body, 201)
    refused = await floor.dial(first["entry_id"])
    assert (refused["reason"], refused["entry"]["state"]) == ("number_suppressed", "refused")
    second = await floor.next()
    assert (await floor.skip(second["entry_id"], "do_not_call"))["state"] == "given_up"
    await floor.server.until(lambda: floor.server.state.suppression_version == 2)
    listed = await floor.ask("GET suppressions", "sam")
    assert [one["reason"] for one in listed["suppressions"]] == [
        "skipped_do_not_call",
        body["reason"],
    ]
    [told] = await floor.evidence()
    assert (told["answer"], told["reason"], told["suppression_version"]) == (
        "refused",
        "number_suppressed",
        1,
    )
    assert "dial" not in floor.pbx.kinds()
    assert "ring_agent" not in floor.pbx.kinds()


async def test_numbers_of_a_file_are_called_by_nobody_or_not_before_an_instant(
    floor: Floor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await floor.begin(*NUMBERS[:4])
    text = (
        "number,reason,until\n"
        f"{NUMBERS[0]},asked by letter,\n"
        f"{NUMBERS[1]},on a journey,2100-01-01\n"
        f"{NUMBERS[0]},once more,\n"
        "nobody,no number,\n"
    )
    taken = await floor.ask("POST suppressions/lists", "sam", {"text": text})
    assert taken == {
        "taken": 2,
        "faults": [
            {"line": 4, "code": "duplicate_in_file"},
            {"line": 5, "code": "number_invalid"},
        ],
    }
    assert floor.server.state.suppression_version == 2
    again = await floor.ask("POST suppressions/lists", "sam", {"text": text})
    assert (again["taken"], again["faults"][0]) == (0, {"line": 2, "code": "suppressed_already"})

    file = tmp_path / "never.csv"
    file.write_text(f"number,reason\n{NUMBERS[2]},told the shop\n{NUMBERS[0]},told the shop\n")
    terminal = Terminal(tmp_path, capsys)
    code, said, errors = await asyncio.to_thread(
        terminal, "campaign", "suppress", "--file", str(file)
    )
    assert (code, said) == (1, "1 numbers put on the list nobody calls.\n")
    assert errors.splitlines() == [
        f"{file}:3: suppressed_already",
        "callcenter: 1 rows were not taken",
    ]
    assert (await floor.next())["number"] == "•••• 4323"
    rows = floor.server.parts.store.campaigns
    entries = {one.number: one for one in await rows.entries("tea", None, after="", limit=9)}
    assert [entries[number].state for number in NUMBERS[:3]] == ["refused", "waiting", "refused"]
    assert entries[NUMBERS[1]].due_at_ms == 4_102_444_800_000
    listed = (await floor.ask("GET suppressions", "sam"))["suppressions"]
    assert [one["until_at_ms"] for one in listed] == [None, 4_102_444_800_000, None]


async def test_a_process_that_dies_between_permit_and_dial_has_dialled_nobody_and_asks_again(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    await floor.begin(NUMBERS[0])
    entry_id = (await floor.next())["entry_id"]
    placing = floor.server.parts.telephony.placing

    async def dies(*_: object) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(placing._intake, "store", dies)
    with pytest.raises(Exception):  # noqa: B017, PT011 - the connection is cut
        await floor.dial(entry_id)
    monkeypatch.undo()
    await floor.server.stop()
    await floor.server.start()
    floor.server.later(PATIENT_PERMIT_MS / 1000)
    found = await floor.entry(entry_id, EntryState.WAITING)
    assert (found.attempts, found.rounds) == (0, 1)
    [told] = await floor.evidence()
    assert (told["answer"], told["dialled_at_ms"]) == ("granted", None)
    # Whichever is noticed first: the agent's desk was gone too.
    assert told["outcome"] == found.last_result
    assert told["outcome"] in ("permit_expired", "agent_left")
    assert "dial" not in floor.pbx.kinds()


async def test_an_agent_who_cannot_call_is_refused_on_record_and_keeps_the_entry(
    floor: Floor,
) -> None:
    await floor.begin(NUMBERS[0])
    entry_id = (await floor.next())["entry_id"]
    body = {"number": NUMBERS[1]}
    own = (await floor.ask("POST me/calls", "ann", body))["contact_id"]
    refused = await floor.dial(entry_id)
    assert (refused["reason"], refused["entry"]["state"]) == ("agent_not_eligible", "previewed")
    parts = floor.server.parts
    rows = parts.store.campaigns
    held = await rows.entry("tea", entry_id)
    assert held is not None
    assert held.contact_id is not None
    assert await parts.store.details.of_contact(held.contact_id, kind="customer", limit=9) == []
    attempt = await rows.attempt(held.contact_id)
    assert attempt is not None
    async with asyncio.timeout(PATIENCE_S):
        while attempt.answer != "refused":
            await pause()
            attempt = await rows.attempt(held.contact_id) or attempt
    assert (attempt.reason, attempt.outcome) == ("agent_not_eligible", "")
    # Her own call is the one that counts for the caps of dialling.
    assert held.agent_id
    placed = await parts.store.placed_calls.usage(held.agent_id, 0, ContactId(""))
    assert placed[:2] == (1, 1)
    await floor.ask(f"POST contacts/{own}/call/hang-up", "ann", {})


async def test_an_entry_without_an_attempt_goes_back_after_a_restart(floor: Floor) -> None:
    await floor.begin(NUMBERS[0])
    entry_id = (await floor.next())["entry_id"]
    rows = floor.server.parts.store.campaigns
    entry = await rows.entry("tea", entry_id)
    assert entry is not None
    await rows.move(called(entry, ContactId("never"), entry.agent_id, 2**52))
    await floor.server.stop()
    await floor.server.start()
    found = await floor.entry(entry_id, EntryState.WAITING)
    assert (found.attempts, found.rounds) == (0, 1)
    assert await floor.evidence() == []


CAUSES = ("hangup", "busy", "no_answer", "unreachable", "hangup")
OUTCOMES = {"hangup": "talked"}


async def test_the_evidence_of_ten_customers_is_what_the_phone_system_says_line_by_line(
    floor: Floor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await floor.begin(*NUMBERS)
    told_by_pbx = []
    for cause in CAUSES * 2:
        entry_id = (await floor.next())["entry_id"]
        contact_id = (await floor.dial(entry_id))["entry"]["contact_id"]
        line = await floor.picked_up(contact_id)
        is_answered = cause == "hangup"
        if is_answered:
            await floor.pbx.say("call.answered", line["call_id"])
            await floor.server.until(lambda: _state(floor, contact_id) is ContactState.CONNECTED)  # noqa: B023 - at once
        await floor.pbx.say("call.ended", line["call_id"], cause=cause)
        if is_answered:
            await floor.server.until(lambda: _state(floor, contact_id) is ContactState.WRAP_UP)  # noqa: B023 - at once
            await floor.wrapped_up(contact_id)
        assert await floor.pbx.over(contact_id) == cause
        await floor.entry(entry_id, EntryState.WAITING, EntryState.DONE, EntryState.GIVEN_UP)
        told_by_pbx.append((line["call_id"], line["to"], OUTCOMES.get(cause, cause), cause))
    assert [number for _, number, _, _ in told_by_pbx] == NUMBERS
    evidence = await floor.evidence()
    assert [(one["dial_id"], one["outcome"], one["line_cause"]) for one in evidence] == [
        (dial_id, outcome, cause) for dial_id, _, outcome, cause in told_by_pbx
    ]
    assert len({one["dial_id"] for one in evidence}) == len(NUMBERS)
    said = await asyncio.to_thread(
        Terminal(tmp_path, capsys).ok, "campaign", "evidence", "tea", "--format", "json"
    )
    written = [msgspec.json.decode(line) for line in said.splitlines()]
    assert written == evidence


async def test_progressive_calls_whoever_is_next_for_an_agent_with_nothing_in_hand(
    floor: Floor,
) -> None:
    await floor.begin(*NUMBERS[:3], mode="progressive")
    told_by_pbx: list[tuple[str, str]] = []
    entry_ids = []
    for number, cause in zip(NUMBERS[:3], ("hangup", "busy", "hangup"), strict=True):
        ring = await floor.pbx.order(
            "ring_agent",
            lambda one: one["call_id"] not in [line for line, _ in told_by_pbx],
        )
        contact_id = ring["leg_id"].split(".")[0]
        held = await floor.held()
        assert (held["contact_id"], held["script_en"]) == (contact_id, PLAN["script_en"])
        entry_ids.append(held["entry_id"])
        line = await floor.picked_up(contact_id)
        assert line["to"] == number
        if cause == "hangup":
            await floor.pbx.say("call.answered", line["call_id"])
            await floor.server.until(lambda: _state(floor, contact_id) is ContactState.CONNECTED)  # noqa: B023 - at once
        await floor.pbx.say("call.ended", line["call_id"], cause=cause)
        told_by_pbx.append((line["call_id"], cause))
        if cause == "hangup":
            await floor.server.until(lambda: _state(floor, contact_id) is ContactState.WRAP_UP)  # noqa: B023 - at once
            # One agent, one call: whoever wraps up has something in hand.
            assert floor.pbx.kinds().count("dial") == len(told_by_pbx)
            await floor.wrapped_up(contact_id)
    await floor.entry(entry_ids[-1], EntryState.DONE)
    assert await floor.pbx.over() == ""
    evidence = [one for one in await floor.evidence() if one["answer"] == "granted"]
    assert [(one["dial_id"], one["line_cause"]) for one in evidence] == told_by_pbx
    assert floor.pbx.kinds().count("dial") == len(told_by_pbx)


async def test_progressive_calls_nobody_while_it_is_paused_or_every_agent_is_away(
    floor: Floor,
) -> None:
    await floor.ask("PUT me/state", "ann", {"state": "not_ready", "reason_id": "lunch"})
    await floor.begin(NUMBERS[0], mode="progressive")
    turn = {"based_on": 2, "state": "paused"}
    await floor.ask("POST campaigns/tea/state", "sam", turn)
    await floor.ask("PUT me/state", "ann", {"state": "ready", "reason_id": None})
    pacer = floor.server.parts.campaigns.pacer
    await pacer.work()
    assert floor.pbx.kinds().count("ring_agent") == 0
    await floor.ask("POST campaigns/tea/state", "sam", {"based_on": 3, "state": "running"})
    await floor.pbx.order("ring_agent")
    assert [one["reason"] for one in await floor.evidence()] == [""]
