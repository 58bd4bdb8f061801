"""What stores raise.

StorageError
├── AuditNumberTaken     another process has appended to the audit log meanwhile
├── StorageUnavailable   the write did not happen, or nobody can know; retry after recovery (503)
├── StaleWriter          another writer owns this domain's journal; step down
├── UsernameTaken        another user has this log-in name
├── KeyTaken             there is a row of this key already; nothing was written
├── TeamInUse            somebody is in the team or watches it
├── CallBackTaken        the customer is promised a call-back by this queue already
└── ChangedMeanwhile     somebody else has changed the row since it was read
"""


class StorageError(Exception):
    """Base of everything a store raises."""


class StorageUnavailable(StorageError):
    """The store cannot write or read now (disk full, I/O error, connection lost)."""


class StaleWriter(StorageError):
    """`(domain_id, seq)` is taken: somebody else writes this domain."""


class ChangedMeanwhile(StorageError):
    """The row is not the one the change started from; nothing was written."""


class CallBackTaken(StorageError):
    """There is an open call-back of this customer in this queue; `call_back_id` names it."""

    def __init__(self, call_back_id: str) -> None:
        super().__init__(call_back_id)
        self.call_back_id = call_back_id


class TeamInUse(StorageError):
    """Somebody is in the team or watches it; it stays."""


class UsernameTaken(StorageError):
    """Another user has this log-in name."""


class KeyTaken(StorageError):
    """There is a row of this key already; nothing was written."""


class AuditNumberTaken(StorageError):
    """Another process has appended to the audit log meanwhile: chain to its record and try again."""
