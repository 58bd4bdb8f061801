"""What was found out about Asterisk by measuring, and which tests hold us to it: none of them may vanish unnoticed."""

import ast
import re

import pytest

from tests.tidy.tree import ROOT

_ROW = re.compile(r"^\| (\d+) \| (.+) \| (.+) \|$", re.MULTILINE)
_NAME = re.compile(r"`(\w+)`")
FACTS = {
    int(row[1]): row[3] for row in _ROW.finditer((ROOT / "docs/asterisk.md").read_text("utf-8"))
}
ON_THE_REAL_ONE = [
    ROOT / "tests/ari_stories.py",
    *sorted((ROOT / "tests/asterisk").glob("test_*.py")),
]


def functions() -> set[str]:
    """The tests on the real Asterisk, and the stories told of it."""
    trees = (ast.parse(file.read_text(encoding="utf-8")) for file in ON_THE_REAL_ONE)
    nodes = (node for tree in trees for node in ast.walk(tree))
    return {one.name for one in nodes if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_fact_is_listed() -> None:
    assert sorted(FACTS) == [*range(1, 14), 15]


@pytest.mark.parametrize("number", FACTS)
def test_the_tests_of_a_fact_are_there(number: int) -> None:
    names = set(_NAME.findall(FACTS[number]))
    assert names
    assert names <= functions(), f"docs/asterisk.md names tests that are not there: {number}"
