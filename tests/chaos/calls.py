"""The phone system of a chaos run, and whether its own log and what the server has stored tell the same of every call."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from aiohttp import web

from callcenter.ports.calls import CallRow
from loadtests.call_bench import CONNECTION, FIRST_PHONE, KEY, NUMBERS, telephony
from loadtests.http_link import Json
from loadtests.server_process import free_port
from loadtests.softpbx.control import Door
from loadtests.softpbx.exchange import Exchange, Plan
from loadtests.softpbx.people import Temper
from loadtests.softpbx.trouble import Trouble
from routing import events as ev
from tests.chaos.history import Entry, Problem

CALLS_PER_S = 3.0
TEMPER = Temper(
    patience_ms=(150, 9_000),
    talk_ms=(100, 900),
    answer_ms=(10, 250),
    press_ms=(10, 100),
    call_back_ms=(300, 1_500),
)
"""The least patient hang up while the first phone rings or is picked up."""
TROUBLE = Trouble(duplicate=0.05, delay=0.05, delay_ms_max=400, drop=0.01)
"""On top of the kills: a lost event is sent again within 2 s, before the server goes on without it."""


def with_phone(number: int) -> Json:
    """An agent of a run: room for a call, a task and mails beside the chats, and a phone."""
    return {
        "phone": str(FIRST_PHONE + number),
        "capacity": {"total": 8, "per_channel": {"chat": 4, "voice": 1, "email": 3, "task": 1}},
    }


class Phones:
    """Callers and agents' phones of one run; they know as little of the kills as everybody else."""

    def __init__(self, urls: Sequence[str], seed: int, calls_per_s: float = CALLS_PER_S) -> None:
        """`urls`: whoever takes events; when one does not, the next is asked."""
        self._port = free_port()
        doors = [f"{url}/telephony/v1/{CONNECTION}/events" for url in urls]
        self.exchange = Exchange(
            Plan(
                secret=KEY,
                seed=seed,
                events_url=doors[0],
                other_events_urls=tuple(doors[1:]),
                numbers=(NUMBERS,),
                phones={"*": "mixed"},
                name=f"run{seed}",
                calls_per_s=calls_per_s,
                play_ms=30,
                temper=TEMPER,
                trouble=TROUBLE,
            )
        )
        self._runner = web.AppRunner(Door(self.exchange).app(), access_log=None)
        self._running: asyncio.Task[None] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """What the server must know."""
        return {"CC_TELEPHONY": telephony(self._port)}

    async def open(self) -> None:
        """Listen, and let people call."""
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._running = asyncio.create_task(self.exchange.run())

    async def drain(self, deadline_s: float) -> int:
        """Let the last callers finish; returns how many calls are not over."""
        return await self.exchange.drain(deadline_s)

    async def close(self) -> None:
        """Hang up on everybody."""
        if self._running is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
        await self._runner.cleanup()


def check_calls(
    log: Sequence[Json], rows: Sequence[CallRow], entries: Sequence[Entry]
) -> list[Problem]:
    """Every call of the log is one contact that ended once, with the parties and for the cause the log names."""
    stored = {row.call_id: row for row in rows}
    story = _Story(entries)
    problems: list[Problem] = []
    for call in log:
        row = stored.pop(call["call_id"], None)
        if row is None:
            problems.append(Problem("I1", 0, f"the server knows nothing of call {call['call_id']}"))
        else:
            problems += [Problem("calls", 0, text) for text in _differences(call, row, story)]
    problems += [Problem("calls", 0, f"nobody ever made call {call_id}") for call_id in stored]
    return problems


class _Story:
    """What the journal says of each contact: who had it, and how often it ended."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.accepted: dict[str, set[str]] = defaultdict(set)
        self.arrived: dict[str, int] = defaultdict(int)
        self.closed: dict[str, int] = defaultdict(int)
        for entry in entries:
            event = entry.event
            if isinstance(event, ev.OfferAccepted):
                self.accepted[event.contact_id].add(event.offer_id)
            elif isinstance(event, ev.ContactArrived):
                self.arrived[event.contact_id] += 1
            elif isinstance(event, ev.ContactClosed):
                self.closed[event.contact_id] += 1


def _differences(call: Json, row: CallRow, story: _Story) -> list[str]:
    call_id, contact_id = call["call_id"], str(row.contact_id)
    texts = []
    if row.ended_at_ms is None:
        texts.append(f"call {call_id} ended for its caller, and never here")
    elif row.end_cause != call["cause"]:
        texts.append(f"call {call_id} ended by {call['cause']}, and here by {row.end_cause}")
    if story.arrived[contact_id] > 1 or story.closed[contact_id] != story.arrived[contact_id]:
        texts.append(
            f"call {call_id} arrived {story.arrived[contact_id]} times and was closed {story.closed[contact_id]} times"
        )
    answered = {leg_id for leg_id, leg in call["legs"].items() if leg["was_answered"]}
    bridged = set(call["bridged"])
    if unknown := bridged - story.accepted[contact_id]:
        texts.append(f"call {call_id} was bridged to {sorted(unknown)}, which nobody had accepted")
    if answered and not story.arrived[contact_id]:
        texts.append(f"call {call_id} was answered and is no contact")
    return texts
