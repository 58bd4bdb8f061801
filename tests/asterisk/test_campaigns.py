"""Campaigns over a real Asterisk: ten customers each, and an evidence that says what Asterisk's own records say."""

import asyncio
import csv
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from socket import SOCK_DGRAM
from typing import Final

import msgspec
import pytest

from callcenter.campaigns.views import AttemptRow
from callcenter.ports.campaigns import Entry
from callcenter.tasks import owned
from crm_link.outbound.model import EntryState
from loadtests.rig.instance import Asterisk
from loadtests.rig.sipp import Sipp
from loadtests.server_process import free_port
from routing.model import Channel
from routing.state import Contact, ContactState
from tests.asterisk.stage import ANN, PATIENCE_S, Rig, rig
from tests.asterisk.test_placing import trunk
from tests.integration.campaign_floor import CampaignFloor
from tests.integration.live_server import Page
from tests.integration.terminal import Terminal
from tests.looking import pause

NUMBERS: Final = [f"+99930765432{digit}" for digit in range(10)]
"""Whoever plays the customers does as the last digit says (the scenario `customers`)."""

ENDS: Final = {
    "0": "talked",
    "1": "busy",
    "2": "no_answer",
    "3": "talked",
    "4": "declined",
    "5": "talked",
    "6": "busy",
    "7": "no_answer",
    "8": "failed",
    "9": "unreachable",
}
"""What becomes of whom: by the last digit of the number."""

STATES: Final = {
    "talked": EntryState.DONE,
    "busy": EntryState.WAITING,
    "no_answer": EntryState.WAITING,
    "declined": EntryState.WAITING,
    "failed": EntryState.WAITING,
    "unreachable": EntryState.GIVEN_UP,
}
STAYS: Final = ("0", "5")
"""Who stays on the line until the agent hangs up; 3 hangs up early."""

INTERESTED: Final = "5"

DISPOSITIONS: Final = {
    "talked": "ANSWERED",
    "busy": "BUSY",
    "no_answer": "NO ANSWER",
    "declined": "NO ANSWER",
    "unreachable": "NO ANSWER",
    "failed": "FAILED",
}
"""An outcome of the evidence, and what a record of Asterisk calls it."""

CHANNEL, TO_CHANNEL, BEGUN, ANSWERED, ENDED, DISPOSITION, CALL_ID = 5, 6, 9, 10, 11, 14, 16
"""Where a record has what."""

TOLERANCE_S: Final = PATIENCE_S
"""Records have whole seconds, and the server learns of things later, but no later than a test waits for anything."""

OUTBOUND = """  outbound: {connection: rig, shown_number: "+49301", queue: sales, country_code: "999"}
leads: {queue: sales}
"""
INTERESTED_IN_MORE = """  - {id: interested, name: {en: Interested, zh: 有意向}, makes_lead: true}
"""
PLAN: Final = {
    "pack_id": "cn",
    "from_minute": 540,
    "until_minute": 1200,
    "per_number_day": 1,
    "ring_s": 10,
    "results": {"interested": "interested"},
}
TEAM: Final = """
people:
  - {username: ann, display_name: Ann Berg, role: agent, team: north, queues: [sales], capacity: {total: 1, per_channel: {voice: 1}}, phone: "%s", language: en}
  - {username: sam, display_name: Sam Okafor, role: supervisor, team: north, queues: [sales], watched_teams: [north], phone: "%s", language: en}
  - {username: bob, display_name: Bob Lund, role: agent, team: north, queues: [sales], capacity: {total: 1, per_channel: {task: 1}}, phone: "%s", language: en}
"""
"""Ann calls, and bob sells."""


class Record(msgspec.Struct, frozen=True):
    """What the call detail records say of a line: instants in UTC s, None for none."""

    begun_s: float | None
    answered_s: float | None
    ended_s: float | None
    disposition: str


def record_of(row: list[str], rows: list[list[str]]) -> Record:
    """Once a customer talks, the record of the agent's leg goes on with the line: it names the line's channel."""
    channel, talks = row[CHANNEL], [one for one in rows if one[TO_CHANNEL] == row[CHANNEL]]
    assert channel
    ended_s = max(instant_s(one[ENDED]) or 0 for one in (row, *talks))
    return Record(instant_s(row[BEGUN]), instant_s(row[ANSWERED]), ended_s, row[DISPOSITION])


def instant_s(text: str) -> float | None:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() if text else None


def customers_of(asterisk: Asterisk) -> dict[str, Record]:
    """The records of the lines that the campaign had, each by its id, which is the permit's."""
    rows = list(csv.reader(asterisk.records()))
    mine = [row for row in rows if row[CALL_ID].startswith("tea.")]
    found = {row[CALL_ID]: record_of(row, rows) for row in mine}
    assert len(found) == len(mine), "a line has one record of its own"
    return found


class Stage(CampaignFloor):
    """The floor of a campaign over a real phone system."""

    def __init__(self, at: Rig) -> None:
        super().__init__(at.server)
        self.at = at

    async def entries(self) -> dict[str, Entry]:
        """The entries of the campaign by number."""
        found = await self.server.parts.store.campaigns.entries("tea", None, after="", limit=99)
        return {one.number: one for one in found}

    def talk_of(self, entry_id: str) -> Contact | None:
        """The contact of an entry whose customer has picked up, until ann is done with it."""
        for contact in self.at.contacts():
            dial = contact.dial
            is_mine = dial is not None and f".{entry_id}." in dial.permit_id
            if is_mine and contact.state in (ContactState.CONNECTED, ContactState.WRAP_UP):
                return contact
        return None

    async def ends(self, number: str) -> Entry:
        """What becomes of a customer's entry once the call is over, and ann has done what she has to."""
        end, entry_id = ENDS[number[-1]], (await self.entries())[number].entry_id
        if end == "talked":
            await self.at.until(lambda: self.talk_of(entry_id) is not None)
            contact = self.talk_of(entry_id)
            assert contact is not None
            if number[-1] in STAYS:
                await self.at.do("ann", contact.contact_id, "call/hang-up")
            await self.at.until(lambda: contact.state is ContactState.WRAP_UP)
            is_interested = number[-1] == INTERESTED
            await self.wrapped_up(contact.contact_id, "interested" if is_interested else "solved")
        async with asyncio.timeout(PATIENCE_S):
            while not (entry := (await self.entries())[number]).attempts:
                await pause()
        return entry

    async def records(self) -> dict[str, Record]:
        """What Asterisk has recorded of the customers' lines, by their ids, once all of them are over, for us too."""
        await self.at.until_nothing_is_left()
        await self.at.until(lambda: self.server.parts.telephony.book.open_count == 0)
        async with asyncio.timeout(PATIENCE_S):
            while len(found := customers_of(self.at.asterisk)) < len(NUMBERS):
                await pause()
        return found


@asynccontextmanager
async def floor(tmp_path: Path, asterisk: Asterisk) -> AsyncIterator[Stage]:
    """Ann's phone, ten customers and the server; ann is ready."""
    port = free_port(SOCK_DGRAM)
    phone = Sipp("agent-answer", port=ANN, ring=100, talk=90_000)
    with phone, Sipp("customers", port=port, early=500, talk=90_000):
        async with rig(
            tmp_path,
            asterisk,
            flows=OUTBOUND,
            people=TEAM,
            dispositions=INTERESTED_IN_MORE,
            trunk=trunk(port),
        ) as at:
            desk = await at.server.ready_desk("ann")
            async with owned(stays(desk), "ann's desk"):
                yield Stage(at)


async def stays(desk: Page) -> None:
    """A page that is read answers the server's pings: who is silent for long is away."""
    async for _ in desk.socket:
        pass


async def evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[AttemptRow]:
    """What the command line writes, of the permits that were granted."""
    terminal = Terminal(tmp_path, capsys)
    said = await asyncio.to_thread(terminal.ok, "campaign", "evidence", "tea", "--format", "json")
    lines = [msgspec.json.decode(line, type=AttemptRow) for line in said.splitlines()]
    return [line for line in lines if line.answer == "granted"]


def is_near(at_ms: int | None, at_s: float | None) -> bool:
    """Whether both are none, or nearly the same instant."""
    if at_ms is None or at_s is None:
        return at_ms is at_s
    return abs(at_ms / 1000 - at_s) <= TOLERANCE_S


def compare(lines: list[AttemptRow], records: dict[str, Record], entries: dict[str, Entry]) -> None:
    """Line by line: one for each customer, in the order of the list, and as Asterisk has it."""
    numbers = {one.entry_id: number for number, one in entries.items()}
    assert [numbers[line.entry_id] for line in lines] == NUMBERS
    assert {line.dial_id for line in lines} == set(records)
    for line in lines:
        record = records[line.dial_id]
        assert line.outcome == ENDS[numbers[line.entry_id][-1]]
        assert record.disposition == DISPOSITIONS[line.outcome], line
        assert is_near(line.line_dialled_at_ms, record.begun_s), (line, record)
        assert is_near(line.answered_at_ms, record.answered_s), (line, record)
        assert is_near(line.ended_at_ms, record.ended_s), (line, record)


async def test_ten_customers_are_previewed_and_called_and_the_interested_one_reaches_a_seller(
    tmp_path: Path, asterisk: Asterisk, capsys: pytest.CaptureFixture[str]
) -> None:
    async with floor(tmp_path, asterisk) as stage:
        await stage.begin(*NUMBERS, **PLAN)
        for number in NUMBERS:
            entry_id = (await stage.next())["entry_id"]
            assert entry_id == (await stage.entries())[number].entry_id
            called = await stage.dial(entry_id)
            assert (called["reason"], called["entry"]["state"]) == ("", "calling")
            entry = await stage.ends(number)
            assert (entry.state, entry.attempts) == (STATES[ENDS[number[-1]]], 1)
        assert await stage.next() is None
        offer = await stage.at.offer(await stage.server.ready_desk("bob"))
        (task,) = stage.at.contacts()
        assert (task.channel, task.contact_id) == (Channel.TASK, offer["contact_id"])
        (lead,) = (await stage.ask("GET leads", "bob"))["leads"]
        assert (lead["interest"], lead["campaign_id"]) == ("Two teapots", "tea")
        records = await stage.records()
        compare(await evidence(tmp_path, capsys), records, await stage.entries())


async def test_ten_customers_are_called_by_themselves(
    tmp_path: Path, asterisk: Asterisk, capsys: pytest.CaptureFixture[str]
) -> None:
    async with floor(tmp_path, asterisk) as stage:
        await stage.begin(*NUMBERS, mode="progressive", **PLAN)
        for number in NUMBERS:
            entry = await stage.ends(number)
            assert (entry.state, entry.attempts) == (STATES[ENDS[number[-1]]], 1)
        records = await stage.records()
        compare(await evidence(tmp_path, capsys), records, await stage.entries())
