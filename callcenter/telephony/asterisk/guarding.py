"""Callers who wait are ours only while we live: past a limit their phone system takes them back.

Theory: each channel of a customer who talks with nobody has a time limit of Asterisk's own, set anew again and again. When
nobody sets it any more it runs out, and the channel goes to the extension `T` of its context, which serves the customer in
our place and leaves a mark behind. Who talks has no limit.
"""

import asyncio
from collections.abc import Callable, Iterable
from math import ceil

import msgspec

from callcenter.telephony.asterisk import limits
from callcenter.telephony.asterisk.ari import Ari
from callcenter.telephony.asterisk.lines import Line

TIME_LIMIT = "TIMEOUT(absolute)"
MARK = "OUTSIDE_"
"""What stands before a channel's id in the name of the global variable that says it was taken back."""


class _Value(msgspec.Struct, frozen=True):
    value: str = ""


class Guard:
    """The limits over one connection. Each verb raises AriLost."""

    def __init__(self, ari: Ari, after_s: int) -> None:
        """`after_s`: how long we may be away; 0: nobody is ever taken back."""
        self._ari = ari
        self._after_s = after_s

    async def watch(self, lines: Callable[[], Iterable[Line]]) -> None:
        """Until the connection is lost: prolong everybody's time, several times before it would run out."""
        while self._after_s:
            for line in list(lines()):
                if not line.talking_to:
                    await self.prolong(line)
            await asyncio.sleep(self._after_s / limits.PROLONGED_TIMES)

    async def prolong(self, line: Line) -> None:
        """From now on, so long again. A call of ours is nobody else's to take."""
        if self._after_s and not line.is_placed:
            line.is_guarded = True
            # As it was set last up to one round before we went, it must last a round longer.
            await self._limit(line, self._after_s + ceil(self._after_s / limits.PROLONGED_TIMES))

    async def lift(self, line: Line) -> None:
        """Who talks is not taken away."""
        if line.is_guarded:
            line.is_guarded = False
            await self._limit(line, 0)

    async def _limit(self, line: Line, limit_s: int) -> None:
        path = ("channels", line.call_id, "variable")
        await self._ari.ask("POST", *path, variable=TIME_LIMIT, value=limit_s)

    async def was_taken(self, call_id: str) -> bool:
        """Whether a call that is gone was served by somebody else before; asked once."""
        if not self._after_s:
            return False
        path, name = ("asterisk", "variable"), f"{MARK}{call_id}"
        reply = await self._ari.ask("GET", *path, variable=name)
        is_marked = reply.is_done and bool(msgspec.json.decode(reply.body, type=_Value).value)
        if is_marked:
            await self._ari.ask("POST", *path, variable=name, value="")
        return is_marked
