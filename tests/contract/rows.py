"""Rows in few words."""

from collections.abc import Sequence
from typing import Any

from callcenter.host.chain import ZERO, next_chain
from callcenter.ports.journal import (
    CommandOutcome,
    Detail,
    Journal,
    JournalBatch,
    JournalRecord,
    RowChange,
)
from callcenter.ports.people import Session, User
from callcenter.ports.versions import ConfigVersion
from routing.ids import ContactId, DetailId, TeamId

DOMAIN_ID = "default"


def record(seq: int, *, payload: bytes = b"payload", chain: bytes = ZERO) -> JournalRecord:
    return JournalRecord(
        seq=seq,
        at_ms=1_000 + seq,
        is_input=seq % 2 == 1,
        event_type="ContactQueued",
        payload=payload,
        chain=chain,
    )


def chained(count: int, *, after: tuple[int, bytes] = (0, ZERO)) -> list[JournalRecord]:
    """Records as the host writes them."""
    seq, chain = after
    records = []
    for number in range(seq + 1, seq + 1 + count):
        plain = record(number, payload=b"payload of %d" % number)
        chain = next_chain(
            chain,
            DOMAIN_ID,
            plain.seq,
            plain.at_ms,
            plain.is_input,
            plain.event_type,
            plain.payload,
        )
        records.append(record(number, payload=plain.payload, chain=chain))
    return records


def detail(contact_id: str, detail_id: str, *, seq: int, kind: str = "message") -> Detail:
    return Detail(
        contact_id=ContactId(contact_id),
        detail_id=DetailId(detail_id),
        kind=kind,
        body=f"text of {detail_id} 你好".encode(),
        at_ms=1_000 + seq,
        seq=seq,
    )


def outcome(command_id: str, *, seq: int, at_ms: int = 0) -> CommandOutcome:
    return CommandOutcome(
        command_id=command_id,
        digest=b"digest of " + command_id.encode(),
        reply=b"reply",
        seq=seq,
        at_ms=at_ms or 1_000 + seq,
    )


def batch(
    records: Sequence[JournalRecord] = (),
    details: Sequence[Detail] = (),
    outcomes: Sequence[CommandOutcome] = (),
) -> JournalBatch:
    return JournalBatch(records=records, details=details, outcomes=outcomes)


async def all_records(journal: Journal, after_seq: int = 0) -> list[JournalRecord]:
    return [found async for found in journal.read(after_seq)]


def user(user_id: str, username: str, **changes: object) -> User:
    facts: dict[str, Any] = {
        "user_id": user_id,
        "username": username,
        "display_name": "李雷",
        "role": "agent",
        "team_id": TeamId("team-1"),
        "queue_ids": ("support", "sales"),
        "watched_team_ids": (),
        "chat_capacity": 3,
        "password_hash": "$argon2id$...",
        "language": "zh-CN",
        "is_disabled": False,
        "version": 0,
    }
    return User(**(facts | changes))


def session(token: bytes, user_id: str, expires_at_ms: int = 9_000) -> Session:
    return Session(
        token_hash=token, user_id=user_id, created_at_ms=1_000, expires_at_ms=expires_at_ms
    )


def config(version: str, at_ms: int) -> ConfigVersion:
    return ConfigVersion(
        version=version, document=b"document " + version.encode(), applied_at_ms=at_ms
    )


def interaction(contact_id: str, **put: object) -> RowChange:
    return RowChange(table="interactions", key={"contact_id": contact_id}, put=put)
