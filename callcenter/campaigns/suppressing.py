"""Numbers nobody calls, taken in from a file: each row becomes a suppression, or a line of the report that says why not."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import msgspec

from callcenter.campaigns import limits
from callcenter.customers.keys import CustomerKeys
from callcenter.ports.campaigns import Suppression
from callcenter.telephony.dial_rules import normalised
from crm_link.outbound.lists import ListFault, SuppressionLine, read_suppressions


class SuppressionImport(msgspec.Struct, frozen=True):
    """How many numbers were put on the list, and every row that was not: its line and a code."""

    taken: int
    faults: tuple[tuple[int, str], ...] = ()


Place = Callable[[list[Suppression]], Awaitable[list[Suppression | None]]]
"""Puts some on the list; None for each that changes nothing."""


def campaign_number(number: str, country_code: str) -> str | None:
    """In E.164, with that country's code where one is missing; None for what is none."""
    found = normalised(number, country_code)
    return found if found is not None and found.startswith("+") else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Who takes files in. `normal` gives a number's one form, `by` is "" for the command line."""

    keys: CustomerKeys
    normal: Callable[[str], str | None]
    now_ms: int
    by: str

    async def take(self, text: str, place: Place) -> SuppressionImport:
        """Good rows are taken whatever is wrong with others; the same file again changes nothing. Raises what `place` does."""
        # In a thread: a long list takes long to read.
        found = await asyncio.to_thread(
            lambda: list(read_suppressions(text, self.normal, self.now_ms))
        )
        faults = [(one.line, one.code) for one in found if isinstance(one, ListFault)]
        rows = [one for one in found if isinstance(one, SuppressionLine)]
        taken = 0
        for start in range(0, len(rows), limits.SUPPRESSED_AT_ONCE):
            some = rows[start : start + limits.SUPPRESSED_AT_ONCE]
            placed = await place([self._suppression(row) for row in some])
            known = [row for row, one in zip(some, placed, strict=True) if one is None]
            faults += [(row.line, "suppressed_already") for row in known]
            taken += len(some) - len(known)
        return SuppressionImport(taken, tuple(sorted(faults)))

    def _suppression(self, row: SuppressionLine) -> Suppression:
        return Suppression(
            customer_key=self.keys.key_of(row.number),
            number=row.number,
            reason=row.reason,
            at_ms=self.now_ms,
            by=self.by,
            until_at_ms=row.until_at_ms,
        )
