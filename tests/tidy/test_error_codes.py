"""A code that a caller can meet is explained in docs/errors.md, and every code explained there exists."""

import ast
import re

from tests.tidy.tree import ROOT, syntax_tree, table_rows

CODE_FILES = ("routing/errors.py", "callcenter/http/errors.py")


def codes_of(path: str) -> set[str]:
    """Values of the StrEnum members of a module."""
    tree = syntax_tree(ROOT / path)
    enums = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        and any(getattr(b, "id", "") == "StrEnum" for b in node.bases)
    ]
    return {
        statement.value.value
        for enum in enums
        for statement in enum.body
        if isinstance(statement, ast.Assign)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def test_codes_and_their_page_agree() -> None:
    in_code = {code for path in CODE_FILES for code in codes_of(path)}
    explained = {
        code for row in table_rows("docs/errors.md") for code in re.findall(r"^`(\w+)`", row[0])
    }
    assert explained == in_code
