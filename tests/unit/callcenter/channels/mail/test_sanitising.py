"""HTML mail: what is left is harmless, and reads as it was meant."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callcenter.channels.mail.frames import has_remote_images, page, policy
from callcenter.channels.mail.mails import Address, Attached, Mail, MailKind
from callcenter.channels.mail.sanitising import folded, sanitised, text_of_html

BAD = re.compile(
    r"<(?:script|iframe|object|embed|form|input|svg|math|meta|base|link|style|video|audio)\b|\son\w+\s*=|javascript:|"
    r"vbscript:|srcdoc|srcset",
    re.IGNORECASE,
)


@pytest.mark.parametrize(
    "html",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='jAvAsCrIpT:alert(1)'>x</a>",
        "<a href='&#106;avascript:alert(1)'>x</a>",
        "<svg><script>alert(1)</script></svg>",
        "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></table></math>",
        "<iframe srcdoc='<script>x</script>'></iframe>",
        "<meta http-equiv=refresh content='0;url=//x'>",
        "<style>@import '//x'</style>",
        "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
        "<form action=//x><input autofocus onfocus=alert(1)></form>",
        "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    ],
)
def test_nothing_that_runs_is_left(html: str) -> None:
    assert not BAD.search(sanitised(html))


def test_nothing_loads_by_a_style() -> None:
    for style in ("background:url(//x)", "background:u\\72l(//x)", "width:expression(alert(1))"):
        assert "style" not in sanitised(f"<p style='{style}'>x</p>")
    assert sanitised("<p style='color:red;position:fixed'>x</p>") == '<p style="color:red">x</p>'


def test_too_many_tags_are_none() -> None:
    assert sanitised("<b>" * 30_000) == ""


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "/",
        '"',
        "'",
        "=",
        "script",
        "img",
        "svg",
        "style",
        " onerror=x",
        " src=",
        "javascript:",
        "&#x6a;",
        "<!--",
        "-->",
        "<![CDATA[",
        "math",
        "a",
        " href=",
        "\x00",
    ]
)


@given(st.lists(PIECES, max_size=40).map("".join))
def test_no_markup_gets_through(html: str) -> None:
    left = sanitised(html)
    assert not re.search(r"<(?:script|svg|style|math)\b", left, re.IGNORECASE)
    for tag in re.findall(r"<[^>]*>", left):
        assert not re.search(r"\son\w+=|(?:href|src)=\"\s*javascript:", tag, re.IGNORECASE)
    assert sanitised(left) == left


def test_html_reads_as_text() -> None:
    html = sanitised(
        "<h1>Hi</h1><p>one<br>two</p><ul><li>x<li>y</ul><blockquote>old<p>older</blockquote>"
    )
    assert text_of_html(html) == "Hi\n\none\ntwo\n\nx\n\ny\n\n> old\n> older"


def test_each_outermost_quotation_is_folded() -> None:
    html = "<p>a</p><blockquote>b<blockquote>c</blockquote></blockquote><blockquote>d</blockquote>"
    told = folded(html, "Quoted")
    assert told.count("<details><summary>Quoted</summary>") == told.count("</details>") == 2
    assert re.sub(r"</?details>|<summary>Quoted</summary>", "", told) == html


def mail(html: str, *attached: Attached) -> Mail:
    return Mail(
        kind=MailKind.MAIL,
        mailbox_id="help",
        message_id="<1@x>",
        sender=Address("a@b.c"),
        html=html,
        attachments=list(attached),
    )


def test_pictures_of_the_mail_itself_are_in_the_page_and_others_only_on_demand() -> None:
    html = sanitised("<img src='cid:one'><img src='cid:two'><img src='https://spy.example/p.png'>")
    assert has_remote_images(html)
    letter = mail(
        html,
        Attached("d1", "p.png", "image/png", 3, "one"),
        Attached("d2", "x.svg", "image/svg+xml", 3, "two"),
    )
    pictures = {"one": b"png", "two": b"svg"}
    quiet = page(letter, pictures, with_images=False, summary="Quoted").decode()
    assert 'src="data:image/png;base64,cG5n"' in quiet
    assert "svg" not in quiet
    assert "spy.example" not in quiet
    assert "spy.example" in page(letter, pictures, with_images=True, summary="Quoted").decode()


def test_the_pages_own_policy_allows_nothing() -> None:
    quiet = policy(with_images=False)
    assert "default-src 'none'" in quiet
    assert "img-src data:;" in quiet
    assert "allow-scripts" not in quiet
    assert "allow-same-origin" not in quiet
    assert "https:" in policy(with_images=True)
