"""Texts as terms that can be searched, without a dictionary.

Theory: words of scripts that write spaces are terms, folded so that case and width do not matter. Chinese, Japanese and
Korean characters are taken in pairs, each with its neighbour, and the last of a run alone too: so whatever run of
characters is looked for is a run of pairs, and one character is the beginning of a pair or a last one.
"""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from callcenter.log_rows import Word

DOCUMENT_CHARACTERS_MAX: Final = 100_000
"""Of a contact's texts as terms; the rest is not searchable."""

TERM_CHARACTERS_MAX: Final = 60
"""Longer words are cut: nobody looks for the rest."""

WORDS_MAX: Final = 8
"""Words of one question; the rest is not asked for."""

_CJK: Final = (
    "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0003ffff"
)
_RUN: Final = re.compile(f"[{_CJK}]+|[^\\W_{_CJK}]+")
_IS_CJK: Final = re.compile(f"[{_CJK}]")


def document_of(texts: Iterable[str]) -> str:
    """The terms of texts in their order, separated by spaces."""
    terms: list[str] = []
    characters = 0
    for text in texts:
        for run in runs_of(text):
            for term in _terms_of_run(run):
                characters += len(term) + 1
                if characters > DOCUMENT_CHARACTERS_MAX:
                    return " ".join(terms)
                terms.append(term)
    return " ".join(terms)


def words_of(question: str) -> tuple[Word, ...]:
    """What to look for: every run of the question, in any order; a run of CJK as it stands, a word as a beginning."""
    return tuple(_word(run) for run in runs_of(question)[:WORDS_MAX])


def runs_of(text: str) -> list[str]:
    """Words, and runs of CJK characters, folded, in their order."""
    return _RUN.findall(unicodedata.normalize("NFKC", text).casefold())


def is_cjk(run: str) -> bool:
    """Whether a run is written without spaces."""
    return _IS_CJK.match(run) is not None


def pairs_of(run: str) -> list[str]:
    """Each character of a run of CJK with its neighbour, and the last one alone."""
    return [run[start : start + 2] for start in range(len(run))]


def _terms_of_run(run: str) -> list[str]:
    return pairs_of(run) if is_cjk(run) else [run[:TERM_CHARACTERS_MAX]]


def _word(run: str) -> Word:
    if not is_cjk(run):
        return Word((run[:TERM_CHARACTERS_MAX],), is_begun=True)
    pairs = pairs_of(run)[:-1]
    return Word(tuple(pairs)) if pairs else Word((run,), is_begun=True)
