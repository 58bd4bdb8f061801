"""The repository speaks of the product alone, in the words of GLOSSARY.md."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.tidy.tree import PRODUCT, python_trees, table_rows, texts

# Written in pieces, so that this file does not find itself.
BANNED_TEXT = {
    "an unfinished thought": r"\b(TO" + r"DO|FIX" + r"ME)\b",
    "a path of one machine": r"(?<![\w.~:/-])/(ro" + r"ot|ho" + r"me|Use" + r"rs|wo" + r"rk)/\w",
    "a download host": r"(npmjs\." + r"(org|com)|py" + r"pi\.org|pythonhosted\." + r"org)",
    "a thing outside the repository": r"\.\./sha" + r"red\b|\biss" + r"ues? #?\d+\b",
}
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


@pytest.mark.parametrize("what", BANNED_TEXT)
def test_no_file_holds(what: str) -> None:
    pattern = re.compile(BANNED_TEXT[what])
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


def banned_words() -> set[str]:
    """Words in backticks in the last column of the glossary: these can be checked."""
    return {word for row in table_rows("GLOSSARY.md") for word in re.findall(r"`(\w+)`", row[-1])}


def identifiers(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Names a module gives to things: classes, functions, parameters, variables, attributes."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name):
                yield node.lineno, name
            case ast.AsyncFunctionDef(name=name) | ast.arg(arg=name):
                yield node.lineno, name
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name
            case _:
                pass  # names nothing


def words_of(name: str) -> set[str]:
    """Split `offerTimeout_ms` into its words, and keep the whole too: `media_type` is mediatype."""
    return {word.lower() for word in WORD.findall(name)} | {name.lower().replace("_", "")}


def test_names_follow_the_glossary() -> None:
    banned = banned_words()
    assert banned, "GLOSSARY.md has lost its last column"
    found = [
        f"{name}:{line} {identifier}"
        for name, tree in python_trees(under=PRODUCT)
        for line, identifier in identifiers(tree)
        if words_of(identifier) & banned
    ]
    assert found == []
