"""What a supervisor has closed queues say, at hand for every channel.

A message is stored before the command that names it, and the journal holds its id alone. Channels ask by the id that
`ContactTurnedAway` carries in its destination (`said`), or by the queue for somebody who has not come in yet
(`closed_message`); both answer at once.
"""

import hashlib
from collections.abc import Callable

from callcenter.limits import CLOSED_MESSAGES_KEPT
from callcenter.ports.versions import Authorship, ClosedMessage
from callcenter.ports.versions import ClosedMessages as Stored
from routing.ids import QueueId
from routing.state import State


class ClosedMessages:
    """The newest messages in memory, in front of the store."""

    def __init__(self, stored: Stored, mirror: Callable[[], State]) -> None:
        """Nothing is at hand before `load`."""
        self._stored = stored
        self._mirror = mirror
        self._kept: dict[str, ClosedMessage] = {}

    async def load(self) -> None:
        """Read the messages of the queues that are closed. Called at the start."""
        for message_id in self._mirror().closing_messages.values():
            message = await self._stored.get(message_id)
            if message is not None:
                self._keep(message)

    async def put(self, en: str, zh: str, author: Authorship) -> str:
        """Store a message; the same texts are the same message. Returns its id. Raises StorageUnavailable."""
        message_id = hashlib.sha256(f"{en}\0{zh}".encode()).hexdigest()[:32]
        message = ClosedMessage(message_id, en, zh, author)
        await self._stored.put(message)
        self._keep(message)
        return message_id

    def said(self, message_id: str) -> ClosedMessage | None:
        """A message by its id, which a turned away contact's destination carries; None when it has none of ours."""
        return self._kept.get(message_id)

    def of_queue(self, queue_id: QueueId) -> ClosedMessage | None:
        """What newcomers of a queue are told now; None while it is open, or closed without a message."""
        return self._kept.get(self._mirror().closing_messages.get(queue_id, ""))

    def closed_message(self, queue_id: QueueId, language: str) -> str | None:
        """The same in the newcomer's language: Chinese for `zh` and its like, else English."""
        message = self.of_queue(queue_id)
        return None if message is None else in_language(message, language)

    def _keep(self, message: ClosedMessage) -> None:
        self._kept[message.message_id] = message
        if len(self._kept) > CLOSED_MESSAGES_KEPT:
            del self._kept[next(iter(self._kept))]


def in_language(message: ClosedMessage, language: str) -> str:
    """A message's text for somebody of this language."""
    return message.zh if language.startswith("zh") else message.en
