"""From a folder of YAML files to one checked document; every error at once, with file and line.

Three checks, each told whole before the next makes sense: the files are YAML, each value is of its type, and the
document holds together (`checking`).

The top-level keys of all files together make the document; a key may stand in one file only. `people.yaml` is
not configuration (people are rows, edited by API and command line) and is passed over.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from pydantic import ValidationError

from callcenter.config_loader.checking import findings
from callcenter.config_loader.findings import Finding, FindingCode
from callcenter.config_loader.schema import Document
from callcenter.config_loader.yaml_text import read_yaml
from routing.commands import PutAgent

PEOPLE_FILE = "people.yaml"

FLOWS = "flows"
"""The folder within the folder that holds a file for each flow."""


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
    folder: Path,
    at_ms: int,
    agents: Sequence[PutAgent] | None = None,
    team_ids: Collection[str] = (),
) -> Configuration:
    """Read a folder and check it as of an instant, and against agents and teams as far as known. Raises ConfigError."""
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
    faults += [f"{one} [{FindingCode.YAML_INVALID}]" for one in _read_flows(folder, merged, lines)]
    if not merged and not faults:
        faults.append(f"{folder}: there are no .yaml files [{FindingCode.FOLDER_EMPTY}]")
    configuration, found = checked(merged, at_ms, agents, team_ids)
    faults += [_told(one, folder, lines) for one in found if one.is_error]
    if configuration is None or faults:
        raise ConfigError(faults)
    warnings = tuple(_told(one, folder, lines) for one in found)
    return msgspec.structs.replace(configuration, warnings=warnings)


def checked(
    plain: object,
    at_ms: int,
    agents: Sequence[PutAgent] | None,
    team_ids: Collection[str] = (),
) -> tuple[Configuration | None, tuple[Finding, ...]]:
    """A document as plain values: its configuration, unless there are errors, and everything that is to say about it."""
    try:
        document = Document.model_validate(plain)
    except ValidationError as error:
        return None, tuple(_of_value(one) for one in error.errors())
    found = findings(document, at_ms, agents, team_ids)
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


def _read_flows(
    folder: Path, merged: dict[str, Any], lines: dict[tuple[str, ...], str]
) -> list[str]:
    """Each file is one flow: an entry of the document's list."""
    faults: list[str] = []
    entries: list[Any] = []
    for file in sorted((folder / FLOWS).glob("*.yaml")):
        content, wrong, places = _parsed(file)
        faults += wrong
        if FLOWS in merged:
            faults.append(f"{file}: the key {FLOWS} stands in another file too")
            return faults
        where = (FLOWS, str(len(entries)))
        lines.update(((*where, *place), f"{file}:{line}") for place, line in places.items())
        entries.append(content)
    if entries:
        merged[FLOWS] = entries
    return faults


def _read_file(file: Path, merged: dict[str, Any], lines: dict[tuple[str, ...], str]) -> list[str]:
    content, faults, places = _parsed(file)
    if not isinstance(content, dict):
        return faults
    faults += [
        f"{file}:{places[(str(key),)]}: the key {key} stands in another file too"
        for key in content
        if key in merged
    ]
    merged.update(content)
    lines.update((place, f"{file}:{line}") for place, line in places.items())
    return faults


def _parsed(file: Path) -> tuple[Any, list[str], dict[tuple[str, ...], int]]:
    """A file's values, what is wrong with it, and the line of each value."""
    try:
        read = read_yaml(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        return None, [f"{file}: this is not valid YAML: {error}"], {}
    faults = [
        f"{file if one.line is None else f'{file}:{one.line}'}: {one.message}"
        for one in read.faults
    ]
    return read.content, faults, read.lines


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
