"""Every stage of `make test` has a time it should take, and stands in the document of the gates."""

import ast
import os
import subprocess
import sys

from tests.tidy.tree import ROOT, syntax_tree

SCRIPT = syntax_tree(ROOT / "scripts" / "test.py")


def stages() -> set[str]:
    """Names of all stages of the script."""
    calls = (node for node in ast.walk(SCRIPT) if isinstance(node, ast.Call))
    made = (one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "Stage")
    return {ast.literal_eval(one.args[0]) for one in made}


def budgets() -> dict[str, int]:
    """The named list of times."""
    (found,) = (
        node.value
        for node in SCRIPT.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "BUDGETS_S"
    )
    named: dict[str, int] = ast.literal_eval(found)
    return named


def test_every_stage_has_a_time_and_a_line() -> None:
    document = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    assert set(budgets()) == stages()
    assert [name for name in stages() if f"`{name}`" not in document] == []


def test_the_python_make_takes_will_do_and_an_active_environment_decides() -> None:
    where_it_is = {key: value for key, value in os.environ.items() if key != "VIRTUAL_ENV"}
    assert chosen({**where_it_is, "VIRTUAL_ENV": sys.prefix}) == "python3"
    needs = "import sys, ensurepip, sqlite3, ssl, venv; sys.exit(sys.version_info < (3, 11))"
    subprocess.run([chosen(where_it_is), "-c", needs], check=True)  # noqa: S603 - a Python


def chosen(environment: dict[str, str]) -> str:
    """What the script prints."""
    script = ["sh", str(ROOT / "scripts" / "python.sh")]
    said = subprocess.run(script, env=environment, check=True, capture_output=True, text=True)  # noqa: S603 - our own script
    return said.stdout.strip()
