"""Where the nodes of a flow stand in a picture: in layers, each below what leads to it, with as few crossings as a sweep finds.

An edge that passes layers takes a place in each, so it runs between nodes and not over them. Edges that lead back are
left out of the layers. Everything is ordered, so the same flow always gives the same picture.
"""

from itertools import pairwise
from typing import Final

import msgspec

from ivr.exits import Exit, exits_of, reached
from ivr.model import Flow

_SWEEPS: Final = 8


class Edge(msgspec.Struct, frozen=True):
    """From a node to another, with the words on it and the places it passes; `is_back` leads upwards."""

    start: str
    end: str
    words: tuple[str, ...]
    via: tuple[str, ...] = ()
    is_back: bool = False


class Layout(msgspec.Struct, frozen=True):
    """Each layer from the left, places of passing edges among the nodes; and the edges."""

    layers: tuple[tuple[str, ...], ...]
    edges: tuple[Edge, ...]


def layout_of(flow: Flow) -> Layout:
    """The layers of a flow; nodes that nothing leads to come first, beside the start."""
    names = [*reached(flow), *(name for name in flow.nodes if name not in reached(flow))]
    words = _words(flow, names)
    back = _leading_back(names, words)
    depth = _depths(names, [pair for pair in words if pair not in back])
    layers: list[list[str]] = [[] for _ in range(max(depth.values()) + 1)]
    for name in names:
        layers[depth[name]].append(name)
    edges = []
    for (start, end), told in words.items():
        via: list[str] = []
        if (start, end) not in back:
            for layer in range(depth[start] + 1, depth[end]):
                via.append(f"{start} {end} {layer}")
                layers[layer].append(via[-1])
        edges.append(Edge(start, end, tuple(told), tuple(via), (start, end) in back))
    return Layout(_swept(layers, edges), tuple(edges))


def _words(flow: Flow, names: list[str]) -> dict[tuple[str, str], list[str]]:
    """The words of all ways from one node to another."""
    found: dict[tuple[str, str], list[str]] = {}
    for name in names:
        leading: list[Exit] = [one for one in exits_of(flow.nodes[name]) if one.to in flow.nodes]
        for one in leading:
            found.setdefault((name, one.to), []).append(one.word)
    return found


def _leading_back(
    names: list[str], pairs: dict[tuple[str, str], list[str]]
) -> dict[tuple[str, str], None]:
    """The pairs that would close a circle, found by going as deep as possible first."""
    after: dict[str, list[str]] = {name: [] for name in names}
    for start, end in pairs:
        after[start].append(end)
    back: dict[tuple[str, str], None] = {}
    done: dict[str, None] = {}
    for first in names:
        path: list[tuple[str, list[str]]] = [] if first in done else [(first, list(after[first]))]
        while path:
            name, rest = path[-1]
            if not rest:
                done[name] = None
                path.pop()
                continue
            end = rest.pop(0)
            if any(end == one for one, _ in path):
                back[name, end] = None
            elif end not in done:
                path.append((end, list(after[end])))
    return back


def _depths(names: list[str], pairs: list[tuple[str, str]]) -> dict[str, int]:
    """How deep each node stands: below everything that leads to it."""
    depth = dict.fromkeys(names, 0)
    for _ in names:
        for start, end in pairs:
            depth[end] = max(depth[end], depth[start] + 1)
    return depth


def _swept(layers: list[list[str]], edges: list[Edge]) -> tuple[tuple[str, ...], ...]:
    """Each place near the middle of what it is connected with, downwards and upwards in turn."""
    above: dict[str, list[str]] = {}
    below: dict[str, list[str]] = {}
    for edge in edges:
        chain = () if edge.is_back else (edge.start, *edge.via, edge.end)
        for one, other in pairwise(chain):
            below.setdefault(one, []).append(other)
            above.setdefault(other, []).append(one)
    for sweep in range(_SWEEPS):
        near, order = (above, layers) if sweep % 2 == 0 else (below, layers[::-1])
        for fixed, moving in pairwise(order):
            place = {name: number for number, name in enumerate(fixed)}
            middle = {
                name: _middle([place[one] for one in near.get(name, [])], number)
                for number, name in enumerate(moving)
            }
            moving.sort(key=middle.__getitem__)
    return tuple(tuple(layer) for layer in layers)


def _middle(places: list[int], otherwise: int) -> float:
    return sum(places) / len(places) if places else otherwise
