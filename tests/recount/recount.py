"""Compares the figures of random times: what the live board says, the API answers, SQL adds up and the journal holds."""

import random
import sqlite3
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from callcenter.storage.schema import upgrade
from callcenter.storage.store import SqlStore, open_store
from routing.service_level import Figures
from tests.integration.api_stage import ApiStage
from tests.recount.day import DOMAIN, KeptDay, Totals, parts_of, play

AGENTS = 8
PARTS = 5
"""The figures are compared after each part of the day, while contacts are open, and at its end."""

TOLD = (
    "entered",
    "offered",
    "answered",
    "answered_in_time",
    "abandoned",
    "abandoned_in_time",
    "flowed_out",
    "forced_out",
)
"""Figures that the API tells as they are."""

Counted = dict[str, dict[str, int]]
"""Queue -> figure -> how many."""


class Report(msgspec.Struct):
    """What was compared, and whatever differed."""

    seed: int
    events: int = 0
    intervals: int = 0
    figures: int = 0
    counted: int = 0
    differences: list[dict[str, Any]] = []


async def recount(folder: Path, *, seed: int, hours: int, intervals: int) -> Report:
    """Play a day, and compare random times of it."""
    url = f"sqlite:///{folder}/callcenter.db"
    await upgrade(url)
    store = await open_store(url, DOMAIN)
    stage = ApiStage(folder)
    await stage.prepare()
    try:
        return await _compare(store, stage, folder, (seed, hours, intervals))
    finally:
        await stage.stop()
        await store.close()


async def _compare(
    store: SqlStore, stage: ApiStage, folder: Path, asked: tuple[int, int, int]
) -> Report:
    seed, hours, intervals = asked
    events = play(seed, hours, AGENTS)
    day = KeptDay(store, events[0].at_ms, max(event.at_ms for event in events))
    stage.services = replace(
        stage.services, host=day, store=store, now_ms=lambda: day.events[-1].at_ms
    )
    await stage.serve()
    report, chance = Report(seed), random.Random(seed)
    for part, some in enumerate(parts_of(events, PARTS), 1):
        await day.grow(some)
        while report.intervals < intervals * part // PARTS:
            await _one_interval(report, chance, (day, stage, folder))
    report.events = day.seq
    return report


async def _one_interval(
    report: Report, chance: random.Random, of: tuple[KeptDay, ApiStage, Path]
) -> None:
    day, stage, folder = of
    starts = list(day.boards)
    first, last = sorted(chance.sample(range(len(starts)), 2))
    span = (starts[first], starts[last])
    as_of_seq, told = await _by_api(stage, *span)
    sql_seq, summed = _by_sql(folder / "callcenter.db", *span)
    live, journal = day.live(*span), await day.from_journal(*span)
    summed = dict.fromkeys(live, Figures()) | summed  # a queue without rows has counted nothing
    ways = {
        "live": _counted(live),
        "api": told,
        "sql": _counted(summed),
        "journal": _counted(journal),
    }
    report.intervals += 1
    report.figures += len(ways["live"]) * len(TOLD)
    report.counted += sum(figures["entered"] for figures in ways["live"].values())
    is_same = all(way == ways["live"] for way in ways.values())
    is_whole = live == summed == journal
    if {as_of_seq, sql_seq} != {day.seq} or not is_same or not is_whole:
        seqs = {"api": as_of_seq, "sql": sql_seq, "live": day.seq}
        report.differences.append({"from_ms": span[0], "until_ms": span[1], "seqs": seqs, **ways})


async def _by_api(stage: ApiStage, from_ms: int, until_ms: int) -> tuple[int, Counted]:
    path = f"/api/v1/statistics/queues?from_ms={from_ms}&until_ms={until_ms}"
    answer = await stage.ask("GET", path, by="ada")
    rows = answer.body["queues"]
    return answer.body["as_of_seq"], {
        row["queue_id"]: {name: row[name] for name in TOLD} for row in rows
    }


def _by_sql(file: Path, from_ms: int, until_ms: int) -> tuple[int, Totals]:
    """As somebody with a database client would add it up."""
    names = Figures.__struct_fields__
    sums = ", ".join(f"sum({name})" for name in names)
    connection = sqlite3.connect(file)
    with connection:
        (seq,) = connection.execute(
            "SELECT as_of_seq FROM projection_cursors WHERE projection = 'interactions'"
        ).fetchone()
        rows = connection.execute(
            f"SELECT queue_id, {sums} FROM queue_intervals "  # noqa: S608 - our own names
            "WHERE start_ms >= ? AND start_ms < ? GROUP BY queue_id",
            (from_ms, until_ms),
        ).fetchall()
    connection.close()
    return seq, {queue_id: Figures(*cells) for queue_id, *cells in rows}


def _counted(totals: Totals) -> Counted:
    return {
        queue_id: {name: getattr(figures, name) for name in TOLD}
        for queue_id, figures in totals.items()
    }
