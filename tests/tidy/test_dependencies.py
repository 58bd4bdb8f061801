"""Every dependency has a reason, a pin and a hash; no lock says where to download from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

from tests.tidy.tree import ROOT, table_rows

REQUIREMENTS = ROOT / "requirements"
LOCKS = sorted(REQUIREMENTS.glob("*.txt"))
PACKAGE_JSON = ROOT / "agents/console/package.json"


def wanted(path: Path) -> list[str]:
    """Requirement lines of an .in file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith(("#", "-"))]


def name_of(requirement: str) -> str:
    """The package's name alone."""
    return re.split(r"[^\w.-]", requirement)[0].lower()


def direct_dependencies() -> set[str]:
    """Everything we chose ourselves, Python and JavaScript."""
    python = {name_of(line) for path in REQUIREMENTS.glob("*.in") for line in wanted(path)}
    package = json.loads(PACKAGE_JSON.read_text(encoding="utf-8"))
    return python | {*package["dependencies"], *package["devDependencies"]}


def test_every_dependency_has_a_reason_and_no_reason_is_stale() -> None:
    explained = {
        name
        for row in table_rows("docs/dependencies.md")
        for name in re.findall(r"`([^`]+)`", row[0])
    }
    assert explained == direct_dependencies()


def test_the_package_asks_for_what_the_lock_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["dependencies"] == wanted(REQUIREMENTS / "runtime.in")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_lock_holds_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==[^\\]+\\\n    --hash=sha256:", text, re.MULTILINE)
    lines = [line for line in text.splitlines() if re.match(r"[\w.-]", line)]
    assert len(pins) == len(lines)
    assert "://" not in text
    assert not re.search(r"^--", text, re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    """Package and version of every line of a lock."""
    text = (REQUIREMENTS / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def test_lock_covers_what_is_wanted() -> None:
    for path in REQUIREMENTS.glob("*.in"):
        wanted_names = {name_of(line) for line in wanted(path)}
        assert wanted_names <= pins(path.with_suffix(".txt").name).keys()


def test_what_is_tested_is_what_runs() -> None:
    assert pins("runtime.txt").items() <= pins("dev.txt").items()


def test_console_lock_holds_hashes_and_no_address() -> None:
    lock = json.loads(PACKAGE_JSON.with_name("package-lock.json").read_text(encoding="utf-8"))
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert [name for name, entry in packages.items() if "integrity" not in entry] == []
