"""A flow as a picture: SVG that needs nothing beside it, its words in one language."""

from html import escape
from itertools import pairwise
from typing import Final
from unicodedata import east_asian_width

from ivr.layout import Edge, Layout, layout_of
from ivr.model import (
    Flow,
    Hours,
    Language,
    Node,
    Play,
    Queue,
    Set,
    Spoken,
    SubFlow,
    Transfer,
    kind_of,
)

WIDTH: Final = 190
HEIGHT: Final = 66
_GAP: Final = 34
_PASSING: Final = 26
_DROP: Final = 64
_MARGIN: Final = 40
_LETTERS: Final = 27
_WORD_LETTERS: Final = 22

_INPUT: Final = ("#0b6b75", "#e3f4f5")
_SAYS: Final = ("#4a5568", "#f4f6f9")
_DECIDES: Final = ("#8a5a00", "#fdf3dc")
_ENDS: Final = ("#6b2a7a", "#f6e9f8")
_WAITS: Final = ("#1d6b34", "#e6f5ea")

COLOURS: Final[dict[str, tuple[str, str]]] = {
    "say": _SAYS,
    "play": _SAYS,
    "menu": _INPUT,
    "gather": _INPUT,
    "survey": _INPUT,
    "branch": _DECIDES,
    "hours": _DECIDES,
    "profile": _DECIDES,
    "set": _DECIDES,
    "request": _DECIDES,
    "flow": _SAYS,
    "queue": _WAITS,
    "call_back_offer": _WAITS,
    "voicemail": _WAITS,
    "transfer": _ENDS,
    "hang_up": _ENDS,
    "return": _ENDS,
}
"""Line and fill of each kind: what asks, what says, what decides, where one waits, what ends."""

KINDS: Final[dict[Language, dict[str, str]]] = {
    "en": {kind: kind.replace("_", " ") for kind in COLOURS},
    "zh": {
        "say": "播报",
        "play": "放音",
        "menu": "菜单",
        "gather": "收号",
        "survey": "满意度",
        "branch": "分支",
        "hours": "营业时间",
        "profile": "客户资料",
        "set": "赋值",
        "request": "接口查询",
        "flow": "子流程",
        "queue": "排队",
        "call_back_offer": "回呼",
        "voicemail": "留言",
        "transfer": "转接",
        "hang_up": "挂断",
        "return": "返回",
    },
}


WAYS: Final[dict[str, str]] = {
    "next": "继续",
    "otherwise": "其他",
    "open": "营业",
    "closed": "非营业",
    "holiday": "节假日",
    "unknown": "未知客户",
    "failed": "失败",
    "turned_away": "未被接收",
    "accepted": "接受",
    "declined": "不接受",
}
"""Ways out of nodes, in Chinese."""


def drawn(flow: Flow, language: Language) -> str:
    """The picture, as the text of an SVG file."""
    layout = layout_of(flow)
    places = _places(layout)
    width = max(x + WIDTH / 2 for x, _ in places.values()) + 2 * _MARGIN
    height = len(layout.layers) * (HEIGHT + _DROP) - _DROP + 2 * _MARGIN
    title = escape(flow.name.get(language, flow.id))
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" '
            f'width="{width:.0f}" height="{height:.0f}" font-family="system-ui, sans-serif" role="img">'
        ),
        f"<title>{title}</title>",
        (
            '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
            'orient="auto"><path d="M0 0 8 4 0 8z" fill="#68758a"/></marker></defs>'
        ),
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#ffffff"/>',
    ]
    parts += [_edge(edge, places, language) for edge in layout.edges]
    parts += [
        _box(name, node, places[name], language, is_start=name == flow.start)
        for name, node in flow.nodes.items()
    ]
    return "\n".join([*parts, "</svg>", ""])


def _places(layout: Layout) -> dict[str, tuple[float, float]]:
    """The middle of each place; every layer is centred."""
    passing = {name for edge in layout.edges for name in edge.via}
    widths = [[_PASSING if name in passing else WIDTH for name in layer] for layer in layout.layers]
    widest = max(sum(each) + _GAP * (len(each) - 1) for each in widths)
    found: dict[str, tuple[float, float]] = {}
    for number, (layer, each) in enumerate(zip(layout.layers, widths, strict=True)):
        x = _MARGIN + (widest - sum(each) - _GAP * (len(each) - 1)) / 2
        y = _MARGIN + HEIGHT / 2 + number * (HEIGHT + _DROP)
        for name, width in zip(layer, each, strict=True):
            found[name] = (x + width / 2, y)
            x += width + _GAP
    return found


def _edge(edge: Edge, places: dict[str, tuple[float, float]], language: Language) -> str:
    (x, y), (to_x, to_y) = places[edge.start], places[edge.end]
    if edge.is_back:
        x, to_x = x + WIDTH / 2, to_x + WIDTH / 2
        out = max(x, to_x) + 34
        path = f"M{x:.1f} {y:.1f} C{out:.1f} {y:.1f} {out:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}"
        label_x, label_y = out - 8, (y + to_y) / 2
    else:
        chain = [(x, y + HEIGHT / 2)]
        for via_x, via_y in (places[one] for one in edge.via):
            chain += [(via_x, via_y - HEIGHT / 2), (via_x, via_y + HEIGHT / 2)]
        chain.append((to_x, to_y - HEIGHT / 2))
        path = f"M{chain[0][0]:.1f} {chain[0][1]:.1f}"
        for (x1, y1), (x2, y2) in pairwise(chain):
            middle = (y1 + y2) / 2
            path += f" C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {y2:.1f}"
        (x1, y1), (x2, y2) = chain[:2]
        label_x, label_y = (x1 + x2) / 2, (y1 + y2) / 2
    dashed = ' stroke-dasharray="4 3"' if edge.is_back else ""
    told = [WAYS.get(one, one) if language == "zh" else one.replace("_", " ") for one in edge.words]
    words = escape(_cut(", ".join(told), _WORD_LETTERS))
    line = f'<path d="{path}" fill="none" stroke="#68758a"{dashed} marker-end="url(#tip)"/>'
    if edge.words == ("next",):
        return line
    return (
        f'{line}<text x="{label_x:.1f}" y="{label_y + 4:.1f}" font-size="11" fill="#333d4d" '
        f'text-anchor="middle" stroke="#ffffff" stroke-width="4" paint-order="stroke">{words}</text>'
    )


def _box(
    name: str, node: Node, place: tuple[float, float], language: Language, *, is_start: bool
) -> str:
    kind, (x, y) = kind_of(node), place
    line, fill = COLOURS[kind]
    left, top = x - WIDTH / 2, y - HEIGHT / 2
    corner = HEIGHT / 2 if not isinstance(node, Spoken | Play) else 8
    lines = _wrapped(_words(node, language))
    stroke = 3 if is_start else 1.4
    parts = [
        (
            f'<g data-node="{name}"><rect x="{left:.1f}" y="{top:.1f}" width="{WIDTH}" height="{HEIGHT}" '
            f'rx="{min(corner, 18):.0f}" fill="{fill}" stroke="{line}" stroke-width="{stroke}"/>'
        ),
        (
            f'<text x="{x:.1f}" y="{top + 19:.1f}" font-size="12" font-weight="600" fill="{line}" '
            f'text-anchor="middle">{escape(name)} · {KINDS[language][kind]}</text>'
        ),
    ]
    parts += [
        f'<text x="{x:.1f}" y="{top + 37 + 15 * number:.1f}" font-size="11" fill="#1d2633" '
        f'text-anchor="middle">{escape(text)}</text>'
        for number, text in enumerate(lines)
    ]
    return "".join([*parts, "</g>"])


def _words(node: Node, language: Language) -> str:
    """What a node says, or what it is about."""
    if isinstance(node, Transfer):
        return node.to
    if isinstance(node, Spoken):
        return node.text.get(language, node.file.get(language, ""))
    if isinstance(node, Queue):
        return node.queue
    if isinstance(node, Hours):
        return node.calendar
    if isinstance(node, Set):
        return ", ".join(f"{name} = {value}" for name, value in node.values.items())
    return node.flow if isinstance(node, SubFlow) else ""


def _width(letter: str) -> int:
    return 2 if east_asian_width(letter) in "WF" else 1


def _cut(text: str, letters: int) -> str:
    """As much as fits; a Chinese character takes the room of two letters."""
    room = letters
    for number, letter in enumerate(text):
        room -= _width(letter)
        if room < 0:
            return f"{text[: number - 1].rstrip()}…"
    return text


def _wrapped(text: str) -> list[str]:
    """Two lines at most, broken at a space where there is one."""
    first = _cut(text, _LETTERS)
    if first == text:
        return [text] if text else []
    head = first.removesuffix("…")
    if " " in head and not text[len(head) :].startswith(" "):
        head = head.rpartition(" ")[0]
    return [head, _cut(text[len(head) :].strip(), _LETTERS)]
