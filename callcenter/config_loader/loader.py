"""From a folder of YAML files to one checked document; every error at once, with file and line.

Three checks, each told whole before the next makes sense: the files are YAML, each value is of its type, and the
document holds together (`checking`).

The top-level keys of all files together make the document; a key may stand in one file only. `people.yaml` is
not configuration (people are rows, edited by API and command line) and is passed over.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import yaml
from pydantic import ValidationError

from callcenter.config_loader.checking import findings
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.schema import Document
from routing.commands import PutAgent

PEOPLE_FILE = "people.yaml"


class ConfigError(Exception):
    """The folder does not check; one line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        """Carry every fault, in the order of the files."""
        super().__init__("\n".join(faults))
        self.faults = faults


class Configuration(msgspec.Struct, frozen=True):
    """A checked configuration: the document, its bytes as stored, and one line for each warning."""

    version: str
    document: Document
    stored: bytes
    warnings: tuple[str, ...] = ()


def load_folder(
    folder: Path, at_ms: int, agents: Sequence[PutAgent] | None = None
) -> Configuration:
    """Read a folder and check it as of an instant, and against the agents if they are known. Raises ConfigError."""
    if not folder.is_dir():
        raise ConfigError([f"{folder}: there is no such folder [{FindingCode.FOLDER_EMPTY}]"])
    lines: dict[tuple[str, ...], str] = {}
    merged: dict[str, Any] = {}
    faults: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        if file.name != PEOPLE_FILE:
            faults += [
                f"{one} [{FindingCode.YAML_INVALID}]" for one in _read_file(file, merged, lines)
            ]
    if not merged and not faults:
        faults.append(f"{folder}: there are no .yaml files [{FindingCode.FOLDER_EMPTY}]")
    configuration, found = checked(merged, at_ms, agents)
    faults += [_told(one, folder, lines) for one in found if one.is_error]
    if configuration is None or faults:
        raise ConfigError(faults)
    warnings = tuple(_told(one, folder, lines) for one in found)
    return msgspec.structs.replace(configuration, warnings=warnings)


def checked(
    plain: object, at_ms: int, agents: Sequence[PutAgent] | None
) -> tuple[Configuration | None, tuple[Finding, ...]]:
    """A document as plain values: its configuration, unless there are errors, and everything that is to say about it."""
    try:
        document = Document.model_validate(plain)
    except ValidationError as error:
        return None, tuple(_of_value(one) for one in error.errors())
    found = findings(document, at_ms, agents)
    has_errors = any(one.is_error for one in found)
    return None if has_errors else of_document(document), found


def of_document(document: Document) -> Configuration:
    """The configuration of a checked document; equal documents have equal versions."""
    plain = document.model_dump(mode="json")
    stored = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return Configuration(hashlib.sha256(stored).hexdigest(), document, stored)


def of_stored(stored: bytes) -> Configuration:
    """The configuration of stored bytes."""
    return of_document(Document.model_validate_json(stored))


def _read_file(file: Path, merged: dict[str, Any], lines: dict[tuple[str, ...], str]) -> list[str]:
    own_lines: dict[tuple[str, ...], str] = {}
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
        faults = _note_lines(node, file, (), own_lines)
    except RecursionError:
        return [f"{file}: it is nested too deep"]
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark is not None else str(file)
        return [f"{where}: this is not valid YAML: {getattr(error, 'problem', error)}"]
    if content is None:
        return []
    if not isinstance(content, dict):
        return [f"{file}:1: the file must be a mapping of names to values"]
    faults += [
        f"{own_lines[(str(key),)]}: the key {key} stands in another file too"
        for key in content
        if key in merged
    ]
    merged.update(content)
    lines.update(own_lines)
    return faults


def _note_lines(
    node: yaml.Node | None, file: Path, path: tuple[str, ...], lines: dict[tuple[str, ...], str]
) -> list[str]:
    """Remember where each value stands, by its path; returns the keys that YAML would silently take twice."""
    if node is None:
        return []
    faults: list[str] = []
    lines[path] = f"{file}:{node.start_mark.line + 1}"
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            where, named = f"{file}:{key.start_mark.line + 1}", (*path, str(key.value))
            if named in lines:
                faults.append(f"{where}: the key {'.'.join(named)} is there twice")
            faults += _note_lines(value, file, named, lines)
            lines[named] = where
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            faults += _note_lines(value, file, (*path, str(index)), lines)
    return faults


def _of_value(error: Mapping[str, Any]) -> Finding:
    """What pydantic says about one value."""
    message = str(error["msg"]).removeprefix("Value error, ")
    return Finding(FindingCode.VALUE_INVALID, tuple(error["loc"]), message)


def _told(finding: Finding, folder: Path, lines: dict[tuple[str, ...], str]) -> str:
    """One finding in one line: where, which key, what is wrong, its code."""
    path = tuple(str(part) for part in finding.path)
    known = path
    while known and known not in lines:
        known = known[:-1]
    where = lines[known] if known else str(folder)
    parts = [where, *([] if finding.is_error else ["warning"]), *([".".join(path)] if path else [])]
    return f"{': '.join(parts)}: {finding.message} [{finding.code}]"
