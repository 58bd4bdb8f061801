"""What is too long to read in one go is not merged."""

import ast

from tests.tidy.tree import PYTHON_FOLDERS, files, path_in_tree, python_trees

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600


def test_functions_are_short() -> None:
    too_long = [
        f"{name}:{node.lineno} {node.name} has {length} lines"
        for name, tree in python_trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]
    assert too_long == []


def test_files_are_short() -> None:
    ours = [*files(".py", under=PYTHON_FOLDERS), *files(".ts", ".tsx", under=("agents",))]
    too_long = [
        f"{path_in_tree(path)} has {length} lines"
        for path in ours
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > FILE_LINES_MAX
    ]
    assert too_long == []
