"""Every single fault by name."""

import time
from collections.abc import Sequence

from tests.chaos.faults.bad_input import bad_input
from tests.chaos.faults.desks import double_accept, two_tabs, vanished_socket
from tests.chaos.faults.disk import full_disk, full_disk_and_log
from tests.chaos.faults.repeats import repeat_after_crash
from tests.chaos.faults.scene import Scenario, play
from tests.chaos.history import Problem
from tests.chaos.run import Template

SCENARIOS: dict[str, Scenario] = {
    "bad-input": bad_input,
    "double-accept": double_accept,
    "two-tabs": two_tabs,
    "repeat-after-crash": repeat_after_crash,
    "full-disk": full_disk,
    "full-disk-and-log": full_disk_and_log,
    "vanished-socket": vanished_socket,
}


async def play_all(template: Template, names: Sequence[str]) -> list[Problem]:
    """One after the other; prints a line for each."""
    problems = []
    for name in names:
        started_s = time.monotonic()
        found = await play(template, name, SCENARIOS[name])
        problems += found
        verdict = "ok" if not found else f"FAILED ({len(found)})"
        print(f"fault {name}: {verdict}  ({time.monotonic() - started_s:.1f} s)", flush=True)
    return problems
