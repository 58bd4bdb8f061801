"""Files that were handed in and not sent yet, in memory."""

from collections.abc import Sequence

import msgspec

from callcenter.ports.uploads import Upload
from callcenter.storage.memory.disk import Disk
from routing.ids import ContactId


class MemoryUploads:
    """`ports.uploads.Uploads` in memory."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._rows: dict[str, tuple[Upload, bytes]] = {}

    async def put(self, upload: Upload, content: bytes) -> None:
        """Store one, unless it is there."""
        self._disk.check()
        self._rows.setdefault(upload.upload_id, (upload, content))

    async def of_contact(self, contact_id: ContactId) -> list[Upload]:
        """All of a contact."""
        found = [upload for upload, _ in self._rows.values() if upload.contact_id == contact_id]
        return sorted(found, key=lambda upload: upload.upload_id)

    async def content(self, upload_id: str) -> bytes | None:
        """The bytes of one."""
        row = self._rows.get(upload_id)
        return None if row is None else row[1]

    async def expire(self, upload_ids: Sequence[str], at_ms: int) -> None:
        """Another instant for these."""
        self._disk.check()
        for upload_id in upload_ids:
            if upload_id in self._rows:
                upload, content = self._rows[upload_id]
                changed = msgspec.structs.replace(upload, expires_at_ms=at_ms)
                self._rows[upload_id] = (changed, content)

    async def delete(self, upload_id: str) -> None:
        """Forget one."""
        self._disk.check()
        self._rows.pop(upload_id, None)

    async def delete_expired(self, now_ms: int) -> int:
        """Forget what has expired."""
        self._disk.check()
        kept = {key: row for key, row in self._rows.items() if row[0].expires_at_ms > now_ms}
        forgotten = len(self._rows) - len(kept)
        self._rows = kept
        return forgotten
