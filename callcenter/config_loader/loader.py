"""From a folder of YAML files to one checked document; every error at once, with file and line.

The top-level keys of all files together make the document; a key may stand in one file only. `people.yaml` is
not configuration (people are rows, edited by API and command line) and is passed over.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import yaml
from pydantic import ValidationError

from callcenter.config_loader.schema import Document
from routing.ids import DispositionId, QueueId, ReasonId
from routing.model import NotReadyReason, QueuePolicy, RoutingConfiguration

PEOPLE_FILE = "people.yaml"


class ConfigError(Exception):
    """The folder does not check; one line for each fault."""

    def __init__(self, faults: list[str]) -> None:
        """Carry every fault, in the order of the files."""
        super().__init__("\n".join(faults))
        self.faults = faults


class Configuration(msgspec.Struct, frozen=True):
    """A checked configuration: the document, its bytes as stored, and what the core gets."""

    version: str
    document: Document
    stored: bytes
    routing: RoutingConfiguration


def load_folder(folder: Path) -> Configuration:
    """Read and check a folder. Raises ConfigError with all faults."""
    if not folder.is_dir():
        raise ConfigError([f"{folder}: there is no such folder"])
    lines: dict[tuple[str, ...], str] = {}
    merged: dict[str, Any] = {}
    faults: list[str] = []
    for file in sorted(folder.glob("*.yaml")):
        if file.name != PEOPLE_FILE:
            faults += _read_file(file, merged, lines)
    if not merged and not faults:
        faults.append(f"{folder}: there are no .yaml files")
    try:
        document = Document.model_validate(merged)
    except ValidationError as error:
        faults += [_located(folder, lines, dict(one)) for one in error.errors()]
        raise ConfigError(faults) from error
    if faults:
        raise ConfigError(faults)
    return of_document(document)


def of_document(document: Document) -> Configuration:
    """The configuration of a checked document; equal documents have equal versions."""
    plain = document.model_dump(mode="json")
    stored = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    version = hashlib.sha256(stored).hexdigest()
    return Configuration(version, document, stored, _routing(document, version))


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


def _located(folder: Path, lines: dict[tuple[str, ...], str], error: dict[str, Any]) -> str:
    """One fault in one line: where, which key, what is wrong."""
    path = tuple(str(part) for part in error["loc"])
    known = path
    while known and known not in lines:
        known = known[:-1]
    where = lines[known] if known else str(folder)
    name = ".".join(path)
    message = str(error["msg"]).removeprefix("Value error, ")
    return f"{where}: {name}: {message}" if name else f"{where}: {message}"


def _routing(document: Document, version: str) -> RoutingConfiguration:
    queues = tuple(
        QueuePolicy(
            queue_id=QueueId(queue.id),
            offer_timeout_ms=queue.offer_timeout_s * 1000,
            reoffer_gap_ms=queue.reoffer_gap_s * 1000,
            wrap_up_limit_ms=queue.wrap_up_limit_s * 1000,
            wrap_up_extension_ms=queue.wrap_up_extension_s * 1000,
            wrap_up_extensions_max=queue.wrap_up_extensions_max,
            waiting_alarm_ms=queue.waiting_alarm_s * 1000,
            waiting_max=queue.waiting_max,
            disposition_ids=tuple(DispositionId(one) for one in queue.dispositions),
        )
        for queue in document.queues
    )
    reasons = tuple(
        NotReadyReason(ReasonId(reason.id), reason.alert_after_s * 1000)
        for reason in document.not_ready_reasons
    )
    timing = document.timing
    return RoutingConfiguration(
        version=version,
        queues=queues,
        not_ready_reasons=reasons,
        presence_grace_ms=timing.presence_grace_s * 1000,
        customer_gone_ms=timing.customer_gone_s * 1000,
        connected_probe_ms=timing.connected_probe_s * 1000,
        missed_limits=dict(timing.missed_limits),
    )
