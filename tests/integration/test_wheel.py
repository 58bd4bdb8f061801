"""What is installed from a wheel works by itself: program, console, tables and the configuration to begin with."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.tidy.tree import ROOT

PACKED = ("callcenter", "routing", "ivr", "crm_link", "agents", "config", "scripts")
FILES = ("pyproject.toml", "README.md", "LICENSE", ".gitignore")
NOT_SOURCE = shutil.ignore_patterns("node_modules", "dist", "__pycache__")


def clone(folder: Path) -> Path:
    """The sources, without what is built from them."""
    for name in PACKED:
        shutil.copytree(ROOT / name, folder / name, ignore=NOT_SOURCE)
    for name in FILES:
        shutil.copy(ROOT / name, folder / name)
    return folder


def wheel(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    """Build it, with the tools of this environment."""
    options = ["--no-deps", "--no-build-isolation", "--disable-pip-version-check"]
    return subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "pip", "wheel", str(source), *options, "-w", str(target)],
        capture_output=True,
        text=True,
        check=False,
    )


def run(unpacked: Path, *arguments: str) -> str:
    """`callcenter ...` of what was unpacked, far from the clone."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-m", "callcenter", *arguments],
        capture_output=True,
        text=True,
        check=False,
        cwd=unpacked,
        env={**os.environ, "PYTHONPATH": str(unpacked)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_wheel_has_all_that_is_needed(tmp_path: Path) -> None:
    source = clone(tmp_path / "clone")
    built = wheel(source, tmp_path)
    assert built.returncode != 0
    assert "the console is not built: run `make console` first" in built.stdout + built.stderr

    console = source / "agents" / "console" / "dist" / "assets"
    console.mkdir(parents=True)
    (console / "page.js").write_text("1", encoding="utf-8")
    (console.parent / "index.html").write_text("<!doctype html>", encoding="utf-8")
    built = wheel(source, tmp_path)
    assert built.returncode == 0, built.stderr
    file = next(tmp_path.glob("callcenter-*.whl"))
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(file) as packed:
        names = set(packed.namelist())
        packed.extractall(unpacked)
    assert {"agents/console/dist/index.html", "agents/console/dist/assets/page.js"} <= names
    assert "callcenter/demo_config/queues.yaml" in names
    assert not [name for name in names if name.startswith(("tests/", "loadtests/", "config/"))]
    assert not [name for name in names if "node_modules" in name or name.endswith(".tsx")]

    data = ("--data-dir", str(tmp_path / "data"))
    assert str(unpacked / "callcenter" / "demo_config") in run(unpacked, "init", *data)
    shown = run(unpacked, "settings")
    assert str(unpacked / "agents" / "console" / "dist") in shown
    assert "whole" in run(unpacked, "journal", "verify", *data)
