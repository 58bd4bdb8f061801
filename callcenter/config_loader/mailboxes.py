"""Mailboxes as they are written: which addresses we answer for, and how."""

from typing import Annotated, Literal

from pydantic import Field

from callcenter.config_loader.base import Closed, Id, Name, Text

Language = Literal["en", "zh"]
Address = Annotated[
    str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,19}@[a-z0-9][a-z0-9.-]{0,252}[a-z0-9]$")
]
"""Small letters and no `+`: what stands behind one is ours, and the part before it stays short enough for that."""


class Mailbox(Closed):
    """An address that leads to a queue. `language` is that of mails which do not show theirs.

    Without `auto_acknowledge` nothing is sent until an agent writes.
    """

    id: Id
    address: Address
    name: Name
    queue: Id
    language: Language = "en"
    signature: Text | None = None
    auto_acknowledge: Text | None = None
