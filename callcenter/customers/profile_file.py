"""Profiles from a CSV file: every row becomes a profile, or a sentence that says what is wrong with it.

Read row by row, whatever the size. What is wrong with one row never stops the others; only a file without the right
columns is refused whole.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from callcenter.customers.keys import CustomerKeys
from callcenter.customers.profiles import profile_fault
from callcenter.ports.profiles import Profile
from callcenter.texts import storable
from routing.ids import AgentId

COLUMNS: Final = ("address", "email", "tier", "language", "region", "owner", "open_complaint")
"""`address` must be there; what is missing or empty is not known."""

_TRUTHS: Final = {
    **dict.fromkeys(("", "no", "false", "0"), False),
    **dict.fromkeys(("yes", "true", "1"), True),
}


class FileRefused(Exception):
    """The file as a whole cannot be read; the message says where and why."""


class Row(msgspec.Struct, frozen=True):
    """One row: where it stands, and its profile or what is wrong with it (without repeating the address)."""

    line: int
    profile: Profile | None
    fault: str = ""


def read_profiles(
    lines: Iterable[str], keys: CustomerKeys, agents: Mapping[str, AgentId]
) -> Iterator[Row]:
    """All rows in order; `agents` are the ids of those who can own customers, by user name. Raises FileRefused."""
    reader = csv.reader(lines, strict=True)
    names = _header(reader)
    lines_of: dict[str, int] = {}
    while True:
        began = reader.line_num + 1
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Row(began, None, f"this is not a row of CSV: {error}")
            continue
        if not any(value.strip() for value in values):
            continue
        row = _row(began, dict(zip(names, values, strict=False)), keys, agents)
        if len(values) != len(names):
            row = Row(
                began, None, f"it has {len(values)} fields, the first line names {len(names)}"
            )
        if row.profile is not None:
            first = lines_of.setdefault(row.profile.customer_key, began)
            if first != began:
                row = Row(began, None, f"the customer of line {first} again")
        yield row


def _header(reader: "Iterator[list[str]]") -> list[str]:
    try:
        names = [name.strip().lower() for name in next(reader, [])]
    except csv.Error as error:
        raise FileRefused(f"line 1 is not a row of CSV: {error}") from error
    unknown = [name for name in names if name not in COLUMNS]
    if unknown or "address" not in names or len(set(names)) != len(names):
        raise FileRefused(
            f"line 1 must name the columns: address, and any of {', '.join(COLUMNS[1:])}, each once"
        )
    return names


def _row(
    line: int, fields: dict[str, str], keys: CustomerKeys, agents: Mapping[str, AgentId]
) -> Row:
    known = {name: storable(value.strip()) for name, value in fields.items()}
    owner, complaint = known.get("owner", ""), known.get("open_complaint", "").lower()
    if owner and owner not in agents:
        return Row(line, None, f"owner: there is no agent {owner[:32]}")
    if complaint not in _TRUTHS:
        return Row(line, None, "open_complaint: say yes or no")
    address = known.get("address", "")
    if any("\ud800" <= character <= "\udfff" for character in "".join(known.values())):
        return Row(line, None, "it is not written in UTF-8")
    profile = Profile(
        customer_key=keys.key_of(address),
        address=address,
        email=known.get("email", ""),
        tier=known.get("tier", ""),
        language=known.get("language", ""),
        region=known.get("region", ""),
        owner_agent_id=agents.get(owner),
        has_open_complaint=_TRUTHS[complaint],
    )
    fault = profile_fault(profile)
    return Row(line, profile) if fault is None else Row(line, None, f"{fault[0]}: {fault[1]}")
