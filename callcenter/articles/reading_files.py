"""Articles from files: Markdown with a head, or CSV.

Every file or row becomes a part of an article, or a sentence that says what is wrong with it; what is wrong with one
never stops the others.

A Markdown file is one article in one language, named `returns.zh.md`; between two lines of `---` at its top may stand
`id`, `language`, `title` and `tags`, which go before the name. A CSV file has a row for each article.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec
import yaml

from callcenter.articles import limits
from callcenter.ports.articles import LANGUAGES, ArticleText

ID_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{0,63}$"

COLUMNS: Final = ("id", "title_en", "body_en", "title_zh", "body_zh", "tags")
"""`id` must be there; tags are separated by semicolons."""

_HEAD: Final = ("id", "language", "title", "tags")
_FENCE: Final = "---"
_HEADING: Final = re.compile(r"^#[ \t]+(.+?)[ \t]*#*$")


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """What a file or row says of one article; `tags` None: nothing. Where it stands, for what may be wrong later."""

    file: str
    line: int
    article_id: str
    texts: dict[str, ArticleText]
    tags: tuple[str, ...] | None = None


class ImportFault(msgspec.Struct, frozen=True):
    """What is wrong with a file or row, and where."""

    file: str
    line: int
    fault: str


class Unreadable(Exception):
    """What is wrong with one file or row; the message is for people."""

    def __init__(self, line: int, fault: str) -> None:
        super().__init__(fault)
        self.line = line


def read_file(name: str, content: bytes) -> Iterator[Part | ImportFault]:
    """Everything a file holds, in order. `name` decides by its ending: `.md` or `.csv`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        yield ImportFault(name, line, "it is not written in UTF-8")
        return
    match PurePosixPath(name).suffix.lower():
        case ".md":
            try:
                yield _markdown(name, text.replace("\r\n", "\n"))
            except Unreadable as error:
                yield ImportFault(name, error.line, str(error))
        case ".csv":
            yield from _csv(name, text)
        case _:
            yield ImportFault(name, 1, "articles are read from files that end in .md or .csv")


def fault_of(text: ArticleText) -> str:
    """Why this cannot be an article's text, or ""."""
    if not text.title.strip():
        return "the title is missing"
    if len(text.title) > limits.TITLE_CHARACTERS_MAX or "\n" in text.title:
        return f"a title is one line of at most {limits.TITLE_CHARACTERS_MAX} characters"
    if not text.body.strip():
        return "there is no text beneath the title"
    if len(text.body) > limits.BODY_CHARACTERS_MAX:
        return f"a text has at most {limits.BODY_CHARACTERS_MAX} characters"
    if "\0" in text.title + text.body:
        return "it holds a zero byte"
    return ""


def tags_of(words: Iterable[str], line: int = 1) -> tuple[str, ...]:
    """Tags, each once, in their order. Raises Unreadable."""
    tags = tuple(dict.fromkeys(word.strip() for word in words if word.strip()))
    if len(tags) > limits.TAGS_MAX:
        raise Unreadable(line, f"there are more than {limits.TAGS_MAX} tags")
    for tag in tags:
        if len(tag) > limits.TAG_CHARACTERS_MAX or not tag.isprintable():
            raise Unreadable(line, f"a tag has at most {limits.TAG_CHARACTERS_MAX} characters")
    return tags


def _markdown(name: str, text: str) -> Part:
    head, body, body_line = _parted(text)
    path = PurePosixPath(name)
    stem, _, ending = path.stem.rpartition(".")
    by_name = (stem, ending) if ending in LANGUAGES and stem else (path.stem, "")
    article_id = str(head.get("id", by_name[0]))
    language = str(head.get("language", by_name[1]))
    if not re.match(ID_PATTERN, article_id):
        raise Unreadable(1, "id: small letters, digits and hyphens, at most 64")
    if language not in LANGUAGES:
        raise Unreadable(
            1, "language: say en or zh in the head, or name the file as in returns.zh.md"
        )
    title = str(head.get("title", "")).strip()
    if not title:
        first, _, rest = body.partition("\n")
        heading = _HEADING.match(first)
        if heading:
            title, body = heading.group(1), rest.strip()
    said = ArticleText(title, body)
    if fault := fault_of(said):
        raise Unreadable(body_line, fault)
    tags = _tags_of_head(head["tags"]) if "tags" in head else None
    return Part(file=name, line=1, article_id=article_id, texts={language: said}, tags=tags)


def _parted(text: str) -> tuple[dict[str, Any], str, int]:
    """Head, body without blank ends, and the line the body begins in."""
    lines = text.split("\n")
    if lines[0].strip() != _FENCE:
        return {}, text.strip(), 1
    end = next((at for at, line in enumerate(lines[1:], 1) if line.strip() == _FENCE), None)
    if end is None:
        raise Unreadable(1, f"the head has no second line of {_FENCE}")
    try:
        head = yaml.safe_load("\n".join(lines[1:end])) or {}
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 2 + (mark.line if mark is not None else 0)
        raise Unreadable(line, "the head is not YAML") from error
    if not isinstance(head, dict) or any(key not in _HEAD for key in head):
        raise Unreadable(2, f"the head knows {', '.join(_HEAD)}")
    return head, "\n".join(lines[end + 1 :]).strip(), end + 2


def _tags_of_head(given: object) -> tuple[str, ...]:
    words = given if isinstance(given, list) else str(given or "").split(";")
    return tags_of((str(word) for word in words), 2)


def _csv(name: str, text: str) -> Iterator[Part | ImportFault]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        names = [one.strip().lower() for one in next(reader, [])]
    except csv.Error:
        names = []
    if "id" not in names or any(one not in COLUMNS for one in names) or len({*names}) < len(names):
        yield ImportFault(
            name, 1, f"the first line names the columns: {', '.join(COLUMNS)}, each once"
        )
        return
    while True:
        line = reader.line_num + 1
        try:
            values = next(reader)
            if not any(value.strip() for value in values):
                continue
            yield _row(name, line, names, values)
        except StopIteration:
            return
        except csv.Error as error:
            yield ImportFault(name, line, f"this is not a row of CSV: {error}")
        except Unreadable as error:
            yield ImportFault(name, error.line, str(error))


def _row(name: str, line: int, names: list[str], values: list[str]) -> Part:
    if len(values) != len(names):
        raise Unreadable(line, f"it has {len(values)} fields, the first line names {len(names)}")
    fields = dict(zip(names, (value.strip() for value in values), strict=True))
    if not re.match(ID_PATTERN, fields["id"]):
        raise Unreadable(line, "id: small letters, digits and hyphens, at most 64")
    texts = {}
    for language in LANGUAGES:
        text = ArticleText(fields.get(f"title_{language}", ""), fields.get(f"body_{language}", ""))
        if not text.title and not text.body:
            continue
        if fault := fault_of(text):
            raise Unreadable(line, f"{language}: {fault}")
        texts[language] = text
    if not texts:
        raise Unreadable(line, "there is no text in either language")
    tags = tags_of(fields["tags"].split(";"), line) if "tags" in fields else None
    return Part(file=name, line=line, article_id=fields["id"], texts=texts, tags=tags)
