"""The demo's configuration with every deadline short, so that all of them run out within a drill."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from loadtests.server_process import REPOSITORY

DEMO = REPOSITORY / "config" / "demo"
QUEUE = {
    "offer_timeout_s": 2,
    "reoffer_gap_s": 1,
    "wrap_up_limit_s": 3,
    "wrap_up_extension_s": 1,
    "waiting_alarm_s": 5,
    "waiting_max": 5_000,
}
TIMING = {"presence_grace_s": 4, "customer_gone_s": 3}


def write_short_deadlines(target: Path) -> Path:
    """Copy the demo's folder and shorten its deadlines; no channel interrupts another, age alone gives the order. Returns the folder."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(DEMO, target)
    _change(target / "queues.yaml", _shorten)
    _change(target / "timing.yaml", lambda content: content["timing"].update(TIMING))
    _change(target / "timing.yaml", lambda content: content.update(interrupts={}))
    return target


def interests(folder: Path = DEMO) -> frozenset[str]:
    """The dispositions that make a lead."""
    content = yaml.safe_load((folder / "dispositions.yaml").read_text(encoding="utf-8"))
    return frozenset(one["id"] for one in content["dispositions"] if one.get("makes_lead"))


def _shorten(content: dict[str, Any]) -> None:
    for queue in content["queues"]:
        queue.update(QUEUE)
        queue.pop("priority", None)
        for step in queue.get("steps", ()):
            step.pop("credit_s", None)


def _change(file: Path, change: Callable[[dict[str, Any]], object]) -> None:
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    change(content)
    file.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
