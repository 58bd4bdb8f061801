"""A flow with every kind of node, and a way to go through it."""

from typing import Any

import msgspec

from ivr.model import Flow, Flows
from ivr.session import Ask, Input, Moved, Session
from ivr.stepping import begin, step
from routing.expressions import Fact

EN = {"en": "Hello {caller}", "zh": "您好 {caller}"}


def flow(flow_id: str, start: str, **nodes: dict[str, Any]) -> Flow:
    """A flow from plain values, as a file has them."""
    plain = {"id": flow_id, "name": {"en": flow_id, "zh": flow_id}, "start": start, "nodes": nodes}
    return msgspec.convert(plain, Flow)


def flows(*several: Flow) -> Flows:
    """By id."""
    return {one.id: one for one in several}


class Walk:
    """One session, with what it has asked last."""

    def __init__(
        self, known: Flows, flow_id: str = "main", language: str = "en", **values: Fact
    ) -> None:
        self.flows, self.now_ms = known, 1_000
        self.asks: tuple[Ask, ...] = ()
        moved = begin(
            known, flow_id, language=language, values={"caller": "7", **values}, now_ms=self.now_ms
        )
        self.session = self._taken(moved)

    def _taken(self, moved: Moved) -> Session:
        self.asks = moved.asks
        return moved.session

    def give(self, given: Input) -> None:
        """An input, now."""
        self.session = self._taken(step(self.flows, self.session, given, self.now_ms))
