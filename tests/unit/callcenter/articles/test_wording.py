"""Markdown as people read it, words marked, and files that are articles or say why not."""

import pytest

from callcenter.articles.cutting import Dictionary, words_of
from callcenter.articles.reading_files import ImportFault, Part, read_file
from callcenter.articles.wording import Piece, excerpt, marked, plain
from callcenter.ports.articles import ArticleText


def test_markdown_is_read_without_its_signs() -> None:
    body = "# Head\n\n* **one** `two`\n> said\n\n\n\n[terms](https://a.example) 5 * 3 * 2"
    assert plain(body) == "Head\n\n- one two\nsaid\n\nterms (https://a.example) 5 * 3 * 2"


def test_what_was_asked_for_is_marked() -> None:
    words = words_of("refunds 退货", Dictionary())
    assert marked("A Refund: 退货!", words) == [
        Piece("A "),
        Piece("Refund", is_match=True),
        Piece(": "),
        Piece("退货", is_match=True),
        Piece("!"),
    ]
    assert marked("", words) == [Piece("")]
    told = "".join(
        piece.text for piece in excerpt("word " * 100 + "refund " + "word " * 100, words)
    )
    assert "refund" in told
    assert told.startswith("… ")
    assert told.endswith(" …")


@pytest.mark.parametrize(
    ("name", "content", "line", "fault"),
    [
        ("a.en.md", "---\ntitle: x\nText", 1, "second line"),
        ("a.en.md", "---\nauthor: x\n---\nText", 2, "the head knows"),
        ("a.md", "# T\n\nText", 1, "language"),
        ("Ä.en.md", "# T\n\nText", 1, "id"),
        ("a.en.md", "Text alone", 1, "title"),
        ("a.en.md", "# T\n", 1, "no text"),
        ("a.csv", "title_en\nx", 1, "names the columns"),
        ("a.csv", "id,title_en,body_en\na,b", 2, "2 fields"),
        ("a.csv", "id,title_en,body_en\n\na,,", 3, "either language"),
        ("a.doc", "x", 1, "end in"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_line(
    name: str, content: str, line: int, fault: str
) -> None:
    [told] = read_file(name, content.encode())
    assert isinstance(told, ImportFault)
    assert (told.file, told.line) == (name, line)
    assert fault in told.fault


def test_a_head_goes_before_the_name() -> None:
    content = "---\nid: other\nlanguage: zh\ntags: a; b\n---\n# 标题\n\n正文。"
    [part] = read_file("dir/name.en.md", content.encode())
    assert part == Part(
        file="dir/name.en.md",
        line=1,
        article_id="other",
        texts={"zh": ArticleText("标题", "正文。")},
        tags=("a", "b"),
    )
    [told] = read_file("a.en.md", b"ok\n\xff")
    assert isinstance(told, ImportFault)
    assert told.line == 2
