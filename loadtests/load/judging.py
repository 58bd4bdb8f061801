"""Whether a run kept to its profile: every limit, and nobody lost."""

from collections.abc import Mapping
from typing import Any

from loadtests.load.profiles import ASKED, ENDED, Profile

Json = dict[str, Any]


def misses(figures: Mapping[str, Json], profile: Profile) -> list[str]:
    """What was beyond its limit, never measured, or failed: one sentence each.

    `figures` by name: `count`, `failed`, and `p50_ms`, `p95_ms`, `p99_ms`.
    """
    said = [
        f"{name}: {one['failed']} of {one['count']} failed"
        for name, one in sorted(figures.items())
        if one["failed"]
    ]
    asked, over = (figures.get(name, {}).get("count", 0) for name in (ASKED, ENDED))
    if asked != over:
        said.append(f"{asked} chats were asked for, {over} were over in the end")
    for limit in profile.limits:
        quantile = f"p{100 * limit.quantile:.0f}"
        took_ms = figures.get(limit.name, {}).get(f"{quantile}_ms")
        if took_ms is None:
            said.append(f"{limit.name}: never happened")
        elif took_ms > limit.ms:
            said.append(f"{limit.name}: {quantile} {took_ms:.0f} ms, limit {limit.ms:.0f} ms")
    return said
