"""A mail on its way into the journal: its detail rows, its own row, and the line a transcript shows."""

from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from callcenter.channels.mail import limits
from callcenter.channels.mail.mails import ATTACHMENT, Attached, Mail
from callcenter.channels.mail.parsing import Attachment
from callcenter.limits import MESSAGE_CHARACTERS_MAX
from callcenter.ports.journal import Detail, RowChange
from callcenter.ports.mails import MailRow, mail_change
from callcenter.projections.transcript import MAIL, MESSAGE, Line
from routing.ids import ContactId, DetailId
from routing.model import Party

_ENDINGS: Final = (
    "ade adp app bat chm cmd com cpl dll dmg exe hta inf ins iso jar js jse lnk mde msc msi msp mst ps1 reg scr sct "
    "sh sys vb vbe vbs vhd wsc wsf wsh xll"
)
REFUSED_ENDINGS: Final = frozenset(_ENDINGS.split())
"""Endings of files that run when they are opened; they are named and not kept."""

ORIGINAL_NAME: Final = "original.eml"


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one mail that becomes durable in one instant."""

    contact_id: ContactId
    mail_id: DetailId
    details: tuple[Detail, ...]
    rows: tuple[RowChange, ...]

    @property
    def text_id(self) -> DetailId:
        """The detail row of the line that the transcript shows."""
        return text_id_of(self.mail_id)

    @classmethod
    def of(
        cls,
        body: Mail,
        row: MailRow,
        *,
        author: Party,
        author_name: str,
        told: str,
        details: Sequence[Detail] = (),
    ) -> "Letter":
        """A mail with its attachments; `told` is what the transcript shows of it, "" for nothing."""
        line = Line(author, author_name, told[:MESSAGE_CHARACTERS_MAX])
        bodies = [(row.mail_id, MAIL, msgspec.json.encode(body))]
        if told:
            bodies.append((text_id_of(row.mail_id), MESSAGE, msgspec.json.encode(line)))
        own = [
            Detail(row.contact_id, detail_id, kind, encoded, row.at_ms)
            for detail_id, kind, encoded in bodies
        ]
        return cls(
            contact_id=row.contact_id,
            mail_id=row.mail_id,
            details=(*own, *details),
            rows=(mail_change(row),),
        )

    def with_details(self, *details: Detail) -> "Letter":
        """The same with more rows."""
        return msgspec.structs.replace(self, details=(*self.details, *details))

    def with_letter(self, other: "Letter") -> "Letter":
        """Together with another mail of the same contact, such as the one that answers it."""
        return msgspec.structs.replace(
            self, details=(*self.details, *other.details), rows=(*self.rows, *other.rows)
        )


def text_id_of(mail_id: str) -> DetailId:
    """The id of the line that the transcript shows for a mail."""
    return DetailId(f"{mail_id}.text")


def attached(
    files: Sequence[Attachment] | bytes,
    contact_id: ContactId,
    at_ms: int,
    new_id: Callable[[], str],
) -> tuple[list[Detail], list[Attached]]:
    """The attachments' rows and what the mail says of them. Bytes: the original of a mail that was not opened."""
    if isinstance(files, bytes):
        files = [Attachment(ORIGINAL_NAME, "message/rfc822", files)]
    details: list[Detail] = []
    infos: list[Attached] = []
    for number, file in enumerate(files):
        refused = refusal_of(file.name, number)
        attachment_id = "" if refused else new_id()
        infos.append(
            Attached(
                attachment_id,
                file.name,
                file.content_type,
                len(file.content),
                file.content_id,
                refused,
            )
        )
        if attachment_id:
            details.append(
                Detail(contact_id, DetailId(attachment_id), ATTACHMENT, file.content, at_ms)
            )
    return details, infos


def refusal_of(name: str, number: int) -> str:
    """Why a file of this name is not kept beside `number` others: count, type, or "" where it is."""
    if number >= limits.ATTACHMENTS_MAX:
        return "count"
    endings = {one.strip().casefold() for one in name.split(".")[1:]}
    return "type" if endings & REFUSED_ENDINGS else ""
