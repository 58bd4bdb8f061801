"""Where nodes lead."""

from typing import Any

from ivr.exits import Exit, exits_of, reached
from ivr.model import kind_of
from tests.unit.ivr.walking import flow

NODES: dict[str, Any] = {
    "m": {"kind": "menu", "choices": {"1": {"to": "b"}}, "otherwise": "h"},
    "b": {"kind": "branch", "cases": [{"when": "always", "to": "m"}], "otherwise": "nowhere"},
    "h": {"kind": "hours", "calendar": "c", "open": "m", "closed": "e"},
    "e": {"kind": "hang_up"},
    "x": {"kind": "return"},
}


def test_every_way_out_has_a_word_and_a_path() -> None:
    nodes = flow("main", "m", **NODES).nodes
    assert exits_of(nodes["m"]) == (
        Exit("1", "b", ("choices", "1", "to")),
        Exit("otherwise", "h", ("otherwise",)),
    )
    assert exits_of(nodes["b"])[0] == Exit("always", "m", ("cases", 0, "to"))
    assert [one.word for one in exits_of(nodes["h"])] == ["open", "closed"]
    assert exits_of(nodes["e"]) == ()
    assert kind_of(nodes["e"]) == "hang_up"


def test_what_is_reached_is_told_nearest_first() -> None:
    assert reached(flow("main", "m", **NODES)) == ("m", "b", "h", "e")
    assert reached(flow("main", "nowhere", **NODES)) == ()
