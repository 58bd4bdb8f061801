"""What the desk's calls about mail stand on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from callcenter.channels.mail.mailboxes import Mailboxes, MailboxSettings
from callcenter.channels.mail.tokens import MailTokens
from callcenter.customers.keys import CustomerKeys
from callcenter.host.host import Host
from callcenter.ports.store import Store
from routing.ids import ContactId, QueueId

WRITING_SHOWN_MS = 60_000
"""How long after a key was pressed somebody counts as writing."""


@dataclass(slots=True, kw_only=True)
class Writers:
    """When the holder of a contact last typed: what keeps a second person from answering as well."""

    now_ms: Callable[[], int]
    typed_at_ms: dict[ContactId, int] = field(default_factory=dict)

    def note(self, contact_id: ContactId) -> None:
        """Somebody types; what is old is forgotten."""
        now_ms = self.now_ms()
        self.typed_at_ms = {
            one: at_ms
            for one, at_ms in self.typed_at_ms.items()
            if now_ms - at_ms < WRITING_SHOWN_MS
        }
        self.typed_at_ms[contact_id] = now_ms

    def is_writing(self, contact_id: ContactId) -> bool:
        """Whether the holder typed a moment ago."""
        at_ms = self.typed_at_ms.get(contact_id)
        return at_ms is not None and self.now_ms() - at_ms < WRITING_SHOWN_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServices:
    """One domain's. `signature`: a queue's own, by language. `on_outgoing` is called when something is to go out."""

    host: Host
    store: Store
    mailboxes: Mailboxes
    signature: Callable[[QueueId], Mapping[str, str]]
    tokens: MailTokens
    keys: CustomerKeys
    agent_name: Callable[[str], str]
    writers: Writers
    now_ms: Callable[[], int]
    new_id: Callable[[], str]
    on_outgoing: Callable[[], None]

    def mailbox(self, mailbox_id: str) -> MailboxSettings | None:
        """A mailbox by id, if it is still configured."""
        boxes = self.mailboxes().values()
        return next((one for one in boxes if one.mailbox_id == mailbox_id), None)
