"""The files of this repository, as the tidy tests read them."""

import ast
import gc
import os
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYTHON_FOLDERS = (
    "routing",
    "ivr",
    "agents",
    "crm_link",
    "callcenter",
    "loadtests",
    "tests",
    "scripts",
)
PRODUCT = ("routing", "ivr", "agents", "crm_link", "callcenter")
# What .gitignore leaves out: nobody wrote it by hand.
NOT_OURS = {
    ".git",
    ".venv",
    ".build",
    ".hypothesis",
    ".import_linter_cache",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".schemathesis",
    "__pycache__",
    "dist",
    "node_modules",
    "playwright-report",
    "test-results",
    "var",
}
# Made by a program from another file of the tree.
GENERATED = {"agents/console/src/api/schema.d.ts", "agents/console/openapi.json"}


def files(*suffixes: str, under: tuple[str, ...] = (".",)) -> Iterator[Path]:
    """Our own files with one of these endings; all of them without any."""
    for start in under:
        for folder, folders, names in os.walk(ROOT / start):
            folders[:] = sorted(set(folders) - NOT_OURS)
            for name in sorted(set(names) - NOT_OURS):
                path = Path(folder, name)
                if name.endswith(suffixes or "") and path_in_tree(path) not in GENERATED:
                    yield path


def path_in_tree(path: Path) -> str:
    """The name a person knows the file by."""
    return path.relative_to(ROOT).as_posix()


def texts() -> Iterator[tuple[str, str]]:
    """Every text file of ours: its name and its text."""
    for path in files():
        try:
            yield path_in_tree(path), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture


def python_trees(under: tuple[str, ...] = PYTHON_FOLDERS) -> Iterator[tuple[str, ast.Module]]:
    """Every Python file of ours: its name and its syntax tree."""
    for path in files(".py", under=under):
        yield path_in_tree(path), syntax_tree(path)


def syntax_tree(path: Path) -> ast.Module:
    """The syntax tree of one file.

    No garbage is collected meanwhile: what an earlier test has left open would be warned of then, the warning's
    traceback parses source as well, and Python 3.11 takes two parsings at once for a fault of its own
    (SystemError: AST constructor recursion depth mismatch).
    """
    text = path.read_text(encoding="utf-8")
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        gc.enable()


def table_rows(document: str) -> Iterator[list[str]]:
    """Body rows of every Markdown table of a document."""
    for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        is_row = line.startswith("|") and not set(line) <= set("|-: ")
        if is_row and len(cells) > 1:
            yield cells
