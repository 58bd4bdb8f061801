"""Numbers and phone systems as supervisors look at them: what leads where, what is going on, and what needs somebody.

Law of this file: figures are counted by the store and the book of calls; here they are only put together.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import msgspec

from callcenter.ports.calls import CallCount, CallLog
from callcenter.telephony.book import CallBook
from callcenter.telephony.ports import CallControl

WINDOW_MS: Final = 24 * 3_600_000
"""Figures are of the time since the full hour this long ago."""

HOUR_MS: Final = 3_600_000


class TrunkAlarm(StrEnum):
    """What is wrong with a phone system: nothing, it does not answer, its lines are all taken, its keys are no setting."""

    NONE = ""
    DOWN = "down"
    FULL = "full"
    UNSET = "unset"


class NumberPlan(msgspec.Struct, frozen=True):
    """A number that is ours, and where it leads; `is_default`: numbers nobody knows lead there, too."""

    number: str
    queue_id: str
    flow_id: str | None = None
    language: str = "en"
    is_default: bool = False


class TelephonyPlan(msgspec.Struct, frozen=True):
    """What the configuration says: numbers in its order, and phone systems with how many calls each can carry at once."""

    numbers: Sequence[NumberPlan] = ()
    lines_max: Mapping[str, int | None] = {}


class TrunkRow(msgspec.Struct, frozen=True):
    """A phone system. `calls` have begun since `since_ms`, open ones among them, `blocked` of them no queue kept; the busiest hour began at `busy_hour_ms`. `kind` is empty without keys."""

    connection_id: str
    kind: str
    alarm: TrunkAlarm
    calls_now: int
    lines_max: int | None
    calls: int
    blocked: int
    busy_hour_ms: int | None
    busy_hour_calls: int
    last_sign_ms: int | None


class NumberRow(msgspec.Struct, frozen=True):
    """A number of ours. `calls` have begun since the view's `since_ms`, open ones among them, as for a phone system."""

    number: str
    queue_id: str
    flow_id: str | None
    language: str
    is_default: bool
    calls_now: int
    calls: int
    blocked: int


class TelephonyView(msgspec.Struct, frozen=True):
    """All of them. `unknown_calls` went to numbers that are not in the plan."""

    server_now_ms: int
    since_ms: int
    trunks: list[TrunkRow]
    numbers: list[NumberRow]
    unknown_calls: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunks:
    """What the page stands on. `kinds`: what each phone system with keys is."""

    book: CallBook
    log: CallLog
    controls: Mapping[str, CallControl]
    kinds: Mapping[str, str]
    plan: Callable[[], TelephonyPlan]
    now_ms: Callable[[], int]

    async def view(self) -> TelephonyView:
        """As it is now. Raises StorageError."""
        now_ms, plan = self.now_ms(), self.plan()
        since_ms = (now_ms - WINDOW_MS) // HOUR_MS * HOUR_MS
        counts = await self.log.counts(since_ms)
        names = sorted({*plan.lines_max, *self.controls})
        calls = Counter(self.book.unwritten(since_ms))
        for one in counts:
            calls[one.number] += one.calls if one.number else 0
        ours = {one.number for one in plan.numbers}
        return TelephonyView(
            now_ms,
            since_ms,
            [self._trunk(name, plan, counts) for name in names],
            self._numbers(names, plan, calls, counts),
            sum(calls[number] for number in calls if number and number not in ours),
        )

    def _trunk(self, name: str, plan: TelephonyPlan, counts: Sequence[CallCount]) -> TrunkRow:
        hours: Counter[int] = Counter()
        blocked = 0
        for one in counts:
            if one.connection_id == name:
                hours[one.hour_ms] += one.calls
                blocked += one.blocked
        busiest = max(sorted(hours), key=lambda hour_ms: hours[hour_ms], default=None)
        control, calls_now = self.controls.get(name), len(self.book.calls_of(name))
        lines_max = plan.lines_max.get(name)
        return TrunkRow(
            name,
            self.kinds.get(name, ""),
            _alarm(control, calls_now, lines_max),
            calls_now,
            lines_max,
            hours.total(),
            blocked,
            busiest,
            0 if busiest is None else hours[busiest],
            None if control is None else control.last_sign_ms,
        )

    def _numbers(
        self,
        names: Sequence[str],
        plan: TelephonyPlan,
        calls: Mapping[str, int],
        counts: Sequence[CallCount],
    ) -> list[NumberRow]:
        now = Counter(call.dialled for name in names for call in self.book.calls_of(name))
        blocked: Counter[str] = Counter()
        for one in counts:
            blocked[one.number] += one.blocked
        return [
            NumberRow(
                one.number,
                one.queue_id,
                one.flow_id,
                one.language,
                one.is_default,
                now[one.number],
                calls[one.number],
                blocked[one.number],
            )
            for one in plan.numbers
        ]


def _alarm(control: CallControl | None, calls_now: int, lines_max: int | None) -> TrunkAlarm:
    if control is None:
        return TrunkAlarm.UNSET
    if not control.is_up:
        return TrunkAlarm.DOWN
    is_full = lines_max is not None and calls_now >= lines_max
    return TrunkAlarm.FULL if is_full else TrunkAlarm.NONE
