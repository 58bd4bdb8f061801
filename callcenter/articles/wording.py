"""An article's Markdown as plain text for a message or a mail, and as an excerpt with the words that were asked for marked."""

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from callcenter.articles.limits import EXCERPT_CHARACTERS
from callcenter.ports.articles import ArticleText, AskedWord

_LINK: Final = re.compile(r"!?\[([^\]\n]{0,300})\]\(([^()\s]{1,500})\)")
_STRESS: Final = re.compile(r"(\*\*|__|\*|`)(?=\S)([^*`\n]{1,500}?)(?<=\S)\1")
_HEADING: Final = re.compile(r"^#{1,6}[ \t]+", re.MULTILINE)
_BULLET: Final = re.compile(r"^([ \t]*)[*+][ \t]+", re.MULTILINE)
_QUOTE: Final = re.compile(r"^>[ \t]?", re.MULTILINE)
_BLANK: Final = re.compile(r"\n{3,}")


class Piece(msgspec.Struct, frozen=True):
    """A part of a text; `is_match`: it was asked for."""

    text: str
    is_match: bool = False


def plain(body: str) -> str:
    """The body as people read it who see no Markdown: signs gone, links written out."""
    text = _LINK.sub(_written_out, body.replace("\r\n", "\n"))
    text = _STRESS.sub(r"\2", _STRESS.sub(r"\2", text))
    for sign, instead in ((_HEADING, ""), (_QUOTE, ""), (_BULLET, r"\1- ")):
        text = sign.sub(instead, text)
    return _BLANK.sub("\n\n", text).strip()


def told(text: ArticleText) -> str:
    """Title and body, as they are sent."""
    return f"{text.title}\n\n{plain(text.body)}"


def marked(text: str, words: Sequence[AskedWord]) -> list[Piece]:
    """The text in pieces, with what was asked for marked."""
    pattern = _pattern(words)
    if pattern is None:
        return [Piece(text)]
    pieces, at = [], 0
    for match in pattern.finditer(text):
        if match.start() > at:
            pieces.append(Piece(text[at : match.start()]))
        pieces.append(Piece(match.group(), is_match=True))
        at = match.end()
    if at < len(text) or not pieces:
        pieces.append(Piece(text[at:]))
    return pieces


def excerpt(body: str, words: Sequence[AskedWord]) -> list[Piece]:
    """A stretch of the body around the first of the words, in one line."""
    text = " ".join(plain(body).split())
    pattern = _pattern(words)
    first = None if pattern is None else pattern.search(text)
    start = max(0, (first.start() if first else 0) - EXCERPT_CHARACTERS // 4)
    start = 0 if start < EXCERPT_CHARACTERS // 4 else start
    end = start + EXCERPT_CHARACTERS
    head, tail = ("… " if start else ""), (" …" if end < len(text) else "")
    return marked(f"{head}{text[start:end].strip()}{tail}", words)


def _pattern(words: Sequence[AskedWord]) -> re.Pattern[str] | None:
    """The longest word first; a beginning goes on to the end of its word."""
    if not words:
        return None
    longest = sorted(words, key=lambda word: -len(word.term))
    return re.compile("|".join(map(_sought, longest)), re.IGNORECASE)


def _sought(word: AskedWord) -> str:
    term = re.escape(word.term)
    if not word.term.isascii():
        return term
    return rf"\b{term}\w*" if word.is_begun else rf"\b{term}\b"


def _written_out(link: re.Match[str]) -> str:
    label, address = link.group(1).strip(), link.group(2)
    return address if label in ("", address) else f"{label} ({address})"
