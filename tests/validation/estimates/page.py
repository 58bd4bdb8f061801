"""The page of the results."""

from typing import Any

_HEAD = """# Wait estimates: how many waits they held

What an estimate is and how it is made: [estimates.md](../estimates.md). Counted are contacts that had to wait, at what they were told when they
entered and, if they still waited, at what they were told 30 s later (of the rest of the wait). Right is 45-55 % of the waits under P50 and 85-95 % under
P90, for each queue by itself; a queue with fewer than 150 waits is not judged. Customers who left are counted as waits not seen to their end
(Kaplan and Meier). *Width* is the median of P90 / P50 of the estimates; beside it, in brackets, that of the waits themselves: what one would have to tell
without knowing anything but the queue.

"""
_COLUMNS = (
    "| day | queue | told | waits | of them left | under P50 | under P90 | median P50 | width | |\n"
)


def page(said: dict[str, Any]) -> str:
    """Markdown of everything that was counted."""
    judged = [row for row in said["rows"] if row["verdict"] != "not judged"]
    seeds = ", ".join(str(seed) for seed in said["seeds"])
    lines = [
        _HEAD,
        f"Written by `python -m tests.validation.estimates --write` at {said['commit']}. Simulated days of twelve hours, seeds {seeds} of each, ",
        "which nobody had looked at when the estimator was made (that was done with others). ",
        f"{said['told_nothing']} contacts were told nothing: too little had been seen, or nobody was on duty. ",
        "The real calls are not held out: they were looked at while the estimator was made. "
        if said["real_calls"]
        else "**The real calls were not at hand.** ",
        f"\n\n{len(judged)} judged, **{said['missed']} missed**.\n\n",
        _COLUMNS,
        "|---|---|---|---|---|---|---|---|---|---|\n",
        *[_line(row) for row in said["rows"]],
    ]
    return "".join(lines)


def _line(row: dict[str, Any]) -> str:
    cells = (
        row["day"],
        row["queue"],
        row["told"],
        f"{row['waits']:,}",
        f"{row['left']:,}",
        f"{100 * row['under_p50']:.1f} %",
        f"{100 * row['under_p90']:.1f} %",
        f"{row['p50_median_ms'] / 1000:.0f} s",
        f"{row['width']:.2f} ({row['width_without']:.2f})",
        row["verdict"],
    )
    return f"| {' | '.join(cells)} |\n"
