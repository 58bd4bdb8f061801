"""`python -m tests.validation` simulates every row of the tables and compares; any miss ends it with status 1.

`--scale 0.1` plays a tenth of the contacts: the intervals are as honest, but wider. At full scale an interval that
is wider than it should be fails too. `--rows TEXT ...` plays the rows whose name holds a text; the number of
comparisons the intervals allow for stays that of the whole table. Each row is kept as it ends (`--kept FOLDER`), and
one that is kept from the same code at the same length is not played again; the cheapest come first. `--page` plays
nothing and writes the page of results from what is kept.
"""

import argparse
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from callcenter.simulation.queueing.scenario import Scenario
from callcenter.simulation.queueing.simulate import TOTAL, play
from callcenter.simulation.queueing.tally import Cell
from tests.validation.compare import compare
from tests.validation.kept import (
    ROOT,
    Kept,
    is_done,
    length_of,
    line,
    load,
    page,
    sources,
    state_of_code,
    store,
)
from tests.validation.rows import BATCHES, Row, table

RESULTS = ROOT / "docs" / "results" / "validation"


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.validation", description=__doc__)
    parser.add_argument(
        "--rows", nargs="+", default=[""], metavar="TEXT", help="rows whose name holds one of these"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full contacts")
    parser.add_argument("--large", action="store_true", help="rows of 12,400 agents and more too")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument(
        "--kept", type=Path, default=RESULTS, metavar="FOLDER", help="where rows are kept"
    )
    parser.add_argument("--page", action="store_true", help="write the page of what is kept")
    return parser.parse_args()


def replicate(scenario: Scenario, seed: int) -> tuple[list[Cell], int]:
    """One seed of one row: its cells, and how many contacts were played."""
    cells, contacts = play(scenario, {}, seed, batches=BATCHES)
    return cells[TOTAL], contacts


def play_row(pool: ProcessPoolExecutor, row: Row, scale: float) -> tuple[list[Cell], int]:
    """All seeds of a row, 1 to R, fixed before anybody looks."""
    seeds = range(1, row.seeds + 1)
    played = list(pool.map(replicate, [row.scenario(scale)] * row.seeds, seeds))
    return [cell for cells, _ in played for cell in cells], sum(contacts for _, contacts in played)


def judged(pool: ProcessPoolExecutor, row: Row, scale: float, comparisons: int) -> Kept:
    """One row, played and compared."""
    state, code, began = state_of_code(), sources(), time.monotonic()
    cells, count = play_row(pool, row, scale)
    return Kept(
        row=row.name,
        length=length_of(row, scale),
        full_length=row.contacts,
        seeds=f"1 to {row.seeds}",
        played=count,
        seconds=round(time.monotonic() - began, 1),
        commit=state,
        sources=code,
        figures=tuple(compare(row, cells, comparisons)),
    )


def main() -> int:
    """Play what is not kept, compare, print."""
    options = parse()
    everything = table()
    comparisons = sum(len(row.checks) for row in everything)
    if options.page:
        text = page(everything, options.kept, comparisons)
        options.kept.with_suffix(".md").write_text(text, encoding="utf-8")
        return 0
    rows = [row for row in everything if any(text in row.name for text in options.rows)]
    rows = [row for row in rows if options.large or not row.is_large]
    results: list[Kept] = []
    print("| row | measure | published | simulated | half width | verdict | precision |")
    print("|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(options.processes) as pool:
        for row in sorted(rows, key=lambda row: row.contacts):
            before = load(options.kept, row)
            if before is not None and is_done(before, row, options.scale, sources()):
                result = before
            else:
                result = judged(pool, row, options.scale, comparisons)
                store(options.kept, result, before)
            results.append(result)
            print("\n".join(map(line, result.figures)), flush=True)
    missed, wide = sum(one.missed for one in results), sum(one.wide for one in results)
    print(
        f"\n{len(rows)} rows, {sum(len(one.figures) for one in results)} figures: {missed} missed, {wide} wider than"
        f" asked; {sum(one.played for one in results)} contacts in {sum(one.seconds for one in results):.0f} s"
    )
    return 1 if missed or not rows or (wide and options.scale >= 1) else 0


if __name__ == "__main__":
    sys.exit(main())
