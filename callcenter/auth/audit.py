"""The audit log: who did what, or read what, to which object, and when; chained, so that nobody can take it back.

Theory: a record's chain value is made of the one before it and of the record, as in the journal, whose check is used
to find and name the first record that was changed. The log's end is noted beside it in the same transaction, so that
newest records that are missing are noticed too. A record holds ids, keyed hashes and counts: nothing that would have
to be erased. Several processes append (the server, the command line): the number decides, and the later tries again.
"""

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import msgspec

from callcenter.host.chain import ZERO, DamageKind, Verifier, next_chain
from callcenter.ports.audit import AuditLog, AuditRecord
from callcenter.ports.errors import AuditNumberTaken, StorageUnavailable
from callcenter.ports.journal import JournalRecord

ATTEMPTS_MAX: Final = 10
"""How often a record is chained anew because another process was faster; then the caller is told to try again."""


class AuditAction(StrEnum):
    """What is recorded."""

    LOGGED_IN = "logged_in"
    LOGIN_FAILED = "login_failed"
    LOGGED_OUT = "logged_out"
    PERSON_ADDED = "person_added"
    PERSON_CHANGED = "person_changed"
    PEOPLE_IMPORTED = "people_imported"
    PEOPLE_EXPORTED = "people_exported"
    TEAM_ADDED = "team_added"
    TEAM_CHANGED = "team_changed"
    TEAM_REMOVED = "team_removed"
    PASSWORD_SET = "password_set"  # noqa: S105 - a word, not a secret
    PROFILE_PUT = "profile_put"
    PROFILE_READ = "profile_read"
    PROFILE_DELETED = "profile_deleted"
    CONFIGURATION_APPLIED = "configuration_applied"
    PRIORITY_CHANGED = "priority_changed"
    CONTACT_ASSIGNED = "contact_assigned"
    CONTACT_MOVED = "contact_moved"
    STATE_FORCED = "state_forced"
    QUEUE_CLOSED = "queue_closed"
    QUEUE_OPENED = "queue_opened"
    QUEUE_FLUSHED = "queue_flushed"
    CONTACT_READ = "contact_read"
    CALL_LISTENED = "call_listened"
    NUMBER_READ = "number_read"
    CALL_PLACED = "call_placed"
    RECORDING_HEARD = "recording_heard"
    LOG_SEARCHED = "log_searched"
    LOG_EXPORTED = "log_exported"
    CUSTOMER_ERASED = "customer_erased"
    AUDIT_READ = "audit_read"
    API_KEY_ADDED = "api_key_added"
    API_KEY_REVOKED = "api_key_revoked"
    SUBSCRIPTION_ADDED = "subscription_added"
    SUBSCRIPTION_CHANGED = "subscription_changed"
    SUBSCRIPTION_REMOVED = "subscription_removed"
    EVENTS_REPLAYED = "events_replayed"
    CALL_BACK_MADE = "call_back_made"
    CALL_BACK_CANCELLED = "call_back_cancelled"
    CALL_BACK_HURRIED = "call_back_hurried"
    CASE_OPENED = "case_opened"
    CASE_MOVED = "case_moved"
    CASE_READ = "case_read"
    LEAD_CREATED = "lead_created"
    LEAD_MOVED = "lead_moved"
    LEAD_READ = "lead_read"
    ARTICLE_ADDED = "article_added"
    ARTICLE_CHANGED = "article_changed"
    ARTICLES_IMPORTED = "articles_imported"
    QUESTION_MOVED = "question_moved"
    CAMPAIGN_ADDED = "campaign_added"
    CAMPAIGN_CHANGED = "campaign_changed"
    CAMPAIGN_TURNED = "campaign_turned"
    LIST_TAKEN_IN = "list_taken_in"
    EVIDENCE_READ = "evidence_read"
    NUMBER_SUPPRESSED = "number_suppressed"
    NUMBERS_SUPPRESSED = "numbers_suppressed"
    ENTRY_DIALLED = "entry_dialled"
    ENTRY_SKIPPED = "entry_skipped"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be recorded. `user_id` is "" for nobody, `cli:` and a name for the command line.

    `facts` must hold no personal data: ids, keyed hashes, counts, and words of the product.
    """

    action: AuditAction
    user_id: str
    object_kind: str = ""
    object_id: str = ""
    facts: dict[str, Any] = {}


class AuditTrail:
    """Appends to the audit log. One for each process."""

    def __init__(self, log: AuditLog, domain_id: str, now_ms: Callable[[], int]) -> None:
        """The log's end is read when the first record is made."""
        self._log = log
        self._domain_id = domain_id
        self._now_ms = now_ms
        self._end: tuple[int, bytes] | None = None
        self._one_at_a_time = asyncio.Lock()

    async def record(self, entry: Entry) -> None:
        """Durable when it returns. Raises StorageUnavailable: then what was asked for must not be answered."""
        async with self._one_at_a_time:
            for _ in range(ATTEMPTS_MAX):
                end, self._end = self._end or await self._log.last(), None
                record = self._chained(end, entry)
                try:
                    await self._log.append(record)
                except AuditNumberTaken:
                    continue
                self._end = (record.audit_no, record.chain)
                return
        raise StorageUnavailable("other processes keep writing the audit log")

    def _chained(self, end: tuple[int, bytes], entry: Entry) -> AuditRecord:
        unchained = AuditRecord(
            audit_no=end[0] + 1,
            at_ms=self._now_ms(),
            user_id=entry.user_id,
            action=entry.action.value,
            object_kind=str(entry.object_kind),
            object_id=entry.object_id,
            facts=msgspec.json.encode(entry.facts, order="deterministic").decode(),
            chain=ZERO,
        )
        link = _link(unchained)
        chain = next_chain(
            end[1],
            _domain(self._domain_id),
            link.seq,
            link.at_ms,
            link.is_input,
            link.event_type,
            link.payload,
        )
        return msgspec.structs.replace(unchained, chain=chain)


class AuditVerdict(msgspec.Struct, frozen=True):
    """How many records are whole, and the first that is not: its number and what is wrong with it."""

    checked: int
    damaged_no: int | None = None
    damage: str = ""


_SAID: Final = {
    DamageKind.COLUMN_CHANGED: "it was changed after it was written",
    DamageKind.CHAIN_CHANGED: "its chain value was changed; the rest of it is whole",
    DamageKind.COLUMN_OR_CHAIN_CHANGED: "it or its chain value was changed",
    DamageKind.MISSING: "it is missing",
    DamageKind.OUT_OF_ORDER: "it stands at another place than it was written",
    DamageKind.UNREADABLE: "the store cannot read it",
    DamageKind.TAIL_CUT: "it and whatever came after it is missing",
    DamageKind.SNAPSHOT_DIFFERS: "it or an earlier record was replaced and the chain computed anew",
}


async def verify_audit(
    log: AuditLog, domain_id: str, anchor: tuple[int, bytes] | None = None
) -> AuditVerdict:
    """Walk the whole log. `anchor`: a number and its chain value, known from elsewhere; else the log's own end."""
    end = await log.last()
    against_end = await _walk(log, domain_id, end)
    if against_end.damaged_no is not None or anchor in (None, end):
        return against_end
    return await _walk(log, domain_id, anchor)


async def _walk(log: AuditLog, domain_id: str, anchor: tuple[int, bytes] | None) -> AuditVerdict:
    verifier = Verifier(_domain(domain_id), anchor=anchor)
    async for record in log.read(0):
        if not verifier.add(_link(record)):
            break
    verdict = verifier.finish()
    if verdict.damage is None:
        return AuditVerdict(verdict.checked)
    said = _SAID.get(verdict.damage.kind, verdict.damage.kind)
    return AuditVerdict(verdict.checked, verdict.damage.seq, said)


def _domain(domain_id: str) -> str:
    """Another name than the journal's, so that no record of the one fits into the other."""
    return f"audit of {domain_id}"


def _link(record: AuditRecord) -> JournalRecord:
    """The record as a link of a chain."""
    cells = (record.user_id, record.object_kind, record.object_id, record.facts)
    return JournalRecord(
        seq=record.audit_no,
        at_ms=record.at_ms,
        is_input=True,
        event_type=record.action,
        payload=msgspec.json.encode(cells),
        chain=record.chain,
    )
