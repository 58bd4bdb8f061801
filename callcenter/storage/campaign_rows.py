"""Rows of campaigns as structs, and back: what SQL and the twin in memory share."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from callcenter.ports.campaigns import (
    Attempt,
    Campaign,
    Entry,
    ListImport,
    Plan,
    Suppression,
)
from crm_link.outbound.model import CampaignState, EntryState

ENTRY: Final = Entry.__struct_fields__
ATTEMPT: Final = Attempt.__struct_fields__


def campaign_row(campaign: Campaign) -> dict[str, Any]:
    """The plan is one column."""
    row = {name: getattr(campaign, name) for name in Campaign.__struct_fields__}
    return {**row, "plan": msgspec.json.encode(campaign.plan).decode()}


def campaign_of(row: Mapping[str, Any]) -> Campaign:
    """The campaign of a row."""
    plain = {name: row[name] for name in Campaign.__struct_fields__}
    plan, state = msgspec.json.decode(row["plan"], type=Plan), CampaignState(row["state"])
    return Campaign(**{**plain, "plan": plan, "state": state})


def entry_row(entry: Entry) -> dict[str, Any]:
    """Column by column."""
    return {name: getattr(entry, name) for name in ENTRY}


def entry_of(row: Mapping[str, Any]) -> Entry:
    """The entry of a row."""
    return Entry(**{**{name: row[name] for name in ENTRY}, "state": EntryState(row["state"])})


def list_row(import_: ListImport) -> dict[str, Any]:
    """The faults are one column."""
    return {
        "campaign_id": import_.campaign_id,
        "list_id": import_.list_id,
        "name": import_.name,
        "at_ms": import_.at_ms,
        "by_user_id": import_.by,
        "taken": import_.taken,
        "faults": msgspec.json.encode(import_.faults).decode(),
    }


def list_of(row: Mapping[str, Any]) -> ListImport:
    """The list of a row."""
    return ListImport(
        campaign_id=row["campaign_id"],
        list_id=row["list_id"],
        name=row["name"],
        at_ms=row["at_ms"],
        by=row["by_user_id"],
        taken=row["taken"],
        faults=msgspec.json.decode(row["faults"], type=tuple[tuple[int, str], ...]),
    )


def suppression_row(suppression: Suppression) -> dict[str, Any]:
    """Column by column."""
    row = {name: getattr(suppression, name) for name in Suppression.__struct_fields__}
    return {("by_user_id" if name == "by" else name): value for name, value in row.items()}


def suppression_of(row: Mapping[str, Any]) -> Suppression:
    """The suppression of a row."""
    names = (name for name in Suppression.__struct_fields__ if name != "by")
    return Suppression(by=row["by_user_id"], **{name: row[name] for name in names})


def attempt_row(attempt: Attempt) -> dict[str, Any]:
    """Column by column."""
    return {name: getattr(attempt, name) for name in ATTEMPT}


def attempt_of(row: Mapping[str, Any]) -> Attempt:
    """The attempt of a row."""
    return Attempt(**{name: row[name] for name in ATTEMPT})


def with_duplicates(import_: ListImport, wanted: int, known: list[int]) -> ListImport:
    """The list as it is told: lines whose number the campaign had already are faults."""
    faults = sorted((*import_.faults, *((line, "duplicate") for line in known)))
    return msgspec.structs.replace(import_, taken=wanted - len(known), faults=tuple(faults))
