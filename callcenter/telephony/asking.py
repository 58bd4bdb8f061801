"""What colleagues ask agents by phone, for the desks of those who are asked: now, and for a while how it ended.

Theory: a consult is known by its call alone, whose fold says how it stands; kept is the card of the newest one of each
agent, so there are never more than agents. A restart makes them anew from the calls that are open.
"""

from collections.abc import Callable, Mapping

import msgspec

from agents.protocol import AskedCard
from callcenter.telephony import asides, limits
from callcenter.telephony.calls import Call
from callcenter.telephony.cards import asked_of
from routing.ids import AgentId


class Questions:
    """One for a domain; the book of calls tells it of each change."""

    def __init__(self, name_of: Callable[[AgentId], str], now_ms: Callable[[], int]) -> None:
        self._name_of = name_of
        self._now_ms = now_ms
        self._cards: dict[AgentId, AskedCard] = {}
        self._on_changed: Callable[[AgentId], None] = lambda _agent_id: None

    def listen(self, on_changed: Callable[[AgentId], None]) -> None:
        """Call this whenever the card of an agent looks different."""
        self._on_changed = on_changed

    def of(self, agent_id: AgentId) -> AskedCard | None:
        """What an agent is asked, or was asked a moment ago; whoever has the customer now sees that instead."""
        card = self._cards.get(agent_id)
        return card if card is not None and self._is_shown(card) else None

    def cards(self) -> dict[AgentId, AskedCard]:
        """The newest of each agent that is not long over, for other processes to show."""
        return {agent_id: card for agent_id, card in self._cards.items() if not self._is_old(card)}

    def take(self, cards: Mapping[AgentId, AskedCard], *, is_all: bool) -> None:
        """The process that has the calls says what agents are asked; with `is_all` nobody else is asked anything."""
        before = dict(self._cards)
        self._cards = dict(cards) if is_all else before | dict(cards)
        for agent_id in before.keys() | cards.keys():
            if before.get(agent_id) != self._cards.get(agent_id):
                self._on_changed(agent_id)

    def _is_shown(self, card: AskedCard) -> bool:
        return card.ended_as != asides.HANDED_OVER and not self._is_old(card)

    def _is_old(self, card: AskedCard) -> bool:
        return bool(card.ended_as) and self._now_ms() >= card.since_ms + limits.ASKED_SHOWN_MS

    def note(self, call: Call, at_ms: int) -> None:
        """The call may look different since."""
        newest = {consult.agent_id: consult for consult in call.consults.values()}
        for agent_id, consult in newest.items():
            name = "" if consult.asker_id is None else self._name_of(consult.asker_id)
            card = msgspec.structs.replace(asked_of(call, consult), asker_name=name, since_ms=at_ms)
            before = self._cards.get(agent_id)
            if card.ended_as and (before is None or before.contact_id != card.contact_id):
                continue  # somebody else has asked since
            if before is None or msgspec.structs.replace(before, since_ms=at_ms) != card:
                self._cards[agent_id] = card
                self._on_changed(agent_id)
