"""What of a text can be looked for."""

from hypothesis import given
from hypothesis import strategies as st

from callcenter.log_rows import Word
from callcenter.projections.terms import (
    DOCUMENT_CHARACTERS_MAX,
    TERM_CHARACTERS_MAX,
    WORDS_MAX,
    document_of,
    words_of,
)


def found(text: str, question: str) -> bool:
    """As a store would, term by term."""
    terms = document_of([text]).split()

    def holds(word: Word) -> bool:
        length = len(word.terms)
        windows = [terms[n : n + length] for n in range(len(terms) - length + 1)]
        return any(
            window[:-1] == list(word.terms[:-1])
            and (
                window[-1].startswith(word.terms[-1])
                if word.is_begun
                else window[-1] == word.terms[-1]
            )
            for window in windows
        )

    return all(holds(word) for word in words_of(question))


def test_case_and_width_do_not_matter() -> None:
    assert document_of(["Where IS my \uff30\uff21\uff32CEL?"]) == "where is my parcel"


def test_punctuation_and_quotes_are_no_part_of_a_term() -> None:
    assert document_of(['"a"*b (c) AND d:e -f _g_']) == "a b c and d e f g"
    assert words_of('"* ^ - ()') == ()


def test_cjk_is_taken_in_pairs_and_the_last_alone() -> None:
    assert document_of(["我要退款\uff0c谢谢"]) == "我要 要退 退款 款 谢谢 谢"
    assert words_of("要退款") == (Word(("要退", "退款")),)
    assert words_of("款") == (Word(("款",), is_begun=True),)


def test_scripts_side_by_side_are_told_apart() -> None:
    assert document_of(["订单ABC123号"]) == "订单 单 abc123 号"


def test_bounds_hold() -> None:
    assert len(document_of(["word " * DOCUMENT_CHARACTERS_MAX])) <= DOCUMENT_CHARACTERS_MAX
    assert document_of(["x" * 500]) == "x" * TERM_CHARACTERS_MAX
    assert len(words_of("a b c d e f g h i j")) == WORDS_MAX


@given(st.text(max_size=40), st.data())
def test_whatever_stands_in_a_text_is_found(text: str, data: st.DataObject) -> None:
    terms = text.split()
    if terms:
        assert found(text, data.draw(st.sampled_from(terms)))


@given(st.text("你好吗退款申请", min_size=1, max_size=12), st.data())
def test_every_run_of_chinese_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert found(text, text[start:end])
    assert not found(text, "缺" + text[start:end])
