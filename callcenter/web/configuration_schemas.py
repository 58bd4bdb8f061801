"""What the configuration API takes and tells: the document is JSON that passes through, its meaning is not known here."""

from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from callcenter.web.schemas import PageLength, Request, Seq

Version: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]
Note: TypeAlias = Annotated[str, Meta(max_length=500)]


class FindingRow(msgspec.Struct, frozen=True):
    """What a check says: an error, which refuses the configuration, or a warning. `path` points into the document."""

    code: str
    is_error: bool
    path: str
    message: str
    message_zh: str


class DifferenceRow(msgspec.Struct, frozen=True):
    """A value that differs, by its path; `change` is changed, new or gone. `before` and `after` are short texts."""

    path: str
    change: str
    before: str
    after: str


class EffectRow(msgspec.Struct, frozen=True):
    """Whom a change concerns: `kind` is agents_lose or agents_gain (`names`), contacts_held or contacts_go_on (`contacts`)."""

    kind: str
    queue_id: str
    names: list[str]
    contacts: int


class ConfigurationDraft(Request, frozen=True):
    """A whole configuration document, as `docs/configuration.md` describes it in YAML."""

    document: msgspec.Raw


class ConfigurationEdit(Request, frozen=True):
    """A document to put in force; `based_on` is the version the edit started from (null: whatever is there)."""

    document: msgspec.Raw
    based_on: Version | None = None
    note: Note = ""


class Restoring(Request, frozen=True):
    """Which entry of the history to go back to; `based_on` is the version that is the newest so far."""

    number: Seq
    based_on: Version
    note: Note = ""


class HistoryPage(Request, frozen=True):
    """Which part of the history: entries before a number, newest first."""

    before: Seq | None = None
    limit: PageLength = 50


class HistoryEntry(Request, frozen=True):
    """One entry of the history, by its number."""

    number: Seq


class CheckedConfiguration(msgspec.Struct, frozen=True):
    """Every finding, errors and warnings, and what would change against the newest stored; nothing is stored."""

    findings: list[FindingRow]
    differences: list[DifferenceRow] = []
    effects: list[EffectRow] = []


class StoredConfiguration(msgspec.Struct, frozen=True):
    """The newest stored document, with its defaults written out; `version` is its SHA-256."""

    version: str
    is_in_force: bool
    document: msgspec.Raw


class AppliedConfiguration(msgspec.Struct, frozen=True):
    """What was stored. It is not in force yet if a contact has just come to a queue it drops: then it will be by itself."""

    version: str | None
    is_in_force: bool
    findings: list[FindingRow]


class ConfigurationChange(msgspec.Struct, frozen=True):
    """That a version became the newest: when, by whom ("" for the command line), and why."""

    number: int
    version: str
    at_ms: int
    by_name: str
    note: str


class ConfigurationHistory(msgspec.Struct, frozen=True):
    """The history, newest first; the first of all is the newest stored. `next_before` is null at its end."""

    changes: list[ConfigurationChange]
    next_before: int | None


class ConfigurationChanged(msgspec.Struct, frozen=True):
    """One change with its document, and what it changed against the one before it."""

    change: ConfigurationChange
    document: msgspec.Raw
    differences: list[DifferenceRow]


class YamlText(Request, frozen=True):
    """A document, or a part of it, as YAML."""

    text: str


class YamlFault(msgspec.Struct, frozen=True):
    """Why a text cannot be taken, and in which line; null when that is not known."""

    line: int | None
    message: str


class YamlRead(msgspec.Struct, frozen=True):
    """The values of a text as JSON, null if it is none; `lines`: path of a value -> its line, as paths of findings are written."""

    document: msgspec.Raw
    lines: dict[str, int]
    faults: list[YamlFault]
