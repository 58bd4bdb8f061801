"""Races for calls in virtual time: the real book of calls and engine, the phone system of the drills, delays on both ways.

Each call has a queue and two agents of its own. Once the first phone rings it is picked up at a moment drawn from the
seed, and within a few hundredths of a second of it one or two rivals act. What is told and what is asked for takes
up to 60 ms each way; what is told may overtake, what is asked of one call keeps its order, as on a real line.
"""

import asyncio
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from callcenter.telephony.book import contact_id_of
from loadtests.softpbx.agenda import Agenda
from loadtests.softpbx.calls import Call, Json, Leg, LegState
from loadtests.softpbx.switch import Switch
from routing import commands as cmd
from routing import events as ev
from routing.ids import AgentId, OfferId, UserId
from routing.invariants import broken
from routing.model import AgentState
from tests.races.judging import Traces, faults_of
from tests.shuffle.centre import CONNECTION, DOMAIN, Centre
from tests.shuffle.playing import in_virtual_time, running

STEP_S: Final = 0.005
DELAY_MS_MAX: Final = 60
START_WINDOW_MS: Final = 400
PICK_UP_MS: Final = (5, 150)
"""How long a phone rings before it is picked up; in a race with the deadline of the offer, until then."""
APART_MS_MAX: Final = 80
"""How far from the first act the rivals' are."""
TALK_MS: Final = (0, 300)
OVER_AFTER_S: Final = 30.0
"""By then whoever still talks hangs up."""
SETTLES_S: Final = 40.0
BOSS: Final = UserId("sam")


@dataclass(slots=True)
class Race:
    """One call, who races for it, and what its parts do when."""

    number: int
    rivals: tuple[str, ...]
    draw: random.Random
    has_begun: bool = False

    @property
    def first(self) -> AgentId:
        """The agent whose phone rings first."""
        return AgentId(f"a-{self.number}")

    @property
    def second(self) -> AgentId:
        """The colleague."""
        return AgentId(f"b-{self.number}")


class Arena:
    """Many races beside each other, on one server and one phone system."""

    def __init__(self, races: Sequence[Race]) -> None:
        self._races = {f"pbx-{race.number}": race for race in races}
        self._agenda = Agenda()
        self._switch = Switch(self._agenda, self._told)
        self._draw = random.Random(races[0].draw.getrandbits(64))
        self._last_ms: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.centre = Centre([True] * len(races), self._asked)
        self._acts: dict[str, Callable[[Race, Call, Leg], object]] = {
            "hang_up": lambda _race, call, _leg: self._switch.caller_leaves(call, self._now_ms()),
            "decline": lambda _race, _call, leg: self._switch.put_down(leg, self._now_ms()),
            "reject": lambda race, _call, leg: self._do(
                cmd.RejectOffer(OfferId(leg.leg_id), race.first)
            ),
            "accept": lambda race, _call, leg: self._do(
                cmd.AcceptOffer(OfferId(leg.leg_id), race.first)
            ),
            "log_out": lambda race, _call, _leg: self._do(
                cmd.SetAgentState(race.first, AgentState.LOGGED_OUT)
            ),
            "hand_on": self._hand_on,
            "take_away": self._take_away,
            "deadline": lambda _race, _call, _leg: None,
        }

    def _now_ms(self) -> int:
        return self.centre.now_ms()

    def _do(self, command: cmd.Command) -> bool:
        return self.centre.handle(command)

    def _hand_on(self, race: Race, call: Call, _leg: Leg) -> None:
        contact_id = contact_id_of(DOMAIN, CONNECTION, call.call_id)
        self._do(cmd.TransferContact(contact_id, None, race.second, agent_id=race.first))

    def _take_away(self, race: Race, call: Call, _leg: Leg) -> None:
        contact_id = contact_id_of(DOMAIN, CONNECTION, call.call_id)
        self._do(cmd.TransferContact(contact_id, None, race.second, by=BOSS))

    # --- the two ways ---

    def _told(self, event: Json) -> None:
        task = asyncio.ensure_future(self._deliver(event, self._draw.randint(0, DELAY_MS_MAX)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        race = self._races.get(event["call_id"])
        if event["type"] != "leg.ringing" or race is None:
            return
        if race.has_begun:
            self._picked_up_at(
                self._switch.legs[event["leg_id"]], race, race.draw.randint(*PICK_UP_MS)
            )
        else:
            race.has_begun = True
            self._begin(race, self._switch.legs[event["leg_id"]])

    async def _deliver(self, event: Json, delay_ms: int) -> None:
        await asyncio.sleep(delay_ms / 1000)
        await self.centre.deliver(event)

    def _asked(self, body: Json) -> None:
        call_id = str(body["call_id"])
        due_ms = max(
            self._last_ms.get(call_id, 0), self._now_ms() + self._draw.randint(0, DELAY_MS_MAX)
        )
        self._last_ms[call_id] = due_ms
        self._agenda.at(due_ms, lambda now_ms: self._carry_out(body, now_ms))

    def _carry_out(self, body: Json, now_ms: int) -> None:
        self._switch.command(body, now_ms)

    # --- a race ---

    def _begin(self, race: Race, leg: Leg) -> None:
        """The first phone rings: say when everybody acts."""
        call, now_ms = self._switch.calls[leg.call_id], self._now_ms()
        wait_ms = race.draw.randint(*PICK_UP_MS)
        if "deadline" in race.rivals:
            offer = self.centre.engine.state.offers.get(OfferId(leg.leg_id))
            wait_ms = wait_ms if offer is None else offer.expires_at_ms - now_ms
            wait_ms += race.draw.randint(-APART_MS_MAX, APART_MS_MAX)
        self._picked_up_at(leg, race, wait_ms)
        for rival in race.rivals:
            later_ms = race.draw.randint(0, APART_MS_MAX)
            if rival == "hand_on":  # only what one has can be handed on
                later_ms += 2 * DELAY_MS_MAX
            elif race.draw.random() < 0.5:
                later_ms = -later_ms
            self._agenda.at(
                now_ms + max(0, wait_ms + later_ms),
                lambda _at_ms, act=self._acts[rival]: act(race, call, leg),  # type: ignore[misc]
            )

    def _picked_up_at(self, leg: Leg, race: Race, wait_ms: int) -> None:
        now_ms = self._now_ms()
        self._agenda.at(now_ms + wait_ms, lambda at_ms: self._switch.pick_up(leg, at_ms))
        if race.draw.random() < 0.5:
            talks_ms = wait_ms + race.draw.randint(*TALK_MS)
            self._agenda.at(now_ms + talks_ms, lambda at_ms: self._switch.put_down(leg, at_ms))

    async def play(self) -> list[str]:
        """All races; what is wrong in the end."""
        for race in self._races.values():
            if race.draw.random() < 0.5:
                self._do(cmd.SetAgentState(race.second, AgentState.READY))
            due_ms = self._now_ms() + race.draw.randint(0, START_WINDOW_MS)
            self._agenda.at(due_ms, partial(self._dial, race.number))
        async with running(self.centre.run()):
            await self._pass_time(OVER_AFTER_S)
            hanging = self._left_hanging()
            for call in self._switch.calls.values():
                self._switch.caller_leaves(call, self._now_ms())
            await self._pass_time(SETTLES_S)
        self.centre.finish_wrap_ups()
        return hanging + self._wrong()

    def _left_hanging(self) -> list[str]:
        """Agents who have picked up and hear nobody, and phones that ring for no offer, though all has been quiet."""
        offers = self.centre.engine.state.offers
        texts = []
        for leg in self._switch.legs.values():
            talks = self._switch.calls[leg.call_id].talking_to == leg.leg_id
            if leg.state is LegState.ANSWERED and not talks:
                texts.append(f"whoever picked up {leg.leg_id} hears nobody")
            if leg.state is LegState.RINGING and leg.leg_id not in offers:
                texts.append(f"{leg.leg_id} rings for nothing")
        return texts

    def _dial(self, number: int, at_ms: int) -> None:
        self._switch.dial(f"+1{number}", f"+49{number}", at_ms)

    async def _pass_time(self, seconds: float) -> None:
        end_ms = self._now_ms() + round(seconds * 1000)
        while self._now_ms() < end_ms:
            next_ms = self._agenda.next_ms()
            # Whatever is put down meanwhile is at least looked at this often.
            wait_s = STEP_S if self._tasks or next_ms is None or next_ms < end_ms else 0.1
            await asyncio.sleep(wait_s)
            self._agenda.run(self._now_ms())

    def _wrong(self) -> list[str]:
        calls, state = self._switch.calls.values(), self.centre.engine.state
        texts = [f"the law {text} does not hold" for text in broken(state)]
        texts += [f"{call.call_id} is still open" for call in calls if not call.is_over]
        texts += [
            f"the leg {leg.leg_id} is still {leg.state}"
            for leg in self._switch.legs.values()
            if leg.state != "ended"
        ]
        if self.centre.book.open_count:
            texts.append(f"{self.centre.book.open_count} calls are still in the book")
        texts += [
            f"{agent.agent_id} still has {sorted(agent.holds) or sorted(agent.wrap_ups)}"
            for agent in state.agents.values()
            if agent.holds or agent.wrap_ups or agent.offer_ids
        ]
        traces = {contact_id_of(DOMAIN, CONNECTION, call.call_id): call for call in calls}
        return texts + faults_of(Traces(self.centre.history), traces)

    @property
    def history(self) -> list[ev.Event]:
        """Everything the engine has said."""
        return self.centre.history


RIVALS: Final = (
    "hang_up",
    "decline",
    "reject",
    "accept",
    "log_out",
    "hand_on",
    "take_away",
    "deadline",
)


def races_of(count: int, seed: int) -> list[Race]:
    """As many races, each rival in turn, with a second one in every third."""
    races = []
    for number in range(1, count + 1):
        draw = random.Random(f"{seed}/{number}")
        rivals = [RIVALS[number % len(RIVALS)]]
        if number % 3 == 0:
            rivals.append(draw.choice(RIVALS[:-1]))
        races.append(Race(number, tuple(rivals), draw))
    return races


def run(count: int, seed: int) -> tuple[list[str], list[ev.Event]]:
    """So many races beside each other: what is wrong, and what the engine has said."""

    async def work() -> tuple[list[str], list[ev.Event]]:
        arena = Arena(races_of(count, seed))
        return await arena.play(), arena.history

    return in_virtual_time(work())
