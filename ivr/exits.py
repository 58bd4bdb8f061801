"""Where each node leads: one table for the check, the picture and the tests."""

from typing import Final

import msgspec

from ivr.model import (
    Branch,
    CallBackOffer,
    Flow,
    Gather,
    HangUp,
    Hours,
    Menu,
    Node,
    Play,
    Profile,
    Queue,
    Request,
    Return,
    Say,
    Set,
    SubFlow,
    Survey,
    Transfer,
    Voicemail,
)


class Exit(msgspec.Struct, frozen=True):
    """One way out of a node: a word for it, the node it leads to, and where that stands in the node."""

    word: str
    to: str
    path: tuple[str | int, ...]


_NAMED: Final[dict[type[Node], tuple[str, ...]]] = {
    Say: ("next",),
    Play: ("next",),
    Menu: ("otherwise",),
    Gather: ("next", "otherwise"),
    Branch: ("otherwise",),
    Hours: ("open", "closed", "holiday"),
    Profile: ("next", "unknown"),
    Set: ("next",),
    Request: ("next", "failed"),
    Queue: ("turned_away",),
    CallBackOffer: ("accepted", "declined"),
    Voicemail: ("next",),
    Survey: ("next",),
    Transfer: ("failed",),
    HangUp: (),
    SubFlow: ("next",),
    Return: (),
}
"""The fields of each kind that name another node."""


def exits_of(node: Node) -> tuple[Exit, ...]:
    """All ways out, in the order they are written."""
    found: list[Exit] = []
    if isinstance(node, Menu):
        found += (Exit(key, one.to, ("choices", key, "to")) for key, one in node.choices.items())
    if isinstance(node, Branch):
        found += (
            Exit(one.when, one.to, ("cases", number, "to")) for number, one in enumerate(node.cases)
        )
    leading = ((name, getattr(node, name)) for name in _NAMED[type(node)])
    found += (Exit(name, to, (name,)) for name, to in leading if to is not None)
    return tuple(found)


def reached(flow: Flow) -> tuple[str, ...]:
    """The nodes that can be come to from the start, the nearest first."""
    found: dict[str, None] = {flow.start: None} if flow.start in flow.nodes else {}
    coming = list(found)
    for name in coming:
        for leading in exits_of(flow.nodes[name]):
            if leading.to in flow.nodes and leading.to not in found:
                found[leading.to] = None
                coming.append(leading.to)
    return tuple(found)
