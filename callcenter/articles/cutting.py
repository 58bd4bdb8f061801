"""Texts and questions as terms: words as they are written, Chinese as a dictionary cuts it, and in pairs beside that.

Theory: a dictionary finds the words of a question that stand anywhere in an article, and ranks them; pairs of characters
find whatever the dictionary cuts in another way, or does not know. An article is indexed by both, and each word of a
question is either, so a process without the dictionary (it is read at the first search, beside the work) finds the same
articles, only in a poorer order.
"""

import threading
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

import structlog

from callcenter.articles import limits
from callcenter.ports.articles import Article, ArticleDocument, ArticleText, AskedWord
from callcenter.projections.terms import TERM_CHARACTERS_MAX, is_cjk, pairs_of, runs_of

_log = structlog.get_logger("callcenter.articles")

Cut = Callable[[str], list[str]]

_ENDINGS: Final = ("ing", "ed", "es", "s")
_STEM_CHARACTERS_MIN: Final = 4

_COMMON_EN: Final = (
    "a about all am an and any are as at be been but by can could did do does for from get had has have hello hi how i if "
    "in is it its just me my of on or our please so thank thanks that the their there they this to up us was we were what "
    "when where which who why will with would you your"
)
_COMMON_ZH: Final = (
    "的 了 吗 呢 吧 啊 我 你 您 他 她 它 我们 你们 是 有 在 和 与 就 都 也 还 很 请 请问 您好 你好 怎么 怎样 如何 什么 为什么 "
    "哪里 多少 能 可以 想 要 会 不 没有 没 这 那 这个 那个 一下 谢谢 到 把 被 给 对 吗 办"
)
COMMON: Final = frozenset(f"{_COMMON_EN} {_COMMON_ZH}".split())
"""Words that say little; they are asked for only when a question has no others."""


class Dictionary:
    """Chinese words, about 80 MB once they are read; a process reads them once."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._cut: Cut | None = None
        self._reading = threading.Lock()

    def words(self, run: str) -> list[str]:
        """The words of a run of CJK, with shorter ones within them; none before the dictionary is read."""
        return [] if self._cut is None else self._cut(run)

    @property
    def is_read(self) -> bool:
        """Whether it was read."""
        return self._cut is not None

    def read(self) -> None:
        """Read it, once. A second of work: called in a thread."""
        with self._reading:
            if self._cut is None:
                self._cut = _read()

    def read_beside(self) -> None:
        """Have it read in a thread of its own, unless it was or is being read."""
        if self._cut is None and not self._reading.locked():
            threading.Thread(target=self.read, name="chinese words", daemon=True).start()


def documents_of(article: Article, dictionary: Dictionary) -> tuple[ArticleDocument, ...]:
    """What an article is found by, in each of its languages; nothing once it is retired."""
    if article.is_retired:
        return ()
    texts = {"en": article.en, "zh": article.zh}
    return tuple(
        _document(language, text, article.tags, dictionary)
        for language, text in texts.items()
        if text is not None
    )


def words_of(question: str, dictionary: Dictionary) -> tuple[AskedWord, ...]:
    """The words of a question, those that say little only if there are no others; in their order, each once."""
    words: dict[str, AskedWord] = {}
    for run in runs_of(question):
        for word in _asked(run, dictionary):
            words.setdefault(word.term, word)
    telling = [word for term, word in words.items() if term not in COMMON]
    return tuple(telling or words.values())[: limits.WORDS_MAX]


def _document(
    language: str, text: ArticleText, tags: tuple[str, ...], dictionary: Dictionary
) -> ArticleDocument:
    title = f"{text.title}\n{' '.join(tags)}"
    runs = (*runs_of(title), *runs_of(text.body))
    pairs = " ".join(pair for run in runs if is_cjk(run) for pair in pairs_of(run))
    cut = [" ".join(_terms(runs_of(part), dictionary)) for part in (title, text.body)]
    return ArticleDocument(language, cut[0], cut[1], pairs)


def _terms(runs: Iterable[str], dictionary: Dictionary) -> Iterable[str]:
    for run in runs:
        if is_cjk(run):
            yield from dictionary.words(run)
        else:
            yield run[:TERM_CHARACTERS_MAX]


def _asked(run: str, dictionary: Dictionary) -> list[AskedWord]:
    if not is_cjk(run):
        if run in COMMON:
            return [AskedWord(run)]
        return [AskedWord(_stem(run[:TERM_CHARACTERS_MAX]), is_begun=True)]
    words = dictionary.words(run)
    # A word within a longer one asks for nothing that the longer one does not.
    whole = [one for one in words if not any(one != other and one in other for other in words)]
    return [_asked_cjk(word) for word in whole or pairs_of(run)[:-1] or [run]]


def _asked_cjk(word: str) -> AskedWord:
    if len(word) == 1:
        return AskedWord(word, is_begun=True)
    return AskedWord(word, tuple(pairs_of(word)[:-1]))


def _stem(word: str) -> str:
    """The word without an ending of English, so that `refunds` finds `refund`."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_CHARACTERS_MIN:
            return word[: -len(ending)]
    return word


@cache
def _read() -> Cut:
    """One for each process, whoever asks."""
    try:
        import jieba  # noqa: PLC0415 - large, and needed by few processes
    except ImportError:
        _log.warning("chinese_dictionary_missing")
        return lambda _: []
    tokenizer = jieba.Tokenizer()
    # Its own way reads a cache from the common folder of temporary files, where anybody may have put one.
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True
    return lambda run: list(tokenizer.cut_for_search(run, HMM=False))
