"""Documents name only what exists: a path in backticks is a file or folder of the tree, a link has a target."""

import ast
import re
from pathlib import Path

import pytest

from tests.tidy.tree import PRODUCT, ROOT, python_trees

DOCUMENTS = (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
TOP_LEVEL = (
    "routing/",
    "agents/",
    "callcenter/",
    "crm_link/",
    "ivr/",
    "loadtests/",
    "tests/",
    "config/",
    "deploy/",
    "docs/",
    "scripts/",
)
BUILT = ("agents/console/dist", "agents/console/node_modules")
QUOTED = re.compile(r"`([^`\s]+)`")
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef
LINK = re.compile(r"\]\(([^)#:]+)\)")


def named_paths(text: str) -> list[str]:
    """The paths a document names: quoted, and starting with one of our folders; `*` stands for anything."""
    return [
        name
        for name in QUOTED.findall(text)
        if name.startswith(TOP_LEVEL) and not name.startswith(BUILT) and "{" not in name
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_names_exists(document: Path) -> None:
    """A renamed file must be renamed in the documents too."""
    text = document.read_text(encoding="utf-8")
    missing = [name for name in named_paths(text) if not list(ROOT.glob(name.rstrip("/")))]
    missing += [link for link in LINK.findall(text) if not (document.parent / link).exists()]
    assert missing == []


def test_the_life_of_a_contact_names_its_files() -> None:
    """The check above can fail: there is something to look at."""
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    life = architecture.split("## Life of a contact")[1].split("\n## ")[0]
    assert len(set(named_paths(life))) >= 30


def test_functions_the_architecture_names_exist() -> None:
    """`Class.method()` is a method of that class, `function()` a function or method of that name."""
    architecture = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([\w.]+)\(\)`", architecture))
    assert len(named) >= 30
    assert sorted(named - functions()) == []


def functions() -> set[str]:
    """Every function and method of the product; a method with its class, too."""
    product = [tree for name, tree in python_trees() if name.startswith(PRODUCT)]
    nodes = [node for tree in product for node in ast.walk(tree)]
    plain = {node.name for node in nodes if isinstance(node, FUNCTION)}
    methods = {
        f"{node.name}.{child.name}"
        for node in nodes
        if isinstance(node, ast.ClassDef)
        for child in node.body
        if isinstance(child, FUNCTION)
    }
    return plain | methods
