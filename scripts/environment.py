"""Set up what a command needs, once: `python scripts/environment.py runtime|dev|console ...`.

Runs on the standard library of the machine's Python, before anything is installed. Each result carries
a stamp: the hash of everything it was made from. An equal stamp means there is nothing to do, so a
second start costs only the hashing. A stamp lives inside what it vouches for; remove that and it is gone.
"""

import contextlib
import fcntl
import glob
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from node import CONSOLE, node_environment, npm
from steps import ROOT, StepError, run_step

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
NOT_SOURCE = {"node_modules", "dist", "e2e", "test-results", "playwright-report"}


def digest(paths: Iterable[Path]) -> str:
    """One hash over the names and contents of files."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(f"{path.relative_to(ROOT)}\0".encode())
        whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def is_fresh(stamp: Path, value: str) -> bool:
    """Whether the thing this stamp lives in was made from exactly this."""
    return stamp.is_file() and stamp.read_text() == value


def ensure_venv() -> None:
    """Make .venv with this Python unless there is a whole one."""
    stamp = VENV / ".stamp-venv"
    if PYTHON.exists() and is_fresh(stamp, "made"):
        return
    missing = ensure_system_packages("run")
    if missing:
        raise StepError(missing)
    run_step("Python environment", [sys.executable, "-m", "venv", str(VENV)])
    stamp.write_text("made")


def ensure_packages(lock: str) -> None:
    """Install one locked set: requirements/<lock>.txt, every file checked against its hash."""
    path = REQUIREMENTS / f"{lock}.txt"
    stamp, value = VENV / f".stamp-{lock}", digest([path])
    if is_fresh(stamp, value):
        return
    pip = [
        str(PYTHON),
        "-m",
        "pip",
        "install",
        "--use-pep517",  # pip before 23.1 leaves what comes as source uncompiled otherwise
        "--disable-pip-version-check",
        "--progress-bar",
        "off",
    ]
    run_step(f"Python packages ({lock})", [*pip, "--no-deps", "--require-hashes", "-r", str(path)])
    stamp.write_text(value)


def console_sources() -> list[Path]:
    """Every file the built console depends on, in a fixed order."""
    found = []
    for folder, folders, files in os.walk(CONSOLE):
        folders[:] = sorted(set(folders) - NOT_SOURCE)
        found += [Path(folder, name) for name in sorted(files)]
    return found


def ensure_console_packages() -> None:
    """Install the console's locked npm packages."""
    lock = [CONSOLE / "package-lock.json", REQUIREMENTS / "console.txt"]
    stamp, value = CONSOLE / "node_modules" / ".stamp", digest(lock)
    if not is_fresh(stamp, value):
        if stamp.parent.is_symlink():
            # Another checkout's: `npm ci` would empty that one through the link.
            stamp.parent.unlink()
        run_step("Console packages (npm ci)", npm("ci"), CONSOLE, node_environment())
        stamp.write_text(value)


def ensure_console() -> None:
    """Build the console into agents/console/dist."""
    stamp = CONSOLE / "dist" / ".stamp"
    value = digest([*console_sources(), REQUIREMENTS / "console.txt"])
    if not is_fresh(stamp, value):
        ensure_console_packages()
        run_step("Console build", npm("run", "build"), CONSOLE, node_environment())
        stamp.write_text(value)


def is_there(proof: str) -> bool:
    """Check one `module:`, `command:` or `file:` proof of system-packages.txt."""
    kind, _, what = proof.partition(":")
    match kind:
        case "module":
            return importlib.util.find_spec(what) is not None
        case "command":
            return shutil.which(what) is not None
        case _:
            return bool(glob.glob(what, recursive=True))  # noqa: PTH207 - Path.glob takes no absolute pattern


def missing_system_packages(purpose: str) -> list[str]:
    """Packages of system-packages.txt for `purpose` that are not on this machine."""
    lines = (ROOT / "system-packages.txt").read_text().splitlines()
    rows = [line.split(maxsplit=3) for line in lines if line and not line.startswith("#")]
    return [name for name, need, proof, _why in rows if need == purpose and not is_there(proof)]


def ensure_system_packages(purpose: str) -> str:
    """Install what is missing where that is possible; else return the one line that says what to do."""
    missing = missing_system_packages(purpose)
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = {"DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-q", "-y", "--no-install-recommends", *missing]
        with contextlib.suppress(
            StepError
        ):  # no network, say: the line below tells what is missing
            run_step("Package list", ["apt-get", "update", "-q"], env=quiet)
            run_step(f"System packages ({' '.join(missing)})", install, env=quiet)
        importlib.invalidate_caches()
        missing = missing_system_packages(purpose)
    if not missing:
        return ""
    return f"missing on this machine: {' '.join(missing)} (Debian: sudo apt-get install {' '.join(missing)})"


def prepare(*needs: str) -> float:
    """Bring `runtime`, `dev` and `console` up to date; returns the seconds it took."""
    started = time.monotonic()
    (ROOT / ".build").mkdir(exist_ok=True)
    with (ROOT / ".build" / "setup.lock").open("w") as lock:
        fcntl.flock(
            lock, fcntl.LOCK_EX
        )  # two commands started together: the second waits, then skips
        ensure_venv()
        for need in needs:
            if need == "console":
                ensure_packages("console")
                ensure_console()
            else:
                ensure_packages(need)
    return time.monotonic() - started


def main() -> int:
    """Set up what the arguments name."""
    try:
        prepare(*sys.argv[1:])
    except (StepError, subprocess.SubprocessError, OSError) as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
