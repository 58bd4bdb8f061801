"""`python -m tests.validation` simulates every row of the tables and compares; any miss ends it with status 1.

`--scale 0.1` plays a tenth of the contacts: the intervals are as honest, but wider. At full scale an interval that
is wider than it should be fails too. `--rows TEXT ...` plays the rows whose name holds a text; the number of
comparisons the intervals allow for stays that of the whole table.
"""

import argparse
import json
import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from callcenter.simulation.queueing.scenario import Scenario
from callcenter.simulation.queueing.simulate import TOTAL, play
from callcenter.simulation.queueing.tally import Cell
from tests.sim.__main__ import commit
from tests.validation.compare import FAMILY, Compared, compare
from tests.validation.rows import Row, table


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.validation", description=__doc__)
    parser.add_argument(
        "--rows", nargs="+", default=[""], metavar="TEXT", help="rows whose name holds one of these"
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the full contacts")
    parser.add_argument("--large", action="store_true", help="rows of 12,400 agents and more too")
    parser.add_argument("--processes", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    return parser.parse_args()


def replicate(scenario: Scenario, batches: int, seed: int) -> tuple[list[Cell], int]:
    """One seed of one row: its cells, and how many contacts were played."""
    cells, contacts = play(scenario, {}, seed, batches=batches)
    return cells[TOTAL], contacts


def play_row(pool: ProcessPoolExecutor, row: Row, scale: float) -> tuple[list[Cell], int]:
    """All seeds of a row, 1 to R, fixed before anybody looks."""
    seeds = range(1, row.seeds + 1)
    same = ([row.scenario(scale)] * row.seeds, [row.batches] * row.seeds)
    played = list(pool.map(replicate, *same, seeds))
    return [cell for cells, _ in played for cell in cells], sum(contacts for _, contacts in played)


def line(one: Compared) -> str:
    """A row of the printed table."""
    said = "inside" if one.is_inside else "MISSED"
    width = "" if one.is_narrow else "wide"
    figures = f"{one.published} | {one.value:.5g} | {one.half_width:.2g}"
    return f"| {one.row} | {one.name} | {figures} | {said} | {width} |"


def main() -> int:
    """Play, compare, print."""
    options = parse()
    everything = table()
    comparisons = sum(len(row.checks) for row in everything)
    rows = [row for row in everything if any(text in row.name for text in options.rows)]
    rows = [row for row in rows if options.large or not row.is_large]
    all_compared: list[Compared] = []
    contacts, began = 0, time.monotonic()
    print("| row | measure | published | simulated | half width | verdict | precision |")
    print("|---|---|---|---|---|---|---|")
    with ProcessPoolExecutor(options.processes) as pool:
        for row in rows:
            cells, count = play_row(pool, row, options.scale)
            contacts += count
            compared = compare(row, cells, comparisons)
            all_compared += compared
            print("\n".join(line(one) for one in compared), flush=True)
            if options.json is not None:  # after each row: a run of hours may be cut short
                report = told(options, all_compared, contacts=contacts, comparisons=comparisons)
                options.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    seconds = time.monotonic() - began
    missed = sum(not one.is_inside for one in all_compared)
    wide = sum(not one.is_narrow for one in all_compared)
    print(
        f"\n{len(rows)} rows, {len(all_compared)} figures: {missed} missed, {wide} wider than asked;"
        f" {contacts} contacts in {seconds:.0f} s at commit {commit()}"
    )
    return 1 if missed or not rows or (wide and options.scale >= 1) else 0


def told(
    options: argparse.Namespace, compared: list[Compared], *, contacts: int, comparisons: int
) -> dict[str, Any]:
    """The report as JSON."""
    return {
        "scale": options.scale,
        "commit": commit(),
        "contacts": contacts,
        "confidence": f"simultaneous {1 - FAMILY:.0%}: Bonferroni over {comparisons} comparisons",
        "method": "independent replications, seeds 1 to R, Student's t",
        "figures": [
            {name: getattr(one, name) for name in Compared.__struct_fields__} for one in compared
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
