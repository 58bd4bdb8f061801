"""A mailbox as the channel needs it."""

from collections.abc import Callable, Mapping

import msgspec

from routing.ids import QueueId


class MailboxSettings(msgspec.Struct, frozen=True):
    """An address we answer for. Texts by language; `acknowledgement` is empty where nothing is sent by itself."""

    mailbox_id: str
    address: str
    name: dict[str, str]
    queue_id: QueueId
    language: str
    signature: dict[str, str] = {}
    acknowledgement: dict[str, str] = {}

    def told(self, texts: Mapping[str, str], language: str) -> str:
        """The text in the customer's language, or in the mailbox's."""
        return texts.get(language) or texts.get(self.language, "")


Mailboxes = Callable[[], Mapping[str, MailboxSettings]]
"""Those in force, by address."""
