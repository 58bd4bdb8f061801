"""YAML as people write it, and where each value stands. Pure: text in, values and lines out."""

from collections.abc import Iterator
from typing import Any

import msgspec
import yaml

Place = tuple[str, ...]
"""Keys and indexes, as text, from the top to a value."""


class Fault(msgspec.Struct, frozen=True):
    """Why a text cannot be taken, and in which line; None when that is not known."""

    line: int | None
    message: str


class YamlText(msgspec.Struct, frozen=True):
    """What stands in a text: the values, unless it is not YAML, the line of each, and what is wrong with it."""

    content: Any
    lines: dict[Place, int]
    faults: tuple[Fault, ...]


def read_yaml(text: str) -> YamlText:
    """A text's values. A key that stands twice is a fault: YAML would silently take the last."""
    lines: dict[Place, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
        faults = tuple(_noted(node, (), lines))
    except RecursionError:
        return YamlText(None, {}, (Fault(None, "it is nested too deep"),))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = None if mark is None else mark.line + 1
        what = f"this is not valid YAML: {getattr(error, 'problem', error)}"
        return YamlText(None, {}, (Fault(line, what),))
    if content is not None and not isinstance(content, dict):
        faults = (*faults, Fault(1, "the file must be a mapping of names to values"))
    return YamlText(content, lines, faults)


def write_yaml(plain: object) -> str:
    """Values as YAML that reads back as the same values: keys in their order, short things on one line."""
    return yaml.dump(
        plain,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=120,
        default_flow_style=None,
    )


class _Dumper(yaml.SafeDumper):
    """Writes a value out where it is used twice, instead of naming it once and pointing there."""

    def ignore_aliases(self, data: object) -> bool:
        """Always."""
        return True


def _noted(node: yaml.Node | None, place: Place, lines: dict[Place, int]) -> Iterator[Fault]:
    """Remember where each value stands; tells the keys that are there twice."""
    if node is None:
        return
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            line, named = key.start_mark.line + 1, (*place, str(key.value))
            if named in lines:
                yield Fault(line, f"the key {'.'.join(named)} is there twice")
            yield from _noted(value, named, lines)
            lines[named] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _noted(value, (*place, str(index)), lines)
