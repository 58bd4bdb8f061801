"""No test waits for the wall clock; a driver of real processes may, and says why here."""

import ast

from tests.tidy.tree import files, path_in_tree, python_trees

MAY_WAIT = {
    "tests/asterisk/": "talks with a real phone system; there is nothing to fast-forward",
    "tests/chaos/": "kills and restarts real processes; there is nothing to fast-forward",
    "tests/looking.py": "the one pause between two looks at what real sockets have led to",
    "tests/races/": "runs on a loop that jumps to its next timer",
    "tests/shuffle/": "runs on a loop that jumps to its next timer",
    "tests/voice/": "real phones, a real Asterisk and processes that are killed; there is nothing to fast-forward",
}


def is_sleep(call: ast.Call) -> bool:
    """Recognise `time.sleep(x)`, `asyncio.sleep(x)` and `sleep(x)` with x other than 0."""
    called = call.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    amount = call.args[0] if call.args else None
    return name == "sleep" and not (isinstance(amount, ast.Constant) and amount.value == 0)


def runs_on_virtual_time(tree: ast.Module) -> bool:
    """Recognise a module marked for the auto-jumping loop."""
    return any(isinstance(n, ast.Attribute) and n.attr == "looptime" for n in ast.walk(tree))


def test_no_test_sleeps() -> None:
    sleeping = [
        f"{name}:{node.lineno}"
        for name, tree in python_trees(under=("tests",))
        if not name.startswith(tuple(MAY_WAIT)) and not runs_on_virtual_time(tree)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and is_sleep(node)
    ]
    assert sleeping == []


def test_no_browser_test_waits_for_a_time() -> None:
    waiting = [
        path_in_tree(path)
        for path in files(".ts", ".tsx", under=("agents",))
        if "waitForTimeout" in path.read_text(encoding="utf-8")
    ]
    assert waiting == []
