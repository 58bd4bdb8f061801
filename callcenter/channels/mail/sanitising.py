"""HTML mail made harmless: the one place that knows the sanitiser. A list of what is allowed; everything else goes.

No script, no form, no frame, no style sheet, no address but https, http, mailto and pictures within the mail. What is left
is shown in a frame of its own that cannot run anything (`callcenter.channels.mail.frames`); this is the first wall, that is the second.
"""

import re
from html.parser import HTMLParser
from typing import Final

import nh3

_TAG_WORDS: Final = (
    "a abbr b blockquote br caption center code col colgroup dd del div dl dt em font h1 h2 h3 h4 h5 h6 hr i img ins li "
    "ol p pre q s small span strike strong sub sup table tbody td tfoot th thead tr tt u ul"
)
_TAGS: Final = frozenset(_TAG_WORDS.split())
_PLACED: Final = {"align", "valign", "width", "height", "bgcolor", "dir", "title", "style"}
_ATTRIBUTES: Final = {
    **{tag: set(_PLACED) for tag in _TAGS},
    "a": {"href", *_PLACED},
    "img": {"src", "alt", *_PLACED},
    "font": {"color", "face", "size", *_PLACED},
    "table": {"border", "cellpadding", "cellspacing", *_PLACED},
    "td": {"colspan", "rowspan", *_PLACED},
    "th": {"colspan", "rowspan", *_PLACED},
    "ol": {"start", "type", *_PLACED},
}
_STYLE_WORDS: Final = (
    "background-color border border-bottom border-collapse border-color border-left border-right border-spacing "
    "border-style border-top border-width color direction font font-family font-size font-style font-weight height "
    "line-height list-style-type margin margin-bottom margin-left margin-right margin-top max-width padding "
    "padding-bottom padding-left padding-right padding-top text-align text-decoration text-indent vertical-align "
    "white-space width"
)
_STYLES: Final = frozenset(_STYLE_WORDS.split())
_EMPTIED: Final = frozenset({"script", "style", "title", "noscript", "template", "xmp", "iframe"})
_SCHEMES: Final = frozenset({"http", "https", "mailto", "cid", "data"})
_PICTURE: Final = re.compile(r"data:image/(?:png|gif|jpeg|webp);base64,[A-Za-z0-9+/=\s]+", re.ASCII)
_CSS_ADDRESS: Final = re.compile(r"(?i)url|expression|@import|image-set|\\")
_TAGS_MAX: Final = 20_000


def sanitised(html: str) -> str:
    """The harmless part of an HTML mail; "" for one with more tags than a person writes."""
    if html.count("<") > _TAGS_MAX:
        return ""
    return nh3.clean(
        html,
        tags=set(_TAGS),
        clean_content_tags=set(_EMPTIED),
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        filter_style_properties=set(_STYLES),
        url_schemes=set(_SCHEMES),
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """A value that names something to load where nothing may be loaded is dropped."""
    if name == "style":
        return None if _CSS_ADDRESS.search(value) else value
    scheme = value.strip().partition(":")[0].lower() if ":" in value else ""
    if name == "src":
        is_safe = scheme in {"http", "https", "cid"} or bool(_PICTURE.fullmatch(value.strip()))
        return value if is_safe else None
    if name == "href":
        return value if scheme in {"http", "https", "mailto"} else None
    return value


_BLOCK_WORDS: Final = "br div p tr li h1 h2 h3 h4 h5 h6 blockquote hr pre table"
_BLOCKS: Final = frozenset(_BLOCK_WORDS.split())


class _Words(HTMLParser):
    """The text of sanitised HTML, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._quoted = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Blocks begin a line; quotes are marked as plain mail marks them."""
        del attrs
        if tag in _BLOCKS:
            self._line()
        if tag == "blockquote":
            self._quoted += 1
            self._line()

    def handle_endtag(self, tag: str) -> None:
        """Blocks end with a line."""
        if tag == "blockquote":
            self._quoted = max(0, self._quoted - 1)
        if tag in _BLOCKS and tag != "br":
            self._line()

    def handle_data(self, data: str) -> None:
        """White space is one space."""
        self.pieces.append(re.sub(r"\s+", " ", data))

    def _line(self) -> None:
        self.pieces.append("\n" + "> " * min(self._quoted, 3))


def text_of_html(html: str) -> str:
    """The words of sanitised HTML."""
    words = _Words()
    words.feed(html)
    words.close()
    lines = [line.strip() for line in "".join(words.pieces).split("\n")]
    kept: list[str] = []
    for line in lines:
        if line.strip("> ") or (kept and kept[-1].strip("> ")):
            kept.append(line)
    while kept and not kept[-1].strip("> "):
        kept.pop()
    return "\n".join(kept).strip()


_QUOTE_TAG: Final = re.compile(r"<(/?)blockquote\b[^>]*>")


def folded(html: str, summary: str) -> str:
    """Sanitised HTML with each outermost quotation folded behind `summary`, which is plain words."""
    pieces: list[str] = []
    depth, at = 0, 0
    for found in _QUOTE_TAG.finditer(html):
        is_end = bool(found[1])
        pieces.append(html[at : found.start()])
        if not is_end:
            depth += 1
            pieces.append(f"<details><summary>{summary}</summary>" if depth == 1 else "")
        pieces.append(found[0])
        if is_end:
            pieces.append("</details>" if depth == 1 else "")
            depth = max(0, depth - 1)
        at = found.end()
    return "".join([*pieces, html[at:]])
