"""What rows have given so far: one JSON file for each row, so that a run of hours can be cut short and goes on.

A kept row is not played again while what decides and simulates (`routing`, `callcenter/simulation`) and the row's
length are the same. A shorter run never replaces a longer one.
"""

import hashlib
import re
import subprocess
from pathlib import Path

import msgspec

from tests.sim.__main__ import commit
from tests.validation.compare import FAMILY, Compared
from tests.validation.rows import Row

ROOT = Path(__file__).parents[2]
DECIDING = ("routing", "callcenter/simulation")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """One row as it was played: how long, from what, and what came of it."""

    row: str
    length: int
    full_length: int
    seeds: str
    played: int
    seconds: float
    commit: str
    sources: str
    figures: tuple[Compared, ...]

    @property
    def missed(self) -> int:
        """Figures outside their interval."""
        return sum(not one.is_inside for one in self.figures)

    @property
    def wide(self) -> int:
        """Figures whose interval is wider than a full run must reach."""
        return sum(not one.is_narrow for one in self.figures)


def sources(root: Path = ROOT) -> str:
    """A short name of the code that decides and simulates."""
    digest = hashlib.sha256()
    for folder in DECIDING:
        for file in sorted((root / folder).rglob("*.py")):
            digest.update(file.relative_to(root).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:12]


def state_of_code() -> str:
    """The commit, with a mark only if what decides and simulates has changes: the rows kept so far do not count."""
    said = subprocess.run(
        ["git", "status", "--porcelain", "--", "routing", "callcenter/simulation"],  # noqa: S607  # whichever git there is
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    mark = "+changes"
    return commit().removesuffix(mark) + (mark if said.stdout.strip() else "")


def length_of(row: Row, scale: float) -> int:
    """Measured contacts a run of this scale asks for."""
    return round(row.contacts * scale)


def load(folder: Path, row: Row) -> Kept | None:
    """What is kept of the row, if anything. Raises msgspec.ValidationError if the file was tampered with."""
    file = _file(folder, row.name)
    return msgspec.json.decode(file.read_bytes(), type=Kept) if file.exists() else None


def is_done(kept: Kept | None, row: Row, scale: float, code: str) -> bool:
    """Whether playing the row again would say the same."""
    return kept is not None and (kept.length, kept.sources) == (length_of(row, scale), code)


def store(folder: Path, kept: Kept, before: Kept | None) -> None:
    """Keep the row, unless a longer run of it is kept already."""
    if before is not None and before.length > kept.length:
        return
    folder.mkdir(parents=True, exist_ok=True)
    text = msgspec.json.format(msgspec.json.encode(kept), indent=1)
    _file(folder, kept.row).write_bytes(text + b"\n")


def line(one: Compared) -> str:
    """A figure as a row of a table."""
    said = "inside" if one.is_inside else "MISSED"
    width = "" if one.is_narrow else "wide"
    figures = f"{one.published} | {one.value:.5g} | {one.half_width:.2g}"
    return f"| {one.row} | {one.name} | {figures} | {said} | {width} |"


def page(rows: list[Row], folder: Path, comparisons: int) -> str:
    """Everything that is kept, as the page of results."""
    found = [(row, load(folder, row)) for row in rows]
    kept = [one for _, one in found if one is not None]
    full = sum(one is not None and one.length >= row.contacts for row, one in found)
    figures = [figure for one in kept for figure in one.figures]
    missed = sum(one.missed for one in kept)
    lines = [
        *_INTRODUCTION.format(confidence=f"{1 - FAMILY:.0%}", comparisons=comparisons).splitlines(),
        "",
        (
            f"{len(kept)} of {len(rows)} rows played, {full} of them at full length; {len(figures)} figures:"
            f" **{missed} missed**."
        ),
        "",
        "| row | contacts | of the full length | seconds | commit | figures | missed | wide |",
        "|---|---|---|---|---|---|---|---|",
        *(_summary(row, one) for row, one in found),
        "",
        "## Figures",
        "| row | measure | published | simulated | half width | verdict | precision |",
        "|---|---|---|---|---|---|---|",
        *map(line, figures),
    ]
    return "\n".join(lines) + "\n"


def _summary(row: Row, kept: Kept | None) -> str:
    if kept is None:
        return f"| {row.name} | - | not played | | | | | |"
    share = f"{kept.length / row.contacts:.0%}" if kept.length < row.contacts else "all"
    seconds = f"{kept.seconds:.0f}" if kept.seconds else "-"
    counts = f"{len(kept.figures)} | {kept.missed} | {kept.wide}"
    return f"| {row.name} | {kept.length:,} | {share} | {seconds} | {kept.commit} | {counts} |"


def _file(folder: Path, name: str) -> Path:
    return folder / (re.sub(r"[^a-z0-9]+", "-", name.lower()) + ".json")


_INTRODUCTION = """\
# Validation

The simulator, and through it the engine, against published and exactly known figures. How to read a scenario's figures:
[simulation.md](../simulation.md). Every row is played with seeds 1 to R, fixed before anybody looked; the intervals hold
simultaneously with {confidence} (Student's t over ten stretches of each seed, Bonferroni over all {comparisons} comparisons of the table). Half of the
published figure's last digit is granted. *wide* marks an interval wider than a full run must reach: 5 % for waits, lengths and
probabilities from 0.02 to 0.2, 10 % for variances and rarer probabilities, 0.01 for others; twice that for 520 agents. The rows of
12,400 agents and more are played once over two million calls and told with their interval, however wide. A row whose published figure is
0 is the identity P(abandon) = E[W] / mean patience. Not at hand: the paper's tables for Erlang-2 and lognormal times.

Played with PyPy 7.3 (Python 3.11) and structs written in Python in the place of msgspec's, which needs CPython: about four times as many contacts a second. The same seed of every row, over 20,000 contacts, gave the same
cells byte for byte with CPython and msgspec itself; `make validate` plays with those.

Written by `python -m tests.validation --page`; one JSON file for each row stands beside this page, in `docs/results/validation/`."""
