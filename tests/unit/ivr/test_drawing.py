"""Pictures of flows: everything is there, nothing stands on anything else, the same flow gives the same picture."""

from typing import Any
from xml.etree import ElementTree

from ivr.drawing import COLOURS, HEIGHT, KINDS, WIDTH, drawn
from ivr.layout import layout_of
from ivr.model import Flow, Language, Node
from tests.unit.ivr.walking import flow

SVG = "{http://www.w3.org/2000/svg}"
TEXT = {
    "en": "Welcome to <Bamboo>, please press one of the keys now",
    "zh": "欢迎致电竹里商店请按键选择您需要的服务谢谢",
}
NODES: dict[str, Any] = {
    "m": {
        "kind": "menu",
        "text": TEXT,
        "choices": {"1": {"to": "s"}, "2": {"to": "h"}, "3": {"to": "q"}, "9": {"to": "m"}},
        "otherwise": "q",
    },
    "s": {"kind": "set", "values": {"language": "zh"}, "next": "i"},
    "i": {"kind": "flow", "flow": "inner", "next": "m"},
    "h": {"kind": "hours", "calendar": "office", "open": "q", "closed": "e", "holiday": "p"},
    "p": {"kind": "play", "sound": "gong", "next": "e"},
    "q": {"kind": "queue", "queue": "sales"},
    "e": {"kind": "hang_up", "text": {"en": "Bye", "zh": "再见"}, "file": {"en": "bye"}},
    "t": {"kind": "transfer", "to": "100", "failed": "e"},
    "alone": {"kind": "say", "file": {"en": "gong"}, "next": "nowhere"},
}


def boxes(one: Flow, language: Language = "en") -> dict[str, tuple[float, float]]:
    """Where the picture has each node."""
    root = ElementTree.fromstring(drawn(one, language))  # noqa: S314 - our own text
    found = {}
    for group in root.iter(f"{SVG}g"):
        rect = group.find(f"{SVG}rect")
        assert rect is not None
        found[group.attrib["data-node"]] = (float(rect.attrib["x"]), float(rect.attrib["y"]))
    return found


def test_every_node_is_drawn_and_none_stands_on_another() -> None:
    found = boxes(flow("main", "m", **NODES))
    assert set(found) == set(NODES)
    places = list(found.values())
    for number, (x, y) in enumerate(places):
        for other_x, other_y in places[:number]:
            assert abs(x - other_x) >= WIDTH or abs(y - other_y) >= HEIGHT


def test_ways_lead_downwards_but_for_those_that_lead_back() -> None:
    layout = layout_of(flow("main", "m", **NODES))
    depth = {name: number for number, layer in enumerate(layout.layers) for name in layer}
    for edge in layout.edges:
        assert edge.is_back == (depth[edge.start] >= depth[edge.end])
        assert len(edge.via) == max(0, depth[edge.end] - depth[edge.start] - 1)
    assert {(one.start, one.end) for one in layout.edges if one.is_back} == {("m", "m"), ("i", "m")}


def test_the_words_are_of_one_language() -> None:
    one = flow("main", "m", **NODES)
    english, chinese = drawn(one, "en"), drawn(one, "zh")
    assert "Welcome to &lt;Bamboo&gt;" in english
    assert "欢迎致电" in chinese
    assert ">非营业<" in chinese
    assert english == drawn(one, "en")


def test_every_kind_has_a_colour_and_a_word() -> None:
    kinds = {one.__struct_config__.tag for one in Node.__args__}
    assert kinds == set(COLOURS) == set(KINDS["zh"]) == set(KINDS["en"])
